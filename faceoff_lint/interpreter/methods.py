"""Members of the languages' own values: lists, dicts, strings, functions, promises."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from faceoff_lint.values import (
    UNDEFINED,
    UNKNOWN,
    Builtin,
    CallArgs,
    ClassValue,
    Condition,
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
    Wrapped,
    concat,
    truth,
    union,
)

if TYPE_CHECKING:
    from faceoff_lint.interpreter.core import Machine

__all__ = ["global_name", "iterate", "keys", "method", "percent_format"]


def global_name(vm: Machine, name: str) -> Value:
    """A name that no scope binds: a builtin of the language."""
    return External(("js." if vm.javascript else "python.") + name)


def iterate(vm: Machine, value: Value) -> tuple[list[Value], bool]:
    """What a loop over ``value`` sees: the known items, and whether there may be more."""
    if isinstance(value, ListValue):
        return list(value.items), value.open
    if isinstance(value, DictValue):
        if value.kind == "map" or (vm.javascript and value.kind == "entries"):
            pairs = [ListValue([Lit(k), v]) for k, v in value.entries.items()]
            return list(pairs), value.open
        if not vm.javascript:
            return [Lit(k) for k in value.entries], value.open
    if isinstance(value, Lit) and isinstance(value.value, str) and len(value.value) < 200:
        return [Lit(c) for c in value.value], False
    if isinstance(value, UnionValue):
        found = [iterate(vm, c) for c in value.choices]
        return [i for items, _ in found for i in items], True
    return [], True


def keys(value: Value) -> tuple[list[Value], bool]:
    """What JavaScript's ``for (k in value)`` sees."""
    if isinstance(value, DictValue):
        return [Lit(str(k)) for k in value.entries], value.open
    if isinstance(value, ListValue):
        return [Lit(str(i)) for i in range(len(value.items))], value.open
    if isinstance(value, ModuleValue):
        return [Lit(k) for k in value.record.es_exports], value.record.es_open
    return [], True


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


def method(vm: Machine, value: Value, name: str) -> Value:
    """A member of a plain value; Unknown where nothing is known of it."""
    if isinstance(value, ListValue):
        return _list_member(vm, value, name)
    if isinstance(value, DictValue):
        return _dict_member(vm, value, name)
    if isinstance(value, (Lit, Text)):
        return _string_member(vm, value, name)
    if isinstance(value, Function):
        return _function_member(vm, value, name)
    if isinstance(value, Builtin) and name in ("bind", "call", "apply"):
        return Builtin(name, {"bind": _keep, "call": _call, "apply": _apply}[name], value)
    if name in ("then", "catch", "finally") and vm.javascript:
        return Builtin(name, _THEN[name], value)
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


# --- promises ------------------------------------------------------------------------------------


def _then(vm: Machine, call: CallArgs) -> Value:
    """``promise.then(f)``: f runs late, with what the promise stands for."""
    source = call.this if call.this is not None else UNKNOWN
    callback = call.get(0)
    if vm.trace is not None or callback is None:
        return UNKNOWN
    if isinstance(callback, (Function, Builtin, UnionValue)):
        vm.defer(callback, CallArgs(pos=[source], span=call.span))
    return UNKNOWN


def _same(vm: Machine, call: CallArgs) -> Value:
    if vm.trace is None:
        vm.run_callbacks(call)
    return call.this if call.this is not None else UNKNOWN


_THEN: dict[str, Callable[[Any, CallArgs], Value]] = {
    "then": _then,
    "catch": _same,
    "finally": _same,
}


# --- functions -----------------------------------------------------------------------------------


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


# --- strings -------------------------------------------------------------------------------------


def _string_member(vm: Machine, value: Lit | Text, name: str) -> Value:
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
        except (TypeError, ValueError, IndexError):
            return UNKNOWN
        if isinstance(result, list):
            return ListValue([Lit(r) for r in result])
        return Lit(result)

    return run


def _format(vm: Machine, call: CallArgs) -> Value:
    text = _plain_this(call)
    return format_template(text, call) if text is not None else UNKNOWN


def _join_text(vm: Machine, call: CallArgs) -> Value:
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
    run = _string_method(lambda t, a: t.replace(str(a[0]), str(a[1]), count))
    return run(vm, call)


_STRING: dict[str, Callable[[Any, CallArgs], Value]] = {
    "format": _format,
    "join": _join_text,
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
    "replaceAll": _string_method(lambda t, a: t.replace(str(a[0]), str(a[1]))),
    "concat": _string_method(lambda t, a: t + "".join(map(str, a))),
    "slice": _string_method(lambda t, a: t[int(a[0]) : int(a[1]) if len(a) > 1 else None]),
    "toString": _string_method(lambda t, a: t),
}


# --- lists ---------------------------------------------------------------------------------------


def _list_member(vm: Machine, value: ListValue, name: str) -> Value:
    if name in ("length", "size"):
        return UNKNOWN if value.open else Lit(len(value.items))
    run = _LIST.get(name)
    if run is not None:
        return Builtin(name, run, value)
    if name in ("then", "catch", "finally") and vm.javascript:
        return Builtin(name, _THEN[name], value)
    return UNKNOWN


def _this_list(call: CallArgs) -> ListValue:
    return call.this if isinstance(call.this, ListValue) else ListValue([], open=True)


def _append(vm: Machine, call: CallArgs) -> Value:
    this = _this_list(call)
    this.items.extend(call.pos)
    this.open = this.open or call.open
    return Lit(None) if not vm.javascript else UNKNOWN


def _insert(vm: Machine, call: CallArgs) -> Value:
    this = _this_list(call)
    at = call.literal(0)
    if isinstance(at, int) and (value := call.get(1)) is not None:
        this.items.insert(at, value)
    return Lit(None)


def _unshift(vm: Machine, call: CallArgs) -> Value:
    this = _this_list(call)
    this.items[0:0] = call.pos
    return UNKNOWN


def _extend(vm: Machine, call: CallArgs) -> Value:
    this = _this_list(call)
    for value in call.pos:
        items, is_open = iterate(vm, value)
        this.items.extend(items)
        this.open = this.open or is_open
    return Lit(None)


def _list_concat(vm: Machine, call: CallArgs) -> Value:
    this = _this_list(call)
    items, is_open = list(this.items), this.open or call.open
    for value in call.pos:
        if isinstance(value, ListValue):
            items.extend(value.items)
            is_open = is_open or value.open
        elif value is UNKNOWN or isinstance(value, (External, UnionValue)):
            items.append(value)
        else:
            items.append(value)
    return ListValue(items, "list", is_open)


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
    items: list[Value] = []
    is_open = _this_list(call).open
    for item in _this_list(call).items:
        if isinstance(item, ListValue):
            items.extend(item.items)
            is_open = is_open or item.open
        else:
            items.append(item)
    return ListValue(items, "list", is_open)


def _flat_map(vm: Machine, call: CallArgs) -> Value:
    mapped = _map(vm, call)
    return _flat(vm, CallArgs(this=mapped, span=call.span))


def _join_list(vm: Machine, call: CallArgs) -> Value:
    separator = call.get(0) or Lit(",")
    return _join_text(vm, CallArgs(pos=[_this_list(call)], this=separator, span=call.span))


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
    "sort": _keep,
    "reverse": _reverse,
    "values": _keep,
    "entries": lambda vm, call: ListValue(
        [ListValue([Lit(i), v]) for i, v in enumerate(_this_list(call).items)],
        "list",
        _this_list(call).open,
    ),
    "copy": lambda vm, call: ListValue(list(_this_list(call).items), "list", _this_list(call).open),
}


# --- dicts ---------------------------------------------------------------------------------------


def _dict_member(vm: Machine, value: DictValue, name: str) -> Value:
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
            return Builtin(name, _THEN[name], value)
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


def class_name(value: Value) -> str:
    """A name for a value in messages; empty when it has none."""
    if isinstance(value, (Function, ClassValue)):
        return value.name
    if isinstance(value, Wrapped):
        return class_name(value.inner)
    return ""
