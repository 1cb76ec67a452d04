"""FLK602; how texts are put together is ``faceoff_lint.flow.strings``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from faceoff_lint.rule import (
    DATABASE,
    ERROR,
    WARNING,
    Built,
    Code,
    External,
    Finding,
    ListValue,
    Lit,
    Place,
    Related,
    Text,
    Value,
    Views,
    Web,
    built,
    ir,
    options,
    rule,
)

_CALLS = ("execute", "executemany", "executescript", "exec_driver_sql", "text", "raw")
_SQL = re.compile(
    r"\s*(?:SELECT\b.*\bFROM\b|INSERT\s+(?:OR\s+\w+\s+)?INTO\b|UPDATE\b.*\bSET\b|DELETE\s+FROM\b"
    r"|REPLACE\s+INTO\b|WITH\b.*\bSELECT\b|CALL\s|EXEC\s)",
    re.IGNORECASE | re.DOTALL,
)
# What stands before a value in SQL; before anything else stands the name of a table or column.
_VALUE = re.compile(
    r"(?:['\"]%?|(?:=|<|>|<>|!=)\s*\(?|\bLIKE\s+|\bVALUES\s*\((?:[^()]*,)?\s*"
    r"|\bIN\s*\((?:[^()]*,)?\s*)$",
    re.IGNORECASE,
)
_SAFE = {
    "python.int()", "python.float()", "python.len()", "python.bool()", "uuid.uuid4()",
    "python.str().isdigit()",
}  # fmt: skip
_ESCAPES = re.compile(r"escape|quote|sanitiz|adapt|literal|mogrify", re.IGNORECASE)


@rule(
    "FLK602",
    practice=DATABASE,
    severity=ERROR,
    why="What stands in the text is SQL, whoever wrote it: the value can end the query it is in.",
    help="Pass values as parameters: `execute(text('… = :name'), {'name': name})`.",
)
def sql_string_building(web: Web) -> Iterator[Finding]:
    """SQL is put together from text and values."""
    code = Code.of(web)
    candidates: dict[int, tuple[Place[ir.Call], Built]] = {}
    for place in code.calls(_CALLS):
        if place.func is None or not place.node.args or place.node.args[0].spread:
            continue
        sql = built(place.func, place.node.args[0].value)
        if sql is not None and sql.holes and _SQL.match(sql.text):
            candidates[id(place.node)] = (place, sql)
    if not candidates:
        return
    views = Views.of(web)
    reached = {
        id(r.site.node): r
        for r in views.reach_sites(lambda s: s if id(s.node) in candidates else None)
    }
    done: set[int] = set()
    for place, sql in candidates.values():
        function = code.function(place.chain)
        if function is None or id(sql.node) in done:
            continue
        found = reached.get(id(place.node))
        risky = None
        names = views.text_variables(found.view) if found is not None else set()
        numbers = views.variables(found.view) - names if found is not None else set()
        for before, hole in sql.holes:
            values = [code.value(place, hole)]
            if found is not None:
                values += views.given(found, hole)
            direct = found is not None and found.hit.direct
            from_url = direct and isinstance(hole, ir.Name) and hole.id in names
            number = direct and isinstance(hole, ir.Name) and hole.id in numbers
            if number or _harmless(values[0], hole) or _checked(place.func, hole):
                continue
            if from_url or any(_from_request(views, v) for v in values):
                risky = (ERROR, hole)
                break
            if risky is None and _VALUE.search(before) and _unsure(hole, values):
                risky = (WARNING, hole)
        if risky is None:
            continue
        severity, hole = risky
        done.add(id(sql.node))
        where = f" in {found.where}" if found is not None else ""
        what = web.text(place.at(hole).span)
        origin = ", which comes from the request," if severity is ERROR else ""
        yield Finding(
            place.at(sql.node).span,
            f"`{what}`{origin} becomes part of the SQL{where}",
            label="SQL put together from values",
            related=() if found is None else (*found.frames, *_executed(place, sql)),
            severity=severity,
        )


def _executed(place: Place[ir.Call], sql: Built) -> tuple[Related, ...]:
    inside = place.node.start <= sql.node.start and sql.node.end <= place.node.end
    return () if inside else (Related(place.span, "executed here"),)


def _harmless(value: Value, hole: ir.Expr) -> bool:
    """Whether a value is known from the code, or is a number whatever it was made of."""
    names = [n.id if isinstance(n, ir.Name) else n.name for n in ir.walk(hole)
             if isinstance(n, (ir.Name, ir.Attr))]  # fmt: skip
    if any(_ESCAPES.search(n) for n in names):
        return True
    if (
        isinstance(hole, ir.Call)
        and isinstance(hole.func, ir.Name)
        and hole.func.id in ("int", "float", "len")
    ):
        return True
    known = options(value)
    return bool(known) and all(
        isinstance(v, Lit)
        or (isinstance(v, Text) and all(p is not None for p in v.parts))
        or (isinstance(v, ListValue) and not v.open and all(isinstance(i, Lit) for i in v.items))
        or (isinstance(v, External) and (v.path in _SAFE or _typed(v)))
        for v in known
    )


def _last(node: ir.Expr) -> str:
    return node.id if isinstance(node, ir.Name) else ""


def _checked(func: ir.Func | None, hole: ir.Expr) -> bool:
    """Whether the function looks a value up in what it knows: ``if order not in ORDERS``."""
    names = {n.id for n in ir.find(hole, ir.Name)}
    tests = (n for s in (func.body if func is not None else ()) for n in ir.walk(s))
    return any(
        isinstance(n, ir.Binary) and n.op in ("in", "not in") and not names.isdisjoint(
            {m.id for m in ir.find(n, ir.Name)})
        for n in tests
    )  # fmt: skip


def _typed(value: External) -> bool:
    """``request.args.get("n", type=int)``."""
    kind = value.args.kw.get("type") if value.args is not None else None
    return isinstance(kind, External) and kind.path in ("python.int", "python.float")


def _from_request(views: Views, value: Value) -> bool:
    return not _harmless(value, ir.Const(0, 0, None)) and views.from_request(value)


def _unsure(hole: ir.Expr, values: list[Value]) -> bool:
    """Whether a value is data for all that the code shows: a parameter, or a row's column."""
    return isinstance(hole, (ir.Name, ir.Attr, ir.Index)) and not any(
        isinstance(v, External) and v.path.startswith(("flask.current_app.config", "os.environ"))
        for v in values
    )
