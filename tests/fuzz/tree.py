"""A tree of files as one text, so that whatever makes or mutates texts makes and mutates trees.

Each file follows a line ``==== path``. What stands before the first such line is ``app.py``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

__all__ = ["join", "split", "write"]

_HEADER = re.compile(
    r"^==== (?P<path>[\w@-][\w.@-]*(?:/[\w@-][\w.@-]*)*)[ \t]*(?:\r\n|\r|\n|\Z)", re.M
)
_MAX_FILES = 60


def join(files: Mapping[str, str]) -> str:
    """The text of a tree."""
    parts = []
    for path, text in files.items():
        ended = text if not text or text.endswith(("\n", "\r")) else f"{text}\n"
        parts.append(f"==== {path}\n{ended}")
    return "".join(parts)


def split(text: str, first: str = "app.py") -> dict[str, str]:
    """The files of a tree. Of two with one path the last counts."""
    headers = list(_HEADER.finditer(text))[:_MAX_FILES]
    begin = headers[0].start() if headers else len(text)
    files = {first: text[:begin]} if begin else {}
    ends = [header.start() for header in headers[1:]] + [len(text)]
    for header, end in zip(headers, ends, strict=False):
        files[header["path"].casefold()[:100]] = text[header.end() : end]
    return files


def write(root: Path, files: Mapping[str, str]) -> dict[str, bytes]:
    """Write a tree below a folder; its bytes by path. What is a folder already is left out."""
    written = {}
    for path, text in files.items():
        place = root / path
        content = text.encode("utf-8", "surrogatepass")
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        except OSError:
            continue
        written[path] = content
    return written
