"""EXP402."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from faceoff_lint.rule import (
    MIDDLEWARE,
    WARNING,
    Finding,
    Leaks,
    Options,
    Related,
    Slot,
    Span,
    Web,
    ir,
    rule,
)


@rule(
    "EXP402",
    practice=MIDDLEWARE,
    severity=WARNING,
    why="Reusable features belong in middleware: written once, a change reaches every route.",
    help="Name the function, and register it where it is needed.",
    options={"min-copies": 3, "min-size": 25},
)
def duplicated_inline_middleware(web: Web, options: Options) -> Iterator[Finding]:
    """The same inline function stands in several registrations."""
    groups: dict[Any, dict[Span, Slot]] = {}
    for slot in Leaks.of(web).slots:
        function, node = slot.handler.function, slot.handler.node
        if function is None or node is not function.node or function.node.name:
            continue
        if slot.route is not None and len(slot.route.event.rules) == 0:
            continue
        size = sum(1 for _ in ir.walk(function.node))
        if size >= options["min-size"]:
            groups.setdefault(_shape(function.node), {})[function.span] = slot
    for copies in groups.values():
        if len(copies) < options["min-copies"]:
            continue
        (first, _), *others = sorted(copies.items(), key=lambda item: item[0])
        yield Finding(
            Span(first.file, first.start, first.end),
            f"this function is written {len(copies)} times: a named middleware would do",
            label="the same code again and again",
            related=tuple(Related(span, "the same here") for span, _ in others[:3]),
        )


def _shape(function: ir.Func) -> Any:
    """The function's code with its own names numbered: equal shapes do the same."""
    own: dict[str, str] = {}
    for node in ir.walk(function):
        if isinstance(node, (ir.Param, ir.Declare)):
            for name in ir.walk(node.target):
                if isinstance(name, ir.Name):
                    own.setdefault(name.id, f"${len(own)}")
    return _renamed(ir.shape(function), own)


def _renamed(shape: Any, own: dict[str, str]) -> Any:
    if isinstance(shape, tuple):
        if len(shape) == 2 and shape[0] == "Name" and isinstance(shape[1], tuple):
            return ("Name", own.get(shape[1][1], shape[1][1]))
        return tuple(_renamed(part, own) for part in shape)
    return shape
