"""Flask: which endpoints there are, and whether that is all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from faceoff_lint import ir
from faceoff_lint.frameworks.events import RouteEvent
from faceoff_lint.model.library_calls import imported_packages, library_calls
from faceoff_lint.model.templates import Templates
from faceoff_lint.source import Span
from faceoff_lint.values import YES

if TYPE_CHECKING:
    from faceoff_lint.model.groups import Group
    from faceoff_lint.model.table import Row
    from faceoff_lint.model.web import Web

__all__ = ["Endpoints", "UrlFor"]

_LIBRARY = {"static", "doc", "specs", "root", "apidocs", "openapi"}
_HANDLERS = re.compile(
    r"url_build_error_handlers|handle_url_build_error|\bdef\s+create_url_adapter\b"
)


@dataclass(frozen=True, slots=True)
class UrlFor:
    """A literal endpoint: ``url_for("bp.view", id=1)``, ``login_view = "auth.login"``.

    ``keywords`` is None where more may be passed than is seen.
    """

    endpoint: str
    span: Span
    keywords: tuple[str, ...] | None
    what: str = "url_for"


class Endpoints:
    """The endpoints of one Flask service; ``Endpoints.of(web)`` gives the one instance."""

    def __init__(self, web: Web) -> None:
        self.web = web
        self.rows: dict[str, list[Row]] = {}
        for row in web.table:
            self.rows.setdefault(row.endpoint or "{?}", []).append(row)

    @staticmethod
    def of(web: Web) -> Endpoints:
        """The endpoints of a service, collected at first use."""
        found = web.memo.get("endpoints")
        if not isinstance(found, Endpoints):
            found = web.memo["endpoints"] = Endpoints(web)
        return found

    # --- what is there -----------------------------------------------------------------------

    @cached_property
    def _blueprints(self) -> dict[str, list[Group]]:
        found: dict[str, list[Group]] = {}
        for app in self.web.apps:
            for name, mounts in self.web.blueprints(app):
                found.setdefault(name, []).append(mounts[-1].child)
        return found

    @cached_property
    def _is_closed(self) -> bool:
        """Whether all that is registered on the apps is known."""
        web = self.web
        unknown = any("{?}" in name for name in (*self.rows, *self._blueprints))
        foreign = any(getattr(g.native, "foreign", False) for g in web.everything)
        return not (web.open or unknown or foreign)

    @cached_property
    def _escaped(self) -> bool:
        return any(app.native.escaped for app in self.web.apps)

    @cached_property
    def _handled(self) -> bool:
        return any(_HANDLERS.search(s.text) for s in self.web.sources.values())

    def alike(self, endpoint: str) -> list[str]:
        """The endpoints of other blueprints with the same last part."""
        tail = endpoint.rpartition(".")[2]
        return [name for name in self.rows if name.rpartition(".")[2] == tail]

    def missing(self, endpoint: str) -> bool:
        """Whether an endpoint is surely not there."""
        if not any(app.root and self.web.is_product(app.span) for app in self.web.apps):
            return False
        head, dot, tail = endpoint.rpartition(".")
        if endpoint in self.rows or not tail or tail in _LIBRARY or self._handled:
            return False
        if dot and not head:
            return self._is_closed and not self._escaped and not self.alike(tail)
        if not dot:
            known = self._is_closed and bool(self.rows)
            return known and (not self._escaped or len(self.alike(tail)) == 1)
        if head in self._blueprints:
            return all(self._closed_group(g) for g in self._blueprints[head])
        top = head.partition(".")[0]
        if not self._is_closed or self._escaped or self._of_library(top):
            return False
        own = {g.name for g in self.web.groups if g.served is not YES}
        return top not in own

    def _closed_group(self, group: Group) -> bool:
        """Whether all routes of a blueprint are known."""
        if (
            group.native.escaped
            or self.web.machine.exhausted
            or any(m.child.kind == "api" for m in group.mounts)
        ):
            return False
        events = [e for e in group.native.events if isinstance(e, RouteEvent)]
        names = [n for n, groups in self._blueprints.items() if group in groups]
        unknown = [n for n in self.rows if "{?}" in n and n.startswith(tuple(names))]
        return not any(e.open for e in events) and not unknown and "{?}" not in self.rows

    def _of_library(self, name: str) -> bool:
        plain = name.lower().replace("_", "").replace("-", "")
        packages = {p.lower().replace("_", "") for p in imported_packages(self.web)}
        return any(plain in package for package in packages)

    # --- who asks for it ---------------------------------------------------------------------

    @cached_property
    def asked(self) -> list[UrlFor]:
        """Every literal endpoint of product code and templates; guarded ones are left out."""
        return [*self._in_python(), *self._in_templates()]

    def _in_python(self) -> Iterator[UrlFor]:
        for call in library_calls(self.web, {"flask.url_for", "flask.helpers.url_for"}):
            args = call.node.args
            first = args[0] if args else None
            if first is None or first.spread or first.keyword not in (None, "endpoint"):
                continue
            if call.caught & {"BuildError", "Exception", "LookupError", "BaseException"}:
                continue
            names = [a.keyword for a in args if a.keyword]
            keywords = None if any(a.spread for a in args) else tuple(names)
            for literal in _literals(first.value):
                span = Span(call.span.file, literal.start, literal.end)
                yield UrlFor(str(literal.value), span, keywords)
        for file, record in self.web.modules.records.items():
            if record is None or "login_view" not in record.source.text:
                continue
            for node in ir.find(record.module, ir.Assign):
                if not isinstance(node.target, ir.Attr):
                    continue
                value, place = node.value, Span(file, node.value.start, node.value.end)
                text = value.value if isinstance(value, ir.Const) else None
                if node.target.name != "login_view" or not self.web.is_product(place):
                    continue
                if isinstance(text, str) and "/" not in text:
                    yield UrlFor(text, place, None, "login_view")

    def _in_templates(self) -> Iterator[UrlFor]:
        templates = Templates.of(self.web)
        if templates.own_url_for:
            return
        for span, reference in templates.references:
            if reference.kind == "url_for" and not reference.guarded:
                yield UrlFor(reference.name, span, reference.keywords)


def _literals(node: ir.Expr) -> Iterator[ir.Const]:
    """The texts an expression may be: a literal, or both sides of a conditional one."""
    if isinstance(node, ir.Const) and isinstance(node.value, str):
        yield node
    elif isinstance(node, ir.Cond):
        yield from _literals(node.body)
        yield from _literals(node.orelse)
