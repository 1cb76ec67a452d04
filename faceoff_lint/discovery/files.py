"""Which files are there: what git would show, without installed, built and hidden folders.

Nothing here opens a source file. Symbolic links are not followed, and only regular files count.
"""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from faceoff_lint import disk
from faceoff_lint.discovery.globs import matcher
from faceoff_lint.disk import CAP, observed
from faceoff_lint.git import git

__all__ = ["SKIPPED_FOLDERS", "list_files", "list_folders"]

SKIPPED_FOLDERS = frozenset(
    [
        "node_modules",
        "bower_components",
        "jspm_packages",
        "site-packages",
        "dist-packages",
        "__pycache__",
        "venv",
        "virtualenv",
        "__pypackages__",
        "build",
        "dist",
        "htmlcov",
        "coverage",
    ]
)


@observed
def list_files(folder: str, tracked_only: bool = False) -> list[str]:
    """Paths of regular files below a folder, relative to it, with ``/``, sorted by their bytes.

    Inside a git checkout git decides what is ignored; elsewhere the ``.gitignore`` files do.
    """
    root = Path(folder)
    listed = _git_files(root, tracked_only)
    if not listed:
        listed = list(_walk(root, ""))
    kept = [path for path in set(listed) if not _skipped(path)]
    return sorted(filter(_Regular(root), kept), key=os.fsencode)


def list_folders(folder: str) -> list[str]:
    """The folders below a folder in which a new file would be listed, whether one is there or not.

    As told by the ``.gitignore`` files alone.
    """
    return [path for path, is_folder in _entries(Path(folder), "") if is_folder]


class _Regular:
    """Whether a relative path is a regular file that no symbolic link leads to."""

    def __init__(self, root: Path) -> None:
        self.root = os.fspath(root)
        self.linked: dict[str, bool] = {"": False}

    def __call__(self, path: str) -> bool:
        folder = path.rpartition("/")[0]
        if self._is_linked(folder):
            return False
        try:
            return stat.S_ISREG(os.lstat(os.path.join(self.root, path)).st_mode)
        except OSError:
            return False

    def _is_linked(self, folder: str) -> bool:
        known = self.linked.get(folder)
        if known is None:
            known = self._is_linked(folder.rpartition("/")[0]) or os.path.islink(
                os.path.join(self.root, folder)
            )
            self.linked[folder] = known
        return known


def _skipped(path: str) -> bool:
    folders = path.split("/")
    folders.pop()
    return any(_skipped_folder(folder) for folder in folders)


def _skipped_folder(name: str) -> bool:
    return name in SKIPPED_FOLDERS or name.startswith(".") or name.endswith(".egg-info")


def _git_files(root: Path, tracked_only: bool) -> list[str]:
    """What ``git ls-files`` tells; empty when git or a checkout is missing."""
    if not any((folder / ".git").exists() for folder in (root, *root.parents)):
        return []
    kinds = ["--cached"] if tracked_only else ["--cached", "--others"]
    try:
        done = git(root, "ls-files", "-z", "--exclude-standard", *kinds, seconds=60)
    except (OSError, subprocess.SubprocessError):
        return []
    if done.returncode:
        return []
    paths: list[str] = []
    for raw in done.stdout.split(b"\0"):
        path = os.fsdecode(raw)
        if not path:
            continue
        folder = path.rstrip("/")
        if path.endswith("/") or (root / folder).is_dir():  # another repository, a submodule
            if not _skipped(folder + "/") and not os.path.islink(root / folder):
                paths.extend(_walk(root, folder))
        else:
            paths.append(path)
    return paths


def _walk(root: Path, start: str) -> Iterator[str]:
    """Files below ``root/start``, heeding the ``.gitignore`` files on the way."""
    return (path for path, is_folder in _entries(root, start) if not is_folder)


def _entries(root: Path, start: str) -> Iterator[tuple[str, bool]]:
    """What is below ``root/start`` and neither skipped nor ignored; whether it is a folder."""
    stack: list[tuple[str, list[tuple[str, Callable[[str], bool]]]]] = [(start, [])]
    while stack:
        folder, ignores = stack.pop()
        try:
            entries = list(os.scandir(root / folder))
        except OSError:
            continue
        if any(entry.name == ".gitignore" for entry in entries):
            ignores = [*ignores, *_ignore(root, folder)]
        if folder != start and any(entry.name == "pyvenv.cfg" for entry in entries):
            continue
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if entry.is_symlink():
                continue
            is_folder = entry.is_dir(follow_symlinks=False)
            if _ignored(path + "/" if is_folder else path, ignores):
                continue
            if is_folder:
                if not _skipped_folder(entry.name):
                    stack.append((path, ignores))
                    yield path, True
            else:
                yield path, False


def _ignore(root: Path, folder: str) -> Iterator[tuple[str, Callable[[str], bool]]]:
    path = os.fspath(root / folder / ".gitignore")
    # Git reads no link under this name either.
    raw = disk.head(path, CAP) if disk.kind(path) == "file" else None
    if raw is None:
        return
    lines = raw.decode("utf-8", "replace").splitlines()
    match = matcher([line for line in lines if line.strip() and not line.startswith("#")])
    if match:
        yield (f"{folder}/" if folder else "", match)


def _ignored(path: str, ignores: list[tuple[str, Callable[[str], bool]]]) -> bool:
    return any(match(path[len(prefix) :]) for prefix, match in ignores)
