"""Members of the languages' own values: functions here, the others in files of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from faceoff_lint.interpreter.dicts import dict_member
from faceoff_lint.interpreter.iteration import iterate, keys
from faceoff_lint.interpreter.lists import list_member
from faceoff_lint.interpreter.promises import THEN
from faceoff_lint.interpreter.texts import percent_format, text_member
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
    Native,
    Text,
    Value,
    Wrapped,
)

if TYPE_CHECKING:
    from faceoff_lint.interpreter.core import Machine

__all__ = ["class_name", "global_name", "iterate", "keys", "method", "percent_format"]


def global_name(vm: Machine, name: str) -> Value:
    """A name that no scope binds: a builtin of the language."""
    return External(("js." if vm.javascript else "python.") + name)


def method(vm: Machine, value: Value, name: str) -> Value:
    """A member of a plain value; Unknown where nothing is known of it."""
    if isinstance(value, ListValue):
        return list_member(vm, value, name)
    if isinstance(value, DictValue):
        return dict_member(vm, value, name)
    if isinstance(value, (Lit, Text)):
        return text_member(vm, value, name)
    if isinstance(value, Function):
        return _function_member(vm, value, name)
    if isinstance(value, Builtin) and name in ("bind", "call", "apply"):
        return Builtin(name, {"bind": _keep, "call": _call, "apply": _apply}[name], value)
    if name in ("then", "catch", "finally") and vm.javascript:
        return Builtin(name, THEN[name], value)
    if isinstance(value, Builtin) and value.name.startswith("flask"):
        return UNKNOWN
    if vm.javascript and isinstance(value, (Native, Instance)):
        return Builtin(name, _CALLS[name], value) if name in _CALLS else UNKNOWN
    return UNKNOWN


def _function_member(vm: Machine, value: Function, name: str) -> Value:
    if name in value.attrs:
        return value.attrs[name]
    if name in ("__name__", "name"):
        return Lit(value.name)
    if name == "prototype" and vm.javascript:
        value.attrs["prototype"] = DictValue({"constructor": value}, kind="prototype")
        return value.attrs["prototype"]
    if name == "__wrapped__" and value.wraps is not None:
        return value.wraps
    if name == "constructor" and vm.javascript:
        # Wrappers ask for it: `fn.constructor.name === 'AsyncFunction'`.
        return DictValue({"name": Lit(_constructor(value))}, kind="constructor")
    if name in _CALLS and vm.javascript:
        return Builtin(name, _CALLS[name], value)
    return UNKNOWN


def _constructor(function: Function) -> str:
    node = function.node
    prefix = "Async" if node.is_async else ""
    return f"{prefix}{'Generator' if node.is_generator else ''}Function"


def _bind(vm: Machine, call: CallArgs) -> Value:
    function = call.this
    if isinstance(function, Function):
        this = call.get(0)
        return function.bind(this if this is not None else UNKNOWN, call.pos[1:])
    return function if function is not None else UNKNOWN


def _keep(vm: Machine, call: CallArgs) -> Value:
    return call.this if call.this is not None else UNKNOWN


def _call(vm: Machine, call: CallArgs) -> Value:
    inner = CallArgs(call.pos[1:], {}, call.open, call.span, None, call.get(0), module=call.module)
    inner.nodes = call.nodes[1:]
    callee = call.this if call.this is not None else UNKNOWN
    return vm.call(_receive(callee, call.get(0)), inner)


def _apply(vm: Machine, call: CallArgs) -> Value:
    items = call.get(1)
    inner = CallArgs(span=call.span, this=call.get(0), module=call.module)
    if isinstance(items, ListValue):
        inner.pos, inner.open = list(items.items), items.open
    else:
        inner.open = True
    callee = call.this if call.this is not None else UNKNOWN
    return vm.call(_receive(callee, call.get(0)), inner)


def _receive(callee: Value, this: Value | None) -> Value:
    """``f.call(this, …)`` with a framework method taken from another object of its kind."""
    if isinstance(callee, Function) and this is not None:
        return callee.bind(this)
    return callee


_CALLS: dict[str, Callable[[Any, CallArgs], Value]] = {
    "bind": _bind,
    "call": _call,
    "apply": _apply,
}


def class_name(value: Value) -> str:
    """A name for a value in messages; empty when it has none."""
    if isinstance(value, (Function, ClassValue)):
        return value.name
    if isinstance(value, Wrapped):
        return class_name(value.inner)
    return ""
