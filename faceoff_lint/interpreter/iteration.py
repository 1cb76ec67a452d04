"""What loops see of a collection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from faceoff_lint.values import (
    DictValue,
    ListValue,
    Lit,
    ModuleValue,
    UnionValue,
    Value,
)

if TYPE_CHECKING:
    from faceoff_lint.interpreter.core import Machine

__all__ = ["iterate", "keys"]


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
