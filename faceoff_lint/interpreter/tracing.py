"""What the expressions of a body mean: it is evaluated once, and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from faceoff_lint import ir
from faceoff_lint.interpreter.state import Frame, Trace
from faceoff_lint.source import Span
from faceoff_lint.values import MISSING, CallArgs, Env, Function, ModuleRecord, Value

if TYPE_CHECKING:
    from faceoff_lint.interpreter.core import Machine

__all__ = ["trace_call", "trace_expression", "trace_function"]

# The steps of one trace.
TRACE_BUDGET = 20_000


def trace_function(vm: Machine, function: Function, args: list[Value], this: Value | None) -> Trace:
    """See ``Machine.trace_function``."""
    call = CallArgs(pos=args, this=this, open=True, span=function.span)
    with _tracing(vm, 1) as trace:
        vm.enter(function, call)
    return trace


def trace_expression(vm: Machine, record: ModuleRecord, env: Env, node: ir.Expr) -> Trace:
    """See ``Machine.trace_expression``."""
    with _tracing(vm, 1) as trace:
        vm.frames.append(Frame(env, record))
        try:
            vm.eval(node, env)
        finally:
            vm.frames.pop()
    return trace


def trace_call(vm: Machine, record: ModuleRecord, callee: Value, args: list[Value]) -> Value:
    """See ``Machine.trace_call``."""
    with _tracing(vm, 2):
        vm.frames.append(Frame(record.env, record))
        try:
            return vm.call(callee, CallArgs(pos=args, span=Span(record.path, 0, 0)))
        finally:
            vm.frames.pop()


@contextmanager
def _tracing(vm: Machine, base: int) -> Iterator[Trace]:
    """Run what stands inside for a trace: nothing is recorded, every write is undone."""
    trace = Trace()
    saved = (
        vm.trace, vm.trace_base, vm.frames, vm.journal, vm.conditions,
        vm.late, vm.budget, vm.exhausted,
    )  # fmt: skip
    vm.trace, vm.frames, vm.conditions = trace, [], []
    vm.trace_base = base
    vm.budget, vm.exhausted = TRACE_BUDGET, False
    vm.journal = []
    try:
        yield trace
        for mapping, key, old in (vm.journal or [])[::-1]:
            if id(mapping) in trace.scopes:
                continue
            if old is MISSING:
                mapping.pop(key, None)
            else:
                mapping[key] = old
    finally:
        (
            vm.trace, vm.trace_base, vm.frames, vm.journal, vm.conditions,
            vm.late, vm.budget, vm.exhausted,
        ) = saved  # fmt: skip
