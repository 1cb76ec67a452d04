"""Express: routes that no request reaches, because an earlier one always takes it.

Source: Express API reference, *Routing: Route paths* (routes are tried in the order they were
registered; matching ignores case and a trailing slash unless told otherwise).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from faceoff_lint import ir
from faceoff_lint.flow.calls import Flow
from faceoff_lint.frameworks.events import ParamEvent
from faceoff_lint.model import App, Row, Web

__all__ = ["shadowed_routes"]

_PLAIN = re.compile(r"[\w.~%@&=$!,;'-]*")
_PARAM = re.compile(r":\w+")
_REST = re.compile(r"\*|\*\w+|\{\*\w+\}")


def shadowed_routes(web: Web) -> Iterator[tuple[Row, Row]]:
    """Each row that is never reached, and the row before it that takes its requests."""
    for app in web.apps:
        rows = [row for row in web.table if row.app is app and row.exact]
        by_size: dict[int, list[Row]] = {}
        rests: list[Row] = []
        strict = _tells_apart(app)
        for row in [] if strict else rows:
            parts = _parts(row.path)
            if parts is None:
                continue
            rest = bool(parts) and _REST.fullmatch(parts[-1]) is not None
            if not rest:
                earlier = [*by_size.get(len(parts), []), *rests]
                first = next((r for r in earlier if _takes(web, r, row)), None)
                if first is not None:
                    yield first, row
            (rests if rest else by_size.setdefault(len(parts), [])).append(row)


def _tells_apart(app: App) -> bool:
    """Whether the app is told to mind case or a trailing slash."""
    return any(
        e.key in ("case sensitive routing", "strict routing") and e.how != "disable"
        for e in app.settings
    )


def _parts(path: str) -> list[str] | None:
    """The segments of a path of plain words and parameters; None when it is more than that."""
    parts = [p for p in path.split("/") if p]
    for index, part in enumerate(parts):
        plain = _PLAIN.fullmatch(part) or _PARAM.fullmatch(part)
        if not plain and not (index == len(parts) - 1 and _REST.fullmatch(part)):
            return None
    return parts


def _takes(web: Web, first: Row, later: Row) -> bool:
    if first.route is later.route or first.span == later.span or first.route.event.open:
        return False
    if "ALL" not in first.methods and not set(later.methods) <= set(first.methods):
        return False
    if not later.methods or not _matches(first, later):
        return False
    if not web.coexist(first, later) or web.development_only(first.conditions):
        return False
    return _always_takes(web, first) and not _skips(first, later)


def _matches(first: Row, later: Row) -> bool:
    """Whether the earlier path fits everything that the later one does."""
    left, right = _parts(first.path) or [], _parts(later.path) or []
    for index, part in enumerate(left):
        if _REST.fullmatch(part):
            return True
        if index >= len(right):
            return False
        other = right[index]
        if not _PARAM.fullmatch(part) and part.lower() != other.lower():
            return False
    return len(left) == len(right)


def _always_takes(web: Web, row: Row) -> bool:
    """Whether a row's own handlers let nothing through: one of them never calls ``next``."""
    responses = Flow.of(web).responses
    return any(responses.ends(handler) for handler in row.route.handlers)


def _skips(first: Row, later: Row) -> bool:
    """Whether something on the way to the first may go on with another route or router."""
    owner = first.route.owner
    if any(isinstance(e, ParamEvent) for e in owner.events) and first.path != later.path:
        return True
    for step in [*first.chain]:
        if step.handler.known:
            function = step.handler.function
            nodes = ir.walk(function.node) if function is not None else ()
            if any(isinstance(n, ir.Const) and n.value in ("route", "router") for n in nodes):
                return True
    return False
