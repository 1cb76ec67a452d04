"""FLK501; paths, methods and their order are the route table's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from faceoff_lint.rule import (
    ERROR,
    ROUTING,
    WARNING,
    Finding,
    Handler,
    Lit,
    Related,
    Row,
    Span,
    Web,
    ir,
    rule,
)


@rule(
    "FLK501",
    practice=ROUTING,
    severity=ERROR,
    why="Among rules of one shape the first that was registered answers; the others never run.",
    help="Give one of the two another URL or other methods, or remove the one that never ran.",
)
def duplicate_route(web: Web) -> Iterator[Finding]:
    """Two views of one app have the same rule and method; the second is never reached."""
    seen: dict[object, list[Row]] = {}
    reported: set[tuple[Span, str]] = set()
    for row in web.table:
        key = _key(row)
        if key is None or not web.is_product(row.span):
            continue
        for first in seen.setdefault((id(row.app), key), []):
            shared = sorted(set(first.methods) & set(row.methods))
            if not shared or first.endpoint == row.endpoint or not web.coexist(first, row):
                continue
            winner, loser = first.route.handler, row.route.handler
            if winner is None or loser is None or winner.header is None or loser.header is None:
                continue
            if winner.span == loser.span or (loser.header, row.path) in reported:
                continue
            same = _body(winner) == _body(loser)
            partly = set(shared) != set(row.methods)
            if same and row.endpoint and web.mentions(row.endpoint):
                continue
            reported.add((loser.header, row.path))
            methods = "/".join(shared)
            yield Finding(
                loser.header,
                f"`{first.endpoint or winner.name}` was registered first and answers {methods} "
                f"`{row.path}`: `{row.endpoint or loser.name}` never does",
                label=f"never answers {methods} `{row.path}`",
                related=(Related(winner.header, f"this view answers {methods} `{first.path}`"),),
                severity=WARNING if same or partly else None,
            )
        seen[(id(row.app), key)].append(row)


_VARIABLE = re.compile(r"<(?:([^:<>]+):)?[^<>]+>")
_SPECIAL = {"**", "alias", "build_only", "defaults", "redirect_to"}
_TELLING = ("subdomain", "host", "strict_slashes", "websocket")


def _key(row: Row) -> object | None:
    """What Werkzeug tells rules apart by; None when something about it isn't known."""
    options = row.route.event.options
    groups = [m.child.native.args.kw for m in row.mounts]
    given = [options, *(getattr(m.event, "options", {}) for m in row.mounts), *groups]
    told = [(name, kw[name]) for kw in given for name in _TELLING if name in kw]
    if not _SPECIAL.isdisjoint(options) or "{?}" in row.path or not row.methods:
        return None
    if any(not isinstance(value, Lit) for _, value in told):
        return None
    return _VARIABLE.sub(_converter, row.path), tuple(told)


def _converter(match: re.Match[str]) -> str:
    name = (match[1] or "string").strip()
    return f"<{'string' if name == 'default' else name}>"


def _body(handler: Handler) -> object:
    """The code of a view without its name, decorators and docstring."""
    if handler.function is None:
        return handler.span
    first, *rest = body = handler.function.node.body
    if isinstance(first, ir.ExprStmt) and isinstance(first.value, ir.Const):
        body = rest
    return [ir.shape(statement) for statement in body]
