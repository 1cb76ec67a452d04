"""The classes of nodes and their fields: what walking and the serial form go by."""

from __future__ import annotations

from dataclasses import fields

from faceoff_lint.ir.base import Node
from faceoff_lint.ir.expressions import (
    Arg,
    Assign,
    Attr,
    Await,
    Binary,
    Call,
    Class,
    Clause,
    Comprehension,
    Cond,
    Const,
    Dict,
    Entry,
    Func,
    ImportExpr,
    Index,
    List,
    Logical,
    Member,
    Name,
    Opaque,
    Param,
    Pattern,
    Regex,
    Seq,
    Spread,
    Template,
    Unary,
    Yield,
)
from faceoff_lint.ir.statements import (
    Block,
    Break,
    Case,
    ClassDecl,
    Continue,
    Declare,
    Delete,
    Export,
    ExportAll,
    ExprStmt,
    For,
    FuncDecl,
    Handler,
    If,
    Import,
    ImportName,
    Module,
    Return,
    Scope,
    Switch,
    Throw,
    Try,
    While,
    With,
    WithItem,
)

__all__ = ["CLASSES", "LAST_FIRST", "NAMES", "NODE_FIELDS", "TAGS"]

CLASSES: tuple[type[Node], ...] = (
    Const, Regex, Name, Template, Attr, Index, Arg, Call, Param, Func, Member, Class, Spread, List,
    Entry, Dict, Pattern, Unary, Binary, Logical, Cond, Await, Yield, Assign, Seq, Clause,
    Comprehension, ImportExpr, Opaque, ExprStmt, Declare, FuncDecl, ClassDecl, Return, Throw, If,
    For, While, Handler, Try, WithItem, With, Case, Switch, Break, Continue, Block, Scope, Delete,
    ImportName, Import, Export, ExportAll, Module,
)  # fmt: skip
"""Every class of nodes. Its place here is its tag in the serial form."""

TAGS: dict[type[Node], int] = {cls: tag for tag, cls in enumerate(CLASSES)}

NAMES: dict[type[Node], tuple[str, ...]] = {
    cls: tuple(f.name for f in fields(cls) if f.init) for cls in CLASSES
}
"""The fields that a node is made from, in order."""

_PLAIN = ("str", "int", "bool", "str | int | float | bool | None", "str | None", "list[str]")

NODE_FIELDS: dict[type[Node], tuple[str, ...]] = {
    cls: tuple(
        f.name
        for f in fields(cls)
        if f.init and f.type not in _PLAIN and "tuple" not in str(f.type)
    )
    for cls in CLASSES
}
"""Those of them that hold nodes, or lists of nodes."""

LAST_FIRST: dict[type[Node], tuple[str, ...]] = {c: n[::-1] for c, n in NODE_FIELDS.items()}
"""The same from the last to the first, as a stack wants them."""
