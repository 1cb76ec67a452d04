"""``Web``: one service put together, and what can be asked of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from faceoff_lint import ir
from faceoff_lint.finding import Edit
from faceoff_lint.frameworks.events import Event, ExtensionEvent, SocketEvent
from faceoff_lint.frameworks.express import LOADERS, ROUTE_MAKERS, HttpServer, SocketServer
from faceoff_lint.frameworks.flask import Extension
from faceoff_lint.interpreter import Machine, Modules
from faceoff_lint.model import edits, express_table, moves, names, objects, summary, together, urls
from faceoff_lint.model.groups import App, Group, Mount, Route
from faceoff_lint.model.handlers import Handler, resolve
from faceoff_lint.model.table import RouteRow, Row, route_rows, table
from faceoff_lint.service import Service
from faceoff_lint.source import Source, Span
from faceoff_lint.values import ClassValue, Condition, External, Function, Native, Value

__all__ = ["Web"]

_PRODUCT = ("product", "script")
_DEVELOPMENT = ("development", "isdev", "'dev'", "debug", "'test'")


@dataclass(eq=False)
class Web:
    """One service, put together: what rules see.

    ``apps`` and ``groups`` (which leaves the apps out) are in creation order. ``memo`` holds what
    analyses have computed for this service.
    """

    service: Service
    machine: Machine
    modules: Modules
    apps: list[App] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    memo: dict[str, object] = field(default_factory=dict)

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
        return table(self)

    @cached_property
    def converters(self) -> set[str] | None:
        """Flask: converters of URL variables that the project adds; None when it can't be told."""
        return urls.converters(self)

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
        return objects.uses(self, native)

    def initialises(self, name: str) -> bool:
        """Whether some ``init_app`` may be that of an object of this name."""
        return objects.initialises(self, name)

    def called_beside(self, call: Span, text: str, native: Native) -> tuple[Edit, ...] | None:
        """The edits that write a call of an object below another one, with its import.

        ``text`` has ``{}`` where the object's name goes.
        """
        return objects.called_beside(self, call, text, native)

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
            elif any(w in text for w in _DEVELOPMENT) and negated != first:
                return True
        return False

    def importers(self, file: str) -> list[Span]:
        """Where product code imports a file."""
        record = self.modules.records.get(file)
        return [s for p, s in record.importers if self.role(p) in _PRODUCT] if record else []

    def exported(self, native: Native) -> bool:
        """JavaScript: whether the module that makes an object hands it out, alone or by name."""
        return names.exported(self, native)

    def imported_by_test(self, file: str) -> bool:
        """JavaScript: whether a test imports a file itself."""
        from faceoff_lint.model.tested import imported_by_test  # reads more files: rarely asked

        return imported_by_test(self, file)

    def held(self, group: Group) -> bool:
        """Whether a module-level collection, object or ``__all__`` holds a group.

        Code that isn't there may get it that way: a plug-in API, a list for an importer.
        """
        return names.held(self, group)

    def coexist(self, first: Row, second: Row) -> bool:
        """Whether both rows are surely there in one process, whenever the later one is.

        No, when they stand on exclusive branches, when the earlier has a condition of its own
        (it may be an override), or when no program loads the modules of both.
        """
        left, right = (r.mounts[0].span if r.mounts else r.span for r in (first, second))
        return together.together(
            self, (first.conditions, left.file), (second.conditions, right.file)
        )

    def both(self, first: Event, second: Event) -> bool:
        """Whether whenever the second of two registrations happens, the first has happened too."""
        pair = [(e.conditions, e.span.file) for e in (first, second)]
        return together.same_run(self, first, second) and together.together(self, *pair)

    def runs_after(self, first: Span, second: Span) -> bool:
        """Python: whether the second place surely runs after the first, as the text tells.

        It stands below it in the same body, or at the top level of a module that is imported there.
        """
        return together.runs_after(self, first, second)

    def in_function(self, place: Span) -> bool:
        """Whether a place stands inside a function."""
        return together.body(self, place) is not None

    def blueprints(self, app: Group) -> list[tuple[str, tuple[Mount, ...]]]:
        """The dotted names under which an app knows its blueprints, and the mounts down to each."""
        return list(together.named_blueprints(app))

    def imports(self, package: str) -> Iterator[tuple[Span, ir.Import]]:
        """Where product code imports a Python package, guarded imports left out.

        Guarded: in a ``try`` that expects an ImportError, where either way is provided for.
        """
        return names.imports(self, package)

    def models(self, file: str) -> list[ClassValue]:
        """The classes of a file that stand for tables or documents of a database."""
        return names.models(self, file)

    def mentions(self, text: str) -> bool:
        """Whether a string constant somewhere in the code that was read is this text."""
        return names.mentions(self, text)

    def names(self, file: str) -> set[str]:
        """Every name that a file binds or reads."""
        return names.names(self, file)

    def after(self, span: Span) -> tuple[Span, str] | None:
        """Where to write a statement after the one that is exactly this call, and how far in.

        None when the call is a part of something else, or runs in a loop.
        """
        return edits.after(self, span)

    def calls(self, path: str) -> bool:
        """Whether set-up code calls a library function: ``socket.setdefaulttimeout``."""
        return any(call.path == f"{path}()" for call in self.external_calls)

    def with_import(self, file: str, module: str, name: str) -> tuple[Edit, ...] | None:
        """The edits that make ``name`` of a Python module known in a file; none if it is."""
        return edits.with_import(self, file, module, name)

    def with_argument(self, file: str, call: ir.Call, text: str) -> Edit | None:
        """The edit that adds an argument at the end of a call."""
        return edits.with_argument(self, file, call, text)

    def without_argument(self, file: str, call: ir.Call, name: str) -> Edit | None:
        """The edit that takes a keyword argument out of a call, and its comma with it."""
        return edits.without_argument(self, file, call, name)

    def indent(self, place: Span) -> str | None:
        """The blanks before a place, when nothing else stands before it on its line."""
        return edits.indent(self, place)

    def covers(self, group: Group, routes: Sequence[Route]) -> bool:
        """Express: whether one ``use`` before these routes of a group would run for them alone."""
        return express_table.covers(self, group, routes)

    def moved_last(self, call: Span, name: str) -> tuple[Edit, ...] | None:
        """The edits that move a call behind the other set-up of ``name`` in its block."""
        return moves.move_last(self, call, name)

    def moved_behind(self, call: Span, last: Span) -> tuple[Edit, ...] | None:
        """The edits that move a call behind the statement of its block that holds ``last``."""
        return moves.move_behind(self, call, last)

    # --- for people --------------------------------------------------------------------------

    def summary(self) -> str:
        """One line on what was understood, for the head of a run."""
        return summary.summary(self)

    def unknowns(self) -> list[str]:
        """What the analysis gave up on, and why the world is open: ``file:line: reason``.

        The last line says how many steps were used.
        """
        return summary.unknowns(self)

    def rows(self) -> list[RouteRow]:
        """The route table in the form that ``routes`` prints."""
        return route_rows(self)
