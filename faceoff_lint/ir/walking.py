"""Going through nodes, and what code says, whatever its places."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

from faceoff_lint.ir.base import Node, Stmt
from faceoff_lint.ir.expressions import Attr, Class, Func, Name
from faceoff_lint.ir.fields import LAST_FIRST, NAMES, NODE_FIELDS
from faceoff_lint.ir.statements import Module

__all__ = ["children", "find", "last_name", "mentions", "own", "shape", "walk", "walk_local"]

N = TypeVar("N", bound=Node)


def children(node: Node) -> Iterator[Node]:
    """The direct child nodes, in source order as far as the fields are."""
    for name in NODE_FIELDS[type(node)]:
        value = getattr(node, name)
        if value is None:
            continue
        if isinstance(value, list):
            yield from value
        else:
            yield value


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it, depth first, without recursion.

    What is below a module or a function is remembered with it: rules ask again and again.
    """
    if isinstance(node, (Module, Func)):
        if node.below is None:
            node.below = _flat(node)
        return iter(node.below)
    return iter(_flat(node))


def find(node: Node, kind: type[N]) -> list[N]:
    """The nodes of exactly this class among ``walk(node)``, in its order. Not to be changed.

    What is below a module or a function is sorted by class once, as most rules ask for it.
    """
    if not isinstance(node, (Module, Func)):
        return [n for n in _flat(node) if type(n) is kind]
    if node.kinds is None:
        node.kinds = {}
        for n in node.below if node.below is not None else _flat(node):
            node.kinds.setdefault(type(n), []).append(n)
    found: list[N] = node.kinds.get(kind, [])  # type: ignore[assignment]
    return found


def _flat(node: Node) -> list[Node]:
    """``walk``'s answer. The heart of most rules, hence without a generator."""
    found: list[Node] = []
    stack = [node]
    last_first = LAST_FIRST
    while stack:
        current = stack.pop()
        found.append(current)
        for name in last_first[type(current)]:
            value = getattr(current, name)
            if value is None:
                continue
            if isinstance(value, list):
                stack += value[::-1]
            else:
                stack.append(value)
    return found


def walk_local(body: list[Stmt] | Node) -> Iterator[Node]:
    """Like ``walk``, but does not enter nested functions and classes (yields them themselves)."""
    stack: list[Node] = list(reversed(body)) if isinstance(body, list) else [body]
    last_first = LAST_FIRST
    while stack:
        current = stack.pop()
        yield current
        if isinstance(current, (Func, Class)):
            continue
        for name in last_first[type(current)]:
            value = getattr(current, name)
            if value is None:
                continue
            if isinstance(value, list):
                stack += value[::-1]
            else:
                stack.append(value)


def own(func: Func) -> list[Node]:
    """``walk_local`` of a function's body, remembered with it. Not to be changed."""
    if func.own is None:
        func.own = list(walk_local(func.body))
    return func.own


def last_name(node: Node) -> str:
    """``execute`` of ``db.session.execute``; empty for anything without a name."""
    if isinstance(node, Attr):
        return node.name
    return node.id if isinstance(node, Name) else ""


def mentions(node: Node, names: set[str]) -> bool:
    """Whether code speaks of one of the names."""
    return any(n.id in names for n in find(node, Name))


_PLACES = {"start", "end", "name_start", "header_end", "comments", "notes"}


def shape(node: Node) -> tuple[Any, ...]:
    """The node's content without its places: equal shapes are equal code, however laid out."""
    return (
        type(node).__name__,
        *(_shape_of(getattr(node, n)) for n in NAMES[type(node)] if n not in _PLACES),
    )


def _shape_of(value: Any) -> Any:
    if isinstance(value, Node):
        return shape(value)
    if isinstance(value, list):
        return tuple(_shape_of(v) for v in value)
    return (type(value).__name__, value)
