"""Which file a JavaScript or TypeScript specifier names.

Sources: Node's documentation, "Modules: CommonJS modules" and "Modules: Packages" (relative
specifiers, folders, ``main``, ``imports``, ``exports``); the TypeScript handbook, "Modules:
Reference" (a ``.js`` specifier names a ``.ts`` file, ``paths``, ``baseUrl``). Bundlers and
CommonJS search for suffixes, so that is done everywhere.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Collection, Iterator, Mapping
from typing import Protocol

from faceoff_lint.discovery.tree import ancestors, below
from faceoff_lint.discovery.tsconfig import TsConfigs, join, output_folder, package_parts

__all__ = ["JS_SUFFIXES", "Files", "Resolver"]

_TS_FIRST = (".ts", ".tsx", ".mts", ".cts", ".js", ".cjs", ".mjs", ".jsx")
JS_SUFFIXES = (".js", ".cjs", ".mjs", ".jsx", ".ts", ".tsx", ".mts", ".cts")
_DECLARATIONS = (".d.ts", ".d.mts", ".d.cts")

# TypeScript's ES modules name the file that will be there once compiled.
_COMPILED = {
    ".js": (".ts", ".tsx"), ".mjs": (".mts",), ".cjs": (".cts",), ".jsx": (".tsx",),
}  # fmt: skip
# ``exports`` and ``imports``: conditions that hold on a server, and those that name sources.
_CONDITIONS = ("source", "node", "import", "require", "module", "default", "development", "types")
_MAX_CONDITIONS = 50


class Files(Protocol):
    """Files on disk, by path relative to the root of the run."""

    def text(self, path: str) -> str | None:
        """The text of a file that is no source (JSON); None when there is none."""

    def is_file(self, path: str) -> bool:
        """Whether there is a regular file inside the root of the run."""


class Resolver:
    """Finds source files by specifier.

    ``known``: the service's own files. ``workspace``: the packages of the repository, name →
    folder. Other files of the repository are found as well, but none in ``node_modules``.
    """

    def __init__(
        self,
        known: Collection[str],
        files: Files,
        workspace: Mapping[str, str] | None = None,
        root: str = "",
    ) -> None:
        self._known = known
        self._folders = {above for path in known for above in ancestors(posixpath.dirname(path))}
        self._files = files
        self._workspace = workspace or {}
        self._root = root
        self._configs = TsConfigs(files.text, self._workspace)
        self._manifests: dict[str, dict[str, object] | None] = {}
        self._found: dict[tuple[str, str, bool], str | None] = {}
        self._by_stem: dict[tuple[str, bool], str | None] = {}

    def find(self, specifier: str, importer: str) -> str | None:
        """The source file a specifier names as seen from a file; None for packages from elsewhere,
        files that are no source, and missing ones."""
        typed = importer.endswith(_TS_FIRST[:4])
        key = (specifier, posixpath.dirname(importer), typed)
        if key not in self._found:
            stems = self._stems(specifier, key[1])
            found = (self._file(stem, typed) for stem in stems)
            self._found[key] = next((path for path in found if path is not None), None)
        return self._found[key]

    def is_types(self, specifier: str, importer: str) -> bool:
        """Whether a specifier without a source file names a file of types: importing it does
        nothing."""
        for stem in self._stems(specifier, posixpath.dirname(importer)):
            bare = stem[: -len(".js")] if stem.endswith(".js") else stem
            names = [stem, *(bare + end for end in _DECLARATIONS), f"{bare}/index.d.ts"]
            if any(name.endswith(_DECLARATIONS) and self._exists(name) for name in names):
                return True
        return False

    # --- what a specifier may stand for ----------------------------------------------------------

    def _stems(self, specifier: str, folder: str) -> Iterator[str]:
        """The paths, with or without a suffix, that may be meant; best first."""
        if specifier.startswith("/"):
            # The interpreter's absolute paths begin at the root of the run.
            stem = join("", posixpath.normpath(specifier).lstrip("/"))
            yield from [] if stem is None else [stem]
        elif specifier in (".", "..") or specifier.startswith(("./", "../")):
            stem = join(folder, specifier)
            yield from [] if stem is None else [stem]
        elif specifier:
            yield from self._bare(specifier, folder)

    def _bare(self, specifier: str, folder: str) -> Iterator[str]:
        if specifier.startswith("#"):
            yield from self._package_imports(specifier, folder)
        for config in self._configs.above(folder):
            yield from config.aliased(specifier)
        yield from self._module_aliases(specifier, folder)
        package, inside = package_parts(specifier)
        home = self._workspace.get(package)
        if home is not None:
            yield from self._package(home, inside)
        if specifier.startswith(("@/", "~/")):
            # Aliases that a bundler's program sets up: these two have one meaning by convention.
            for base in (f"{self._root}/src" if self._root else "src", self._root):
                stem = join(base, specifier[2:])
                if stem is not None:
                    yield stem

    def _package_imports(self, specifier: str, folder: str) -> Iterator[str]:
        for home in ancestors(folder):
            manifest = self._manifest(home)
            if manifest is not None:
                imports = manifest.get("imports")
                if isinstance(imports, dict):
                    yield from self._mapped(imports, specifier, home)
                return

    def _module_aliases(self, specifier: str, folder: str) -> Iterator[str]:
        """``_moduleAliases``, as the package module-alias reads them."""
        for home in ancestors(folder):
            manifest = self._manifest(home) or {}
            aliases = manifest.get("_moduleAliases")
            for alias, target in aliases.items() if isinstance(aliases, dict) else ():
                if isinstance(target, str) and below(specifier, alias):
                    stem = join(home, target.rstrip("/") + specifier[len(alias) :])
                    if stem is not None:
                        yield stem

    def _package(self, home: str, inside: str) -> Iterator[str]:
        """A package of the repository: its ``exports``, ``main`` or index, or a path in it."""
        manifest = self._manifest(home) or {}
        exports = manifest.get("exports")
        if exports is not None:
            table = exports if isinstance(exports, dict) and _is_table(exports) else {".": exports}
            yield from self._mapped(table, f"./{inside}" if inside else ".", home)
        names = [inside] if inside else [manifest.get("source"), manifest.get("main")]
        for name in names:
            stem = join(home, name) if isinstance(name, str) else None
            if stem is not None:
                yield stem
                yield from self._configs.sources(stem)
        if inside:
            stem = join(home, f"src/{inside}")
        else:
            stem = join(home, "src/index")
            yield home
        if stem is not None:
            yield stem

    def _mapped(self, table: Mapping[str, object], key: str, home: str) -> Iterator[str]:
        """The targets of a key in ``imports`` or ``exports``, and what they are compiled from."""
        for pattern, value in sorted(table.items(), key=lambda item: -len(item[0])):
            head, star, tail = pattern.partition("*")
            if key == pattern:
                middle = ""
            elif star and key.startswith(head) and key.endswith(tail):
                middle = key[len(head) : len(key) - len(tail)]
            else:
                continue
            for target in _targets(value):
                stem = join(home, target.replace("*", middle))
                if stem is not None:
                    yield stem
                    yield from self._configs.sources(stem)

    # --- files -----------------------------------------------------------------------------------

    def _file(self, stem: str, typed: bool) -> str | None:
        """The source file of a path that may lack its suffix, or be a folder's."""
        key = (stem, typed)
        if key not in self._by_stem:
            self._by_stem[key] = self._search(stem, typed)
        return self._by_stem[key]

    def _search(self, stem: str, typed: bool) -> str | None:
        candidates = [p for p in self._candidates(stem, typed) if not p.endswith(_DECLARATIONS)]
        for path in candidates:
            if path in self._known:
                return path
        # A folder that is there is no compiler's output.
        folder = output_folder(stem)
        guess = folder is not None and folder not in self._folders
        for source in self._configs.sources(stem, guess=guess) if stem else ():
            for path in self._candidates(source, typed):
                if path in self._known:
                    return path
        return next((path for path in candidates if self._exists(path)), None)

    def _candidates(self, stem: str, typed: bool) -> Iterator[str]:
        suffixes = _TS_FIRST if typed else JS_SUFFIXES
        base, suffix = posixpath.splitext(stem)
        if suffix in _COMPILED:
            sources = [base + source for source in _COMPILED[suffix]]
            yield from [*sources, stem] if typed else [stem, *sources]
        elif suffix in suffixes or (not suffix and stem in self._known):
            yield stem
        if stem:
            yield from (stem + suffix for suffix in suffixes)
            main = (self._manifest(stem) or {}).get("main")
            inner = join(stem, main) if isinstance(main, str) else None
            if inner is not None and inner != stem:
                yield from self._candidates_of_main(inner, suffixes)
        yield from (f"{stem}/index{suffix}".lstrip("/") for suffix in suffixes)

    def _candidates_of_main(self, stem: str, suffixes: tuple[str, ...]) -> Iterator[str]:
        base, suffix = posixpath.splitext(stem)
        if suffix in suffixes:
            yield stem
        yield from (base + source for source in _COMPILED.get(suffix, ()))
        yield from (stem + suffix for suffix in suffixes)
        yield from (f"{stem}/index{suffix}" for suffix in suffixes)

    def _exists(self, path: str) -> bool:
        if path in self._known:
            return True
        return "node_modules" not in path.split("/") and self._files.is_file(path)

    def _manifest(self, folder: str) -> dict[str, object] | None:
        """A folder's package.json; None when it has none."""
        if folder not in self._manifests:
            text = self._files.text(posixpath.join(folder, "package.json"))
            try:
                data = json.loads(text) if text is not None else None
            except (ValueError, RecursionError):
                data = None
            self._manifests[folder] = data if isinstance(data, dict) else None
        return self._manifests[folder]


def _is_table(exports: dict[str, object]) -> bool:
    """Whether ``exports`` lists paths, rather than conditions."""
    return any(key.startswith(".") for key in exports)


def _targets(value: object) -> list[str]:
    """The files a target of ``imports`` or ``exports`` may be, by condition."""
    found: list[str] = []
    stack = [value]
    for _ in range(_MAX_CONDITIONS):
        if not stack:
            break
        current = stack.pop()
        if isinstance(current, str):
            found.append(current)
        elif isinstance(current, list):
            stack.extend(reversed(current))
        elif isinstance(current, dict):
            known = [current[name] for name in _CONDITIONS if name in current]
            stack.extend(reversed(known))
    return found
