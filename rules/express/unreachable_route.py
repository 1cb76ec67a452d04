"""EXP501; which route takes another's requests is ``faceoff_lint.flow.shadows``."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    HTTP,
    WARNING,
    Finding,
    Related,
    Row,
    Span,
    Web,
    rule,
    shadowed_routes,
)


@rule(
    "EXP501",
    practice=HTTP,
    severity=WARNING,
    why="Express tries routes in the order of their registration; the first that fits answers.",
    help="Register the more special path first, or remove the route.",
)
def unreachable_route(web: Web) -> Iterator[Finding]:
    """An earlier route always answers first."""
    found: dict[Span, tuple[Row, Row]] = {}
    alive = set[Span]()
    pairs = list(shadowed_routes(web))
    rows = {id(row) for _, row in pairs}
    alive.update(row.span for row in web.table if id(row) not in rows)
    for first, row in pairs:
        if web.is_product(row.span) and row.span not in alive:
            found.setdefault(row.span, (first, row))
    for first, row in found.values():
        title, taken = _title(row), _title(first)
        same = title == taken
        what = "again, and" if same else f"after `{taken}`, and"
        yield Finding(
            row.span,
            f"`{title}` is registered {what} no request reaches it: the first one takes them all",
            label="never reached",
            related=(Related(first.span, f"`{taken}` takes its requests"),),
        )


def _title(row: Row) -> str:
    return f"{'/'.join(row.methods)} {row.path}"
