"""EXP401."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    MIDDLEWARE,
    NO,
    UNSAFE,
    WARNING,
    Edit,
    Finding,
    Fix,
    Flow,
    Group,
    Options,
    Related,
    Route,
    Span,
    Web,
    ir,
    rule,
)


@rule(
    "EXP401",
    practice=MIDDLEWARE,
    severity=WARNING,
    why="A middleware repeated on each route is forgotten on the next one.",
    help="Put it on the router once, with `router.use()`, before these routes.",
    options={"min-repeats": 4, "min-share": 0.6},
    fixable="unsafe",
)
def repeated_middleware(web: Web, options: Options) -> Iterator[Finding]:
    """The same middleware stands first on most routes of a router."""
    for group in web.everything:
        routes = list({route.span: route for route in group.routes}.values())
        for same in _repeated(web, group, routes):
            enough = max(options["min-repeats"], options["min-share"] * len(routes))
            if len(same) < enough or not web.is_product(same[0].span):
                continue
            if web.covers(group, same):
                yield _finding(web, group, routes, same)


def _repeated(web: Web, group: Group, routes: list[Route]) -> Iterator[list[Route]]:
    """The routes that begin with the same middleware, where that does not depend on the route."""
    found: dict[object, list[Route]] = {}
    for route in routes:
        node = route.leading
        if node is not None and not isinstance(node, ir.Func):
            first = route.handlers[0]
            code = first.function.node if first.function is not None else first.name
            found.setdefault((ir.shape(node), code), []).append(route)
    for same in found.values():
        if Flow.of(web).tied_to_route(same[0].handlers[0]) is NO:
            yield same


def _finding(web: Web, group: Group, routes: list[Route], same: list[Route]) -> Finding:
    places = [Span(r.span.file, r.leading.start, r.leading.end) for r in same if r.leading]
    text, name = web.text(places[0]), group.var or "router"
    share = f"all {len(routes)}" if len(same) == len(routes) else f"{len(same)} of {len(routes)}"
    shown = " ".join(text.split())
    return Finding(
        places[0],
        f"`{shown}` stands first on {share} routes of `{name}`: `{name}.use({shown})` once before "
        "them does the same",
        label="repeated on each route",
        related=tuple(Related(place, "and here") for place in places[1:4]),
        fix=_fix(web, group, same, text),
    )


def _fix(web: Web, group: Group, same: list[Route], text: str) -> Fix | None:
    """Insert the ``use`` and take the middleware out of each route."""
    removed = [route.without_leading for route in same]
    start = same[0].head
    indent = web.indent(start) if group.var else None
    if indent is None or None in removed:
        return None
    insert = Edit(Span(start.file, start.start, start.start), f"{group.var}.use({text});\n{indent}")
    edits = (insert, *(Edit(span, "") for span in removed if span is not None))
    return Fix(f"Use it once on `{group.var}`", edits, UNSAFE)
