"""Flask: what a function needs of the request and app contexts when it runs outside of both."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from faceoff_lint import ir
from faceoff_lint.flow.calls import CallSite, Flow
from faceoff_lint.model import Web
from faceoff_lint.source import Span
from faceoff_lint.values import External, Function, options

__all__ = ["LOCALS", "Contexts", "Need"]

LOCALS = {"flask.request": "request", "flask.session": "session", "flask.g": "g",
          "flask.current_app": "current_app"}  # fmt: skip
_CALLS = {"flask.url_for", "flask.render_template", "flask.render_template_string", "flask.flash",
          "flask.jsonify"}  # fmt: skip
_DATABASE = re.compile(
    r"flask_sqlalchemy\.SQLAlchemy\(\)\.(?:session|create_all|drop_all|Model\.query)"
)
_ASKS = {"has_request_context", "has_app_context", "push", "_get_current_object"}
_HARMLESS = {"open", "lock", "Lock", "suppress", "closing", "TemporaryDirectory"}
MAX_DEPTH = 3


@dataclass(frozen=True, slots=True, eq=False)
class Need:
    """A use of a context: where, as written, and the calls on the way to it."""

    span: Span
    text: str
    way: tuple[CallSite, ...]


class Contexts:
    """What functions of a Flask service need; ``Contexts.of(web)`` gives the one instance."""

    def __init__(self, web: Web) -> None:
        self.web = web
        self.flow = Flow.of(web)
        found = [e for e in web.extensions if e.path == "flask_sqlalchemy.SQLAlchemy"]
        bound = any(e.args.get(0, "app") is not None for e in found)
        fsa = web.service.package("flask-sqlalchemy")
        known = fsa is not None and fsa.known
        # Until 3.0 an extension that was made with its app knew it without a context.
        self.database = not (bound and known and fsa is not None and fsa.below(3, 0) is not False)

    @staticmethod
    def of(web: Web) -> Contexts:
        """The answers for a service."""
        found = web.memo.get("contexts")
        if not isinstance(found, Contexts):
            found = web.memo["contexts"] = Contexts(web)
        return found

    def needed(self, function: Function) -> Need | None:
        """The first thing a function surely does that needs a context nobody has pushed."""
        return self._needed(function, (), set())

    def _needed(self, function: Function, way: tuple[CallSite, ...], seen: set[int]) -> Need | None:
        if id(function.node) in seen or len(way) > MAX_DEPTH:
            return None
        seen.add(id(function.node))
        body = [*ir.own(function.node)]
        names = {n.id if isinstance(n, ir.Name) else n.name for n in body
                 if isinstance(n, (ir.Name, ir.Attr))}  # fmt: skip
        if names & _ASKS or (way and function.node.is_generator):
            return None
        sites = {id(s.node): s for s in self.flow.calls(function)}
        params = {p.target.id for p in function.node.params if isinstance(p.target, ir.Name)}
        for node, parent in _outside(function.node.body, params):
            if self._is_use(function, node, parent):
                span = Span(function.module.path, node.start, node.end)
                return Need(span, " ".join(self.web.text(span).split())[:50], way)
            site = sites.get(id(node))
            for target in site.targets if site is not None else ():
                if site is None or target.node.decorators or target.node.is_async:
                    continue
                deeper = self._needed(target, (*way, site), seen)
                if deeper is not None:
                    return deeper
        return None

    def _is_use(self, function: Function, node: ir.Node, parent: ir.Node | None) -> bool:
        if isinstance(node, ir.Call):
            func = node.func
            return isinstance(func, ir.Name) and bool(_CALLS & set(self._paths(function, func)))
        if not isinstance(node, (ir.Attr, ir.Index)):
            return False
        if isinstance(node.obj, ir.Name):
            paths = self._paths(function, node.obj)
            if len(paths) == 1 and paths[0] in LOCALS:
                return True
        if not self.database or not isinstance(node, ir.Attr) or not isinstance(
            parent, (ir.Attr, ir.Call)
        ):  # fmt: skip
            return False
        if node.name not in ("query", "session", "create_all", "drop_all"):
            return False
        paths = self._paths(function, node)
        return bool(paths) and all(_DATABASE.fullmatch(p) for p in paths)

    def _paths(self, function: Function, node: ir.Expr) -> list[str]:
        found = options(self.flow.value(function, node))
        paths = [c.path for c in found if isinstance(c, External)]
        return paths if len(paths) == len(found) else []


def _outside(nodes: list[ir.Stmt], params: set[str]) -> Iterator[tuple[ir.Node, ir.Node | None]]:
    """The nodes of a body with what is around them, those in front that surely run without help.

    No ``with`` and no ``try`` may have provided for them, and no parameter may switch them off.
    """
    stack: list[tuple[ir.Node, ir.Node | None]] = [(n, None) for n in reversed(nodes)]
    while stack:
        node, above = stack.pop()
        yield node, above
        if isinstance(node, (ir.Func, ir.Class)):
            continue
        children: list[ir.Node] = list(ir.children(node))
        skipped: list[ir.Stmt] = []
        if (isinstance(node, ir.With) and not all(map(_harmless, node.items))) or (
            isinstance(node, ir.Try) and any(map(_expects, node.handlers))
        ):
            skipped = node.body
        elif isinstance(node, ir.If) and any(
            isinstance(n, ir.Name) and n.id in params for n in ir.walk(node.test)
        ):
            skipped = [*node.body, *node.orelse]
        children = [c for c in children if not any(c is s for s in skipped)]
        stack.extend((c, node) for c in reversed(children))


def _expects(handler: ir.Handler) -> bool:
    kinds = ir.walk(handler.type) if handler.type is not None else ()
    return any(isinstance(n, ir.Name) and n.id == "RuntimeError" for n in kinds)


def _harmless(item: ir.WithItem) -> bool:
    names = {getattr(n, "name", getattr(n, "id", "")) for n in ir.walk(item.context)}
    return not names.isdisjoint(_HARMLESS)
