"""FLK508; which functions requests reach is ``faceoff_lint.flow.views``."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    ERROR,
    ROUTING,
    UNSAFE,
    CallSite,
    Edit,
    Finding,
    Fix,
    Reached,
    Span,
    Views,
    Web,
    ir,
    library_calls,
    rule,
)

_RESPONSES = {
    "flask.redirect", "flask.render_template", "flask.jsonify", "flask.make_response",
    "flask.send_file", "flask.send_from_directory", "flask.Response", "flask.json.jsonify",
    "flask.helpers.make_response", "flask.helpers.send_file", "flask.templating.render_template",
    "flask.wrappers.Response", "werkzeug.utils.redirect",
}  # fmt: skip


@rule(
    "FLK508",
    practice=ROUTING,
    severity=ERROR,
    why="These functions only make a response; the client gets what the view returns.",
    help="Return it.",
    fixable="unsafe",
)
def discarded_response(web: Web) -> Iterator[Finding]:
    """A response is made, and dropped: `redirect(…)` without `return`."""
    calls = {c.span for c in library_calls(web, _RESPONSES)}
    statements = {file: _statements(web, file) for file in {span.file for span in calls}}
    alone = {s for s in calls if (s.start, s.end) in statements[s.file]}
    if not alone:
        return
    for reached in Views.of(web).reach(lambda site: _response(site, alone)):
        name = reached.what.rpartition(".")[2]
        yield Finding(
            reached.site.span,
            f"the response of `{name}(…)` is dropped in {reached.where}: the code below it runs, "
            "and the client never sees it",
            label="made, but not returned",
            related=reached.frames,
            fix=_return(reached),
        )


def _statements(web: Web, file: str) -> set[tuple[int, int]]:
    """Start and end of the expressions of a file that are statements of their own."""
    module = web.module(file)
    if module is None:
        return set()
    # Alone in a ``try`` it is a test of whether the response can be made.
    tried = {id(n.body[0]) for n in ir.find(module, ir.Try) if len(n.body) == 1}
    statements = ir.find(module, ir.ExprStmt)
    return {(n.value.start, n.value.end) for n in statements if id(n) not in tried}


def _response(site: CallSite, alone: set[Span]) -> str | None:
    return next((p for p in site.paths if p in _RESPONSES), None) if site.span in alone else None


def _return(reached: Reached[str]) -> Fix | None:
    """Return it, where the statement stands in the view itself."""
    if not reached.hit.direct:
        return None
    span = reached.site.span
    edit = Edit(Span(span.file, span.start, span.start), "return ")
    return Fix("Return the response", (edit,), UNSAFE)
