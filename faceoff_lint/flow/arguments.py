"""Flask: the arguments that a view is called with, and those that it takes."""

from __future__ import annotations

import re

from faceoff_lint import ir
from faceoff_lint.flow.decorators import keeps_arguments, methods_of_class
from faceoff_lint.model import Handler, Row, Web, variables
from faceoff_lint.values import ClassValue, DictValue, Function, Instance, Lit

__all__ = ["called", "parameters", "passed", "rule_values"]

_HOW = {
    "route",
    "get",
    "post",
    "put",
    "delete",
    "patch",
    "add_url_rule",
    "add_resource",
    "resource",
}
_DISPATCH = "dispatch_request"
_PREPROCESS = ("url_value_preprocessor", "app_url_value_preprocessor")
_CHANGED = re.compile(
    r"view_args\.(?:pop|update|setdefault|clear)\b|view_args(?:\[[^\]\n]{1,200}\])?\s*+=[^=]"
    r"|\bdel\s[^\n]{0,200}view_args"
)


def _changed(web: Web) -> bool:
    """Whether code changes ``request.view_args`` before the view gets it."""
    found = web.memo.get("view_args")
    if not isinstance(found, bool):
        texts = (source.text for source in web.sources.values())
        found = web.memo["view_args"] = any(_CHANGED.search(text) for text in texts)
    return found


def passed(web: Web, row: Row) -> list[str] | None:
    """What Flask passes to the view for a rule; None when that can't be told."""
    app = row.app.native.attrs.get("__instance__")
    if _changed(web) or (isinstance(app, Instance) and app.cls and app.cls.lookup(_DISPATCH)):
        return None
    groups = [row.app, *(m.child for m in row.mounts)]
    hooks = [h for g in web.everything for h in g.hooks if h.name in _PREPROCESS]
    if any(h.name == _PREPROCESS[1] or any(h.owner is g.native for g in groups) for h in hooks):
        return None
    values = rule_values(row)
    return list({**dict.fromkeys(values[0]), **dict.fromkeys(values[1])}) if values else None


def rule_values(row: Row) -> tuple[list[str], list[str]] | None:
    """The variables of a rule, of its host too, and its defaults; None when not all are known."""
    options = row.route.event.options
    if "{?}" in row.path or "**" in options or row.route.event.how not in _HOW:
        return None
    if any(m.event.args.open or m.child.native.args.open for m in row.mounts):
        return None
    found = [v.name for v in variables(row.path)]
    at_mounts = [getattr(m.event, "options", {}) for m in row.mounts]
    made = [m.child.native.args.kw for m in row.mounts]
    for given in (options, *at_mounts, *made):
        for value in (given[name] for name in ("subdomain", "host") if name in given):
            if not isinstance(value, Lit):
                return None
            found += [v.name for v in variables(str(value.value))]
    defaults: list[str] = []
    filled = [kw.get("url_defaults") for kw in (*at_mounts[-1:], *made[-1:])]
    for defaulted in (options.get("defaults"), *filled):
        if isinstance(defaulted, DictValue) and not defaulted.open:
            defaults += [str(k) for k in defaulted.entries]
        elif defaulted is not None:
            return None
    return found, defaults


def called(row: Row) -> list[Function]:
    """The functions that get the variables as they are."""
    handler = row.route.handler
    if handler is None or not all(keeps_arguments(w) for w in handler.wrappers):
        return []
    if handler.cls is None:
        return _plain([handler])
    if handler.cls.lookup(_DISPATCH) is not None or not _is_view(handler.cls):
        return []
    verbs = [m.lower() for m in row.methods]
    return _plain(methods_of_class(handler.cls, verbs) or [])


def _is_view(cls: ClassValue) -> bool:
    """Whether a class is a MethodView or Resource, and nothing else that isn't known."""
    unknown = [b for b in cls.mro() if not isinstance(b, ClassValue)]
    names = [e.path.rpartition(".")[2] for e in cls.externals]
    return len(unknown) == 1 and names in (["MethodView"], ["Resource"])


def _plain(handlers: list[Handler]) -> list[Function]:
    return [
        h.function
        for h in handlers
        if h.function is not None
        and not h.function.bound
        and all(keeps_arguments(w) for w in h.wrappers)
    ]


def parameters(function: Function) -> tuple[set[str], list[str], bool] | None:
    """Names that can be passed, names that must be, and whether ``**kwargs`` takes the rest."""
    params = function.node.params
    is_static = any(
        isinstance(d, ir.Name) and d.id == "staticmethod" for d in function.node.decorators
    )
    if (function.owner is not None or function.this is not None) and not is_static:
        params = params[1:]
    if any(not isinstance(p.target, ir.Name) or p.kind == "pos" for p in params):
        return None
    named = [
        (p.target.id, p)
        for p in params
        if isinstance(p.target, ir.Name) and p.kind in ("any", "kw")
    ]
    required = [n for n, p in named if p.default is None]
    return {n for n, _ in named}, required, any(p.kind == "**" for p in params)
