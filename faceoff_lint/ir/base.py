"""What every node is: a place in the text, an expression, a statement."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Expr", "Node", "Stmt"]


@dataclass(slots=True, eq=False)
class Node:
    """Anything with a place in the text: ``text[start:end]`` is its source."""

    start: int
    end: int


class Expr(Node):
    """An expression."""

    __slots__ = ()


class Stmt(Node):
    """A statement."""

    __slots__ = ()
