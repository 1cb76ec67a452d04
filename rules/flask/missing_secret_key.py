"""FLK803; what requests reach is ``faceoff_lint.flow.views``."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    ERROR,
    PRODUCTION,
    CallSite,
    External,
    Finding,
    Function,
    Related,
    Span,
    Views,
    Web,
    ir,
    options,
    rule,
)

_CALLS = {
    "flask.flash": "`flash`", "flask_login.login_user": "`login_user`",
    "flask.session.setdefault": "the session", "flask.session.update": "the session",
}  # fmt: skip


@rule(
    "FLK803",
    practice=PRODUCTION,
    severity=ERROR,
    why="Flask signs the session's cookie with the key, and has none by default.",
    help='Set it: `app.config["SECRET_KEY"] = os.environ["SECRET_KEY"]`.',
)
def missing_secret_key(web: Web) -> Iterator[Finding]:
    """The session is used, and nothing sets a secret key."""
    apps = [a for a in web.apps if a.root and web.is_product(a.span) and a.has_setup]
    if len(apps) != 1 or web.open or _may_be_set(web):
        return
    views = Views.of(web)
    used = [(r.site.span, r.what, r.where) for r in views.reach(_uses)]
    for view in views.all:
        for function in view.functions:
            used += [(span, "the session", view.title) for span in _stores(views, function)]
    if used:
        span, what, where = min(used, key=lambda u: u[0])
        yield Finding(
            span,
            f"{what} in {where} raises RuntimeError: no secret key is set",
            label="the session is unavailable",
            related=(Related(apps[0].span, "nothing sets this app's `SECRET_KEY`"),),
        )


def _may_be_set(web: Web) -> bool:
    """Whether some file speaks of a secret key, or settings come from where can't be seen."""
    for app in web.apps:
        for one in (app, *app.merged):
            if any(e.key in ("?", "*") or e.how.startswith("from_") for e in one.settings):
                return True
            if one.native.escaped:
                return True
    for path in web.service.files:
        text = web.modules.reading.text(path)
        if text is not None and "secret_key" in text.lower():
            return True
    return False


def _uses(site: CallSite) -> str | None:
    for path in site.paths:
        if path in _CALLS:
            return _CALLS[path]
    return None


def _stores(views: Views, function: Function) -> Iterator[Span]:
    """Where a view writes ``session[…] = …``."""
    for node in ir.own(function.node):
        if isinstance(node, ir.Assign) and isinstance(node.target, ir.Index):
            values = options(views.flow.value(function, node.target.obj))
            if all(isinstance(v, External) and v.path == "flask.session" for v in values):
                yield Span(function.module.path, node.start, node.end)
