"""EXP307; the writes are found by ``faceoff_lint.flow.shared``."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    ASYNC,
    SAFE,
    WARNING,
    Edit,
    Finding,
    Fix,
    Related,
    SharedWrite,
    Span,
    Web,
    rule,
    shared_writes,
)


@rule(
    "EXP307",
    practice=ASYNC,
    severity=WARNING,
    why="One process serves all requests: while this one waits, another sets the same variable.",
    help="Declare it inside the handler, or keep it on `res.locals`.",
    fixable="safe",
)
def shared_request_state(web: Web) -> Iterator[Finding]:
    """A request's data is kept in a variable that all requests share."""
    seen = set[tuple[str, str]]()
    for write in shared_writes(web):
        key = (write.span.file, write.name)
        if key in seen or not web.is_product(write.span):
            continue
        seen.add(key)
        kind = "a variable of the module" if write.declared else "a global variable, never declared"
        yield Finding(
            write.span,
            f"`{write.name}` holds data of one request and is {kind}: after the wait another "
            "request's data may be in it",
            label="shared by all requests",
            related=(Related(write.read, "read after other requests had a turn"),),
            fix=_fix(write),
        )


def _fix(write: SharedWrite) -> Fix | None:
    """Declare an implicit global where it is assigned, when that is a statement of its own."""
    if write.declared or not write.alone or not write.own_block:
        return None
    start = Span(write.span.file, write.span.start, write.span.start)
    return Fix(f"Declare `{write.name}` here", (Edit(start, "const "),), SAFE)
