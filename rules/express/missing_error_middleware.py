"""EXP201; who hears an error is ``faceoff_lint.flow.failures``."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    ERROR_HANDLING,
    NO,
    WARNING,
    App,
    Failures,
    Finding,
    Leaks,
    Related,
    Row,
    Use,
    Web,
    rule,
)


@rule(
    "EXP201",
    practice=ERROR_HANDLING,
    severity=WARNING,
    why="Express's own handler sends the stack to the client unless NODE_ENV is `production`.",
    help="Register `(err, req, res, next) => …` with `app.use()` after all routes.",
)
def missing_error_middleware(web: Web) -> Iterator[Finding]:
    """An app has routes, but in production no error middleware hears their errors."""
    failures = Failures.of(web)
    for app in web.apps:
        if web.open or not app.root or not web.is_product(app.span):
            continue
        rows = [r for r in web.table if r.app is app and not web.development_only(r.conditions)]
        missing = [row for row in rows if unheard(failures, row)]
        if missing:
            yield _finding(web, app, rows, missing)


def unheard(failures: Failures, row: Row) -> bool:
    """Whether nothing on the way up is an error middleware, at whatever place."""
    route = row.route
    return all(
        failures.heard(route.owner, route.event, path, anywhere=True) is NO for path in route.paths
    )


def _finding(web: Web, app: App, rows: list[Row], missing: list[Row]) -> Finding:
    express, few = Leaks.of(web).express, len(missing) < len(rows)
    which = f"{len(missing)} of {len(rows)} routes" if few else f"any of its {len(rows)} routes"
    related = [Related(r.span, f"`{'/'.join(r.methods) or '?'} {r.path}`") for r in missing[:2]]
    related += [Related(u.span, f"only {_limit(web, app, u)}") for u in _others(web)[:2]]
    return Finding(
        app.span,
        f"no error middleware in production for {which if len(rows) > 1 else 'its route'}: when "
        f"one fails, {express} answers with the error's stack, unless NODE_ENV is `production`",
        label="no error middleware",
        related=tuple(related),
    )


def _others(web: Web) -> list[Use]:
    """The error middlewares that there are."""
    uses = [use for group in web.everything for use in group.uses]
    return [use for use in uses if any(h.is_error_handler for h in use.handlers)]


def _limit(web: Web, app: App, use: Use) -> str:
    """Why an error middleware does not hear every error."""
    if web.development_only(use.event.conditions):
        return "in development"
    return f"for `{use.paths[0]}`" if use.owner is app else f"for what `{use.owner.name}` serves"
