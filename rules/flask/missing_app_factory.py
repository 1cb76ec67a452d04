"""FLK106; routes are the route table's, who imports the app is ``model.imports``."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    INFO,
    STRUCTURE,
    App,
    Finding,
    Imports,
    Options,
    Related,
    Span,
    Web,
    ir,
    rule,
)

_HOLDS_MODELS = ("SQLAlchemy", "MongoEngine", "Marshmallow")


@rule(
    "FLK106",
    practice=STRUCTURE,
    severity=INFO,
    why="An app made at import exists once for a process: tests and scripts can't have their own.",
    help="Make the app in `create_app(config=None)`, and bind extensions there with `init_app`.",
    options={"max-routes": 9, "max-importers": 2, "min-modules": 4},
)
def missing_app_factory(web: Web, options: Options) -> Iterator[Finding]:
    """A grown app is made when its module is imported, not in a factory."""
    product = [f for f in web.service.files if web.role(f) == "product" and f.endswith(".py")]
    apps = [a for a in web.apps if a.root and web.is_product(a.span)]
    if len(product) < options["min-modules"] or any(web.in_function(a.span) for a in apps):
        return
    for app in apps:
        if web.role(app.file) != "product" or not app.var or app.conditions:
            continue
        routes = sum(1 for row in web.table if row.app is app)
        importers = _importers(web, app)
        models = [e for e in web.meetings if e.owner is app.native and _holds_models(e)]
        reasons = []
        if routes > options["max-routes"]:
            reasons.append(f"{routes} routes")
        if len(importers) > options["max-importers"]:
            reasons.append(f"{len(importers)} modules import it")
        if any(not web.in_function(e.span) for e in models):
            reasons.append("the models' extension is bound to it")
        if not reasons:
            continue
        pseudo = _pseudo_factory(web, app)
        related = [Related(s, f"imports `{app.var}`") for s in importers[:2]]
        if pseudo is not None:
            related.insert(0, Related(pseudo, "hands back the same app each time"))
        yield Finding(
            app.span,
            f"`{app.var}` is made when `{app.file}` is imported ({', '.join(reasons)}): every test "
            "and script in the process shares it and its settings",
            label="no factory makes it",
            related=tuple(related),
        )


def _holds_models(event: object) -> bool:
    extension = getattr(event, "extension", None)
    return getattr(extension, "path", "").rpartition(".")[2] in _HOLDS_MODELS


def _importers(web: Web, app: App) -> list[Span]:
    """Where product modules import the app object at their top level."""
    links = (link for link in Imports.of(web).seen if link.target == app.file)
    found: dict[str, Span] = {}
    for link in links:
        named = any(n.name == app.var for n in link.node.names)
        if link.top and named and web.role(link.file) == "product":
            found.setdefault(link.file, link.span)
    return list(found.values())


def _pseudo_factory(web: Web, app: App) -> Span | None:
    """A function beside the app that returns it."""
    module = web.module(app.file)
    for node in ir.find(module, ir.Func) if module is not None else ():
        if not node.name:
            continue
        own = {n.target.id for n in ir.own(node)
               if isinstance(n, ir.Assign) and isinstance(n.target, ir.Name)}  # fmt: skip
        returned = (n.value for n in ir.own(node) if isinstance(n, ir.Return))
        if any(isinstance(v, ir.Name) and v.id == app.var and v.id not in own for v in returned):
            return Span(app.file, node.start, node.header_end)
    return None
