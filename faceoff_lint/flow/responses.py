"""Express: does a function answer, call next, or hand the job on?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from faceoff_lint import ir
from faceoff_lint.flow.calls import NEXT, RESPONSE, CallSite
from faceoff_lint.values import External, Function, Value, options

if TYPE_CHECKING:
    from faceoff_lint.flow.calls import Flow

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
