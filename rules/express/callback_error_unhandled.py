"""EXP205; the analysis is ``faceoff_lint.flow.callbacks``."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    ERROR_HANDLING,
    SAFE,
    WARNING,
    Arrival,
    CallSite,
    Edit,
    ErrorCallback,
    Finding,
    Fix,
    Flow,
    Leaks,
    Requests,
    Span,
    Web,
    error_callbacks,
    ir,
    rule,
)


@rule(
    "EXP205",
    practice=ERROR_HANDLING,
    severity=WARNING,
    why="Express hears of an error in a callback only by `next(err)`.",
    help="Begin the callback with `if (err) return next(err)`.",
    fixable="safe",
)
def callback_error_unhandled(web: Web) -> Iterator[Finding]:
    """A node callback in request code never looks at its error, or throws it."""
    flow = Flow.of(web)
    leaks = Leaks.of(web)

    def match(site: CallSite) -> list[ErrorCallback] | None:
        return error_callbacks(flow, site) or None

    for found in Requests.of(web).arrivals(match):
        for callback in found.what:
            name, callee = callback.name, f"`{callback.callee}()`"
            if callback.what == "thrown":
                after = "a listener of the process" if leaks.survives else ""
                text = f"only {after} hears it" if after else "Node ends the process"
                text = f"what the callback of {callee} throws never reaches Express: {text}"
            else:
                text = (
                    f"the callback of {callee} never looks at `{name}`: "
                    "after a failure it goes on without a result"
                )
            yield Finding(
                callback.span,
                f"{text} (in requests of {found.where})",
                label="thrown out of Express" if callback.what == "thrown" else "never looked at",
                related=found.frames,
                fix=_fix(web, found, callback),
            )


def _fix(web: Web, found: Arrival[list[ErrorCallback]], callback: ErrorCallback) -> Fix | None:
    """``if (err) return next(err);``, in a handler that has ``next`` and answers nowhere else."""
    flow, leaks = Flow.of(web), Leaks.of(web)
    handler, node = callback.site.function, callback.function.node
    name = leaks.next_name(handler)
    inside = handler.node.start <= node.start < handler.node.end
    if callback.what != "unread" or name is None or not found.hit.direct or not inside:
        return None
    directive = node.body and isinstance(node.body[0], ir.ExprStmt)
    if directive and isinstance(getattr(node.body[0], "value", None), ir.Const):
        return None
    if node.expression_body or not node.body:
        return None
    responses = flow.responses
    if any(responses.answers(s) or responses.is_next(s) for s in flow.calls(handler)):
        return None
    first = node.body[0].start
    text = web.sources[callback.span.file].text
    line = text.rfind("\n", 0, first) + 1
    indent = text[line:first]
    gap = f"\n{indent}" if not indent.strip() else " "
    place = Span(callback.span.file, first, first)
    check = f"if ({callback.name}) return {name}({callback.name});{gap}"
    return Fix(f"Pass the error to `{name}`", (Edit(place, check),), SAFE)
