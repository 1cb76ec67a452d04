"""What erasure took from a TypeScript text and the program needs, put back into the module."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from faceoff_lint import ir
from faceoff_lint.lowering.failure import ParseFailure
from faceoff_lint.lowering.javascript import lower_javascript
from faceoff_lint.lowering.typescript_erasure import Erased, Reference

__all__ = ["restore"]


def restore(module: ir.Module, erased: Erased, text: str) -> None:
    """Complete a module lowered from ``erased.code``, in place.

    Enum members get their names and values, parameters their annotations, classes and methods
    their decorators, constructors the assignments of parameter properties. Imports of which only
    types are used go, as the compiler leaves them out.
    """
    module.comments = erased.comments
    decorators = _decorators(erased)
    used: set[str] = set()
    for node in _as_it_is(module):
        kind = type(node)
        if kind is ir.Name:
            used.add(cast(ir.Name, node).id)
        elif kind is ir.Param:
            _annotate(cast(ir.Param, node), erased, used)
        elif kind is ir.Func:
            func = cast(ir.Func, node)
            if decorators and func.kind not in ("function", "arrow"):
                func.decorators = decorators.get(func.name_start, [])
        elif kind is ir.Class:
            _complete_class(cast(ir.Class, node), erased, decorators)
        elif kind is ir.Entry and erased.members:
            _complete_member(cast(ir.Entry, node), erased)
        elif kind is ir.Assign and node.start in erased.exports:
            _export(cast(ir.Assign, node), module)
    for expressions in decorators.values():
        for expression in expressions:
            used.update(node.id for node in ir.walk(expression) if isinstance(node, ir.Name))
    _drop_imports(module, erased, used, "</" in text or "/>" in text)


def _as_it_is(module: ir.Module) -> Iterator[ir.Node]:
    """``ir.walk`` for a module in the making: remembers nothing, sees what changes on the way."""
    stack: list[ir.Node] = [module]
    while stack:
        node = stack.pop()
        yield node
        stack += list(ir.children(node))[::-1]


def _annotate(param: ir.Param, erased: Erased, used: set[str]) -> None:
    reference = erased.annotations.get(param.target.start)
    if reference is not None:
        param.annotation = _expression(reference)
        used.add(reference.parts[0][1])


def _expression(reference: Reference) -> ir.Expr:
    """``a.B.C`` as an expression."""
    (start, name), *rest = reference.parts
    found: ir.Expr = ir.Name(start, start + len(name), name)
    for place, name in rest:
        found = ir.Attr(start, place + len(name), found, name, False, place)
    return found


def _complete_class(cls: ir.Class, erased: Erased, decorators: dict[int, list[ir.Expr]]) -> None:
    cls.decorators = decorators.get(cls.name_start, [])
    if cls.bases:
        # A field that only has a type does not hide what the base class puts there.
        cls.members = [
            member
            for member in cls.members
            if member.key is None
            or member.value is not None
            or member.static
            or member.key.start not in erased.bare_fields
        ]
    for member in cls.members if erased.properties else ():
        if isinstance(member.value, ir.Func) and member.value.kind == "constructor":
            _assign_properties(member.value, erased)


def _assign_properties(constructor: ir.Func, erased: Erased) -> None:
    """``this.name = name`` for parameter properties: first, or after ``super()``."""
    statements: list[ir.Stmt] = []
    for param in constructor.params:
        name = param.target
        if not isinstance(name, ir.Name) or name.start not in erased.properties:
            continue
        low, high = name.start, name.end
        target = ir.Attr(low, high, ir.Name(low, low, "this"), name.id, False, low)
        value = ir.Assign(low, high, target, ir.Name(low, high, name.id))
        statements.append(ir.ExprStmt(low, high, value))
    after = 0
    for index, statement in enumerate(constructor.body):
        value_ = statement.value if isinstance(statement, ir.ExprStmt) else None
        if isinstance(value_, ir.Call) and isinstance(value_.func, ir.Name):
            after = index + 1 if value_.func.id == "super" else after
    constructor.body[after:after] = statements


def _complete_member(entry: ir.Entry, erased: Erased) -> None:
    """An enum member without a value of its own."""
    found = erased.members.get(entry.start)
    if found is None or entry.key is None:
        return
    name, value = found
    entry.key = ir.Const(entry.start, entry.end, name)
    entry.value = (
        ir.Opaque(entry.start, entry.end, [], "enum")
        if value is None
        else ir.Const(entry.start, entry.end, value)
    )


def _export(assign: ir.Assign, module: ir.Module) -> None:
    """``export = x`` is ``module.exports = x``, and its file a CommonJS module."""
    target = assign.target
    low, high = target.start, target.end
    assign.target = ir.Attr(low, high, ir.Name(low, low, "module"), "exports", False, low)
    module.goal = "script"


def _decorators(erased: Erased) -> dict[int, list[ir.Expr]]:
    """The decorators of classes and methods by the place of what they decorate."""
    found: dict[int, list[ir.Expr]] = {}
    if not erased.decorated:
        return found
    try:
        module = lower_javascript(erased.decorators)
    except ParseFailure:
        return found
    for statement in module.body:
        if isinstance(statement, ir.ExprStmt):
            place = erased.decorated.get(statement.start)
            if place is not None:
                found.setdefault(place, []).append(statement.value)
    return found


def _drop_imports(module: ir.Module, erased: Erased, used: set[str], elements: bool) -> None:
    """Leave out imported names that are used as types only, and imports that have none left.

    ``elements``: the text may hold JSX, whose names the module does not tell.
    """
    used |= {
        name.local
        for statement in module.body
        if isinstance(statement, ir.Export) and statement.source is None
        for name in statement.names
    }
    kept: list[ir.Stmt] = []
    for statement in module.body:
        if isinstance(statement, ir.Import):
            if statement.names and not elements:
                statement.names = [name for name in statement.names if name.local in used]
                if not statement.names:
                    continue
            elif statement.start in erased.empty_imports:
                continue
        kept.append(statement)
    module.body = kept
