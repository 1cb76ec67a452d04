"""From a path to a module: reading, decoding, looking, lowering — and what can go wrong.

Nothing here raises for what a file holds: every failure is a value that names its file.
"""

from __future__ import annotations

import codecs
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from faceoff_lint import disk, ir
from faceoff_lint.disk import CAP, observed
from faceoff_lint.limits import Limits
from faceoff_lint.lowering import ParseFailure, TooDeep, UnsupportedLanguage, language_of, lower
from faceoff_lint.lowering.shape import shape_problem
from faceoff_lint.source import Source

__all__ = [
    "DEFAULT_LIMIT", "Failure", "ReadError", "ReadResult", "is_file", "lower_source",
    "lower_text", "read_source", "shape_check", "shown_source",
]  # fmt: skip

DEFAULT_LIMIT = Limits().file_size_kb * 1024
"""Bytes; larger files are not read."""

DEFAULT_NESTING = Limits().nesting

_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BLANK = re.compile(rb"^[ \t\f]*(?:#.*)?$")
# Codecs that are no encodings of source text; punycode also takes quadratic time.
_NO_SOURCE_CODECS = frozenset({"idna", "punycode", "undefined"})

_MINIFIED_SUFFIXES = (".min.js", ".min.mjs", ".min.cjs")
_LONGEST_LINE = 20_000
_MINIFIED_LENGTH = 4_000
_MINIFIED_AVERAGE = 400


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a file has no module.

    ``kind``: ``syntax``, ``unreadable``, ``undecodable``, ``too-large``, ``too-deep``,
    ``minified``, ``timeout``, ``crash`` or ``unsupported``. ``message`` is one line that quotes
    nothing of the file. ``offset`` is in code points from 0, ``line`` and ``column`` from 1.
    """

    kind: str
    message: str
    offset: int = 0
    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class ReadResult:
    """What reading one file gave: a module or a failure, and its text where that could be had."""

    path: str
    source: Source | None = None
    module: ir.Module | None = None
    failure: Failure | None = None


class ReadError(Exception):
    """A file that could not be read as text; ``failure`` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


def read_source(
    root: Path, path: str, limit_bytes: int = DEFAULT_LIMIT, given: bytes | None = None
) -> Source:
    """The decoded text of the file ``path`` (relative to ``root``, with ``/``).

    Only regular files that really lie inside ``root`` are read, and none above ``limit_bytes``.
    UTF-8, with or without a byte order mark; Python files may declare another encoding. Raises
    ``ReadError`` with the kinds ``unreadable``, ``undecodable``, ``too-large``, ``minified``.
    ``given`` is the content where it is known already.
    """
    if given is None:
        data = _read_bytes(os.fspath(root), path, limit_bytes)
    else:
        data = given if len(given) <= limit_bytes else _too_large(limit_bytes)
    if isinstance(data, tuple):
        raise ReadError(Failure(*data))
    suffix = PurePosixPath(path).suffix.lower()
    is_python = language_of(suffix) == "python"
    source = _decode(path, data, is_python)
    if not is_python and _looks_minified(path, source.text):
        raise ReadError(Failure("minified", "minified or generated: not read"))
    return source


def shown_source(root: Path, path: str) -> Source:
    """The text of a file that is only shown (a manifest); empty when it can't be.

    At most ``CAP`` bytes of a regular file inside ``root``, with what can't be decoded replaced.
    """
    data = disk.head(os.path.join(root, path), CAP) if path and is_file(root, path) else None
    return Source(path, (data or b"").decode("utf-8-sig", "replace"))


def is_file(root: Path, path: str) -> bool:
    """Whether ``path`` (relative to ``root``, with ``/``) is a regular file really inside it."""
    return _is_file(os.fspath(root), path)


@observed
def _is_file(root: str, path: str) -> bool:
    try:
        real = disk.inside(root, path)
        return real is not None and stat.S_ISREG(os.stat(real).st_mode)
    except (OSError, ValueError):
        return False


@observed
def _read_bytes(root: str, path: str, limit_bytes: int) -> bytes | tuple[str, str]:
    """A file's bytes, or the kind of failure and its message."""
    try:
        real = disk.inside(root, path)
        if real is None:
            return "unreadable", "leads outside the root of the run"
        # The path is resolved: what is a link now has come since.
        descriptor = os.open(real, disk.READ_FLAGS | getattr(os, "O_NOFOLLOW", 0))
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                return "unreadable", "not a regular file"
            data = file.read(limit_bytes + 1) if status.st_size <= limit_bytes else None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "bad path"
        return "unreadable", reason
    if data is None or len(data) > limit_bytes:
        return _too_large(limit_bytes)
    return data


def _too_large(limit_bytes: int) -> tuple[str, str]:
    return "too-large", f"larger than {limit_bytes // 1024} KB: not read"


def _decode(path: str, data: bytes, is_python: bool) -> Source:
    had_bom = data.startswith(codecs.BOM_UTF8)
    encoding = "utf-8"
    if had_bom:
        data = data[len(codecs.BOM_UTF8) :]
    elif is_python:
        encoding = _declared_encoding(data)
    try:
        return Source(path, data.decode(encoding), had_bom, encoding)
    except UnicodeDecodeError as error:
        message = f"not valid {encoding} at byte {error.start}"
    except (UnicodeError, ValueError, LookupError):
        message = f"not valid {encoding}"
    raise ReadError(Failure("undecodable", message))


def _declared_encoding(data: bytes) -> str:
    """The encoding a Python file declares in its first two lines (PEP 263), else UTF-8."""
    lines = re.split(rb"\r\n|\r|\n", data[:2000], maxsplit=2)
    for line in lines[:2]:
        match = _COOKIE.match(line)
        if match:
            name = match[1].decode("ascii", "replace")
            try:
                codec = codecs.lookup(name)
            except (LookupError, ValueError):
                codec = None
            # rot13 and the like are codecs, but not of text to bytes.
            if codec is None or not getattr(codec, "_is_text_encoding", True):
                raise ReadError(Failure("undecodable", "declares an unknown encoding"))
            if codec.name in _NO_SOURCE_CODECS:
                raise ReadError(Failure("undecodable", "declares an encoding that is not read"))
            return codec.name
        if not _BLANK.match(line):
            break
    return "utf-8"


def _looks_minified(path: str, text: str) -> bool:
    if path.lower().endswith(_MINIFIED_SUFFIXES):
        return True
    if len(text) < _MINIFIED_LENGTH:
        return False
    lines = text.splitlines()
    # One very long line is a bundle or data in disguise, whatever stands around it.
    longest = max(map(len, lines), default=0)
    return longest > _LONGEST_LINE or len(text) / max(1, len(lines)) > _MINIFIED_AVERAGE


def shape_check(text: str, language: str, nesting: int = DEFAULT_NESTING) -> Failure | None:
    """The failure of a text that no parser may see, as it nests too deeply; None when it may."""
    problem = shape_problem(text, language, nesting)
    if problem is None:
        return None
    offset, message = problem
    position = Source("", text).position(offset)
    return Failure("too-deep", message, offset, position.line, position.column)


def lower_text(text: str, suffix: str, nesting: int = DEFAULT_NESTING) -> ir.Module | Failure:
    """The module of a decoded text, or the failure. Never raises for what the text holds.

    Runs the parser in this process and thread, which needs a large stack (see ``pool``).
    """
    failure = shape_check(text, language_of(suffix), nesting)
    if failure is not None:
        return failure
    try:
        return lower(text, suffix)
    except ParseFailure as error:
        kind = "syntax"
        if isinstance(error, UnsupportedLanguage):
            kind = "unsupported"
        elif isinstance(error, TooDeep):
            kind = "too-deep"
        return Failure(kind, error.message, error.offset, error.line, error.column)
    except RecursionError:
        return Failure("too-deep", "nested too deeply to be read")
    except MemoryError:
        return Failure("crash", "not enough memory to read it")
    except ImportError:
        # A missing or foreign parser is the installation's fault, not the file's.
        raise
    except Exception as error:
        return Failure("crash", f"internal error while reading: {type(error).__name__}")


def lower_source(source: Source, nesting: int = DEFAULT_NESTING) -> ReadResult:
    """``lower_text`` for a source, as a result."""
    outcome = lower_text(source.text, PurePosixPath(source.path).suffix, nesting)
    if isinstance(outcome, Failure):
        return ReadResult(source.path, source, None, outcome)
    return ReadResult(source.path, source, outcome)
