"""What an expression can evaluate to in the abstract interpreter.

``Unknown`` is a value like any other: it stands for everything the analysis can't tell, and every
operation on it gives it back. Heap objects (lists, dicts, instances, functions, framework objects)
are compared by identity; their identity is the place where the program creates them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from faceoff_lint import ir
from faceoff_lint.source import Source, Span

__all__ = [
    "Builtin", "CallArgs", "ClassValue", "Condition", "DictValue", "Env", "External", "Function",
    "Instance", "ListValue", "Lit", "MAYBE", "MISSING", "MOST_ITEMS", "MOST_TEXT", "ModuleRecord",
    "ModuleValue", "NO",
    "Native", "Setting", "SuperValue", "Text", "Tri", "UNDEFINED", "UNKNOWN", "UnionValue",
    "Unknown", "Value", "Wrapped", "YES", "as_pattern", "concat", "exclusive", "options", "same",
    "truth", "union",
]  # fmt: skip

MOST_ITEMS = 2_000
"""How long a list may grow: longer ones are open."""
MOST_TEXT = 50_000
"""How long a string may grow: of longer ones nothing is known."""


class Tri(Enum):
    """A three-valued answer. Rules speak only on a plain yes or no."""

    YES = "yes"
    NO = "no"
    MAYBE = "unknown"

    def __bool__(self) -> bool:
        """Refused: compare with ``is``, so that unknown can't pass for no."""
        raise TypeError("a three-valued answer has no truth value; compare with `is`")


YES, NO, MAYBE = Tri.YES, Tri.NO, Tri.MAYBE


class Value:
    """Base of all abstract values."""

    __slots__ = ()


class Unknown(Value):
    """Anything at all."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Unknown"


UNKNOWN = Unknown()


@dataclass(frozen=True, slots=True)
class Lit(Value):
    """A known string, number, boolean or None/null."""

    value: str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Setting(Lit):
    """A literal that a deployment may well change: it is used as it is, but decides nothing."""


class _Undefined(Value):
    __slots__ = ()

    def __repr__(self) -> str:
        return "undefined"


UNDEFINED = _Undefined()
MISSING: Any = object()


@dataclass(frozen=True, slots=True)
class Text(Value):
    """A string of which parts are known: ``parts`` are strings and, for the rest, None."""

    parts: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """A registration happens only if branch ``branch`` of the statement at ``span`` is taken.

    ``kind``: ``if``, ``try``, ``loop``, ``switch`` or ``main`` (``if __name__ == "__main__"``).
    ``span`` is the test (of ``try``: the statement's first character).
    """

    kind: str
    span: Span
    branch: int


def exclusive(left: Iterable[Condition], right: Iterable[Condition]) -> bool:
    """Whether two lists of conditions can't hold in one run: other branches of one statement."""
    branches = {c.span: c.branch for c in left if c.kind != "loop"}
    return any(branches.get(c.span, c.branch) != c.branch for c in right if c.kind != "loop")


@dataclass(slots=True, eq=False)
class Env:
    """A scope. ``kind``: ``module``, ``function``, ``block`` or ``class``."""

    parent: Env | None
    kind: str
    vars: dict[str, Value] = field(default_factory=dict)
    outer_names: dict[str, str] = field(default_factory=dict)

    def find(self, name: str) -> Env | None:
        """The nearest scope that binds ``name``; class scopes are seen only from themselves."""
        env: Env | None = self
        first = True
        while env is not None:
            if name in env.vars and (first or env.kind != "class"):
                return env
            first = False
            env = env.parent
        return None


@dataclass(slots=True, eq=False)
class ModuleRecord:
    """One project file under interpretation.

    ``state``: ``new``, ``running``, ``done``. ``es_exports`` maps the names an ES module exports to
    their live values; ``es_open``: it may export more. ``reached``: loaded, directly or not, from
    an entry point. ``imports`` and ``importers``: (path, place of the import); ``imported_under``:
    the conditions of each import of it.
    """

    path: str
    name: str
    language: str
    module: ir.Module
    source: Source
    env: Env
    state: str = "new"
    es_exports: dict[str, Callable[[], Value]] = field(default_factory=dict)
    es_stars: list[ModuleRecord] = field(default_factory=list)
    is_es: bool = False
    es_open: bool = False
    reached: bool = False
    is_package: bool = False
    imports: list[tuple[str, Span]] = field(default_factory=list)
    importers: list[tuple[str, Span]] = field(default_factory=list)
    imported_under: list[tuple[Condition, ...]] = field(default_factory=list)

    @property
    def exports(self) -> Value:
        """CommonJS's ``module.exports`` as it is now."""
        module = self.env.vars.get("module")
        found = module.entries.get("exports") if isinstance(module, DictValue) else None
        return found if found is not None else UNKNOWN


@dataclass(slots=True, eq=False)
class ModuleValue(Value):
    """A project module as a namespace."""

    record: ModuleRecord


@dataclass(slots=True, eq=False)
class External(Value):
    """Something of a library, by its path: ``flask.Flask``, ``express.res.status().json``.

    A call result has ``()`` at its end and keeps the arguments and the place of the call.
    """

    path: str
    args: CallArgs | None = None
    span: Span | None = None
    parent: External | None = None

    def attr(self, name: str) -> External:
        """The member ``name`` of it."""
        return External(f"{self.path}.{name}" if len(self.path) < 300 else self.path, parent=self)


@dataclass(slots=True, eq=False)
class Function(Value):
    """A project function with its scope. ``this`` is its receiver when bound.

    ``name`` is its run-time name (``functools.wraps`` changes it); ``wraps`` what it wraps so.
    """

    node: ir.Func
    env: Env
    module: ModuleRecord
    name: str
    this: Value | None = None
    owner: ClassValue | None = None
    bound: list[Value] = field(default_factory=list)
    attrs: dict[str, Value] = field(default_factory=dict)
    wraps: Value | None = None
    defaults: dict[str, Value] = field(default_factory=dict)
    origin: Function | None = None

    @property
    def span(self) -> Span:
        """The whole function, decorators left out."""
        return Span(self.module.path, self.node.start, self.node.end)

    @property
    def header(self) -> Span:
        """Its signature: from ``def`` or the first parameter to the ``:`` or ``{``."""
        return Span(self.module.path, self.node.start, self.node.header_end)

    @property
    def identity(self) -> Function:
        """The unbound function that this was bound from."""
        return self.origin or self

    def bind(self, this: Value, bound: list[Value] | None = None) -> Function:
        """The same function with a receiver and leading arguments."""
        return Function(
            self.node, self.env, self.module, self.name, this, self.owner,
            [*self.bound, *(bound or [])], self.attrs, self.wraps, self.defaults, self.identity,
        )  # fmt: skip


@dataclass(slots=True, eq=False)
class ClassValue(Value):
    """A project class. ``attrs``: class namespace (JavaScript: statics); ``proto``: JavaScript
    methods and accessors; ``fields``: JavaScript instance fields, evaluated for each instance."""

    node: ir.Class
    env: Env
    module: ModuleRecord
    name: str
    bases: list[Value] = field(default_factory=list)
    attrs: dict[str, Value] = field(default_factory=dict)
    proto: dict[str, Value] = field(default_factory=dict)
    getters: dict[str, Function] = field(default_factory=dict)
    fields: list[ir.Member] = field(default_factory=list)
    decorators: list[Value] = field(default_factory=list)

    @property
    def span(self) -> Span:
        """The whole class, decorators left out."""
        return Span(self.module.path, self.node.start, self.node.end)

    def mro(self) -> list[Value]:
        """The class and its bases, project classes expanded depth first, each once."""
        seen: list[Value] = []
        stack: list[Value] = [self]
        if not self.bases:
            return stack
        while stack:
            current = stack.pop(0)
            if any(current is s for s in seen):
                continue
            seen.append(current)
            if isinstance(current, ClassValue):
                stack = [*current.bases, *stack]
        return seen

    def lookup(self, name: str) -> Value | None:
        """An attribute or method by name, bases included; None when no project class has it."""
        for cls in self.mro() if self.bases else (self,):
            if isinstance(cls, ClassValue):
                if name in cls.attrs:
                    return cls.attrs[name]
                if name in cls.proto:
                    return cls.proto[name]
        return None

    @property
    def externals(self) -> list[External]:
        """The library classes it derives from, nearest first."""
        return [b for b in self.mro() if isinstance(b, External)]


@dataclass(slots=True, eq=False)
class Instance(Value):
    """An object made from a project class or constructor function.

    ``native`` is the framework object inside it when its class derives from a framework's.
    """

    cls: ClassValue | None
    attrs: dict[str, Value] = field(default_factory=dict)
    native: Native | None = None
    proto: DictValue | None = None
    span: Span | None = None


@dataclass(slots=True, eq=False)
class SuperValue(Value):
    """``super()`` inside a method of ``cls`` called on ``this``."""

    cls: ClassValue
    this: Value


@dataclass(slots=True, eq=False)
class ListValue(Value):
    """A list, tuple, set or array. ``open``: it may hold more than ``items``.

    ``names``: a named tuple's fields.
    """

    items: list[Value]
    kind: str = "list"
    open: bool = False
    names: tuple[str, ...] = ()

    def extend(self, items: Sequence[Value], is_open: bool = False) -> None:
        """Take in more, as far as there is room: a list that takes in itself doubles each time."""
        room = max(0, MOST_ITEMS - len(self.items))
        self.open = self.open or is_open or len(items) > room
        self.items.extend(items[:room])


@dataclass(slots=True, eq=False)
class DictValue(Value):
    """A dict, object literal or Map, in insertion order. ``open``: it may hold more."""

    entries: dict[str | int | float | bool | None, Value] = field(default_factory=dict)
    open: bool = False
    kind: str = "dict"
    getters: dict[str, Function] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class UnionValue(Value):
    """One of several values; made by ``union`` only."""

    choices: tuple[Value, ...]


@dataclass(slots=True, eq=False)
class Wrapped(Value):
    """A function under a library decorator or wrapper (``@login_required``, ``asyncHandler(f)``).

    It keeps the function's name and signature as far as is known; ``by`` is the wrapper.
    """

    inner: Value
    by: Value
    span: Span | None = None


@dataclass(slots=True, eq=False)
class Builtin(Value):
    """A function of the analysis's own: a method of a framework object or of the language."""

    name: str
    run: Callable[[Any, CallArgs], Value]
    this: Value | None = None


class Native(Value):
    """A framework object. Subclasses (in ``frameworks``) say what members and calls mean.

    ``span`` is the creating call; ``var`` the first name it was bound to; ``module`` the file.
    ``escaped``: it was handed to code the analysis doesn't see.
    """

    __slots__ = ("attrs", "escaped", "module", "span", "var")

    kind = "native"

    def __init__(self, span: Span, module: str) -> None:
        self.span = span
        self.module = module
        self.var = ""
        self.escaped = False
        self.attrs: dict[str, Value] = {}

    def get_attr(self, vm: Any, name: str) -> Value | None:
        """The member ``name``, or None when the object has none that is known."""
        return self.attrs.get(name)

    def set_attr(self, vm: Any, name: str, value: Value) -> None:
        """``obj.name = value``."""
        vm.store(self.attrs, name, value)

    def call(self, vm: Any, call: CallArgs) -> Value:
        """The object called like a function."""
        return UNKNOWN

    def forget_args(self) -> None:
        """A project subclass has a constructor of its own: what it is called with says nothing."""

    def reinit(self, vm: Any, call: CallArgs) -> None:
        """``super().__init__(…)`` of a project subclass, with the arguments that count."""

    def get_item(self, vm: Any, key: Value) -> Value:
        """``obj[key]``."""
        return UNKNOWN

    def set_item(self, vm: Any, key: Value, value: Value) -> None:
        """``obj[key] = value``."""


@dataclass(slots=True, eq=False)
class CallArgs:
    """The arguments of one call. ``open``: more may follow (an unknown spread).

    ``uncalled``: no call in the project; servers call factories with their defaults.

    ``nodes`` are the argument expressions of ``pos`` where they are known one to one.
    """

    pos: list[Value] = field(default_factory=list)
    kw: dict[str, Value] = field(default_factory=dict)
    open: bool = False
    span: Span = field(default_factory=lambda: Span("", 0, 0))
    node: ir.Call | None = None
    this: Value | None = None
    new: bool = False
    uncalled: bool = False
    module: str = ""
    nodes: list[ir.Expr] = field(default_factory=list)
    kw_nodes: dict[str, ir.Expr] = field(default_factory=dict)

    def get(self, index: int, name: str = "") -> Value | None:
        """The argument at ``index`` (negative: keyword only) or called ``name``; None if absent."""
        if name and name in self.kw:
            return self.kw[name]
        if 0 <= index < len(self.pos):
            return self.pos[index]
        return None

    def literal(self, index: int, name: str = "") -> Any:
        """The plain value of an argument; None when absent or not known."""
        value = self.get(index, name)
        return value.value if isinstance(value, Lit) else None

    @property
    def all(self) -> list[Value]:
        """Every argument value."""
        return [*self.pos, *self.kw.values()]


def options(value: Value) -> tuple[Value, ...]:
    """The choices of a union, or the value alone."""
    return value.choices if isinstance(value, UnionValue) else (value,)


def same(left: Value, right: Value) -> bool:
    """Identity for heap objects, equality for literals and texts."""
    if left is right:
        return True
    if isinstance(left, Lit) and isinstance(right, Lit):
        return type(left.value) is type(right.value) and left.value == right.value
    if isinstance(left, Text) and isinstance(right, Text):
        return left.parts == right.parts
    if isinstance(left, External) and isinstance(right, External):
        return left.path == right.path and left.args is None and right.args is None
    if isinstance(left, Function) and isinstance(right, Function):
        return left.identity is right.identity and left.this is right.this
    return False


def union(values: Iterable[Value], limit: int = 8) -> Value:
    """One of ``values``: the value itself, a UnionValue, or Unknown beyond ``limit`` choices."""
    result: list[Value] = []
    for value in values:
        for choice in value.choices if isinstance(value, UnionValue) else (value,):
            for known in result:
                if choice is known or same(choice, known):
                    break
            else:
                result.append(choice)
    if not result:
        return UNKNOWN
    if len(result) == 1:
        return result[0]
    return UNKNOWN if len(result) > limit else UnionValue(tuple(result))


def truth(value: Value) -> bool | None:
    """Whether the value is truthy; None when that can't be told.

    An empty list or dict is None: JavaScript and Python disagree about it.
    """
    if isinstance(value, Setting):
        return None
    if isinstance(value, Lit):
        return bool(value.value)
    if value is UNDEFINED:
        return False
    if isinstance(value, (Function, ClassValue, Wrapped, Builtin, ModuleValue, Native, Instance)):
        return True
    if isinstance(value, Text):
        return True if any(value.parts) else None
    if isinstance(value, (ListValue, DictValue)):
        return True if (value.items if isinstance(value, ListValue) else value.entries) else None
    if isinstance(value, UnionValue):
        answers = {truth(c) for c in value.choices}
        return answers.pop() if len(answers) == 1 else None
    return None


def as_pattern(value: Value | None, hole: str = "{?}") -> tuple[str, bool] | None:
    """A string value as text with ``hole`` for what isn't known, and whether it is exact.

    None for values that are no strings (numbers included) or are wholly unknown.
    """
    if isinstance(value, Lit) and isinstance(value.value, str):
        return value.value, True
    if isinstance(value, Text):
        return "".join(hole if p is None else p for p in value.parts), False
    return None


def concat(values: Iterable[Value]) -> Value:
    """String concatenation of values, as known as can be; nothing is known of a vast one."""
    parts: list[str | None] = []
    size = 0
    for value in values:
        new: Iterator[str | None]
        if isinstance(value, Lit):
            new = iter([_plain(value.value)])
        elif isinstance(value, Text):
            new = iter(value.parts)
        else:
            new = iter([None])
        for part in new:
            size += 1 if part is None else len(part)
            if size > MOST_TEXT:
                return Text((None,))
            if part is not None and parts and parts[-1] is not None:
                parts[-1] += part
            elif part is not None or not parts or parts[-1] is not None:
                parts.append(part)
    if all(p is not None for p in parts):
        return Lit("".join(p for p in parts if p is not None))
    return Text(tuple(parts))


def _plain(value: object) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, (bool, float)) or value is None:
        return None  # the two languages print these in different ways
    return str(value)
