"""EXP305; what requests reach is ``faceoff_lint.flow.requests``."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    EVENT_LOOP,
    INFO,
    WARNING,
    CallSite,
    Finding,
    Flow,
    Requests,
    Web,
    rule,
)

_MODULES = {"fs", "fs-extra", "graceful-fs", "child_process"}


@rule(
    "EXP305",
    practice=EVENT_LOOP,
    severity=WARNING,
    why="While a synchronous call runs, the process answers no other request.",
    help="Use the promise version of the call and await it, or do the work once at start-up.",
)
def blocking_call_in_handler(web: Web) -> Iterator[Finding]:
    """A request reaches synchronous file or process I/O."""
    for found in Requests.of(web).arrivals(_blocking):
        if Flow.of(web).memoised(found.site):
            continue
        yield Finding(
            found.site.span,
            f"`{found.what}` blocks the event loop on each request of {found.where}",
            label="every other request waits here",
            related=found.frames,
            severity=INFO if found.what.endswith(("existsSync", "mkdirSync")) else None,
        )


def _blocking(site: CallSite) -> str | None:
    for path in site.paths:
        module, _, member = path.partition(".")
        if module in _MODULES and member.endswith("Sync"):
            return f"{module}.{member.rpartition('.')[2]}"
    return None
