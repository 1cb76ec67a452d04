"""The names of the functions and classes around a place: where a finding is, whatever its line."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint import ir

__all__ = ["Scopes"]

_Named = tuple[int, int, str]


class Scopes:
    """The scopes of one module."""

    def __init__(self, module: ir.Module) -> None:
        self._given = dict(_given_names(module))
        nodes = list(ir.walk(module))
        self._scopes = [
            (node.start, node.end, self._name(node))
            for node in nodes
            if isinstance(node, (ir.Func, ir.Class))
        ]
        # A decorator stands before the function, and belongs to it.
        self._decorators = [
            (decorator.start, decorator.end, node.name)
            for node in nodes
            if isinstance(node, (ir.Func, ir.Class))
            for decorator in node.decorators
        ]
        self._routes = [
            (node.start, node.end, _registered(node))
            for node in nodes
            if isinstance(node, ir.Call) and _registered(node).partition(" ")[2].startswith("/")
        ]
        self._statements = [
            (node.start, node.end, label)
            for node in nodes
            if isinstance(node, (ir.Declare, ir.ExprStmt)) and (label := _label(node))
        ]

    def _name(self, node: ir.Func | ir.Class) -> str:
        return node.name or self._given.get(id(node), "")

    def around(self, offset: int) -> list[str]:
        """The names of what stands around a place, outermost first.

        ``offset`` is in code points. A function without a name has that of the variable or key it
        is bound to, or what it is given to: ``get /users``; otherwise it is passed over.
        """
        return _around(self._scopes, offset)

    def at(self, offset: int) -> str:
        """``Users.get`` for a place in that method, or ``mount.get /users`` in a registration.

        At module level it is what the statement is about: the variable that it sets (a blueprint,
        a router, an app), or the call: ``use cors``.
        """
        names, decorated = self.around(offset), _around(self._decorators, offset)
        routes = [] if decorated else _around(self._routes, offset)[-1:]
        names += decorated + [one for one in routes if one not in names]
        return ".".join(names or _around(self._statements, offset)[-1:])


def _around(scopes: list[_Named], offset: int) -> list[str]:
    found = [s for s in scopes if s[0] <= offset < s[1] and s[2]]
    found.sort(key=lambda s: (s[0], -s[1]))
    return [name for _, _, name in found]


def _label(statement: ir.Declare | ir.ExprStmt) -> str:
    """What a statement is about: the name that it sets, or what it calls with what."""
    value = statement.value if isinstance(statement, ir.ExprStmt) else statement
    if isinstance(value, (ir.Declare, ir.Assign)):
        return _target(value.target)
    return _registered(value) if isinstance(value, ir.Call) else ""


def _target(node: ir.Expr) -> str:
    return node.id if isinstance(node, ir.Name) else node.name if isinstance(node, ir.Attr) else ""


def _registered(call: ir.Call) -> str:
    """``get /users`` for ``app.get("/users", …)``, ``use cors`` for ``app.use(cors())``."""
    if not isinstance(call.func, ir.Attr):
        return ""
    first = call.args[0].value if call.args else None
    while isinstance(first, ir.Call):
        first = first.func
    if isinstance(first, ir.Const):
        return f"{call.func.name} {first.value}" if isinstance(first.value, str) else call.func.name
    return f"{call.func.name} {_target(first) if first is not None else ''}".rstrip()


def _given_names(module: ir.Module) -> Iterator[tuple[int, str]]:
    """What functions without a name of their own are set to or given to."""
    for node in ir.walk(module):
        if isinstance(node, (ir.Declare, ir.Assign)):
            name = _target(node.target)
            if name:
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
