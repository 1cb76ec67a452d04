"""Flask-SQLAlchemy and SQLAlchemy in Python code: sessions, queries, columns, by library path."""

from __future__ import annotations

import re

from faceoff_lint.values import External, Value, options

__all__ = ["is_column", "is_query", "is_session"]

_ORM = r"(?:flask_sqlalchemy\.SQLAlchemy\(\)|sqlalchemy(?:\.\w+)*)"
_SESSION = re.compile(
    r"flask_sqlalchemy\.SQLAlchemy\(\)\.session(?:\(\))?"
    r"|flask_sqlalchemy\.SQLAlchemy\(\)\.create_scoped_session\(\)(?:\(\))?"
    r"|sqlalchemy\.orm\.(?:session\.)?(?:Session|sessionmaker\(\)|scoped_session\(\)(?:\.session_factory)?)"
    r"(?:\(\))?(?:\.begin\(\))?"
    r"|sqlalchemy\.orm\.(?:scoping\.)?scoped_session\(\)(?:\(\))?"
)
_COLUMN = re.compile(
    rf"{_ORM}\.(?:Column|mapped_column|relationship|column_property|synonym|deferred)\(\)"
    rf"|{_ORM}\.Table\(\)\.c\.\w+"
    r"|sqlalchemy\.orm\.aliased\(\)\.\w+"
    r"|flask_sqlalchemy\.SQLAlchemy\(\)\.aliased\(\)\.\w+"
)
_QUERY = re.compile(
    r"(?:flask_sqlalchemy\.SQLAlchemy\(\)\.Model\.query|"
    rf"{_SESSION.pattern}\.query\(\)|sqlalchemy(?:\.\w+)*\.declarative_base\(\)\.query)"
    r"(?:\.\w+(?:\(\))?)*"
)


def _paths(value: Value) -> list[str]:
    return [c.path for c in options(value) if isinstance(c, External)]


def is_session(value: Value) -> bool:
    """Whether a value is a session of SQLAlchemy, scoped or not."""
    paths = _paths(value)
    return bool(paths) and all(_SESSION.fullmatch(p) for p in paths)


def is_query(value: Value) -> bool:
    """Whether a value is a query: ``User.query.filter_by()``, ``session.query()``."""
    paths = _paths(value)
    return bool(paths) and all(_QUERY.fullmatch(p) for p in paths)


def is_column(value: Value) -> bool:
    """Whether a value is a mapped column or relationship, or a table's column."""
    paths = _paths(value)
    return bool(paths) and all(_COLUMN.fullmatch(p) for p in paths)
