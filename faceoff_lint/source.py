"""Text of a file, places in it, and the line and column of a place."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

__all__ = ["Position", "Source", "Span"]


class Span(NamedTuple):
    """A stretch of one file. ``file`` is relative to the root of the run, with ``/``.

    ``start`` and ``end`` are 0-based code-point offsets into the decoded text, half open.
    """

    file: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """1-based line and column; the column counts code points."""

    line: int
    column: int


@dataclass
class Source:
    """The decoded text of one file (a byte order mark removed, line ends as they were).

    ``path`` is relative to the root of the run. Lines end at ``\\n``, ``\\r\\n`` and ``\\r`` only.
    """

    path: str
    text: str
    had_bom: bool = field(default=False)
    encoding: str = field(default="utf-8")

    @cached_property
    def line_starts(self) -> list[int]:
        """Offsets at which lines begin; the first is 0."""
        starts = [0]
        text, position = self.text, 0
        length = len(text)
        while position < length:
            newline = text.find("\n", position)
            carriage = text.find("\r", position, newline if newline >= 0 else length)
            if carriage >= 0:
                position = carriage + (2 if text.startswith("\r\n", carriage) else 1)
            elif newline >= 0:
                position = newline + 1
            else:
                break
            starts.append(position)
        return starts

    def position(self, offset: int) -> Position:
        """The 1-based line and column of an offset; offsets past the end are clamped."""
        offset = max(0, min(offset, len(self.text)))
        line = bisect_right(self.line_starts, offset)
        return Position(line, offset - self.line_starts[line - 1] + 1)

    def offset(self, line: int, column: int) -> int:
        """The offset of a 1-based line and column; clamped to the text."""
        line = max(1, min(line, len(self.line_starts)))
        return min(self.line_starts[line - 1] + max(0, column - 1), len(self.text))

    def line(self, number: int) -> str:
        """The text of a 1-based line without its end; empty past the last line."""
        if not 1 <= number <= len(self.line_starts):
            return ""
        start = self.line_starts[number - 1]
        end = self.line_starts[number] if number < len(self.line_starts) else len(self.text)
        return self.text[start:end].rstrip("\r\n")
