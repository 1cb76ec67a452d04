"""Texts that Python code puts together: f-strings, ``%``, ``format`` and ``+``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from faceoff_lint import ir

__all__ = ["Built", "built"]

_FIELD = re.compile(r"\{(\w*+)[^{}]*+\}")
_PERCENT = re.compile(r"%(?:\((\w++)\))?[-+ 0#]*+\d*+(?:\.\d++)?([sdrfxi%])")


@dataclass(slots=True, eq=False)
class Built:
    """A text with values in it. ``holes``: the text before each value, and the value.

    ``text`` has an empty place for each value; ``node`` is the expression that puts it together.
    """

    node: ir.Expr
    text: str
    holes: list[tuple[str, ir.Expr]]


def built(func: ir.Func, node: ir.Expr) -> Built | None:
    """How a text is put together, directly or in a variable that is written once."""
    if isinstance(node, ir.Call) and len(node.args) >= 1 and ir.last_name(node.func) == "text":
        node = node.args[0].value
    if isinstance(node, ir.Name):
        writes = [
            n
            for n in ir.own(func)
            if isinstance(n, ir.Assign) and isinstance(n.target, ir.Name) and n.target.id == node.id
        ]
        if len(writes) != 1 or writes[0].op != "=":
            return None
        node = writes[0].value
    made = Built(node, "", [])
    return made if _add(made, node) else None


def _add(made: Built, node: ir.Expr) -> bool:
    """Append a piece; False when it can't be told what it is."""
    if isinstance(node, ir.Const):
        made.text += str(node.value)
    elif isinstance(node, ir.Template):
        for part in node.parts:
            if isinstance(part, ir.Const):
                made.text += str(part.value)
            else:
                _hole(made, part)
    elif isinstance(node, ir.Binary) and node.op == "+":
        return _text_or_hole(made, node.left) and _text_or_hole(made, node.right)
    elif isinstance(node, ir.Binary) and node.op == "%" and isinstance(node.left, ir.Const):
        return _percent(made, str(node.left.value), node.right)
    elif isinstance(node, ir.Call) and isinstance(node.func, ir.Attr):
        inner = node.func.obj
        if node.func.name != "format" or not isinstance(inner, ir.Const):
            return False
        return _format(made, str(inner.value), node.args)
    else:
        return False
    return True


def _text_or_hole(made: Built, node: ir.Expr) -> bool:
    simple = isinstance(node, (ir.Const, ir.Template)) or (
        isinstance(node, ir.Binary) and node.op in ("+", "%")
    )
    if simple:
        return _add(made, node)
    _hole(made, node)
    return True


def _hole(made: Built, node: ir.Expr) -> None:
    made.holes.append((made.text, node))


def _percent(made: Built, text: str, right: ir.Expr) -> bool:
    values = right.items if isinstance(right, ir.List) and right.kind == "tuple" else [right]
    named = right.entries if isinstance(right, ir.Dict) else []
    at = index = 0
    for match in _PERCENT.finditer(text):
        made.text += text[at : match.start()]
        at = match.end()
        if match[2] == "%":
            made.text += "%"
            continue
        if named or match[1]:
            keys = [e.key.value if isinstance(e.key, ir.Const) else None for e in named]
            value = named[keys.index(match[1])].value if match[1] in keys else None
        else:
            value = values[index] if index < len(values) else None
            index += 1
        if value is None:
            return False
        if match[2] in "sr":
            _hole(made, value)
        else:
            made.text += "0"  # a number
    made.text += text[at:]
    return True


def _format(made: Built, text: str, args: list[ir.Arg]) -> bool:
    if any(a.spread for a in args):
        return False
    positional = [a.value for a in args if a.keyword is None]
    named = {a.keyword: a.value for a in args if a.keyword is not None}
    at = index = 0
    for match in _FIELD.finditer(text):
        made.text += text[at : match.start()]
        at = match.end()
        key = match[1]
        if key and not key.isdigit():
            value = named.get(key)
        else:
            number = int(key) if key else index
            index += 1
            value = positional[number] if number < len(positional) else None
        if value is None:
            return False
        _hole(made, value)
    made.text += text[at:]
    return True
