"""FLK555; the order of registrations is the model's."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    ERROR,
    REST,
    Event,
    Finding,
    Lit,
    Mount,
    Related,
    Row,
    Web,
    rule,
)


@rule(
    "FLK555",
    practice=REST,
    severity=ERROR,
    why="Flask-RESTX adds rules of its own for `/`; of two equal rules the first one answers.",
    help="Bind the Api to a Blueprint, or after the view, or give it a `prefix` and a `doc` path.",
)
def api_docs_shadow_index(web: Web) -> Iterator[Finding]:
    """A Flask-RESTX Api takes the URL `/` before the view that is meant for it."""
    for app in web.apps:
        index = [r for r in web.table if r.app is app and r.path == "/" and "GET" in r.methods]
        for mount in app.mounts:
            what = _taken(mount) if mount.child.kind == "api" else None
            late = [r for r in index if _order(r).order > mount.event.order]
            if what is None or not late or len(late) < len(index):
                continue
            view = late[0]
            if not web.both(mount.event, _order(view)) or not web.is_product(mount.span):
                continue
            name = view.endpoint or "the view"
            yield Finding(
                mount.span,
                f"this Api answers `/` with {what}: the view `{name}` never runs",
                label="takes `/` first",
                related=(Related(view.route.place, "meant to answer `/`"),),
            )


def _order(row: Row) -> Event:
    """What decides when the app gets a rule: its blueprint's registration, or its own."""
    return row.mounts[0].event if row.mounts else row.route.event


def _taken(mount: Mount) -> str | None:
    """What the Api answers `/` with; None when it leaves it alone, or that can't be told."""
    native = mount.child.native
    if getattr(native, "flavour", "") not in ("restx", "restplus") or not isinstance(
        mount.parent, App
    ):
        return None
    if native.args.open or mount.event.args.open or not mount.parent.is_app:
        return None
    given = {**native.args.kw, **mount.event.args.kw}
    doc, prefix = given.get("doc", Lit("/")), given.get("prefix", Lit(""))
    specs = given.get("add_specs", Lit(True))
    if not isinstance(doc, Lit) or not isinstance(prefix, Lit) or not isinstance(specs, Lit):
        return None
    if doc.value == "/" and specs.value:
        return "its documentation"
    return "404" if prefix.value in ("", "/", None) else None
