"""Text from the scanned tree, made safe and measurable for terminals and CI logs.

A file name or a source line may hold escape sequences, or commands that CI runners obey
(``##[error]``, ``##vso[…]`` and ``##teamcity[…]`` anywhere in a line, ``::error::`` at its start).
Everything printed from the tree goes through here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path

__all__ = [
    "TAB_WIDTH", "cells", "defuse_json", "display_width", "hyperlink", "hyperlinks", "printable",
    "printable_line", "printable_path",
]  # fmt: skip

TAB_WIDTH = 4

_COMMAND = re.compile(r"##\w{0,20}\[")
_DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def printable(text: str) -> str:
    """The text on one line, with nothing in it that a terminal or CI runner would obey."""
    return "".join(cells(text))


def printable_path(path: str) -> str:
    """A path as ``printable`` text that cannot begin a line with a workflow command."""
    shown = printable(path)
    return f"./{shown}" if shown.lstrip().startswith("::") else shown


def printable_line(text: str) -> str:
    """A whole line, indented or not, as ``printable`` text that is no workflow command."""
    shown = printable(text)
    bare = shown.lstrip()
    return f"{shown[: len(shown) - len(bare)]}\\{bare}" if bare.startswith("::") else shown


def cells(text: str) -> list[str]:
    """What to print for each code point of one line; tabs become spaces up to the next stop."""
    pieces: list[str] = []
    commands = {match.end() - 1 for match in _COMMAND.finditer(text)}
    column = 0
    for index, char in enumerate(text):
        piece = char
        if char == "\t":
            piece = " " * (TAB_WIDTH - column % TAB_WIDTH)
        elif index in commands:
            piece = "\\["
        elif not " " <= char <= "~":
            piece = _shown(char)
        pieces.append(piece)
        column += display_width(piece)
    return pieces


def _shown(char: str) -> str:
    category, code = unicodedata.category(char), ord(char)
    if category in ("Cc", "Cs", "Zl", "Zp") or char in _DIRECTIONS or _is_no_character(code):
        return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
    return char


def _is_no_character(code: int) -> bool:
    """Whether a code point stands for nothing, for ever: XML has no place for most, HTML none."""
    return code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF


def display_width(text: str) -> int:
    """How many terminal columns printable text takes."""
    if text.isascii():
        return len(text)
    return sum(_width(char) for char in text)


def _width(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def defuse_json(text: str) -> str:
    """JSON text with the same meaning in which no CI runner sees a command."""
    return _COMMAND.sub(lambda match: match[0][:-1] + "\\u005b", text)


_LINKING_PROGRAMS = (
    "iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "terminology", "zed", "rio",
)  # fmt: skip
_LINKING_TERMS = ("xterm-kitty", "xterm-ghostty", "alacritty", "foot", "foot-extra")
_LINKING_VARIABLES = ("WT_SESSION", "KONSOLE_VERSION", "DOMTERM")
_FIRST_VTE = 5001  # 0.50.0 crashed on links


def hyperlinks(environ: Mapping[str, str], *, tty: bool) -> bool:
    """Whether to print links (OSC 8): at a terminal that is known to show them.

    ``FORCE_HYPERLINK`` (0 or 1) decides for terminals that are not known here.
    """
    if not tty:
        return False
    forced = environ.get("FORCE_HYPERLINK", "")
    if forced:
        return forced not in ("0", "false")
    if environ.get("CI") or environ.get("TMUX") or environ.get("TERM") == "dumb":
        return False
    vte = environ.get("VTE_VERSION", "")
    return (
        environ.get("TERM_PROGRAM") in _LINKING_PROGRAMS
        or environ.get("TERM") in _LINKING_TERMS
        or any(environ.get(name) for name in _LINKING_VARIABLES)
        or (vte.isdecimal() and int(vte) >= _FIRST_VTE)
    )


def hyperlink(text: str, path: Path) -> str:
    """The text as a link to a file (an absolute path), which is percent-encoded."""
    return f"\x1b]8;;{path.as_uri()}\x1b\\{text}\x1b]8;;\x1b\\"
