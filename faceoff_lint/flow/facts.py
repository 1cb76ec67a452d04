"""What a path has decided: conditions that held, so that later ones can't contradict them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, TypeAlias

from faceoff_lint import ir

__all__ = ["Fact", "Facts", "assume", "forget"]

Fact: TypeAlias = "tuple[tuple[Any, ...], bool]"
"""A condition in normal form, and whether it held: ``(("?", shape), True)`` for ``if (x)``,
``(("=", shape, kind, value), False)`` for ``x !== 'a'``."""

Facts: TypeAlias = "frozenset[Fact]"

MAX_FACTS = 12
_EQUAL, _UNEQUAL = ("==", "===", "is"), ("!=", "!==", "is not")
_NULLISH = ("None", "undefined")


def assume(facts: Facts, test: ir.Expr, truth: bool) -> Facts | None:
    """The facts with one more; None when it contradicts them.

    Conditions that change something, or whose answer may differ each time, add nothing.
    """
    normal = _normal(test)
    if normal is None:
        return facts
    key, positive = normal
    fact = (key, truth is positive)
    if any(_contradicts(fact, known) or _contradicts(known, fact) for known in facts):
        return None
    return facts | {fact} if len(facts) < MAX_FACTS else facts


def forget(facts: Facts, target: ir.Node) -> Facts:
    """The facts that still hold after an assignment to a target (a name, a member, a pattern)."""
    if not facts:
        return facts
    names: set[tuple[Any, ...]] = set()
    stack = [target]
    while stack:
        node = stack.pop()
        if isinstance(node, ir.Name):
            names.add(ir.shape(node))
        elif isinstance(node, ir.Attr):
            names.add(("Attr", node.name))
        elif isinstance(node, ir.Index):
            names.add(ir.shape(node))
        else:
            stack.extend(ir.children(node))
    return frozenset(f for f in facts if not _mentions(f[0][1], names))


def _mentions(shape: Any, names: set[tuple[Any, ...]]) -> bool:
    parts, attributes = _parts(shape)
    if not parts.isdisjoint(names):
        return True
    return any(name[0] == "Attr" and name[1] in attributes for name in names)


@lru_cache(maxsize=20_000)
def _parts(shape: Any) -> tuple[frozenset[Any], frozenset[Any]]:
    """All parts of a shape, itself included, and what stands in those that are attributes."""
    parts: set[Any] = set()
    attributes: set[Any] = set()
    stack = [shape]
    while stack:
        part = stack.pop()
        if isinstance(part, tuple):
            parts.add(part)
            stack += part
            if part and part[0] == "Attr":
                attributes.update(part[1:])
    return frozenset(parts), frozenset(attributes)


@lru_cache(maxsize=20_000)
def _normal(test: ir.Expr) -> tuple[tuple[Any, ...], bool] | None:
    """A condition's key, and whether the condition is the key (True) or its negation."""
    if isinstance(test, ir.Assign):
        return _normal(test.target)
    if any(isinstance(n, (ir.Assign, ir.Await, ir.Yield, ir.Func)) or _counts(n)
           for n in ir.walk(test)):  # fmt: skip
        return None
    if isinstance(test, ir.Unary) and test.op == "not":
        inner = _normal(test.value)
        return (inner[0], not inner[1]) if inner is not None else None
    if isinstance(test, ir.Binary) and test.op in (*_EQUAL, *_UNEQUAL):
        for subject, other in ((test.left, test.right), (test.right, test.left)):
            constant = _constant(other)
            if constant is not None:
                return ("=", ir.shape(subject), *constant), test.op in _EQUAL
    return ("?", ir.shape(test)), True


def _counts(node: ir.Node) -> bool:
    return isinstance(node, ir.Unary) and node.op in ("++", "--", "delete")


def _constant(node: ir.Expr) -> tuple[str, Any] | None:
    if isinstance(node, ir.Const):
        return type(node.value).__name__ if node.value is not None else "None", node.value
    if isinstance(node, ir.Name) and node.id == "undefined":
        return "undefined", None
    return None


def _contradicts(fact: Fact, known: Fact) -> bool:
    """Whether two facts can't both hold; asked both ways round."""
    (key, truth), (other, held) = fact, known
    if key == other:
        return truth is not held
    if key[1] != other[1] or key[0] != "=" or not truth:
        return False
    kind, value = key[2], key[3]
    if other[0] == "?":
        return held is not bool(value)
    if not held or {kind, other[2]} == set(_NULLISH):
        return False
    return bool(value != other[3] or kind != other[2])
