"""The static route table: what ``app.url_map`` and Express's router stack hold at run time.

Sources: Flask 3.1 ``blueprints.py`` (``BlueprintSetupState``: prefixes, names), Flask-RESTX
``api.py``/``namespace.py`` (URLs, endpoints), Flask-RESTful ``__init__.py``; Express API reference
("Path examples", ``app.use``), ``router`` package for how prefixes join.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from faceoff_lint.model.groups import App, Mount, Route
from faceoff_lint.model.handlers import Step
from faceoff_lint.source import Span
from faceoff_lint.values import Condition

if TYPE_CHECKING:
    from faceoff_lint.model.web import Web

__all__ = ["RouteRow", "Row", "route_rows", "table"]


@dataclass(slots=True, eq=False)
class Row:
    """One route as one app serves it.

    ``methods``: upper case, without the automatic HEAD and OPTIONS, ``ALL`` for Express's ``all``;
    empty when unknown. ``mounts``: the chain of mounts from the app down. ``chain``: what runs
    before the handler, in order, and Express's wrappers. ``errors``: what would get its error, the
    nearest first; a step's ``key`` is the code or exception it is for. ``exact``: nothing was
    guessed.
    """

    app: App
    route: Route
    path: str
    methods: tuple[str, ...]
    endpoint: str | None
    mounts: tuple[Mount, ...] = ()
    chain: list[Step] = field(default_factory=list)
    errors: list[Step] = field(default_factory=list)
    exact: bool = True

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """All that must hold: of the route's registration and of each mount's."""
        parts = [*self.app.conditions, *self.route.conditions]
        for mount in self.mounts:
            parts.extend(mount.event.conditions)
        return tuple(parts)

    @property
    def conditional(self) -> bool:
        """Whether it is served only under some condition."""
        return any(c.kind != "main" for c in self.conditions)

    @property
    def span(self) -> Span:
        """Where the route is registered."""
        return self.route.span


def table(web: Web) -> list[Row]:
    """The rows of every root app of a service, in registration order."""
    if web.framework == "flask":
        from faceoff_lint.model.flask_table import flask_rows as rows_of
    else:
        from faceoff_lint.model.express_table import express_rows as rows_of
    rows: list[Row] = []
    for app in web.apps:
        if not app.root:
            continue
        own = list(rows_of(web, app))
        seen = {_key(r) for r in own}
        for other in app.merged:
            if isinstance(other, App):
                for row in rows_of(web, other):
                    if _key(row) not in seen:
                        seen.add(_key(row))
                        own.append(row)
        rows.extend(own)
    return rows


def _key(row: Row) -> tuple[object, ...]:
    return (row.path, row.methods, row.endpoint, row.route.span)


@dataclass(frozen=True, slots=True)
class RouteRow:
    """A row of ``faceoff-lint routes``."""

    data: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """The row as the ``routes`` interface gives it."""
        return self.data


def route_rows(web: Web) -> list[RouteRow]:
    """The table as the ``routes`` interface gives it."""
    return [RouteRow(_row_data(web, row)) for row in web.table]


def _row_data(web: Web, row: Row) -> dict[str, Any]:
    handler = row.route.handler
    span = handler.span if handler is not None else None
    version = web.service.version
    where = f"{row.app.file}:{row.app.var}" if row.app.var else row.app.file
    return {
        "framework": web.framework,
        "version": version.text if version is not None and version.text else None,
        "app": where,
        "methods": list(row.methods),
        "path": row.path,
        "endpoint": row.endpoint,
        "handler": None
        if handler is None
        else {
            "name": handler.name,
            "file": span.file if span else None,
            "line": web.line(span) if span else None,
        },
        "registered": {"file": row.span.file, "line": web.line(row.span)},
        "chain": [
            {
                "name": step.name,
                "kind": step.kind,
                "file": (step.handler.span or step.span).file,
                "line": web.line(step.handler.span or step.span),
            }
            for step in [*row.chain, *row.errors]
        ],
        "conditional": row.conditional,
        "confidence": "exact" if row.exact and handler is not None and handler.known else "partial",
    }
