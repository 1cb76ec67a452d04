"""EXP203."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    ERROR,
    ERROR_HANDLING,
    SAFE,
    Edit,
    Finding,
    Fix,
    Function,
    Handler,
    Related,
    Span,
    Use,
    Web,
    ir,
    rule,
)


@rule(
    "EXP203",
    practice=ERROR_HANDLING,
    severity=ERROR,
    why="Express tells error middlewares by their length: exactly four parameters.",
    help="Give it four plain parameters: `(err, req, res, next)`.",
    fixable="safe",
)
def error_middleware_arity(web: Web) -> Iterator[Finding]:
    """An error middleware does not have exactly four parameters."""
    found: dict[Span, tuple[Handler, Function, list[Use]]] = {}
    for group in web.everything:
        for use in group.uses:
            for handler in use.handlers:
                function = handler.function
                if function is None or not handler.meant_for_errors or handler.is_error_handler:
                    continue
                if web.is_product(function.span):
                    found.setdefault(function.span, (handler, function, []))[2].append(use)
    for handler, function, uses in found.values():
        params, length = function.node.params, handler.length
        effect = (
            "Express skips it for errors, and calls it as `(req, res, next)` where no route answers"
            if length < 4
            else "Express never calls it"
        )
        shape = f"{length} parameters" if length == len(params) else f"a length of {length}"
        yield Finding(
            Span(function.span.file, params[0].start, params[-1].end),
            f"this error middleware has {shape} instead of 4: {effect}",
            label=shape,
            related=tuple(
                Related(u.span, "registered here") for u in uses if not _within(function, u.span)
            ),
            fix=_add_next(function) if length == 3 else None,
        )


def _within(function: Function, span: Span) -> bool:
    own = function.span
    return own.file == span.file and span.start <= own.start and own.end <= span.end


def _add_next(function: Function) -> Fix | None:
    """A fourth parameter, named ``next`` where the body already speaks of ``next``."""
    params = function.node.params
    if len(params) != 3 or function.bound:
        return None
    names = {n.id for n in ir.find(function.node, ir.Name)}
    name = "next" if "next" in names else "_next"
    if name in {p.target.id for p in params if isinstance(p.target, ir.Name)} or "_next" in names:
        return None
    end = Span(function.span.file, params[2].end, params[2].end)
    return Fix("Add the fourth parameter", (Edit(end, f", {name}"),), SAFE)
