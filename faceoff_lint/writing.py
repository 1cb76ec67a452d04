"""Files that are written as a whole or not at all, whatever ends the process meanwhile.

New content goes to a temporary file beside, which then takes the place of the old one in a single
step. A process that is interrupted, ends with an error or finds the disk full takes its temporary
files away; only one that is killed outright may leave one. Its name says whose it is, and is no
source file's: ``.app.py.1f0c9a3b5d7e2460.faceoff-tmp``.
"""

from __future__ import annotations

import atexit
import contextlib
import errno
import io
import os
import secrets
import stat
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType

__all__ = ["SUFFIX", "Changed", "Folder", "ReadOnly", "create", "leads_out", "replace"]

SUFFIX = ".faceoff-tmp"

_FOLDERS_HELD = {os.open, os.rename, os.unlink, os.stat} <= os.supports_dir_fd
"""Whether this system lets a folder be named by what was opened, not by its path."""


class Changed(Exception):
    """What is to be replaced is not there any more, or not what it was."""


class ReadOnly(Exception):
    """What is to be replaced may not be written to."""


class Folder:
    """A folder whose files are to be written; held open, so that nobody can put another there.

    Use it as a context manager. Everything raises ``OSError`` for what the disk does.
    """

    def __init__(self, path: Path, below: Sequence[str] = ()) -> None:
        """``path`` may be a link. None of the folders ``below`` it, each in the one before, may."""
        self.path = path.joinpath(*below)
        self._held: int | None = None
        if not _FOLDERS_HELD:
            return
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
        self._held = os.open(path, flags)
        for name in below:
            outer = self._held
            try:
                self._held = os.open(name, flags | os.O_NOFOLLOW, dir_fd=outer)
            except OSError:
                self._held = None
                raise
            finally:
                os.close(outer)

    def __enter__(self) -> Folder:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._held is not None:
            os.close(self._held)

    def replace(
        self,
        name: str,
        content: bytes,
        *,
        expected: bytes | None = None,
        mode: int = 0o666,
        sync: bool = True,
    ) -> None:
        """Put content in the place of a file, or of nothing; mode and owner stay as they are.

        ``expected``: what the file must hold, up to the last moment; else ``Changed`` is raised, or
        ``ReadOnly`` for one that may not be written to. ``mode``: of a file where none was, less
        what the process masks. ``sync``: it must survive a power cut.
        """
        if expected is not None:
            self._look(name, expected)
            if not os.access(self._named(name), os.W_OK, dir_fd=self._held):
                raise ReadOnly
        if self._status(name) is not None:
            mode = 0o600  # until it has the old one's
        with self._temporary(name, content, mode, sync) as (temporary, file):
            # Looked at last: the writing took its time.
            status = self._look(name, expected) if expected is not None else self._status(name)
            if status is not None:
                _keep(file.fileno(), status)
            file.close()
            os.replace(
                self._named(temporary), self._named(name),
                src_dir_fd=self._held, dst_dir_fd=self._held,
            )  # fmt: skip

    def create(self, name: str, content: bytes) -> None:
        """Make a file that is not there; raises ``FileExistsError`` when it is."""
        with self._temporary(name, content, 0o666, True) as (temporary, file):
            file.close()
            source, target = self._named(temporary), self._named(name)
            try:
                os.link(source, target, src_dir_fd=self._held, dst_dir_fd=self._held)
            except FileExistsError:
                raise
            except OSError:
                # A file system without links: nobody else will make it just now.
                if self._status(name, follow=False) is not None:
                    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from None
                os.replace(source, target, src_dir_fd=self._held, dst_dir_fd=self._held)

    def _named(self, name: str) -> str:
        return name if self._held is not None else os.path.join(self.path, name)

    def _look(self, name: str, expected: bytes) -> os.stat_result:
        """The status of a regular file that holds just this. Raises ``Changed``."""
        flags = os.O_RDONLY
        for flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_BINARY"):
            flags |= getattr(os, flag, 0)
        try:
            handle = os.open(self._named(name), flags, dir_fd=self._held)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise Changed from error
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.ENXIO):  # a link, a socket
                raise Changed from error
            raise
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            os.close(handle)
            raise Changed
        with os.fdopen(handle, "rb") as file:
            if file.read(len(expected) + 1) != expected:
                raise Changed
        return status

    def _status(self, name: str, *, follow: bool = True) -> os.stat_result | None:
        try:
            return os.stat(self._named(name), dir_fd=self._held, follow_symlinks=follow)
        except OSError:
            return None

    @contextlib.contextmanager
    def _temporary(
        self, name: str, content: bytes, mode: int, sync: bool
    ) -> Iterator[tuple[str, io.FileIO]]:
        """A file with the content, and its name. What is still there at the end is removed."""
        made = f".{name[:40]}.{secrets.token_hex(8)}{SUFFIX}"
        full = os.path.join(self.path, made)
        file: io.FileIO | None = None
        try:
            with _lock:
                if _Unfinished.over:
                    raise InterruptedError(errno.EINTR, os.strerror(errno.EINTR))
                _Unfinished.files[full] = os.getpid()
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
            for flag in ("O_CLOEXEC", "O_BINARY"):
                flags |= getattr(os, flag, 0)
            handle = os.open(self._named(made), flags, mode, dir_fd=self._held)
            file = io.FileIO(handle, "wb")
            rest = memoryview(content)
            while rest:
                rest = rest[os.write(handle, rest) :]
            if sync:
                os.fsync(handle)
            yield made, file
        finally:
            if file is not None:
                with contextlib.suppress(OSError):
                    file.close()
            with contextlib.suppress(OSError):
                os.unlink(self._named(made), dir_fd=self._held)
            _Unfinished.files.pop(full, None)


def replace(path: Path, content: bytes, *, sync: bool = True) -> None:
    """Put content in the place of a file, or of nothing, as ``Folder.replace`` does.

    Raises ``OSError``, and leaves all as it was.
    """
    with Folder(path.parent) as folder:
        folder.replace(path.name, content, sync=sync)


def create(path: Path, content: bytes) -> None:
    """Make a file, as ``Folder.create`` does. Raises ``OSError``, and leaves nothing behind."""
    with Folder(path.parent) as folder:
        folder.create(path.name, content)


def leads_out(path: Path, root: Path) -> bool:
    """Whether a path inside a tree is, by a link in it, one outside.

    Who names such a path names the tree's file; where that leads is the tree's word.
    """
    base = os.path.realpath(root)
    for top in {base, os.path.abspath(root)}:
        if _inside(os.path.abspath(path), top):
            return not _inside(os.path.realpath(path), base)
    return False


def _inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _keep(handle: int, status: os.stat_result) -> None:
    """Give a new file the owner and the mode of the old one."""
    if hasattr(os, "fchown") and (status.st_uid, status.st_gid) != _owner(handle):
        # Only root can; who may write to another's file may also replace it.
        with contextlib.suppress(OSError):
            os.fchown(handle, status.st_uid, status.st_gid)
    if hasattr(os, "fchmod"):
        os.fchmod(handle, stat.S_IMODE(status.st_mode))


def _owner(handle: int) -> tuple[int, int]:
    status = os.fstat(handle)
    return status.st_uid, status.st_gid


class _Unfinished:
    """Temporary files by path, each with the process that makes it."""

    files: dict[str, int] = {}  # noqa: RUF012 -- one for all
    over = False


_lock = threading.Lock()


def _end() -> None:
    """At the end of the process nothing is begun any more, and what was begun goes.

    A signal can end a run between any two steps, and another thread may still be at work.
    """
    with _lock:
        _Unfinished.over = True
    for path, process in list(_Unfinished.files.items()):
        if process == os.getpid():  # not that of a fork's parent
            with contextlib.suppress(OSError):
                os.unlink(path)


atexit.register(_end)
