"""FLK557; which functions Flask makes the response of is ``faceoff_lint.flow.answers``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from faceoff_lint.rule import (
    REST,
    SAFE,
    WARNING,
    Answers,
    Edit,
    Finding,
    Fix,
    LibraryCall,
    Span,
    Web,
    ir,
    library_calls,
    rule,
)

_DUMPS = {"json.dumps", "flask.json.dumps", "simplejson.dumps", "ujson.dumps"}
_TYPED = re.compile(r"default_mimetype|response_class|[Cc]ontent[-_][Tt]ype|\.mimetype\b")


@rule(
    "FLK557",
    practice=REST,
    severity=WARNING,
    why="A view that returns a text is answered as `text/html`, whatever the text holds.",
    help="Return the object itself, or `jsonify(…)`.",
    fixable="safe",
)
def json_dumps_response(web: Web) -> Iterator[Finding]:
    """A view returns the text of `json.dumps`, which is sent as HTML."""
    calls = {c.span: c for c in library_calls(web, _DUMPS)}
    if not calls or _changes_type(web):
        return
    answers = Answers.of(web)
    for row in web.table:
        for function, _ in answers.views(row):
            for node in ir.walk_local(function.node.body):
                value = node.value if isinstance(node, ir.Return) else None
                if isinstance(value, ir.List) and value.kind == "tuple" and _plain(value):
                    value = value.items[0]
                if value is None:
                    continue
                span = Span(function.module.path, value.start, value.end)
                call = calls.pop(span, None)
                if call is None:
                    continue
                yield Finding(
                    span,
                    f"`{row.path}` sends this JSON with Content-Type text/html",
                    label="a text for Flask",
                    fix=_jsonify(web, call),
                )


def _plain(value: ir.List) -> bool:
    """``body, 200``: no headers."""
    status = value.items[1] if len(value.items) == 2 else None
    return isinstance(status, ir.Const) and isinstance(status.value, int)


def _changes_type(web: Web) -> bool:
    """Whether a response class or a hook of the project may set the type."""
    hooks = [h for g in web.everything for h in g.hooks if h.name.startswith("after_")]
    files = {h.span.file for h in hooks} | {a.file for a in web.apps}
    return any(_TYPED.search(web.sources[file].text) for file in files if file in web.sources)


def _jsonify(web: Web, call: LibraryCall) -> Fix | None:
    """Call `jsonify` in its place, and import it."""
    file, node = call.span.file, call.node
    module = web.module(file)
    if module is None or "jsonify" in web.names(file) - _imported(module):
        return None
    edits = [Edit(Span(file, node.func.start, node.func.end), "jsonify")]
    if "jsonify" not in _imported(module):
        line = next((s for s in module.body if isinstance(s, ir.Import) and s.module == "flask"
                     and not s.level and s.names and s.names[-1].name), None)  # fmt: skip
        if line is None:
            return None
        end = line.names[-1].end
        edits.append(Edit(Span(file, end, end), ", jsonify"))
    alone = len(node.args) == 1 and not node.args[0].spread and not node.args[0].keyword
    return Fix("Return `jsonify(…)`", tuple(edits), SAFE) if alone else None


def _imported(module: ir.Module) -> set[str]:
    lines = (s for s in module.body if isinstance(s, ir.Import) and s.module == "flask")
    return {n.local or n.name for s in lines for n in s.names}
