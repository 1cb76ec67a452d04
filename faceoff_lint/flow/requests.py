"""Express: the calls that requests reach, and by which routes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Generic, TypeVar

from faceoff_lint.finding import Related
from faceoff_lint.flow.calls import MAX_CALL_DEPTH, CallSite, Flow, Hit
from faceoff_lint.flow.leaks import Leaks, Slot
from faceoff_lint.model import Web
from faceoff_lint.source import Span
from faceoff_lint.values import Function

__all__ = ["Arrival", "Requests"]

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class Arrival(Generic[T]):
    """A call that requests reach: how, and from which registrations.

    ``titles`` name the routes; ``places`` are the registrations, in the same order. ``slots``: the
    handlers registered there.
    """

    hit: Hit[T]
    titles: list[str] = field(default_factory=list)
    places: list[Span] = field(default_factory=list)
    slots: list[Slot] = field(default_factory=list)

    @property
    def site(self) -> CallSite:
        """The call."""
        return self.hit.site

    @property
    def what(self) -> T:
        """What was found there."""
        return self.hit.what

    @property
    def where(self) -> str:
        """`` `GET /a` and 2 more``."""
        titles = list(dict.fromkeys(self.titles))
        more = f" and {len(titles) - 1} more" if len(titles) > 1 else ""
        return f"`{titles[0]}`{more}"

    @property
    def frames(self) -> tuple[Related, ...]:
        """The registration and the calls on the way, for ``related``."""
        calls = [Related(s.span, "reached through this call") for s in self.hit.path[:-1]]
        return (Related(self.places[0], f"registered for {self.titles[0]}"), *calls[:3])


@dataclass(frozen=True, slots=True, eq=False)
class _Root:
    """A function that a request enters first."""

    function: Function
    title: str
    place: Span
    slot: Slot | None = None


class Requests:
    """The request code of one Express service; ``Requests.of(web)`` gives the one instance."""

    def __init__(self, web: Web) -> None:
        self.web = web
        self.flow = Flow.of(web)
        self.leaks = Leaks.of(web)
        self._functions: list[Function] | None = None

    @staticmethod
    def of(web: Web) -> Requests:
        """The analysis of a service, made at first use."""
        found = web.memo.get("requests")
        if not isinstance(found, Requests):
            found = web.memo["requests"] = Requests(web)
        return found

    @property
    def functions(self) -> list[Function]:
        """Every function of product code that a request can run, closures included."""
        if self._functions is None:
            reached = self.flow.reached(root.function for root in self._listed)
            self._functions = [f for f in reached if self.web.is_product(f.span)]
        return self._functions

    def arrivals(self, match: Callable[[CallSite], T | None]) -> list[Arrival[T]]:
        """What ``match`` finds in product code that requests reach, each call once.

        Registrations for development only don't count.
        """
        found: dict[Span, Arrival[T]] = {}
        for function in self.functions:
            for site in self.flow.calls(function):
                what = match(site)
                ways = self._ways(site) if what is not None and site.span not in found else []
                if what is None or not ways:
                    continue
                first, path = ways[0]
                arrival = found[site.span] = Arrival(Hit(first.function, site, what, path))
                arrival.titles.extend(root.title for root, _ in ways)
                arrival.places.extend(root.place for root, _ in ways)
                arrival.slots.extend(root.slot for root, _ in ways if root.slot is not None)
        return list(found.values())

    def _ways(self, site: CallSite) -> list[tuple[_Root, list[CallSite]]]:
        """Every registration that leads to a call, in order, with the shortest way there.

        Goes upwards from the call: few calls are asked about, and many lie below a route.
        """
        roots, callers = self._entrances, self._callers
        ways: dict[int, list[CallSite]] = {}
        seen = {id(site.function.node)}
        queue: list[tuple[Function, list[CallSite]]] = [(site.function, [site])]
        while queue:
            function, path = queue.pop(0)
            for index in roots.get(id(function.node), ()):
                ways.setdefault(index, path)
            for caller, via in callers.get(id(function.node), ()):
                longer = path if via is None else [via, *path]
                if id(caller.node) not in seen and len(longer) <= MAX_CALL_DEPTH:
                    seen.add(id(caller.node))
                    queue.append((caller, longer))
        listed = self._listed
        return [(listed[index], ways[index]) for index in sorted(ways)]

    @cached_property
    def _listed(self) -> list[_Root]:
        return list(self._roots())

    @cached_property
    def _entrances(self) -> dict[int, list[int]]:
        """By function: which of ``_listed`` enter it first."""
        found: dict[int, list[int]] = {}
        for index, root in enumerate(self._listed):
            found.setdefault(id(root.function.node), []).append(index)
        return found

    @cached_property
    def _callers(self) -> dict[int, list[tuple[Function, CallSite | None]]]:
        """By function: who calls it, and by which call; None for a function around it."""
        found: dict[int, list[tuple[Function, CallSite | None]]] = {}
        for function in self.flow.reached(root.function for root in self._listed):
            for inner, via in self.flow.successors(function):
                found.setdefault(id(inner.node), []).append((function, via))
        return found

    def _roots(self) -> Iterator[_Root]:
        """What a request enters first, with its title and its registration."""
        for slot in self.leaks.slots:
            if not self.web.development_only(slot.conditions):
                title = self._title(slot)
                for function in self.flow.entered(slot.handler):
                    yield _Root(function, title, slot.span, slot)
        for function, what in self.leaks.verifiers:
            if self.web.is_product(function.span):
                yield _Root(function, what, function.span)

    def _title(self, slot: Slot) -> str:
        return self.leaks.title(slot)
