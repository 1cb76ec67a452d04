"""Where framework objects go: into hands that the analysis can't see, or along with a call."""

from __future__ import annotations

from collections.abc import Iterable

from faceoff_lint.values import (
    CallArgs,
    DictValue,
    Function,
    Instance,
    ListValue,
    Native,
    UnionValue,
    Value,
)

__all__ = ["escape", "relevant"]

# How far inside collections an escape is followed.
MAX_ESCAPE = 4


def escape(value: Value, depth: int = 0) -> None:
    """Mark framework objects reachable from ``value`` as escaped."""
    if depth > MAX_ESCAPE:
        return
    if isinstance(value, Native):
        value.escaped = True
    elif isinstance(value, UnionValue):
        for choice in value.choices:
            escape(choice, depth + 1)
    elif isinstance(value, ListValue):
        for item in value.items:
            escape(item, depth + 1)
    elif isinstance(value, DictValue):
        for item in value.entries.values():
            escape(item, depth + 1)
    elif isinstance(value, Instance):
        if value.native is not None:
            value.native.escaped = True
        for item in value.attrs.values():
            escape(item, depth + 1)


def relevant(function: Function, call: CallArgs) -> bool:
    """Whether a call hands framework objects on, so that it may be part of the set-up."""

    def holds(value: Value | None, depth: int) -> bool:
        if isinstance(value, Native):
            return True
        if isinstance(value, Instance):
            inner: Iterable[Value] = value.attrs.values()
            return value.native is not None or (depth > 0 and any(holds(v, 0) for v in inner))
        if isinstance(value, DictValue):
            return depth > 0 and any(holds(v, 0) for v in value.entries.values())
        if isinstance(value, ListValue):
            return depth > 0 and any(holds(v, 0) for v in value.items)
        return False

    return any(holds(v, 1) for v in (*call.all, function.this, call.this))
