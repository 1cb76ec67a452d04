"""FLK204."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    ABORTS,
    ERROR,
    ERRORS,
    SAFE,
    WARNING,
    Code,
    Edit,
    Finding,
    Fix,
    Place,
    Related,
    Span,
    Web,
    answered_with,
    ir,
    rule,
)

_OR_404 = ("get_or_404", "first_or_404", "one_or_404", "get_or_abort", "paginate_or_404")
_BROAD = {"Exception", "BaseException"}


@rule(
    "FLK204",
    practice=ERRORS,
    severity=ERROR,
    why="`abort` raises an exception: a clause that catches everything catches it too.",
    help="Put `except HTTPException: raise` before the broad clause, or abort after the `try`.",
    fixable="safe",
)
def abort_in_broad_except(web: Web) -> Iterator[Finding]:
    """A broad `except` swallows the HTTP error that its `try` raises."""
    code = Code.of(web)
    seen: set[int] = set()
    for place, what, status in _raises(code):
        handler = _catcher(place)
        if handler is None or id(handler) in seen:
            continue
        answer = answered_with(handler.body, _error(handler))
        if answer is None:
            continue
        seen.add(id(handler))
        same = status is not None and answer == status
        clause = Span(place.record.path, handler.start, handler.start + len("except"))
        effect = "only its text is lost" if same else "the client never gets it"
        yield Finding(
            place.span,
            f"`{what}` is caught by the broad `except` below it: {effect}",
            label="raised here",
            related=(Related(clause, "caught here, and not raised again"),),
            severity=WARNING if same else None,
            fix=_let_through(web, clause, handler),
        )


def _raises(code: Code) -> Iterator[tuple[Place[ir.Node], str, object]]:
    """What raises an HTTP error: the place, its text, its status if known."""
    # What nothing broad catches is most of them: no need to know what it calls.
    for call in code.calls(("abort",)):
        if (
            call.func is not None
            and _catcher(call) is not None
            and any(p in ABORTS and p.endswith("abort") for p in code.paths(call, call.node.func))
        ):
            first = call.node.args[0].value if call.node.args else None
            status = first.value if isinstance(first, ir.Const) else None
            yield call, f"abort({'' if status is None else status})", status
    for call in code.calls(_OR_404):
        if call.func is not None:
            name = call.node.func.name if isinstance(call.node.func, ir.Attr) else ""
            yield call, f"{name}()" if name else "get_or_404()", 404
    for throw in code.throws:
        made = throw.node.value
        if throw.func is not None and isinstance(made, ir.Call) and _catcher(throw) is not None:
            paths = code.paths(throw, made.func)
            if any(p.startswith("werkzeug.exceptions.") for p in paths):
                name = paths[0].rpartition(".")[2]
                yield throw, f"raise {name}", None


def _catcher(place: Place[ir.Node]) -> ir.Handler | None:
    """The broad clause that catches what a place raises; None if a narrow one may come first."""
    inner: ir.Node = place.node
    for node in reversed(place.above):
        if isinstance(node, ir.Try) and any(inner is s for s in node.body):
            for handler in node.handlers:
                names = _names(handler.type)
                if handler.type is None or names & _BROAD:
                    return handler
                if names & {"HTTPException", "NotFound", "Forbidden", "BadRequest"} or not names:
                    return None
                if any(n[:1].islower() for n in names):
                    return None
        inner = node
    return None


def _names(node: ir.Expr | None) -> set[str]:
    if node is None:
        return set()
    parts = node.items if isinstance(node, ir.List) else [node]
    return {p.name if isinstance(p, ir.Attr) else p.id if isinstance(p, ir.Name) else "x"
            for p in parts}  # fmt: skip


def _error(handler: ir.Handler) -> str:
    return handler.target.id if isinstance(handler.target, ir.Name) else ""


def _let_through(web: Web, clause: Span, handler: ir.Handler) -> Fix | None:
    indent = web.indent(clause)
    imported = web.with_import(clause.file, "werkzeug.exceptions", "HTTPException")
    if indent is None or imported is None:
        return None
    unit = "\t" if indent.startswith("\t") else "    "
    text = f"except HTTPException:\n{indent}{unit}raise\n{indent}"
    edits = (*imported, Edit(Span(clause.file, clause.start, clause.start), text))
    return Fix("Let HTTP errors through", edits, SAFE)
