"""FLK557; which functions answer for Flask is ``faceoff_lint.flow.answers``."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    REST,
    UNSAFE,
    WARNING,
    Answers,
    Edit,
    Finding,
    Fix,
    Flow,
    Function,
    Lit,
    Span,
    Web,
    ir,
    rule,
)

_TYPES = {"content-type", "mimetype", "content_type"}


@rule(
    "FLK557",
    practice=REST,
    severity=WARNING,
    why="Flask sends a plain string as HTML: clients that go by the type don't see JSON.",
    help="Return `jsonify(…)`, or, since Flask 2.2, the dict or list itself.",
    fixable="unsafe",
)
def json_dumps_response(web: Web) -> Iterator[Finding]:
    """A view returns `json.dumps(…)`, which is sent as `text/html`."""
    answers, flow = Answers.of(web), Flow.of(web)
    seen: set[Span] = set()
    if _typed_afterwards(web):
        return
    for row in web.table:
        for function, _ in answers.views(row):
            for returned in ir.own(function.node):
                call = _dumped(flow, function, returned)
                if call is None:
                    continue
                span = Span(function.module.path, call.start, call.end)
                if span not in seen and web.is_product(span):
                    seen.add(span)
                    yield Finding(
                        span,
                        f"`{function.name}` answers JSON as `text/html`",
                        label="sent as a page",
                        fix=_fix(web, span, call),
                    )


def _typed_afterwards(web: Web) -> bool:
    """Whether some ``after_request`` function sets types."""
    for group in web.everything:
        for hook in group.hooks:
            function = web.resolve(hook.handler).function
            if hook.name.startswith("after") and (function is None or _types(function)):
                return True
    return False


def _types(function: Function) -> bool:
    for node in ir.walk(function.node):
        if isinstance(node, ir.Attr) and node.name in _TYPES:
            return True
        if isinstance(node, ir.Const) and str(node.value).lower() in _TYPES:
            return True
    return False


def _dumped(flow: Flow, function: Function, node: ir.Node) -> ir.Call | None:
    """The ``json.dumps`` that a ``return`` sends, alone or with a plain status."""
    value = node.value if isinstance(node, ir.Return) else None
    if isinstance(value, ir.List) and value.kind == "tuple" and len(value.items) == 2:
        status = flow.value(function, value.items[1])
        if not isinstance(status, Lit) or not isinstance(status.value, int):
            return None
        value = value.items[0]
    if not isinstance(value, ir.Call):
        return None
    return value if "json.dumps" in flow.site(function, value).paths else None


def _fix(web: Web, span: Span, call: ir.Call) -> Fix | None:
    """``jsonify(x)``, where that name is imported from Flask or can be."""
    record = web.modules.records.get(span.file)
    if record is None or len(call.args) != 1 or call.args[0].keyword or call.args[0].spread:
        return None
    place = Span(span.file, call.func.start, call.func.end)
    edits = [Edit(place, "jsonify")]
    imports = [n for n in record.module.body if isinstance(n, ir.Import) and n.module == "flask"
               and n.level == 0 and n.names and n.names[0].name]  # fmt: skip
    if not any(name.local == "jsonify" == name.name for i in imports for name in i.names):
        if not imports or "jsonify" in web.names(span.file):
            return None
        text = web.text(Span(span.file, imports[0].start, imports[0].end))
        if "(" in text or "\n" in text or text.rstrip().endswith("*"):
            return None
        edits.append(Edit(Span(span.file, imports[0].end, imports[0].end), ", jsonify"))
    return Fix("Return `jsonify(…)`", tuple(edits), UNSAFE)
