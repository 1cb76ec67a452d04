"""FLK101; which routes an app serves, and through what, is the route table's."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from faceoff_lint.rule import (
    BLUEPRINTS,
    MAYBE,
    WARNING,
    App,
    Finding,
    Mount,
    Options,
    Related,
    Row,
    Span,
    Web,
    rule,
)

_SMALL = {"static", "favicon.ico", "robots.txt", "sitemap.xml", "health", "healthz", "healthcheck",
          "health_check", "health-check", "ping", "ready", "readyz", "livez", "live"}  # fmt: skip
_BUILDERS = {"flask_admin.Admin", "flask_appbuilder.AppBuilder"}


@rule(
    "FLK101",
    practice=BLUEPRINTS,
    severity=WARNING,
    why="On the app object no group of views can have a prefix, hooks or error pages of its own.",
    help="Move each group of URLs to a Blueprint in a module of its own and register it.",
    options={"max-app-routes": 9},
)
def missing_blueprints(web: Web, options: Options) -> Iterator[Finding]:
    """Many views sit on the app object itself, where Blueprints would divide them."""
    limit: int = options["max-app-routes"]
    unclear = any(g.kind == "blueprint" and g.routes and g.served is MAYBE for g in web.groups)
    if unclear or web.open or any(e.path in _BUILDERS for e in web.extensions):
        return
    for app in web.apps:
        if not app.root or web.role(app.file) != "product" or _is_tool(web, app):
            continue
        same = {id(a) for a in (app, *app.merged)}
        rows = [r for r in web.table if id(r.app) in same]
        direct = [r for r in rows if not r.mounts and web.is_product(r.span) and not _small(r)]
        modular = [r for r in rows if any(_divides(m) for m in r.mounts)]
        if _too_many(web, direct, len(modular), len(rows), limit):
            yield _finding(web, app, direct)
        elif not modular:
            yield from _resources(web, app, rows, limit)


def _small(row: Row) -> bool:
    """Pages that every app has, and that need no blueprint."""
    name = row.route.handler.name if row.route.handler is not None else ""
    return row.path.strip("/").rpartition("/")[2] in _SMALL or name in _SMALL


def _divides(mount: Mount) -> bool:
    return mount.child.kind in ("blueprint", "namespace")


def _is_tool(web: Web, app: App) -> bool:
    """A server that a program starts for itself: made under a main guard or by ``__main__``."""
    record = web.modules.records.get(app.file)
    importers = [path for path, _ in record.importers] if record is not None else []
    only_main = bool(importers) and all(p.endswith("__main__.py") for p in importers)
    return only_main or any(c.kind == "main" for c in app.conditions)


def _too_many(web: Web, direct: list[Row], modular: int, total: int, limit: int) -> bool:
    if not modular and len(direct) > limit:
        return True
    if modular:
        return len(direct) >= 2 * (limit + 1) and 2 * len(direct) > total
    files = {r.span.file for r in direct}
    if len(direct) < 6 or len(files) > 1 or len({_area(r, 0) for r in direct} - {""}) < 3:
        return False
    file = files.pop()
    return bool(web.models(file)) or web.sources[file].text.count("\n") > 500


def _area(row: Row, depth: int) -> str:
    """The path segment that a Blueprint would take as its prefix; empty when it is a variable."""
    parts = row.path.strip("/").split("/")
    return parts[depth] if depth < len(parts) and "<" not in parts[depth] else ""


def _finding(web: Web, app: App, direct: list[Row]) -> Finding:
    depth = 0
    while depth < 4 and len({_area(r, depth) for r in direct if r.path.strip("/")}) == 1:
        depth += 1  # all URLs begin with /api/v1: the next segment divides them
    areas: dict[str, dict[Span, Row]] = {}
    for row in direct:
        areas.setdefault(_area(row, depth), {})[row.route.place] = row
    split = sorted(((a, g) for a, g in areas.items() if a and len(g) > 1), key=lambda i: -len(i[1]))
    files = list(dict.fromkeys(r.span.file for r in direct))
    where = "this module" if files == [app.file] else f"`{posixpath.basename(files[0])}`"
    shown = ", ".join(f"`{area}` ({len(group)})" for area, group in split[:5])
    return Finding(
        app.span,
        f"{len(direct)} routes of {where if len(files) == 1 else f'{len(files)} modules'} sit on "
        "the app object itself" + (f"; Blueprints could divide them: {shown}" if shown else ""),
        label=f"{len(direct)} routes, no Blueprint",
        related=tuple(_proposal(web, area, list(group)) for area, group in split[:5]),
    )


def _proposal(web: Web, area: str, places: list[Span]) -> Related:
    lines = sorted({web.line(p) for p in places if p.file == places[0].file})
    shown = ", ".join(map(str, lines[:8])) + (", …" if len(lines) > 8 else "")
    return Related(places[0], f"Blueprint `{area}`: {len(places)} views, lines {shown}")


def _resources(web: Web, app: App, rows: list[Row], limit: int) -> Iterator[Finding]:
    """The same with Flask-RESTful: an Api on the app, with all resources in one module."""
    for mount in app.mounts:
        below = [r for r in rows if mount in r.mounts]
        spans = {h.span for r in below for h in [r.route.handler] if h is not None and h.span}
        if len(spans) > limit and len({s.file for s in spans}) == 1:
            yield Finding(
                app.span,
                f"{len(spans)} resources of one module sit on the app itself: bind an Api to a "
                "Blueprint for each area",
                label=f"{len(spans)} resources, no Blueprint",
                related=(Related(mount.span, "the Api is bound to the app here"),),
            )
