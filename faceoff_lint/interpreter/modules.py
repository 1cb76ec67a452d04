"""Project modules: how names and specifiers find files, and what a module gives its importers.

Sources: the Python language reference, "The import system"; Node's documentation, "Modules:
CommonJS modules" and "Modules: ECMAScript modules" (resolution of relative specifiers, extension
search as bundlers and CommonJS do it, ``default`` of a CommonJS module is ``module.exports``).
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Protocol

from faceoff_lint import ir
from faceoff_lint.interpreter.core import Machine
from faceoff_lint.interpreter.resolution import Resolver
from faceoff_lint.interpreter.state import Frame
from faceoff_lint.source import Source, Span
from faceoff_lint.values import (
    UNDEFINED,
    UNKNOWN,
    Builtin,
    CallArgs,
    DictValue,
    Env,
    External,
    ListValue,
    Lit,
    ModuleRecord,
    ModuleValue,
    Value,
    as_pattern,
)

if TYPE_CHECKING:
    from faceoff_lint.service import Service

__all__ = ["Modules", "Reading"]
# Bundlers let front-end code import these; they register nothing on a server.
NO_CODE = (
    ".vue", ".svelte", ".css", ".scss", ".sass", ".less", ".styl", ".svg", ".png", ".jpg", ".gif",
    ".webp", ".ico", ".html", ".ejs", ".pug", ".hbs", ".md", ".mdx", ".txt", ".graphql", ".gql",
    ".yml", ".yaml", ".wasm", ".node", ".woff", ".woff2", ".d.ts",
)  # fmt: skip


class Reading(Protocol):
    """Where modules come from: lowered files by path relative to the root of the run."""

    def module(self, path: str) -> tuple[Source, ir.Module] | None:
        """The file's text and IR; None when it could not be read or parsed."""

    def glance(self, path: str) -> ir.Module | None:
        """The IR of a file that is no part of the app (a test); None when it can't be read."""

    def text(self, path: str) -> str | None:
        """The text of a file that is no source (JSON); None when there is none."""

    def is_file(self, path: str) -> bool:
        """Whether there is a regular file inside the root of the run."""

    def entries(self, path: str) -> list[tuple[str, bool]] | None:
        """The sorted names in a folder, with whether each is a folder; None: no folder."""


class Modules:
    """The modules of one service, loaded on demand, each evaluated once."""

    def __init__(self, service: Service, reading: Reading, all_files: Iterable[str]) -> None:
        self.service = service
        self.reading = reading
        self.files = set(all_files)
        self.folders = {posixpath.dirname(f) for f in self.files}
        for folder in list(self.folders):
            while folder:
                folder = posixpath.dirname(folder)
                self.folders.add(folder)
        self.records: dict[str, ModuleRecord | None] = {}
        self._found: dict[tuple[str, str], str | None] = {}
        self._bases: dict[str, list[str]] = {}
        self.resolver = Resolver(self.files, reading, service.workspace, service.root)

    def entries(self, path: str) -> list[tuple[str, bool]] | None:
        """The names in a folder, by its path from the root of the run, else of the service."""
        if not path.startswith("/") and self.service.framework == "express":
            path = posixpath.join(self.service.root, path)
        found = self.reading.entries(posixpath.normpath(path.strip("/") or "."))
        if found is None and not path.startswith("/"):
            below = posixpath.join(self.service.root, path)
            found = self.reading.entries(posixpath.normpath(below))
        return found

    def loaded(self) -> list[ModuleRecord]:
        """The modules evaluated so far, in the order they were first asked for."""
        return [r for r in self.records.values() if r is not None and r.state == "done"]

    def working_folder(self) -> str:
        """Apps are taken to be started in the root of their service."""
        return "/" + self.service.root if self.service.framework == "express" else self.service.root

    # --- loading -----------------------------------------------------------------------------

    def record(self, path: str) -> ModuleRecord | None:
        """The module at a path, not yet evaluated; None when it could not be read."""
        if path in self.records:
            return self.records[path]
        read = self.reading.module(path)
        if read is None:
            self.records[path] = None
            return None
        source, module = read
        env = Env(None, "module")
        record = ModuleRecord(path, self._dotted(path), module.language, module, source, env)
        record.is_package = posixpath.basename(path) == "__init__.py"
        self.records[path] = record
        self._prepare(record)
        return record

    def _prepare(self, record: ModuleRecord) -> None:
        names = record.env.vars
        if record.language == "python":
            names["__name__"] = Lit(record.name)
            names["__file__"] = Lit(record.path)
            names["__path__"] = ListValue([Lit(posixpath.dirname(record.path))])
            names["__package__"] = Lit(record.name.rpartition(".")[0])
            return
        exports = DictValue(kind="exports")
        names["exports"] = exports
        names["this"] = exports
        names["module"] = DictValue({"exports": exports, "id": UNKNOWN}, kind="module")
        names["__dirname"] = Lit("/" + posixpath.dirname(record.path))
        names["__filename"] = Lit("/" + record.path)

        def require(vm: Machine, call: CallArgs) -> Value:
            return self.require(vm, record, call.get(0) or UNKNOWN, call.span)

        names["require"] = Builtin("require", require)
        # With ``export =`` TypeScript makes a CommonJS module in spite of its imports.
        module = record.module
        record.is_es = module.goal == "module" and any(_is_es(s) for s in module.body)

    def run(self, vm: Machine, record: ModuleRecord) -> None:
        """Evaluate a module's top level, once."""
        record.reached = record.reached or vm.reaching
        if record.state != "new":
            return
        record.state = "running"
        with vm.apart():
            vm.frames.append(Frame(record.env, record))
            vm.run_block(record.module.body, record.env)
            vm.frames.pop()
        record.state = "done"

    def _load(self, vm: Machine, path: str, importer: ModuleRecord, span: Span) -> Value:
        record = self.record(path)
        if record is None:
            vm.open_up(f"{path} could not be read", span)
            return UNKNOWN
        if vm.recording:  # what a trace imports would make answers depend on who traced before
            importer.imports.append((path, span))
            record.importers.append((importer.path, span))
            record.imported_under.append(tuple(vm.conditions))
        self.run(vm, record)
        return ModuleValue(record)

    # --- Python ------------------------------------------------------------------------------

    def _dotted(self, path: str) -> str:
        """A Python file's module name as its own package sees it."""
        folder, base = posixpath.split(path)
        parts = [] if base == "__init__.py" else [base.rpartition(".")[0]]
        while folder and f"{folder}/__init__.py" in self.files:
            folder, name = posixpath.split(folder)
            parts.insert(0, name)
        return ".".join(parts)

    def find_python(self, dotted: str, importer: str) -> str | None:
        """The file of an absolute dotted name as seen from a file; None when it is no project's.

        A package wins over a module of the same name. A folder without ``__init__.py`` is a
        namespace package: given with a trailing slash.
        """
        folder = importer.rpartition("/")[0]
        key = (dotted, folder)
        if key not in self._found:
            self._found[key] = self._search(dotted, folder)
        return self._found[key]

    def _search(self, dotted: str, folder: str) -> str | None:
        tail = dotted.replace(".", "/")
        bases = self._bases.get(folder)
        if bases is None:
            bases = self._bases[folder] = self._bases_of(folder)
        for base in bases:
            stem = f"{base}/{tail}" if base else tail
            if f"{stem}/__init__.py" in self.files:
                return f"{stem}/__init__.py"
            if f"{stem}.py" in self.files:
                return f"{stem}.py"
        for base in bases:
            stem = f"{base}/{tail}" if base else tail
            if stem in self.folders and stem != folder:
                return stem + "/"
        return None

    def _bases_of(self, own: str) -> list[str]:
        """The folders that may be on ``sys.path`` for the modules of a folder.

        The package's parent, the root, src, the folder itself.
        """
        top = own
        while top and f"{top}/__init__.py" in self.files:
            top = posixpath.dirname(top)
        root = self.service.root
        src = f"{root}/src" if root else "src"
        bases = [top, root, src, own, posixpath.dirname(top)]
        return list(dict.fromkeys(bases))

    def import_name(self, vm: Machine, record: ModuleRecord, dotted: str) -> Value:
        """The Python module of a dotted name (leading dots are relative to ``record``)."""
        level = len(dotted) - len(dotted.lstrip("."))
        span = Span(record.path, 0, 0)
        return self._python_module(vm, record, dotted[level:], level, span)

    def _python_module(
        self, vm: Machine, record: ModuleRecord, dotted: str, level: int, span: Span
    ) -> Value:
        if level > 0:
            return self._relative(vm, record, dotted, level, span)
        parts = dotted.split(".")
        value: Value = UNKNOWN
        for index in range(len(parts)):
            name = ".".join(parts[: index + 1])
            path = self.find_python(name, record.path)
            if path is None:
                # A folder of the project may share its name with a library.
                plain = isinstance(value, ModuleValue) and not value.record.path.endswith("/")
                return UNKNOWN if plain else External(dotted)
            if path.endswith("/"):
                value = self._namespace_package(path)
            else:
                value = self._load(vm, path, record, span)
        return value

    def _namespace_package(self, folder: str) -> ModuleValue:
        record = self.records.get(folder)
        if record is None:
            module = ir.Module(0, 0, "python", [])
            name = folder.strip("/").replace("/", ".")
            record = ModuleRecord(
                folder, name, "python", module, Source(folder, ""), Env(None, "module")
            )
            record.state, record.is_package = "done", True
            self.records[folder] = record
        return ModuleValue(record)

    def _relative(
        self, vm: Machine, record: ModuleRecord, dotted: str, level: int, span: Span
    ) -> Value:
        folder = posixpath.dirname(record.path)
        for _ in range(level - 1):
            folder = posixpath.dirname(folder)
        stem = "/".join(p for p in (folder, dotted.replace(".", "/")) if p)
        for path in (f"{stem}/__init__.py", f"{stem}.py"):
            if path.lstrip("/") in self.files:
                return self._load(vm, path.lstrip("/"), record, span)
        if stem in self.folders:
            return self._namespace_package(stem + "/")
        vm.open_up(f"module {'.' * level}{dotted} was not found", span)
        return UNKNOWN

    def import_python(self, vm: Machine, record: ModuleRecord, node: ir.Import, env: Env) -> None:
        """Bind the names of ``import a.b`` or ``from a import b``."""
        span = vm.span(node)
        if node.level == 0 and len(node.names) == 1 and node.names[0].name == "":
            self._plain_import(vm, record, node, env, span)
            return
        module = self._python_module(vm, record, node.module, node.level, span)
        for name in node.names:
            if name.name == "*":
                self._star(vm, record, module, env)
                continue
            value = self.member(vm, record, module, name.name, span)
            vm.assign(ir.Name(name.start, name.end, name.local or name.name), value, env)

    def _plain_import(
        self, vm: Machine, record: ModuleRecord, node: ir.Import, env: Env, span: Span
    ) -> None:
        local = node.names[0].local
        module = self._python_module(vm, record, node.module, 0, span)
        top = node.module.split(".")[0]
        if local and local != top:
            vm.assign(ir.Name(node.start, node.end, local), module, env)
            return
        if "." in node.module and local == top:
            module = self._python_module(vm, record, top, 0, span)
        vm.assign(ir.Name(node.start, node.end, top), module, env)

    def member(
        self, vm: Machine, record: ModuleRecord, module: Value, name: str, span: Span
    ) -> Value:
        """``from module import name``: an attribute first, then a submodule."""
        if isinstance(module, External):
            return vm.get_attr(module, name)
        if not isinstance(module, ModuleValue):
            return UNKNOWN
        target = module.record
        if name in target.env.vars:
            return target.env.vars[name]
        sub = self._submodule(target, name)
        if sub is not None:
            if sub.endswith("/"):
                return self._namespace_package(sub)
            return self._load(vm, sub, record, span)
        hook = target.env.vars.get("__getattr__")
        if hook is None and target.state == "running":
            return UNKNOWN  # an import cycle: bound later
        return UNKNOWN

    def _submodule(self, record: ModuleRecord, name: str) -> str | None:
        if not record.is_package:
            return None
        folder = posixpath.dirname(record.path) if not record.path.endswith("/") else (
            record.path.rstrip("/")
        )  # fmt: skip
        stem = f"{folder}/{name}" if folder else name
        for path in (f"{stem}/__init__.py", f"{stem}.py"):
            if path in self.files:
                return path
        return stem + "/" if stem in self.folders else None

    def _star(self, vm: Machine, record: ModuleRecord, module: Value, env: Env) -> None:
        if not isinstance(module, ModuleValue):
            return
        listed = module.record.env.vars.get("__all__")
        names = list(module.record.env.vars)
        if isinstance(listed, ListValue) and not listed.open:
            names = [str(v.value) for v in listed.items if isinstance(v, Lit)]
        for name in names:
            value = module.record.env.vars.get(name)
            if value is None:
                value = self.member(vm, record, module, name, Span(record.path, 0, 0))
            if not name.startswith("_") or isinstance(listed, ListValue):
                vm.store(env.vars, name, value)

    # --- JavaScript --------------------------------------------------------------------------

    def find_js(self, specifier: str, importer: str) -> str | None:
        """The file a specifier names as seen from a file; None for packages and missing files."""
        return self.resolver.find(specifier, importer)

    def require(self, vm: Machine, record: ModuleRecord, specifier: Value, span: Span) -> Value:
        """``require(x)``: a project module's exports, or a package."""
        pattern = as_pattern(specifier)
        if pattern is None or not pattern[1]:
            vm.open_up("a module is required by a computed path", span)
            return UNKNOWN
        value = self._specified(vm, record, pattern[0].removeprefix("file://"), span)
        if isinstance(value, ModuleValue) and not value.record.is_es:
            return value.record.exports
        return value

    def _specified(self, vm: Machine, record: ModuleRecord, name: str, span: Span) -> Value:
        path = self.find_js(name, record.path)
        if path is not None:
            return self._load(vm, path, record, span)
        if name.startswith((".", "/")):
            if name.endswith(".json") or self._json_path(name, record) is not None:
                return self._json(name, record)
            if self.resolver.is_types(name, record.path):
                return UNKNOWN
            vm.give_up(f"{name} was not found", span)
            if not name.endswith(NO_CODE):
                vm.open_up(f"{name} was not found", span)
            return UNKNOWN
        name = name.removeprefix("node:")
        vm.packages.setdefault(name, []).append((span, (vm.late, vm.tick())))
        return External(name)

    def _json_path(self, name: str, record: ModuleRecord) -> str | None:
        if name.startswith("/"):
            path = posixpath.normpath(name).lstrip("/")
        else:
            path = posixpath.normpath(posixpath.join(posixpath.dirname(record.path), name))
        if path.startswith(".."):
            return None
        path = path if path.endswith(".json") else path + ".json"
        return path if self.reading.text(path) is not None else None

    def _json(self, name: str, record: ModuleRecord) -> Value:
        path = self._json_path(name, record)
        text = self.reading.text(path) if path else None
        if text is None:
            return UNKNOWN
        try:
            return _from_json(json.loads(text), 0)
        except (ValueError, RecursionError):
            return UNKNOWN

    def import_es(self, vm: Machine, record: ModuleRecord, node: ir.Import, env: Env) -> None:
        """Bind the names of an ES import."""
        span = vm.span(node)
        module = self._specified(vm, record, node.module, span)
        for name in node.names:
            vm.store(env.vars, name.local, self.es_member(vm, module, name.name))

    def es_member(self, vm: Machine, module: Value, name: str) -> Value:
        """What importing ``name`` (``*``, ``default`` or a name) from a module gives."""
        if isinstance(module, ModuleValue):
            record = module.record
            if not record.is_es:
                exports = record.exports
                if name in ("*", "default"):
                    if isinstance(exports, DictValue) and "default" in exports.entries:
                        return exports.entries["default"] if name == "default" else exports
                    return exports
                return vm.get_attr(exports, name)
            if name == "*":
                return module
            return self.namespace(vm, record, name) or UNKNOWN
        if name in ("*", "default"):
            return module
        return vm.get_attr(module, name)

    def export(self, vm: Machine, record: ModuleRecord, node: ir.Node, env: Env) -> None:
        """Note what an ES export statement exports."""
        exports = record.es_exports
        if isinstance(node, ir.Declare):
            for name in _bound_names(node.target):
                exports[name] = _live(env, name)
        elif isinstance(node, (ir.FuncDecl, ir.ClassDecl)):
            own = node.func.name if isinstance(node, ir.FuncDecl) else node.cls.name
            name = "default" if node.exported == "default" else own
            exports[name] = _live(env, own or "*default*")
        elif isinstance(node, ir.ExportAll):
            self._export_all(vm, record, node)
        elif isinstance(node, ir.Export):
            if node.value is not None:
                env.vars["*default*"] = vm.eval(node.value, env)
                exports["default"] = _live(env, "*default*")
            elif node.source is None:
                for item in node.names:
                    exports[item.name] = _live(env, item.local)
            else:
                module = self._specified(vm, record, node.source, vm.span(node))
                for item in node.names:
                    exports[item.name] = _from(self, vm, record, module, item.local)

    def _export_all(self, vm: Machine, record: ModuleRecord, node: ir.ExportAll) -> None:
        module = self._specified(vm, record, node.source, vm.span(node))
        if node.name:
            record.es_exports[node.name] = lambda: module
        elif isinstance(module, ModuleValue):
            record.es_stars.append(module.record)
        else:
            record.es_open = True

    def namespace(self, vm: Machine, record: ModuleRecord, name: str) -> Value | None:
        """An attribute of a module object."""
        if record.language == "python":
            found = record.env.vars.get(name)
            if found is not None:
                return found
            sub = self._submodule(record, name)
            loaded = self.records.get(sub) if sub else None
            return ModuleValue(loaded) if loaded is not None else None
        if not record.is_es:
            return vm.get_attr(record.exports, name)
        seen: set[str] = set()
        return _es_lookup(record, name, seen)


def _es_lookup(record: ModuleRecord, name: str, seen: set[str]) -> Value | None:
    if record.path in seen:
        return None
    seen.add(record.path)
    if name in record.es_exports:
        return record.es_exports[name]()
    for star in record.es_stars:
        found = _es_lookup(star, name, seen)
        if found is not None:
            return found
    return None


def _live(env: Env, name: str) -> Callable[[], Value]:
    def get() -> Value:
        found = env.find(name)
        return found.vars[name] if found is not None else UNKNOWN

    return get


def _from(
    modules: Modules, vm: Machine, record: ModuleRecord, module: Value, name: str
) -> Callable[[], Value]:
    asked = False

    def get() -> Value:
        nonlocal asked
        if asked:
            return UNKNOWN  # modules that pass on a name from each other, and none has it
        asked = True
        # Asked for by others too, and when no code runs: it is this module's code that asks.
        vm.push(record.env, record)
        try:
            return modules.es_member(vm, module, name)
        finally:
            vm.frames.pop()
            asked = False

    return get


def _bound_names(target: ir.Expr) -> list[str]:
    if isinstance(target, ir.Name):
        return [target.id]
    if isinstance(target, ir.Dict):
        return [n for e in target.entries for n in _bound_names(e.value)]
    if isinstance(target, ir.List):
        return [n for i in target.items for n in _bound_names(i)]
    if isinstance(target, ir.Pattern):
        return _bound_names(target.target)
    return _bound_names(target.value) if isinstance(target, ir.Spread) else []


def _is_es(statement: ir.Stmt) -> bool:
    if isinstance(statement, (ir.Import, ir.Export, ir.ExportAll)):
        return True
    return bool(getattr(statement, "exported", ""))


def _from_json(data: object, depth: int) -> Value:
    if depth > 30:
        return UNKNOWN
    if data is None or isinstance(data, (str, int, float, bool)):
        return Lit(data)
    if isinstance(data, list):
        return ListValue([_from_json(d, depth + 1) for d in data])
    if isinstance(data, dict):
        return DictValue({k: _from_json(v, depth + 1) for k, v in data.items()})
    return UNDEFINED
