"""Statements, the nodes that are parts of one, and the module that holds them."""

from __future__ import annotations

from dataclasses import dataclass, field

from faceoff_lint.ir.base import Expr, Node, Stmt
from faceoff_lint.ir.expressions import Class, Func

__all__ = [
    "Block", "Break", "Case", "ClassDecl", "Continue", "Declare", "Delete", "Export",
    "ExportAll", "ExprStmt", "For", "FuncDecl", "Handler", "If", "Import", "ImportName",
    "Module", "Return", "Scope", "Switch", "Throw", "Try", "While", "With", "WithItem",
]  # fmt: skip


@dataclass(slots=True, eq=False)
class ExprStmt(Stmt):
    """An expression as a statement; assignments in Python are these too."""

    value: Expr


@dataclass(slots=True, eq=False)
class Declare(Stmt):
    """``var``/``let``/``const`` of one target; several declarators become several statements.

    ``exported``: the declaration stands in an ``export``.
    """

    kind: str
    target: Expr
    value: Expr | None
    exported: bool = False


@dataclass(slots=True, eq=False)
class FuncDecl(Stmt):
    """A function declaration; ``exported``: ``""``, ``named`` or ``default``."""

    func: Func
    exported: str = ""


@dataclass(slots=True, eq=False)
class ClassDecl(Stmt):
    """A class declaration; ``exported`` as in FuncDecl."""

    cls: Class
    exported: str = ""


@dataclass(slots=True, eq=False)
class Return(Stmt):
    """``return value``."""

    value: Expr | None


@dataclass(slots=True, eq=False)
class Throw(Stmt):
    """``raise value`` / ``throw value``; a bare ``raise`` has none."""

    value: Expr | None


@dataclass(slots=True, eq=False)
class If(Stmt):
    """``if``; ``elif`` is a nested If in ``orelse``."""

    test: Expr
    body: list[Stmt]
    orelse: list[Stmt]


@dataclass(slots=True, eq=False)
class For(Stmt):
    """``for target in/of iterable``. ``kind``: ``in`` (Python), ``of`` or ``keys`` (JavaScript's
    for-in). ``declares``: ``var``/``let``/``const`` or empty."""

    target: Expr
    iterable: Expr
    body: list[Stmt]
    orelse: list[Stmt]
    kind: str = "in"
    declares: str = ""
    is_async: bool = False


@dataclass(slots=True, eq=False)
class While(Stmt):
    """``while``, ``do … while`` (``post``), and the three-part ``for`` (``init``, ``update``)."""

    test: Expr | None
    body: list[Stmt]
    orelse: list[Stmt]
    init: list[Stmt]
    update: Expr | None = None
    post: bool = False


@dataclass(slots=True, eq=False)
class Handler(Node):
    """``except type as target`` / ``catch (target)``."""

    type: Expr | None
    target: Expr | None
    body: list[Stmt]


@dataclass(slots=True, eq=False)
class Try(Stmt):
    """``try``; ``final`` None when there is no ``finally``."""

    body: list[Stmt]
    handlers: list[Handler]
    orelse: list[Stmt]
    final: list[Stmt] | None


@dataclass(slots=True, eq=False)
class WithItem(Node):
    """``context as target``."""

    context: Expr
    target: Expr | None


@dataclass(slots=True, eq=False)
class With(Stmt):
    """Python's ``with``."""

    items: list[WithItem]
    body: list[Stmt]
    is_async: bool = False


@dataclass(slots=True, eq=False)
class Case(Node):
    """A ``case``; ``tests`` empty means ``default``. Python: a pattern that is no plain value is an
    Opaque test, whose parts hold the names it binds."""

    tests: list[Expr]
    guard: Expr | None
    body: list[Stmt]


@dataclass(slots=True, eq=False)
class Switch(Stmt):
    """``switch`` (falls through) or ``match`` (``falls`` False)."""

    subject: Expr
    cases: list[Case]
    falls: bool = True


@dataclass(slots=True, eq=False)
class Break(Stmt):
    """``break``."""

    label: str = ""


@dataclass(slots=True, eq=False)
class Continue(Stmt):
    """``continue``."""

    label: str = ""


@dataclass(slots=True, eq=False)
class Block(Stmt):
    """A JavaScript block or labelled statement; an empty one is ``pass`` or ``;``."""

    body: list[Stmt]
    label: str = ""


@dataclass(slots=True, eq=False)
class Scope(Stmt):
    """``global``/``nonlocal`` names."""

    kind: str
    names: list[str]


@dataclass(slots=True, eq=False)
class Delete(Stmt):
    """Python's ``del``."""

    targets: list[Expr]


@dataclass(slots=True, eq=False)
class ImportName(Node):
    """One imported name. ``name``: the exported name, ``*`` (namespace or star import),
    ``default`` for an ES default import, or empty for Python's ``import a.b``.
    ``local``: the bound name; empty for a Python star import."""

    name: str
    local: str


@dataclass(slots=True, eq=False)
class Import(Stmt):
    """An import. Python ``import a.b as c``: one Import a module, ``names=[ImportName("", "c")]``
    (without ``as``: local ``a``). ``from ..m import x``: ``module="m"``, ``level=2``.
    ES: ``module`` is the specifier as written, ``names`` empty for a bare import, ``level`` -1."""

    module: str
    names: list[ImportName]
    level: int = 0


@dataclass(slots=True, eq=False)
class Export(Stmt):
    """ES ``export { local as name }`` (``source`` None), ``export { x as y } from 'source'``, and
    ``export default expr`` (``value`` set, names empty). ImportName.name is the *exported* name,
    ImportName.local the local (or, with a source, the source's) name."""

    names: list[ImportName]
    source: str | None = None
    value: Expr | None = None


@dataclass(slots=True, eq=False)
class ExportAll(Stmt):
    """``export * from 'source'`` (``name`` empty) or ``export * as name from 'source'``."""

    source: str
    name: str = ""


@dataclass(slots=True, eq=False)
class Module(Node):
    """One lowered file. ``language``: ``python`` or ``javascript``.

    ``goal``: ``module`` or ``script`` (JavaScript). ``comments``: ``(start, end)`` of each comment,
    filled only when the text holds a suppression marker. ``notes``: what could not be read
    exactly, as ``(start, end, message)``. ``below`` and ``kinds``, here
    and in ``Func`` (there also ``own``): what ``walk``, ``find`` and ``own`` remember.
    """

    language: str
    body: list[Stmt]
    goal: str = "module"
    comments: list[tuple[int, int]] = field(default_factory=list)
    notes: list[tuple[int, int, str]] = field(default_factory=list)
    below: list[Node] | None = field(default=None, init=False, repr=False)
    kinds: dict[type[Node], list[Node]] | None = field(default=None, init=False, repr=False)
