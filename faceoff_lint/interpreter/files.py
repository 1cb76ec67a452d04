"""Set-up code that looks at the disk: folders that are loaded module by module.

Paths are those of the project, from the root of the run; JavaScript's begin with ``/``. Nothing is
executed and nothing outside the root is looked at.
"""

from __future__ import annotations

import fnmatch
import posixpath
import urllib.parse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from faceoff_lint.source import Span
from faceoff_lint.values import (
    UNDEFINED,
    UNKNOWN,
    Builtin,
    CallArgs,
    DictValue,
    External,
    ListValue,
    Lit,
    ModuleValue,
    Native,
    Value,
)

if TYPE_CHECKING:
    from faceoff_lint.interpreter.core import Machine
    from faceoff_lint.interpreter.state import Model

__all__ = ["FILE_MODELS", "PathObject"]

MOST = 2000


def _text(value: Value | None) -> str | None:
    if isinstance(value, PathObject):
        return value.path
    if isinstance(value, DictValue) and value.kind == "url":
        return _text(value.entries["pathname"])
    return value.value if isinstance(value, Lit) and isinstance(value.value, str) else None


def _names(vm: Machine, path: str | None) -> list[tuple[str, bool]] | None:
    """Names in a folder of the project with whether each is a folder; None when unknown."""
    return None if path is None else vm.loader.entries(path)


def _is_folder(vm: Machine, path: str) -> bool | None:
    found = vm.loader.entries(posixpath.dirname(path.rstrip("/")) or "")
    if found is None:
        return None
    return dict(found).get(posixpath.basename(path.rstrip("/")))


def _unknown(vm: Machine, call: CallArgs) -> Value:
    vm.open_up("a folder is read whose path can't be told", call.span)
    return ListValue([], "list", True)


def _list_folder(vm: Machine, call: CallArgs) -> Value:
    """``fs.readdirSync(dir)`` and ``os.listdir(dir)``: names, sorted as libuv sorts them."""
    path = _text(call.get(0))
    found = _names(vm, path)
    if found is None or path is None:
        return _unknown(vm, call)
    options = call.get(1)
    typed = isinstance(options, DictValue) and options.entries.get("withFileTypes") == Lit(True)
    if isinstance(options, DictValue) and "recursive" in options.entries:
        return _unknown(vm, call)
    if not typed:
        return ListValue([Lit(name) for name, _ in found[:MOST]])
    return ListValue([_entry(name, folder) for name, folder in found[:MOST]])


def _entry(name: str, folder: bool) -> Value:
    """A ``fs.Dirent``."""
    made = DictValue({"name": Lit(name)}, open=True)
    made.entries["isDirectory"] = Builtin("isDirectory", lambda vm, call: Lit(folder))
    made.entries["isFile"] = Builtin("isFile", lambda vm, call: Lit(not folder))
    return made


def _stat(vm: Machine, call: CallArgs) -> Value:
    path = _text(call.get(0))
    folder = _is_folder(vm, path) if path is not None else None
    if folder is None:
        return UNKNOWN
    return _entry(posixpath.basename(path or ""), folder)


def _is_dir(vm: Machine, call: CallArgs) -> Value:
    path = _text(call.get(0))
    folder = _is_folder(vm, path) if path is not None else None
    return UNKNOWN if folder is None else Lit(folder)


def _is_file(vm: Machine, call: CallArgs) -> Value:
    path = _text(call.get(0))
    folder = _is_folder(vm, path) if path is not None else None
    return UNKNOWN if folder is None else Lit(not folder)


def _exists(vm: Machine, call: CallArgs) -> Value:
    path = _text(call.get(0))
    # That something is missing here says nothing about the machine the app runs on.
    return Lit(True) if path is not None and _is_folder(vm, path) is not None else UNKNOWN


def _glob(vm: Machine, call: CallArgs) -> Value:
    """``glob.glob(pattern)`` and ``glob.sync(pattern)`` with wildcards in the last part only."""
    pattern = _text(call.get(0))
    options = call.get(1)
    base = ""
    if isinstance(options, DictValue):
        cwd = _text(options.entries.get("cwd"))
        if "cwd" in options.entries and cwd is None:
            return _unknown(vm, call)
        base = cwd or ""
    if pattern is None or "**" in pattern or "{" in pattern:
        return _unknown(vm, call)
    return _matches(vm, call, posixpath.dirname(pattern), posixpath.basename(pattern), base)


def _matches(vm: Machine, call: CallArgs, folder: str, name: str, base: str) -> Value:
    if any(c in folder for c in "*?["):
        return _unknown(vm, call)
    found = _names(vm, posixpath.join(base, folder))
    if found is None:
        return _unknown(vm, call)
    hidden = name.startswith(".")
    kept = [
        Lit(posixpath.join(folder, n))
        for n, _ in found
        if fnmatch.fnmatchcase(n, name) and (hidden or not n.startswith("."))
    ]
    return ListValue(list(kept))


def _iter_modules(vm: Machine, call: CallArgs) -> Value:
    """``pkgutil.iter_modules(package.__path__)``: triples (finder, name, is package)."""
    paths = call.get(0, "path")
    prefix = _text(call.get(1, "prefix")) or ""
    if not isinstance(paths, ListValue) or paths.open:
        return _unknown(vm, call)
    made: list[Value] = []
    for path in paths.items:
        found = _names(vm, _text(path))
        if found is None:
            return _unknown(vm, call)
        for name, folder in found:
            module = _module_name(vm, _text(path) or "", name, folder)
            if module:
                row = [UNKNOWN, Lit(prefix + module), Lit(folder)]
                made.append(_module_info(list(row)))
    return ListValue(made)


def _module_info(row: list[Value]) -> Value:
    return ListValue(row, "tuple", names=("module_finder", "name", "ispkg"))


def _module_name(vm: Machine, parent: str, name: str, folder: bool) -> str:
    if not folder:
        return name[:-3] if name.endswith(".py") and name != "__init__.py" else ""
    inside = _names(vm, posixpath.join(parent, name)) or []
    return name if ("__init__.py", False) in inside else ""


def _find_modules(vm: Machine, call: CallArgs) -> Value:
    """``werkzeug.utils.find_modules(package, include_packages, recursive)``: dotted names."""
    package = _text(call.get(0))
    module = vm.loader.import_name(vm, vm.frame.module, package) if package else UNKNOWN
    if not isinstance(module, ModuleValue) or call.literal(2, "recursive"):
        return _unknown(vm, call)
    paths = module.record.env.vars.get("__path__")
    folder = _text(paths.items[0]) if isinstance(paths, ListValue) and paths.items else None
    found = _names(vm, folder)
    if found is None:
        return _unknown(vm, call)
    packages = bool(call.literal(1, "include_packages"))
    names = [_module_name(vm, folder or "", n, f) for n, f in found if packages or not f]
    return ListValue([Lit(f"{package}.{n}") for n in names if n])


# --- paths as text -------------------------------------------------------------------------------


def _on_text(function: Callable[[str], str]) -> Model:
    def run(vm: Machine, call: CallArgs) -> Value:
        path = _text(call.get(0))
        return Lit(function(path)) if path is not None else UNKNOWN

    return run


def _basename(vm: Machine, call: CallArgs) -> Value:
    path, ending = _text(call.get(0)), _text(call.get(1))
    if path is None:
        return UNKNOWN
    name = posixpath.basename(path.rstrip("/") if vm.javascript else path)
    return Lit(name.removesuffix(ending) if ending and name != ending else name)


def _split_ext(vm: Machine, call: CallArgs) -> Value:
    path = _text(call.get(0))
    if path is None:
        return UNKNOWN
    return ListValue([Lit(p) for p in posixpath.splitext(path)], "tuple")


def _parse(vm: Machine, call: CallArgs) -> Value:
    path = _text(call.get(0))
    if path is None:
        return UNKNOWN
    base = posixpath.basename(path)
    name, ending = posixpath.splitext(base)
    parts = {"dir": posixpath.dirname(path), "base": base, "name": name, "ext": ending}
    return DictValue({k: Lit(v) for k, v in parts.items()})


def _cwd(vm: Machine, call: CallArgs) -> Value:
    return Lit(vm.loader.working_folder())


# --- file URLs -----------------------------------------------------------------------------------


def _url(vm: Machine, call: CallArgs) -> Value:
    """``new URL("./x", import.meta.url)``; every other URL is the library's."""
    name, base = _text(call.get(0)), _text(call.get(1))
    if name is None or base is None or not base.startswith("file://"):
        return External("js.URL()", call, call.span)
    return _file_url(urllib.parse.urljoin(base, name))


def _file_url(url: str) -> Value:
    path = Lit(url.removeprefix("file://"))
    return DictValue({"href": Lit(url), "pathname": path}, open=True, kind="url")


def _from_url(vm: Machine, call: CallArgs) -> Value:
    """``fileURLToPath(url)``."""
    url = call.get(0)
    text = _text(url.entries.get("href") if isinstance(url, DictValue) else url)
    return Lit(text.removeprefix("file://")) if text is not None else UNKNOWN


def _to_url(vm: Machine, call: CallArgs) -> Value:
    """``pathToFileURL(path)``."""
    path = _text(call.get(0))
    return _file_url(f"file://{path}") if path is not None else UNKNOWN


# --- pathlib -------------------------------------------------------------------------------------


class PathObject(Native):
    """A ``pathlib.Path`` inside the project."""

    kind = "path"

    def __init__(self, path: str) -> None:
        super().__init__(Span("", 0, 0), "")
        self.path = path

    def get_attr(self, vm: Any, name: str) -> Value | None:
        """Parts of the path, and methods that look at the disk."""
        stem, ending = posixpath.splitext(posixpath.basename(self.path))
        if name == "parent":
            return PathObject(posixpath.dirname(self.path))
        if name == "parents":
            folders, folder = [], self.path
            while folder:
                folder = posixpath.dirname(folder)
                folders.append(folder)
            return ListValue([PathObject(f) for f in folders])
        texts = {"name": posixpath.basename(self.path), "stem": stem, "suffix": ending}
        if name in texts:
            return Lit(texts[name])
        run = _PATH_METHODS.get(name)
        return Builtin(f"pathlib.{name}", run, self) if run else UNKNOWN

    def operate(self, op: str, right: Value) -> Value:
        """``path / part``."""
        part = _text(right)
        return PathObject(posixpath.join(self.path, part)) if op == "/" and part else UNKNOWN


def _this(call: CallArgs) -> PathObject:
    return call.this if isinstance(call.this, PathObject) else PathObject("")


def _path(vm: Machine, call: CallArgs) -> Value:
    parts = [_text(v) for v in call.pos]
    if call.open or any(p is None for p in parts):
        return UNKNOWN
    return PathObject(posixpath.join("", *(p for p in parts if p is not None)))


def _path_glob(vm: Machine, call: CallArgs) -> Value:
    pattern = _text(call.get(0))
    if pattern is None or "/" in pattern or "**" in pattern:
        return _unknown(vm, call)
    found = _matches(vm, call, _this(call).path, pattern, "")
    return _paths(found)


def _paths(found: Value) -> Value:
    if not isinstance(found, ListValue):
        return found
    return ListValue([PathObject(_text(i) or "") for i in found.items], "list", found.open)


def _iterdir(vm: Machine, call: CallArgs) -> Value:
    return _paths(_matches(vm, call, _this(call).path, "*", ""))


def _on_this(model: Model) -> Model:
    return lambda vm, call: model(vm, CallArgs(pos=[_this(call)], span=call.span))


_PATH_METHODS: dict[str, Model] = {
    "resolve": lambda vm, call: _this(call),
    "absolute": lambda vm, call: _this(call),
    "expanduser": lambda vm, call: _this(call),
    "joinpath": lambda vm, call: _path(vm, CallArgs(pos=[_this(call), *call.pos])),
    "as_posix": lambda vm, call: Lit(_this(call).path),
    "glob": _path_glob,
    "iterdir": _iterdir,
    "is_dir": _on_this(_is_dir),
    "is_file": _on_this(_is_file),
    "exists": _on_this(_exists),
    "__str__": lambda vm, call: Lit(_this(call).path),
}


def _fs_callback(vm: Machine, call: CallArgs) -> Value:
    """``fs.readdir(dir, callback)``: the callback runs late, with the names."""
    callback = call.pos[-1] if call.pos else UNKNOWN
    if vm.recording:
        names = _list_folder(vm, CallArgs(pos=call.pos[:1], span=call.span))
        vm.defer(callback, CallArgs(pos=[Lit(None), names], span=call.span))
    return UNDEFINED


FILE_MODELS: dict[str, Model] = {
    "fs.readdirSync": _list_folder,
    "fs.readdir": _fs_callback,
    "fs.statSync": _stat,
    "fs.lstatSync": _stat,
    "fs.existsSync": _exists,
    "fs.promises.readdir": _list_folder,
    "fs/promises.readdir": _list_folder,
    "glob.sync": _glob,
    "glob.globSync": _glob,
    "path.basename": _basename,
    "path.extname": _on_text(lambda p: posixpath.splitext(p)[1]),
    "path.parse": _parse,
    "path.normalize": _on_text(posixpath.normpath),
    "js.process.cwd": _cwd,
    "js.URL": _url,
    "url.URL": _url,
    "url.fileURLToPath": _from_url,
    "url.pathToFileURL": _to_url,
    "os.listdir": _list_folder,
    "os.getcwd": _cwd,
    "os.path.basename": _basename,
    "os.path.splitext": _split_ext,
    "os.path.isdir": _is_dir,
    "os.path.isfile": _is_file,
    "os.path.exists": _exists,
    "os.path.realpath": _on_text(lambda p: p),
    "os.path.normpath": _on_text(posixpath.normpath),
    "glob.glob": _glob,
    "pathlib.Path": _path,
    "pathlib.PurePath": _path,
    "pkgutil.iter_modules": _iter_modules,
    "werkzeug.utils.find_modules": _find_modules,
}
