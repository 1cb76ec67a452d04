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
        start, end = self._find_json(path) if self.is_json else self._find_toml(path)
        if value is None:
            return start, end
        for quoted in (json.dumps(value), f'"{value}"', f"'{value}'"):
            place = text.find(quoted, end)
            if place >= 0:
                return place, place + len(quoted)
        return start, end

    def _find_json(self, keys: Sequence[Key]) -> tuple[int, int]:
        place, span = 0, (0, 0)
        for key in keys:
            if isinstance(key, int):
                continue  # elements are found by their keys, in order
            pattern = re.compile(re.escape(json.dumps(key)) + r"\s{0,99}:")
            match = pattern.search(self.source.text, place)
            if match is None:
                break
            place = match.end()
            span = (match.start(), match.start() + len(json.dumps(key)))
        return span

    def _find_toml(self, keys: Sequence[Key]) -> tuple[int, int]:
        """The header or assignment that spells the longest beginning of ``keys``."""
        best, span = 0, (0, 0)
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
                here, place = table, header.span(2)
            elif assign:
                here, place = [*table, *_names(assign[1])], assign.span(1)
            else:
                continue
            depth = len(here)
            if here == list(keys[:depth]) and depth > best:
                best, span = depth, (start + place[0], start + place[1])
        return span


def _names(dotted: str) -> tuple[str, ...]:
    parts = re.findall(r"""[\w-]+|"[^"]*"|'[^']*'""", dotted)
    return tuple(part.strip("\"'") for part in parts)
