"""Async wrappers: does ``wrap(handler)`` pass on what the handler's promise rejects with?

A wrapper W takes ``p`` and returns G. It is safe if every call ``r = p(…)`` in G is (W1) a chain
with a handler that passes the error on, (W2) awaited in a try whose catch passes it on, or (W3, on
Express 5) returned or awaited.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from faceoff_lint import ir
from faceoff_lint.flow.calls import CallSite, Flow
from faceoff_lint.flow.rejections import is_nothing
from faceoff_lint.source import Span
from faceoff_lint.values import Function

__all__ = ["Outcome", "Verdict", "judge_wrapper"]


class Outcome(Enum):
    """What becomes of a rejection under a wrapper."""

    UNKNOWN = "unknown"  # the wrapper never calls it as far as can be seen
    FORWARDED = "forwarded"
    RETURNED = "returned"  # Express 5 hears it, Express 4 does not
    NOT_AWAITED = "not awaited"  # in a try that can't catch it
    DROPPED = "dropped"
    SWALLOWED = "swallowed"  # caught, and nobody is told


@dataclass(slots=True, eq=False)
class Verdict:
    """The worst that happens to the inner handler's rejection, and at which call.

    ``place``: the call, or the handler that swallows. ``tries``: the wrapper has a try or a catch.
    """

    outcome: Outcome
    function: Function
    site: CallSite | None
    place: Span
    tries: bool

    def leaks(self, express5: bool) -> bool:
        """Whether nobody hears the rejection (the process ends)."""
        if self.outcome in (Outcome.DROPPED, Outcome.NOT_AWAITED):
            return True
        return self.outcome is Outcome.RETURNED and not express5


_ORDER = list(Outcome)


def judge_wrapper(flow: Flow, wrapper: Function, inner: Function) -> Verdict:
    """The verdict on closure ``wrapper`` (G) around ``inner``."""
    worst: Verdict | None = None
    functions = [wrapper, *flow.closures(wrapper)]
    tries = any(_has_guard(f) for f in functions)
    for function in functions:
        for site in flow.calls(function):
            if not any(t.node is inner.node for t in _callees(site)):
                continue
            outcome, place = _context(flow, function, site)
            if function is not wrapper and outcome is Outcome.RETURNED:
                outcome, place = Outcome.FORWARDED, site.span  # goes to whoever runs the closure
            if worst is None or _ORDER.index(outcome) > _ORDER.index(worst.outcome):
                worst = Verdict(outcome, function, site, place, tries)
    return worst or Verdict(Outcome.UNKNOWN, wrapper, None, wrapper.span, tries)


def _callees(site: CallSite) -> list[Function]:
    """The functions a call runs: also through ``fn.call(…)``, ``fn.apply(…)``."""
    targets = list(site.targets)
    for callee in site.callees:
        this = getattr(callee, "this", None)
        if getattr(callee, "name", "") in ("call", "apply") and isinstance(this, Function):
            targets.append(this)
    return targets


def _has_guard(function: Function) -> bool:
    return any(
        (isinstance(n, ir.Try) and n.handlers)
        or (isinstance(n, ir.Call) and isinstance(n.func, ir.Attr) and _may_guard(n, n.func.name))
        for n in ir.own(function.node)
    )


def _may_guard(node: ir.Call, name: str) -> bool:
    return name == "catch" or (name == "then" and len(node.args) > 1)


def _context(flow: Flow, function: Function, site: CallSite) -> tuple[Outcome, Span]:
    parents = flow.parents(function)
    node: ir.Node = site.node
    awaited = False
    while True:
        parent = parents.get(id(node))
        if parent is None:
            break
        if isinstance(parent, ir.Await):
            awaited = True
        elif isinstance(parent, ir.Attr) and parent.name in ("then", "catch", "finally"):
            chain = parents.get(id(parent))
            if isinstance(chain, ir.Call) and chain.func is parent:
                handler = _rejection_handler(chain, parent.name)
                if handler is not None:
                    if flow.responses.forwards(function, handler):
                        return Outcome.FORWARDED, site.span
                    return Outcome.SWALLOWED, _span(function, handler)
                node = chain
                continue
        elif isinstance(parent, (ir.Assign, ir.Declare)):
            return _variable(flow, function, parent, site, parents, awaited)
        elif isinstance(parent, ir.Stmt):
            return _statement(flow, function, parent, site, parents, awaited)
        node = parent
    return Outcome.RETURNED, site.span


def _rejection_handler(chain: ir.Call, name: str) -> ir.Expr | None:
    args = [a.value for a in chain.args]
    at = {"catch": 0, "then": 1}.get(name, len(args))
    return None if len(args) <= at or is_nothing(args[at]) else args[at]


def _variable(
    flow: Flow,
    function: Function,
    node: ir.Node,
    site: CallSite,
    parents: dict[int, ir.Node],
    awaited: bool,
) -> tuple[Outcome, Span]:
    """``const r = p(…)``: as the uses of ``r`` say; a chain on it that catches is enough."""
    if awaited:
        return _statement(flow, function, node, site, parents, True)
    target = node.target if isinstance(node, (ir.Assign, ir.Declare)) else None
    if not isinstance(target, ir.Name):
        return Outcome.FORWARDED, site.span
    best: tuple[Outcome, Span] = (Outcome.DROPPED, site.span)
    for use in ir.own(function.node):
        if isinstance(use, ir.Name) and use.id == target.id and use is not target:
            outcome, place = _use(flow, function, use, site, parents)
            if _ORDER.index(outcome) < _ORDER.index(best[0]):
                best = (outcome, place)
    return best


def _use(
    flow: Flow, function: Function, use: ir.Name, site: CallSite, parents: dict[int, ir.Node]
) -> tuple[Outcome, Span]:
    parent = parents.get(id(use))
    if isinstance(parent, ir.Attr):
        chain = parents.get(id(parent))
        if isinstance(chain, ir.Call) and chain.func is parent:
            handler = _rejection_handler(chain, parent.name)
            if handler is not None:
                good = flow.responses.forwards(function, handler)
                place = _span(function, handler)
                return (Outcome.FORWARDED if good else Outcome.SWALLOWED), place
    if isinstance(parent, ir.Arg):
        return Outcome.FORWARDED, site.span  # handed to something else
    if isinstance(parent, ir.Await):
        above = parents.get(id(parent))
        while above is not None and not isinstance(above, ir.Stmt):
            above = parents.get(id(above))
        if above is not None:
            return _statement(flow, function, above, site, parents, True)
    if isinstance(parent, ir.Return):
        return Outcome.RETURNED, site.span
    return Outcome.DROPPED, site.span


def _statement(
    flow: Flow,
    function: Function,
    statement: ir.Node,
    site: CallSite,
    parents: dict[int, ir.Node],
    awaited: bool,
) -> tuple[Outcome, Span]:
    guard = _guard(statement, parents)
    if awaited:
        if guard is None:
            return Outcome.RETURNED, site.span
        handler = guard.handlers[0]
        if flow.responses.passes_on(function, handler.body):
            return Outcome.FORWARDED, site.span
        return Outcome.SWALLOWED, _span(function, handler)
    if isinstance(statement, ir.Return):
        return Outcome.RETURNED, site.span  # Express 5 hears it, whatever try surrounds it
    return (Outcome.NOT_AWAITED if guard is not None else Outcome.DROPPED), site.span


def _guard(node: ir.Node, parents: dict[int, ir.Node]) -> ir.Try | None:
    """The try with a catch in whose body a node stands."""
    current: ir.Node | None = node
    while current is not None:
        parent = parents.get(id(current))
        inside = isinstance(parent, ir.Try) and any(current is s for s in parent.body)
        if isinstance(parent, ir.Try) and parent.handlers and inside:
            return parent
        current = parent
    return None


def _span(function: Function, node: ir.Node) -> Span:
    return Span(function.module.path, node.start, node.end)
