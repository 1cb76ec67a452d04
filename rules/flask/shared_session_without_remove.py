"""FLK605; what requests reach is ``faceoff_lint.flow.views``."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    DATABASE,
    ERROR,
    CallSite,
    External,
    Finding,
    Flow,
    Related,
    Span,
    Views,
    Web,
    ir,
    rule,
)

_MADE = {
    "sqlalchemy.orm.scoped_session()", "sqlalchemy.orm.sessionmaker()()",
    "sqlalchemy.orm.scoping.scoped_session()", "sqlalchemy.orm.session.sessionmaker()()",
    "sqlalchemy.orm.scoped_session()()", "sqlalchemy.orm.Session()",
}  # fmt: skip
_ENDS = {"remove", "close", "close_all", "rollback"}


@rule(
    "FLK605",
    practice=DATABASE,
    severity=ERROR,
    why="Nothing ends the session with the request: what went wrong in one, the next ones inherit.",
    help="`@app.teardown_appcontext` with `Session.remove()`, or Flask-SQLAlchemy, which has it.",
)
def shared_session_without_remove(web: Web) -> Iterator[Finding]:
    """One SQLAlchemy session of a module serves all requests, and is never removed."""
    used: dict[Span, list[CallSite]] = {}
    views = Views.of(web)
    for reached in views.reach(_made_at):
        used.setdefault(reached.what, []).append(reached.site)
    if not used or _ended(web, views):
        return
    for made, sites in used.items():
        if not web.is_product(made) or not _at_module_level(web, made):
            continue
        yield Finding(
            made,
            "this session serves every request, and nothing removes it: after one error in the "
            "database all later requests of its thread fail",
            label="never removed",
            related=tuple(Related(s.span, "used by a request") for s in sites[:2]),
        )


def _made_at(site: CallSite) -> Span | None:
    """Where the session is made that a call is done on."""
    for callee in site.callees:
        current: External | None = callee if isinstance(callee, External) else None
        while current is not None:
            if current.path in _MADE and current.span is not None:
                return current.span
            current = current.parent
    return None


def _ended(web: Web, views: Views) -> bool:
    """Whether some hook or view removes, closes or rolls back a session."""
    if views.reach(_ends):
        return True
    flow = Flow.of(web)
    for group in web.everything:
        for hook in group.hooks:
            function = web.resolve(hook.handler).function
            if function is None or any(True for _ in flow.reach(function, _ends)):
                return True
    return False


def _ends(site: CallSite) -> bool | None:
    func = site.node.func
    return True if isinstance(func, ir.Attr) and func.name in _ENDS else None


def _at_module_level(web: Web, span: Span) -> bool:
    module = web.module(span.file)
    return module is not None and not any(
        n.start <= span.start < n.end for n in ir.find(module, ir.Func)
    )
