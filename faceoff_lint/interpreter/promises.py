"""Members of promises: ``then``, ``catch``, ``finally``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from faceoff_lint.values import (
    UNKNOWN,
    Builtin,
    CallArgs,
    Function,
    UnionValue,
    Value,
)

if TYPE_CHECKING:
    from faceoff_lint.interpreter.core import Machine

__all__ = ["THEN"]


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


THEN: dict[str, Callable[[Any, CallArgs], Value]] = {
    "then": _then,
    "catch": _same,
    "finally": _same,
}
