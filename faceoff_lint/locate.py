"""Where a key or value stands in a configuration file, for messages with a caret.

The parsers say where the syntax is wrong, never where a key is; these find it by looking. What is
looked for has been parsed before, so it is there; unusual layouts cost the caret, nothing else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from faceoff_lint.source import Source
from faceoff_lint.terminal import cells, display_width, printable_path

__all__ = ["Document", "Key"]

Key = str | int
"""A step into a document: a table's key, or the number of an array's element."""

_HEADER = re.compile(r"[ \t]*(\[\[?)([^\[\]\n]+)\]\]?")
_NAME = r"""(?:[\w-]+|"[^"\n]*"|'[^'\n]*')"""
_ASSIGN = re.compile(rf"[ \t]*({_NAME}(?:[ \t]*\.[ \t]*{_NAME})*)[ \t]*=")


@dataclass(frozen=True)
class Document:
    """A configuration file's text. ``base``: the keys above the settings, ``("tool", …)``."""

    source: Source
    base: tuple[str, ...] = ()

    @property
    def is_json(self) -> bool:
        """Whether it is JSON rather than TOML."""
        return self.source.path.endswith(".json")

    def frame(self, start: int, end: int) -> str:
        """The place of ``text[start:end]``, its line and a caret under it, as three lines."""
        position = self.source.position(start)
        line = self.source.line(position.line)
        pieces = cells(line)
        first = position.column - 1
        last = first + max(1, end - start)
        before = display_width("".join(pieces[:first]))
        width = max(1, display_width("".join(pieces[first:last])))
        number = str(position.line)
        path = printable_path(self.source.path)
        return (
            f"{' ' * len(number)}--> {path}:{position.line}:{position.column}\n"
            f"{number} | {''.join(pieces).rstrip()}\n"
            f"{' ' * len(number)} | {' ' * before}{'^' * width}"
        )

    def find(self, keys: Sequence[Key], value: str | None = None) -> tuple[int, int]:
        """The span of the last key of ``keys`` (below ``base``), or of a string value in it."""
        text = self.source.text
        path = (*self.base, *keys)
        start, end = inside(text, 0, path, ":") if self.is_json else self._find_toml(path)
        if value is None:
            return start, end
        spelt = {json.dumps(value), f'"{value}"', f"'{value}'"}
        strings = (m for m in _STRING_OR_COMMENT.finditer(text, end) if m[0] in spelt)
        found = next(strings, None)
        return found.span() if found else (start, end)

    def _find_toml(self, keys: Sequence[Key]) -> tuple[int, int]:
        """The header or assignment that spells the longest beginning of ``keys``."""
        best, span, behind = 0, (0, 0), -1
        table: list[Key] = []
        counts: dict[tuple[str, ...], int] = {}
        for number, start in enumerate(self.source.line_starts, 1):
            line = self.source.line(number)
            header, assign = _HEADER.match(line), _ASSIGN.match(line)
            if header:
                names = _names(header[2])
                table = list(names)
                if header[1] == "[[":
                    counts[names] = counts.get(names, -1) + 1
                    table.append(counts[names])
                here, place, value = table, header.span(2), -1
            elif assign:
                here, place, value = [*table, *_names(assign[1])], assign.span(1), assign.end()
            else:
                continue
            depth = len(here)
            if here == list(keys[:depth]) and depth > best:
                best, span = depth, (start + place[0], start + place[1])
                behind = start + value if value >= 0 else -1
        if behind < 0:
            return span
        return inside(self.source.text, behind, keys[best:], "=", span)


_SPACE = re.compile(r"(?:[ \t\r\n,]|#[^\n]*)*")
_STRING = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""|"(?:[^"\\\n]|\\.)*"'
    r"|'''(?:[^']|'(?!''))*'''|'[^'\n]*'",
    re.DOTALL,
)
_STRING_OR_COMMENT = re.compile(rf"#[^\n]*|{_STRING.pattern}", re.DOTALL)
_BARE = re.compile(r"[^\s,\[\]{}#=:\"']+")


def inside(
    text: str, place: int, keys: Sequence[Key], mark: str, span: tuple[int, int] = (0, 0)
) -> tuple[int, int]:
    """Where the last of ``keys`` stands in the value that begins at ``place``.

    ``mark`` is what follows a key: ``:`` in JSON, ``=`` in TOML. ``span``: the answer for what is
    not found; else the place of the longest beginning of ``keys`` that is.
    """
    for key in keys:
        place = _skip(_SPACE, text, place)
        if text[place : place + 1] != ("[" if isinstance(key, int) else "{"):
            return span
        found = _member(text, place + 1, key, mark)
        if found is None:
            return span
        span, place = found
    return span


def _member(text: str, place: int, key: Key, mark: str) -> tuple[tuple[int, int], int] | None:
    """The span of a key of an object, or of an array's element, and where the value begins."""
    found, index = None, 0
    while place < len(text):
        start = place = _skip(_SPACE, text, place)
        if text[place : place + 1] in ("]", "}", ""):
            break
        if isinstance(key, int):
            if index == key:
                end = _value_end(text, place)
                return (start, min(end, (text.find("\n", start) + 1 or end + 1) - 1)), start
            index += 1
        else:
            names: list[str] = []
            while (match := _STRING.match(text, place) or _BARE.match(text, place)) is not None:
                names += _names(match[0]) if match[0][0] in "\"'" else match[0].split(".")
                place = _skip(_SPACE, text, match.end())
            end = len(text[:place].rstrip())
            if not text.startswith(mark, place):
                break
            place = _skip(_SPACE, text, place + 1)
            if ".".join(filter(None, names)) == key:
                found = (start, end), place  # of equal keys the last one counts
        place = max(_value_end(text, place), place + 1)
    return found


def _value_end(text: str, place: int) -> int:
    """The end of the value that begins at a place."""
    depth = 0
    while place < len(text):
        string = _STRING.match(text, place)
        if string:
            place = string.end()
        elif text[place] in "[{":
            depth += 1
            place += 1
        elif text[place] in "]}":
            if depth == 0:
                return place
            depth -= 1
            place += 1
        elif text[place] == "#":
            place = _skip(_SPACE, text, place)
        elif depth == 0 and text[place] in ",\n":
            return place
        else:
            place += 1
            continue
        if depth == 0:
            return place
    return place


def _skip(pattern: re.Pattern[str], text: str, place: int) -> int:
    match = pattern.match(text, place)
    return match.end() if match else place


def _names(dotted: str) -> tuple[str, ...]:
    parts = re.findall(r"""[\w-]+|"[^"]*"|'[^']*'""", dotted)
    return tuple(part.strip("\"'") for part in parts)
