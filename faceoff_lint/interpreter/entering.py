"""Calls of project functions: how deep and how long they may go, and what they give."""

from __future__ import annotations

from typing import TYPE_CHECKING

from faceoff_lint.interpreter.escaping import relevant
from faceoff_lint.interpreter.parameters import bind
from faceoff_lint.interpreter.state import Frame
from faceoff_lint.values import (
    UNDEFINED,
    UNKNOWN,
    CallArgs,
    External,
    Function,
    Lit,
    Native,
    Value,
    Wrapped,
    union,
)

if TYPE_CHECKING:
    from faceoff_lint.interpreter.core import Machine

__all__ = ["enter"]

# Steps that all calls of one function may take together: with framework objects at hand, or not.
RELEVANT_CAP = 400_000
PLAIN_CAP = 150_000
MAX_DEPTH = 40
MAX_SAME = 2
MAX_RELEVANT = 8
# How far below a traced body calls are followed: plain ones, and those that are handed functions
# or framework objects, as wrappers are. Each level more doubled the time of large apps' rules, and
# changed no finding.
TRACE_DEPTH = 2
TRACE_DEPTH_HANDED = 4


def enter(vm: Machine, function: Function, call: CallArgs) -> Value:
    """See ``Machine.enter``."""
    depth = len(vm.frames)
    if vm.trace is None or depth < vm.trace_base or call.kw or call.open:
        return _enter(vm, function, call)
    this = function.this if function.this is not None else call.this
    passed = (*([] if this is None else [this]), *function.bound, *call.pos)
    key = (id(function.identity), depth, this is None, *map(_signature, passed))
    known = vm.results.get(key)
    if known is None:
        result = _enter(vm, function, call)
        if vm.exhausted:
            return result
        # What the key names by identity is kept alive with the entry.
        known = vm.results[key] = (result, (function.identity, *passed))
    return known[0]


def _enter(vm: Machine, function: Function, call: CallArgs) -> Value:
    """Execute a project function's body with its arguments."""
    depth = len(vm.frames)
    traced = vm.trace is not None
    if depth >= MAX_DEPTH or (traced and _deep_enough(depth - vm.trace_base, call)):
        vm.escape_all(call)
        return UNKNOWN
    node = function.node
    same = 0
    for outer in vm.frames:
        if outer.function is not None and outer.function.node is node:
            same += 1
    # Whether a call is relevant takes a look into its arguments: asked only where it matters.
    if same >= MAX_SAME and (same >= MAX_RELEVANT or not relevant(function, call)):
        vm.escape_all(call)
        return UNKNOWN
    if not traced:
        spent = vm.spent.get(id(node), 0)
        if spent > RELEVANT_CAP or (spent > PLAIN_CAP and not relevant(function, call)):
            reason = f"{function.name or 'a function'} takes too long"
            vm.give_up(reason, function.span)
            if id(node) in vm.registering:
                vm.open_up(reason, function.span)
            vm.escape_all(call)
            return UNKNOWN
        vm.entered.add(id(node))
    before, recorded = vm.budget, vm.recorded
    call.new = False
    env = vm.scope(function.env, "function")
    frame = Frame(env, function.module, function, function.this, is_async=node.is_async)
    if node.kind != "arrow" and function.module.language == "javascript":
        env.vars["this"] = function.this or call.this or UNKNOWN
        env.vars["arguments"] = UNKNOWN
    late, conditions = vm.late, len(vm.conditions)
    vm.frames.append(frame)
    try:
        bind(vm, function, call, env)
        ended = vm.run_block(node.body, env)
    finally:
        vm.frames.pop()
        vm.late = late
        del vm.conditions[conditions:]
        if not traced:
            vm.spent[id(node)] = vm.spent.get(id(node), 0) + before - vm.budget
            if vm.recorded != recorded:
                vm.registering.add(id(node))
    if node.is_generator:
        # Only a plain loop over it takes them; any other use of the list lets them escape.
        return frame.yields or UNKNOWN
    if ended is None and not (node.expression_body and frame.returns):
        frame.returns.append(UNDEFINED if function.module.language == "javascript" else Lit(None))
    return union(frame.returns)


def _deep_enough(below: int, call: CallArgs) -> bool:
    """Whether a trace does not enter a call so many levels below the traced body."""
    if below < TRACE_DEPTH or below >= TRACE_DEPTH_HANDED:
        return below >= TRACE_DEPTH
    return not any(isinstance(value, (Function, Native, Wrapped)) for value in call.all)


def _signature(value: Value) -> object:
    """Equal for values that a function can't tell apart; heap objects by identity."""
    if isinstance(value, Lit):
        return (type(value), type(value.value), value.value)
    if isinstance(value, External) and value.args is None:
        return value.path
    return id(value)
