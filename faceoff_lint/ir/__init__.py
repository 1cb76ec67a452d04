"""The intermediate representation (IR) that Python and JavaScript are lowered to.

Plain data: nodes hold strings, numbers, lists and other nodes, nothing of a parser. Every node
carries ``start`` and ``end``, offsets in code points into the decoded text of its file, half open.
``to_data`` and ``from_data`` turn a module into JSON-ready lists and back without loss.

Nodes are compared by identity (a call is *this* call); use ``to_data`` to compare by content.
Treat nodes as immutable: one module is shared by the interpreter, the flow analysis and the rules.
"""

from faceoff_lint.ir.base import Expr, Node, Stmt
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
from faceoff_lint.ir.serial import from_data, to_data
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
from faceoff_lint.ir.walking import (
    children,
    find,
    last_name,
    mentions,
    own,
    shape,
    walk,
    walk_local,
)

__all__ = [
    "Arg", "Assign", "Await", "Binary", "Break", "Call", "Case", "Class", "ClassDecl", "Clause",
    "Comprehension", "Cond", "Const", "Continue", "Declare", "Delete", "Dict", "Entry", "Export",
    "ExportAll", "ExprStmt", "Expr", "For", "Func", "FuncDecl", "Handler", "If", "Import",
    "ImportExpr", "ImportName", "Index", "List", "Logical", "Member", "Module", "Name", "Node",
    "Opaque", "Param", "Pattern", "Regex", "Return", "Scope", "Seq", "Spread", "Stmt", "Switch",
    "Template", "Throw", "Try", "Unary", "While", "With", "WithItem", "Yield", "Attr", "Block",
    "from_data", "last_name", "mentions", "shape", "to_data", "walk", "walk_local", "children",
    "find", "own",
]  # fmt: skip
