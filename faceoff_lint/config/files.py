"""Configuration files: where they are, and what stands in them, parsed but not yet judged."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from faceoff_lint import disk
from faceoff_lint.errors import ConfigError
from faceoff_lint.locate import Document
from faceoff_lint.source import Source

__all__ = ["NAMES", "Parsed", "find", "read", "repository"]

_FILES: dict[str, tuple[str, ...]] = {
    "faceoff-lint.toml": (),
    "pyproject.toml": ("tool", "faceoff-lint"),
    "package.json": ("faceoff-lint",),
}
NAMES = tuple(_FILES)
"""The files that may hold settings, the first of a folder's counts."""

_NEARLY = re.compile(r"face[-_ ]?off[-_ ]?lint", re.IGNORECASE)
_HUGE = re.compile(r"[0-9][0-9_]{4000}")
_MAX_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True)
class Parsed:
    """A file's table of settings, and its text for messages."""

    path: Path
    data: dict[str, Any]
    document: Document


def find(start: Path, above: Path | None = None) -> Parsed | None:
    """The nearest configuration file of ``start`` or a folder above it, parsed.

    Looks no further than the root of the repository, and only below ``above`` where that is given.
    A ``pyproject.toml`` or ``package.json`` without a section of ours is passed over. Raises
    ``ConfigError``.
    """
    start = start.resolve()
    above = above.resolve() if above is not None else None
    for folder in (start, *start.parents):
        if folder == above:
            return None
        for name in NAMES:
            found = read(folder / name, explicit=False)
            if found is not None:
                return found
        if disk.kind(os.fspath(folder / ".git")):
            return None
    return None


def repository(folder: Path) -> Path | None:
    """The root of the repository that a folder lies in."""
    folder = folder.resolve()
    return next(
        (one for one in (folder, *folder.parents) if disk.kind(os.fspath(one / ".git"))), None
    )


def read(path: Path, *, explicit: bool) -> Parsed | None:
    """The settings in a file; None when there are none. Raises ``ConfigError``.

    ``explicit``: somebody named the file, so it is to be there.
    """
    base = _FILES.get(path.name, ()) if path.suffix != ".json" else _FILES["package.json"]
    if not explicit and _leads_out(path):
        if base:
            return None
        raise ConfigError(
            f"{path} is a link that leads out of the repository; name its file with --config"
        )
    disk.head(os.fspath(path), _MAX_BYTES + 1)  # a run's result depends on it
    try:
        if not explicit and not path.is_file():
            return None
        with path.open("rb") as file:
            raw = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from error
    if len(raw) > _MAX_BYTES:
        raise ConfigError(f"{path} is larger than {_MAX_BYTES >> 20} MiB")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if base and b"faceoff-lint" not in raw:
            return None
        raise ConfigError(f"{path} is not UTF-8: byte {error.start} cannot be decoded") from error
    document = Document(Source(_shown(path), text), base)
    if base and not _NEARLY.search(text):
        return None
    # A link may lead to a file that is nobody's configuration: don't quote it.
    quote = explicit or path.resolve().name == path.name
    data: Any = _parse_json(document, quote) if document.is_json else _parse_toml(document, quote)
    for depth, key in enumerate(base, 1):
        if not isinstance(data, dict):
            return None
        if key not in data:
            _refuse_nearly(document, base[: depth - 1], key, data, quote)
            return None
        data = data[key]
        if not isinstance(data, dict) and depth == len(base):
            message = f"`{key}` must be a table of settings"
            raise ConfigError(message, document.frame(*document.find(())) if quote else "")
    return Parsed(path, data, document)


def _refuse_nearly(
    document: Document, above: Sequence[str], key: str, table: dict[str, Any], quote: bool
) -> None:
    """Raise ``ConfigError`` for a table that would be ours if its name were spelt right."""
    for name, value in table.items():
        if isinstance(value, dict) and _NEARLY.fullmatch(name):
            place = Document(document.source, tuple(above)).find((name,))
            raise ConfigError(
                f"`{name}` is not read; did you mean `{key}`?",
                document.frame(*place) if quote else "",
            )


def _shown(path: Path) -> str:
    """A path as the user would write it: relative to the current folder, where it lies below."""
    here = os.getcwd()
    full = os.path.abspath(path)
    return os.path.relpath(full, here) if full.startswith(here.rstrip(os.sep) + os.sep) else full


def _leads_out(path: Path) -> bool:
    """Whether a file is a link to something outside: that is not the repository's to show."""
    if disk.kind(os.fspath(path)) != "link":
        return False
    root = repository(path.parent) or path.parent.resolve()
    return not disk.stays_inside(os.fspath(root), os.fspath(path))


def _parse_toml(document: Document, quote: bool) -> Any:
    import tomli

    try:
        return tomli.loads(document.source.text.replace("\r\n", "\n"))
    except tomli.TOMLDecodeError as error:
        reason = getattr(error, "msg", "") or str(error).partition(" (at ")[0]
        place = document.source.offset(getattr(error, "lineno", 1), getattr(error, "colno", 1))
        raise _syntax_error(document, reason, place, quote) from error
    except (ValueError, RecursionError) as error:
        raise _syntax_error(document, *_beyond(document, error), quote) from error


def _parse_json(document: Document, quote: bool) -> Any:
    try:
        return json.loads(document.source.text)
    except json.JSONDecodeError as error:
        raise _syntax_error(document, error.msg, error.pos, quote) from error
    except (ValueError, RecursionError) as error:
        raise _syntax_error(document, *_beyond(document, error), quote) from error


def _beyond(document: Document, error: Exception) -> tuple[str, int]:
    """What neither format forbids and Python's parsers refuse all the same, and where it stands."""
    if isinstance(error, RecursionError):
        return "nested too deeply", 0
    number = _HUGE.search(document.source.text)
    return "a number with too many digits", number.start() if number else 0


def _syntax_error(document: Document, reason: str, place: int, quote: bool) -> ConfigError:
    kind = "JSON" if document.is_json else "TOML"
    path, position = document.source.path, document.source.position(place)
    if not quote:
        return ConfigError(f"{path}:{position.line}:{position.column} is not valid {kind}")
    return ConfigError(f"not valid {kind}: {reason}", document.frame(place, place + 1))
