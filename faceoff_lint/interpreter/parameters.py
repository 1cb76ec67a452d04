"""Arguments bound to parameters, by the rules of the function's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from faceoff_lint import ir
from faceoff_lint.values import (
    UNDEFINED,
    UNKNOWN,
    CallArgs,
    DictValue,
    Env,
    Function,
    ListValue,
    Lit,
    Setting,
    Value,
)

if TYPE_CHECKING:
    from faceoff_lint.interpreter.core import Machine

__all__ = ["bind"]


def bind(vm: Machine, function: Function, call: CallArgs, env: Env) -> None:
    """Bind arguments to parameters by the rules of the function's language."""
    positional = [*function.bound, *call.pos]
    if function.this is not None and function.module.language != "javascript":
        positional = [function.this, *positional]
    keywords = dict(call.kw)
    index = 0
    for param in function.node.params:
        name = param.target.id if isinstance(param.target, ir.Name) else ""
        value: Value | None = None
        if param.kind == "*":
            rest = positional[index:]
            index = len(positional)
            kind = "list" if function.module.language == "javascript" else "tuple"
            value = ListValue(rest, kind, call.open)
        elif param.kind == "**":
            value = DictValue(dict(keywords.items()), call.open)
        elif param.kind != "kw" and index < len(positional):
            value = positional[index]
            index += 1
        elif name in keywords:
            value = keywords.pop(name)
        if value is None or value is UNDEFINED:
            value = _absent(vm, function, param, name, call, env, value)
        vm.assign(param.target, value, env, "param")


def _absent(
    vm: Machine,
    function: Function,
    param: ir.Param,
    name: str,
    call: CallArgs,
    env: Env,
    value: Value | None,
) -> Value:
    """The value of a parameter that got no argument."""
    if call.open and value is None:
        default = function.defaults.get(name) if call.uncalled else None
        return Setting(default.value) if isinstance(default, Lit) else UNKNOWN
    if param.default is None:
        return UNDEFINED if function.module.language == "javascript" else UNKNOWN
    if name in function.defaults:
        return function.defaults[name]
    return vm.eval(param.default, env)
