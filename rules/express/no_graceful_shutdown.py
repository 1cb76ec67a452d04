"""EXP805."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    EXPRESS_PRODUCTION,
    INFO,
    WARNING,
    CallSite,
    Finding,
    Options,
    Requests,
    Web,
    rule,
)

_PACKAGES = {
    "@godaddy/terminus", "close-with-grace", "death", "exit-hook", "express-graceful-shutdown",
    "graceful-shutdown", "http-close", "http-graceful-shutdown", "http-shutdown", "http-terminator",
    "lightship", "node-graceful-shutdown", "signal-exit", "stoppable", "async-exit-hook",
}  # fmt: skip


@rule(
    "EXP805",
    practice=EXPRESS_PRODUCTION,
    severity=INFO,
    why="On SIGTERM, which every deployment sends, Node ends at once and drops open requests.",
    help="`process.on('SIGTERM', () => server.close())`, and let the process end by itself.",
    options={"min-routes": 5},
)
def no_graceful_shutdown(web: Web, options: Options) -> Iterator[Finding]:
    """Nothing closes the server when the process is told to stop, or a request ends the process."""
    yield from _exits(web)
    if web.machine.packages.keys() & _PACKAGES or _handles_signals(web):
        return
    for app in web.apps:
        listens = [e for e in app.listens if web.is_product(e.span) and not e.conditions]
        rows = [row for row in web.table if row.app is app]
        if app.root and listens and len(rows) >= options["min-routes"]:
            yield Finding(
                listens[0].span,
                "nothing closes this server on SIGTERM: a deployment cuts off the requests that "
                "are being answered",
                label="never closed",
            )


def _handles_signals(web: Web) -> bool:
    """Whether any code of the service that was read speaks of SIGTERM."""
    return any("SIGTERM" in source.text for source in web.sources.values())


def _exits(web: Web) -> Iterator[Finding]:
    for found in Requests.of(web).arrivals(_ends):
        yield Finding(
            found.site.span,
            f"{found.where} can end the process, and with it every other request",
            label="ends the process",
            related=found.frames,
            why="All requests share one process; who restarts it, and when, is open.",
            severity=WARNING,
        )


def _ends(site: CallSite) -> bool | None:
    ends = any(p in ("js.process.exit", "process.exit", "js.process.abort") for p in site.paths)
    return True if ends else None
