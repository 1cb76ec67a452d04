"""Nodes as JSON-ready lists, and back, without loss."""

from __future__ import annotations

from typing import Any

from faceoff_lint.ir.base import Node
from faceoff_lint.ir.fields import CLASSES, NAMES, TAGS
from faceoff_lint.ir.statements import Module

__all__ = ["from_data", "to_data"]


def to_data(node: Node) -> list[Any]:
    """The node as nested lists of JSON values: ``[tag, start, end, field, …]``."""
    cls = type(node)
    return [TAGS[cls], *(_field_to_data(getattr(node, n)) for n in NAMES[cls])]


def _field_to_data(value: Any) -> Any:
    if isinstance(value, Node):
        return to_data(value)
    if isinstance(value, list):
        # A list of nodes is marked by a leading None, so that it can't be mistaken for a node.
        return [None, *(_field_to_data(v) for v in value)]
    if isinstance(value, tuple):
        return [None, *value]
    return value


def from_data(data: list[Any]) -> Any:
    """The inverse of ``to_data``. Raises ``ValueError`` or ``IndexError`` on foreign data."""
    tag = data[0]
    if not isinstance(tag, int) or not 0 <= tag < len(CLASSES):
        raise ValueError(f"not an IR node: tag {tag!r}")
    cls = CLASSES[tag]
    fields_of = data[1:]
    pairs = [fields_of.pop(), fields_of.pop()] if cls is Module else []
    # A million calls for a large project: what is no node or list is passed on without one.
    values: list[Any] = [
        v if not isinstance(v, list)
        else from_data(v) if not v or v[0] is not None
        else [from_data(x) if isinstance(x, list) else x for x in v[1:]]
        for v in fields_of
    ]  # fmt: skip
    values += ([tuple(v[1:]) for v in pair[1:]] for pair in reversed(pairs))
    return cls(*values)
