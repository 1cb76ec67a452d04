"""Express: routes that no request reaches, because an earlier one always takes it.

Source: Express API reference, *Routing: Route paths* (routes are tried in the order they were
registered; matching ignores case and a trailing slash unless told otherwise).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from faceoff_lint import ir
from faceoff_lint.flow.calls import Flow
from faceoff_lint.model import App, Row, Web

__all__ = ["shadowed_routes"]

# Rows of one pattern that are asked whether they take a later one's requests.
_MOST_ALIKE = 50

_PLAIN = re.compile(r"[\w.~%@&=$!,;'-]*")
_PARAM = re.compile(r":\w+")
_REST = re.compile(r"\*|\*\w+|\{\*\w+\}")


def shadowed_routes(web: Web) -> Iterator[tuple[Row, Row]]:
    """Each row that is never reached, and the row before it that takes its requests."""
    for app in web.apps:
        rows = [row for row in web.table if row.app is app and row.exact]
        before = _Patterns()
        strict = _tells_apart(app)
        for number, row in enumerate([] if strict else rows):
            parts = _parts(row.path)
            if parts is None:
                continue
            if not (parts and _REST.fullmatch(parts[-1])):
                first = next((r for r in before.fitting(parts) if _takes(web, r, row)), None)
                if first is not None:
                    yield first, row
            before.add(parts, number, row)


class _Patterns:
    """Rows by their paths, segment by segment, so that those that fit a path are found at once."""

    def __init__(self) -> None:
        self.below: dict[str, _Patterns] = {}
        self.rows: list[tuple[bool, int, Row]] = []

    def add(self, parts: list[str], number: int, row: Row) -> None:
        """Take in a row."""
        place = self
        for part in parts:
            place = place.below.setdefault(_kind(part), _Patterns())
        if len(place.rows) < _MOST_ALIKE:
            place.rows.append((_kind(parts[-1]) == "*" if parts else False, number, row))

    def fitting(self, parts: list[str]) -> list[Row]:
        """The rows whose paths fit all that these segments do: the first first, the rest last."""
        found: list[tuple[bool, int, Row]] = []
        places = [self]
        for part in [*parts, None]:
            for place in places:
                found += place.below["*"].rows if "*" in place.below else []
            if part is not None:
                kinds = dict.fromkeys((_kind(part), ":"))
                places = [p.below[k] for p in places for k in kinds if k in p.below]
        found += [one for place in places for one in place.rows]
        return [row for _, _, row in sorted(found, key=lambda one: one[:2])]


def _kind(part: str) -> str:
    """What a segment of a path fits: ``:`` any one, ``*`` all that follows, a word itself."""
    if _PARAM.fullmatch(part):
        return ":"
    return "*" if _REST.fullmatch(part) else part.lower()


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
    if not later.methods:
        return False
    if not web.coexist(first, later) or web.development_only(first.conditions):
        return False
    return _always_takes(web, first) and not _skips(first, later)


def _always_takes(web: Web, row: Row) -> bool:
    """Whether a row's own handlers let nothing through: one of them never calls ``next``."""
    responses = Flow.of(web).responses
    return any(responses.ends(handler) for handler in row.route.handlers)


def _skips(first: Row, later: Row) -> bool:
    """Whether something on the way to the first may go on with another route or router."""
    owner = first.route.owner
    if owner.params and first.path != later.path:
        return True
    for step in [*first.chain]:
        if step.handler.known:
            function = step.handler.function
            nodes = ir.walk(function.node) if function is not None else ()
            if any(isinstance(n, ir.Const) and n.value in ("route", "router") for n in nodes):
                return True
    return False
