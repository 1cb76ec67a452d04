"""FLK607; the versions are those of the change logs of Flask-SQLAlchemy and SQLAlchemy."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    DATABASE,
    ERROR,
    INFO,
    SAFE,
    WARNING,
    Code,
    Edit,
    External,
    Finding,
    Fix,
    Lit,
    Options,
    Place,
    Severity,
    Span,
    Value,
    Web,
    ir,
    is_query,
    is_session,
    rule,
)
from faceoff_lint.rule import (
    options as choices,
)

_MOVED = {
    "BaseQuery": "flask_sqlalchemy.query.Query",
    "get_debug_queries": "flask_sqlalchemy.record_queries.get_recorded_queries",
}
_SETTINGS = {
    "SQLALCHEMY_COMMIT_ON_TEARDOWN": "nothing is committed at the end of a request",
    "SQLALCHEMY_POOL_SIZE": "", "SQLALCHEMY_POOL_TIMEOUT": "", "SQLALCHEMY_POOL_RECYCLE": "",
    "SQLALCHEMY_MAX_OVERFLOW": "", "SQLALCHEMY_NATIVE_UNICODE": "",
}  # fmt: skip
_ENGINES = ("flask_sqlalchemy.SQLAlchemy().engine", "flask_sqlalchemy.SQLAlchemy().get_engine()",
            "sqlalchemy.create_engine()", "sqlalchemy.engine.create_engine()")  # fmt: skip
_FSA, _SA = "Flask-SQLAlchemy 3", "SQLAlchemy 2"


@rule(
    "FLK607",
    practice=DATABASE,
    severity=ERROR,
    why="What Flask-SQLAlchemy 3 and SQLAlchemy 2 took away raises an exception, or is ignored.",
    help="Use what took its place; the page has a table.",
    options={"next-major": False},
    fixable="safe",
    upgrade=True,
)
def removed_fsa_api(web: Web, options: Options) -> Iterator[Finding]:
    """The code uses what Flask-SQLAlchemy 3 or SQLAlchemy 2 no longer has."""
    later = bool(options["next-major"])
    fsa, sa = _standing(_fsa3(web), later), _standing(_sa2(web), later)
    code = Code.of(web)
    if fsa is not None:
        yield from _imports(web, fsa)
        yield from _paginate(code, fsa)
        yield from _create_all(code, fsa)
        yield from _settings(web, fsa)
    if sa is not None:
        yield from _execute(code, sa)


def _fsa3(web: Web) -> bool | None:
    """Whether Flask-SQLAlchemy surely is 3 or newer; None where both are allowed.

    Without a version of its own it is today's, unless Flask is held back (3.0 needs Flask 2.2).
    """
    package, flask = web.service.package("flask-sqlalchemy"), web.service.version
    if package is None or not package.known:
        free = flask is None or not flask.known or flask.below(2, 2) is False
        return True if free else None
    below = package.below(3)
    return None if below is None else not below


def _sa2(web: Web) -> bool | None:
    """Whether SQLAlchemy surely is 2 or newer: by itself, or since Flask-SQLAlchemy asks for it."""
    package, extension = web.service.package("sqlalchemy"), web.service.package("flask-sqlalchemy")
    if package is not None and package.known:
        below = package.below(2)
        return None if below is None else not below
    if extension is not None and extension.known and extension.below(3, 1) is not False:
        return None
    return _fsa3(web)


def _standing(gone: bool | None, later: bool) -> Severity | None:
    return ERROR if gone else INFO if later else None


def _tells(severity: Severity, error: str, what: str) -> str:
    return f"{error} with {what}" if severity is ERROR else f"{error} once it is {what}"


def _imports(web: Web, severity: Severity) -> Iterator[Finding]:
    for span, node in web.imports("flask_sqlalchemy"):
        for name in node.names if node.module == "flask_sqlalchemy" else []:
            if name.name in _MOVED:
                yield Finding(
                    Span(span.file, name.start, name.end),
                    f"`from flask_sqlalchemy import {name.name}` "
                    + _tells(severity, "raises ImportError", _FSA),
                    label=f"now `{_MOVED[name.name]}`",
                    severity=severity,
                )


def _paginate(code: Code, severity: Severity) -> Iterator[Finding]:
    """``query.paginate(1, 20)``: keywords only since 3.0."""
    names = ("page", "per_page", "error_out", "max_per_page")
    for place in code.calls(("paginate",)):
        func, args = place.node.func, place.node.args
        positional = [a for a in args if a.keyword is None]
        if not isinstance(func, ir.Attr) or not positional or any(a.spread for a in args):
            continue
        if not is_query(code.value(place, func.obj)) or len(positional) > len(names):
            continue
        edits = tuple(
            Edit(Span(place.span.file, arg.start, arg.start), f"{name}=")
            for arg, name in zip(positional, names, strict=False)
        )
        yield Finding(
            place.span,
            f"`paginate` with positional arguments {_tells(severity, 'raises TypeError', _FSA)}",
            label="name them",
            severity=severity,
            fix=Fix("Name the arguments", edits, SAFE),
        )


def _create_all(code: Code, severity: Severity) -> Iterator[Finding]:
    for place in code.calls(("create_all", "drop_all", "reflect")):
        paths = code.paths(place, place.node.func)
        given = next((a for a in place.node.args if a.keyword == "app"), None)
        if given is not None and any(p.startswith("flask_sqlalchemy.SQLAlchemy().") for p in paths):
            yield Finding(
                place.span,
                f"`app=` {_tells(severity, 'raises TypeError', _FSA)}",
                label="call it inside `with app.app_context():`",
                severity=severity,
            )


def _settings(web: Web, severity: Severity) -> Iterator[Finding]:
    seen: set[Span] = set()
    for app in web.apps:
        for key, effect in _SETTINGS.items():
            found = app.decided(key)
            if found is None or found.place in seen or not web.is_product(found.place):
                continue
            value = found.value
            if isinstance(value, Lit) and not value.value:
                continue  # switched off, as it is now anyway
            seen.add(found.place)
            yield Finding(
                found.place,
                f"`{key}` {_tells(severity, 'is ignored', _FSA)}"
                + (f": {effect}" if effect else ""),
                label="" if effect else "put it into SQLALCHEMY_ENGINE_OPTIONS",
                severity=WARNING if severity is ERROR else severity,
            )


def _execute(code: Code, severity: Severity) -> Iterator[Finding]:
    """``engine.execute``, and text that isn't wrapped in ``text()``."""
    for place in code.calls(("execute", "scalar", "scalars")):
        func, args = place.node.func, place.node.args
        if not isinstance(func, ir.Attr):
            continue
        value = code.value(place, func.obj)
        if func.name == "execute" and _is_engine(value):
            yield Finding(
                place.span,
                f"`engine.execute` {_tells(severity, 'raises AttributeError', _SA)}",
                label="`with engine.connect() as connection:`",
                severity=severity,
            )
        elif is_session(value) and args and _is_text(code, place, args[0]):
            yield Finding(
                Span(place.span.file, args[0].start, args[0].end),
                f"SQL as a plain string {_tells(severity, 'raises ArgumentError', _SA)}",
                label="wrap it in `text(…)`",
                severity=severity,
            )


def _is_engine(value: Value) -> bool:
    found = choices(value)
    return all(isinstance(v, External) and v.path in _ENGINES for v in found)


def _is_text(code: Code, place: Place[ir.Call], arg: ir.Arg) -> bool:
    if arg.keyword is not None or arg.spread:
        return False
    value = code.value(place, arg.value)
    return isinstance(value, Lit) and isinstance(value.value, str)
