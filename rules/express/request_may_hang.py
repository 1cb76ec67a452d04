"""EXP303; the analysis is ``faceoff_lint.flow.fates``."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import ASYNC, WARNING, Fates, Finding, Lost, Related, Web, ir, rule


@rule(
    "EXP303",
    practice=ASYNC,
    severity=WARNING,
    why="Express waits for an answer or for `next`, for as long as the client waits.",
    help="Answer on every path, or call `next()`.",
)
def request_may_hang(web: Web) -> Iterator[Finding]:
    """A path through a handler neither answers nor continues."""
    fates = Fates.of(web)
    for lost in fates.lost:
        if lost.error:
            continue
        titles = list(dict.fromkeys(fates.leaks.title(s) for s in lost.slots))
        more = f" and {len(titles) - 1} more" if len(titles) > 1 else ""
        places = tuple(
            Related(s.span, f"registered for {fates.leaks.title(s)}") for s in lost.slots[:3]
        )
        yield Finding(
            lost.span,
            f"{_when(lost)} the handler of `{titles[0]}`{more} neither answers nor calls `next`: "
            "the request hangs",
            label="no answer on this path",
            related=places,
        )


def _when(lost: Lost) -> str:
    if lost.holds is not None:
        return f"when this is {str(lost.holds).lower()},"
    return "on this way out" if isinstance(lost.node, ir.Return) else "at its end"
