"""FLK502; endpoints are the route table's."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    ERROR,
    ROUTING,
    UNSAFE,
    Edit,
    Finding,
    Fix,
    Related,
    Row,
    Span,
    Web,
    rule,
)


@rule(
    "FLK502",
    practice=ROUTING,
    severity=ERROR,
    why="Flask keeps one view function an endpoint and refuses another: the app does not start.",
    help="Rename one of the views, or pass `endpoint=`.",
    fixable="unsafe",
)
def duplicate_endpoint(web: Web) -> Iterator[Finding]:
    """Two views of one app have the same endpoint, so the app does not start."""
    first: dict[tuple[int, str], Row] = {}
    reported: set[Span] = set()
    for row in web.table:
        if row.endpoint is None or "{?}" in row.endpoint or not _named_by_itself(row):
            continue
        known = first.setdefault((id(row.app), row.endpoint), row)
        place = row.route.place
        if place in reported or _same_view(known, row) or not web.coexist(known, row):
            continue
        if not web.is_product(place):
            continue
        reported.add(place)
        error = "ValueError" if row.route.owner.kind == "api" else "AssertionError"
        yield Finding(
            place,
            f"the endpoint `{row.endpoint}` is taken: registering this view raises {error} "
            "when the app starts",
            label=f"a second view for the endpoint `{row.endpoint}`",
            related=(Related(known.route.place, f"the endpoint `{row.endpoint}` is this view"),),
            fix=_rename(web, row),
        )


def _named_by_itself(row: Row) -> bool:
    """Whether the endpoint is explicit or the view's own name, and the library keeps it as it is.

    A view that carries the name of a closure has another defect; Flask-RESTX numbers endpoints.
    """
    handler, native = row.route.handler, row.route.owner.native
    if handler is None or not handler.known:
        return False
    if row.route.event.endpoint is not None:
        return True
    if getattr(native, "flavour", "flask") in ("restx", "restplus"):
        return False
    return (
        handler.cls is not None
        or handler.outer is None
        or handler.outer is handler.function
        or handler.outer.wraps is not None
    )


def _same_view(first: Row, second: Row) -> bool:
    """Whether both registrations mean one view, as far as can be told."""
    left, right = first.route.handler, second.route.handler
    return left is None or right is None or left.span == right.span


def _rename(web: Web, row: Row) -> Fix | None:
    """Name a decorated function after its URL, when that name is still free."""
    handler = row.route.handler
    function = handler.function if handler is not None else None
    if function is None or row.route.place == row.span or row.route.event.endpoint is not None:
        return None
    parts = [p.replace("-", "_") for p in row.path.split("/") if p and "<" not in p]
    name, old = "_".join(parts), function.node
    taken = {(r.endpoint or "").rpartition(".")[2] for r in web.table}
    if not name.isidentifier() or name in taken or old.name_start == old.start:
        return None
    span = Span(function.span.file, old.name_start, old.name_start + len(old.name))
    return Fix(f"Rename the view to `{name}`", (Edit(span, name),), UNSAFE)
