"""FLK307; the sibling of EXP307."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    CONTEXTS,
    WARNING,
    Finding,
    Function,
    Related,
    Span,
    Views,
    Web,
    ir,
    rule,
)


@rule(
    "FLK307",
    practice=CONTEXTS,
    severity=WARNING,
    why="All requests of a process share its modules' variables, and no two processes share any.",
    help="Keep it in `session` for this user, on `g` for this request, or in the database.",
)
def request_data_in_global(web: Web) -> Iterator[Finding]:
    """A view keeps a request's data in a global variable that other requests read."""
    views = Views.of(web)
    seen: set[tuple[str, str]] = set()
    for view in views.all:
        own = views.variables(view)
        for function in view.functions:
            for node, name in _global_writes(function):
                key = (function.module.path, name)
                if key in seen or not web.is_product(function.span):
                    continue
                if not _of_request(views, function, node.value, own):
                    continue
                read = _read_elsewhere(function, name)
                if read is None:
                    continue
                seen.add(key)
                yield Finding(
                    Span(function.module.path, node.start, node.end),
                    f"`{name}` is global, and {view.title} keeps data of one request in it: other "
                    "users' requests read it",
                    label="shared by all requests of this process",
                    related=(Related(read, "read by other requests"),),
                )


def _global_writes(function: Function) -> Iterator[tuple[ir.Assign, str]]:
    """The plain assignments to names that the function declares ``global``."""
    names = {
        name
        for node in ir.own(function.node)
        if isinstance(node, ir.Scope) and node.kind == "global"
        for name in node.names
    }
    for node in ir.own(function.node):
        if isinstance(node, ir.Assign) and node.op == "=":
            target = node.target
            if isinstance(target, ir.Name) and target.id in names:
                yield node, target.id


def _of_request(views: Views, function: Function, value: ir.Expr, own: set[str]) -> bool:
    """Whether a value is taken from the request: its form, its query, its URL, its session."""
    for node in ir.walk_local(value):
        if isinstance(node, ir.Name) and node.id in own:
            return True
        if isinstance(node, ir.Expr) and views.from_request(views.flow.value(function, node)):
            return True
    return False


def _read_elsewhere(function: Function, name: str) -> Span | None:
    """Where another function of the module reads a global."""
    module = function.module
    for other in ir.find(module.module, ir.Func):
        if other is function.node:
            continue
        body = ir.own(other)
        bound = {p.target.id for p in other.params if isinstance(p.target, ir.Name)}
        written = [n for n in body if isinstance(n, ir.Assign) and isinstance(n.target, ir.Name)
                   and n.target.id == name]  # fmt: skip
        if name in bound or written:
            continue
        for node in body:
            if isinstance(node, ir.Name) and node.id == name:
                return Span(module.path, node.start, node.end)
    return None
