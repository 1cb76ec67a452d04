"""Text of the scanned tree as XML: for the reports that are XML."""

from __future__ import annotations

import re

from faceoff_lint.terminal import printable

__all__ = ["DECLARATION", "attributes", "content"]

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'

_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})
# What XML 1.0 has no way to write, beyond the control characters that ``printable`` shows.
_ILLEGAL = re.compile("[\ufffe\uffff]")


def content(text: str) -> str:
    """One line of text, to stand in an element or in an attribute's double quotes."""
    shown = _ILLEGAL.sub(lambda match: f"\\u{ord(match[0]):04x}", printable(text))
    return shown.translate(_ENTITIES)


def attributes(**values: str | int) -> str:
    """``name="value"`` for each, separated by spaces."""
    return " ".join(f'{name}="{content(str(value))}"' for name, value in values.items())
