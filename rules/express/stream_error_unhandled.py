"""EXP209; the analysis is ``faceoff_lint.flow.streams``."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    ERROR_HANDLING,
    UNSAFE,
    WARNING,
    CallSite,
    Edit,
    Finding,
    Fix,
    Flow,
    Leaks,
    OpenStream,
    Requests,
    Span,
    Web,
    open_streams,
    rule,
)


@rule(
    "EXP209",
    practice=ERROR_HANDLING,
    severity=WARNING,
    why="An `error` event that nobody listens to is thrown outside of Express.",
    help="Use `pipeline(…, res, callback)`, or listen to `error`.",
    fixable="unsafe",
)
def stream_error_unhandled(web: Web) -> Iterator[Finding]:
    """A stream made in request code has no listener for its errors."""
    flow, leaks = Flow.of(web), Leaks.of(web)

    def match(site: CallSite) -> OpenStream | None:
        found = open_streams(flow, site.function) if web.is_product(site.span) else ()
        return next((stream for stream in found if stream.site is site), None)

    for found in Requests.of(web).arrivals(match):
        after = "only a listener of the process hears it"
        after = after if leaks.survives else "Node ends the process"
        name = leaks.next_name(found.site.function)
        yield Finding(
            found.site.span,
            f"nobody listens to the errors of this `{found.what.maker}()`: when it fails, "
            f"{after} (in requests of {found.where})",
            label="no `error` listener",
            related=found.frames,
            fix=_listen(found.site, name) if name is not None and found.hit.direct else None,
        )


def _listen(site: CallSite, name: str) -> Fix:
    end = Span(site.span.file, site.span.end, site.span.end)
    return Fix(f"Pass its errors to `{name}`", (Edit(end, f".on('error', {name})"),), UNSAFE)
