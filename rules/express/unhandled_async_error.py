"""EXP301; the analysis is ``faceoff_lint.flow.leaks``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from faceoff_lint.rule import (
    ASYNC,
    ERROR,
    SAFE,
    UNSAFE,
    Edit,
    Finding,
    Fix,
    Floating,
    Leaks,
    Options,
    Point,
    Related,
    Slot,
    Span,
    Web,
    rule,
)


@rule(
    "EXP301",
    practice=ASYNC,
    severity=ERROR,
    why="A rejection that reaches neither `next` nor an answer ends the process on Node 15+.",
    help="Wrap the handler so that its rejection goes to `next`, or await the promise in a try.",
    options={"max-calls": 9},
    fixable="safe",
)
def unhandled_async_error(web: Web, options: Options) -> Iterator[Finding]:
    """A promise in request code can reject, and nobody hears it."""
    leaks = Leaks.of(web)
    found: dict[Span, tuple[Point, list[Slot]]] = {}
    for slot in leaks.slots:
        point = leaks.escaping(slot)
        if point is not None and web.is_product(point.span):
            found.setdefault(point.span, (point, []))[1].append(slot)
    for point, slots in found.values():
        yield _leaking(leaks, point, slots)
    calls: dict[Span, list[Floating]] = {}
    for item in leaks.floating:
        if item.kind == "call" and item.source is not None and web.is_product(item.source.span):
            calls.setdefault(item.source.span, []).append(item)
        else:
            yield _floating(leaks, item)
    for source, items in calls.items():
        if len(items) > options["max-calls"]:
            yield _everywhere(leaks, source, items)
        else:
            yield from (_floating(leaks, item) for item in items)


def _leaking(leaks: Leaks, point: Point, slots: list[Slot]) -> Finding:
    first = slots[0]
    name = first.handler.name
    titles = list(dict.fromkeys(leaks.title(s) for s in slots))
    shown = ", ".join(f"`{t}`" for t in titles[:2]) + (
        f" and {len(titles) - 2} more" if len(titles) > 2 else ""
    )
    who = "the handler" if name.startswith("<") else f"`{name}`"
    return Finding(
        point.span,
        f"{who} of {shown} can reject here, and {leaks.express} does not hear it: "
        f"{leaks.consequence}",
        label="this rejection is lost",
        related=tuple(Related(s.span, f"registered for {leaks.title(s)}") for s in slots[:3]),
        fix=_wrap(leaks, first, point),
    )


def _wrap(leaks: Leaks, slot: Slot, point: Point) -> Fix | None:
    """Wrap an inline handler with a wrapper that this file already knows."""
    function, node = slot.handler.function, slot.handler.node
    if function is None or node is not function.node or function.span.file != slot.span.file:
        return None
    name = leaks.wrapper_name(slot.span.file)
    if name is None:
        return None
    start, end = function.span.start, function.span.end
    file = slot.span.file
    edits = (Edit(Span(file, start, start), f"{name}("), Edit(Span(file, end, end), ")"))
    return Fix(f"Wrap the handler with `{name}`", edits, SAFE)


_VOID = re.compile(r"(?<![\w$.])void\s{1,4}$")
_WHAT = {
    "call": "{what} can reject, and its promise is neither awaited nor returned",
    "chain": "this promise chain has no `.catch` at its end",
    "iife": "this async function can reject, and its promise is dropped",
    "callback": "{what} ignores the promise of this async function, which can reject",
    "executor": "`new Promise` ignores what this async executor rejects with",
}


def _floating(leaks: Leaks, item: Floating) -> Finding:
    what = _WHAT[item.kind].format(what=f"`{item.what}`")
    related: tuple[Related, ...] = ()
    if item.source is not None and item.source.span != item.span:
        related = (Related(item.source.span, "it can reject here"),)
    return Finding(
        item.span,
        f"{what}: {leaks.unheard}",
        label="nobody hears this rejection",
        related=related,
        fix=_catch(leaks, item),
    )


def _everywhere(leaks: Leaks, source: Span, items: list[Floating]) -> Finding:
    """One finding for a function whose promise is dropped again and again: the root is here."""
    return Finding(
        source,
        f"`{items[0].what}` can reject here, and {len(items)} calls of it are neither awaited nor "
        f"returned: {leaks.unheard}",
        label="nobody hears this rejection",
        related=tuple(Related(item.span, "dropped here") for item in items[:3]),
        help="Catch inside the function, if it is meant to be left running; otherwise await it.",
    )


def _catch(leaks: Leaks, item: Floating) -> Fix | None:
    """``.catch(next)`` for a chain in a handler with ``next``; ``await`` for a call."""
    end = Span(item.span.file, item.span.end, item.span.end)
    next_name = leaks.next_name(item.function)
    if item.kind == "chain" and item.what == ".then(…)" and next_name:
        return Fix(
            f"Pass the rejection to `{next_name}`", (Edit(end, f".catch({next_name})"),), SAFE
        )
    if item.kind == "call" and item.function.node.is_async:
        start = item.span.start
        before = leaks.web.text(Span(item.span.file, max(0, start - 9), start))
        # `void` says that nobody waits, and does not go with `await`.
        word = _VOID.search(before)
        place = Span(item.span.file, start - (len(word[0]) if word else 0), start)
        return Fix("Await the call", (Edit(place, "await "),), UNSAFE)
    return None
