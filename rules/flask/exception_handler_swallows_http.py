"""FLK203; what becomes of the exception is ``faceoff_lint.flow.clauses``."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    ERROR,
    ERRORS,
    SAFE,
    App,
    Builtin,
    Edit,
    Event,
    External,
    Finding,
    Fix,
    Function,
    Group,
    Lit,
    Related,
    Span,
    Value,
    Web,
    answered_with,
    ir,
    rule,
)

_ASKED = {"NotFound": 404, "MethodNotAllowed": 405, "BadRequest": 400, "Forbidden": 403}


@rule(
    "FLK203",
    practice=ERRORS,
    severity=ERROR,
    why="`abort(404)` and unknown URLs raise exceptions too: this handler gets all of them.",
    help="Begin with `if isinstance(error, HTTPException): return error`, or register a handler "
    "for `HTTPException` as well.",
    fixable="safe",
)
def exception_handler_swallows_http(web: Web) -> Iterator[Finding]:
    """A handler for `Exception` turns 404 and every other HTTP error into one answer."""
    version = web.service.version
    if version is not None and version.known and version.below(1, 0) is not False:
        return
    seen: set[Span] = set()
    for app in web.apps:
        events = [(g, e) for g in _groups(app) for e in g.error_handlers
                  if g is app or e.app_wide]  # fmt: skip
        names = {_name(e.key) for _, e in events}
        open_ = any(not n for n in names) or "HTTPException" in names
        missing = [c for n, c in _ASKED.items() if n not in names and str(c) not in names]
        for _, event in events:
            if open_ or not missing or _name(event.key) != "Exception":
                continue
            handler = web.resolve(event.handler)
            function = handler.function
            if function is None or function is not handler.outer or handler.wrappers:
                continue
            if event.conditions or function.span in seen or not web.is_product(function.span):
                continue
            status = answered_with(function.node.body, _error(function))
            if status is None:
                continue
            seen.add(function.span)
            yield _finding(web, function, event, status, missing[0])


def _finding(web: Web, function: Function, event: Event, status: object, lost: int) -> Finding:
    told = f"with {status}" if type(status) is int else "with 200" if status is False else "alike"
    header = function.header
    return Finding(
        header,
        f"error handler `{function.node.name}` for `Exception` gets every HTTP error too: "
        f"a {lost} is answered {told}",
        label="HTTP errors end here",
        related=() if event.span.start <= header.start else (Related(event.span, "registered"),),
        fix=_let_through(web, function),
    )


def _groups(app: App) -> Iterator[Group]:
    """The app and the blueprints below it."""
    seen: set[int] = set()
    stack: list[Group] = [app]
    while stack:
        group = stack.pop()
        if id(group) not in seen:
            seen.add(id(group))
            yield group
            stack.extend(m.child for m in group.mounts)


def _name(key: Value) -> str:
    """``Exception``, ``HTTPException``, ``404``; empty for what can't be told."""
    if isinstance(key, Lit):
        return str(key.value)
    if isinstance(key, Builtin):
        return key.name
    if isinstance(key, External):
        return key.path.rpartition(".")[2]
    return "own" if getattr(key, "node", None) is not None else ""


def _error(function: Function) -> str:
    params = function.node.params[1 if function.this is not None else 0 :]
    first = params[0].target if params else None
    return first.id if isinstance(first, ir.Name) else ""


def _let_through(web: Web, function: Function) -> Fix | None:
    file, name = function.module.path, _error(function)
    imported = web.with_import(file, "werkzeug.exceptions", "HTTPException")
    body = function.node.body
    first = body[0]
    if isinstance(first, ir.ExprStmt) and isinstance(first.value, ir.Const) and len(body) > 1:
        first = body[1]
    at = Span(file, first.start, first.start)
    indent = web.indent(at)
    if indent is None or imported is None or not name:
        return None
    unit = "\t" if indent.startswith("\t") else "    "
    text = f"if isinstance({name}, HTTPException):\n{indent}{unit}return {name}\n{indent}"
    return Fix("Let HTTP errors through", (*imported, Edit(at, text)), SAFE)
