"""Where framework objects go: into hands that the analysis can't see, or along with a call."""

from __future__ import annotations

from collections.abc import Iterable

from faceoff_lint.values import (
    UNKNOWN,
    Builtin,
    CallArgs,
    ClassValue,
    DictValue,
    External,
    Function,
    Instance,
    ListValue,
    Lit,
    ModuleValue,
    Native,
    Text,
    UnionValue,
    Value,
)

__all__ = ["escape", "relevant"]

# How far inside collections an escape is followed.
MAX_ESCAPE = 4

# Most of what is handed on: it holds nothing, or nothing that is followed.
_PLAIN = frozenset({type(UNKNOWN), Lit, Text, External, Builtin, Function, ClassValue, ModuleValue})


def escape(value: Value, depth: int = 0) -> None:
    """Mark framework objects reachable from ``value`` as escaped."""
    inside: Iterable[Value]
    if type(value) in _PLAIN:
        return
    if isinstance(value, Native):
        value.escaped = True
        return
    if isinstance(value, UnionValue):
        inside = value.choices
    elif isinstance(value, ListValue):
        inside = value.items
    elif isinstance(value, DictValue):
        inside = value.entries.values()
    elif isinstance(value, Instance):
        if value.native is not None:
            value.native.escaped = True
        inside = value.attrs.values()
    else:
        return
    if depth < MAX_ESCAPE:
        for item in inside:
            if type(item) not in _PLAIN:
                escape(item, depth + 1)


def relevant(function: Function, call: CallArgs) -> bool:
    """Whether a call hands framework objects on, so that it may be part of the set-up."""

    def holds(value: Value | None, depth: int) -> bool:
        if isinstance(value, Native):
            return True
        if isinstance(value, Instance):
            inner: Iterable[Value] = value.attrs.values()
            return value.native is not None or (
                depth > 0 and any(holds(v, 0) for v in inner if type(v) not in _PLAIN)
            )
        if isinstance(value, DictValue):
            return depth > 0 and any(
                holds(v, 0) for v in value.entries.values() if type(v) not in _PLAIN
            )
        if isinstance(value, ListValue):
            return depth > 0 and any(holds(v, 0) for v in value.items if type(v) not in _PLAIN)
        return False

    return any(holds(v, 1) for v in (*call.all, function.this, call.this) if type(v) not in _PLAIN)
