"""A tree's files, each read at most once."""

from __future__ import annotations

import os
import posixpath
from pathlib import Path

from faceoff_lint import disk
from faceoff_lint.disk import CAP

__all__ = ["Tree", "ancestors", "below", "folder_of"]


class Tree:
    """The listed files below one folder, with what was read of them."""

    def __init__(self, root: Path, files: list[str]) -> None:
        self.root = os.fspath(root)
        self.files = files
        self.known = frozenset(files)
        self._read: dict[str, bytes] = {}

    def read(self, path: str) -> bytes:
        """The bytes of a file, or none when it cannot be read."""
        data = self._read.get(path)
        if data is None:
            data = self._read[path] = disk.head(os.path.join(self.root, path), CAP) or b""
        return data

    def text(self, path: str) -> str:
        """The decoded text of a manifest, its byte order mark removed."""
        return self.read(path).decode("utf-8-sig", "replace")

    def stray(self, path: str) -> str | None:
        """The text of a file that the listing may leave out (hidden, ignored): ``.flaskenv``."""
        full = os.path.join(self.root, path)
        if disk.kind(full) != "file":
            return None
        return self.text(path)

    def forget(self, path: str) -> None:
        """Let go of a file's bytes."""
        self._read.pop(path, None)


def folder_of(path: str) -> str:
    """The folder of a path; empty at the top."""
    return posixpath.dirname(path)


def ancestors(folder: str) -> list[str]:
    """The folder and those above it, deepest first, down to the empty one (or ``/``)."""
    found = [folder]
    while folder.strip("/"):
        folder = posixpath.dirname(folder)
        found.append(folder)
    return found


def below(path: str, folder: str) -> bool:
    """Whether a path lies in a folder (everything lies in the empty one)."""
    return not folder or path == folder or path.startswith(folder + "/")
