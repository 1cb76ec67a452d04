"""FLK201."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    ERRORS,
    SAFE,
    UNSAFE,
    WARNING,
    Code,
    DictValue,
    Edit,
    External,
    Finding,
    Fix,
    Function,
    Lit,
    Related,
    Span,
    Text,
    Value,
    Web,
    ir,
    options,
    rule,
)

_BODIES = {
    "flask.render_template()", "flask.render_template_string()", "flask.jsonify()",
    "flask.json.jsonify()", "flask.json.dumps()", "json.dumps()",
}  # fmt: skip
_MAKERS = {"flask.make_response()", "flask.Response()", "flask.wrappers.Response()"}
_CODES = {
    "BadRequest": 400, "Unauthorized": 401, "Forbidden": 403, "NotFound": 404,
    "MethodNotAllowed": 405, "RequestEntityTooLarge": 413, "UnprocessableEntity": 422,
    "TooManyRequests": 429, "InternalServerError": 500, "ServiceUnavailable": 503,
    "HTTPException": 0,
}  # fmt: skip


@rule(
    "FLK201",
    practice=ERRORS,
    severity=WARNING,
    why="What a handler returns without a status is a success: clients and caches take it for one.",
    help="Return the status with the page: `return render_template(…), 404`.",
    fixable="safe",
)
def errorhandler_missing_status(web: Web) -> Iterator[Finding]:
    """An error handler answers with status 200."""
    code = Code.of(web)
    found: dict[int, tuple[Function, list[tuple[int, str, Span]]]] = {}
    for group in web.everything:
        if group.kind not in ("flask", "blueprint"):
            continue
        for event in group.error_handlers:
            handler, key = web.resolve(event.handler), _key(event.key)
            function = handler.function
            if function is None or key is None or handler.wrappers:
                continue
            if function is handler.outer and web.is_product(function.span):
                entry = found.setdefault(id(function.node), (function, []))
                entry[1].append((*key, event.span))
    for function, keys in found.values():
        bare = list(_bare(code, function))
        if not bare:
            continue
        codes = sorted({k[0] for k in keys if k[0]})
        what = " and ".join(sorted({k[1] for k in keys}))
        edits = [
            Edit(Span(function.module.path, r.end, r.end), f", {codes[0]}")
            for r in bare
            if len(codes) == 1 and len(keys) == 1 and r.value is not None
        ]
        simple = all(not isinstance(r.value, (ir.Cond, ir.Name)) for r in bare)
        fix = (
            Fix(f"Answer with {codes[0]}", tuple(edits), SAFE if simple else UNSAFE)
            if edits
            else None
        )
        yield Finding(
            function.header,
            f"error handler `{function.node.name}` for {what} answers with 200",
            label="no status is returned",
            related=tuple(
                Related(Span(function.module.path, r.start, r.end), "the body alone")
                for r in bare[:3]
            ),
            fix=fix,
        )


def _key(key: Value) -> tuple[int, str] | None:
    """The status and name of what is handled; None unless it is an HTTP error."""
    if isinstance(key, Lit) and isinstance(key.value, int) and key.value >= 400:
        return key.value, str(key.value)
    if isinstance(key, External) and key.path.startswith("werkzeug.exceptions."):
        name = key.path.rpartition(".")[2]
        return (_CODES[name], f"`{name}`") if name in _CODES else None
    return None


def _bare(code: Code, function: Function, deeper: bool = True) -> Iterator[ir.Return]:
    """The returns that surely give a body without a status."""
    nodes = list(ir.own(function.node))
    if any(isinstance(n, ir.Assign) and isinstance(n.target, ir.Attr)
           and n.target.name in ("status_code", "status") for n in nodes):  # fmt: skip
        return
    for node in nodes:
        if not isinstance(node, ir.Return) or node.value is None:
            continue
        value = code.flow.value(function, node.value)
        plain = all(_is_body(v) for v in options(value)) and not _is_front_page(value)
        if plain or (
            deeper and isinstance(node.value, ir.Call) and _helper(code, function, node.value)
        ):
            yield node


def _is_body(value: Value) -> bool:
    if isinstance(value, External) and value.path in _MAKERS:
        args = value.args
        made = args is not None and not args.open and len(args.pos) == 1 and not args.kw
        return made and args is not None and _is_body(args.pos[0])
    if isinstance(value, External):
        return value.path in _BODIES
    return isinstance(value, (Text, DictValue)) or (
        isinstance(value, Lit) and isinstance(value.value, str)
    )


def _is_front_page(value: Value) -> bool:
    """``render_template("index.html")``: a page whose routes the browser knows, meant as 200."""
    args = value.args if isinstance(value, External) else None
    name = args.literal(0) if args is not None else None
    return isinstance(name, str) and name.rpartition("/")[2] in ("index.html", "app.html")


def _helper(code: Code, function: Function, node: ir.Call) -> bool:
    """Whether a helper of the project, one level down, gives nothing but bodies."""
    targets = code.flow.site(function, node).targets
    if len(targets) != 1 or targets[0].node.decorators or targets[0].node.is_generator:
        return False
    inner = targets[0]
    returns = [n for n in ir.own(inner.node) if isinstance(n, ir.Return)]
    return bool(returns) and len(list(_bare(code, inner, False))) == len(returns)
