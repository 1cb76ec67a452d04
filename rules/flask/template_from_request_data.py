"""FLK804; what requests reach is ``faceoff_lint.flow.views``."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    ERROR,
    PRODUCTION,
    CallSite,
    Finding,
    Reached,
    Views,
    Web,
    built,
    ir,
    rule,
)

_RENDERING = {
    "flask.render_template_string", "flask.templating.render_template_string", "jinja2.Template",
    "jinja2.Environment().from_string", "flask.stream_template_string",
    "flask.current_app.jinja_env.from_string",
}  # fmt: skip


@rule(
    "FLK804",
    practice=PRODUCTION,
    severity=ERROR,
    why="Jinja compiles and runs what the client wrote: `{{ config.SECRET_KEY }}`, and worse.",
    help="Keep the template constant and pass the value: "
    '`render_template_string("<h1>{{ name }}</h1>", name=name)`.',
)
def template_from_request_data(web: Web) -> Iterator[Finding]:
    """A template is put together from what the client wrote, and compiled."""
    views = Views.of(web)
    for reached in views.reach(_template):
        part = _written(views, reached)
        if part is None:
            continue
        file = reached.site.function.module.path
        record = web.modules.records.get(file)
        text = record.source.text[part.start : part.end] if record is not None else "it"
        yield Finding(
            reached.site.span,
            f"`{text}`, which comes from the request, becomes part of a template in "
            f"{reached.where}",
            label="compiled and run",
            related=reached.frames,
        )


def _template(site: CallSite) -> ir.Expr | None:
    """The template that a call compiles."""
    if not _RENDERING & set(site.paths) or not site.node.args or site.node.args[0].spread:
        return None
    return site.node.args[0].value


def _written(views: Views, reached: Reached[ir.Expr]) -> ir.Expr | None:
    """The part of a template that the request decides."""
    function, template = reached.site.function, reached.what
    made = built(function.node, template)
    parts = [hole for _, hole in made.holes] if made is not None else []
    own = views.text_variables(reached.view) if reached.hit.direct else set()
    for part in [template, *parts]:
        values = [views.flow.value(function, part), *views.given(reached, part)]
        if any(views.from_request(value) for value in values):
            return part
        if isinstance(part, ir.Name) and part.id in own:
            return part
    return None
