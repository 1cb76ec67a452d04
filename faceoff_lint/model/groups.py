"""The model's nouns: apps, groups, mounts, routes, uses."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from faceoff_lint import ir
from faceoff_lint.frameworks.events import (
    ConfigEvent,
    ErrorHandlerEvent,
    Event,
    HookEvent,
    ListenEvent,
    MountEvent,
    ParamEvent,
    Recorder,
    RouteEvent,
    UseEvent,
)
from faceoff_lint.frameworks.express import Router
from faceoff_lint.frameworks.flask import Blueprint, FlaskApp
from faceoff_lint.frameworks.rest import Api, Namespace
from faceoff_lint.model.handlers import Handler
from faceoff_lint.model.settings import Decided, decided
from faceoff_lint.source import Span
from faceoff_lint.values import MAYBE, Condition, Tri, as_pattern

__all__ = ["App", "Group", "Mount", "Route", "Use", "is_group"]

E = TypeVar("E", bound=Event)


@dataclass(slots=True, eq=False)
class Route:
    """One registration of a route: ``@bp.get("/x")``, ``router.post('/x', a, b)``.

    ``paths`` are as written, without prefixes, ``{?}`` for what isn't known. ``methods`` is None
    when unknown, empty for the framework's default. ``handlers`` are in the order they run; Flask
    has one. ``handler`` is the last.
    """

    event: RouteEvent
    owner: Group
    handlers: list[Handler]
    paths: list[str]
    exact: bool

    @property
    def span(self) -> Span:
        """The registering call or decorator."""
        return self.event.span

    @property
    def methods(self) -> tuple[str, ...] | None:
        """Upper-case methods as registered."""
        return self.event.methods

    @property
    def handler(self) -> Handler | None:
        """What answers, at the end of the chain."""
        return self.handlers[-1] if self.handlers else None

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What must hold for the registration to happen."""
        return self.event.conditions

    @property
    def leading(self) -> ir.Expr | None:
        """Express: the expression of the middleware that stands first, before the handler."""
        if len(self.handlers) < 2 or self.event.open:
            return None
        return self.handlers[0].node

    @property
    def without_leading(self) -> Span | None:
        """Express: what to delete to take the first middleware out; None inside an array."""
        nodes, leading = self.event.args.nodes, self.leading
        for node, following in itertools.pairwise(nodes):
            if node is leading:
                return Span(self.span.file, node.start, following.start)
        return None

    @property
    def head(self) -> Span:
        """Where the whole registering expression begins: a chain's head, not its last link."""
        node = self.event.args.node
        start = node.start if node is not None else self.span.start
        return Span(self.span.file, start, start)

    @property
    def place(self) -> Span:
        """What to point at: the view's header under a decorator, else the registering call."""
        header = self.handler.header if self.handler is not None else None
        if self.handler is None or header is None or header.file != self.span.file:
            return self.span
        starts = {d.start for d in self.handler.decorators}
        return header if self.span.start in starts else self.span


@dataclass(slots=True, eq=False)
class Use:
    """Express's ``use`` with what stands there, routers left out (they are mounts).

    ``paths`` None-free texts; empty string for everywhere. One call makes several of these when
    routers stand between its handlers; ``position`` orders what one call registers.
    """

    event: UseEvent
    owner: Group
    handlers: list[Handler]
    paths: list[str]
    position: int = 0

    @property
    def span(self) -> Span:
        """The ``use`` call."""
        return self.event.span


@dataclass(slots=True, eq=False)
class Mount:
    """A group under another. ``prefix`` as given at the registration, None when not given.

    ``position`` orders what one ``use`` registers.
    """

    event: Event
    parent: Group
    child: Group
    prefix: str | None
    exact: bool
    position: int = 0

    @property
    def span(self) -> Span:
        """The registering call."""
        return self.event.span


@dataclass(slots=True, eq=False)
class Group:
    """A Blueprint, Namespace, Api, Router — or an App, which is a group that serves.

    ``kind``: ``blueprint``, ``namespace``, ``api``, ``router``, ``app`` (Express), ``flask``.
    ``routes``, ``uses``, ``mounts`` (of children) are in registration order. ``parents`` are the
    mounts of this group. ``served``: whether it reaches an app: yes, no or unknown.
    """

    native: Recorder
    routes: list[Route] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    mounts: list[Mount] = field(default_factory=list)
    parents: list[Mount] = field(default_factory=list)
    served: Tri = MAYBE
    merged: list[Group] = field(default_factory=list)
    _sorted: list[Event] = field(default_factory=list, init=False, repr=False)
    _kinds: dict[type[Event], list[Any]] = field(default_factory=dict, init=False, repr=False)

    @property
    def kind(self) -> str:
        """What it is."""
        return self.native.kind

    @property
    def span(self) -> Span:
        """The creating call."""
        return self.native.span

    @property
    def file(self) -> str:
        """The file that creates it."""
        return self.native.span.file

    @property
    def var(self) -> str:
        """The first variable it was bound to; empty when none."""
        return self.native.var

    @property
    def name(self) -> str:
        """A Blueprint's or Namespace's own name, else the variable's, else ``?``."""
        if isinstance(self.native, (Blueprint, Namespace)):
            pattern = as_pattern(self.native.name)
            if pattern is not None:
                return pattern[0]
        return self.native.var or "?"

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What must hold for it to be created."""
        return self.native.conditions

    @property
    def events(self) -> list[Event]:
        """Everything done to it, in order."""
        if len(self._sorted) != len(self.native.events):
            self._sorted = sorted(self.native.events, key=lambda e: e.order)
            self._kinds.clear()
        return self._sorted

    def _of(self, kind: type[E]) -> list[E]:
        """The events of a kind: looked for once, as rules ask for each route."""
        events = self.events
        if kind not in self._kinds:
            self._kinds[kind] = [e for e in events if isinstance(e, kind)]
        return self._kinds[kind]

    @property
    def set_up(self) -> list[Event]:
        """Routes, hooks, error handlers and children, in the order they were added."""
        kinds = (RouteEvent, HookEvent, ErrorHandlerEvent, MountEvent)
        return [e for e in self.events if isinstance(e, kinds)]

    @property
    def error_handlers(self) -> list[ErrorHandlerEvent]:
        """Flask's ``errorhandler`` registrations."""
        return self._of(ErrorHandlerEvent)

    @property
    def hooks(self) -> list[HookEvent]:
        """Flask's ``before_request`` and its kin."""
        return self._of(HookEvent)

    @property
    def settings(self) -> list[ConfigEvent]:
        """``app.config[…] = …``, ``app.set(…)``."""
        return self._of(ConfigEvent)

    @property
    def listens(self) -> list[ListenEvent]:
        """Where the server is started with this app."""
        return self._of(ListenEvent)

    @property
    def params(self) -> list[ParamEvent]:
        """Express's ``param`` registrations."""
        return self._of(ParamEvent)

    @property
    def below(self) -> Iterator[Route]:
        """The routes of this group and of those mounted below it, each once."""
        seen: set[int] = set()
        stack = [self]
        while stack:
            group = stack.pop()
            if id(group) not in seen:
                seen.add(id(group))
                yield from group.routes
                stack.extend(m.child for m in reversed(group.mounts))

    @property
    def is_app(self) -> bool:
        """Whether it is an application."""
        return self.kind in ("flask", "app")

    @property
    def has_setup(self) -> bool:
        """Whether anything that matters was attached to it."""
        return bool(self.routes or self.mounts or self.uses or self.error_handlers or self.hooks)


@dataclass(slots=True, eq=False)
class App(Group):
    """An application. ``root``: it is served itself (not mounted under another app)."""

    root: bool = True

    def decided(self, *names: str) -> Decided | None:
        """Flask: the value a setting surely ends up with; None when that can't be told."""
        return decided(self, *names)


def is_group(native: object) -> bool:
    """Whether a framework object is an app or a group."""
    return isinstance(native, (FlaskApp, Blueprint, Api, Namespace, Router))
