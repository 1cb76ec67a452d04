"""FLK551."""

from __future__ import annotations

import re
from collections.abc import Iterator

from faceoff_lint.rule import (
    ERROR,
    REST,
    SAFE,
    UNSAFE,
    WARNING,
    Edit,
    Finding,
    Fix,
    Severity,
    Span,
    Web,
    ir,
    rule,
)

_EXPORTS = {
    "Api", "Mask", "Model", "Namespace", "OrderedModel", "Resource", "RestError", "SchemaModel",
    "SpecsError", "Swagger", "ValidationError", "abort", "apidoc", "cors", "fields", "inputs",
    "marshal", "marshal_with", "marshal_with_field", "reqparse",
}  # fmt: skip
_DECLARED = re.compile(r"flask[-_.]restplus\b[^;#\\\n\"']*", re.IGNORECASE)


@rule(
    "FLK551",
    practice=REST,
    severity=ERROR,
    why="Flask-RESTPlus has had no release since 2019 and cannot be imported with Werkzeug 1.0+.",
    help="Use Flask-RESTX, its continuation: the same names, imported from `flask_restx`.",
    fixable="safe",
    upgrade=True,
)
def flask_restplus_unmaintained(web: Web) -> Iterator[Finding]:
    """The app depends on Flask-RESTPlus, which is unmaintained."""
    werkzeug = web.service.package("werkzeug")
    severity = WARNING if werkzeug is not None and werkzeug.below(1, 0) else None
    message = (
        "`flask_restplus` is unmaintained: the next upgrade of Werkzeug breaks it"
        if severity
        else "`flask_restplus` raises ImportError with Werkzeug 1.0 and newer"
    )
    for span, node in web.imports("flask_restplus"):
        yield Finding(
            span,
            message,
            label="unmaintained; Flask-RESTX continues it",
            fix=_import_restx(web, span, node),
            severity=severity,
        )
    yield from _requirement(web, severity)


def _import_restx(web: Web, span: Span, node: ir.Import) -> Fix:
    """Import from Flask-RESTX: safe where every imported name is known to be there."""
    at = span.start + web.text(span).index("flask_restplus")
    name = Span(span.file, at, at + len("flask_restplus"))
    names = {n.name for n in node.names}
    known = node.module == "flask_restplus" and names <= _EXPORTS
    # `import flask_restplus` binds that name, which the module goes on using.
    bare = node.module == "flask_restplus" and names == {""} and name.end == span.end
    text = "flask_restx as flask_restplus" if bare else "flask_restx"
    return Fix("Import from Flask-RESTX", (Edit(name, text),), SAFE if known else UNSAFE)


def _requirement(web: Web, severity: Severity | None) -> Iterator[Finding]:
    found = web.service.package("flask-restplus")
    text = web.modules.reading.text(found.file) if found is not None and found.file else None
    if found is None or text is None:
        return
    declared = _DECLARED.match(text, found.offset)
    if declared is None:
        return
    start, end = declared.start(), declared.start() + len(declared[0].rstrip(" ,"))
    span = Span(found.file, start, end)
    line = text[start : text.find("\n", start) % (len(text) + 1)]
    plain = found.file.endswith((".txt", ".in")) and "\\" not in line and "--" not in line
    edit = Edit(span, "flask-restx>=1.0")
    yield Finding(
        span,
        "`flask-restplus` is required here, which is unmaintained; Flask-RESTX continues it",
        label="unmaintained",
        fix=Fix("Require Flask-RESTX", (edit,), UNSAFE) if plain else None,
        severity=severity,
    )
