"""Members of lists, tuples, sets and arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from faceoff_lint.interpreter.iteration import iterate
from faceoff_lint.interpreter.promises import THEN
from faceoff_lint.interpreter.texts import join_text
from faceoff_lint.values import (
    MOST_ITEMS,
    UNDEFINED,
    UNKNOWN,
    Builtin,
    CallArgs,
    Condition,
    External,
    ListValue,
    Lit,
    Value,
    truth,
    union,
)

if TYPE_CHECKING:
    from faceoff_lint.interpreter.core import Machine

__all__ = ["list_member"]


def list_member(vm: Machine, value: ListValue, name: str) -> Value:
    """A member of a list, tuple, set or array; Unknown where nothing is known of it."""
    if name in ("length", "size"):
        return UNKNOWN if value.open else Lit(len(value.items))
    run = _LIST.get(name)
    if run is not None:
        return Builtin(name, run, value)
    if name in ("then", "catch", "finally") and vm.javascript:
        return Builtin(name, THEN[name], value)
    return UNKNOWN


def _this_list(call: CallArgs) -> ListValue:
    return call.this if isinstance(call.this, ListValue) else ListValue([], open=True)


def _this_list_of(vm: Machine, call: CallArgs) -> Value:
    return _this_list(call)


def _append(vm: Machine, call: CallArgs) -> Value:
    this = _this_list(call)
    this.extend(call.pos, call.open)
    return Lit(None) if not vm.javascript else UNKNOWN


def _insert(vm: Machine, call: CallArgs) -> Value:
    this = _this_list(call)
    at = call.literal(0)
    if isinstance(at, int) and (value := call.get(1)) is not None:
        if len(this.items) < MOST_ITEMS:
            this.items.insert(at, value)
        else:
            this.open = True
    return Lit(None)


def _unshift(vm: Machine, call: CallArgs) -> Value:
    this = _this_list(call)
    if len(this.items) + len(call.pos) <= MOST_ITEMS:
        this.items[0:0] = call.pos
    else:
        this.open = True
    return UNKNOWN


def _extend(vm: Machine, call: CallArgs) -> Value:
    this = _this_list(call)
    for value in call.pos:
        items, is_open = iterate(vm, value)
        this.extend(items, is_open)
    return Lit(None)


def _list_concat(vm: Machine, call: CallArgs) -> Value:
    this = _this_list(call)
    made = ListValue(list(this.items), "list", this.open or call.open)
    for value in call.pos:
        if isinstance(value, ListValue):
            made.extend(value.items, value.open)
        else:
            made.extend([value])
    return made


def _each(vm: Machine, call: CallArgs) -> list[tuple[Value, Value]]:
    """Call a callback on each item; gives (item, result) pairs."""
    this, callback = _this_list(call), call.get(0)
    if callback is None:
        return []
    results = []
    for index, item in enumerate(this.items[:400]):
        args = CallArgs(pos=[item, Lit(index), this], span=call.span, module=call.module)
        results.append((item, vm.call(callback, args)))
    if this.open:
        with vm.under(Condition("loop", call.span, 0)):
            args = CallArgs(pos=[UNKNOWN, UNKNOWN, this], span=call.span, module=call.module)
            vm.fork([lambda: (vm.call(callback, args), None)[1], lambda: None])
    return results


def _for_each(vm: Machine, call: CallArgs) -> Value:
    _each(vm, call)
    return UNDEFINED


def _map(vm: Machine, call: CallArgs) -> Value:
    return ListValue([r for _, r in _each(vm, call)], "list", _this_list(call).open)


def _filter(vm: Machine, call: CallArgs) -> Value:
    pairs = [(item, truth(r)) for item, r in _each(vm, call)]
    callback = call.get(0)
    if isinstance(callback, External) and callback.path == "js.Boolean":
        pairs = [(item, truth(item)) for item in _this_list(call).items]
    kept = [item for item, answer in pairs if answer is not False]
    unsure = any(answer is None for _, answer in pairs)
    return ListValue(kept, "list", _this_list(call).open or unsure)


def _reduce(vm: Machine, call: CallArgs) -> Value:
    this, callback = _this_list(call), call.get(0)
    items = list(this.items)
    value = call.get(1)
    if value is None:
        if not items:
            return UNKNOWN
        value = items.pop(0)
    for item in items[:400]:
        args = CallArgs(pos=[value, item], span=call.span, module=call.module)
        value = vm.call(callback or UNKNOWN, args)
    return UNKNOWN if this.open else value


def _flat(vm: Machine, call: CallArgs) -> Value:
    made = ListValue([], "list", _this_list(call).open)
    for item in _this_list(call).items:
        if isinstance(item, ListValue):
            made.extend(item.items, item.open)
        else:
            made.extend([item])
    return made


def _flat_map(vm: Machine, call: CallArgs) -> Value:
    mapped = _map(vm, call)
    return _flat(vm, CallArgs(this=mapped, span=call.span))


def _join_list(vm: Machine, call: CallArgs) -> Value:
    separator = call.get(0) or Lit(",")
    return join_text(vm, CallArgs(pos=[_this_list(call)], this=separator, span=call.span))


def _list_slice(vm: Machine, call: CallArgs) -> Value:
    this = _this_list(call)
    start, end = call.literal(0), call.literal(1)
    if this.open or (call.pos and not isinstance(start, int)):
        return ListValue(list(this.items), "list", True)
    stop = end if isinstance(end, int) else None
    return ListValue(this.items[start or 0 : stop], "list", False)


def _pop(vm: Machine, call: CallArgs) -> Value:
    this = _this_list(call)
    value = union([*this.items, UNKNOWN]) if this.items else UNKNOWN
    if not this.open and this.items and not call.pos:
        value = this.items[-1]
    return value


def _includes(vm: Machine, call: CallArgs) -> Value:
    this, wanted = _this_list(call), call.get(0)
    if this.open or not isinstance(wanted, Lit):
        return UNKNOWN
    if not all(isinstance(i, Lit) for i in this.items):
        return UNKNOWN
    return Lit(any(i == wanted for i in this.items))


def _index_of(vm: Machine, call: CallArgs) -> Value:
    this, wanted = _this_list(call), call.get(0)
    if this.open or not isinstance(wanted, Lit):
        return UNKNOWN
    if not all(isinstance(i, Lit) for i in this.items):
        return UNKNOWN
    return Lit(next((n for n, i in enumerate(this.items) if i == wanted), -1))


def _find(vm: Machine, call: CallArgs) -> Value:
    return union([*(item for item, r in _each(vm, call) if truth(r) is not False), UNDEFINED])


def _test(vm: Machine, call: CallArgs) -> Value:
    _each(vm, call)
    return UNKNOWN


def _reverse(vm: Machine, call: CallArgs) -> Value:
    this = _this_list(call)
    return ListValue(list(reversed(this.items)), this.kind, this.open)


_LIST: dict[str, Callable[[Any, CallArgs], Value]] = {
    "append": _append,
    "push": _append,
    "add": _append,
    "insert": _insert,
    "unshift": _unshift,
    "extend": _extend,
    "concat": _list_concat,
    "forEach": _for_each,
    "map": _map,
    "filter": _filter,
    "reduce": _reduce,
    "flat": _flat,
    "flatMap": _flat_map,
    "join": _join_list,
    "slice": _list_slice,
    "pop": _pop,
    "shift": _pop,
    "includes": _includes,
    "indexOf": _index_of,
    "find": _find,
    "some": _test,
    "every": _test,
    "sort": _this_list_of,
    "reverse": _reverse,
    "values": _this_list_of,
    "entries": lambda vm, call: ListValue(
        [ListValue([Lit(i), v]) for i, v in enumerate(_this_list(call).items)],
        "list",
        _this_list(call).open,
    ),
    "copy": lambda vm, call: ListValue(list(_this_list(call).items), "list", _this_list(call).open),
}
