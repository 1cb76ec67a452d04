"""Whether two things that set-up code does meet in one process."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from faceoff_lint import ir
from faceoff_lint.frameworks.flask import Blueprint
from faceoff_lint.model.flask_table import label
from faceoff_lint.source import Span
from faceoff_lint.values import Condition, exclusive

if TYPE_CHECKING:
    from faceoff_lint.frameworks.events import Event
    from faceoff_lint.model.groups import Group, Mount
    from faceoff_lint.model.web import Web

__all__ = ["body", "loaded_together", "named_blueprints", "runs_after", "same_run", "together"]


def together(
    web: Web,
    first: tuple[Sequence[Condition], str],
    second: tuple[Sequence[Condition], str],
) -> bool:
    """Whether both are surely there in one process, whenever the later one is.

    Each is given by its conditions and its file. No, when they stand on exclusive branches, when
    the earlier has a condition of its own (it may be an override), or when no program loads both.
    """
    if exclusive(first[0], second[0]):
        return False
    if not {c for c in first[0] if c.kind != "try"} <= set(second[0]):
        return False
    return loaded_together(web, first[1], second[1])


def loaded_together(web: Web, left: str, right: str) -> bool:
    """Whether some program loads the modules of both files."""
    if left == right:
        return True
    above = [_importers(web, file) for file in (left, right)]
    roots = [{f for f in files if _is_root(web, f)} for files in above]
    return not (roots[0] and roots[1]) or bool(roots[0] & roots[1])


def same_run(web: Web, first: Event, second: Event) -> bool:
    """Whether both happen when the modules load, or in one function that a server calls.

    Set-up functions that nobody calls in the project are each a run of their own.
    """
    starts = web.machine.starts
    runs = [bisect_left(starts, e.order[1]) for e in (first, second)]
    return runs[0] == runs[1]


def _is_root(web: Web, file: str) -> bool:
    record = web.modules.records.get(file)
    return record is not None and not record.importers


def _importers(web: Web, file: str) -> set[str]:
    """The file and all that import it, directly or not."""
    found: set[str] = set()
    stack = [file]
    while stack:
        current = stack.pop()
        record = web.modules.records.get(current)
        if current not in found and record is not None:
            found.add(current)
            stack.extend(path for path, _ in record.importers)
    return found


def runs_after(web: Web, first: Span, second: Span) -> bool:
    """See ``Web.runs_after``."""
    home = body(web, first)
    if first.file == second.file:
        return home == body(web, second) and second.start > first.end
    if body(web, second) is not None:
        return False
    record = web.modules.records.get(first.file)
    below = [
        path
        for path, span in (record.imports if record is not None else [])
        if span.start > first.end and body(web, span) == home
    ]
    seen: set[str] = set()
    while below:
        path = below.pop()
        record = web.modules.records.get(path)
        if path == second.file:
            return True
        if path not in seen and path != first.file and record is not None:
            seen.add(path)
            below += [p for p, span in record.imports if body(web, span) is None]
    return False


def body(web: Web, place: Span) -> int | None:
    """The start of the innermost function around a place; None at the top level."""
    module = web.module(place.file)
    found: int | None = None
    for node in ir.find(module, ir.Func) if module is not None else ():
        inside = node.start <= place.start < node.end
        if inside and (found is None or node.start > found):
            found = node.start
    return found


def named_blueprints(
    group: Group, names: str = "", mounts: tuple[Mount, ...] = ()
) -> Iterator[tuple[str, tuple[Mount, ...]]]:
    """The dotted names under which an app knows its blueprints, and the mounts down to each.

    In the order of registration; ``{?}`` stands for what isn't known.
    """
    for mount in sorted(group.mounts, key=lambda m: m.event.order):
        if any(mount.child is m.child for m in mounts):
            continue
        below = (*mounts, mount)
        if isinstance(mount.child.native, Blueprint):
            name = names + label(mount)
            yield name, below
            yield from named_blueprints(mount.child, name + ".", below)
        elif mount.child.kind == "api" and not mounts:
            yield from named_blueprints(mount.child, names, below)
