"""Express: does a function answer, call next, or hand the job on?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from faceoff_lint import ir
from faceoff_lint.flow.calls import NEXT, RESPONSE, CallSite
from faceoff_lint.values import External, Function, Value, options

if TYPE_CHECKING:
    from faceoff_lint.flow.calls import Flow
    from faceoff_lint.model import Handler

__all__ = ["ANSWERS", "Responses"]

ANSWERS = {
    "json", "jsonp", "send", "end", "render", "redirect", "sendStatus", "sendFile", "sendfile",
    "download", "writeHead", "write", "pipe", "format",
}  # fmt: skip


class Responses:
    """Answers about responses for one service."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow

    def answers(self, site: CallSite) -> bool:
        """Whether a call sends (a part of) the response: ``res.status(404).json(…)``."""
        for path in site.paths:
            if path.startswith(RESPONSE + ".") and path.rpartition(".")[2] in ANSWERS:
                return True
        return False

    def is_next(self, site: CallSite) -> bool:
        """Whether a call is ``next(…)``."""
        return NEXT in site.paths

    def delegates(self, site: CallSite) -> bool:
        """Whether a call gets ``res`` or ``next``: it may answer."""
        if site.args is None:
            return False
        return any(self._is_channel(v) for v in site.args.all)

    @staticmethod
    def _is_channel(value: Value) -> bool:
        return any(
            isinstance(c, External) and (c.path == NEXT or c.path.split("(")[0] == RESPONSE)
            for c in options(value)
        )

    def ends(self, handler: Handler) -> bool:
        """Whether a handler surely lets no later route run: it calls ``next`` only with an error.

        It need not answer: if it does not, nobody does.
        """
        inner = handler.function
        if inner is None or any(not isinstance(w, Function) for w in handler.wrappers):
            return inner is not None and self._stops(inner) and _forwards_only(handler)
        return all(self._stops(f) for f in [inner, *handler.wrappers] if isinstance(f, Function))

    def _stops(self, function: Function) -> bool:
        params = function.node.params[len(function.bound) :]
        if any(p.kind != "any" for p in params) or len(params) > 3:
            return False
        names = {n.id for n in ir.find(function.node, ir.Name)}
        if "arguments" in names and function.node.kind != "arrow":
            return False
        if len(params) < 3:
            return True
        target = params[2].target
        if not isinstance(target, ir.Name):
            return False
        return _only_errors(function.node, target.id)

    def passes_on(self, function: Function, body: Iterable[ir.Stmt]) -> bool:
        """Whether statements tell anybody about an error: answer, next, throw, or delegate.

        Closures inside count as well: they may run.
        """
        nodes = [n for s in body for n in ir.walk(s)]
        if any(isinstance(n, ir.Throw) for n in nodes):
            return True
        inside = {id(n) for n in nodes}
        functions = [function, *self.flow.closures(function)]
        for current in functions:
            for site in self.flow.calls(current):
                if id(site.node) in inside and (
                    self.answers(site) or self.is_next(site) or self.delegates(site)
                ):
                    return True
        return False

    def forwards(self, function: Function, handler: ir.Expr) -> bool:
        """Whether a rejection handler (``.catch(h)``) tells somebody: next, an answer, a throw."""
        value = self.flow.value(function, handler)
        if any(isinstance(c, External) and c.path == NEXT for c in options(value)):
            return True
        inner = self.flow.callback(function, handler)
        if inner is None:
            paths = [c.path for c in options(value) if isinstance(c, External)]
            # What is unknown passes it on, in doubt.
            return not paths or not all(p.startswith("js.console.") for p in paths)
        return self.passes_on(inner, inner.node.body)


def _forwards_only(handler: Handler) -> bool:
    """Whether libraries around a handler pass nothing but errors to ``next``."""
    return all(
        isinstance(w, External) and w.path.startswith("express-async-handler")
        for w in handler.wrappers
    )


def _only_errors(node: ir.Func, name: str) -> bool:
    """Whether ``next`` gets an error wherever a function uses it: ``next(err)``, ``.catch(next)``.

    An error is what was caught, what was tested, or what is made on the spot.
    """
    good: set[int] = set()
    for outer in ir.walk(node):
        errors: set[str] = set()
        inside: list[ir.Stmt] = []
        if isinstance(outer, ir.Handler) and isinstance(outer.target, ir.Name):
            errors, inside = {outer.target.id}, outer.body
        elif isinstance(outer, ir.If) and isinstance(outer.test, ir.Name):
            errors, inside = {outer.test.id}, outer.body
        elif (
            isinstance(outer, ir.Call)
            and isinstance(outer.func, ir.Attr)
            and outer.func.name == "catch"
            and len(outer.args) == 1
        ):
            handler = outer.args[0].value
            if isinstance(handler, ir.Name):
                good.add(id(handler))
            elif isinstance(handler, ir.Func) and len(handler.params) == 1:
                target = handler.params[0].target
                errors = {target.id} if isinstance(target, ir.Name) else set()
                inside = handler.body
        for call in (n for s in inside for n in ir.walk(s)):
            if isinstance(call, ir.Call) and len(call.args) == 1:
                value = call.args[0].value
                if isinstance(value, ir.Name) and value.id in errors:
                    good.add(id(call.func))
        if isinstance(outer, ir.Call) and len(outer.args) == 1:
            value = outer.args[0].value
            if isinstance(value, ir.Dict) or (isinstance(value, ir.Call) and value.new):
                good.add(id(outer.func))
    uses = [n for n in ir.find(node, ir.Name) if n.id == name]
    own = {id(p.target) for p in node.params}
    return all(id(n) in good or id(n) in own for n in uses)
