"""FLK552."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    INFO,
    REST,
    Answers,
    External,
    Finding,
    Flow,
    Function,
    Options,
    Related,
    Row,
    Web,
    ir,
    rule,
)
from faceoff_lint.rule import (
    options as choices,
)

_LIBRARIES = {
    "flask_restx", "flask_restplus", "flask_restful", "flask_smorest", "apispec", "apifairy",
    "flask_apispec", "flask_openapi3", "apiflask", "flask_pydantic_spec", "spectree", "flasgger",
    "connexion", "flask_rebar", "webargs", "marshmallow", "flask_marshmallow", "flask_pydantic",
    "flask_jsonapi", "flask_combo_jsonapi", "flask_potion", "flask_rest_jsonapi",
}  # fmt: skip


@rule(
    "FLK552",
    practice=REST,
    severity=INFO,
    why="Parsing, validation, error format and documentation are written again for each view.",
    help="Consider Flask-RESTX or flask-smorest: they do these, and document the API.",
    default=False,
    options={"min-views": 8},
)
def handwritten_rest_api(web: Web, options: Options) -> Iterator[Finding]:
    """Many views answer JSON by hand, and no REST library is used."""
    if web.machine.packages.keys() & _LIBRARIES or _imports(web):
        return
    answers, flow = Answers.of(web), Flow.of(web)
    groups: dict[tuple[int, str], list[tuple[Row, Function]]] = {}
    seen: set[int] = set()
    for row in web.table:
        first = row.path.strip("/").partition("/")[0]
        for function, _ in answers.views(row):
            if id(function.node) in seen or not web.is_product(function.span):
                continue
            seen.add(id(function.node))
            if _answers_json(flow, function):
                groups.setdefault((id(row.app), first), []).append((row, function))
    for (_, first), found in groups.items():
        if len(found) < options["min-views"]:
            continue
        owner = found[0][0].route.owner
        yield Finding(
            owner.span,
            f"{len(found)} views below `/{first}` answer JSON by hand",
            label="an API without a REST library",
            related=tuple(Related(f.header, "such a view") for _, f in found[:3]),
        )


def _imports(web: Web) -> bool:
    return any(True for name in _LIBRARIES for _ in web.imports(name))


def _answers_json(flow: Flow, function: Function) -> bool:
    """Whether everything a view returns is JSON, one of them a success."""
    returns = [n.value for n in ir.own(function.node)
               if isinstance(n, ir.Return) and n.value is not None]  # fmt: skip
    return bool(returns) and all(_is_json(flow, function, value) for value in returns)


def _is_json(flow: Flow, function: Function, value: ir.Expr) -> bool:
    if isinstance(value, ir.List) and value.kind == "tuple" and value.items:
        value = value.items[0]
    if isinstance(value, (ir.Dict, ir.List)):
        return True
    if isinstance(value, ir.Call):
        return "flask.jsonify" in flow.site(function, value).paths
    made = choices(flow.value(function, value))
    return all(isinstance(v, External) and v.path == "flask.jsonify()" for v in made)
