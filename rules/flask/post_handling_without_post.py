"""FLK509; methods are the route table's."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    ROUTING,
    UNSAFE,
    WARNING,
    Finding,
    Fix,
    Function,
    Related,
    Row,
    Span,
    Web,
    flask_names,
    ir,
    rule,
)

_BODY = {"POST", "PUT", "PATCH", "DELETE", "ALL"}


@rule(
    "FLK509",
    practice=ROUTING,
    severity=WARNING,
    why="A rule without `methods` takes GET only: the form that is sent gets 405.",
    help='Allow it: `methods=["GET", "POST"]`, or remove the code.',
    fixable="unsafe",
)
def post_handling_without_post(web: Web) -> Iterator[Finding]:
    """A view has code for a submitted form, but none of its rules takes POST."""
    by_view: dict[int, tuple[Function, list[Row]]] = {}
    answered = {r.path for r in web.table if not r.methods or _BODY & set(r.methods)}
    for row in web.table:
        handler = row.route.handler
        function = handler.function if handler is not None and handler.cls is None else None
        if function is not None:
            by_view.setdefault(id(function.node), (function, []))[1].append(row)
    for function, rows in by_view.values():
        closed = all(r.exact and r.methods == ("GET",) for r in rows)
        if not closed or any(r.path in answered for r in rows) or _is_called(web, function):
            continue
        node = _reads_body(web, function)
        header = function.header
        if node is None or not web.is_product(header):
            continue
        place = Span(header.file, node.start, node.end)
        yield Finding(
            header,
            f"`{function.name}` handles a submitted form, but `{rows[0].path}` takes GET only: "
            "sending it is answered with 405",
            label="GET only",
            related=(Related(place, "this never holds anything"),),
            fix=_allow(web, rows),
        )


def _reads_body(web: Web, function: Function) -> ir.Expr | None:
    """The first expression that makes sense for a request with a body only."""
    names = flask_names(web, function.module.path, "request")
    nodes = list(ir.own(function.node))
    for node in nodes:
        if isinstance(node, ir.Binary) and node.op == "==":
            sides = (node.left, node.right)
            asked = any(_is_request(s, "method", names) for s in sides)
            if asked and any(isinstance(s, ir.Const) and s.value == "POST" for s in sides):
                return node
        func = node.func if isinstance(node, ir.Call) else None
        if isinstance(func, ir.Attr) and func.name == "validate_on_submit":
            return func
        if isinstance(node, ir.Index):
            for part in ("form", "files"):
                if _is_request(node.obj, part, names):
                    return node
    return None


def _is_request(node: ir.Expr, name: str, names: set[str]) -> bool:
    return (
        isinstance(node, ir.Attr)
        and node.name == name
        and isinstance(node.obj, ir.Name)
        and node.obj.id in names
    )


def _is_called(web: Web, function: Function) -> bool:
    """Whether other code calls the view like a function."""
    module = web.module(function.module.path)
    return module is not None and any(
        isinstance(n, ir.Call) and isinstance(n.func, ir.Name) and n.func.id == function.name
        for n in ir.walk(module)
    )


def _allow(web: Web, rows: list[Row]) -> Fix | None:
    """Allow POST beside GET."""
    event = rows[0].route.event
    node = event.args.node
    if len(rows) != 1 or event.how != "route" or node is None or "methods" in event.options:
        return None
    edit = web.with_argument(event.span.file, node, 'methods=["GET", "POST"]')
    return Fix("Allow POST", (edit,), UNSAFE) if edit is not None else None
