"""Operators over abstract values."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from faceoff_lint import ir
from faceoff_lint.interpreter import methods
from faceoff_lint.interpreter.files import PathObject
from faceoff_lint.values import (
    UNDEFINED,
    UNKNOWN,
    Builtin,
    ClassValue,
    DictValue,
    Env,
    External,
    Function,
    Instance,
    ListValue,
    Lit,
    ModuleValue,
    Native,
    Setting,
    Text,
    Value,
    Wrapped,
    concat,
    truth,
)

if TYPE_CHECKING:
    from faceoff_lint.interpreter.core import Machine

__all__ = ["add", "binary", "typeof", "unary"]


def unary(vm: Machine, node: ir.Unary, env: Env) -> Value:
    """A unary operator applied."""
    value = vm.eval(node.value, env)
    if node.op == "not":
        answer = truth(value)
        return UNKNOWN if answer is None else Lit(not answer)
    if node.op == "void":
        return UNDEFINED
    if node.op == "-" and isinstance(value, Lit) and isinstance(value.value, (int, float)):
        return Lit(-value.value)
    if node.op == "~" and isinstance(value, Lit) and isinstance(value.value, int):
        return Lit(~value.value)
    if node.op == "typeof":
        return typeof(value)
    if node.op in ("++", "--") and isinstance(node.value, (ir.Name, ir.Attr)):
        vm.assign(node.value, UNKNOWN, env)
    return UNKNOWN


def typeof(value: Value) -> Value:
    """JavaScript's ``typeof``."""
    if isinstance(value, (Function, Builtin, ClassValue, Wrapped)):
        return Lit("function")
    if value is UNDEFINED:
        return Lit("undefined")
    if isinstance(value, (ListValue, DictValue, Instance)):
        return Lit("object")
    if isinstance(value, Lit):
        names: dict[type, str] = {str: "string", bool: "boolean", int: "number", float: "number"}
        return Lit(names.get(type(value.value), "object"))
    return Lit("string") if isinstance(value, Text) else UNKNOWN


def binary(vm: Machine, node: ir.Binary, env: Env) -> Value:
    """An arithmetic operator or a comparison applied."""
    left, right = vm.eval(node.left, env), vm.eval(node.right, env)
    if isinstance(left, PathObject):
        return left.operate(node.op, right)
    if node.op == "+":
        return add(vm, left, right)
    if node.op == "%" and isinstance(left, Lit) and isinstance(left.value, str):
        return methods.percent_format(left.value, right)
    if node.op == "/" and not vm.javascript and isinstance(left, External):
        return External(f"{left.path}.joinpath()")
    return _compare(node.op, left, right)


def add(vm: Machine, left: Value, right: Value) -> Value:
    """``left + right``: lists, strings as far as they are known, numbers."""
    if isinstance(left, ListValue) and isinstance(right, ListValue):
        made = ListValue(list(left.items), left.kind, left.open)
        made.extend(right.items, right.open)
        return made
    if isinstance(left, ListValue) and not vm.javascript:
        return ListValue(list(left.items), left.kind, True)
    strings = [isinstance(v, Text) or (isinstance(v, Lit) and isinstance(v.value, str))
               for v in (left, right)]  # fmt: skip
    if any(strings):
        return concat([left, right])
    if isinstance(left, Lit) and isinstance(right, Lit):
        a, b = left.value, right.value
        if isinstance(a, (int, float)) and isinstance(b, (int, float)):
            return UNKNOWN if _vast(a) or _vast(b) else Lit(a + b)
    return UNKNOWN


def _vast(number: object) -> bool:
    """Whether a number has more digits than floats and texts of it have room for."""
    return isinstance(number, int) and number.bit_length() > _MOST_BITS


_MOST_BITS = 1_000
_EQUAL = {"==": True, "===": True, "is": True, "!=": False, "!==": False, "is not": False}


def _compare(op: str, left: Value, right: Value) -> Value:
    if op in _EQUAL:
        answer = _equal(left, right)
        return UNKNOWN if answer is None else Lit(answer is _EQUAL[op])
    if op in ("in", "not in") and isinstance(left, Lit):
        if isinstance(right, ListValue) and not right.open:
            answers = [_equal(left, i) for i in right.items]
            if True in answers:
                return Lit(op == "in")
            return UNKNOWN if None in answers else Lit(op == "not in")
        if isinstance(right, DictValue) and not right.open:
            return Lit((left.value in right.entries) is (op == "in"))
    if isinstance(left, Lit) and isinstance(right, Lit):
        return _arithmetic(op, left.value, right.value)
    return UNKNOWN


def _equal(left: Value, right: Value) -> bool | None:
    if isinstance(left, Setting) or isinstance(right, Setting):
        return None
    if isinstance(left, Lit) and isinstance(right, Lit):
        return left.value == right.value
    heap = (Function, ClassValue, Native, Instance, ListValue, DictValue, Builtin, ModuleValue)
    if isinstance(left, heap) and (isinstance(right, Lit) or right is UNDEFINED):
        return False
    if isinstance(right, heap) and (isinstance(left, Lit) or left is UNDEFINED):
        return False
    if left is UNDEFINED and right is UNDEFINED:
        return True
    return None


def _arithmetic(op: str, left: Any, right: Any) -> Value:
    if isinstance(left, bool) or not isinstance(left, (int, float)):
        return UNKNOWN
    if isinstance(right, bool) or not isinstance(right, (int, float)):
        return UNKNOWN
    table: dict[str, Callable[[float, float], float | bool]] = {
        "-": lambda a, b: a - b,
        "*": lambda a, b: a * b,
        "<": lambda a, b: a < b,
        ">": lambda a, b: a > b,
        "<=": lambda a, b: a <= b,
        ">=": lambda a, b: a >= b,
    }
    if op not in table or abs(left) > 1e9 or abs(right) > 1e9:
        return UNKNOWN
    return Lit(table[op](left, right))
