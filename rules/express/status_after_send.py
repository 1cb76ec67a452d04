"""EXP503; the analysis is ``faceoff_lint.flow.fates``."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    HTTP,
    SAFE,
    WARNING,
    Edit,
    Fates,
    Finding,
    Fix,
    Late,
    Related,
    Span,
    Web,
    ir,
    rule,
)


@rule(
    "EXP503",
    practice=HTTP,
    severity=WARNING,
    why="Status and headers go out with the answer; what is set later is too late.",
    help="Set it before the answer.",
    fixable="safe",
)
def status_after_send(web: Web) -> Iterator[Finding]:
    """A status or a header is set after the answer went out."""
    fates = Fates.of(web)
    for late in fates.late:
        name = late.node.func.name if isinstance(late.node.func, ir.Attr) else "set"
        after = f"`res.{late.answer.method}()` has sent the answer"
        text = "the status stays as it was" if name == "status" else "it throws"
        answer = late.answer.node
        yield Finding(
            late.span,
            f"`res.{name}()` comes too late, {after}: {text}",
            label="too late",
            related=(Related(Span(late.span.file, answer.start, answer.end), "the answer"),),
            fix=_swap(web, late),
        )


def _swap(web: Web, late: Late) -> Fix | None:
    """``res.json(x).status(201)`` the other way round."""
    node, answer = late.node, late.answer.node
    if not isinstance(node.func, ir.Attr) or node.func.obj is not answer:
        return None
    if not isinstance(answer.func, ir.Attr):
        return None
    file, start = late.span.file, answer.func.obj.end
    first = web.text(Span(file, start, answer.end))
    second = web.text(Span(file, answer.end, node.end))
    edit = Edit(Span(file, start, node.end), second + first)
    return Fix("Set it before the answer", (edit,), SAFE)
