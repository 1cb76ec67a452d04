"""What Dockerfile, Procfile and compose file say about how a Flask service is run."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from faceoff_lint.model.web import Web
from faceoff_lint.source import Span

__all__ = ["Deployment", "Gunicorn"]

_COMPOSE = ("docker-compose.yml", "docker-compose.yaml", "compose.yml", "compose.yaml")
_PRODUCTION_COMPOSE = (
    "docker-compose.prod.yml", "docker-compose.production.yml", "docker-compose.prod.yaml",
    "compose.prod.yml", "compose.prod.yaml",
)  # fmt: skip
_SET = re.compile(r"""\b(FLASK_DEBUG|FLASK_ENV)["']?(?:\s*[=:]\s*|\s+)["']?(\w+)""")
_DEBUG_RUN = re.compile(r"""\bflask\b[^\n#]*\brun\b[^\n#]*--debug\b""")
_PROGRAM = re.compile(r"""\bpython3?[\d.]*["',\s]+(?:-[uOBE]["',\s]+)*([\w./-]+\.py)\b""")
_STAGE = re.compile(r"^FROM\s+\S+(?:\s+AS\s+(\S+))?", re.IGNORECASE)
_DEVELOPMENT = re.compile(r"dev|debug|test|local", re.IGNORECASE)
_MOUNTS_SOURCE = re.compile(r"""^[ \t]*+-[ \t]*+["']?\.{1,2}(?:/[\w./-]*)?:/""", re.MULTILINE)
_GUNICORN = re.compile(r"\bgunicorn\b[^\n#]*")
_WORKERS = re.compile(r"""(?:-w|--workers)["']?(?:=|["',\s]+)["']?(\d+)\b""")
_CLASS = re.compile(r"""(?:-k|--worker-class)["']?(?:=|["',\s]+)["']?([\w.]+)""")
_THREADS = re.compile(r"""--threads["']?(?:=|["',\s]+)["']?(\d+)\b""")
_OFF = {"0", "false", "no", "off", "none"}


@dataclass(frozen=True, slots=True)
class Gunicorn:
    """A gunicorn command line. ``workers`` None where it doesn't say; ``threads`` 1 by default."""

    span: Span
    workers: int | None
    worker_class: str
    threads: int


@dataclass(slots=True)
class Deployment:
    """``starts``: Python files that a product image or Procfile runs, with the place.

    ``debug``: places that switch Flask's debug mode on. Development stages, and compose files
    that mount the source or stand beside one for production, are left out. ``gunicorn``: the
    command lines that start it.
    """

    starts: dict[str, Span] = field(default_factory=dict)
    debug: list[Span] = field(default_factory=list)
    gunicorn: list[Gunicorn] = field(default_factory=list)

    @staticmethod
    def of(web: Web) -> Deployment:
        """The deployment of a service, read at first use."""
        found = web.memo.get("deployment")
        if not isinstance(found, Deployment):
            found = web.memo["deployment"] = _read(web)
        return found


def _read(web: Web) -> Deployment:
    made = Deployment()
    version = web.service.version
    names = {"FLASK_DEBUG"}
    if version is not None and version.below(2, 3):
        names.add("FLASK_ENV")  # removed in Flask 2.3
    known = set(web.service.files)
    for path, lines in _files(web):
        settings: dict[str, tuple[str, Span]] = {}
        for what, start, line in lines:
            for match in _SET.finditer(line):
                if what != "command" or match[1] in line.partition("flask")[0]:
                    settings[match[1]] = (match[2].lower(), _place(path, start, match))
            if what == "command":
                made.debug += [_place(path, start, m) for m in _DEBUG_RUN.finditer(line)]
                made.gunicorn += [_gunicorn(path, start, m) for m in _GUNICORN.finditer(line)]
                for match in _PROGRAM.finditer(line):
                    file = posixpath.normpath(posixpath.join(web.service.root, match[1]))
                    if file in known:
                        made.starts.setdefault(file, _place(path, start, match))
        for name, (value, place) in settings.items():
            is_on = value == "development" if name == "FLASK_ENV" else value not in _OFF
            if name in names and is_on:
                made.debug.append(place)
    return made


def _gunicorn(path: str, start: int, match: re.Match[str]) -> Gunicorn:
    workers, threads = _WORKERS.search(match[0]), _THREADS.search(match[0])
    kind = _CLASS.search(match[0])
    end = start + match.start() + len(match[0].rstrip())
    return Gunicorn(
        Span(path, start + match.start(), end),
        int(workers[1]) if workers else None,
        kind[1] if kind else "sync",
        int(threads[1]) if threads else 1,
    )


def _place(path: str, start: int, match: re.Match[str]) -> Span:
    return Span(path, start + match.start(), start + match.end())


Line = tuple[str, int, str]


def _files(web: Web) -> Iterator[tuple[str, list[Line]]]:
    """The deployment files with their lines that count: ``env`` or ``command``, offset, text."""

    def text(name: str) -> str | None:
        return web.modules.reading.text(posixpath.join(web.service.root, name))

    for name in ("Dockerfile", "Procfile", *_COMPOSE):
        found = text(name)
        if found is None:
            continue
        if name == "Dockerfile":
            lines = _dockerfile(found)
        elif name == "Procfile":
            lines = [("command", s, t) for s, t in _lines(found) if t.startswith("web:")]
        elif _MOUNTS_SOURCE.search(found) or any(map(text, _PRODUCTION_COMPOSE)):
            continue
        else:
            lines = _compose(found)
        yield posixpath.join(web.service.root, name), lines


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Offset and text of the lines that are no comments."""
    start = 0
    for line in text.splitlines(keepends=True):
        if not line.lstrip().startswith("#"):
            yield start, line
        start += len(line)


def _dockerfile(text: str) -> list[Line]:
    """``ENV`` of stages that are not for development, and the last stage's command."""
    found: list[Line] = []
    instruction, goes_on, stage = "", False, ""
    for start, line in _lines(text):
        if not goes_on:
            instruction = line.split(maxsplit=1)[0].upper() if line.strip() else ""
        goes_on = line.rstrip().endswith("\\")
        match = _STAGE.match(line)
        if match:
            stage = match[1] or ""
            found = [entry for entry in found if entry[0] != "command"]
        if _DEVELOPMENT.search(stage):
            continue
        if instruction == "ENV":
            found.append(("env", start, line))
        elif instruction in ("CMD", "ENTRYPOINT"):
            found.append(("command", start, line))
    return found


def _compose(text: str) -> list[Line]:
    return [
        ("command" if re.match(r"\s*(?:command|entrypoint)\s*:", line) else "env", start, line)
        for start, line in _lines(text)
    ]
