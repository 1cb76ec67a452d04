"""Looks at the disk that are remembered, so that a later run can tell whether all is as it was.

Every function that asks the disk for something a result depends on is ``observed``: while a
``recording`` lasts, its arguments and a digest of its answer are noted. ``unchanged`` asks all of
them again and compares. No times of modification: they can be set back.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

__all__ = [
    "CAP", "READ_FLAGS", "Observations", "entries", "forget", "head", "inside", "kind", "observed",
    "observed_content", "recording", "stays_inside", "unchanged",
]  # fmt: skip

CAP = 2_000_000
"""Bytes; larger files are no hand-written source, and no manifest that is needed whole."""

READ_FLAGS = os.O_RDONLY
"""How files of a scanned tree are opened: opening a FIFO would otherwise wait for a writer."""
for _name in ("O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_BINARY"):
    READ_FLAGS |= getattr(os, _name, 0)

P = ParamSpec("P")
R = TypeVar("R")

Observations = list[tuple[str, list[Any], str, str]]
"""Name of the function, its arguments (JSON values), digests of its answer and of the content.

The last is of the one file that the answer depends on; empty where it depends on more.
"""


_ASKED: dict[str, Callable[..., object]] = {}
"""The observed functions by name: no others are called at a cache's word."""


class _Log:
    """What is being recorded; ``None`` outside of a recording."""

    current: dict[tuple[str, tuple[Any, ...]], tuple[str, str]] | None = None


def observed(function: Callable[P, R]) -> Callable[P, R]:
    """Remember what the function answers while a recording lasts.

    It must be a module's own function, take strings, numbers, booleans and tuples of these by
    position, and answer with the like or with bytes.
    """
    name = f"{function.__module__}:{function.__qualname__}"

    @wraps(function)
    def ask(*args: P.args, **kwargs: P.kwargs) -> R:
        assert not kwargs, "observed functions are called by position"
        answer = function(*args, **kwargs)
        if _Log.current is not None:
            _Log.current.setdefault((name, args), (_digest(answer), ""))
        return answer

    _ASKED[name] = function
    return ask


def observed_content(
    function: Callable[Concatenate[bytes, P], R],
) -> Callable[Concatenate[str, P], R]:
    """Make a question about a file, given by its path, of one about its content, and observe it.

    The content is what ``head`` gives up to ``CAP``, or nothing. When it has changed and the answer
    has not, a later run holds all the same. Otherwise as ``observed``.
    """
    name = f"{function.__module__}:{function.__qualname__}"

    @wraps(function)
    def ask(path: str, /, *args: P.args, **kwargs: P.kwargs) -> R:
        assert not kwargs, "observed functions are called by position"
        data = _head(path, CAP) or b""
        answer = function(data, *args, **kwargs)
        if _Log.current is not None:
            _Log.current.setdefault((name, (path, *args)), (_digest(answer), _digest(data)))
        return answer

    _ASKED[name] = function
    return ask


@contextmanager
def recording() -> Iterator[Callable[[], Observations]]:
    """Record what is asked inside; the value gives what has been so far."""
    forget()
    before, _Log.current = _Log.current, {}
    log = _Log.current
    try:
        yield lambda: [(name, list(args), *digests) for (name, args), digests in log.items()]
    finally:
        _Log.current = before


def unchanged(observations: Observations) -> bool:
    """Whether the disk answers all as it did."""
    contents: dict[str, str] = {}
    forget()
    try:
        for name, args, digest, content in observations:
            if content:
                # The same files are asked about more than once.
                path = str(args[0])
                if path not in contents:
                    contents[path] = _digest(_head(path, CAP) or b"")
                if contents[path] == content:
                    continue
            if name not in _ASKED:
                module = name.partition(":")[0]
                if not module.startswith("faceoff_lint."):
                    return False
                importlib.import_module(module)
            given = [_as_given(arg) for arg in args]
            if content:
                given[0] = _head(given[0], CAP) or b""
            if _digest(_ASKED[name](*given)) != digest:
                return False
    except (AttributeError, ImportError, KeyError, TypeError, ValueError):
        return False  # of another version, or not ours
    return True


def _as_given(arg: Any) -> Any:
    """JSON knows no tuples."""
    return tuple(arg) if isinstance(arg, list) else arg


def _digest(answer: object) -> str:
    data = answer if isinstance(answer, bytes) else repr(answer).encode("utf-8", "backslashreplace")
    made = hashlib.blake2b(data, digest_size=16, person=type(answer).__name__.encode()[:16])
    return made.hexdigest()


@observed
def head(path: str, cap: int) -> bytes | None:
    """The first ``cap`` bytes of a regular file; None when it can't be read."""
    return _head(path, cap)


def _head(path: str, cap: int) -> bytes | None:
    try:
        descriptor = os.open(path, READ_FLAGS)
        with os.fdopen(descriptor, "rb") as file:
            # A device could do anything.
            return file.read(cap) if stat.S_ISREG(os.fstat(descriptor).st_mode) else None
    except (OSError, ValueError):
        return None


def inside(root: str, path: str) -> str | None:
    """The real path of ``path`` (relative to ``root``); None when it leads outside of ``root``.

    Where folders lead is looked up once a run. Raises ``OSError`` and ``ValueError`` as they do.
    """
    base = _real_folder(root)
    folder, name = os.path.split(os.path.join(base, path))
    if name in ("", ".", ".."):
        real = os.path.realpath(os.path.join(base, path))
    else:
        real = os.path.join(_real_folder(folder), name)
        if os.path.islink(real):
            real = os.path.realpath(real)
    return real if os.path.commonpath((base, real)) == base else None


def forget() -> None:
    """Look up anew where folders lead: a run begins."""
    _real_folder.cache_clear()


@cache
def _real_folder(path: str) -> str:
    return os.path.realpath(path)


@observed
def kind(path: str) -> str:
    """``file``, ``folder``, ``link`` or ``other``; empty when there is nothing."""
    try:
        mode = os.lstat(path).st_mode
    except (OSError, ValueError):
        return ""
    if stat.S_ISLNK(mode):
        return "link"
    return "file" if stat.S_ISREG(mode) else "folder" if stat.S_ISDIR(mode) else "other"


@observed
def stays_inside(root: str, path: str) -> bool:
    """Whether a path (relative to ``root``, or full) really leads to somewhere in that folder."""
    try:
        return inside(root, path) is not None
    except (OSError, ValueError):
        return False


@observed
def entries(folder: str) -> list[tuple[str, bool]] | None:
    """The sorted names in a folder, each with whether it is a folder itself; None without one."""
    try:
        with os.scandir(folder) as found:
            return sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in found)
    except (OSError, ValueError):
        return None
