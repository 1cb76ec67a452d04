"""EXP305; what a request reaches is ``faceoff_lint.flow.calls``."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    EVENT_LOOP,
    INFO,
    WARNING,
    CallSite,
    Finding,
    Flow,
    Hit,
    Leaks,
    Related,
    Slot,
    Span,
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
    flow, leaks = Flow.of(web), Leaks.of(web)
    found: dict[Span, tuple[Hit[str], list[Slot]]] = {}
    for slot in leaks.slots:
        if web.development_only(slot.conditions):
            continue
        for function in flow.entered(slot.handler):
            for hit in flow.reach(function, _blocking):
                if web.is_product(hit.site.span) and not flow.memoised(hit.site):
                    found.setdefault(hit.site.span, (hit, []))[1].append(slot)
    for span, (hit, slots) in found.items():
        titles = list(dict.fromkeys(leaks.title(s) for s in slots))
        more = f" and {len(titles) - 1} more" if len(titles) > 1 else ""
        path = tuple(Related(s.span, "reached through this call") for s in hit.path[:-1])
        yield Finding(
            span,
            f"`{hit.what}` blocks the event loop on each request of `{titles[0]}`{more}",
            label="every other request waits here",
            related=(Related(slots[0].span, f"registered for {titles[0]}"), *path[:3]),
            severity=INFO if hit.what.endswith(("existsSync", "mkdirSync")) else None,
        )


def _blocking(site: CallSite) -> str | None:
    for path in site.paths:
        module, _, member = path.partition(".")
        if module in _MODULES and member.endswith("Sync"):
            return f"{module}.{member.rpartition('.')[2]}"
    return None
