"""Express: rejections raised while serving a request that reach neither next nor an answer.

Observed on Express 4.22, Express 5 and Node 20: Express 4 drops the promise a handler returns, and
Node ends the process on its rejection; Express 5 passes it to ``next``. A promise that is not
returned is lost in both. ``express-async-errors`` makes Express 4 behave like 5 for what is
registered after it is loaded.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from faceoff_lint import ir
from faceoff_lint.flow.calls import Flow
from faceoff_lint.flow.rejections import Floating, Point
from faceoff_lint.flow.sockets import Listener, listeners
from faceoff_lint.flow.wrappers import Outcome, Verdict, judge_wrapper
from faceoff_lint.frameworks.events import Event, ParamEvent
from faceoff_lint.frameworks.express import Router
from faceoff_lint.model import Group, Handler, Route, Web
from faceoff_lint.source import Span
from faceoff_lint.values import Condition, External, Function, Wrapped

__all__ = ["Leaks", "Slot"]

LISTENING = ("on", "once", "addListener", "prependListener")
FORWARDING_LIBRARIES = {
    "express-async-handler", "express-promise-router", "async-middleware.wrap",
    "@awaitjs/express", "express-async-wrap", "async-express",
}  # fmt: skip


@dataclass(slots=True, eq=False)
class Slot:
    """One handler in one registration. ``route`` is None for ``use`` and ``param``."""

    handler: Handler
    owner: Group
    event: Event
    route: Route | None

    @property
    def span(self) -> Span:
        """The registering call."""
        return self.event.span

    @property
    def layers(self) -> list[Function]:
        """Project functions from the registered closure inwards to the handler."""
        chain = [w for w in self.handler.wrappers if isinstance(w, Function)]
        return [*chain, self.handler.function] if self.handler.function is not None else []

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What must hold for the registration to happen."""
        return self.event.conditions

    @property
    def by_library(self) -> bool:
        """Whether a library wraps it."""
        return isinstance(self.handler.value, Wrapped)


class Leaks:
    """Answers about lost rejections for one service; ``Leaks.of(web)`` gives the one instance."""

    def __init__(self, web: Web) -> None:
        self.web = web
        self.flow = Flow.of(web)

    @staticmethod
    def of(web: Web) -> Leaks:
        """The analysis of a service, made at first use."""
        found = web.memo.get("leaks")
        if not isinstance(found, Leaks):
            found = web.memo["leaks"] = Leaks(web)
        return found

    # --- the ground rules of this service ----------------------------------------------------

    @cached_property
    def express5(self) -> bool:
        """Whether the service runs on Express 5; an unknown version counts as 4."""
        version = self.web.service.version
        return version is not None and version.below(5) is False

    def forwards(self, slot: Slot) -> bool:
        """Whether the rejection of the promise that a slot's handler returns reaches ``next``."""
        if self.express5:
            return True
        if isinstance(slot.owner.native, Router) and slot.owner.native.promises:
            return True
        loaded = self.web.machine.packages.get("express-async-errors")
        if not loaded:
            return False
        first = min(order for _, order in loaded)
        return slot.event.order > first

    @property
    def survives(self) -> bool:
        """Whether a process-level listener keeps the process alive after a lost rejection."""
        return bool(self.kept_alive)

    @cached_property
    def kept_alive(self) -> list[External]:
        """The calls that add such listeners; none where one for the same event ends the process."""
        names = {"unhandledRejection", "uncaughtException"}
        found: list[External] = []
        ending: set[object] = set()
        for call in self.web.external_calls:
            place, _, member = call.path.removesuffix("()").rpartition(".")
            if place not in ("js.process", "process") or member not in LISTENING:
                continue
            if call.args is None or call.args.literal(0) not in names or self._taken_off(call):
                continue
            listener = call.args.get(1)
            if not isinstance(listener, Function):
                ending.add(call.args.literal(0))  # who knows
            elif self._ends(listener):
                ending.add(call.args.literal(0))
            else:
                found.append(call)
        return [c for c in found if c.args is not None and c.args.literal(0) not in ending]

    def _taken_off(self, call: External) -> bool:
        """Whether the file that adds a listener also removes one: it is there for a while."""
        record = self.web.modules.records.get(call.span.file) if call.span is not None else None
        text = record.source.text if record is not None else ""
        return "process.removeListener(" in text or "process.off(" in text

    def _ends(self, listener: Function) -> bool:
        """Whether a listener ends the process, throws, or closes something."""
        reached = self.flow.reached([listener])
        if any(isinstance(n, ir.Throw) for f in reached for n in ir.own(f.node)):
            return True
        return any(
            p.endswith(("process.exit", "process.abort", "process.kill", ".close"))
            for f in reached
            for s in self.flow.calls(f)
            for p in s.paths
        )

    @cached_property
    def captures_rejections(self) -> bool:
        """Whether ``events.captureRejections`` is switched on: emitters hear their listeners."""
        texts = (s.text for s in self.web.sources.values())
        return any("captureRejections" in text for text in texts)

    @property
    def consequence(self) -> str:
        """What a lost rejection does, for messages."""
        node = self.web.service.node
        if self.survives or (node is not None and node < (15,)):
            return "the request is never answered"
        return "Node ends the process"

    @property
    def unheard(self) -> str:
        """What a lost rejection does that no handler returns, for messages."""
        node = self.web.service.node
        if self.survives:
            return "only a listener of the whole process hears it"
        if node is not None and node < (15,):
            return "Node only prints a warning"
        return "Node ends the process"

    @property
    def express(self) -> str:
        """The framework's name with what is known of the version."""
        version = self.web.service.version
        text = version.text if version is not None else ""
        return f"Express {'.'.join(text.split('.')[:2])}" if text else "Express 4"

    # --- slots -------------------------------------------------------------------------------

    @cached_property
    def slots(self) -> list[Slot]:
        """Every handler of every registration in product code."""
        return [s for s in self._slots() if self.web.is_product(s.span)]

    def _slots(self) -> Iterator[Slot]:
        for group in self.web.everything:
            for route in group.routes:
                for handler in route.handlers:
                    yield Slot(handler, group, route.event, route)
            for use in group.uses:
                for handler in use.handlers:
                    yield Slot(handler, group, use.event, None)
            for event in group.events:
                if isinstance(event, ParamEvent):
                    yield Slot(self.web.resolve(event.handler), group, event, None)

    @cached_property
    def _routes(self) -> dict[int, str]:
        names: dict[int, str] = {}
        for row in self.web.table:
            methods = "/".join(row.methods) or "?"
            names.setdefault(id(row.route), f"{methods} {row.path}")
        return names

    def title(self, slot: Slot) -> str:
        """``GET /users/:id``, or what else the slot is."""
        if slot.route is None:
            return "middleware"
        methods = "/".join(slot.route.methods or ()) or "?"
        return self._routes.get(id(slot.route), f"{methods} {slot.route.paths[0]}")

    # --- what leaks --------------------------------------------------------------------------

    def escaping(self, slot: Slot) -> Point | None:
        """The first point whose rejection Express does not hear, with no wrapper to blame."""
        layers = slot.layers
        if not layers or slot.by_library or self.forwards(slot):
            return None
        verdict = self.verdict(slot)
        composed = (Outcome.RETURNED, Outcome.DROPPED)
        if verdict is None or (verdict.outcome in composed and not verdict.tries):
            points = self.flow.rejections.points(layers[-1])
            if points:
                return points[0]
        # What the wrapping closures themselves await.
        inner = {id(layer.node) for layer in layers[1:]}
        for layer in layers[:-1]:
            for point in self.flow.rejections.points(layer):
                if point.via is not None and id(point.via.node) not in inner:
                    return point
        return None

    def verdict(self, slot: Slot) -> Verdict | None:
        """What the project's wrappers do with a handler's rejection; None: there is no wrapper."""
        layers = slot.layers
        verdict: Verdict | None = None
        for outer, inner in reversed(list(itertools.pairwise(layers))):
            verdict = judge_wrapper(self.flow, outer, inner)
            if verdict.outcome is not Outcome.RETURNED:
                return verdict
        return verdict

    @cached_property
    def floating(self) -> list[Floating]:
        """Expressions in request code whose rejection nobody hears, each once."""
        lost = (Outcome.DROPPED, Outcome.NOT_AWAITED, Outcome.SWALLOWED)
        verdicts = [v for v in (self.verdict(s) for s in self.slots) if v is not None]
        wrapped = {id(v.site.node) for v in verdicts if v.site is not None}
        broken = {id(v.site.node) for v in verdicts if v.site is not None and v.outcome in lost}
        functions = [f for f, _ in self.flow.request_functions]
        functions += [listener.function for listener in self.listeners]
        functions += [function for function, _ in self.verifiers]
        found: dict[Span, Floating] = {}
        for function in self.flow.reached(functions):
            if not self.web.is_product(function.span):
                continue
            for item in self.flow.rejections.floating(function):
                inside = {id(n) for n in ir.walk(item.node)} if broken else set()
                if id(item.node) not in wrapped and not broken & inside:
                    found.setdefault(item.span, item)
        for function, what in self.verifiers:
            points = self.flow.rejections.points(function) if function.node.is_async else []
            if points and self.web.is_product(function.span):
                item = Floating(function, function.node, "callback", what, points[0])
                found.setdefault(item.span, item)
        return list(found.values())

    @cached_property
    def listeners(self) -> list[Listener]:
        """Socket.IO listeners and middlewares."""
        return listeners(self.flow)

    @cached_property
    def verifiers(self) -> list[tuple[Function, str]]:
        """Verify callbacks of passport strategies: passport ignores what they return."""
        found = []
        for call in self.web.external_calls:
            package, _, member = call.path.partition(".")
            made = member.endswith("Strategy()") or (not member and package.endswith("()"))
            if package.startswith("passport-") and made and call.args:
                functions = [v for v in call.args.pos if isinstance(v, Function)]
                name = package.removesuffix("()")
                found += [(f, f"{name}'s Strategy") for f in functions]
        return found

    def is_broken(self, slot: Slot, verdict: Verdict) -> bool:
        """Whether a wrapper loses or swallows what its handler rejects with.

        One that only returns the promise counts on Express 4 if it has a try or a catch: it means
        to guard. Others merely compose, and the handler is to blame.
        """
        handler = slot.layers[-1]
        if not handler.node.is_async and not self.flow.rejections.can_reject(handler):
            return False
        if verdict.outcome is Outcome.RETURNED:
            return verdict.tries and not self.forwards(slot)
        if verdict.outcome is Outcome.DROPPED:
            return verdict.tries or self.forwards(slot)
        return verdict.outcome in (Outcome.NOT_AWAITED, Outcome.SWALLOWED)

    def next_name(self, function: Function) -> str | None:
        """The name of ``next`` in a handler's own scope."""
        role = self.flow.role(function)
        at = {"handler": 2, "param": 2, "error": 3}.get(role)
        if at is None or len(function.node.params) <= at:
            return None
        target = function.node.params[at].target
        return target.id if isinstance(target, ir.Name) else None

    @cached_property
    def wrappers(self) -> dict[int, Verdict]:
        """Closures that forward rejections, by the ``id`` of their node."""
        good = {}
        for slot in self.slots:
            verdict = self.verdict(slot)
            if verdict is not None and verdict.outcome is Outcome.FORWARDED:
                good[id(verdict.function.node)] = verdict
        return good

    def wrapper_name(self, file: str) -> str | None:
        """The name under which a wrapper that forwards rejections is bound in a file."""
        record = self.web.modules.records.get(file)
        if record is None:
            return None
        for name, value in record.env.vars.items():
            if isinstance(value, External) and value.path in FORWARDING_LIBRARIES:
                return name
            if isinstance(value, Function):
                for verdict in self.wrappers.values():
                    inner = verdict.function
                    same = inner.module is value.module and inner.node is not value.node
                    if same and value.node.start <= inner.node.start < value.node.end:
                        return name
        return None
