"""Which files start a service: what manifests name, then what convention names."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from faceoff_lint.discovery.tsconfig import join

__all__ = ["EXPRESS_CONFIG", "FLASK_CONFIG", "express_entries", "flask_entries"]

FLASK_CONFIG = (".flaskenv", ".env", "Procfile", "Dockerfile", "docker-compose.yml")
EXPRESS_CONFIG = ("Procfile", "Dockerfile")

_FLASK_APP = re.compile(r"\bFLASK_APP[\"']?\s*[=:]\s*[\"']?([\w./\\-]+(?:\.py)?)")
_WSGI = re.compile(r"(?<![\w./])([A-Za-z_][\w]*(?:\.\w+)*):\w+(?:\([^)]{0,200}\))?[\"'\]\s,]?")
_SERVER = re.compile(r"\b(?:gunicorn|uwsgi|waitress-serve|hypercorn|granian|mod_wsgi)\b.*")
_PYTHON_RUN = re.compile(r"\bpython3?\b[\"',\s]+(?:-\w[\"',\s]+)*([\w./-]+\.py)")
_NODE_RUN = re.compile(
    r"\b(?:node|nodemon|node-dev|pm2(?:-runtime)?(?:\s+start)?|forever(?:\s+start)?|babel-node|"
    r"tsx(?:\s+watch)?|ts-node(?:-dev)?|bun(?:\s+run)?|supervisor)\b((?:[\s\"',]+(?:-r|--require|--import|--watch)"
    r"[\s\"',]+[^\s\"',]+|[\s\"',]+-{1,2}[\w:-]+(?:=\S+)?)*)[\s\"',]+"
    r"(?!(?:node|ts-node(?:-dev)?|tsx|babel-node|bun)\s)([\w./@-]+)"
)
_CREATES_APP = re.compile(rb"\bFlask\(")
_FLASK_NAMES = ("wsgi", "app", "run", "manage", "application", "main", "server", "asgi")
_EXPRESS_NAMES = ("server", "app", "index", "main")
_SUFFIXES = (".js", ".mjs", ".cjs", ".ts", ".mts", ".cts")
_COMPILED = {".js": ".ts", ".mjs": ".mts", ".cjs": ".cts"}


def flask_entries(
    root: str, files: Sequence[str], config: Mapping[str, str], heads: Mapping[str, bytes]
) -> list[str]:
    """Entry files of a Flask service, best first.

    ``config``: texts of the files in ``FLASK_CONFIG``; ``heads``: bytes of files that import Flask.
    """
    known = set(files)
    found: dict[str, None] = {}
    for text in config.values():
        for name in _flask_names(text):
            found.update(dict.fromkeys(_python_files(root, name, known)))
    for name in _FLASK_NAMES:
        path = posixpath.join(root, f"{name}.py")
        if path in known:
            found[path] = None
    for path, data in heads.items():
        if path in known and path.endswith("/__init__.py") and _CREATES_APP.search(data):
            found[path] = None
    for name in _FLASK_NAMES:
        for path in sorted(known & heads.keys(), key=lambda path: (path.count("/"), path)):
            if path.endswith(f"/{name}.py"):
                found[path] = None
    for path in sorted(known & heads.keys(), key=lambda path: (path.count("/"), path)):
        if _CREATES_APP.search(heads[path]):
            found[path] = None
    return list(found)


def _flask_names(text: str) -> Iterator[str]:
    for match in _FLASK_APP.finditer(text):
        yield match[1]
    for server in _SERVER.finditer(text):
        for match in _WSGI.finditer(server[0]):
            yield match[1]
    for match in _PYTHON_RUN.finditer(text):
        yield match[1]


def _python_files(root: str, name: str, known: set[str]) -> Iterator[str]:
    if name.endswith(".py"):
        candidates = [name]
    else:
        stem = name.replace(".", "/").strip("/")
        candidates = [f"{stem}/__init__.py", f"{stem}.py"]
    for candidate in candidates:
        for base in (root, posixpath.join(root, "src")):
            path = posixpath.normpath(posixpath.join(base, candidate))
            if path in known:
                yield path
                return


def express_entries(
    root: str,
    files: Sequence[str],
    manifest: Mapping[str, object],
    config: Mapping[str, str],
    sources: Callable[[str], Iterable[str]] = lambda path: (),
) -> list[str]:
    """Entry files of an Express service, best first: what starts it, then what it exports.

    ``sources``: where the source of a compiled file may stand.
    """
    known = set(files)
    found: dict[str, None] = {}
    for name in _express_names(manifest, config):
        path = _node_file(root, name, known) or _source_file(root, name, known, sources)
        if path:
            found[path] = None
    for folder in ("", "src", "server", "app", "lib", "bin", "backend", "api"):
        for name in (*_EXPRESS_NAMES, "www") if folder == "bin" else _EXPRESS_NAMES:
            path = _node_file(root, posixpath.join(folder, name), known, folders=False)
            if path:
                found[path] = None
    return list(found)


def _express_names(manifest: Mapping[str, object], config: Mapping[str, str]) -> Iterator[str]:
    scripts = manifest.get("scripts")
    commands: list[object] = []
    if isinstance(scripts, dict):
        first = [scripts.get(name) for name in ("start", "serve", "dev")]
        rest = [
            command
            for name, command in scripts.items()
            if name.partition(":")[0] in ("start", "serve", "dev", "server", "develop")
        ]
        commands = [*first, *rest]
    for command in [*commands, *config.values()]:
        if isinstance(command, str):
            yield from (match[2] for match in _NODE_RUN.finditer(command))
    yield from _strings(manifest.get("main"))
    yield from _strings(manifest.get("bin"))
    yield from _strings(manifest.get("exports"))


def _strings(value: object) -> Iterable[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for item in value.values() for text in _strings(item)]
    return []


def _source_file(
    root: str, name: str, known: set[str], sources: Callable[[str], Iterable[str]]
) -> str | None:
    """The source of a compiled file that a manifest names."""
    path = join(root, name)
    if path is None:
        return None
    found = (_node_file("", source, known) for source in sources(path))
    return next((source for source in found if source), None)


def _node_file(root: str, name: str, known: set[str], *, folders: bool = True) -> str | None:
    """Node's resolution: the file as named, with a suffix, or a folder's index."""
    path = posixpath.normpath(posixpath.join(root, name))
    path = "" if path == "." else path
    stem, suffix = posixpath.splitext(path)
    tries = [path, stem + _COMPILED.get(suffix, suffix), *(path + suffix for suffix in _SUFFIXES)]
    if folders:
        tries += [posixpath.join(path, "index" + suffix) for suffix in _SUFFIXES]
    return next((candidate for candidate in tries if candidate in known), None)
