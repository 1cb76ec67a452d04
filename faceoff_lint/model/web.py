"""The model's nouns: apps, groups, mounts, routes, uses; and what can be asked of them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from faceoff_lint import ir
from faceoff_lint.finding import Edit
from faceoff_lint.frameworks.events import (
    ConfigEvent,
    ErrorHandlerEvent,
    Event,
    ExtensionEvent,
    HookEvent,
    ListenEvent,
    MountEvent,
    Recorder,
    RouteEvent,
    SocketEvent,
    UseEvent,
)
from faceoff_lint.frameworks.express import (
    LOADERS,
    ROUTE_MAKERS,
    HttpServer,
    Router,
    SocketServer,
)
from faceoff_lint.frameworks.flask import Blueprint, Extension, FlaskApp
from faceoff_lint.frameworks.rest import Api, Namespace
from faceoff_lint.interpreter import Machine, Modules
from faceoff_lint.model.handlers import Handler, resolve
from faceoff_lint.source import Source, Span
from faceoff_lint.values import (
    MAYBE,
    NO,
    YES,
    ClassValue,
    Condition,
    DictValue,
    External,
    Function,
    Instance,
    ListValue,
    Lit,
    Native,
    Tri,
    Value,
    as_pattern,
)

if TYPE_CHECKING:
    from faceoff_lint.model.settings import Decided
    from faceoff_lint.model.table import RouteRow, Row
    from faceoff_lint.service import Service

__all__ = ["App", "Group", "Mount", "Route", "Use", "Web"]

_PRODUCT = ("product", "script")
_EXPORTS = ("module", "exports", "this")
_MODEL_BASES = {
    "flask_sqlalchemy.SQLAlchemy().Model", "sqlalchemy.orm.DeclarativeBase",
    "sqlalchemy.orm.declarative_base()", "sqlalchemy.ext.declarative.declarative_base()",
    "peewee.Model", "mongoengine.Document", "flask_mongoengine.MongoEngine().Document",
}  # fmt: skip

DEVELOPMENT = ("development", "isdev", "'dev'", "debug", "'test'")


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
        return self._sorted

    @property
    def set_up(self) -> list[Event]:
        """Routes, hooks, error handlers and children, in the order they were added."""
        kinds = (RouteEvent, HookEvent, ErrorHandlerEvent, MountEvent)
        return [e for e in self.events if isinstance(e, kinds)]

    @property
    def error_handlers(self) -> list[ErrorHandlerEvent]:
        """Flask's ``errorhandler`` registrations."""
        return [e for e in self.events if isinstance(e, ErrorHandlerEvent)]

    @property
    def hooks(self) -> list[HookEvent]:
        """Flask's ``before_request`` and its kin."""
        return [e for e in self.events if isinstance(e, HookEvent)]

    @property
    def settings(self) -> list[ConfigEvent]:
        """``app.config[…] = …``, ``app.set(…)``."""
        return [e for e in self.events if isinstance(e, ConfigEvent)]

    @property
    def listens(self) -> list[ListenEvent]:
        """Where the server is started with this app."""
        return [e for e in self.events if isinstance(e, ListenEvent)]

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
        from faceoff_lint.model.settings import decided

        return decided(self, *names)


@dataclass(eq=False)
class Web:
    """One service, put together: what rules see.

    ``apps`` and ``groups`` (which leaves the apps out) are in creation order. ``memo`` holds what
    analyses above the model have computed for this service.
    """

    service: Service
    machine: Machine
    modules: Modules
    apps: list[App] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    memo: dict[str, object] = field(default_factory=dict)
    _plain_imports: dict[str, list[ir.Import]] = field(default_factory=dict, init=False, repr=False)

    # --- places ------------------------------------------------------------------------------

    @property
    def sources(self) -> dict[str, Source]:
        """The text of every file that was read."""
        return {p: r.source for p, r in self.modules.records.items() if r is not None}

    def text(self, span: Span) -> str:
        """The source text of a span; empty when its file was not read."""
        record = self.modules.records.get(span.file)
        return record.source.text[span.start : span.end] if record is not None else ""

    def line(self, span: Span) -> int:
        """The 1-based line a span starts on."""
        record = self.modules.records.get(span.file)
        return record.source.position(span.start).line if record is not None else 1

    def module(self, file: str) -> ir.Module | None:
        """The IR of a file that was read."""
        record = self.modules.records.get(file)
        return record.module if record is not None else None

    def role(self, file: str) -> str:
        """``product``, ``test``, ``example`` … (see ``Service.roles``)."""
        return self.service.roles.get(file, "product")

    def is_product(self, span: Span) -> bool:
        """Whether a place is in product code (scripts included)."""
        return self.role(span.file) in _PRODUCT

    # --- the app -----------------------------------------------------------------------------

    @property
    def framework(self) -> str:
        """``flask`` or ``express``."""
        return self.service.framework

    @property
    def open(self) -> list[tuple[str, Span]]:
        """Why the world is not closed; empty when it is."""
        reasons = list(self.machine.open_world)
        packages = self.machine.packages
        loaders = sorted(LOADERS & packages.keys())
        reasons.extend((f"{n} loads modules by folder", packages[n][0][0]) for n in loaders)
        makers = sorted(ROUTE_MAKERS & packages.keys())
        reasons.extend((f"{n} makes routes of its own", packages[n][0][0]) for n in makers)
        if self.machine.exhausted:
            reasons.append(("the budget of steps ran out", Span("", 0, 0)))
        return reasons

    @property
    def everything(self) -> list[Group]:
        """Apps and groups."""
        return [*self.apps, *self.groups]

    @property
    def routes(self) -> Iterator[Route]:
        """Every route registration of the service, each once."""
        return (route for group in self.everything for route in group.routes)

    @cached_property
    def table(self) -> list[Row]:
        """The static route table: full paths with chains, apps in order."""
        from faceoff_lint.model.table import table

        return table(self)

    @cached_property
    def converters(self) -> set[str] | None:
        """Flask: converters of URL variables that the project adds; None when it can't be told."""
        from faceoff_lint.model.urls import converters

        return converters(self)

    @property
    def sockets(self) -> list[SocketServer]:
        """Socket.IO servers."""
        return [n for n in self.machine.natives if isinstance(n, SocketServer)]

    @property
    def socket_events(self) -> list[SocketEvent]:
        """Listeners and middlewares of Socket.IO servers."""
        return [e for s in self.sockets for e in s.events if isinstance(e, SocketEvent)]

    @property
    def servers(self) -> list[HttpServer]:
        """HTTP servers made from an app."""
        return [n for n in self.machine.natives if isinstance(n, HttpServer)]

    @property
    def extensions(self) -> list[Extension]:
        """Extension objects."""
        return [n for n in self.machine.natives if isinstance(n, Extension)]

    @property
    def meetings(self) -> list[ExtensionEvent]:
        """Where an extension meets an app: ``init_app``, ``Extension(app)``."""
        found = (e for app in self.apps for e in app.events)
        return [e for e in found if isinstance(e, ExtensionEvent)]

    def uses(self, native: Native) -> list[Span]:
        """Where product code uses a member of an object that a module-level name holds."""
        from faceoff_lint.model.objects import uses

        return uses(self, native)

    def initialises(self, name: str) -> bool:
        """Whether some ``init_app`` may be that of an object of this name."""
        from faceoff_lint.model.objects import initialises

        return initialises(self, name)

    def called_beside(self, call: Span, text: str, native: Native) -> tuple[Edit, ...] | None:
        """The edits that write a call of an object below another one, with its import.

        ``text`` has ``{}`` where the object's name goes.
        """
        from faceoff_lint.model.objects import called_beside

        return called_beside(self, call, text, native)

    @property
    def functions(self) -> Sequence[Function]:
        """Every function value the set-up code made."""
        return self.machine.functions

    @property
    def external_calls(self) -> list[External]:
        """Every library call that set-up code made and no model explains."""
        return self.machine.external_calls

    def resolve(self, value: Value, node: ir.Expr | None = None) -> Handler:
        """The handler behind a value."""
        return resolve(value, node)

    def condition_text(self, condition: Condition) -> str:
        """The text of a condition's test."""
        return self.text(condition.span)

    def development_only(self, conditions: Sequence[Condition]) -> bool:
        """Whether conditions speak of a development environment: they don't hold in production."""
        for condition in conditions:
            if condition.kind not in ("if", "switch"):
                continue
            text = self.condition_text(condition).lower().replace('"', "'")
            negated = "!=" in text or text.startswith(("!", "not "))
            first = condition.branch == 0
            if "production" in text or "isprod" in text:
                if negated == first:
                    return True
            elif any(w in text for w in DEVELOPMENT) and negated != first:
                return True
        return False

    def importers(self, file: str) -> list[Span]:
        """Where product code imports a file."""
        record = self.modules.records.get(file)
        return [s for p, s in record.importers if self.role(p) in _PRODUCT] if record else []

    def exported(self, native: Native) -> bool:
        """JavaScript: whether the module that makes an object hands it out, alone or by name."""
        record = self.modules.records.get(native.span.file)
        if record is None:
            return False
        values = [record.exports, *(value() for value in record.es_exports.values())]
        return any(
            value is native
            or (isinstance(value, DictValue) and any(v is native for v in value.entries.values()))
            for value in values
        )

    def imported_by_test(self, file: str) -> bool:
        """JavaScript: whether a test imports a file itself."""
        from faceoff_lint.model.tested import imported_by_test

        return imported_by_test(self, file)

    def held(self, group: Group) -> bool:
        """Whether a module-level collection, object or ``__all__`` holds a group.

        Code that isn't there may get it that way: a plug-in API, a list for an importer.
        """
        for record in self.modules.records.values():
            if record is None:
                continue
            names = record.env.vars
            exported = names.get("__all__") if record.path == group.file else None
            if isinstance(exported, ListValue) and Lit(group.var) in exported.items:
                return True
            kept = [v for n, v in names.items() if n not in _EXPORTS and v is not record.exports]
            if any(_holds(value, group.native, 2) for value in kept):
                return True
        return False

    def coexist(self, first: Row, second: Row) -> bool:
        """Whether both rows are surely there in one process, whenever the later one is.

        No, when they stand on exclusive branches, when the earlier has a condition of its own
        (it may be an override), or when no program loads the modules of both.
        """
        from faceoff_lint.model.together import together

        left, right = (r.mounts[0].span if r.mounts else r.span for r in (first, second))
        return together(self, (first.conditions, left.file), (second.conditions, right.file))

    def both(self, first: Event, second: Event) -> bool:
        """Whether whenever the second of two registrations happens, the first has happened too."""
        from faceoff_lint.model.together import same_run, together

        pair = [(e.conditions, e.span.file) for e in (first, second)]
        return same_run(self, first, second) and together(self, *pair)

    def runs_after(self, first: Span, second: Span) -> bool:
        """Python: whether the second place surely runs after the first, as the text tells.

        It stands below it in the same body, or at the top level of a module that is imported there.
        """
        from faceoff_lint.model.together import runs_after

        return runs_after(self, first, second)

    def in_function(self, place: Span) -> bool:
        """Whether a place stands inside a function."""
        from faceoff_lint.model.together import body

        return body(self, place) is not None

    def blueprints(self, app: Group) -> list[tuple[str, tuple[Mount, ...]]]:
        """The dotted names under which an app knows its blueprints, and the mounts down to each."""
        from faceoff_lint.model.together import named_blueprints

        return list(named_blueprints(app))

    def imports(self, package: str) -> Iterator[tuple[Span, ir.Import]]:
        """Where product code imports a Python package, guarded imports left out.

        Guarded: in a ``try`` that expects an ImportError, where either way is provided for.
        """
        for path, record in self.modules.records.items():
            if record is None or record.language != "python" or self.role(path) not in _PRODUCT:
                continue
            if path not in self._plain_imports:
                guarded = _guarded(record.module)
                self._plain_imports[path] = [
                    node
                    for node in ir.walk(record.module)
                    if isinstance(node, ir.Import) and not node.level and id(node) not in guarded
                ]
            for node in self._plain_imports[path]:
                if node.module.partition(".")[0] == package:
                    yield Span(path, node.start, node.end), node

    def models(self, file: str) -> list[ClassValue]:
        """The classes of a file that stand for tables or documents of a database."""
        classes = [c for c in self.machine.classes if c.span.file == file]
        return [c for c in classes if any(e.path in _MODEL_BASES for e in c.externals)]

    def mentions(self, text: str) -> bool:
        """Whether a string constant somewhere in the code that was read is this text."""
        modules = (r.module for r in self.modules.records.values() if r is not None)
        return any(isinstance(n, ir.Const) and n.value == text for m in modules for n in ir.walk(m))

    def names(self, file: str) -> set[str]:
        """Every name that a file binds or reads."""
        module = self.module(file)
        nodes = ir.walk(module) if module is not None else ()
        return {
            name
            for n in nodes
            for name in (
                getattr(n, "id", None),
                getattr(n, "local", None),
                getattr(n, "name", None),
            )
            if isinstance(name, str)
        }

    def after(self, span: Span) -> tuple[Span, str] | None:
        """Where to write a statement after the one that is exactly this call, and how far in.

        None when the call is a part of something else, or runs in a loop.
        """
        module = self.module(span.file)
        for node in ir.walk(module) if module is not None else ():
            inside = node.start <= span.start and span.end <= node.end
            if isinstance(node, (ir.For, ir.While)) and inside:
                return None
            if isinstance(node, ir.ExprStmt) and (node.value.start, node.value.end) == (
                span.start,
                span.end,
            ):
                head = self.sources[span.file].text[: span.start].rpartition("\n")[2]
                return (Span(span.file, node.end, node.end), head) if not head.strip() else None
        return None

    def calls(self, path: str) -> bool:
        """Whether set-up code calls a library function: ``socket.setdefaulttimeout``."""
        return any(call.path == f"{path}()" for call in self.external_calls)

    def with_import(self, file: str, module: str, name: str) -> tuple[Edit, ...] | None:
        """The edits that make ``name`` of a Python module known in a file; none if it is."""
        found = self.module(file)
        record = self.modules.records.get(file)
        if found is None or record is None:
            return None
        if name in record.env.vars:
            value = record.env.vars[name]
            same = isinstance(value, External) and value.path == f"{module}.{name}"
            return () if same else None
        for node in found.body:
            if isinstance(node, ir.Import) and node.module != "__future__":
                at = Span(file, node.start, node.start)
                return (Edit(at, f"from {module} import {name}\n"),)
        return None

    def with_argument(self, file: str, call: ir.Call, text: str) -> Edit | None:
        """The edit that adds an argument at the end of a call."""
        record = self.modules.records.get(file)
        if record is None:
            return None
        at = call.end - 1
        before = record.source.text[call.start : at].rstrip()
        glue = "" if not call.args else " " if before.endswith(",") else ", "
        return Edit(Span(file, at, at), glue + text)

    def without_argument(self, file: str, call: ir.Call, name: str) -> Edit | None:
        """The edit that takes a keyword argument out of a call, and its comma with it."""
        record = self.modules.records.get(file)
        at = next((i for i, a in enumerate(call.args) if a.keyword == name), None)
        if record is None or at is None:
            return None
        start, end = call.args[at].start, call.args[at].end
        if at + 1 < len(call.args):
            end = call.args[at + 1].start
        elif at > 0:
            start = call.args[at - 1].end
        else:
            rest = record.source.text[end : call.end]
            end += len(rest) - len(rest.lstrip(" ,")) if rest.lstrip(" ").startswith(",") else 0
        return Edit(Span(file, start, end), "")

    def indent(self, place: Span) -> str | None:
        """The blanks before a place, when nothing else stands before it on its line."""
        record = self.modules.records.get(place.file)
        text = record.source.text if record is not None else ""
        before = text[text.rfind("\n", 0, place.start) + 1 : place.start]
        return before if not before.strip() else None

    def covers(self, group: Group, routes: Sequence[Route]) -> bool:
        """Express: whether one ``use`` before these routes of a group would run for them alone."""
        from faceoff_lint.model.express_table import covers

        return covers(self, group, routes)

    def moved_last(self, call: Span, name: str) -> tuple[Edit, ...] | None:
        """The edits that move a call behind the other set-up of ``name`` in its block."""
        from faceoff_lint.model.moves import move_last

        return move_last(self, call, name)

    def moved_behind(self, call: Span, last: Span) -> tuple[Edit, ...] | None:
        """The edits that move a call behind the statement of its block that holds ``last``."""
        from faceoff_lint.model.moves import move_behind

        return move_behind(self, call, last)

    # --- for people --------------------------------------------------------------------------

    def summary(self) -> str:
        """One line on what was understood, for the head of a run."""
        return summarise(self)

    def unknowns(self) -> list[str]:
        """What the analysis gave up on, and why the world is open: ``file:line: reason``.

        The last line says how many steps were used.
        """
        seen = dict.fromkeys([*self.open, *self.machine.gave_up])
        lines = [f"{span.file or '.'}:{self.line(span)}: {reason}" for reason, span in seen]
        return [*lines, f"{self.machine.steps} steps of the interpreter used"]

    def rows(self) -> list[RouteRow]:
        """The route table in the form that ``routes`` prints."""
        from faceoff_lint.model.table import route_rows

        return route_rows(self)


def summarise(web: Web) -> str:
    """``Flask 3.1 app `app/__init__.py`: 3 blueprints, 41 routes``."""
    version = web.service.version
    title = web.service.framework.capitalize()
    if version is not None and version.text:
        title += " " + ".".join(version.text.split(".")[:2])
    apps = [a for a in web.apps if a.root and a.has_setup] or web.apps
    kinds = ("blueprint", "namespace") if web.framework == "flask" else ("router",)
    groups = [g for g in web.groups if g.kind in kinds]
    what = "blueprint" if web.framework == "flask" else "router"
    counts = f"{_count(len(groups), what)}, {_count(len(web.table), 'route')}"
    if not apps:
        where = f" in `{web.service.root}`" if web.service.root else ""
        return f"{title} code{where} without an app that could be found: {counts}"
    files = list(dict.fromkeys(a.file for a in apps))
    shown = ", ".join(f"`{f}`" for f in files[:3])
    more = f" and {len(files) - 3} more" if len(files) > 3 else ""
    return f"{title} app{'s' if len(files) > 1 else ''} {shown}{more}: {counts}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def served_of(web: Web) -> None:
    """Fill in ``served`` of every group: whether a mount chain leads to a root app."""
    reachable: set[int] = set()
    stack: list[Group] = [a for app in web.apps for a in (app, *app.merged)]
    while stack:
        group = stack.pop()
        if id(group) in reachable:
            continue
        reachable.add(id(group))
        stack.extend(m.child for m in group.mounts)
    doubtful: set[int] = set()
    every = [g for group in web.groups for g in (group, *group.merged)]
    stack = [g for g in every if g.native.escaped and id(g) not in reachable]
    while stack:
        group = stack.pop()
        if id(group) in doubtful or id(group) in reachable:
            continue
        doubtful.add(id(group))
        stack.extend(m.child for m in group.mounts)
    is_open = bool(web.open)
    for app in web.apps:
        app.served = YES
    for group in web.groups:
        if any(id(g) in reachable for g in (group, *group.merged)):
            group.served = YES
        elif any(id(g) in doubtful for g in (group, *group.merged)) or is_open or not web.apps:
            group.served = MAYBE
        else:
            group.served = NO


def _holds(value: Value, native: object, depth: int) -> bool:
    inner: Iterable[Value] = ()
    if isinstance(value, ListValue):
        inner = value.items
    elif isinstance(value, DictValue):
        inner = value.entries.values()
    elif isinstance(value, (Instance, ClassValue)):
        inner = value.attrs.values()
    items = list(inner)
    if any(i is native or (isinstance(i, Instance) and i.native is native) for i in items):
        return True
    return depth > 0 and any(_holds(i, native, depth - 1) for i in items)


def _guarded(module: ir.Module) -> set[int]:
    """The imports inside ``try`` statements that catch an ImportError."""
    found: set[int] = set()
    for node in ir.walk(module):
        if isinstance(node, ir.Try) and any(map(_catches_import_error, node.handlers)):
            found.update(id(n) for n in ir.walk(node) if isinstance(n, ir.Import))
    return found


def _catches_import_error(handler: ir.Handler) -> bool:
    if handler.type is None:
        return True
    names = {n.id for n in ir.walk(handler.type) if isinstance(n, ir.Name)}
    return not names.isdisjoint({"ImportError", "ModuleNotFoundError", "Exception"})


def is_group(native: object) -> bool:
    """Whether a framework object is an app or a group."""
    return isinstance(native, (FlaskApp, Blueprint, Api, Namespace, Router))
