"""FLK504; which endpoints there are, and who asks for them, is ``model.endpoints``."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    ERROR,
    ROUTING,
    UNSAFE,
    Edit,
    Endpoints,
    Finding,
    Fix,
    Related,
    Span,
    UrlFor,
    Web,
    rule,
)


@rule(
    "FLK504",
    practice=ROUTING,
    severity=ERROR,
    why="`url_for` finds no rule for the endpoint and raises BuildError: status 500.",
    help="Name the endpoint as it is registered, with its blueprint in front.",
    fixable="unsafe",
)
def unknown_endpoint(web: Web) -> Iterator[Finding]:
    """A URL is asked for whose endpoint is not there."""
    endpoints = Endpoints.of(web)
    for asked in endpoints.asked:
        if not endpoints.missing(asked.endpoint):
            continue
        alike = endpoints.alike(asked.endpoint)
        rows = endpoints.rows[alike[0]] if len(alike) == 1 else []
        when = "sending a visitor to log in" if asked.what == "login_view" else "building the URL"
        yield Finding(
            asked.span,
            f"there is no endpoint `{asked.endpoint}`: {when} raises BuildError, status 500",
            label="no such endpoint",
            related=tuple(Related(r.route.place, f"`{alike[0]}` is this view") for r in rows[:1]),
            fix=_rename(web, asked, alike[0]) if len(alike) == 1 else None,
        )


def _rename(web: Web, asked: UrlFor, name: str) -> Fix | None:
    """Ask for the one endpoint that has the same last part."""
    start, end = asked.span.start + 1, asked.span.end - 1
    if end - start != len(asked.endpoint):
        return None
    edit = Edit(Span(asked.span.file, start, end), name)
    return Fix(f"Ask for `{name}`", (edit,), UNSAFE)
