"""``tsconfig.json`` and ``jsconfig.json``: path aliases, and where compiled files come from.

Source: the TypeScript handbook's reference of ``paths``, ``baseUrl``, ``extends``, ``outDir`` and
``rootDir``. All paths here are relative to the root of the run, with ``/``; those that lead outside
of it do not exist.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from faceoff_lint.discovery.tree import ancestors, below, folder_of

__all__ = ["TsConfig", "TsConfigs", "join", "output_folder", "package_parts", "read_jsonc"]

_NAMES = ("tsconfig.json", "jsconfig.json")
_COMMENT = re.compile(r'"(?:[^"\\]|\\.)*+"|//[^\r\n]*+|/\*.*?(?:\*/|\Z)', re.DOTALL)
_TRAILING_COMMA = re.compile(r'"(?:[^"\\]|\\.)*+"|,(?=\s*+[}\]])', re.DOTALL)
# Where compilers put their output when no configuration says so.
_OUTPUT_FOLDERS = ("dist", "build", "lib", "out", "output")
_MAX_EXTENDS = 10


@dataclass(slots=True)
class TsConfig:
    """What one configuration says, with all that it extends.

    ``paths``: aliases as (pattern, targets); targets are full paths, with their ``*``.
    ``references``: paths of further configurations.
    """

    folder: str
    base_url: str | None = None
    paths: list[tuple[str, list[str]]] = field(default_factory=list)
    out_dir: str | None = None
    root_dir: str | None = None
    references: list[str] = field(default_factory=list)

    def aliased(self, specifier: str) -> Iterator[str]:
        """The paths a bare specifier may stand for, best first, as far as aliases tell."""
        matches = []
        for pattern, targets in self.paths:
            head, star, tail = pattern.partition("*")
            if not star and specifier == pattern:
                matches.append((len(pattern) + 1, "", targets))
            elif (
                star
                and len(specifier) >= len(head) + len(tail)
                and specifier.startswith(head)
                and specifier.endswith(tail)
            ):
                middle = specifier[len(head) : len(specifier) - len(tail)]
                matches.append((len(head), middle, targets))
        for _, middle, targets in sorted(matches, key=lambda match: -match[0]):
            for target in targets:
                path = join("", target.replace("*", middle))
                if path is not None:
                    yield path
        if self.base_url is not None:
            path = join(self.base_url, specifier)
            if path is not None:
                yield path


class TsConfigs:
    """The configurations of a tree. ``read`` gives a file's text, None when there is none;
    ``packages`` are the tree's own packages, name → folder."""

    def __init__(
        self, read: Callable[[str], str | None], packages: Mapping[str, str] | None = None
    ) -> None:
        self._read = read
        self._packages = packages or {}
        self._loaded: dict[str, TsConfig | None] = {}
        self._above: dict[str, list[TsConfig]] = {}

    def above(self, folder: str) -> list[TsConfig]:
        """The configurations that may hold for files in a folder, nearest first."""
        found = self._above.get(folder)
        if found is None:
            found = []
            for one in ancestors(folder):
                for name in _NAMES:
                    config = self.load(posixpath.join(one, name))
                    if config is not None:
                        found.append(config)
                        inner = (self.load(path) for path in config.references)
                        found += [other for other in inner if other is not None]
            self._above[folder] = found
        return found

    def sources(self, path: str, *, guess: bool = True) -> Iterator[str]:
        """Where the source of a compiled file may stand, its suffix as it was.

        ``guess``: also where no configuration says that it was compiled.
        """
        for config in self.above(folder_of(path)):
            if config.out_dir is None or not below(path, config.out_dir):
                continue
            inside = path[len(config.out_dir) + 1 :] if config.out_dir else path
            roots = [config.root_dir, posixpath.join(config.folder, "src"), config.folder]
            for root in roots:
                if root is not None:
                    yield posixpath.join(root, inside)
        parts = path.split("/") if guess else []
        for index, part in enumerate(parts[:-1]):
            if part in _OUTPUT_FOLDERS:
                yield "/".join([*parts[:index], "src", *parts[index + 1 :]])
                yield "/".join([*parts[:index], *parts[index + 1 :]])

    def load(self, path: str, depth: int = 0) -> TsConfig | None:
        """The configuration in a file; None when there is none that can be read."""
        if path not in self._loaded:
            self._loaded[path] = None  # one that extends itself
            self._loaded[path] = self._parse(path, depth)
        return self._loaded[path]

    def _parse(self, path: str, depth: int) -> TsConfig | None:
        text = self._read(path)
        data = read_jsonc(text) if text is not None else None
        if data is None:
            return None
        folder = folder_of(path)
        config = TsConfig(folder)
        if depth < _MAX_EXTENDS:
            for base in self._bases(folder, data.get("extends")):
                inherited = self.load(base, depth + 1)
                if inherited is not None:
                    config = replace(inherited, folder=folder, references=[])
        options = data.get("compilerOptions")
        if isinstance(options, dict):
            self._options(config, folder, options)
        references = data.get("references")
        for reference in references if isinstance(references, list) else ():
            target = reference.get("path") if isinstance(reference, dict) else None
            inner = join(folder, target) if isinstance(target, str) else None
            if inner is not None:
                is_file = inner.endswith(".json")
                config.references.append(inner if is_file else f"{inner}/tsconfig.json".lstrip("/"))
        return config

    def _bases(self, folder: str, value: object) -> Iterator[str]:
        """The files an ``extends`` names; the last one wins."""
        for name in value if isinstance(value, list) else [value]:
            if not isinstance(name, str) or not name:
                continue
            if name.startswith("."):
                path = join(folder, name)
            else:
                package, inside = package_parts(name)
                home = self._packages.get(package)
                path = None if home is None else join(home, inside or "tsconfig.json")
            if path is not None:
                yield path if path.endswith(".json") else path + ".json"

    def _options(self, config: TsConfig, folder: str, options: dict[str, object]) -> None:
        for key, attribute in (
            ("baseUrl", "base_url"), ("outDir", "out_dir"), ("rootDir", "root_dir"),
        ):  # fmt: skip
            value = options.get(key)
            if isinstance(value, str):
                setattr(config, attribute, join(folder, _plain(value)))
        paths = options.get("paths")
        if not isinstance(paths, dict):
            return
        base = folder if config.base_url is None else config.base_url
        config.paths = []
        for pattern, targets in paths.items():
            found = [
                path
                for target in (targets if isinstance(targets, list) else [targets])
                if isinstance(target, str) and (path := join(base, _plain(target))) is not None
            ]
            config.paths.append((pattern, found))


def output_folder(path: str) -> str | None:
    """The first folder on a path that has a name as compilers' outputs have."""
    parts = path.split("/")
    for index, part in enumerate(parts[:-1], 1):
        if part in _OUTPUT_FOLDERS:
            return "/".join(parts[:index])
    return None


def read_jsonc(text: str) -> dict[str, object] | None:
    """An object in JSON that may hold comments and trailing commas; None when it is none."""
    text = text.removeprefix("\ufeff")
    for pattern in (_COMMENT, _TRAILING_COMMA):
        text = pattern.sub(lambda match: match[0] if match[0].startswith('"') else " ", text)
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def join(folder: str, path: str) -> str | None:
    """A path as seen from a folder; None when it leads outside of the root."""
    if path.startswith("/"):
        return None
    joined = posixpath.normpath(posixpath.join(folder, path))
    if joined == ".." or joined.startswith("../"):
        return None
    return "" if joined == "." else joined


def package_parts(specifier: str) -> tuple[str, str]:
    """A bare specifier's package and the path in it: ``@a/b/c`` is ``@a/b`` and ``c``."""
    parts = specifier.split("/")
    count = 2 if specifier.startswith("@") else 1
    return "/".join(parts[:count]), "/".join(parts[count:])


def _plain(path: str) -> str:
    """A path without the placeholder for the configuration's own folder."""
    return path.removeprefix("${configDir}/") if path.startswith("${") else path
