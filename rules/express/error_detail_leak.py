"""EXP206."""

from __future__ import annotations

import re
from collections.abc import Iterator

from faceoff_lint.rule import (
    ERROR_HANDLING,
    WARNING,
    CallSite,
    External,
    Finding,
    Function,
    Leaks,
    Related,
    Requests,
    Span,
    Web,
    ir,
    rule,
)

_HANDLERS = ("errorhandler()", "errorhandler.default()")
_SENDING = {"json", "jsonp", "send", "end", "write"}
_ENVIRONMENT = re.compile(r"env|dev|prod|debug|verbose|stage|local|test", re.IGNORECASE)


@rule(
    "EXP206",
    practice=ERROR_HANDLING,
    severity=WARNING,
    why="A stack tells everyone which files, versions and paths there are.",
    help="Log the stack, and send a message of your own.",
)
def error_detail_leak(web: Web) -> Iterator[Finding]:
    """The stack of an error is sent to the client."""
    leaks = Leaks.of(web)
    seen: set[Span] = set()
    for slot in leaks.slots:
        if web.development_only(slot.conditions):
            continue
        made = slot.handler.value
        if not isinstance(made, External) or made.path not in _HANDLERS or slot.conditions:
            continue
        if made.span is not None and made.span not in seen:
            seen.add(made.span)
            yield Finding(
                made.span,
                "`errorhandler` sends the stack of every error to the client, and is not kept "
                "to development",
                label="for development only",
            )
    for found in Requests.of(web).arrivals(lambda site: _stack(web, site)):
        of_route = any(title != "middleware" for title in found.titles)
        yield Finding(
            found.what,
            f"{found.where} sends the stack of its error to the client"
            if of_route
            else "this error's stack is sent to the client",
            label="files and lines of the server",
            related=(Related(found.places[0], "registered here"),),
        )


def _stack(web: Web, site: CallSite) -> Span | None:
    """The ``err.stack`` in what a call sends, unless the environment decides about it."""
    for path in site.paths:
        owner, _, member = path.rpartition(".")
        if not owner.startswith("express.res") or member not in _SENDING:
            continue
        for arg in site.node.args:
            for node in ir.walk(arg.value):
                if not isinstance(node, ir.Attr) or node.name != "stack":
                    continue
                if _decided(web, site.function):
                    return None
                if _is_error(site.function, node.obj):
                    return Span(site.span.file, node.start, node.end)
    return None


def _is_error(function: Function, node: ir.Expr) -> bool:
    """Whether a name is that of an error: caught, or a parameter called so."""
    if not isinstance(node, ir.Name):
        return False
    if node.id.lower().strip("_") in ("err", "error", "e", "ex", "exception"):
        return True
    return any(
        isinstance(n, ir.Handler) and isinstance(n.target, ir.Name) and n.target.id == node.id
        for n in ir.own(function.node)
    )


def _decided(web: Web, function: Function) -> bool:
    """Whether some condition of the function speaks of the environment."""
    for node in ir.walk(function.node):
        test: ir.Expr | None = None
        if isinstance(node, (ir.If, ir.Cond)):
            test = node.test
        elif isinstance(node, ir.Logical):
            test = node.left
        if test is not None:
            text = web.text(Span(function.span.file, test.start, test.end))
            if _ENVIRONMENT.search(text):
                return True
    return False
