"""EXP302; wrappers are judged by ``faceoff_lint.flow.wrappers``."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    ASYNC,
    ERROR,
    SAFE,
    Edit,
    Finding,
    Fix,
    Leaks,
    Outcome,
    Related,
    Slot,
    Span,
    Verdict,
    Web,
    rule,
)

_WHAT = {
    Outcome.NOT_AWAITED: "it does not await the promise inside its try",
    Outcome.DROPPED: "it drops the promise of the handler",
    Outcome.RETURNED: "it only returns the promise, which {express} ignores",
    Outcome.SWALLOWED: "it catches the error and tells nobody",
}


@rule(
    "EXP302",
    practice=ASYNC,
    severity=ERROR,
    why="Every handler under such a wrapper looks safe, and its rejection is lost all the same.",
    help="Write `Promise.resolve(handler(req, res, next)).catch(next)`.",
    fixable="safe",
)
def broken_async_wrapper(web: Web) -> Iterator[Finding]:
    """A wrapper for async handlers does not pass their rejection on."""
    leaks = Leaks.of(web)
    found: dict[Span, tuple[Verdict, list[Slot]]] = {}
    for slot in leaks.slots:
        verdict = leaks.verdict(slot)
        if verdict is not None and web.is_product(verdict.place) and leaks.is_broken(slot, verdict):
            found.setdefault(verdict.place, (verdict, []))[1].append(slot)
    for verdict, slots in found.values():
        swallowed = verdict.outcome is Outcome.SWALLOWED
        then = "the request is never answered" if swallowed else leaks.consequence
        what = _WHAT[verdict.outcome].format(express=leaks.express)
        yield Finding(
            verdict.place,
            f"this wrapper does not forward rejections, as {what}: {then} when one of "
            f"{len(slots)} wrapped handler{'s' if len(slots) > 1 else ''} rejects",
            label="the rejection ends here" if swallowed else "the rejection is lost here",
            related=tuple(Related(s.span, f"wraps {leaks.title(s)}") for s in slots[:3]),
            fix=_await(verdict),
        )


def _await(verdict: Verdict) -> Fix | None:
    """Insert the missing ``await`` where the function is async already."""
    if verdict.outcome is not Outcome.NOT_AWAITED or verdict.site is None:
        return None
    if not verdict.site.function.node.is_async:
        return None
    start = Span(verdict.place.file, verdict.place.start, verdict.place.start)
    return Fix("Await the handler", (Edit(start, "await "),), SAFE)
