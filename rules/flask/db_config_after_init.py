"""FLK606."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    DATABASE,
    ERROR,
    WARNING,
    App,
    ConfigEvent,
    ExtensionEvent,
    Finding,
    Related,
    Web,
    rule,
)

_KEYS = ("SQLALCHEMY_DATABASE_URI", "SQLALCHEMY_BINDS")


@rule(
    "FLK606",
    practice=DATABASE,
    severity=ERROR,
    why="Flask-SQLAlchemy reads its settings in `init_app`, once.",
    help="Set the database's address before `init_app`.",
)
def db_config_after_init(web: Web) -> Iterator[Finding]:
    """The database's address is set after Flask-SQLAlchemy has read the settings."""
    package = web.service.package("flask-sqlalchemy")
    old = package is not None and package.below(3) is True
    for app in web.apps:
        bound = _bound(app)
        if bound is None or bound.conditions or not web.is_product(bound.span):
            continue
        before = [e for e in app.settings if e.order < bound.order]
        late = [e for e in app.settings if e.order > bound.order and e.key in _KEYS]
        if not late or any(map(_may_set, before)) or late[0].conditions:
            continue
        if not web.is_product(late[0].span) or late[0].span.file != bound.span.file:
            continue
        yield Finding(
            late[0].span,
            f"`{late[0].key}` comes after `init_app`: "
            + (
                "Flask-SQLAlchemy uses a database in memory instead"
                if old
                else "that raises RuntimeError when the app starts"
            ),
            label="too late",
            related=(Related(bound.span, "the settings are read here"),),
            severity=WARNING if old else None,
        )


def _bound(app: App) -> ExtensionEvent | None:
    """Where Flask-SQLAlchemy meets an app."""
    for event in app.events:
        if isinstance(event, ExtensionEvent):
            path = getattr(event.extension, "path", "")
            if path == "flask_sqlalchemy.SQLAlchemy":
                return event
    return None


def _may_set(event: ConfigEvent) -> bool:
    """Whether a setting may hold the address: by name, or a file, an object, an unknown key."""
    return event.key in (*_KEYS, "*", "?") or event.how.startswith(("from_", "update"))
