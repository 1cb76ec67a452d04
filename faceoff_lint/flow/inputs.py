"""Express: what the client wrote, and whether anybody looked at it before it is used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from faceoff_lint import ir
from faceoff_lint.flow.calls import REQUEST
from faceoff_lint.frameworks.events import ParamEvent
from faceoff_lint.values import External, Function, Lit, Value, options

if TYPE_CHECKING:
    from faceoff_lint.flow.calls import CallSite, Flow
    from faceoff_lint.flow.leaks import Slot

__all__ = ["Inputs"]

_PARTS = tuple(f"{REQUEST}.{part}" for part in ("query", "body", "params"))
# Library calls whose result holds what they are given.
_KEEPING = {
    "path.join", "path.resolve", "path.normalize", "js.decodeURIComponent", "js.decodeURI",
    "js.String", "js.unescape",
}  # fmt: skip
_KEEPING_METHODS = {"toString", "trim", "concat"}
_VALIDATORS = {"celebrate", "express-validator", "express-joi-validation", "express-validation"}
_MAX_DEPTH = 8


class Inputs:
    """Answers about request input in the functions of one service."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow

    def written(self, function: Function, node: ir.Expr, *, start: bool = False) -> str | None:
        """The request input that an expression holds, such as ``req.query.next``; None for none.

        ``start``: only where the value begins with it, so that it decides where a URL leads.
        """
        for found in self._sources(function, node, start, _MAX_DEPTH):
            return found
        return None

    def _sources(self, function: Function, node: ir.Expr, start: bool, depth: int) -> Iterator[str]:
        if depth <= 0:
            return
        parts: list[ir.Expr] = []
        match node:
            case ir.Template():
                parts = [p for p in node.parts if not (isinstance(p, ir.Const) and p.value == "")]
            case ir.Binary(op="+"):
                parts = [node.left, node.right]
            case ir.Logical() | ir.Cond():
                ways = ([node.left, node.right] if isinstance(node, ir.Logical)
                        else [node.body, node.orelse])  # fmt: skip
                for way in ways:
                    yield from self._sources(function, way, start, depth - 1)
                return
            case ir.Call():
                if self._keeps(function, node):
                    parts = [a.value for a in node.args]
                if isinstance(node.func, ir.Attr) and node.func.name in _KEEPING_METHODS:
                    parts = [node.func.obj, *parts]
            case ir.Name() | ir.Attr() | ir.Index():
                name = self._input(self.flow.value(function, node))
                if name is not None:
                    yield name
                    return
                value = _only_value(function, node)
                if value is not None:
                    yield from self._sources(function, value, start, depth - 1)
                return
        for part in parts[:1] if start else parts:
            yield from self._sources(function, part, start, depth - 1)

    def _keeps(self, function: Function, node: ir.Call) -> bool:
        return any(path in _KEEPING for path in self.flow.site(function, node).paths)

    @staticmethod
    def _input(value: Value) -> str | None:
        """``req.query.next`` for what comes from there, whole or in part a literal default."""
        for choice in options(value):
            if isinstance(choice, External) and choice.path.startswith(_PARTS):
                rest = choice.path.removeprefix(REQUEST)
                if "(" not in rest:
                    return f"req{rest}"
        return None

    def leads_anywhere(self, function: Function, path: ir.Expr) -> bool:
        """Whether a path that holds input is the input itself, or was normalised with it."""
        if self.written(function, path, start=True) is not None:
            return True
        for _ in range(_MAX_DEPTH):
            value = _only_value(function, path)
            if value is None:
                break
            path = value
        for node in ir.walk(path):
            if isinstance(node, ir.Call):
                paths = self.flow.site(function, node).paths
                if any(p in ("path.join", "path.resolve", "path.normalize") for p in paths):
                    return True
        return False

    # --- was it looked at? -------------------------------------------------------------------

    def checked(self, site: CallSite, name: str, slots: list[Slot]) -> bool:
        """Whether some condition, call or middleware looks at an input before a call uses it.

        Any look counts: what it decides is not judged.
        """
        function, inside = site.function, {id(n) for n in ir.walk(site.node)}
        for node in ir.own(function.node):
            test: ir.Expr | None = None
            if isinstance(node, (ir.If, ir.Cond, ir.While)):
                test = node.test
            elif isinstance(node, ir.Switch):
                test = node.subject
            elif isinstance(node, ir.Logical) and node.op == "and":
                test = node.left
            if test is not None and any(self._looks(function, t, name) for t in _judging(test)):
                return True
            if isinstance(node, ir.Call) and id(node) not in inside and not self._harmless(
                function, node
            ):  # fmt: skip
                if any(self._looks(function, a.value, name) for a in node.args):
                    return True
                if isinstance(node.func, ir.Attr) and self._looks(function, node.func.obj, name):
                    return True
        return any(self._before(slot, name) for slot in slots)

    def _looks(self, function: Function, node: ir.Expr, name: str) -> bool:
        """Whether an expression reads the input, by itself or through a variable that holds it."""
        for inner in ir.walk(node):
            if isinstance(inner, (ir.Name, ir.Attr, ir.Index)):
                read = self._input(self.flow.value(function, inner))
                if read is None:
                    value = _only_value(function, inner)
                    read = self.written(function, value) if value is not None else None
                if read == name or (read is not None and name.startswith(f"{read}.")):
                    return True
        return False

    def _harmless(self, function: Function, node: ir.Call) -> bool:
        """Whether a call only builds a value, or writes a log."""
        paths = self.flow.site(function, node).paths
        log = ("js.console.",)
        return bool(paths) and all(p in _KEEPING or p.startswith(log) for p in paths)

    def _before(self, slot: Slot, name: str) -> bool:
        """Whether the route restricts the parameter, or something before the handler may."""
        part, _, key = name.removeprefix("req.").partition(".")
        route = slot.route
        if route is None:
            return True
        rules = [r.value for r in route.event.rules if isinstance(r, Lit)]
        if part == "params":
            texts = [r for r in rules if isinstance(r, str)]
            if len(texts) != len(route.event.rules) or any(f":{key}(" in t for t in texts):
                return True
            if any(isinstance(e, ParamEvent) for e in slot.owner.events):
                return True
        for handler in route.handlers:
            if handler is slot.handler:
                return False
            if handler.library in _VALIDATORS or handler.function is None:
                return True
            reads = (n.name for n in ir.find(handler.function.node, ir.Attr))
            if part in reads:
                return True
        return False


def _judging(test: ir.Expr) -> Iterator[ir.Expr]:
    """The atomic conditions of a test that say more than whether a value is there at all."""
    if isinstance(test, ir.Unary) and test.op == "not":
        yield from _judging(test.value)
    elif isinstance(test, ir.Logical):
        yield from _judging(test.left)
        yield from _judging(test.right)
    elif isinstance(test, ir.Binary):
        sides = (test.left, test.right)
        empty = any(
            (isinstance(s, ir.Const) and not s.value)
            or (isinstance(s, ir.Name) and s.id == "undefined")
            for s in sides
        )
        if not empty and not any(isinstance(s, ir.Unary) and s.op == "typeof" for s in sides):
            yield test
    elif not isinstance(test, (ir.Name, ir.Attr, ir.Index)):
        yield test


def _only_value(function: Function, node: ir.Expr) -> ir.Expr | None:
    """What a local variable is bound to, when it is bound once in its function."""
    if not isinstance(node, ir.Name):
        return None
    values: list[ir.Expr | None] = []
    for inner in ir.own(function.node):
        if isinstance(inner, (ir.Declare, ir.Assign)):
            target = inner.target
            if isinstance(target, ir.Name) and target.id == node.id:
                values.append(inner.value)
    return values[0] if len(values) == 1 else None
