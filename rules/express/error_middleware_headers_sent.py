"""EXP207."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    ERROR_HANDLING,
    INFO,
    SAFE,
    CallSite,
    Edit,
    Finding,
    Fix,
    Flow,
    Function,
    Leaks,
    Related,
    Slot,
    Span,
    Web,
    ir,
    rule,
)

_PARTS = {"write", "writeHead", "flushHeaders", "flush"}


@rule(
    "EXP207",
    practice=ERROR_HANDLING,
    severity=INFO,
    why="An error that comes after the first part of an answer can't be answered any more: the "
    "attempt throws, and hides the error.",
    help="Begin with `if (res.headersSent) return next(err);`.",
    fixable="safe",
)
def error_middleware_headers_sent(web: Web) -> Iterator[Finding]:
    """An error middleware answers without asking whether an answer has begun."""
    leaks, flow = Leaks.of(web), Flow.of(web)
    slots = [s for s in leaks.slots if s.route is None and s.handler.is_error_handler]
    functions: dict[int, tuple[Function, Slot]] = {}
    for slot in slots:
        function = slot.handler.function
        if function is not None and slot.handler.outer is function:
            functions.setdefault(id(function.node), (function, slot))
    silent = [(f, s) for f, s in functions.values() if _answers(flow, f) and not _asks(flow, f)]
    begun = _answers_in_parts(web, flow, leaks) if silent else None
    if begun is None:
        return
    for function, slot in silent:
        if not web.is_product(function.span):
            continue
        header = function.header
        yield Finding(
            header,
            "this error middleware answers without asking for `res.headersSent`",
            label="the answer may have begun",
            related=(
                Related(begun, "an answer is sent in parts here"),
                Related(slot.span, "registered here"),
            ),
            fix=_fix(web, function),
        )


def _answers(flow: Flow, function: Function) -> bool:
    return any(flow.responses.answers(site) for site in flow.calls(function))


def _asks(flow: Flow, function: Function) -> bool:
    """Whether the function, or what it calls, looks at ``headersSent``."""
    return any(
        isinstance(n, ir.Attr) and n.name in ("headersSent", "_header", "writableEnded", "finished")
        for f in flow.reached([function])
        for n in ir.walk(f.node)
    )


def _answers_in_parts(web: Web, flow: Flow, leaks: Leaks) -> Span | None:
    """Where request code sends an answer in parts."""
    for slot in leaks.slots:
        for function in flow.entered(slot.handler):
            for hit in flow.reach(function, _part):
                if web.is_product(hit.site.span):
                    return hit.site.span
    return None


def _part(site: CallSite) -> bool | None:
    for path in site.paths:
        owner, _, member = path.rpartition(".")
        if owner.startswith("express.res") and member in _PARTS:
            return True
    return None


def _fix(web: Web, function: Function) -> Fix | None:
    """The test as the first statement, with the function's own names."""
    params = [p.target for p in function.node.params]
    names = [p.id for p in params if isinstance(p, ir.Name)]
    body = function.node.body
    if len(names) != 4 or function.node.expression_body or not body:
        return None
    # Nothing may stand before `"use strict"`, or it says nothing.
    statement = next((one for one in body if not _is_directive(one)), None)
    if statement is None:
        return None
    first = Span(function.span.file, statement.start, statement.start)
    indent = web.indent(first)
    if indent is None:
        return None
    text = f"if ({names[2]}.headersSent) return {names[3]}({names[0]});\n{indent}"
    return Fix("Pass it on when the answer has begun", (Edit(first, text),), SAFE)


def _is_directive(node: ir.Stmt) -> bool:
    return isinstance(node, ir.ExprStmt) and isinstance(node.value, ir.Const)
