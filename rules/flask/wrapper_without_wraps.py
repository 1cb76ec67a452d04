"""FLK402."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from faceoff_lint.rule import (
    CONTEXTS,
    ERROR,
    INFO,
    SAFE,
    Code,
    Edit,
    Finding,
    Fix,
    Function,
    Lit,
    Related,
    Row,
    Span,
    Web,
    ir,
    rule,
)

_NAMES = {"__name__", "wraps", "update_wrapper", "decorator", "setattr", "__dict__"}


@dataclass
class _Use:
    """A closure that serves as a view, and the rows that it answers."""

    closure: Function
    rows: list[Row] = field(default_factory=list)


@rule(
    "FLK402",
    practice=CONTEXTS,
    severity=ERROR,
    why="The endpoint is the function's name, and the decorator hands Flask one that is always "
    "called alike.",
    help="Put `@functools.wraps(f)` above the inner function.",
    fixable="safe",
)
def wrapper_without_wraps(web: Web) -> Iterator[Finding]:
    """A decorator of views does not keep their names, so their endpoints are the same."""
    uses: dict[int, _Use] = {}
    for row in web.table:
        handler, given = row.route.handler, row.route.event.endpoint
        outer = handler.outer if handler is not None else None
        if handler is None or outer is None or outer is handler.function or handler.cls is not None:
            continue
        if outer.wraps is not None or (given is not None and given != Lit(None)):
            continue
        name = (row.endpoint or "").rpartition(".")[2]
        if name != outer.node.name or not row.exact or row.route.owner.kind == "api":
            continue
        uses.setdefault(id(outer.node), _Use(outer)).rows.append(row)
    code = Code.of(web)
    for use in uses.values():
        around = _around(code, use.closure)
        if around is None or not web.is_product(use.closure.span):
            continue
        clash = _clash(web, use.rows)
        yield _finding(web, use, around, clash)


def _finding(web: Web, use: _Use, around: ir.Func, clash: list[Row]) -> Finding:
    node = use.closure.node
    count = len({_view(r) for r in use.rows})
    name = use.rows[0].endpoint
    if clash:
        message = (
            f"decorator `{around.name}` makes two views of the endpoint `{clash[0].endpoint}`: "
            "registering the second raises AssertionError"
        )
    else:
        more = f" and of {count - 1} other view{'s' if count > 2 else ''}" if count > 1 else ""
        inner = use.rows[0].route.handler
        view = inner.name if inner is not None else "?"
        message = f"decorator `{around.name}` makes `{name}` the endpoint of view `{view}`{more}"
    rows = clash or use.rows[:1]
    return Finding(
        Span(use.closure.module.path, node.start, node.header_end),
        message,
        label="keeps its own name",
        related=tuple(Related(r.route.place, f"its endpoint is `{r.endpoint}`") for r in rows),
        severity=ERROR if clash else INFO,
        fix=_wraps(web, use.closure, around),
    )


def _around(code: Code, closure: Function) -> ir.Func | None:
    """The decorator itself, if nothing in it gives the closure another name."""
    list(code.names(()))
    chain = [s for s in code.chains.get(id(closure.node), ()) if isinstance(s, ir.Func)]
    if len(chain) < 2 or closure.node.decorators:
        return None
    for node in ir.walk(chain[0]):
        name = getattr(node, "id", "") or getattr(node, "name", "")
        if isinstance(node, (ir.Name, ir.Attr)) and name in _NAMES:
            return None
    return chain[0]


def _view(row: Row) -> int:
    handler = row.route.handler
    function = handler.function if handler is not None else None
    return id(function.node) if function is not None else 0


def _clash(web: Web, rows: list[Row]) -> list[Row]:
    """Two views with one endpoint in one app."""
    first: dict[tuple[int, str | None], Row] = {}
    for row in rows:
        known = first.setdefault((id(row.app), row.endpoint), row)
        if _view(known) != _view(row) and web.coexist(known, row):
            return [known, row]
    return []


def _wraps(web: Web, closure: Function, around: ir.Func) -> Fix | None:
    """Decorate the closure with ``wraps``, of the function that it calls."""
    file, node = closure.module.path, closure.node
    scopes = [n for n in ir.find(around, ir.Func) if n is not node]
    params = {p.target.id for s in scopes if any(n is node for n in ir.walk(s))
              for p in s.params if isinstance(p.target, ir.Name)}  # fmt: skip
    called = {n.func.id for n in ir.walk_local(node.body)
              if isinstance(n, ir.Call) and isinstance(n.func, ir.Name)}  # fmt: skip
    names = sorted(params & called)
    imported = web.with_import(file, "functools", "wraps")
    at = Span(file, node.start, node.start)
    indent = web.indent(at)
    if len(names) != 1 or imported is None or indent is None:
        return None
    edit = Edit(at, f"@wraps({names[0]})\n{indent}")
    return Fix("Keep the view's name", (*imported, edit), SAFE)
