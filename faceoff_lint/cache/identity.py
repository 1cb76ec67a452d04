"""What a result depends on beside the scanned tree: this package, its parsers, Python."""

from __future__ import annotations

import hashlib
import os
import sys
from functools import cache
from pathlib import Path

import faceoff_lint

__all__ = ["identity"]


@cache
def identity() -> str:
    """A digest of the versions of Python, of this package, and of all that is installed beside it.

    Told by the names of the folders that installers make: ``libcst-1.8.2.dist-info``. A package
    that runs from a checkout is told by the size and time of its sources.
    """
    facts: list[object] = [sys.version, sys.platform, faceoff_lint.__version__]
    for entry in sys.path:
        if os.path.basename(entry) in ("site-packages", "dist-packages"):
            names = _names(entry)
            facts += sorted(n for n in names if n.endswith((".dist-info", ".egg-info", ".pth")))
    home = Path(faceoff_lint.__file__).resolve().parent
    if home.parent.name not in ("site-packages", "dist-packages"):
        for folder in (home, home.parent / "rules"):
            facts += _stamps(os.fspath(folder))
    text = "\n".join(map(repr, facts)).encode("utf-8", "backslashreplace")
    return hashlib.blake2b(text, digest_size=16).hexdigest()


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _stamps(folder: str) -> list[tuple[str, int, int]]:
    found: list[tuple[str, int, int]] = []
    stack = [folder]
    while stack:
        try:
            with os.scandir(stack.pop()) as entries:
                for entry in entries:
                    if entry.is_dir():
                        stack.append(entry.path)
                    elif entry.name.endswith((".py", ".md", ".json")):
                        status = entry.stat()
                        found.append((entry.path, status.st_size, status.st_mtime_ns))
        except OSError:
            continue
    return sorted(found)
