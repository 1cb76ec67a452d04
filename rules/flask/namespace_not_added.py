"""FLK553; whether a namespace reaches an app is the model's answer."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    ERROR,
    NO,
    REST,
    UNSAFE,
    Finding,
    Fix,
    Group,
    Related,
    Web,
    rule,
)


@rule(
    "FLK553",
    practice=REST,
    severity=ERROR,
    why="Resources are served through an Api that is bound to an app: these URLs answer 404.",
    help="Add the namespace with `api.add_namespace(…)`; bind the Api with `init_app`.",
    fixable="unsafe",
)
def namespace_not_added(web: Web) -> Iterator[Finding]:
    """A Namespace has resources, but no Api gets it; or an Api is never bound to an app."""
    apps = [a for a in web.apps if a.root and web.is_product(a.span)]
    if not apps or web.open:
        return
    for group in web.groups:
        if group.kind not in ("namespace", "api") or group.served is not NO or group.parents:
            continue
        routes = len(list(group.below))
        if not routes or group.conditions or not web.is_product(group.span) or web.held(group):
            continue
        many = f"its {routes} routes answer 404" if routes > 1 else "its route answers 404"
        what, why = f"the Api `{group.name}`", "is never bound to an app"
        if group.kind == "namespace":
            what, why = f"the namespace `{group.name}`", "is never added to an Api"
        added = [m.span for g in web.groups for m in g.mounts if m.child.kind == "namespace"]
        related = [Related(r.place, "never served") for r in group.routes[:2]]
        yield Finding(
            group.span,
            f"{what} {why}: {many}",
            label=why,
            related=(*related, *(Related(s, "another one is added here") for s in added[-1:])),
            fix=_add(web, group) if group.kind == "namespace" else None,
        )


def _add(web: Web, group: Group) -> Fix | None:
    """Add it where the last other namespace is added."""
    for api in web.groups:
        for mount in reversed(api.mounts):
            head, found, _ = web.text(mount.span).partition(".add_namespace(")
            if found and head.isidentifier() and api.served is not NO:
                edits = web.called_beside(mount.span, f"{head}.add_namespace({{}})", group.native)
                return Fix(f"Add it to `{head}`", edits, UNSAFE) if edits else None
    return None
