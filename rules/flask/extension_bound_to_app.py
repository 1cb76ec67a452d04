"""FLK109; where extensions meet apps is the model's answer."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import STRUCTURE, WARNING, Finding, Related, Web, rule

_HELD = ("SQLAlchemy", "Marshmallow")


@rule(
    "FLK109",
    practice=STRUCTURE,
    severity=WARNING,
    why="Models and schemas need the extension when they are imported, before any app is made.",
    help="Make it at module level without the app, and call `init_app` in the factory.",
)
def extension_bound_to_app(web: Web) -> Iterator[Finding]:
    """An extension that models need is made with the app of a factory."""
    for event in web.meetings:
        extension, app = event.extension, event.owner
        name = getattr(extension, "path", "").rpartition(".")[2]
        if name not in _HELD or event.span != extension.span or event.conditions:
            continue
        if not web.is_product(event.span) or not web.in_function(app.span):
            continue
        if web.in_function(event.span):
            what = "no other module can import it, and each app makes its own"
        else:
            what = "the next app that the factory makes has none"
        yield Finding(
            event.span,
            f"`{name}` is made with one app of the factory: {what}",
            label="bound to one app",
            related=(Related(app.span, "the factory makes the app here"),),
        )
