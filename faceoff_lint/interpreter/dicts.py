"""Members of dicts, objects and Maps."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from faceoff_lint.interpreter.promises import THEN
from faceoff_lint.values import (
    UNDEFINED,
    UNKNOWN,
    Builtin,
    CallArgs,
    DictValue,
    ListValue,
    Lit,
    Value,
)

if TYPE_CHECKING:
    from faceoff_lint.interpreter.core import Machine

__all__ = ["dict_member"]


def dict_member(vm: Machine, value: DictValue, name: str) -> Value:
    """A member of a dict, object or Map; Unknown where nothing is known of it."""
    if value.kind == "map":
        if name == "size":
            return UNKNOWN if value.open else Lit(len(value.entries))
        run = _MAP.get(name)
        return Builtin(name, run, value) if run else UNKNOWN
    if vm.javascript:
        if name in value.entries:
            return value.entries[name]
        if name in ("hasOwnProperty", "toString", "constructor") or value.open:
            return UNKNOWN
        if name in ("then", "catch", "finally"):
            return Builtin(name, THEN[name], value)
        return UNDEFINED
    run = _DICT.get(name)
    return Builtin(name, run, value) if run else UNKNOWN


def _this_dict(call: CallArgs) -> DictValue:
    return call.this if isinstance(call.this, DictValue) else DictValue(open=True)


def _dict_get(vm: Machine, call: CallArgs) -> Value:
    this, key = _this_dict(call), call.get(0)
    if not isinstance(key, Lit):
        return UNKNOWN
    found = this.entries.get(key.value)
    if found is not None:
        return found
    if this.open:
        return UNKNOWN
    return call.get(1) or (UNDEFINED if vm.javascript else Lit(None))


def _items(vm: Machine, call: CallArgs) -> Value:
    this = _this_dict(call)
    kind = "list" if vm.javascript else "tuple"
    return ListValue([ListValue([Lit(k), v], kind) for k, v in this.entries.items()],
                     "list", this.open)  # fmt: skip


def _dict_keys(vm: Machine, call: CallArgs) -> Value:
    return ListValue([Lit(k) for k in _this_dict(call).entries], "list", _this_dict(call).open)


def _dict_values(vm: Machine, call: CallArgs) -> Value:
    return ListValue(list(_this_dict(call).entries.values()), "list", _this_dict(call).open)


def _dict_update(vm: Machine, call: CallArgs) -> Value:
    this = _this_dict(call)
    for value in call.pos:
        if isinstance(value, DictValue):
            this.entries.update(value.entries)
            this.open = this.open or value.open
        else:
            this.open = True
    this.entries.update(call.kw)
    return Lit(None)


def _dict_set(vm: Machine, call: CallArgs) -> Value:
    this, key, value = _this_dict(call), call.get(0), call.get(1)
    if isinstance(key, Lit) and value is not None:
        this.entries[key.value] = value
    else:
        this.open = True
    return this


def _setdefault(vm: Machine, call: CallArgs) -> Value:
    this, key, value = _this_dict(call), call.get(0), call.get(1)
    if isinstance(key, Lit) and value is not None:
        return this.entries.setdefault(key.value, value)
    return UNKNOWN


def _map_each(vm: Machine, call: CallArgs) -> Value:
    this, callback = _this_dict(call), call.get(0)
    for key, value in list(this.entries.items())[:400]:
        vm.call(callback or UNKNOWN, CallArgs(pos=[value, Lit(key), this], span=call.span))
    return UNDEFINED


def _dict_copy(vm: Machine, call: CallArgs) -> Value:
    this = _this_dict(call)
    return DictValue(dict(this.entries), this.open, this.kind)


_DICT: dict[str, Callable[[Any, CallArgs], Value]] = {
    "get": _dict_get,
    "items": _items,
    "keys": _dict_keys,
    "values": _dict_values,
    "update": _dict_update,
    "setdefault": _setdefault,
    "pop": _dict_get,
    "copy": _dict_copy,
}

_MAP: dict[str, Callable[[Any, CallArgs], Value]] = {
    "get": _dict_get,
    "set": _dict_set,
    "forEach": _map_each,
    "entries": _items,
    "keys": _dict_keys,
    "values": _dict_values,
}
