"""Express: requests that are never answered, and requests that are answered twice.

Observed on Express 4.22, Express 5 and Node 20: a request whose handler neither answers nor calls
``next`` waits until the client gives up; a second answer throws ``ERR_HTTP_HEADERS_SENT``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from faceoff_lint import ir
from faceoff_lint.finding import Applicability, Edit, Fix
from faceoff_lint.flow.calls import Flow
from faceoff_lint.flow.endings import Act, Path, Walk
from faceoff_lint.flow.leaks import Leaks, Slot
from faceoff_lint.flow.paths import Exit
from faceoff_lint.flow.requests import Requests
from faceoff_lint.flow.wrappers import Outcome
from faceoff_lint.frameworks.express import Router
from faceoff_lint.model import Web
from faceoff_lint.source import Span
from faceoff_lint.values import External, Function, Wrapped

__all__ = ["Fates", "Late", "Lost", "Twice"]

RESPONSE_AT = {"handler": 1, "param": 1, "error": 2}
ERRORS = {"err", "error", "er"}
REPEATED = {
    "addListener", "catch", "every", "filter", "find", "forEach", "map", "on", "once", "reduce",
    "some", "sort", "then", "use",
}  # fmt: skip
LOGS = ("console", "log", "logger", "winston", "debug")


@dataclass(slots=True, eq=False)
class Lost:
    """A path on which nothing becomes of a request.

    ``error``: it is the path of a failure that was caught, or given to a callback. ``node``: what
    decides: the ``catch``, the condition, the ``return``; None: nothing but the function's end.
    ``holds``: how the condition was decided.
    """

    function: Function
    error: bool
    node: ir.Node | None
    holds: bool | None = None
    slots: list[Slot] = field(default_factory=list)

    @property
    def span(self) -> Span:
        """What decides, or the function's header."""
        node, own = self.node, self.function.node
        file = self.function.module.path
        if isinstance(node, ir.Handler):
            start = node.start
            return Span(file, start, node.target.end if node.target is not None else start + 5)
        return Span(file, own.start, own.header_end) if node is None else Span(
            file, node.start, node.end
        )  # fmt: skip


@dataclass(slots=True, eq=False)
class Twice:
    """Two acts on one path of a function."""

    function: Function
    first: Act
    second: Act

    def span(self, act: Act) -> Span:
        """The place of one of them."""
        return Span(self.function.module.path, act.node.start, act.node.end)


@dataclass(slots=True, eq=False)
class Late:
    """A status or header that is set after the answer on one path."""

    function: Function
    answer: Act
    node: ir.Call

    @property
    def span(self) -> Span:
        """The call that comes too late."""
        return Span(self.function.module.path, self.node.start, self.node.end)


class Fates:
    """Answers about what becomes of requests; ``Fates.of(web)`` is the one instance."""

    def __init__(self, web: Web) -> None:
        self.web = web
        self.flow = Flow.of(web)
        self.leaks = Leaks.of(web)

    @staticmethod
    def of(web: Web) -> Fates:
        """The analysis of a service, made at first use."""
        found = web.memo.get("fates")
        if not isinstance(found, Fates):
            found = web.memo["fates"] = Fates(web)
        return found

    # --- never answered ----------------------------------------------------------------------

    @cached_property
    def lost(self) -> list[Lost]:
        """Paths through handlers on which a request is lost, each once."""
        found: dict[Span, Lost] = {}
        for function, slots in self._handlers():
            for item in self._lost(function, _channels(function, self.flow.role(function))):
                item.slots = slots
                found.setdefault(item.span, item)
        return list(found.values())

    def _handlers(self) -> Iterator[tuple[Function, list[Slot]]]:
        slots: dict[int, tuple[Function, list[Slot]]] = {}
        for slot in self.leaks.slots:
            function = slot.handler.function
            if function is not None and self.web.is_product(function.span) and self._alone(slot):
                slots.setdefault(id(function.node), (function, []))[1].append(slot)
        yield from slots.values()

    def _alone(self, slot: Slot) -> bool:
        """Whether a handler and nobody else looks after its requests."""
        function = slot.handler.function
        if function is None or function.bound or function.node.is_generator:
            return False
        if slot.handler.meant_for_errors and self.flow.role(function) != "error":
            return False
        if isinstance(slot.owner.native, Router) and slot.owner.native.promises:
            return False
        if not _channels(function, self.flow.role(function)):
            return False
        value = slot.handler.value
        if isinstance(value, Wrapped):
            by = value.by
            if not isinstance(by, External) or not by.path.startswith("express-async-handler"):
                return False
        for wrapper in slot.layers[:-1]:
            inside = [wrapper, *self.flow.closures(wrapper)]
            if any(self.flow.responses.answers(s) for f in inside for s in self.flow.calls(f)):
                return False
        verdict = self.leaks.verdict(slot)
        return verdict is None or verdict.outcome in (Outcome.FORWARDED, Outcome.RETURNED)

    def _lost(self, function: Function, channels: set[str]) -> Iterator[Lost]:
        walk = Walk(self.flow, function, channels)
        if walk.exits is None:
            return
        if walk.silent:
            yield from self._silent(walk)
            return
        yield from self._by_chain(function, channels)
        yield from self._by_callback(function, channels, 0)

    def _silent(self, walk: Walk) -> Iterator[Lost]:
        exits = walk.silent
        plain = [e for e in exits if e.state.caught is None]
        if not plain:
            for handler in {id(e.state.caught): e.state.caught for e in exits}.values():
                yield Lost(walk.function, True, handler)
            return
        yield self._plain(walk, plain)

    @staticmethod
    def _plain(walk: Walk, exits: list[Exit[Path]]) -> Lost:
        returns = [e.node for e in exits if e.how == "return"]
        if len(returns) == len(exits):
            return Lost(walk.function, False, min((n for n in returns if n), key=lambda n: n.start))
        decided = walk.explain(
            lambda e: e.how == "end" and e.state.silent and e.state.caught is None
        )
        if decided is None:
            return Lost(walk.function, False, None)
        return Lost(walk.function, False, decided[0], decided[1])

    def _by_chain(self, function: Function, channels: set[str]) -> Iterator[Lost]:
        """``.then(… res …).catch(log)`` on which all depends."""
        for statement in ir.own(function.node):
            value = statement.value if isinstance(statement, (ir.ExprStmt, ir.Return)) else None
            value = value.value if isinstance(value, ir.Await) else value
            if not isinstance(value, ir.Call) or not isinstance(value.func, ir.Attr):
                continue
            if value.func.name != "catch" or len(value.args) != 1:
                continue
            if not self._ends_in_silence(value.args[0].value, channels):
                continue
            thens = _thens(value.func.obj)
            holding = frozenset(id(f) for f in thens if ir.mentions(f, channels))
            if holding and Walk(self.flow, function, channels, ignored=holding).silent:
                yield Lost(function, True, value.args[0].value)

    def _ends_in_silence(self, handler: ir.Expr, channels: set[str]) -> bool:
        if isinstance(handler, ir.Attr):
            return isinstance(handler.obj, ir.Name) and handler.obj.id == "console"
        if not isinstance(handler, ir.Func) or ir.mentions(handler, channels):
            return False
        for node in ir.walk(handler):
            if isinstance(node, ir.Throw):
                return False
            if isinstance(node, ir.Call):
                root = node.func.obj if isinstance(node.func, ir.Attr) else node.func
                if not isinstance(root, ir.Name) or root.id not in LOGS:
                    return False
        return True

    def _by_callback(self, function: Function, channels: set[str], depth: int) -> Iterator[Lost]:
        """A node callback on which all depends, and which has a silent path."""
        for site in self.flow.calls(function) if depth < 4 else ():
            if isinstance(site.node.func, ir.Attr) and site.node.func.name in REPEATED:
                continue
            for arg in site.node.args:
                node = arg.value
                name = _error_name(node) if isinstance(node, ir.Func) else None
                if not isinstance(node, ir.Func) or name is None or not ir.mentions(node, channels):
                    continue
                closure = self.flow.closure(function, node)
                ignoring = Walk(self.flow, function, channels, ignored=frozenset({id(node)}))
                if closure is None or node.is_async or not ignoring.silent:
                    continue
                inner = Walk(self.flow, closure, channels, error=name)
                failed = [e for e in inner.silent if e.state.failed]
                if failed and inner.exits is not None:
                    decided = inner.explain(lambda e: e.state.silent and e.state.failed)
                    yield Lost(closure, True, decided[0] if decided else None, True)
                elif inner.silent:
                    yield from self._silent(inner)
                else:
                    yield from self._by_callback(closure, channels, depth + 1)

    # --- answered twice ----------------------------------------------------------------------

    @cached_property
    def _walks(self) -> list[Walk]:
        """All functions in request code with two acts or more, walked."""
        found = []
        responses = self.flow.responses
        for function in Requests.of(self.web).functions:
            sites = self.flow.calls(function)
            acts = [s for s in sites if responses.answers(s) or responses.is_next(s)]
            if len(acts) > 1 or (acts and len(sites) > 1):
                error = _error_name(function.node) if self.flow.role(function) == "plain" else None
                found.append(Walk(self.flow, function, set(), error=error))
        return [w for w in found if w.exits is not None]

    @cached_property
    def twice(self) -> list[Twice]:
        """Pairs of acts on one path, in the order of the text."""
        return [
            Twice(walk.function, first, second)
            for walk in self._walks
            for first, second in sorted(
                walk.twice.values(), key=lambda p: (p[0].node.start, p[1].node.start)
            )
        ]

    @cached_property
    def late(self) -> list[Late]:
        """What is set after an answer, unless a second answer follows it."""
        return [
            Late(walk.function, answer, node)
            for walk in self._walks
            for answer, node in walk.late.values()
            if not any(first == answer for first, _ in walk.twice.values())
        ]

    def returned(self, pair: Twice, near: Applicability, far: Applicability) -> Fix | None:
        """``return`` before the first act, where it is a statement of an ``if``.

        ``near``: how sure that is when the second act follows at once; ``far``: when code between
        them would run no more, or the function is no handler.
        """
        function = pair.function
        for node in ir.own(function.node):
            if not isinstance(node, ir.If):
                continue
            for branch in (node.body, node.orelse):
                last = branch[-1] if branch else None
                if not isinstance(last, ir.ExprStmt) or last.value is not pair.first.node:
                    continue
                place = Span(function.module.path, last.start, last.start)
                follows = self._follows(function, node, pair.second.node)
                handler = self.flow.role(function) in ("handler", "error")
                return Fix(
                    "Return here", (Edit(place, "return "),), near if follows and handler else far
                )
        return None

    @staticmethod
    def _follows(function: Function, test: ir.If, second: ir.Call) -> bool:
        body = function.node.body
        index = next((i for i, s in enumerate(body) if s is test), None)
        if index is None or index + 1 >= len(body):
            return False
        after = body[index + 1]
        value = after.value if isinstance(after, (ir.ExprStmt, ir.Return)) else None
        return value is second


def _channels(function: Function, role: str) -> set[str]:
    """The names of ``res`` and ``next`` among a handler's parameters; empty when not plain."""
    at = RESPONSE_AT.get(role)
    params = function.node.params
    if at is None or len(params) <= at or any(p.kind != "any" for p in params):
        return set()
    targets = [p.target for p in params[at : at + 2]]
    names = {t.id for t in targets if isinstance(t, ir.Name)}
    uses_arguments = ir.mentions(function.node, {"arguments"})
    return names if len(names) == len(targets) and not uses_arguments else set()


def _thens(node: ir.Expr) -> list[ir.Func]:
    """The functions given to the ``.then`` links of a chain."""
    found: list[ir.Func] = []
    while isinstance(node, ir.Call) and isinstance(node.func, ir.Attr):
        if node.func.name == "then":
            found += [a.value for a in node.args[:1] if isinstance(a.value, ir.Func)]
        node = node.func.obj
    return found


def _error_name(node: ir.Func) -> str | None:
    """The name of a node callback's error."""
    if not 1 <= len(node.params) <= 4 or any(p.kind != "any" for p in node.params):
        return None
    target = node.params[0].target
    return target.id if isinstance(target, ir.Name) and target.id in ERRORS else None
