"""EXP204; the analysis is ``faceoff_lint.flow.fates``."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    ERROR_HANDLING,
    UNSAFE,
    WARNING,
    Edit,
    Fates,
    Finding,
    Fix,
    Lost,
    Related,
    Span,
    Web,
    ir,
    rule,
)


@rule(
    "EXP204",
    practice=ERROR_HANDLING,
    severity=WARNING,
    why="An error that is only logged leaves its request without an answer.",
    help="Pass the error to `next(err)`, or answer.",
    fixable="unsafe",
)
def swallowed_error(web: Web) -> Iterator[Finding]:
    """An error is caught, and the request is never answered."""
    fates = Fates.of(web)
    for lost in fates.lost:
        if not lost.error:
            continue
        titles = list(dict.fromkeys(fates.leaks.title(s) for s in lost.slots))
        more = f" and {len(titles) - 1} more" if len(titles) > 1 else ""
        yield Finding(
            lost.span,
            "after this error a way leads out with no answer and no `next`: "
            f"the request of `{titles[0]}`{more} hangs",
            label="the error ends here",
            related=tuple(
                Related(s.span, f"registered for {fates.leaks.title(s)}") for s in lost.slots[:3]
            ),
            fix=_tell(fates, lost),
        )


def _tell(fates: Fates, lost: Lost) -> Fix | None:
    """``next(err)`` at the end of the ``catch``."""
    name = fates.leaks.next_name(lost.function)
    caught = lost.node
    if name is None or not isinstance(caught, ir.Handler) or not caught.body:
        return None
    if not isinstance(caught.target, ir.Name):
        return None
    # Which way is lost is not known; one that leaves before the end would not get to the call.
    if any(isinstance(n, (ir.Return, ir.Throw, ir.Break, ir.Continue))
           for n in ir.walk_local(caught.body)):  # fmt: skip
        return None
    last = caught.body[-1]
    indent = fates.web.indent(Span(lost.span.file, last.start, last.end))
    if indent is None or not isinstance(last, ir.ExprStmt):
        return None
    place = Span(lost.span.file, last.end, last.end)
    text = f"\n{indent}{name}({caught.target.id});"
    return Fix(f"Pass the error to `{name}`", (Edit(place, text),), UNSAFE)
