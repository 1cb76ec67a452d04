"""FLK108; which extension met an app is the model's answer."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    ERROR,
    NO,
    SAFE,
    STRUCTURE,
    UNSAFE,
    Extension,
    Finding,
    Fix,
    Related,
    Web,
    rule,
)

_CONSEQUENCE = {
    "SQLAlchemy": "a query raises RuntimeError, the app is not registered with it",
    "Migrate": "`flask db` fails with KeyError",
    "LoginManager": "`current_user` and `login_required` raise AttributeError",
    "CSRFProtect": "no form is protected",
    "Mail": "sending a mail raises an error",
    "Cache": "using the cache raises an error",
    "Marshmallow": "its schemas know no session",
    "Babel": "translating raises an error",
    "Limiter": "no request is limited",
}
# Where the app starts to refuse requests that it lets pass now.
_CHANGES = {"CSRFProtect", "Limiter", "Cache"}


@rule(
    "FLK108",
    practice=STRUCTURE,
    severity=ERROR,
    why="An extension made without an app does nothing until `init_app` gives it one.",
    help="Call `init_app` where the app is put together.",
    fixable="safe",
)
def extension_not_initialised(web: Web) -> Iterator[Finding]:
    """An extension object is used, but never gets the app."""
    apps = [a for a in web.apps if a.root and web.is_product(a.span)]
    if not apps or web.open:
        return
    for extension in web.extensions:
        name = extension.path.rpartition(".")[2]
        if name not in _CONSEQUENCE or extension.met is not NO or extension.escaped:
            continue
        if not web.is_product(extension.span) or extension.conditions:
            continue
        uses = web.uses(extension)
        if not uses or web.initialises(extension.var):
            continue
        yield Finding(
            extension.span,
            f"`{extension.var}` never gets the app: {_CONSEQUENCE[name]}",
            label="no `init_app` for it",
            related=tuple(Related(u, "used here") for u in uses[:1]),
            fix=_init(web, extension, name) if len(apps) == 1 else None,
        )


def _init(web: Web, extension: Extension, name: str) -> Fix | None:
    """One more `init_app` beside the others."""
    met = [e for e in web.meetings if e.args.node is not None]
    for event in reversed(met):
        head, found, argument = web.text(event.span).partition(".init_app(")
        edits = web.called_beside(event.span, f"{{}}.init_app({argument}", extension)
        if found and head.isidentifier() and edits and argument.removesuffix(")").isidentifier():
            applicability = UNSAFE if name in {*_CHANGES, "Migrate"} else SAFE
            return Fix(f"Initialise `{extension.var}` as well", edits, applicability)
    return None
