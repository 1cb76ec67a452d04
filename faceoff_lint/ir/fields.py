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

# Written down, not made from the annotations: compiled classes do not keep them.
NODE_FIELDS: dict[type[Node], tuple[str, ...]] = {
    Const: (),
    Regex: (),
    Name: (),
    Template: ("parts",),
    Attr: ("obj",),
    Index: ("obj", "index"),
    Arg: ("value",),
    Call: ("func", "args"),
    Param: ("target", "default", "annotation"),
    Func: ("params", "body", "decorators"),
    Member: ("key", "value"),
    Class: ("bases", "body", "members", "decorators", "keywords"),
    Spread: ("value",),
    List: ("items",),
    Entry: ("key", "value"),
    Dict: ("entries",),
    Pattern: ("target", "default"),
    Unary: ("value",),
    Binary: ("left", "right"),
    Logical: ("left", "right"),
    Cond: ("test", "body", "orelse"),
    Await: ("value",),
    Yield: ("value",),
    Assign: ("target", "value", "annotation"),
    Seq: ("items",),
    Clause: ("target", "iterable", "conditions"),
    Comprehension: ("element", "clauses", "key"),
    ImportExpr: ("source",),
    Opaque: ("parts",),
    ExprStmt: ("value",),
    Declare: ("target", "value"),
    FuncDecl: ("func",),
    ClassDecl: ("cls",),
    Return: ("value",),
    Throw: ("value",),
    If: ("test", "body", "orelse"),
    For: ("target", "iterable", "body", "orelse"),
    While: ("test", "body", "orelse", "init", "update"),
    Handler: ("type", "target", "body"),
    Try: ("body", "handlers", "orelse", "final"),
    WithItem: ("context", "target"),
    With: ("items", "body"),
    Case: ("tests", "guard", "body"),
    Switch: ("subject", "cases"),
    Break: (),
    Continue: (),
    Block: ("body",),
    Scope: (),
    Delete: ("targets",),
    ImportName: (),
    Import: ("names",),
    Export: ("names", "value"),
    ExportAll: (),
    Module: ("body",),
}
"""Every class of nodes with its fields that hold nodes, or lists of nodes, in source order."""

CLASSES: tuple[type[Node], ...] = tuple(NODE_FIELDS)
"""Every class of nodes. Its place here is its tag in the serial form."""

TAGS: dict[type[Node], int] = {cls: tag for tag, cls in enumerate(CLASSES)}

NAMES: dict[type[Node], tuple[str, ...]] = {
    cls: tuple(f.name for f in fields(cls) if f.init) for cls in CLASSES
}
"""The fields that a node is made from, in order."""

LAST_FIRST: dict[type[Node], tuple[str, ...]] = {c: n[::-1] for c, n in NODE_FIELDS.items()}
"""The fields that hold nodes, from the last to the first, as a stack wants them."""
