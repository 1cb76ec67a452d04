"""FLK507; paths and what they answer are ``faceoff_lint.flow.answers``."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    ERROR,
    ROUTING,
    WARNING,
    Answers,
    Finding,
    Function,
    Related,
    Span,
    Unanswered,
    Web,
    rule,
)


@rule(
    "FLK507",
    practice=ROUTING,
    severity=ERROR,
    why="Flask makes the response of what a view returns; of None it can't.",
    help="Return a response on every path, or `abort` with a status.",
)
def view_may_return_none(web: Web) -> Iterator[Finding]:
    """A path through a view ends without a response."""
    answers = Answers.of(web)
    reported: set[Span] = set()
    walked: set[tuple[Span, frozenset[str]]] = set()
    for row in web.table:
        for function, methods in answers.views(row):
            header = function.header
            again = header in reported or (header, methods) in walked
            walked.add((header, methods))
            if again or not web.is_product(header):
                continue
            ways = answers.unanswered(row, function, methods)
            if not ways:
                continue
            reported.add(header)
            only_head = all(w.methods == {"HEAD"} for w in ways)
            yield Finding(
                header,
                _message(function, ways, only_head),
                label="not every path returns a response",
                related=tuple(
                    Related(Span(header.file, w.node.start, w.node.end), f"returns {w.what}")
                    for w in ways[:3]
                    if w.node is not None
                ),
                severity=WARNING if only_head else None,
                help="Make the last branch an `else`: HEAD is answered as GET is."
                if only_head
                else "",
            )


def _message(function: Function, ways: list[Unanswered], only_head: bool) -> str:
    name = f"{function.owner.name}.{function.name}" if function.owner else function.name
    if only_head:
        return (
            f"`{name}` asks for each method but HEAD, which comes with GET: "
            "a HEAD request gets no response: TypeError, status 500"
        )
    first = ways[0]
    how = "ends without a return" if first.node is None else f"returns {first.what}"
    return f"a path through the view `{name}` {how}: TypeError, status 500"
