"""FLK609; what a column is, is ``faceoff_lint.flow.database``."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    DATABASE,
    ERROR,
    SAFE,
    UNSAFE,
    Code,
    Edit,
    Finding,
    Fix,
    Place,
    Span,
    Web,
    ir,
    is_column,
    rule,
)

_CLAUSES = ("filter", "where", "having", "join", "outerjoin", "or_", "and_", "not_")
_COMPARISONS = {"==", "!=", "<", "<=", ">", ">="}


@rule(
    "FLK609",
    practice=DATABASE,
    severity=ERROR,
    why="Python evaluates `is`, `not`, `and`, `or` and `in` itself: SQL never gets to see them.",
    help="Use `is_()`, `~`, `and_()`, `or_()` and `in_()`.",
    fixable="safe",
)
def python_operator_in_filter(web: Web) -> Iterator[Finding]:
    """A condition of a query uses an operator of Python that SQLAlchemy cannot see."""
    code = Code.of(web)
    seen: set[int] = set()
    for place in code.calls(_CLAUSES):
        node = place.node
        if isinstance(node.func, ir.Name) and "python." + node.func.id in code.paths(
            place, node.func
        ):
            continue  # the builtin `filter`
        for arg in node.args:
            if arg.keyword is None and not arg.spread:
                for found in _conditions(web, code, place, arg.value):
                    if found.span.start not in seen:
                        seen.add(found.span.start)
                        yield found


def _conditions(web: Web, code: Code, place: Place[ir.Call], node: ir.Expr) -> Iterator[Finding]:
    """The findings in one condition; calls inside it are seen for themselves."""
    span = Span(place.record.path, node.start, node.end)

    def column(expr: ir.Expr) -> bool:
        return isinstance(expr, ir.Attr) and is_column(code.value(place, expr))

    def clause(expr: ir.Expr) -> bool:
        if isinstance(expr, ir.Binary) and expr.op in _COMPARISONS:
            return column(expr.left) or column(expr.right)
        return column(expr)

    if isinstance(node, ir.Binary) and node.op in ("is", "is not") and column(node.left):
        outcome = "never true" if node.op == "is" else "always true"
        yield Finding(
            span,
            f"`{node.op}` compares Python objects: the condition is {outcome}",
            label="no SQL comes of this",
            fix=_is_none(web, span, node),
        )
    elif isinstance(node, ir.Binary) and node.op in ("in", "not in") and column(node.left):
        outcome = "never true" if node.op == "in" else "always true"
        yield Finding(
            span,
            f"`{node.op}` searches in Python: the condition is {outcome}",
            label="no SQL comes of this",
            fix=_in(web, span, node),
        )
    elif isinstance(node, ir.Unary) and node.op == "not" and clause(node.value):
        plain = isinstance(node.value, ir.Attr)
        edit = Edit(Span(span.file, node.start, node.value.start), "~")
        yield Finding(
            span,
            "`not` is taken of the Python object: the condition is never true"
            if plain
            else "`not` is taken of the Python object, and the comparison is lost",
            label="no SQL comes of this",
            fix=Fix("Negate it with `~`", (edit,), SAFE) if plain else None,
        )
    elif isinstance(node, ir.Logical) and clause(node.left):
        yield Finding(
            span,
            f"`{node.op}` keeps one of the two conditions and drops the other",
            label="one of them never gets into the SQL",
            fix=_combined(web, span, node),
        )
    elif isinstance(node, ir.Logical):
        for side in (node.left, node.right):
            yield from _conditions(web, code, place, side)


def _is_none(web: Web, span: Span, node: ir.Binary) -> Fix | None:
    if not isinstance(node.right, ir.Const):
        return None
    left = web.text(Span(span.file, node.left.start, node.left.end))
    right = web.text(Span(span.file, node.right.start, node.right.end))
    alchemy = web.service.package("sqlalchemy")
    # `is_not` is the name since 1.4; `isnot` goes on working.
    modern = alchemy is None or not alchemy.known or alchemy.below(1, 4) is False
    name = "is_" if node.op == "is" else "is_not" if modern else "isnot"
    edit = Edit(span, f"{left}.{name}({right})")
    plain = node.right.value is None or isinstance(node.right.value, bool)
    return Fix(f"Use `.{name}()`", (edit,), SAFE if plain else UNSAFE)


def _in(web: Web, span: Span, node: ir.Binary) -> Fix:
    left = web.text(Span(span.file, node.left.start, node.left.end))
    right = web.text(Span(span.file, node.right.start, node.right.end))
    text = f"{left}.in_({right})"
    return Fix("Use `.in_()`", (Edit(span, f"~{text}" if node.op == "not in" else text),), UNSAFE)


def _combined(web: Web, span: Span, node: ir.Logical) -> Fix:
    left = web.text(Span(span.file, node.left.start, node.left.end))
    right = web.text(Span(span.file, node.right.start, node.right.end))
    sign = "&" if node.op == "and" else "|"
    return Fix(f"Combine them with `{sign}`", (Edit(span, f"({left}) {sign} ({right})"),), UNSAFE)
