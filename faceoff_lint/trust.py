"""What a user trusts, said in a file of their own: ``faceoff-lint/config.toml`` in their settings.

It names folders whose rules are loaded in every run. Nothing in a scanned repository can do that.
"""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from faceoff_lint.errors import ConfigError

if TYPE_CHECKING:
    from faceoff_lint.locate import Document

__all__ = ["file", "trusted"]

KEY = "trusted-rules"
_MAX_BYTES = 1_000_000


def file() -> Path | None:
    """Where the user's own settings are: below ``$XDG_CONFIG_HOME`` or ``~/.config``.

    On Windows below ``%APPDATA%``. None where there is no such place.
    """
    name = "APPDATA" if sys.platform == "win32" else "XDG_CONFIG_HOME"
    base = os.environ.get(name, "")
    if not os.path.isabs(base):
        home = os.path.expanduser("~")
        if not os.path.isabs(home) or sys.platform == "win32":
            return None
        base = os.path.join(home, ".config")
    return Path(base, "faceoff-lint", "config.toml")


def trusted(scanned: Path) -> tuple[list[Path], list[str]]:
    """The folders of rules that the user trusts, and notes on what is passed over.

    ``scanned``: the root of the run. A file inside it is the repository's word, not the user's.
    Raises ``ConfigError`` for a file that others could have written, or that can't be understood.
    """
    path = file()
    if path is None or not path.exists():
        return [], []
    if path.resolve().is_relative_to(scanned.resolve()):
        return [], [f"{path} is passed over: it lies in the tree that is linted"]
    return _folders(path), []


def _folders(path: Path) -> list[Path]:
    import json

    # Every run looks for the file, and few find one.
    from faceoff_lint.locate import Document
    from faceoff_lint.source import Source

    document = Document(Source(str(path), _read(path)))
    data = _parse(document)
    for key in data:
        if key != KEY:
            place = document.find((key,))
            raise ConfigError(f"unknown key `{key}`; known is `{KEY}`", document.frame(*place))
    folders = data.get(KEY, [])
    if not isinstance(folders, list) or not all(isinstance(one, str) for one in folders):
        raise ConfigError(
            f"`{KEY}` must be a list of strings", document.frame(*document.find((KEY,)))
        )
    for folder in folders:
        problem = _problem(folder)
        if problem:
            place = document.find((KEY,), folder)
            raise ConfigError(f"{json.dumps(folder)} {problem}", document.frame(*place))
    return [Path(folder) for folder in folders]


def _read(path: Path) -> str:
    try:
        with path.open("rb") as opened:
            status = os.fstat(opened.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise ConfigError(f"{path} is not a regular file")
            if sys.platform != "win32":
                if status.st_uid != os.getuid():
                    raise ConfigError(f"{path} is not yours: it could make faceoff-lint run code")
                if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
                    raise ConfigError(f"others may write to {path}", f"chmod go-w '{path}'")
            return opened.read(_MAX_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8") from error
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from error


def _parse(document: Document) -> dict[str, Any]:
    import tomli

    try:
        return tomli.loads(document.source.text.replace("\r\n", "\n"))
    except tomli.TOMLDecodeError as error:
        place = document.source.offset(getattr(error, "lineno", 1), getattr(error, "colno", 1))
        reason = getattr(error, "msg", "") or str(error).partition(" (at ")[0]
        raise ConfigError(f"not valid TOML: {reason}", document.frame(place, place + 1)) from error


def _problem(folder: str) -> str:
    if not os.path.isabs(folder):
        return "is not an absolute path"
    if not os.path.isdir(folder):
        return "is not a folder"
    if sys.platform != "win32" and os.stat(folder).st_mode & stat.S_IWOTH:
        return "is a folder that everybody may write to"
    return ""
