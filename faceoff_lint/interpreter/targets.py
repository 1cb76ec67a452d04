"""Binding of targets: names, attributes, items, destructuring patterns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from faceoff_lint import ir
from faceoff_lint.interpreter import methods
from faceoff_lint.values import (
    UNDEFINED,
    UNKNOWN,
    ClassValue,
    DictValue,
    Env,
    Function,
    Instance,
    ListValue,
    Lit,
    ModuleValue,
    Native,
    UnionValue,
    Value,
    Wrapped,
    options,
    union,
)

if TYPE_CHECKING:
    from faceoff_lint.interpreter.core import Machine

__all__ = ["assign", "var_scope"]


def var_scope(env: Env) -> Env:
    """The function or module scope that ``var`` and Python assignments bind in."""
    while env.kind == "block" and env.parent is not None:
        env = env.parent
    return env


def assign(vm: Machine, target: ir.Expr, value: Value, env: Env, declare: str = "") -> None:
    """Bind a target. ``declare``: ``var``, ``let``, ``const``, ``param``, or empty: assignment."""
    if isinstance(target, ir.Name):
        _assign_name(vm, target.id, value, env, declare)
    elif isinstance(target, ir.Attr):
        for obj in options(vm.eval(target.obj, env)):
            _set_attr(vm, obj, target.name, value)
    elif isinstance(target, ir.Index):
        obj, key = vm.eval(target.obj, env), vm.eval(target.index, env)
        for choice in options(obj):
            _set_item(vm, choice, key, value)
    elif isinstance(target, ir.Pattern):
        if value is UNDEFINED or (isinstance(value, UnionValue) and UNDEFINED in value.choices):
            rest = [c for c in options(value) if c is not UNDEFINED]
            value = union([*rest, vm.eval(target.default, env)])
        elif value is UNKNOWN:
            value = _prefer_default(vm.eval(target.default, env))
        assign(vm, target.target, value, env, declare)
    elif isinstance(target, ir.Spread):
        assign(vm, target.value, value, env, declare)
    elif isinstance(target, ir.List):
        _assign_list(vm, target, value, env, declare)
    elif isinstance(target, ir.Dict):
        _assign_dict(vm, target, value, env, declare)


def _prefer_default(default: Value) -> Value:
    heap = (Native, Instance, Function, ClassValue)
    return union([UNKNOWN, default]) if isinstance(default, heap) else UNKNOWN


def _assign_name(vm: Machine, name: str, value: Value, env: Env, declare: str) -> None:
    if isinstance(value, Native) and not value.var:
        value.var = name
    elif isinstance(value, Instance) and value.native is not None and not value.native.var:
        value.native.var = name
    if declare in ("let", "const", "param"):
        vm.store(env.vars, name, value)
        return
    if declare == "var":
        vm.store(var_scope(env).vars, name, value)
        return
    if vm.frame.module.language == "python":
        home = _python_home(env, name)
    else:
        home = env.find(name) or _module_scope(env)
    vm.store(home.vars, name, value)


def _python_home(env: Env, name: str) -> Env:
    home = var_scope(env)
    kind = home.outer_names.get(name) or env.outer_names.get(name)
    if kind == "global":
        return _module_scope(env)
    if kind == "nonlocal" and home.parent is not None:
        return home.parent.find(name) or home
    return home


def _module_scope(env: Env) -> Env:
    while env.parent is not None and env.kind != "module":
        env = env.parent
    return env


def _set_attr(vm: Machine, obj: Value, name: str, value: Value) -> None:
    if isinstance(obj, Native):
        if isinstance(value, Native) and not value.var:
            value.var = name
        obj.set_attr(vm, name, value)
    elif isinstance(obj, Instance):
        if isinstance(value, Native) and not value.var:
            value.var = name
        vm.store(obj.attrs, name, value)
        if obj.native is not None:
            obj.native.set_attr(vm, name, value)
    elif isinstance(obj, Function):
        if isinstance(value, Function) and not value.name:
            value.name = name
        vm.store(obj.attrs, name, value)
    elif isinstance(obj, ClassValue):
        vm.store(obj.attrs, name, value)
    elif isinstance(obj, DictValue):
        if isinstance(value, Native) and not value.var:
            value.var = name
        if isinstance(value, Function) and not value.name:
            value.name = name
        vm.store(obj.entries, name, value)
    elif isinstance(obj, ModuleValue):
        vm.store(obj.record.env.vars, name, value)
    elif isinstance(obj, Wrapped):
        _set_attr(vm, obj.inner, name, value)
    else:
        vm.escape(value)


def _set_item(vm: Machine, obj: Value, key: Value, value: Value) -> None:
    if isinstance(obj, Native):
        obj.set_item(vm, key, value)
    elif isinstance(obj, DictValue):
        if isinstance(key, Lit):
            vm.store(obj.entries, key.value, value)
        else:
            obj.open = True
            vm.escape(value)
    elif isinstance(obj, ListValue):
        if isinstance(key, Lit) and isinstance(key.value, int) and key.value == len(obj.items):
            obj.items.append(value)
        else:
            obj.open = True
            vm.escape(value)
    elif isinstance(key, Lit) and isinstance(key.value, str) and vm.javascript:
        _set_attr(vm, obj, key.value, value)
    else:
        vm.escape(value)


def _assign_list(vm: Machine, target: ir.List, value: Value, env: Env, declare: str) -> None:
    items: list[Value] = []
    is_open = True
    if isinstance(value, ListValue):
        items, is_open = value.items, value.open
    elif vm.javascript or isinstance(value, DictValue):
        items, is_open = methods.iterate(vm, value)
    for index, part in enumerate(target.items):
        if isinstance(part, ir.Spread):
            after = len(target.items) - index - 1
            rest = items[index : len(items) - after] if not is_open else items[index:]
            assign(vm, part.value, ListValue(list(rest), "list", is_open), env, declare)
        else:
            absent: Value = UNKNOWN if is_open else UNDEFINED
            assign(vm, part, items[index] if index < len(items) else absent, env, declare)


def _assign_dict(vm: Machine, target: ir.Dict, value: Value, env: Env, declare: str) -> None:
    taken: set[Any] = set()
    for entry in target.entries:
        if entry.key is None:
            rest: dict[Any, Value] = {}
            if isinstance(value, DictValue):
                rest = {k: v for k, v in value.entries.items() if k not in taken}
            is_open = not isinstance(value, DictValue) or value.open
            assign(vm, entry.value, DictValue(rest, is_open), env, declare)
            continue
        key = vm.eval(entry.key, env)
        part: Value = UNKNOWN
        if isinstance(key, Lit):
            taken.add(key.value)
            if isinstance(value, DictValue) and key.value not in value.entries:
                hidden = value.open or str(key.value) in value.getters
                part = UNKNOWN if hidden else UNDEFINED
            else:
                part = vm.get_attr(value, str(key.value), vm.span(entry))
        assign(vm, entry.value, part, env, declare)
