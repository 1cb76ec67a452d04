"""Flask-Classful: views whose methods become routes.

Source: flask_classful 0.16, ``FlaskView.register`` and ``build_rule`` (checked against its route
table): special methods, ``/name/<arg>/`` for the others, ``@route`` in addition.
"""

from __future__ import annotations

from typing import Any

from faceoff_lint import ir
from faceoff_lint.frameworks.events import RouteEvent
from faceoff_lint.frameworks.flask import Scaffold, methods_of, native_of
from faceoff_lint.interpreter import Machine, Model
from faceoff_lint.values import (
    UNKNOWN,
    Builtin,
    CallArgs,
    ClassValue,
    DictValue,
    Function,
    ListValue,
    Lit,
    Value,
    Wrapped,
    as_pattern,
)

__all__ = ["CLASSFUL_MODELS"]

SPECIAL = {
    "get": "GET", "put": "PUT", "patch": "PATCH", "post": "POST", "delete": "DELETE",
    "index": "GET",
}  # fmt: skip
RULES = "__classful_rules__"
VERBS = "__classful_methods__"


def _route(vm: Machine, call: CallArgs) -> Value:
    """``@route(rule, **options)`` on a method: remembered until the class is registered."""
    options = DictValue(dict(call.kw.items()))
    options.entries["rule"] = call.get(0, "rule") or UNKNOWN

    def decorate(vm: Any, inner: CallArgs) -> Value:
        target = inner.get(0) or UNKNOWN
        function = _function(target)
        if function is not None:
            rules = function.attrs.setdefault(RULES, ListValue([]))
            if isinstance(rules, ListValue):
                rules.items.append(options)
        return target

    return Builtin("flask_classful.route()", decorate)


def _method(vm: Machine, call: CallArgs) -> Value:
    """``@method(verb)``, also more than one: the verbs of a method without a rule of its own."""

    def decorate(vm: Any, inner: CallArgs) -> Value:
        target = inner.get(0) or UNKNOWN
        function = _function(target)
        if function is not None:
            verbs = function.attrs.setdefault(VERBS, ListValue([]))
            if isinstance(verbs, ListValue):
                verbs.items.append(call.get(0) or UNKNOWN)
        return target

    return Builtin("flask_classful.method()", decorate)


def _function(value: Value) -> Function | None:
    while isinstance(value, Wrapped):
        value = value.inner
    return value if isinstance(value, Function) else None


def _register(vm: Machine, call: CallArgs) -> Value:
    """``View.register(app, route_base=…, route_prefix=…, trailing_slash=…)``."""
    cls, app = call.this, native_of(call.get(0, "app"))
    if not isinstance(cls, ClassValue) or not isinstance(app, Scaffold):
        vm.open_up("a view class is registered that can't be resolved", call.span)
        return Lit(None)
    base = _option(cls, call, "route_base", 1)
    prefix = _option(cls, call, "route_prefix", 3)
    slash = _option(cls, call, "trailing_slash", 4)
    text = as_pattern(base) if base is not None else (_default_base(cls), True)
    before = as_pattern(prefix) if prefix is not None else ("", True)
    stem = "/".join(p.strip("/") for p in (before or ("{?}",))[:1] + (text or ("{?}",))[:1] if p)
    ends = slash is None or slash == Lit(True)
    for name, value in _members(cls):
        for rule, methods, endpoint in _rules(cls, name, value, "/" + stem, ends):
            _add(vm, app, call, value, rule, methods, endpoint)
    return Lit(None)


def _option(cls: ClassValue, call: CallArgs, name: str, at: int) -> Value | None:
    found = call.get(-1, name) if at < 0 else call.get(at, name)
    found = found if found is not None else cls.lookup(name)
    return None if found == Lit(None) else found


def _default_base(cls: ClassValue) -> str:
    name = cls.name
    return (name[:-4] if name.endswith("View") and name != "View" else name).lower()


def _members(cls: ClassValue) -> list[tuple[str, Value]]:
    """Public methods, bases of the project included, by name as ``inspect`` sorts them."""
    found: dict[str, Value] = {}
    for base in reversed(cls.mro()):
        if isinstance(base, ClassValue):
            found.update(base.attrs)
    hidden = ("_", "before_", "after_")
    return [(n, v) for n, v in sorted(found.items()) if not n.startswith(hidden) and _is_method(v)]


def _is_method(value: Value) -> bool:
    function = _function(value)
    if function is None:
        return False
    plain = {d.id for d in function.node.decorators if isinstance(d, ir.Name)}
    return not plain & {"staticmethod", "classmethod", "property"}


def _rules(
    cls: ClassValue, name: str, value: Value, stem: str, slash: bool
) -> list[tuple[str, tuple[str, ...] | None, Value]]:
    function = _function(value)
    assert function is not None
    own = function.attrs.get(RULES)
    endpoint = f"{cls.name}:{name}"
    if isinstance(own, ListValue):
        made = []
        for index, item in enumerate(own.items):
            assert isinstance(item, DictValue)
            rule = (as_pattern(item.entries["rule"], "{?}") or ("{?}", False))[0]
            label: Value = Lit(endpoint if len(own.items) == 1 else f"{endpoint}_{index}")
            given = item.entries.get("endpoint")
            methods = methods_of(item.entries.get("methods"))
            made.append((_join(stem, rule), methods, given or label))
        return made
    if name in SPECIAL:
        return [(_finish(_join(stem, "/", function), slash), (SPECIAL[name],), Lit(endpoint))]
    methods = methods_of(function.attrs.get(VERBS) or cls.lookup("default_methods")) or ("GET",)
    return [(_finish(_join(stem, f"/{name}/", function), slash), methods, Lit(endpoint))]


def _join(stem: str, rule: str, function: Function | None = None) -> str:
    """``build_rule``: the stem, the rule, and a variable for each required argument."""
    parts = [stem.rstrip("/"), rule.strip("/")]
    if function is not None:
        for param in function.node.params[1:]:
            if param.default is None and param.kind in ("any", "pos"):
                name = param.target.id if isinstance(param.target, ir.Name) else "?"
                parts.append(f"<{name}>")
    joined = "/".join(p for p in parts if p)
    joined = joined if joined.startswith("/") else "/" + joined
    return joined + "/" if rule.endswith("/") and not joined.endswith("/") else joined


def _finish(rule: str, slash: bool) -> str:
    return rule if slash or rule == "/" else rule.rstrip("/")


def _add(
    vm: Machine,
    app: Scaffold,
    call: CallArgs,
    value: Value,
    rule: str,
    methods: tuple[str, ...] | None,
    endpoint: Value,
) -> None:
    event = RouteEvent(
        **app.note(vm, call),
        rules=[Lit(rule)],
        methods=methods,
        handlers=[value],
        endpoint=endpoint,
        how="classful",
    )
    app.record(vm, event)


CLASSFUL_MODELS: dict[str, Model] = {
    "flask_classful.route": _route,
    "flask_classful.method": _method,
    "flask_classful.FlaskView.register": _register,
}
