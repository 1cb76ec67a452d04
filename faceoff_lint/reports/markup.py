"""Text of the scanned tree as XML: for the reports that are XML."""

from __future__ import annotations

from faceoff_lint.terminal import printable

__all__ = ["DECLARATION", "attributes", "content"]

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'

_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})


def content(text: str) -> str:
    """One line of text, to stand in an element or in an attribute's double quotes."""
    return printable(text).translate(_ENTITIES)


def attributes(**values: str | int) -> str:
    """``name="value"`` for each, separated by spaces."""
    return " ".join(f'{name}="{content(str(value))}"' for name, value in values.items())
