"""FLK555."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    ERROR,
    REST,
    Api,
    App,
    Finding,
    Lit,
    Related,
    Row,
    Web,
    as_pattern,
    exclusive,
    rule,
)


@rule(
    "FLK555",
    practice=REST,
    severity=ERROR,
    why="An `Api` on the app itself takes `/`, or its `prefix`, at once: for its documentation, or "
    "for a 404. The first rule of a shape answers.",
    help="Register the view before the `Api`, or put the `Api` on a Blueprint with a `url_prefix`.",
)
def api_docs_shadow_index(web: Web) -> Iterator[Finding]:
    """Flask-RESTX answers `/` with its documentation, so the app's own view never does."""
    for app in web.apps:
        for mount in app.mounts:
            api = mount.child.native
            if not isinstance(api, Api) or api.flavour not in ("restx", "restplus"):
                continue
            if api.args.open or not web.is_product(mount.span):
                continue
            row = _view_of_root(web, app, mount.event.order)
            answer = _root(api)
            if row is None or answer is None or exclusive(mount.event.conditions, row.conditions):
                continue
            if mount.event.conditions:
                continue
            yield Finding(
                row.route.place,
                f"`GET /` is answered by {answer}: this view never runs",
                label="never answers `/`",
                related=(Related(mount.span, "the Api takes `/` here, before"),),
            )


def _view_of_root(web: Web, app: App, order: tuple[int, int]) -> Row | None:
    """The app's view for ``GET /`` that is registered after something."""
    for row in web.table:
        if row.app is not app or row.path != "/" or "GET" not in row.methods or not row.exact:
            continue
        event = row.mounts[0].event if row.mounts else row.route.event
        if row.route.owner.kind in ("flask", "blueprint") and event.order > order:
            return row if web.is_product(row.span) else None
    return None


def _root(api: Api) -> str | None:
    """What an Api puts at `/`; None for nothing, or what can't be told."""
    doc = api.args.get(-1, "doc")
    if doc is None or doc == Lit("/"):
        return "the Swagger page of Flask-RESTX"
    prefix = api.prefix
    known = as_pattern(prefix) if prefix is not None and prefix != Lit(None) else ("", True)
    if known is None or not known[1] or not isinstance(doc, Lit):
        return None
    return "Flask-RESTX, with 404" if known[0] in ("", "/") else None
