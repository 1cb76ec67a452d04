"""EXP805."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    EXPRESS_PRODUCTION,
    INFO,
    WARNING,
    CallSite,
    Finding,
    Flow,
    Leaks,
    Options,
    Related,
    Span,
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
    flow, leaks = Flow.of(web), Leaks.of(web)
    found: dict[Span, Finding] = {}
    for slot in leaks.slots:
        if web.development_only(slot.conditions):
            continue
        for function in flow.entered(slot.handler):
            for hit in flow.reach(function, _ends, closures=False):
                if web.is_product(hit.site.span) and hit.site.span not in found:
                    title = leaks.title(slot)
                    found[hit.site.span] = Finding(
                        hit.site.span,
                        f"`{title}` can end the process, and with it every other request",
                        label="ends the process",
                        related=(Related(slot.span, f"registered for {title}"),),
                        why="All requests share one process; who restarts it, and when, is open.",
                        severity=WARNING,
                    )
    yield from found.values()


def _ends(site: CallSite) -> bool | None:
    ends = any(p in ("js.process.exit", "process.exit", "js.process.abort") for p in site.paths)
    return True if ends else None
