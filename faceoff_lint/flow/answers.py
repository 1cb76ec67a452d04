"""Flask: paths through a view that end without a response."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from faceoff_lint import ir
from faceoff_lint.flow.calls import CallSite, Flow
from faceoff_lint.flow.decorators import keeps_result, methods_of_class
from faceoff_lint.flow.paths import Jump, explore
from faceoff_lint.model import Row, Web, variables
from faceoff_lint.values import ClassValue, External, Function, Instance
from faceoff_lint.values import truth as decided

__all__ = ["Answers", "Unanswered"]

# The methods that may have brought the path here, and whether a loop that may always be left
# early lies behind.
_State: TypeAlias = "tuple[frozenset[str], bool]"

_HOW = {"route", "get", "post", "put", "delete", "patch", "add_url_rule"}
_LEAVES = re.compile(r"abort|raise|fail|throw|exit|quit|die|stop|deny|unauthori|forbid|not_found")
_OWN_ANSWERS = ("make_response", "dispatch_request", "full_dispatch_request", "finalize_request")
MAX_DEPTH = 3


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A way out of a view without a response. ``node``: the ``return``; None at the body's end.

    ``methods``: those that may get there. ``what``: ``None``, ``a bool`` … is what Flask gets.
    """

    node: ir.Node | None
    methods: frozenset[str]
    what: str


class Answers:
    """What views answer; ``Answers.of(web)`` gives the one instance."""

    def __init__(self, web: Web) -> None:
        self.web = web
        self.flow = Flow.of(web)
        self._leaving: dict[int, bool] = {}

    @staticmethod
    def of(web: Web) -> Answers:
        """The answers of a service's views, made at first use."""
        found = web.memo.get("answers")
        if not isinstance(found, Answers):
            found = web.memo["answers"] = Answers(web)
        return found

    # --- which functions ---------------------------------------------------------------------

    def views(self, row: Row) -> list[tuple[Function, frozenset[str]]]:
        """The functions whose result Flask itself makes the response of, with their methods."""
        handler = row.route.handler
        if handler is None or row.route.event.how not in _HOW or self._app_answers(row):
            return []
        if not row.methods or not all(keeps_result(w) for w in handler.wrappers):
            return []
        if handler.cls is None:
            function = handler.function
            methods = {*row.methods, *(("HEAD",) if "GET" in row.methods else ())}
            return [(function, frozenset(methods))] if function is not None else []
        return self._of_class(handler.cls, row)

    def _of_class(self, cls: ClassValue, row: Row) -> list[tuple[Function, frozenset[str]]]:
        unknown = [e for e in cls.mro() if not isinstance(e, ClassValue)]
        if len(unknown) != 1 or cls.lookup("dispatch_request") is not None:
            return []
        if [e.path for e in cls.externals] != ["flask.views.MethodView"]:
            return []
        found = []
        for method in row.methods:
            for handler in methods_of_class(cls, [method.lower()], keeps_result) or []:
                if handler.function is not None and all(map(keeps_result, handler.wrappers)):
                    head = ("HEAD",) if method == "GET" and cls.lookup("head") is None else ()
                    found.append((handler.function, frozenset({method, *head})))
        return found

    @staticmethod
    def _app_answers(row: Row) -> bool:
        """Whether a Flask subclass makes responses its own way."""
        native = row.app.native
        made = native.attrs.get("__instance__")
        cls = made.cls if isinstance(made, Instance) else None
        own = cls is not None and any(cls.lookup(name) is not None for name in _OWN_ANSWERS)
        return own or any(name in native.attrs for name in _OWN_ANSWERS)

    # --- paths -------------------------------------------------------------------------------

    def unanswered(self, row: Row, function: Function, methods: frozenset[str]) -> list[Unanswered]:
        """The ways out of a view without a response."""
        if function.node.is_generator:
            return []
        body = function.node.body
        statements = _statement_calls(body)
        exhausted = _exhausted(function, row)
        loops = _bounded(body)

        def step(node: ir.Node, state: _State) -> _State | Jump:
            if id(node) in loops:
                return state[0], True
            if isinstance(node, ir.Call) and self._leaves(function, node, id(node) in statements):
                return Jump.THROW
            return state

        def flow_truth(test: ir.Call) -> bool | None:
            return decided(self.flow.value(function, test))

        def assuming(test: ir.Expr, truth: bool, state: _State) -> _State | None:
            if not truth and id(test) in exhausted:
                return None
            if isinstance(test, ir.Call) and flow_truth(test) is (not truth):
                return None
            named = _methods_named(test)
            if named is None:
                return state
            left = state[0] & named[0] if truth is named[1] else state[0] - named[0]
            return (left, state[1]) if left else None

        found: dict[int, Unanswered] = {}
        for way in explore(body, (methods, False), step, assuming=assuming) or []:
            what = "None" if way.how == "end" else self._nothing(way.node)
            if what and way.how != "throw" and not (way.how == "end" and way.state[1]):
                key = id(way.node)
                before = found[key].methods if key in found else frozenset()
                found[key] = Unanswered(way.node, way.state[0] | before, what)
        return list(found.values())

    def _nothing(self, node: ir.Node | None) -> str:
        """What a ``return`` gives Flask that is no response; empty when it is or may be one."""
        value = node.value if isinstance(node, ir.Return) else None
        if value is None:
            return "None" if isinstance(node, ir.Return) else ""
        values = [value.body, value.orelse] if isinstance(value, ir.Cond) else [value]
        version = self.web.service.version
        for one in values:
            if isinstance(one, ir.List) and one.kind == "tuple" and one.items:
                one = one.items[0]
                if not (isinstance(one, ir.Const) and one.value is None):
                    continue
            if isinstance(one, ir.Const) and not isinstance(one.value, str):
                return "None" if one.value is None else f"`{one.value}`"
            listed = isinstance(one, ir.List) and one.kind == "list"
            if listed and version is not None and version.below(2, 2) is True:
                return "a list"
        return ""

    def _leaves(self, function: Function, node: ir.Call, alone: bool) -> bool:
        """Whether a call never comes back: ``abort(404)``, a helper that always raises."""
        func = node.func
        name = func.name if isinstance(func, ir.Attr) else getattr(func, "id", "")
        if name in ("abort", "exit", "_exit"):
            return True
        if not alone:
            return False
        site = self.flow.site(function, node)
        if not site.targets:
            known = any(
                isinstance(c, External) and c.path.startswith("flask.") for c in site.callees
            )
            return not known and _LEAVES.search(name.lower()) is not None
        return all(self._always_leaves(t, 1) for t in site.targets)

    def _always_leaves(self, function: Function, depth: int) -> bool:
        """Whether no path through a helper comes to a normal end."""
        key = id(function.node)
        if function.node.is_generator or function.node.is_async or depth > MAX_DEPTH:
            return False
        if key not in self._leaving:
            self._leaving[key] = False
            calls = {id(s.node): s for s in self.flow.calls(function)}

            def step(node: ir.Node, state: int) -> int | Jump:
                site = calls.get(id(node))
                return Jump.THROW if site is not None and self._gone(site, depth) else state

            ways = explore(function.node.body, 0, step)
            self._leaving[key] = ways is not None and all(w.how == "throw" for w in ways)
        return self._leaving[key]

    def _gone(self, site: CallSite, depth: int) -> bool:
        func = site.node.func
        name = func.name if isinstance(func, ir.Attr) else getattr(func, "id", "")
        if name in ("abort", "exit", "_exit"):
            return True
        return bool(site.targets) and all(self._always_leaves(t, depth + 1) for t in site.targets)


def _statement_calls(body: list[ir.Stmt]) -> set[int]:
    """The calls that are statements of their own."""
    values = (n.value for n in ir.walk_local(body) if isinstance(n, ir.ExprStmt))
    return {id(v.value if isinstance(v, ir.Await) else v) for v in values}


def _bounded(body: list[ir.Stmt]) -> set[int]:
    """What is evaluated before loops that are made to be left early: retries, known items."""
    found: set[int] = set()
    for node in ir.walk_local(body):
        if isinstance(node, ir.For):
            over = node.iterable
            func = over.func if isinstance(over, ir.Call) else None
            name = func.name if isinstance(func, ir.Attr) else getattr(func, "id", "")
            known = isinstance(over, ir.List) and bool(over.items)
            if name in ("range", "count", "cycle") or known or _returns_at_once(node):
                found.add(id(over))
        elif isinstance(node, ir.While) and node.test is not None:
            found.add(id(node.test))
    return found


def _returns_at_once(loop: ir.For) -> bool:
    """Whether the first round is the last: the loop takes it for granted that there is one."""
    if any(isinstance(n, (ir.Break, ir.Continue)) for n in ir.walk_local(loop.body)):
        return False
    ways = explore(loop.body, 0, lambda node, state: state)
    return ways is not None and all(w.how != "end" for w in ways)


def _methods_named(test: ir.Expr) -> tuple[frozenset[str], bool] | None:
    """``request.method == "POST"``: the methods, and whether it asks for them."""
    if not isinstance(test, ir.Binary) or test.op not in ("==", "!=", "in", "not in"):
        return None
    sides = [test.left, test.right]
    method = [s for s in sides if isinstance(s, ir.Attr) and s.name == "method"]
    others = [s for s in sides if s not in method]
    if len(method) != 1 or not isinstance(method[0].obj, (ir.Name, ir.Attr)):
        return None
    if getattr(method[0].obj, "id", getattr(method[0].obj, "name", "")) != "request":
        return None
    items = others[0].items if isinstance(others[0], ir.List) else others
    if not all(isinstance(i, ir.Const) and isinstance(i.value, str) for i in items):
        return None
    names = frozenset(str(i.value) for i in items if isinstance(i, ir.Const))
    return names, test.op in ("==", "in")


def _exhausted(function: Function, row: Row) -> set[int]:
    """The last tests of ``if … elif`` chains that leave no value out.

    The subject came out of a call that was given the same texts, or is a variable of the URL with
    the converter ``any``.
    """
    allowed: dict[str, set[object]] = {}
    for node in ir.own(function.node):
        if isinstance(node, ir.Assign) and isinstance(node.target, ir.Name):
            texts: set[object] = {n.value for n in ir.find(node.value, ir.Const)}
            if isinstance(node.value, ir.Call) and len(texts) > 1:
                allowed[node.target.id] = texts
    for variable in variables(row.path):
        if variable.converter == "any":
            allowed[variable.name] = {t.strip(" \"'") for t in variable.arguments.split(",")}
    return {id(t) for t in _last_tests(function.node.body, allowed)}


def _last_tests(body: list[ir.Stmt], allowed: dict[str, set[object]]) -> Iterator[ir.Expr]:
    """The tests of ``elif`` without ``else`` after which no allowed text is left."""
    for node in ir.walk_local(body):
        compared: set[object] = set()
        current: ir.Stmt | None = node if isinstance(node, ir.If) else None
        while isinstance(current, ir.If):
            test = current.test
            sides = (test.left, test.right) if isinstance(test, ir.Binary) else ()
            names = {s.id for s in sides if isinstance(s, ir.Name)}
            compared |= {s.value for s in sides if isinstance(s, ir.Const)}
            if len(names) != 1 or not compared <= allowed.get(next(iter(names)), set()):
                break
            if not current.orelse and len(compared) > 1:
                yield test
            current = current.orelse[0] if len(current.orelse) == 1 else None
