"""EXP502; the analysis is ``faceoff_lint.flow.fates``."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    HTTP,
    SAFE,
    UNSAFE,
    WARNING,
    Act,
    Fates,
    Finding,
    Related,
    Span,
    Web,
    rule,
)


@rule(
    "EXP502",
    practice=HTTP,
    severity=WARNING,
    why="A request has one answer; the second one throws ERR_HTTP_HEADERS_SENT.",
    help="Return after the first answer.",
    fixable="safe",
)
def double_response(web: Web) -> Iterator[Finding]:
    """A path answers twice, or answers and passes on an error."""
    fates, seen = Fates.of(web), set[Span]()
    for pair in fates.twice:
        kinds = {pair.first.kind, pair.second.kind}
        if "answer" not in kinds or "next" in kinds or pair.second.method == "end":
            continue
        first, second = pair.span(pair.first), pair.span(pair.second)
        if first in seen:
            continue
        seen.add(first)
        yield Finding(
            first,
            f"the function goes on after {_name(pair.first)}, to {_name(pair.second)}",
            label="goes on",
            related=(Related(second, "the second answer"),),
            fix=fates.returned(pair, SAFE, UNSAFE),
        )


def _name(act: Act) -> str:
    return f"`res.{act.method}()`" if act.kind == "answer" else "`next(err)`"
