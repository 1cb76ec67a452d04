"""FLK511; folders, files and what templates name are ``model.templates``."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    ERROR,
    ROUTING,
    Finding,
    Span,
    Templates,
    Web,
    ir,
    library_calls,
    rule,
)

_RENDER = {
    "flask.render_template", "flask.stream_template", "flask.templating.render_template",
    "flask.templating.stream_template",
}  # fmt: skip
_CAUGHT = {"TemplateNotFound", "TemplatesNotFound", "TemplateError", "Exception", "IOError",
           "LookupError", "BaseException"}  # fmt: skip


@rule(
    "FLK511",
    practice=ROUTING,
    severity=ERROR,
    why="Jinja looks in the template folders of the app and its blueprints, and nowhere else.",
    help="Name a template that is there, or add the file.",
)
def missing_template(web: Web) -> Iterator[Finding]:
    """A template is named that lies in none of the template folders."""
    templates = Templates.of(web)
    named = [*_rendered(web), *_referred(templates)]
    if not named or not templates.closed:
        return
    for place, name, what in named:
        if templates.exists(name) or templates.of_library(name) or _is_built(web, templates, name):
            continue
        yield Finding(
            place,
            f"there is no template `{name}`: {what} raises TemplateNotFound, status 500",
            label="not in any template folder",
        )


def _rendered(web: Web) -> Iterator[tuple[Span, str, str]]:
    """The literal names that product code renders."""
    for call in library_calls(web, _RENDER):
        first = call.node.args[0] if call.node.args else None
        if first is None or first.spread or call.caught & _CAUGHT:
            continue
        if first.keyword not in (None, "template_name_or_list"):
            continue
        nodes = [first.value]
        while nodes:
            node = nodes.pop()
            if isinstance(node, ir.Cond):
                nodes += [node.body, node.orelse]
            elif isinstance(node, ir.Const) and isinstance(node.value, str):
                yield Span(call.span.file, node.start, node.end), node.value, "rendering it"


def _referred(templates: Templates) -> Iterator[tuple[Span, str, str]]:
    """The literal names in ``extends``, ``include`` and ``import``."""
    for span, reference in templates.references:
        if reference.kind != "url_for" and not reference.guarded:
            what = "import" if reference.kind == "from" else reference.kind
            yield span, reference.name, f"this `{what}`"


def _is_built(web: Web, templates: Templates, name: str) -> bool:
    """Whether a front end's build may write the file: a folder that isn't there, beside npm's."""
    folder = name.rpartition("/")[0]
    beside = any(f.rpartition("/")[0].endswith(folder) for f in templates.files) if folder else True
    manifest = web.modules.reading.is_file
    root = web.service.root
    has_build = any(
        manifest(f"{root}/{path}".lstrip("/"))
        for path in (
            "package.json",
            "frontend/package.json",
            "client/package.json",
            "ui/package.json",
        )
    )
    return has_build and (not beside or name == "index.html")
