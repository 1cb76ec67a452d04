"""EXP406; the analysis is ``faceoff_lint.flow.fates``."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    MIDDLEWARE,
    SAFE,
    UNSAFE,
    WARNING,
    Fates,
    Finding,
    Related,
    Span,
    Web,
    rule,
)


@rule(
    "EXP406",
    practice=MIDDLEWARE,
    severity=WARNING,
    why="A second `next()` runs what stands behind the handler that has the request already.",
    help="Return after the first `next()`.",
    fixable="safe",
)
def double_next(web: Web) -> Iterator[Finding]:
    """A path calls `next` twice."""
    fates, seen = Fates.of(web), set[Span]()
    for pair in fates.twice:
        first = pair.span(pair.first)
        if "answer" in (pair.first.kind, pair.second.kind) or first in seen:
            continue
        seen.add(first)
        name = "`next(err)`" if pair.first.kind == "error" else "`next()`"
        yield Finding(
            first,
            f"the function goes on after {name}, to a second `next`: "
            "the request is passed on again while it is answered",
            label="goes on",
            related=(Related(pair.span(pair.second), "the second `next`"),),
            fix=fates.returned(pair, SAFE, UNSAFE),
        )
