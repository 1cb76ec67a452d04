"""What a Python project declares: requirements files, pyproject, setup, Pipfile and lock files."""

from __future__ import annotations

import configparser
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from faceoff_lint.discovery.node import parse_json
from faceoff_lint.discovery.versions import Bounds, numbers, pep440_bounds, poetry_bounds
from faceoff_lint.service import Requirement

__all__ = ["ManifestError", "is_manifest", "merge", "normalise", "requirements"]

_REQUIREMENTS = re.compile(r"(?:^|[\w.-]*[-_.])?requirements?(?:[-_.][\w.-]*)?\.(?:txt|in)$", re.I)
_LOCKS = frozenset({"Pipfile.lock", "poetry.lock", "uv.lock", "pdm.lock"})
_NAMES = frozenset({"pyproject.toml", "setup.py", "setup.cfg", "Pipfile"}) | _LOCKS
_DEV = re.compile(
    r"(?:^|[^a-z])(?:dev|develop|development|tests?|testing|docs?|lint|ci)(?:[^a-z]|$)"
)

_LINE = re.compile(
    r"^[ \t]*(?P<name>[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)[ \t]*(?:\[[^\]\n]*\])?[ \t]*"
    r"(?P<spec>\(?(?:[<>=!~^][^;#\n\\@]*)?)",
    re.MULTILINE,
)
_SETUP_STRING = re.compile(
    r"""['"](?P<name>[A-Za-z0-9][\w.-]*)(?:\[[^\]\n]{0,200}\])?[ \t]*"""
    r"""(?P<spec>(?:[<>=!~][^;'"\n]*)?)(?:;[^'"\n]*)?['"]"""
)
_LOCK_PACKAGE = re.compile(r'^name = "([^"\n]+)"\r?\nversion = "([^"\n]+)"', re.MULTILINE)


class ManifestError(Exception):
    """A manifest that cannot be read; the message says why."""


def is_manifest(path: str) -> bool:
    """Whether a path names a Python manifest (``requirements/base.txt`` included)."""
    folder, _, name = path.rpartition("/")
    if name in _NAMES or _REQUIREMENTS.match(name):
        return True
    return folder.rpartition("/")[2] == "requirements" and name.endswith((".txt", ".in"))


def normalise(name: str) -> str:
    """``Flask_SQLAlchemy`` → ``flask-sqlalchemy``."""
    return re.sub(r"[-_.]+", "-", name).lower()


def requirements(path: str, text: str) -> list[Requirement]:
    """The requirements a manifest declares, in its order."""
    name = path.rpartition("/")[2]
    reader = _READERS.get(name, _requirements_file)
    return list(reader(path, text))


def merge(found: Iterable[Requirement]) -> dict[str, Requirement]:
    """One requirement a package: a lock before a pin before a range before nothing known."""
    best: dict[str, Requirement] = {}
    for requirement in found:
        known = best.get(requirement.name)
        if known is None or _rank(requirement) < _rank(known):
            best[requirement.name] = requirement
    return best


def _rank(requirement: Requirement) -> tuple[int, bool]:
    locked = requirement.file.rpartition("/")[2] in _LOCKS
    if requirement.exact:
        return (0 if locked else 1, requirement.dev)
    return (2 if requirement.known else 3, requirement.dev)


def _made(name: str, bounds: Bounds, spec: str, path: str, offset: int, dev: bool) -> Requirement:
    return Requirement(
        normalise(name), bounds.low, bounds.high, bounds.exact, spec.strip(), path, offset, dev
    )


def _requirements_file(path: str, text: str) -> Iterator[Requirement]:
    dev = bool(_DEV.search(path.rpartition("/")[2].lower()))
    for match in _LINE.finditer(text):
        spec = match["spec"].strip().strip("()")
        rest = text[match.end() : text.find("\n", match.end()) % (len(text) + 1)].lstrip()
        if rest and rest[0] not in ";#\\@-" and not spec:
            continue  # prose, an option, a path
        offset = match.start("name")
        yield _made(match["name"], pep440_bounds(spec), spec, path, offset, dev)


def _setup_py(path: str, text: str) -> Iterator[Requirement]:
    for match in _SETUP_STRING.finditer(text):
        spec = match["spec"]
        if spec or normalise(match["name"]).startswith("flask"):
            yield _made(match["name"], pep440_bounds(spec), spec, path, match.start(), False)


def _setup_cfg(path: str, text: str) -> Iterator[Requirement]:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except configparser.Error as error:
        raise ManifestError(str(error).splitlines()[0]) from error
    yield from _lines(path, text, parser.get("options", "install_requires", fallback=""), False)
    if parser.has_section("options.extras_require"):
        for group, lines in parser.items("options.extras_require"):
            yield from _lines(path, text, lines, bool(_DEV.search(group)))


def _lines(path: str, text: str, lines: str, dev: bool) -> Iterator[Requirement]:
    for requirement in _requirements_file(path, lines):
        yield replace(requirement, offset=_place(text, requirement.name), dev=dev)


def _place(text: str, name: str) -> int:
    """Where a normalised name is written in a manifest; 0 when it is not found."""
    pattern = "[-_.]+".join(map(re.escape, name.split("-")))
    match = re.search(rf"(?<![\w.-]){pattern}(?![\w-])", text, re.IGNORECASE)
    return match.start() if match else 0


def _toml(text: str) -> dict[str, object]:
    import tomli

    try:
        return tomli.loads(text)
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else error
        raise ManifestError(f"not valid TOML: {reason}") from error


def _table(value: object, *keys: str) -> dict[str, object]:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def _pyproject(path: str, text: str) -> Iterator[Requirement]:
    data = _toml(text)
    project = _table(data, "project")
    yield from _strings(path, text, project.get("dependencies"), False)
    for group, items in _table(project, "optional-dependencies").items():
        yield from _strings(path, text, items, bool(_DEV.search(group)))
    for items in _table(data, "dependency-groups").values():
        yield from _strings(path, text, items, True)
    for items in _table(data, "tool", "pdm", "dev-dependencies").values():
        yield from _strings(path, text, items, True)
    yield from _strings(path, text, _table(data, "tool", "uv").get("dev-dependencies"), True)
    poetry = _table(data, "tool", "poetry")
    yield from _poetry(path, text, _table(poetry, "dependencies"), False)
    yield from _poetry(path, text, _table(poetry, "dev-dependencies"), True)
    for group in _table(poetry, "group"):
        table = _table(poetry, "group", group, "dependencies")
        yield from _poetry(path, text, table, bool(_DEV.search(group)))


def _strings(path: str, text: str, items: object, dev: bool) -> Iterator[Requirement]:
    if isinstance(items, list):
        lines = "\n".join(item for item in items if isinstance(item, str))
        yield from _lines(path, text, lines, dev)


def _poetry(path: str, text: str, table: Mapping[str, object], dev: bool) -> Iterator[Requirement]:
    for name, value in table.items():
        spec = value.get("version", "") if isinstance(value, dict) else value
        spec = spec if isinstance(spec, str) else ""
        offset = _place(text, normalise(name))
        yield _made(name, poetry_bounds(spec), spec, path, offset, dev)


def _pipfile(path: str, text: str) -> Iterator[Requirement]:
    data = _toml(text)
    for section, dev in (("packages", False), ("dev-packages", True)):
        for name, value in _table(data, section).items():
            spec = value.get("version", "") if isinstance(value, dict) else value
            spec = spec if isinstance(spec, str) and spec != "*" else ""
            offset = _place(text, normalise(name))
            yield _made(name, pep440_bounds(spec), spec, path, offset, dev)


def _pipfile_lock(path: str, text: str) -> Iterator[Requirement]:
    try:
        data = parse_json(text)
    except ValueError as error:
        raise ManifestError(f"not valid JSON: {error}") from error
    for section, dev in (("default", False), ("develop", True)):
        for name in _table(data, section):
            spec = _table(data, section, name).get("version", "")
            spec = spec if isinstance(spec, str) else ""
            yield _made(name, pep440_bounds(spec), spec, path, _place(text, normalise(name)), dev)


def _lock(path: str, text: str) -> Iterator[Requirement]:
    for match in _LOCK_PACKAGE.finditer(text):
        exact = Bounds(exact=numbers(match[2]))
        yield _made(match[1], exact, match[2], path, match.start(), False)


_READERS: dict[str, Callable[[str, str], Iterator[Requirement]]] = {
    "pyproject.toml": _pyproject,
    "setup.cfg": _setup_cfg,
    "setup.py": _setup_py,
    "Pipfile": _pipfile,
    "Pipfile.lock": _pipfile_lock,
    "poetry.lock": _lock,
    "uv.lock": _lock,
    "pdm.lock": _lock,
}
