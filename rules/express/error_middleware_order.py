"""EXP202; what comes later, and who hears it, is ``faceoff_lint.flow.failures``."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    ERROR_HANDLING,
    NO,
    UNSAFE,
    WARNING,
    YES,
    Failures,
    Finding,
    Fix,
    Registration,
    Related,
    Use,
    Web,
    rule,
)


@rule(
    "EXP202",
    practice=ERROR_HANDLING,
    severity=WARNING,
    why="Express looks for an error middleware only after the place where the error arose.",
    help="Register error middlewares after all routes and other middlewares.",
    fixable="unsafe",
)
def error_middleware_order(web: Web) -> Iterator[Finding]:
    """An error middleware is registered before what can fail."""
    failures = Failures.of(web)
    for group in web.everything if not web.open else ():
        for use, sure in failures.catchers(group):
            if sure is not YES or group.served is not YES or not failures.final(use):
                continue
            if web.is_product(use.span):
                late = [item for item in failures.after(use) if lost(failures, item)]
                if late:
                    yield _finding(web, failures, use, late)


def lost(failures: Failures, item: Registration) -> bool:
    """Whether a registration can fail, and its error gets Express's default handler."""
    entry = item.entry
    if any(failures.heard(entry.owner, entry.event, p) is not NO for p in entry.paths or [""]):
        return False
    return failures.can_fail(entry) is YES


def _finding(web: Web, failures: Failures, use: Use, late: list[Registration]) -> Finding:
    titles = list(dict.fromkeys(failures.title(item) for item in late))
    shown = ", ".join(f"`{title}`" for title in titles[:2])
    more = f" and {len(titles) - 2} more" if len(titles) > 2 else ""
    name = use.owner.var
    edits = web.moved_last(use.span, name) if name else None
    return Finding(
        use.span,
        f"this error middleware is registered before {shown}{more}: their errors get Express's "
        "default handler",
        label="too early",
        related=tuple(Related(i.event.span, "registered after it") for i in late[:3]),
        fix=Fix("Register it last", edits, UNSAFE) if edits is not None else None,
    )
