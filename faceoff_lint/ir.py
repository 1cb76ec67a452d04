"""The intermediate representation (IR) that Python and JavaScript are lowered to.

Plain data: nodes hold strings, numbers, lists and other nodes, nothing of a parser. Every node
carries ``start`` and ``end``, offsets in code points into the decoded text of its file, half open.
``to_data`` and ``from_data`` turn a module into JSON-ready lists and back without loss.

Nodes are compared by identity (a call is *this* call); use ``to_data`` to compare by content.
Treat nodes as immutable: one module is shared by the interpreter, the flow analysis and the rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

__all__ = [
    "Arg", "Assign", "Await", "Binary", "Break", "Call", "Case", "Class", "ClassDecl", "Clause",
    "Comprehension", "Cond", "Const", "Continue", "Declare", "Delete", "Dict", "Entry", "Export",
    "ExportAll", "ExprStmt", "Expr", "For", "Func", "FuncDecl", "Handler", "If", "Import",
    "ImportExpr", "ImportName", "Index", "List", "Logical", "Member", "Module", "Name", "Node",
    "Opaque", "Param", "Pattern", "Regex", "Return", "Scope", "Seq", "Spread", "Stmt", "Switch",
    "Template", "Throw", "Try", "Unary", "While", "With", "WithItem", "Yield", "Attr", "Block",
    "from_data", "last_name", "mentions", "shape", "to_data", "walk", "walk_local", "children",
]  # fmt: skip


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


# --- expressions ---------------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class Const(Expr):
    """A literal: str, int, float, bool or None (Python ``None``, JavaScript ``null``).

    JavaScript's ``undefined`` is ``Name("undefined")``, as in the language. Bytes, complex numbers
    and ``...`` are ``Opaque``.
    """

    value: str | int | float | bool | None


@dataclass(slots=True, eq=False)
class Regex(Expr):
    """A JavaScript regular expression literal."""

    pattern: str
    flags: str


@dataclass(slots=True, eq=False)
class Name(Expr):
    """An identifier; also ``this``, ``super``, ``undefined`` and JavaScript's ``arguments``."""

    id: str


@dataclass(slots=True, eq=False)
class Template(Expr):
    """An f-string or template literal: literal parts are ``Const`` strings."""

    parts: list[Expr]


@dataclass(slots=True, eq=False)
class Attr(Expr):
    """``obj.name``, ``obj?.name``; private names keep their ``#``.

    ``name_start`` is the offset of the attribute's own name.
    """

    obj: Expr
    name: str
    optional: bool = False
    name_start: int = 0


@dataclass(slots=True, eq=False)
class Index(Expr):
    """``obj[index]``; a Python slice is an ``Opaque`` index."""

    obj: Expr
    index: Expr
    optional: bool = False


@dataclass(slots=True, eq=False)
class Arg(Node):
    """One argument: ``keyword`` for ``k=v``, ``spread`` ``*`` (also ``...``) or ``**``."""

    value: Expr
    keyword: str | None = None
    spread: str = ""


@dataclass(slots=True, eq=False)
class Call(Expr):
    """A call; ``new`` for ``new f()``; a tagged template's only argument is the Template."""

    func: Expr
    args: list[Arg]
    new: bool = False
    optional: bool = False


@dataclass(slots=True, eq=False)
class Param(Node):
    """A parameter. ``target`` is a Name or a destructuring pattern.

    ``kind``: ``pos`` (positional only), ``any``, ``kw`` (keyword only), ``*`` (rest), ``**``.
    ``annotation`` is the type where it was written and could be read as an expression.
    """

    target: Expr
    default: Expr | None = None
    kind: str = "any"
    annotation: Expr | None = None


@dataclass(slots=True, eq=False)
class Func(Expr):
    """A function of any kind. ``start`` is at ``def``/``async``/``function``/the first parameter
    of an arrow, after any decorators.

    ``kind``: ``def`` (Python, also methods), ``lambda``, ``function``, ``arrow``, ``method``,
    ``getter``, ``setter``, ``constructor``. A lambda or expression arrow has one ``Return`` as body
    and ``expression_body`` set. ``name_start`` is the offset of the name (or of ``start``).
    ``header_end`` is the end of the signature: the offset of the ``:`` or ``{``/``=>`` after it.
    """

    name: str
    params: list[Param]
    body: list[Stmt]
    kind: str
    is_async: bool = False
    is_generator: bool = False
    decorators: list[Expr] = field(default_factory=list)
    expression_body: bool = False
    name_start: int = 0
    header_end: int = 0
    below: list[Node] | None = field(default=None, init=False, repr=False)


@dataclass(slots=True, eq=False)
class Member(Node):
    """A JavaScript class field (value may be None) or static block (key None, value a Func)."""

    key: Expr | None
    value: Expr | None
    static: bool = False


@dataclass(slots=True, eq=False)
class Class(Expr):
    """A class. Python: ``body`` holds its statements. JavaScript: ``members`` holds methods and
    fields in order; a method's ``value`` is a Func, its ``key`` a Const string or an expression.

    ``keywords`` are Python's class keywords (``metaclass=...``).
    """

    name: str
    bases: list[Expr]
    body: list[Stmt]
    members: list[Member]
    decorators: list[Expr] = field(default_factory=list)
    keywords: list[Arg] = field(default_factory=list)
    name_start: int = 0


@dataclass(slots=True, eq=False)
class Spread(Expr):
    """``*x`` / ``...x`` inside a list, or the rest element of a pattern."""

    value: Expr


@dataclass(slots=True, eq=False)
class List(Expr):
    """A list, tuple, set or array; also a destructuring pattern. ``kind``: list, tuple or set.

    A hole in a JavaScript array is ``Name("undefined")`` of zero length.
    """

    items: list[Expr]
    kind: str = "list"


@dataclass(slots=True, eq=False)
class Entry(Node):
    """A dict or object entry. ``key`` None means ``**value`` / ``...value``.

    ``kind``: ``init``, ``method``, ``get``, ``set``. A key that is not computed is a Const string.
    """

    key: Expr | None
    value: Expr
    kind: str = "init"


@dataclass(slots=True, eq=False)
class Dict(Expr):
    """A dict or object literal; also a destructuring pattern (values are targets)."""

    entries: list[Entry]


@dataclass(slots=True, eq=False)
class Pattern(Expr):
    """A target with a default inside a destructuring pattern: ``{a = 1}``."""

    target: Expr
    default: Expr


@dataclass(slots=True, eq=False)
class Unary(Expr):
    """``op``: ``not``, ``-``, ``+``, ``~``, ``typeof``, ``void``, ``delete``, ``++``, ``--``.

    JavaScript's ``!`` is ``not``.
    """

    op: str
    value: Expr


@dataclass(slots=True, eq=False)
class Binary(Expr):
    """Arithmetic or comparison, with the source's operator (``is not`` and ``not in`` included).

    A chained Python comparison is a ``Logical`` ``and`` of its links.
    """

    op: str
    left: Expr
    right: Expr


@dataclass(slots=True, eq=False)
class Logical(Expr):
    """``op``: ``and``, ``or`` (also ``&&``, ``||``) or ``??``."""

    op: str
    left: Expr
    right: Expr


@dataclass(slots=True, eq=False)
class Cond(Expr):
    """``body if test else orelse`` / ``test ? body : orelse``."""

    test: Expr
    body: Expr
    orelse: Expr


@dataclass(slots=True, eq=False)
class Await(Expr):
    """``await value``."""

    value: Expr


@dataclass(slots=True, eq=False)
class Yield(Expr):
    """``yield value``; ``delegate`` for ``yield from`` / ``yield*``."""

    value: Expr | None
    delegate: bool = False


@dataclass(slots=True, eq=False)
class Assign(Expr):
    """``target op value``; op is ``=`` or ``+=``, ``||=`` … Python's chained ``a = b = v`` is
    ``Assign(a, Assign(b, v))``; ``:=`` is ``=``. An annotated Python assignment keeps its
    annotation; without a value it is an ExprStmt of an Opaque."""

    target: Expr
    value: Expr
    op: str = "="
    annotation: Expr | None = None


@dataclass(slots=True, eq=False)
class Seq(Expr):
    """JavaScript's comma expression."""

    items: list[Expr]


@dataclass(slots=True, eq=False)
class Clause(Node):
    """``for target in iterable if …`` of a comprehension."""

    target: Expr
    iterable: Expr
    conditions: list[Expr]
    is_async: bool = False


@dataclass(slots=True, eq=False)
class Comprehension(Expr):
    """``kind``: list, set, dict or generator. ``key`` only for dict."""

    kind: str
    element: Expr
    clauses: list[Clause]
    key: Expr | None = None


@dataclass(slots=True, eq=False)
class ImportExpr(Expr):
    """JavaScript's ``import(source)``."""

    source: Expr


@dataclass(slots=True, eq=False)
class Opaque(Expr):
    """Something with no meaning for the analysis (JSX, slices, bytes); its operands are kept."""

    parts: list[Expr]
    what: str = ""


# --- statements ----------------------------------------------------------------------------------


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
    exactly, as ``(start, end, message)``. ``below``, here and in ``Func``: what ``walk`` remembers.
    """

    language: str
    body: list[Stmt]
    goal: str = "module"
    comments: list[tuple[int, int]] = field(default_factory=list)
    notes: list[tuple[int, int, str]] = field(default_factory=list)
    below: list[Node] | None = field(default=None, init=False, repr=False)


# --- walking -------------------------------------------------------------------------------------

_CLASSES: tuple[type[Node], ...] = (
    Const, Regex, Name, Template, Attr, Index, Arg, Call, Param, Func, Member, Class, Spread, List,
    Entry, Dict, Pattern, Unary, Binary, Logical, Cond, Await, Yield, Assign, Seq, Clause,
    Comprehension, ImportExpr, Opaque, ExprStmt, Declare, FuncDecl, ClassDecl, Return, Throw, If,
    For, While, Handler, Try, WithItem, With, Case, Switch, Break, Continue, Block, Scope, Delete,
    ImportName, Import, Export, ExportAll, Module,
)  # fmt: skip


class _Shape:
    """Which fields of each node class hold nodes, and the class's serial number."""

    names: ClassVar[dict[type[Node], tuple[str, ...]]] = {}
    node_fields: ClassVar[dict[type[Node], tuple[str, ...]]] = {}
    last_first: ClassVar[dict[type[Node], tuple[str, ...]]] = {}
    tags: ClassVar[dict[type[Node], int]] = {}


def _register() -> None:
    plain = ("str", "int", "bool", "str | int | float | bool | None", "str | None", "list[str]")
    for tag, cls in enumerate(_CLASSES):
        names = tuple(f.name for f in fields(cls) if f.init)
        _Shape.names[cls] = names
        _Shape.tags[cls] = tag
        _Shape.node_fields[cls] = tuple(
            f.name
            for f in fields(cls)
            if f.init and f.type not in plain and "tuple" not in str(f.type)
        )
        _Shape.last_first[cls] = _Shape.node_fields[cls][::-1]


_register()


def children(node: Node) -> Iterator[Node]:
    """The direct child nodes, in source order as far as the fields are."""
    for name in _Shape.node_fields[type(node)]:
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


def _flat(node: Node) -> list[Node]:
    """``walk``'s answer. The heart of most rules, hence without a generator."""
    found: list[Node] = []
    stack = [node]
    last_first = _Shape.last_first
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
    last_first = _Shape.last_first
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


def last_name(node: Node) -> str:
    """``execute`` of ``db.session.execute``; empty for anything without a name."""
    if isinstance(node, Attr):
        return node.name
    return node.id if isinstance(node, Name) else ""


def mentions(node: Node, names: set[str]) -> bool:
    """Whether code speaks of one of the names."""
    return any(isinstance(n, Name) and n.id in names for n in walk(node))


_PLACES = {"start", "end", "name_start", "header_end", "comments", "notes"}


def shape(node: Node) -> tuple[Any, ...]:
    """The node's content without its places: equal shapes are equal code, however laid out."""
    return (
        type(node).__name__,
        *(_shape_of(getattr(node, n)) for n in _Shape.names[type(node)] if n not in _PLACES),
    )


def _shape_of(value: Any) -> Any:
    if isinstance(value, Node):
        return shape(value)
    if isinstance(value, list):
        return tuple(_shape_of(v) for v in value)
    return (type(value).__name__, value)


# --- serial form ---------------------------------------------------------------------------------


def to_data(node: Node) -> list[Any]:
    """The node as nested lists of JSON values: ``[tag, start, end, field, …]``."""
    cls = type(node)
    return [_Shape.tags[cls], *(_field_to_data(getattr(node, n)) for n in _Shape.names[cls])]


def _field_to_data(value: Any) -> Any:
    if isinstance(value, Node):
        return to_data(value)
    if isinstance(value, list):
        # A list of nodes is marked by a leading None, so that it can't be mistaken for a node.
        return [None, *(_field_to_data(v) for v in value)]
    if isinstance(value, tuple):
        return [None, *value]
    return value


def from_data(data: list[Any]) -> Any:
    """The inverse of ``to_data``. Raises ``ValueError`` or ``IndexError`` on foreign data."""
    tag = data[0]
    if not isinstance(tag, int) or not 0 <= tag < len(_CLASSES):
        raise ValueError(f"not an IR node: tag {tag!r}")
    cls = _CLASSES[tag]
    fields_of = data[1:]
    pairs = [fields_of.pop(), fields_of.pop()] if cls is Module else []
    # A million calls for a large project: what is no node or list is passed on without one.
    values: list[Any] = [
        v if not isinstance(v, list)
        else from_data(v) if not v or v[0] is not None
        else [from_data(x) if isinstance(x, list) else x for x in v[1:]]
        for v in fields_of
    ]  # fmt: skip
    values += ([tuple(v[1:]) for v in pair[1:]] for pair in reversed(pairs))
    return cls(*values)
