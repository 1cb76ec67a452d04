"""The values of Python string literals, without the warnings ``ast.literal_eval`` may give."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["string_value", "unescape"]

_LITERAL = re.compile(r"([A-Za-z]*)('''|\"\"\"|'|\")")
_NEWLINE = re.compile(r"\r\n?")
_ESCAPE = re.compile(
    r"\\(?:(\r\n|\n|\r)|([\\'\"abfnrtv])|([0-7]{1,3})|x([0-9a-fA-F]{2})"
    r"|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|N\{([^}]{0,100})\})"
)
_SIMPLE = {
    "\\": "\\", "'": "'", '"': '"', "a": "\a", "b": "\b",
    "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
}  # fmt: skip


def string_value(literal: str) -> str | None:
    """The value of a plain string literal as written; None for bytes."""
    match = _LITERAL.match(literal)
    if match is None:
        return None
    prefix, quote = match[1].lower(), match[2]
    if "b" in prefix:
        return None
    return unescape(literal[match.end() : -len(quote)], raw="r" in prefix)


def unescape(body: str, *, raw: bool = False) -> str:
    """The value of the text between the quotes. Escapes Python doesn't know stay as written."""
    if "\r" in body:
        body = _NEWLINE.sub("\n", body)
    if raw or "\\" not in body:
        return body
    return _ESCAPE.sub(_character, body)


def _character(match: re.Match[str]) -> str:
    newline, simple, octal, x2, u4, u8, name = match.groups()
    if newline is not None:
        return ""
    if simple is not None:
        return _SIMPLE[simple]
    if octal is not None:
        return chr(int(octal, 8))
    if name is not None:
        try:
            return unicodedata.lookup(name)
        except KeyError:
            return str(match[0])
    code = int(x2 or u4 or u8, 16)
    return chr(code) if code <= 0x10FFFF else str(match[0])
