"""Product code of a Python service by what it mentions, and what expressions in it mean."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeAlias, TypeVar

from faceoff_lint import ir
from faceoff_lint.flow.calls import CallSite, Flow
from faceoff_lint.frameworks.flask import FlaskApp, native_of
from faceoff_lint.interpreter import Trace
from faceoff_lint.ir.fields import LAST_FIRST
from faceoff_lint.model import Web
from faceoff_lint.source import Span
from faceoff_lint.values import (
    UNKNOWN,
    ClassValue,
    External,
    Function,
    Instance,
    ModuleRecord,
    Value,
    options,
)

__all__ = ["Code", "Place"]


Scopes: TypeAlias = tuple[ir.Func | ir.Class, ...]
E = TypeVar("E", bound=ir.Expr)
M = TypeVar("M", bound=ir.Node)
N = TypeVar("N", bound=ir.Node, covariant=True)


@dataclass(slots=True, eq=False)
class Place(Generic[N]):
    """A node of product code. ``chain``: the functions and classes around it, outermost first.

    ``above``: the nodes around it inside the innermost function, class or module body.
    """

    node: N
    record: ModuleRecord
    chain: Scopes = ()
    above: tuple[ir.Node, ...] = ()

    @property
    def span(self) -> Span:
        """The whole node."""
        return Span(self.record.path, self.node.start, self.node.end)

    def at(self, node: M) -> Place[M]:
        """The place of another node in the same body."""
        return Place(node, self.record, self.chain)

    @property
    def at_import(self) -> bool:
        """Whether it runs when its module is imported."""
        return not any(isinstance(s, ir.Func) for s in self.chain)

    @property
    def func(self) -> ir.Func | None:
        """The innermost function around it; None in a module's or class's body."""
        inner = self.chain[-1] if self.chain else None
        return inner if isinstance(inner, ir.Func) else None


@dataclass(slots=True)
class _Index:
    calls: dict[str, list[Place[ir.Call]]] = field(default_factory=dict)
    attrs: dict[str, list[Place[ir.Attr]]] = field(default_factory=dict)
    names: dict[str, list[Place[ir.Name]]] = field(default_factory=dict)
    throws: list[Place[ir.Throw]] = field(default_factory=list)
    at_import: list[Place[ir.Expr]] = field(default_factory=list)


class Code:
    """The product code of one Python service; ``Code.of(web)`` gives the one instance."""

    def __init__(self, web: Web) -> None:
        self.web = web
        self.flow = Flow.of(web)
        self.chains: dict[int, Scopes] = {}
        self._index: _Index | None = None
        self._functions: dict[int, Function | None] = {}
        self._classes: dict[int, ClassValue] = {id(c.node): c for c in web.machine.classes}
        self._traces: dict[int, tuple[ir.Node, Trace]] = {}
        self._this: dict[int, Instance] = {}
        for function in web.functions:
            self._functions.setdefault(id(function.node), function)

    @staticmethod
    def of(web: Web) -> Code:
        """The code of a service, indexed at first use."""
        found = web.memo.get("code")
        if not isinstance(found, Code):
            found = web.memo["code"] = Code(web)
        return found

    # --- finding -----------------------------------------------------------------------------

    @property
    def records(self) -> Iterator[ModuleRecord]:
        """The Python files of the product that were read."""
        for path, record in self.web.modules.records.items():
            python = record is not None and record.language == "python"
            if record is not None and python and self.web.is_product(Span(path, 0, 0)):
                yield record

    def calls(self, names: Iterable[str]) -> Iterator[Place[ir.Call]]:
        """The calls of something whose last name is one of ``names``: ``db.session.execute()``."""
        found = self._indexed().calls
        for name in names:
            yield from found.get(name, ())

    def attributes(self, names: Iterable[str]) -> Iterator[Place[ir.Attr]]:
        """The attributes ``x.name``, read or written."""
        found = self._indexed().attrs
        for name in names:
            yield from found.get(name, ())

    def names(self, names: Iterable[str]) -> Iterator[Place[ir.Name]]:
        """The plain names, read or written."""
        found = self._indexed().names
        for name in names:
            yield from found.get(name, ())

    @property
    def throws(self) -> list[Place[ir.Throw]]:
        """The ``raise`` statements."""
        return self._indexed().throws

    def import_time(self, kind: type[E]) -> Iterator[Place[E]]:
        """The expressions of a kind that are evaluated when their module is imported."""
        for place in self._indexed().at_import:
            if isinstance(place.node, kind):
                yield place  # type: ignore[misc]

    def _indexed(self) -> _Index:
        if self._index is None:
            self._index = _Index()
            for record in self.records:
                self._scan(record, self._index)
        return self._index

    def _scan(self, record: ModuleRecord, index: _Index) -> None:
        """Put a module's nodes into the index: one pass over all code, so plain loops."""
        calls, attrs, names = index.calls, index.attrs, index.names
        stack: list[tuple[ir.Node, Scopes, tuple[ir.Node, ...], bool]]
        stack = [(record.module, (), (), True)]
        while stack:
            node, chain, above, outside = stack.pop()
            if isinstance(node, ir.Name):
                names.setdefault(node.id, []).append(Place(node, record, chain, above))
                continue
            if isinstance(node, ir.Attr):
                attrs.setdefault(node.name, []).append(Place(node, record, chain, above))
            elif isinstance(node, ir.Call):
                name = ir.last_name(node.func)
                if name:
                    calls.setdefault(name, []).append(Place(node, record, chain, above))
            elif isinstance(node, ir.Throw):
                index.throws.append(Place(node, record, chain, above))
            elif isinstance(node, (ir.Func, ir.Class)):
                inner = (*chain, node)
                self.chains[id(node)] = inner
                within = outside and not isinstance(node, ir.Func)
                body = set(map(id, node.body))
                for child in reversed(list(ir.children(node))):
                    if id(child) in body:
                        stack.append((child, inner, (), within))
                    else:  # decorators, defaults, bases are evaluated outside
                        stack.append((child, chain, (*above, node), outside))
                continue
            if outside and isinstance(node, (ir.Attr, ir.Index, ir.Call)):
                index.at_import.append(Place(node, record, chain, above))
            names_of_fields = LAST_FIRST[type(node)]
            if names_of_fields:
                around = (*above, node)
                for field_name in names_of_fields:
                    value = getattr(node, field_name)
                    if isinstance(value, list):
                        stack += [(child, chain, around, outside) for child in reversed(value)]
                    elif value is not None:
                        stack.append((value, chain, around, outside))

    # --- meaning -----------------------------------------------------------------------------

    def function(self, chain: Scopes) -> Function | None:
        """The innermost function of a chain, methods bound to an instance of their class."""
        inner = chain[-1] if chain else None
        if not isinstance(inner, ir.Func):
            return None
        if id(inner) not in self._functions:
            outer = self.function(chain[:-1])
            self._functions[id(inner)] = outer and self.flow.closure(outer, inner)
        found = self._functions[id(inner)]
        if found is not None and found.owner is not None and found.this is None:
            static = any(isinstance(d, ir.Name) and "method" in d.id for d in inner.decorators)
            if not static:
                cls = found.owner
                this = self.web.machine.instances.get(id(cls)) or self._this.setdefault(
                    id(cls), Instance(cls)
                )
                found = self._functions[id(inner)] = found.bind(this)
        return found

    def place(self, function: Function, node: M) -> Place[M] | None:
        """The place of a decorator or default of a function: outside of it."""
        self._indexed()
        chain = self.chains.get(id(function.node))
        return None if chain is None else Place(node, function.module, chain[:-1])

    def value(self, place: Place[ir.Node], node: ir.Expr) -> Value:
        """What an expression that stands at a place evaluates to."""
        function = self.function(place.chain)
        if function is not None:
            return self.flow.value(function, node)
        if place.func is not None:
            return UNKNOWN
        return self._top_level(place, node).values.get(id(node), UNKNOWN)

    def site(self, place: Place[ir.Node]) -> CallSite | None:
        """The call site of a call inside a function."""
        function = self.function(place.chain)
        if function is None or not isinstance(place.node, ir.Call):
            return None
        return self.flow.site(function, place.node)

    def paths(self, place: Place[ir.Node], node: ir.Expr) -> list[str]:
        """The library paths that an expression may be: ``flask.request``."""
        found = options(self.value(place, node))
        return [c.path for c in found if isinstance(c, External)]

    def is_app(self, place: Place[ir.Node], node: ir.Expr) -> bool:
        """Whether an expression is an app or ``current_app``."""
        return any(
            isinstance(native_of(c), FlaskApp)
            or (isinstance(c, External) and c.path == "flask.current_app")
            for c in options(self.value(place, node))
        )

    def _top_level(self, place: Place[ir.Node], node: ir.Expr) -> Trace:
        known = self._traces.get(id(node))
        if known is None:
            env = place.record.env
            for scope in place.chain:
                cls = self._classes.get(id(scope))
                if cls is None:
                    return Trace()
                body = type(env)(cls.env, "class", cls.attrs)
                env = body
            trace = self.web.machine.trace_expression(place.record, env, node)
            known = self._traces[id(node)] = (node, trace)
        return known[1]
