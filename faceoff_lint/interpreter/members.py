"""Members and items of values: ``value.name``, ``value[key]``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from faceoff_lint import ir
from faceoff_lint.interpreter import methods
from faceoff_lint.source import Span
from faceoff_lint.values import (
    UNDEFINED,
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
    SuperValue,
    UnionValue,
    Value,
    Wrapped,
    union,
)

if TYPE_CHECKING:
    from faceoff_lint.interpreter.core import Machine

__all__ = ["get_attr", "get_item"]


def get_attr(vm: Machine, value: Value, name: str, span: Span | None = None) -> Value:
    """``value.name`` by the rules of the value's kind; Unknown where nothing is known."""
    if isinstance(value, UnionValue):
        return union([get_attr(vm, c, name, span) for c in value.choices])
    if isinstance(value, External):
        hook = vm.late_bound.get(value.path)
        found = hook(vm, value.attr(name)) if hook else None
        return found if found is not None else value.attr(name)
    if isinstance(value, Native):
        return _or_method(vm, value, value.get_attr(vm, name), name)
    if isinstance(value, Instance):
        return _instance_attr(vm, value, name)
    if isinstance(value, ClassValue):
        return _class_attr(vm, value, name)
    if isinstance(value, ModuleValue):
        found = vm.loader.namespace(vm, value.record, name)
        if found is None and name in ("then", "catch", "finally") and vm.javascript:
            return methods.method(vm, value, name)  # import(…) gives a promise of it
        return found or UNKNOWN
    if isinstance(value, Wrapped):
        return get_attr(vm, value.inner, name, span)
    if isinstance(value, SuperValue):
        return _super_attr(vm, value, name)
    if isinstance(value, ListValue) and name in value.names:
        return value.items[value.names.index(name)]
    if isinstance(value, DictValue):
        if name in value.getters and vm.frames[-1].module.language != "python":
            return vm.call(value.getters[name].bind(value), CallArgs(span=span or Span("", 0, 0)))
        if name in value.entries and vm.javascript:
            return value.entries[name]
    return methods.method(vm, value, name)


def _or_method(vm: Machine, value: Value, found: Value | None, name: str) -> Value:
    return found if found is not None else methods.method(vm, value, name)


def _instance_attr(vm: Machine, value: Instance, name: str) -> Value:
    if name in value.attrs:
        return value.attrs[name]
    cls = value.cls
    if cls is not None:
        for base in cls.mro():
            if not isinstance(base, ClassValue):
                continue
            if name in base.getters:
                return vm.call(base.getters[name].bind(value), CallArgs(span=base.span))
            found = base.attrs.get(name, base.proto.get(name))
            if found is not None:
                bound = bind_method(found, value, vm.javascript)
                return vm.call(bound, CallArgs(span=base.span)) if _is_property(found) else bound
    if value.proto is not None and name in value.proto.entries:
        return value.proto.entries[name]
    if name == "__class__" and cls is not None:
        return cls
    if value.native is not None:
        return get_attr(vm, value.native, name)
    if cls is not None and cls.externals:
        return External(f"{cls.externals[0].path}().{name}")
    return methods.method(vm, value, name)


def bind_method(found: Value, this: Value, javascript: bool) -> Value:
    """A class attribute as seen through an instance. JavaScript binds at the call instead."""
    if isinstance(found, Function) and not javascript:
        return found if _is_static(found) else found.bind(this)
    if isinstance(found, Wrapped) and not javascript:
        return Wrapped(bind_method(found.inner, this, javascript), found.by, found.span)
    return found


def _is_property(value: Value) -> bool:
    names = ("property", "cached_property")
    return isinstance(value, Function) and any(
        (isinstance(d, ir.Name) and d.id in names) or (isinstance(d, ir.Attr) and d.name in names)
        for d in value.node.decorators
    )


def _is_static(function: Function) -> bool:
    return any(isinstance(d, ir.Name) and d.id == "staticmethod" for d in function.node.decorators)


def _class_attr(vm: Machine, value: ClassValue, name: str) -> Value:
    if name == "__name__" or (name == "name" and vm.javascript):
        return Lit(value.name)
    if name == "prototype":
        return DictValue(value.proto, kind="prototype")  # type: ignore[arg-type]
    for base in value.mro():
        if isinstance(base, ClassValue):
            found = base.attrs.get(name)
            if found is not None:
                return _class_bound(found, value)
        elif isinstance(base, External):
            key = f"{base.path}.{name}"
            if key in vm.models:
                return Builtin(key, vm.models[key], value)
    if name == "as_view" and "flask.views.View.as_view" in vm.models:
        return Builtin("as_view", vm.models["flask.views.View.as_view"], value)
    if value.externals:
        return External(f"{value.externals[0].path}.{name}")
    return UNKNOWN


def _class_bound(found: Value, cls: ClassValue) -> Value:
    """``classmethod`` functions get the class as receiver."""
    if isinstance(found, Function) and any(
        isinstance(d, ir.Name) and d.id == "classmethod" for d in found.node.decorators
    ):
        return found.bind(cls)
    return found


def _super_attr(vm: Machine, value: SuperValue, name: str) -> Value:
    this = value.this
    chain = this.cls.mro() if isinstance(this, Instance) and this.cls is not None else []
    at = next((i for i, c in enumerate(chain) if c is value.cls), None)
    rest = chain[at + 1 :] if at is not None else value.cls.mro()[1:]
    for base in rest:
        if isinstance(base, ClassValue):
            found = base.attrs.get(name, base.proto.get(name))
            if found is not None:
                return found.bind(value.this) if isinstance(found, Function) else found
        elif isinstance(this, Instance) and this.native is not None:
            break  # the framework's class comes first
    if isinstance(this, Instance) and this.native is not None:
        if name == "__init__":
            known = any(isinstance(base, External) for base in rest)
            return Builtin("__init__", _native_init if known else _object_init, this)
        return get_attr(vm, this.native, name)
    if value.cls.externals:
        return External(f"{value.cls.externals[0].path}().{name}")
    return UNKNOWN


def _object_init(vm: Machine, call: CallArgs) -> Value:
    return Lit(None)


def _native_init(vm: Machine, call: CallArgs) -> Value:
    """``super().__init__(…)`` of a project subclass: these arguments are the framework's."""
    if isinstance(call.this, Instance) and call.this.native is not None and vm.recording:
        call.this.native.reinit(vm, call)
    return Lit(None)


def get_item(vm: Machine, obj: Value, key: Value) -> Value:
    """``obj[key]``."""
    if isinstance(obj, Native):
        return obj.get_item(vm, key)
    plain = key.value if isinstance(key, Lit) else None
    if isinstance(obj, ListValue) and isinstance(plain, (int, float)):
        index = int(plain)
        if -len(obj.items) <= index < len(obj.items) and not obj.open:
            return obj.items[index]
        return UNKNOWN
    if isinstance(obj, ListValue):
        return union([*obj.items, UNKNOWN]) if plain is None and obj.items else UNKNOWN
    if isinstance(obj, DictValue):
        if isinstance(key, Lit):
            found = obj.entries.get(key.value)
            if found is not None:
                return found
            return UNKNOWN if obj.open or not vm.javascript else UNDEFINED
        # An unknown key picks one of what is there: tables of handlers by kind.
        values = list(obj.entries.values())
        functions = all(isinstance(v, Function) for v in values)
        return union(values) if values and functions and not obj.open else UNKNOWN
    if isinstance(key, Lit) and isinstance(plain, str):
        if vm.javascript:
            return get_attr(vm, obj, plain)
        if isinstance(obj, External):
            return External(f"{obj.path}[]")
    return External(f"{obj.path}[]") if isinstance(obj, External) else UNKNOWN
