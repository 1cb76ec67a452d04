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


def escape(value: Value) -> None:
    """Mark framework objects reachable from ``value`` as escaped."""
    found: list[Value] = [value]
    # What was met once was met as near to ``value`` as it is, so that once is enough.
    seen: set[int] = set()
    for _ in range(MAX_ESCAPE + 1):
        inside: list[Value] = []
        for item in found:
            if isinstance(item, Native):
                item.escaped = True
            elif isinstance(item, (UnionValue, ListValue, DictValue, Instance)):
                if id(item) in seen:
                    continue
                seen.add(id(item))
                if isinstance(item, UnionValue):
                    inside += item.choices
                elif isinstance(item, ListValue):
                    inside += item.items
                elif isinstance(item, DictValue):
                    inside += item.entries.values()
                else:
                    if item.native is not None:
                        item.native.escaped = True
                    inside += item.attrs.values()
        if not inside:
            return
        found = inside


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
