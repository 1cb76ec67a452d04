"""EXP102; whether a group is served is the model's answer."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    MODULAR,
    NO,
    WARNING,
    Finding,
    Flow,
    Group,
    Related,
    Web,
    rule,
)


@rule(
    "EXP102",
    practice=MODULAR,
    severity=WARNING,
    why="A router answers only below the path it is mounted on.",
    help="Mount it with `app.use('/path', router)`, or delete the file.",
)
def unmounted_router(web: Web) -> Iterator[Finding]:
    """A router has routes, but no app mounts it: they answer 404."""
    for group in web.groups:
        if group.kind != "router" or group.served is not NO or group.parents:
            continue
        routes = list(group.below)
        if not routes or not web.is_product(group.span) or reached_otherwise(web, group):
            continue
        importers = web.importers(group.file)
        name = f"router `{group.var}`" if group.var not in ("", "exports") else "this router"
        how = "is never mounted" if importers else "is never mounted, as no file imports this one"
        count = f"{len(routes)} routes answer" if len(routes) > 1 else "route answers"
        yield Finding(
            group.span,
            f"{name} {how}: its {count} 404",
            label="never mounted",
            related=(
                *(Related(span, "imported here, but not mounted") for span in importers[:1]),
                *(Related(route.span, "never served") for route in routes[:2]),
            ),
        )


def reached_otherwise(web: Web, group: Group) -> bool:
    """Whether something else may serve it: a request, a test, a plug-in, the package's user."""
    return (
        group.file in web.service.entries
        or web.imported_by_test(group.file)
        or web.held(group)
        or Flow.of(web).hands_on(group)
    )
