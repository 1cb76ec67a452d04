"""Nodes as JSON-ready lists, and back, without loss."""

from __future__ import annotations

from sys import intern
from typing import Any

from faceoff_lint.ir.base import Node
from faceoff_lint.ir.fields import CLASSES, NAMES, TAGS
from faceoff_lint.ir.statements import Module

__all__ = ["MOST_LEVELS", "from_data", "to_data"]

MOST_LEVELS = 8_000
"""How deep nodes and lists may nest: what goes through them later can rely on it."""

# Every node has two offsets at least, and each of them would be a number of its own.
_SHARED = 1 << 16
_OFFSETS = list(range(_SHARED))


def to_data(node: Node, level: int = 0) -> list[Any]:
    """The node as nested lists of JSON values: ``[tag, start, end, field, …]``.

    Raises ``RecursionError`` for what nests deeper than ``MOST_LEVELS``.
    """
    if level > MOST_LEVELS:
        raise RecursionError
    cls = type(node)
    data: list[Any] = [TAGS[cls]]
    for name in NAMES[cls]:
        value = getattr(node, name)
        if isinstance(value, Node):
            value = to_data(value, level + 1)
        elif isinstance(value, list):
            value = _list_to_data(value, level + 1)
        data.append(value)
    return data


def _list_to_data(values: list[Any], level: int) -> list[Any]:
    """A list; marked by a leading None, so that it can't be mistaken for a node."""
    data: list[Any] = [None]
    for value in values:
        if isinstance(value, Node):
            value = to_data(value, level + 1)
        elif isinstance(value, tuple):
            value = [None, *value]
        data.append(value)
    return data


def from_data(data: list[Any]) -> Any:
    """The inverse of ``to_data``. Raises ``ValueError`` or ``IndexError`` on foreign data."""
    tag = data[0]
    if not isinstance(tag, int) or not 0 <= tag < len(CLASSES):
        raise ValueError(f"not an IR node: tag {tag!r}")
    cls = CLASSES[tag]
    fields_of = data[1:]
    pairs: list[Any] = [fields_of.pop(), fields_of.pop()] if cls is Module else []
    # A million calls for a large project: what is no node or list is passed on without one. The
    # same offsets and names come again and again; each is kept once.
    values: list[Any] = [
        _OFFSETS[v] if type(v) is int and 0 <= v < _SHARED
        else intern(v) if type(v) is str
        else v if not isinstance(v, list)
        else from_data(v) if not v or v[0] is not None
        else [from_data(x) if isinstance(x, list) else x for x in v[1:]]
        for v in fields_of
    ]  # fmt: skip
    values += [[tuple(v[1:]) for v in pair[1:]] for pair in pairs[::-1]]
    return cls(*values)
