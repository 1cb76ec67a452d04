"""FLK103; who imports whom is ``faceoff_lint.model.imports``."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from faceoff_lint.rule import (
    BLUEPRINTS,
    ERROR,
    UNSAFE,
    Edit,
    Event,
    Finding,
    Fix,
    Group,
    Imports,
    Related,
    RouteEvent,
    Span,
    Web,
    rule,
)


@rule(
    "FLK103",
    practice=BLUEPRINTS,
    severity=ERROR,
    why="A decorator registers its view when its module is imported, and nothing imports this one.",
    help="Import the module where the app or blueprint is made, or delete it.",
    fixable="unsafe",
)
def unimported_view_module(web: Web) -> Iterator[Finding]:
    """A module adds routes or hooks to an app or blueprint, but nothing imports it."""
    if web.open:
        return
    imports = Imports.of(web)
    for file, added in _additions(web).items():
        if imports.dynamic or imports.programs & imports.above(file) or imports.named(file):
            continue
        group, first = added[0]
        routes = sum(1 for _, e in added if isinstance(e, RouteEvent))
        what = f"its {routes} routes answer 404" if routes > 1 else "its route answers 404"
        yield Finding(
            first.span,
            "nothing imports this module: "
            + (what if routes else "its hooks and error handlers never run"),
            label=f"adds to `{group.var or group.name}`, but never runs",
            related=(Related(group.span, f"`{group.var or group.name}` is made here"),),
            fix=_import(web, group, file),
        )


def _additions(web: Web) -> dict[str, list[tuple[Group, Event]]]:
    """Files that add to a group of another file at their top level, and what they add."""
    found: dict[str, list[tuple[Group, Event]]] = {}
    for group in web.everything:
        for event in group.set_up:
            file = event.span.file
            if file == group.file or not (
                web.is_product(event.span) and web.is_product(group.span)
            ):
                continue
            if group.kind in ("blueprint", "flask") and not web.in_function(event.span):
                found.setdefault(file, []).append((group, event))
    outside = {g.file for g in web.everything if g.kind in ("blueprint", "flask", "api")}
    return {f: added for f, added in found.items() if f not in outside and _in_package(web, f)}


def _in_package(web: Web, file: str) -> bool:
    """Whether a file is a part of a package, or beside the app: no program of its own."""
    folder = posixpath.dirname(file)
    if posixpath.join(folder, "__init__.py") in web.service.files:
        return not file.endswith("__init__.py")
    return any(
        posixpath.join(folder, name) in web.service.entries for name in ("app.py", "wsgi.py")
    )


def _import(web: Web, group: Group, file: str) -> Fix | None:
    """Import the module at the end of the one that makes the app or blueprint."""
    record = web.modules.records.get(file)
    text = web.sources[group.file].text
    if record is None or web.in_function(group.span):
        return None
    package, _, stem = record.name.rpartition(".")
    line = f"from {package} import {stem}" if package else f"import {stem}"
    if group.file.endswith("/__init__.py") and posixpath.dirname(file) == posixpath.dirname(
        group.file
    ):
        line = f"from . import {stem}"
    glue = "" if text.endswith("\n") else "\n"
    place = Span(group.file, len(text), len(text))
    edit = Edit(place, f"{glue}\n{line}  # noqa: E402, F401\n")
    return Fix(
        f"Import `{stem}` below the {'app' if group.is_app else 'blueprint'}", (edit,), UNSAFE
    )
