"""EXP101; what a file does is ``faceoff_lint.flow.concerns``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from faceoff_lint.rule import (
    MODULAR,
    WARNING,
    Concerns,
    Finding,
    Options,
    Related,
    Route,
    Span,
    Web,
    rule,
)


@rule(
    "EXP101",
    practice=MODULAR,
    severity=WARNING,
    why="A file that holds the whole app is hard to find one's way in, to test and to share.",
    help="Give each area a router of its own, and mount it with `app.use('/area', router)`.",
    options={"max-registrations": 40, "min-concerns": 3},
)
def monolithic_app(web: Web, options: Options) -> Iterator[Finding]:
    """One file registers too much, or an entry file mixes too many concerns."""
    files = {route.span.file for route in web.routes} | {e.span.file for e in web.socket_events}
    apps = {app.file for app in web.apps if app.root}
    for file in sorted(files):
        if not web.is_product(Span(file, 0, 0)):
            continue
        concerns = Concerns(web, file)
        routes, listeners = concerns.routes, concerns.listeners
        if len(routes) + len(listeners) > options["max-registrations"]:
            yield _crowded(web, file, routes, listeners)
        elif file in apps:
            mixed = _mixed(concerns, routes, listeners)
            if len(mixed) >= options["min-concerns"]:
                yield _mixing(web, file, mixed)


def _crowded(web: Web, file: str, routes: list[Route], listeners: list[Span]) -> Finding:
    paths = [path for route in routes for path in route.paths[:1]]
    areas = Counter(path.split("/")[1] for path in paths if path.startswith("/"))
    big = [f"{n} below `/{area}`" for area, n in areas.most_common(3) if area and n >= 4]
    where = f" ({', '.join(big)})" if big else ""
    what = f"{len(routes)} routes" + (f" and {len(listeners)} listeners" if listeners else "")
    places = [*(r.span for r in routes), *listeners]
    return Finding(
        _anchor(web, file, places),
        f"this file registers {what}{where}",
        label="all in one file",
        related=(Related(places[0], "the first"), Related(places[-1], "the last")),
    )


def _mixed(
    concerns: Concerns, routes: list[Route], listeners: list[Span]
) -> list[tuple[str, Span]]:
    """What an entry file does besides putting the app together, with one place of each."""
    handlers = concerns.long_handlers(5)
    found = [
        (f"{len(routes)} routes", [r.span for r in routes] if len(routes) >= 10 else []),
        (f"{len(handlers)} inline handlers over 5 lines", handlers if len(handlers) > 1 else []),
        ("database access", concerns.database),
        ("session or auth set-up", concerns.sessions),
        (f"{len(listeners)} socket listeners", listeners),
    ]
    return [(what, places[0]) for what, places in found if places]


def _mixing(web: Web, file: str, mixed: list[tuple[str, Span]]) -> Finding:
    return Finding(
        _anchor(web, file, [span for _, span in mixed]),
        f"this file mixes {len(mixed)} concerns: {', '.join(what for what, _ in mixed)}",
        label="all in one file",
        related=tuple(Related(span, what) for what, span in mixed),
    )


def _anchor(web: Web, file: str, places: list[Span]) -> Span:
    """The app or router made in the file that has most routes, else the first place."""
    own = [group for group in web.everything if group.file == file]
    best = max(own, key=lambda g: (g.is_app, len(g.routes)), default=None)
    return best.span if best is not None else places[0]
