"""Expressions, and the nodes that are parts of one: arguments, parameters, entries."""

from __future__ import annotations

from dataclasses import dataclass, field

from faceoff_lint.ir.base import Expr, Node, Stmt

__all__ = [
    "Arg", "Assign", "Attr", "Await", "Binary", "Call", "Class", "Clause", "Comprehension",
    "Cond", "Const", "Dict", "Entry", "Func", "ImportExpr", "Index", "List", "Logical",
    "Member", "Name", "Opaque", "Param", "Pattern", "Regex", "Seq", "Spread", "Template",
    "Unary", "Yield",
]  # fmt: skip


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
    kinds: dict[type[Node], list[Node]] | None = field(default=None, init=False, repr=False)
    own: list[Node] | None = field(default=None, init=False, repr=False)


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
