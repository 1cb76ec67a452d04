"""EXP403; what stands where is ``faceoff_lint.flow.order``."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    ERROR,
    MIDDLEWARE,
    Failures,
    Finding,
    Order,
    Related,
    Row,
    Web,
    rule,
)


@rule(
    "EXP403",
    practice=MIDDLEWARE,
    severity=ERROR,
    why="Express runs handlers in the order of their registration, and stops at the first answer.",
    help="Register what prepares requests before the routes, and the 404 answer after them.",
)
def middleware_order(web: Web) -> Iterator[Finding]:
    """A middleware comes after the routes that need it, or hides what comes after it."""
    order = Order(web)
    for late in order.late():
        first = [Related(r.span, f"`{_title(r)}` comes before it") for r in late.rows[:3]]
        name, count = late.path.replace("()", "").replace(".default", ""), len(late.rows)
        routes = f"all {count} routes" if count > 1 else f"the route `{_title(late.rows[0])}`"
        text = f"it is registered after {routes} and never runs for them"
        if not late.all:
            more = f" and {count - 1} more" if count > 1 else ""
            text = f"`{_title(late.rows[0])}`{more} comes before it, and finds `req.body` undefined"
        yield Finding(
            late.use.span, f"`{name}` is too late: {text}", label="too late", related=tuple(first)
        )
    for early in order.early():
        titles = list(dict.fromkeys(Failures.of(web).title(i) for i in early.behind))
        more = f" and {len(titles) - 1} more" if len(titles) > 1 else ""
        behind = [Related(i.event.span, "registered behind it") for i in early.behind[:3]]
        yield Finding(
            early.use.span,
            f"this middleware never calls `next`: no request reaches `{titles[0]}`{more} behind it",
            label="the end for every request",
            related=tuple({r.span: r for r in behind}.values()),
        )
    for use, session in order.passport_first():
        yield Finding(
            use.span,
            "`passport.session()` comes before the session middleware: it finds no session, and "
            "nobody stays logged in",
            label="too early",
            related=(Related(session.span, "the session middleware"),),
        )


def _title(row: Row) -> str:
    return f"{'/'.join(row.methods)} {row.path}"
