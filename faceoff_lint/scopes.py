"""The names of the functions and classes around a place: where a finding is, whatever its line."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint import ir

__all__ = ["Scopes"]


class Scopes:
    """The scopes of one module."""

    def __init__(self, module: ir.Module) -> None:
        self._given = dict(_given_names(module))
        self._scopes = [
            (node.start, node.end, self._name(node))
            for node in ir.walk(module)
            if isinstance(node, (ir.Func, ir.Class))
        ]

    def _name(self, node: ir.Func | ir.Class) -> str:
        return node.name or self._given.get(id(node), "")

    def around(self, offset: int) -> list[str]:
        """The names of what stands around a place, outermost first.

        ``offset`` is in code points. A function without a name has that of the variable or key it
        is bound to, or what it is given to: ``get /users``; otherwise it is passed over.
        """
        around = [s for s in self._scopes if s[0] <= offset < s[1] and s[2]]
        around.sort(key=lambda s: (s[0], -s[1]))
        return [name for _, _, name in around]

    def at(self, offset: int) -> str:
        """``Users.get`` for a place in that method; empty at module level."""
        return ".".join(self.around(offset))


def _given_names(module: ir.Module) -> Iterator[tuple[int, str]]:
    """What functions without a name of their own are set to or given to."""
    for node in ir.walk(module):
        if isinstance(node, (ir.Declare, ir.Assign)):
            target = node.target
            if isinstance(target, (ir.Name, ir.Attr)):
                name = target.id if isinstance(target, ir.Name) else target.name
                yield from ((id(value), name) for value in _inner(node.value))
        elif isinstance(node, (ir.Entry, ir.Member)) and isinstance(node.key, ir.Const):
            yield from ((id(value), str(node.key.value)) for value in _inner(node.value))
        elif isinstance(node, ir.Call) and isinstance(node.func, ir.Attr) and node.args:
            first = node.args[0].value
            if isinstance(first, ir.Const) and isinstance(first.value, str):
                for arg in node.args[1:]:
                    name = f"{node.func.name} {first.value}"
                    yield from ((id(value), name) for value in _inner(arg.value))


def _inner(node: ir.Expr | None) -> Iterator[ir.Expr]:
    """A value, and what a call or array around it holds: ``wrap(async …)`` counts as the inner."""
    if node is None:
        return
    yield node
    if isinstance(node, ir.List):
        yield from node.items
    elif isinstance(node, ir.Call):
        yield from (arg.value for arg in node.args)
