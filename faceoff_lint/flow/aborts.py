"""Flask: calls that never come back, because they always raise: ``abort(404)``."""

from __future__ import annotations

from faceoff_lint import ir
from faceoff_lint.flow.calls import CallSite, Flow
from faceoff_lint.flow.paths import Jump, explore
from faceoff_lint.model import Web
from faceoff_lint.values import Builtin, External, Function

__all__ = ["ABORTS", "Aborts"]

ABORTS = {
    "flask.abort", "werkzeug.exceptions.abort", "flask_restful.abort", "flask_restx.abort",
    "flask_restx.errors.abort", "flask_restplus.abort", "flask_smorest.abort",
    "flask.Flask().abort", "flask.current_app.abort", "flask_restx.Api().abort",
    "flask_restx.Namespace().abort", "flask_restplus.Api().abort", "sys.exit", "os._exit",
    "python.exit", "python.quit", "webargs.flaskparser.abort", "apiflask.abort",
}  # fmt: skip
MAX_DEPTH = 3


class Aborts:
    """Which calls of a Flask service never return; ``Aborts.of(web)`` is the one instance."""

    def __init__(self, web: Web) -> None:
        self.flow = Flow.of(web)
        self._known: dict[int, bool] = {}

    @staticmethod
    def of(web: Web) -> Aborts:
        """The answers for a service."""
        found = web.memo.get("aborts")
        if not isinstance(found, Aborts):
            found = web.memo["aborts"] = Aborts(web)
        return found

    def raises(self, site: CallSite, depth: int = 0) -> bool:
        """Whether a call always raises: a library's ``abort``, or a helper that ends in one."""
        func = site.node.func
        named = func.name if isinstance(func, ir.Attr) else getattr(func, "id", "")
        if not site.callees:
            return named == "abort"
        return all(self._callee(site, callee, named, depth) for callee in site.callees)

    def _callee(self, site: CallSite, callee: object, named: str, depth: int) -> bool:
        if isinstance(callee, External):
            return callee.path in ABORTS or (named == "abort" and callee.path.endswith(".abort"))
        if isinstance(callee, Builtin):
            return named == "abort"
        return isinstance(callee, Function) and all(
            self.always_raises(target, depth + 1) for target in site.targets
        )

    def always_raises(self, function: Function, depth: int = 0) -> bool:
        """Whether every path of a function raises."""
        key = id(function.node)
        if key not in self._known:
            self._known[key] = False  # recursion
            node = function.node
            plain = not (node.is_generator or node.is_async) and depth <= MAX_DEPTH
            raising = any(isinstance(n, (ir.Throw, ir.Call)) for n in ir.walk_local(node.body))
            self._known[key] = plain and raising and self._explored(function, depth)
        return self._known[key]

    def _explored(self, function: Function, depth: int) -> bool:
        sites = {id(s.node): s for s in self.flow.calls(function)}
        # A return on the function's own level is quicker to see than its paths.
        if any(isinstance(s, ir.Return) for s in function.node.body):
            return False

        def step(node: ir.Node, state: bool) -> bool | Jump:
            site = sites.get(id(node))
            return Jump.THROW if site is not None and self.raises(site, depth) else state

        exits = explore(function.node.body, False, step)
        return exits is not None and bool(exits) and all(e.how == "throw" for e in exits)
