"""The errors of lowering, apart so that neither parser is imported to name them."""

from __future__ import annotations

__all__ = ["ParseFailure", "TooDeep", "UnsupportedLanguage"]


class ParseFailure(Exception):
    """A text that could not be read.

    ``message`` is one line without the text's own content beyond a token; ``offset`` counts code
    points from 0, ``line`` and ``column`` from 1 (column in code points).
    """

    def __init__(self, message: str, offset: int = 0, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.line = line
        self.column = column

    @classmethod
    def at_offset(cls, text: str, offset: int, message: str) -> ParseFailure:
        """A failure at an offset into ``text`` (clamped to it)."""
        from faceoff_lint.source import Source

        offset = max(0, min(offset, len(text)))
        position = Source("", text).position(offset)
        return cls(message, offset, position.line, position.column)

    @classmethod
    def at_line(cls, text: str, line: int, column: int, message: str) -> ParseFailure:
        """A failure at a 1-based line and column of ``text`` (clamped to it)."""
        from faceoff_lint.source import Source

        return cls.at_offset(text, Source("", text).offset(line, column), message)


class UnsupportedLanguage(ParseFailure):
    """A file suffix that no reader is there for."""


class TooDeep(ParseFailure):
    """A text that nests too deeply to be read."""

    def __init__(self) -> None:
        super().__init__("nested too deeply to be read")
