"""EXP701; listeners are found by ``faceoff_lint.flow.sockets``."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import ERROR, SOCKETS, Finding, Leaks, Related, Span, Web, rule


@rule(
    "EXP701",
    practice=SOCKETS,
    severity=ERROR,
    why="Socket.IO ignores the promise of a listener: a rejection ends the process on Node 15+.",
    help="Catch inside the listener and answer with the acknowledgement.",
)
def socket_unhandled_async(web: Web) -> Iterator[Finding]:
    """An async Socket.IO listener or middleware can reject, and nobody hears it."""
    leaks = Leaks.of(web)
    if leaks.captures_rejections:
        return
    then = "the client is never answered" if leaks.survives else leaks.consequence
    seen: set[Span] = set()
    for listener in leaks.listeners:
        if not listener.function.node.is_async or not web.is_product(listener.function.span):
            continue
        points = leaks.flow.rejections.points(listener.function)
        if not points or points[0].span in seen:
            continue
        seen.add(points[0].span)
        what = "middleware" if listener.event == "use" else f"listener for `{listener.event}`"
        yield Finding(
            points[0].span,
            f"the {what} can reject here, and Socket.IO does not hear it: {then}",
            label="this rejection is lost",
            related=(Related(listener.span, "added here"),),
        )
