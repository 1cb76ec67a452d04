"""FLK110; who imports whom is ``faceoff_lint.model.imports``."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from faceoff_lint.rule import (
    SAFE,
    STRUCTURE,
    WARNING,
    App,
    Edit,
    Finding,
    Fix,
    Imports,
    Related,
    Span,
    Web,
    ir,
    rule,
)

_NAMING = ("Procfile", "Dockerfile", "docker-compose.yml", "compose.yml", "app.yaml", ".flaskenv")


@rule(
    "FLK110",
    practice=STRUCTURE,
    severity=WARNING,
    why="Importing the module starts the development server, and the import does not come back.",
    help='Put it below `if __name__ == "__main__":`.',
    fixable="safe",
)
def app_run_at_import(web: Web) -> Iterator[Finding]:
    """Importing a module that others import starts the server."""
    for app in web.apps:
        for event in app.listens:
            place = event.span
            if event.conditions or not web.is_product(place) or web.in_function(place):
                continue
            links = Imports.of(web).incoming.get(place.file, [])
            named = _named(web, app, place.file)
            if not links and named is None:
                continue
            who = f"`{named}` names" if named is not None else f"`{links[0].file}` imports"
            yield Finding(
                place,
                f"{who} this module, and importing it starts a server: what comes after the "
                "import never runs",
                label="runs at import",
                related=tuple(Related(link.span, "imported here") for link in links[:1]),
                fix=_guard(web, place),
            )


def _named(web: Web, app: App, file: str) -> str | None:
    """The manifest that names the module's app for a WSGI server."""
    stem = posixpath.splitext(posixpath.basename(file))[0]
    naming = re.compile(rf"\b{re.escape(stem)}:{re.escape(app.var or 'app')}\b")
    for name in _NAMING:
        text = web.modules.reading.text(posixpath.join(web.service.root, name))
        if text is not None and naming.search(text):
            return name
    return None


def _guard(web: Web, place: Span) -> Fix | None:
    """Guard the call, where it is the module's last statement."""
    module = web.module(place.file)
    last = module.body[-1] if module is not None and module.body else None
    if not isinstance(last, ir.ExprStmt):
        return None
    if (last.value.start, last.value.end) != (place.start, place.end):
        return None
    at = Span(place.file, place.start, place.start)
    guard = 'if __name__ == "__main__":\n    '
    return Fix("Run it only as a program", (Edit(at, guard),), SAFE)
