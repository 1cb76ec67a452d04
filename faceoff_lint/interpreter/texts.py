"""Members of strings, and formatting."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from faceoff_lint.values import (
    MOST_TEXT,
    UNKNOWN,
    Builtin,
    CallArgs,
    DictValue,
    ListValue,
    Lit,
    Text,
    Value,
    concat,
)

if TYPE_CHECKING:
    from faceoff_lint.interpreter.core import Machine

__all__ = ["join_text", "percent_format", "text_member"]


def percent_format(template: str, right: Value) -> Value:
    """Python's ``template % right``."""
    values = right.items if isinstance(right, ListValue) and right.kind == "tuple" else [right]
    parts: list[Value] = []
    index = 0
    for piece in re.split(r"(%(?:\(\w{1,40}\))?[sdr%])", template):
        if piece == "%%":
            parts.append(Lit("%"))
        elif piece.startswith("%("):
            found = right.entries.get(piece[2:-2]) if isinstance(right, DictValue) else None
            parts.append(found or UNKNOWN)
        elif piece.startswith("%") and len(piece) == 2:
            parts.append(values[index] if index < len(values) else UNKNOWN)
            index += 1
        elif piece:
            parts.append(Lit(piece))
    return concat(parts)


def format_template(template: str, call: CallArgs) -> Value:
    """Python's ``template.format(…)`` for plain fields."""
    parts: list[Value] = []
    index = 0
    for piece in re.split(r"(\{\w{0,40}\})", template):
        if len(piece) >= 2 and piece[0] == "{" and piece[-1] == "}":
            name = piece[1:-1]
            if not name:
                parts.append(call.get(index) or UNKNOWN)
                index += 1
            elif name.isdigit():
                parts.append(call.get(int(name)) or UNKNOWN)
            else:
                parts.append(call.get(-1, name) or UNKNOWN)
        elif piece:
            parts.append(Lit(piece.replace("{{", "{").replace("}}", "}")))
    return concat(parts)


def text_member(vm: Machine, value: Lit | Text, name: str) -> Value:
    """A member of a string; Unknown where nothing is known of it."""
    if name == "length" and isinstance(value, Lit) and isinstance(value.value, str):
        return Lit(len(value.value))
    run = _STRING.get(name)
    return Builtin(name, run, value) if run else UNKNOWN


def _plain_this(call: CallArgs) -> str | None:
    this = call.this
    return this.value if isinstance(this, Lit) and isinstance(this.value, str) else None


def _string_method(function: Callable[[str, list[Any]], Any]) -> Callable[[Any, CallArgs], Value]:
    def run(vm: Machine, call: CallArgs) -> Value:
        text = _plain_this(call)
        args = [a.value for a in call.pos if isinstance(a, Lit)]
        if text is None or len(args) != len(call.pos) or len(text) > 10_000:
            return UNKNOWN
        try:
            result = function(text, args)
        except (TypeError, ValueError, IndexError, OverflowError):
            return UNKNOWN
        if isinstance(result, list):
            return ListValue([Lit(r) for r in result])
        return Lit(result)

    return run


def _format(vm: Machine, call: CallArgs) -> Value:
    text = _plain_this(call)
    return format_template(text, call) if text is not None else UNKNOWN


def join_text(vm: Machine, call: CallArgs) -> Value:
    """Python's ``separator.join(items)``: ``this`` is the separator."""
    text, items = _plain_this(call), call.get(0)
    if text is None or not isinstance(items, ListValue) or items.open:
        return UNKNOWN
    parts: list[Value] = []
    for index, item in enumerate(items.items):
        if index:
            parts.append(Lit(text))
        parts.append(item)
    return concat(parts)


def _replace(vm: Machine, call: CallArgs) -> Value:
    """JavaScript replaces the first occurrence of a string, Python all of them."""
    count = 1 if vm.javascript else -1
    return _string_method(lambda t, a: _replaced(t, a, count))(vm, call)


def _replaced(text: str, args: list[Any], count: int = -1) -> str:
    """The text with one string in place of another. Raises ``ValueError`` if it gets too long."""
    old, new = str(args[0]), str(args[1])
    if text.count(old) * len(new) > MOST_TEXT:
        raise ValueError
    return text.replace(old, new, count)


_STRING: dict[str, Callable[[Any, CallArgs], Value]] = {
    "format": _format,
    "join": join_text,
    "lower": _string_method(lambda t, a: t.lower()),
    "upper": _string_method(lambda t, a: t.upper()),
    "title": _string_method(lambda t, a: t.title()),
    "capitalize": _string_method(lambda t, a: t.capitalize()),
    "toLowerCase": _string_method(lambda t, a: t.lower()),
    "toUpperCase": _string_method(lambda t, a: t.upper()),
    "trim": _string_method(lambda t, a: t.strip()),
    "strip": _string_method(lambda t, a: t.strip(*a)),
    "lstrip": _string_method(lambda t, a: t.lstrip(*a)),
    "rstrip": _string_method(lambda t, a: t.rstrip(*a)),
    "split": _string_method(lambda t, a: t.split(*a) if a and a[0] else [t]),
    "rsplit": _string_method(lambda t, a: t.rsplit(*a)),
    "startswith": _string_method(lambda t, a: t.startswith(a[0])),
    "endswith": _string_method(lambda t, a: t.endswith(a[0])),
    "startsWith": _string_method(lambda t, a: t.startswith(a[0])),
    "endsWith": _string_method(lambda t, a: t.endswith(a[0])),
    "includes": _string_method(lambda t, a: a[0] in t),
    "indexOf": _string_method(lambda t, a: t.find(a[0])),
    "replace": _replace,
    "replaceAll": _string_method(_replaced),
    "concat": _string_method(lambda t, a: t + "".join(map(str, a))),
    "slice": _string_method(lambda t, a: t[int(a[0]) : int(a[1]) if len(a) > 1 else None]),
    "toString": _string_method(lambda t, a: t),
}
