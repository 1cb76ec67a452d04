"""Flask's URL rules as text: their variables and converters, and whether they can be read.

Source: Werkzeug 3 ``routing/rules.py`` (``_part_re``, ``_simple_rule_re``) and
``routing/map.py`` (``DEFAULT_CONVERTERS``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from faceoff_lint import ir

if TYPE_CHECKING:
    from faceoff_lint.model.web import Web

__all__ = ["CONVERTERS", "Variable", "converters", "malformed", "variables"]

CONVERTERS = {"default", "string", "any", "path", "int", "float", "uuid"}

_VARIABLE = re.compile(
    r"<(?:(?P<converter>[a-zA-Z_][a-zA-Z0-9_]*)(?:\((?P<arguments>.{0,1000}?)\))?:)?"
    r"(?P<name>[a-zA-Z_][a-zA-Z0-9_]*)>"
)


@dataclass(frozen=True, slots=True)
class Variable:
    """``<converter(arguments):name>``; ``converter`` is ``default`` where none is written."""

    name: str
    converter: str = "default"
    arguments: str = ""


def variables(rule: str) -> list[Variable]:
    """The variables of a rule, in order."""
    return [
        Variable(m["name"], m["converter"] or "default", m["arguments"] or "")
        for m in _VARIABLE.finditer(rule)
    ]


def malformed(rule: str) -> str | None:
    """Why Werkzeug refuses a rule, whatever its prefix; None when it does not."""
    names = [v.name for v in variables(rule)]
    twice = next((n for n in names if names.count(n) > 1), None)
    if twice is not None:
        return f"the variable `{twice}` occurs twice"
    rest = _VARIABLE.sub("", rule)
    return "its angle brackets are not a variable" if "<" in rest or ">" in rest else None


def converters(web: Web) -> set[str] | None:
    """The converters that code adds to ``app.url_map.converters``; None when that isn't clear."""
    found: set[str] = set()
    for record in web.modules.records.values():
        if record is None or "converters" not in record.source.text:
            continue
        for node in ir.walk(record.module):
            if isinstance(node, ir.Attr) and node.name in ("converters", "default_converters"):
                found.add("")
            if isinstance(node, (ir.Index, ir.Call)) and _of_converters(node):
                given = [node.index] if isinstance(node, ir.Index) else [a.value for a in node.args]
                keys = [k for g in given for k in (_keys(g) if isinstance(g, ir.Dict) else [g])]
                if not all(isinstance(k, ir.Const) for k in keys):
                    return None
                found.update(str(k.value) for k in keys if isinstance(k, ir.Const))
                found.discard("")
    return None if "" in found else found


def _of_converters(node: ir.Index | ir.Call) -> bool:
    """``….converters[key]`` or ``….converters.update({key: …})``."""
    if isinstance(node, ir.Index):
        return isinstance(node.obj, ir.Attr) and node.obj.name == "converters"
    func = node.func
    inner = func.obj if isinstance(func, ir.Attr) else None
    return isinstance(inner, ir.Attr) and inner.name == "converters"


def _keys(node: ir.Dict) -> list[ir.Expr | None]:
    return [e.key for e in node.entries]
