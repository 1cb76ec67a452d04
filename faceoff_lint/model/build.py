"""Puts a service together: runs its set-up code and makes the model of what that recorded."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

from faceoff_lint import disk, ir
from faceoff_lint.deep import run_deep
from faceoff_lint.disk import observed_content
from faceoff_lint.frameworks.classful import CLASSFUL_MODELS
from faceoff_lint.frameworks.events import MountEvent, Recorder, RouteEvent, UseEvent
from faceoff_lint.frameworks.express import EXPRESS_MODELS, Router
from faceoff_lint.frameworks.flask import FLASK_MODELS, current_app
from faceoff_lint.frameworks.plugins import PLUGIN_MODELS
from faceoff_lint.frameworks.rest import REST_MODELS
from faceoff_lint.interpreter import LANGUAGE_MODELS, Frame, Machine, Modules
from faceoff_lint.interpreter.objects import instantiate
from faceoff_lint.model.bounds import bound_ways
from faceoff_lint.model.groups import App, Group, Mount, Route, Use, is_group
from faceoff_lint.model.handlers import resolve
from faceoff_lint.model.served import served_of
from faceoff_lint.model.web import Web
from faceoff_lint.service import Service
from faceoff_lint.source import Source, Span
from faceoff_lint.values import (
    CallArgs,
    ClassValue,
    Condition,
    External,
    Function,
    Lit,
    ModuleRecord,
    ModuleValue,
    UnionValue,
    Value,
    as_pattern,
    options,
)

__all__ = ["Reads", "build", "seeds"]

UNCALLED_STEPS = 40_000
HOLE = {"flask": "{?}", "express": "<?>"}

SEEDS = {
    "flask": ("flask", "Flask", "register_blueprint", "add_url_rule", "add_resource",
              "add_namespace", "app.run("),
    # Mongoose's models and Passport's strategies are had by name, from wherever they were made.
    "express": ("express", "Router(", "createServer", "socket.io", "mongoose", "passport"),
}  # fmt: skip
FLASK_SETUP = {
    "register_blueprint", "add_url_rule", "add_resource", "add_namespace", "init_app", "route",
    "errorhandler", "register_error_handler", "before_request", "after_request", "Flask",
    "Blueprint", "Api", "Namespace", "teardown_appcontext",
}  # fmt: skip
EXPRESS_SETUP = {"use", "Router", "express", "listen", "route", "createServer"}


class Reads(Protocol):
    """The reader: ``faceoff_lint.pool.Reader`` or anything like it."""

    @property
    def root(self) -> Path:
        """The root of the run."""

    def read(self, path: str) -> Any:
        """A ReadResult: ``source``, ``module``, ``failure``."""

    def glance(self, path: str) -> Any:
        """``read``, of which nothing is kept."""

    def read_many(self, paths: Iterable[str]) -> Any:
        """Several at once, in parallel where that pays."""


class _Reading:
    """Adapts the reader to what the interpreter asks for."""

    def __init__(self, reader: Reads) -> None:
        self.reader = reader
        self.texts: dict[str, str | None] = {}

    def module(self, path: str) -> tuple[Source, ir.Module] | None:
        """The file's text and IR; None when it could not be read."""
        result = self.reader.read(path)
        if result.module is None or result.source is None:
            return None
        return result.source, result.module

    def glance(self, path: str) -> ir.Module | None:
        """The IR of a file that is no part of the app (a test); None when it can't be read."""
        module: ir.Module | None = self.reader.glance(path).module
        return module

    def text(self, path: str) -> str | None:
        """A small file that is no source; None when there is none."""
        if path not in self.texts:
            self.texts[path] = self._load(path)
        return self.texts[path]

    def entries(self, path: str) -> list[tuple[str, bool]] | None:
        """The sorted names in a folder inside the root, links left out; None: no folder."""
        root = os.path.realpath(self.reader.root)
        folder = os.path.realpath(os.path.join(root, path))
        if os.path.commonpath((root, folder)) != root:
            return None
        found = disk.entries(folder)
        if found is None:
            return None
        return [k for k in found if k[0] not in ("__pycache__", "node_modules", ".git")]

    def is_file(self, path: str) -> bool:
        """Whether there is a regular file inside the root of the run."""
        from faceoff_lint.reading import is_file

        return is_file(self.reader.root, path)

    def _load(self, path: str) -> str | None:
        from faceoff_lint.reading import ReadError, read_source

        try:
            return read_source(self.reader.root, path).text
        except ReadError:
            return None


def build(service: Service, reader: Reads, budget: int = 3_000_000) -> Web:
    """The model of one service. ``budget``: steps of the interpreter, after which it gives up.

    Raises whatever a defect of the analysis raises; bad input gives a smaller model instead.
    """
    return run_deep(lambda: _build(service, reader, budget))


def _build(service: Service, reader: Reads, budget: int) -> Web:
    modules = Modules(service, _Reading(reader), service.files)
    machine = Machine(modules, budget)
    machine.models.update(LANGUAGE_MODELS)
    if service.framework == "flask":
        machine.models.update({**FLASK_MODELS, **REST_MODELS, **CLASSFUL_MODELS, **PLUGIN_MODELS})
        machine.late_bound["flask.current_app"] = current_app
    else:
        machine.models.update(EXPRESS_MODELS)
    first = seeds(service, reader)
    reader.read_many(first)
    _run_all(machine, modules, service, first)
    _run_rest(machine, modules, service)
    web = Web(service, machine, modules)
    _collect(web)
    bound_ways(web)
    served_of(web)
    return web


def seeds(service: Service, reader: Reads) -> list[str]:
    """The files that may hold set-up code, entry points first."""
    left_out = {"test", "migration", "template", "frontend", "generated"}
    words = SEEDS[service.framework]
    entries = [f for f in service.entries if f in set(service.files)]
    found: list[tuple[int, str]] = []
    for path in service.files:
        if service.roles.get(path, "product") in left_out or path in entries:
            continue
        is_seed, is_root = _peek(os.path.join(reader.root, path), words, service.framework)
        if is_seed:
            found.append((0 if is_root else 1, path))
    return [*entries, *(path for _, path in sorted(found))]


@observed_content
def _peek(data: bytes, words: tuple[str, ...], framework: str) -> tuple[bool, bool]:
    """Whether a file holds one of the words, and whether it looks like one that makes the app."""
    if not any(word.encode() in data for word in words):
        return False, False
    marks = (b"Flask(",) if framework == "flask" else (b".listen(", b"express()")
    return True, any(mark in data for mark in marks)


# --- running -------------------------------------------------------------------------------------


def _run_all(machine: Machine, modules: Modules, service: Service, seeds: list[str]) -> None:
    """Evaluate the modules: what the entry points reach first, then the other candidates."""
    entries = set(service.entries)
    machine.reaching = True
    for path in seeds:
        if machine.reaching and path not in entries and service.framework == "express":
            machine.reaching = _listens(modules.record(path))
        record = modules.record(path)
        if record is not None:
            modules.run(machine, record)
            _run_exports(machine, record)
            machine.run_deferred()
    machine.reaching = False


def _listens(record: ModuleRecord | None) -> bool:
    """Whether a module outside the named entry points starts a server itself."""
    return record is not None and ".listen(" in record.source.text


def _run_exports(machine: Machine, record: ModuleRecord) -> None:
    """An exported app is served by whoever imports it."""
    if record.language != "javascript":
        return
    values = [record.exports, *(get() for get in record.es_exports.values())]
    for value in values:
        for choice in options(value):
            if isinstance(choice, Router):
                choice.exported = True


def _run_rest(machine: Machine, modules: Modules, service: Service) -> None:
    """Enter set-up functions that nobody called: factories first, then the others.

    They are called with unknown arguments. What they hand back is in hands we don't see.
    """
    if service.framework == "flask":
        rounds = ({"Flask"}, FLASK_SETUP)
    else:
        rounds = ({"express"}, EXPRESS_SETUP)
    for words in rounds:
        done = 0
        for _ in range(3):
            waiting = machine.functions[done:]
            done = len(machine.functions)
            for function in waiting:
                if id(function.node) in machine.entered or machine.exhausted:
                    continue
                if _mentions(function, words) and not _is_view(machine, function):
                    _enter(machine, function)
                    machine.run_deferred()


def _mentions(function: Function, words: set[str]) -> bool:
    text, func = function.module.source.text, function.node
    # Most functions are told by their text alone.
    if not any(text.find(word, func.start, func.end) >= 0 for word in words):
        return False
    nodes = list(ir.own(func))
    nodes += [n for f in nodes if isinstance(f, ir.Func) for d in f.decorators for n in ir.walk(d)]
    return any(isinstance(n, ir.Call) and ir.last_name(n.func) in words for n in nodes)


def _is_view(machine: Machine, function: Function) -> bool:
    """Handlers are not set-up code."""
    views = {
        id(f.node)
        for native in machine.natives
        if isinstance(native, Recorder)
        for event in native.events
        if isinstance(event, (RouteEvent, UseEvent))
        for h in event.handlers
        for handler in [resolve(h)]
        for f in (handler.function, handler.outer)
        if f is not None
    }
    return id(function.node) in views


def _enter(machine: Machine, function: Function) -> None:
    call = CallArgs(open=True, uncalled=True, span=function.span, module=function.module.path)
    callee = function
    made = machine.instances.get(id(function.owner)) if function.owner is not None else None
    if made is not None and made.cls is not function.owner:
        return  # an instance of a subclass stands for it
    machine.frames.append(Frame(function.env, function.module))
    try:
        if function.owner is not None and function.this is None:
            instance = _instance(machine, function.owner)
            if id(function.node) in machine.entered:
                return  # the constructor called it
            callee = function.bind(instance)
        machine.starts.append(machine.sequence)
        with machine.fused(UNCALLED_STEPS):
            machine.escape(machine.call(callee, call))
    finally:
        machine.frames.pop()


def _instance(machine: Machine, owner: ClassValue) -> Value:
    """An instance for a method nobody called: one the program made, of the class or a subclass."""
    if id(owner) not in machine.instances:
        call = CallArgs(open=True, uncalled=True, span=owner.span, module=owner.module.path)
        instantiate(machine, owner, call)
    return machine.instances[id(owner)]


# --- collecting ----------------------------------------------------------------------------------


def _collect(web: Web) -> None:
    """Groups of the framework objects, one a creation site, and what hangs together."""
    groups: dict[int, Group] = {}
    for native in web.machine.natives:
        if isinstance(native, Recorder) and is_group(native):
            made = App(native) if native.kind in ("flask", "app") else Group(native)
            groups[id(native)] = made
    for group in groups.values():
        _fill(web, group, groups)
    every = list(groups.values())
    for group in every:
        if isinstance(group, App):
            web.apps.append(group)
        else:
            web.groups.append(group)
    _merge(web)
    mounted = {id(m.child) for g in every for m in g.mounts}
    for app in web.apps:
        app.root = id(app) not in mounted


def _fill(web: Web, group: Group, groups: Mapping[int, Group]) -> None:
    hole = HOLE[web.service.framework]
    for event in group.events:
        if isinstance(event, RouteEvent):
            event.conditions += _imported_under(web, event.span.file)
            texts = [path_text(r, hole) for r in event.rules] or [(hole, False)]
            values = event.handlers or _endpoint_view(event)
            nodes = [*event.handler_nodes, *[None] * len(values)]
            handlers = [resolve(h, n) for h, n in zip(values, nodes, strict=False)]
            exact = all(e for _, e in texts) and not event.open
            group.routes.append(Route(event, group, handlers, [t for t, _ in texts], exact))
        elif isinstance(event, MountEvent):
            child = groups.get(id(event.child))
            if child is not None:
                prefix = None if _absent(event.prefix) else path_text(event.prefix, hole)
                _mount(event, group, child, prefix)
        elif isinstance(event, UseEvent):
            _use(event, group, groups, hole)


def _imported_under(web: Web, file: str) -> tuple[Condition, ...]:
    """The conditions under which a file is imported, if it is never imported without any."""
    record = web.modules.records.get(file)
    under = record.imported_under if record is not None else []
    if not under or file in web.service.entries or not all(under):
        return ()
    return under[0]


def _endpoint_view(event: RouteEvent) -> list[Value]:
    """The view that ``@app.endpoint`` gave to a rule without one."""
    views = getattr(event.owner, "endpoint_views", {})
    name = event.endpoint.value if isinstance(event.endpoint, Lit) else None
    return [views[name]] if name in views else []


def _absent(value: Value | None) -> bool:
    return value is None or value == Lit(None)


def _mount(
    event: Any,
    parent: Group,
    child: Group,
    prefix: tuple[str, bool] | None,
    position: int = 0,
) -> None:
    text, exact = prefix if prefix is not None else (None, True)
    mount = Mount(event, parent, child, text, exact, position)
    parent.mounts.append(mount)
    child.parents.append(mount)


def _use(event: UseEvent, group: Group, groups: Mapping[int, Group], hole: str) -> None:
    """A ``use`` call: mounts for its routers, Uses for the handlers between them."""
    texts = [("", True) if p is None else path_text(p, hole) for p in event.paths]
    nodes = [*event.handler_nodes, *[None] * len(event.handlers)]
    last: Use | None = None
    for position, (value, node) in enumerate(zip(event.handlers, nodes, strict=False)):
        choices = (groups.get(id(native_router(choice))) for choice in options(value))
        children = [child for child in choices if child is not None]
        for child in children:
            last = None
            for text in texts:
                _mount(event, group, child, text, position)
        if not children:
            if last is None:
                last = Use(event, group, [], [t for t, _ in texts], position)
                group.uses.append(last)
            last.handlers.append(resolve(value, node))


def native_router(value: Value) -> object:
    """The router a mounted value is: itself, or the instance's own."""
    from faceoff_lint.frameworks.flask import native_of

    if isinstance(value, ModuleValue) and value.record.is_es:
        default = value.record.es_exports.get("default")
        return native_of(default()) if default else None
    return native_of(value)


def path_text(value: Value | None, hole: str) -> tuple[str, bool]:
    """A path value as text, and whether it is exact. Regular expressions keep their text."""
    if isinstance(value, External) and value.path == "js.RegExp()" and value.args is not None:
        return str(value.args.literal(0) or hole), True
    choices = options(value) if value is not None else ()
    texts = [p for c in choices if (p := as_pattern(c, hole)) is not None]
    if len(texts) == 1:
        # Beside something unknown the one text that is known is the best guess.
        return texts[0] if not isinstance(value, UnionValue) else (texts[0][0], False)
    return hole, False


def _merge(web: Web) -> None:
    """One group a creation site: a factory called twice makes the same app twice.

    The fullest stands for all; the others stay reachable in ``merged``.
    """
    for attribute in ("apps", "groups"):
        by_site: dict[Span, list[Group]] = {}
        for group in getattr(web, attribute):
            by_site.setdefault(group.span, []).append(group)
        kept: list[Group] = []
        for same in by_site.values():
            if attribute == "groups" and not _alike(same):
                kept.extend(same)
                continue
            best = max(same, key=_size)
            best.merged = [g for g in same if g is not best]
            kept.append(best)
        setattr(web, attribute, kept)


def _size(group: Group) -> int:
    return sum(1 for _ in _below(group, set()))


def _below(group: Group, seen: set[int]) -> Iterable[Route]:
    if id(group) in seen:
        return
    seen.add(id(group))
    yield from group.routes
    for mount in group.mounts:
        yield from _below(mount.child, seen)


def _alike(groups: list[Group]) -> bool:
    """Whether groups made at one place are one group made again, not several by design."""
    shapes = {(g.name, tuple((tuple(r.paths), r.methods) for r in g.routes)) for g in groups}
    return len(shapes) == 1
