"""The cache's folder: where it is, whether it can be trusted, how large it may grow."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from faceoff_lint.writing import Folder as Opened

__all__ = ["Folder", "cache_folder", "clear"]

VARIABLE = "FACEOFF_LINT_CACHE_DIR"
_MAX_BYTES = 512 * 2**20
_TAG = (
    "Signature: 8a477f597d28d172789f06886806bc55\n"
    "# A cache of faceoff-lint; see https://bford.info/cachedir/\n"
)


def cache_folder() -> Path:
    """Where the cache lies, whether it is there or not: ``FACEOFF_LINT_CACHE_DIR``, or what the
    system has for the user's caches."""
    given = os.environ.get(VARIABLE)
    if given:
        return Path(os.path.abspath(given))
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or os.path.expanduser("~/AppData/Local")
    elif sys.platform == "darwin":
        base = os.path.expanduser("~/Library/Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or ""
        # The specification: a relative path is to be ignored.
        base = base if os.path.isabs(base) else os.path.expanduser("~/.cache")
    return Path(base) / "faceoff-lint"


def clear() -> int:
    """Remove the cache. Returns how many bytes it had; raises ``OSError`` when it can't go."""
    folder = cache_folder()
    if not (folder / "CACHEDIR.TAG").is_file():
        return 0  # not one of ours: nothing of the user's is deleted
    size = sum(size for _, size, _ in _files(folder))
    shutil.rmtree(folder)
    return size


class Folder:
    """A cache folder that may be used. Nothing here raises for what the disk does."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def open(cls, root: Path) -> Folder | None:
        """The cache for a run below ``root``; None when there is none to be trusted.

        It must not lie in the tree that is scanned, must be the user's own, and nobody else may
        write to it.
        """
        path = cache_folder()
        try:
            for tree in {os.path.realpath(root), os.path.abspath(root)}:
                # Nor on a way through the tree: its links are not the user's.
                for place in {os.path.realpath(path), os.path.abspath(path)}:
                    if os.path.commonpath((tree, place)) == tree:
                        return None
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            status = os.lstat(path)
        except (OSError, ValueError):
            return None
        if not stat.S_ISDIR(status.st_mode):
            return None
        if hasattr(os, "getuid") and (
            status.st_uid != os.getuid() or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        ):
            return None
        return cls(path)

    def read(self, name: str, limit: int) -> bytes | None:
        """The bytes of one file; None when it isn't there, too large, or no plain file."""
        try:
            flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
            flags |= getattr(os, "O_BINARY", 0)
            with os.fdopen(os.open(self.path / name, flags), "rb") as file:
                status = os.fstat(file.fileno())
                if not stat.S_ISREG(status.st_mode) or status.st_size > limit:
                    return None
                return file.read(limit)
        except OSError:
            return None

    def has(self, name: str) -> bool:
        """Whether there is something of this name."""
        return os.path.lexists(self.path / name)

    def write(self, name: str, data: bytes) -> None:
        """Put a file in place at once, or leave all as it is."""
        try:
            self._prepare()
            with Opened(self.path) as folder:
                folder.replace(name, data, mode=0o600, sync=False)
        except OSError:
            return

    def append(self, name: str, data: bytes) -> None:
        """Add to a file in one write, so that runs at the same time don't mix."""
        try:
            self._prepare()
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
            handle = os.open(self.path / name, flags | getattr(os, "O_BINARY", 0), 0o600)
            try:
                os.write(handle, data)
            finally:
                os.close(handle)
        except OSError:
            return

    def _prepare(self) -> None:
        if not (self.path / "CACHEDIR.TAG").exists():
            with Opened(self.path) as folder:
                folder.replace("CACHEDIR.TAG", _TAG.encode(), mode=0o600, sync=False)

    def trim(self, limit: int = _MAX_BYTES) -> None:
        """Remove what was not written to for longest, until the rest fits."""
        found = sorted(_files(self.path), key=lambda file: -file[2])
        total = 0
        for path, size, _ in found:
            total += size
            if total > limit and os.path.basename(path) != "CACHEDIR.TAG":
                with contextlib.suppress(OSError):
                    os.unlink(path)


def _files(folder: Path) -> Iterator[tuple[str, int, float]]:
    """Path, size and time of each file of the cache."""
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_file(follow_symlinks=False):
                    status = entry.stat(follow_symlinks=False)
                    yield entry.path, status.st_size, status.st_mtime
    except OSError:
        return
