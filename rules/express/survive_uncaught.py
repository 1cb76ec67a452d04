"""EXP208; who listens to the process is ``faceoff_lint.flow.leaks``."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import ERROR_HANDLING, WARNING, Finding, Leaks, Web, rule


@rule(
    "EXP208",
    practice=ERROR_HANDLING,
    severity=WARNING,
    why="The request that failed is never answered, and nobody knows what state the process is in.",
    help="Log it, close the server and end the process: `server.close(() => process.exit(1))`.",
)
def survive_uncaught(web: Web) -> Iterator[Finding]:
    """A listener of the process keeps it alive after an error that nobody handled."""
    for call in Leaks.of(web).kept_alive:
        if call.span is None or call.args is None or not web.is_product(call.span):
            continue
        name = call.args.literal(0)
        yield Finding(
            call.span,
            f"this keeps the process alive after an `{name}`: the request that failed hangs",
            label="never ends the process",
        )
