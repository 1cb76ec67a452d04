"""Express: the calls that requests reach, and by which routes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from faceoff_lint.finding import Related
from faceoff_lint.flow.calls import CallSite, Flow, Hit
from faceoff_lint.flow.leaks import Leaks, Slot
from faceoff_lint.model import Web
from faceoff_lint.source import Span
from faceoff_lint.values import Function

__all__ = ["Arrival", "Requests"]

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class Arrival(Generic[T]):
    """A call that requests reach: how, and from which registrations.

    ``titles`` name the routes; ``places`` are the registrations, in the same order.
    """

    hit: Hit[T]
    titles: list[str] = field(default_factory=list)
    places: list[Span] = field(default_factory=list)

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
            roots = [f for f, _, _ in self._roots()]
            reached = self.flow.reached(roots)
            self._functions = [f for f in reached if self.web.is_product(f.span)]
        return self._functions

    def arrivals(self, match: Callable[[CallSite], T | None]) -> list[Arrival[T]]:
        """What ``match`` finds in product code that requests reach, each call once.

        Registrations for development only don't count.
        """
        if not any(match(site) is not None for f in self.functions for site in self.flow.calls(f)):
            return []
        found: dict[Span, Arrival[T]] = {}
        for function, title, place in self._roots():
            for hit in self.flow.reach(function, match):
                if self.web.is_product(hit.site.span):
                    arrival = found.setdefault(hit.site.span, Arrival(hit))
                    arrival.titles.append(title)
                    arrival.places.append(place)
        return list(found.values())

    def _roots(self) -> list[tuple[Function, str, Span]]:
        """What a request enters first, with its title and its registration."""
        roots: list[tuple[Function, str, Span]] = []
        for slot in self.leaks.slots:
            if not self.web.development_only(slot.conditions):
                title, entered = self._title(slot), self.flow.entered(slot.handler)
                roots.extend((f, title, slot.span) for f in entered)
        for function, what in self.leaks.verifiers:
            if self.web.is_product(function.span):
                roots.append((function, what, function.span))
        return roots

    def _title(self, slot: Slot) -> str:
        return self.leaks.title(slot)
