"""Express's route table: what stands before each route on the way from the app."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from faceoff_lint.model.groups import App, Group, Mount, Route, Use
from faceoff_lint.model.handlers import Handler, Step, resolve
from faceoff_lint.model.table import Row
from faceoff_lint.source import Span
from faceoff_lint.values import Function

if TYPE_CHECKING:
    from faceoff_lint.model.web import Web

__all__ = ["covers", "express_rows", "join_path", "may_match"]


@dataclass(slots=True)
class _Prior:
    """A middleware met so far, with the path it is limited to."""

    step: Step
    path: str


def express_rows(web: Web, app: App) -> Iterator[Row]:
    """The rows of one Express app, in the order its stack would be searched."""
    yield from _group_rows(app, app, "", (), True, [], [])


def _group_rows(
    app: App,
    group: Group,
    prefix: str,
    mounts: tuple[Mount, ...],
    exact: bool,
    prior: list[_Prior],
    outer: list[_Prior],
) -> Iterator[Row]:
    """Rows of a router and what hangs below it.

    ``prior``: middlewares on the way here; ``outer``: error middlewares that come after it.
    """
    prior = list(prior)
    entries: list[Route | Mount | Use] = sorted(
        [*group.routes, *group.mounts, *group.uses],
        key=lambda e: (e.event.order, 0 if isinstance(e, Route) else e.position),
    )
    errors = [s for e in entries if isinstance(e, Use) for s in _steps(e, prefix, errors=True)]
    errors += outer
    for entry in entries:
        if isinstance(entry, Use):
            prior.extend(_steps(entry, prefix, errors=False))
            errors = errors[len(list(_steps(entry, prefix, errors=True))) :]
            continue
        if isinstance(entry, Route):
            for path in entry.paths:
                yield _row(app, entry, join_path(prefix, path), mounts, exact, prior, errors)
        elif not any(entry.child is m.child for m in mounts) and entry.child is not group:
            below = join_path(prefix, entry.prefix or "")
            yield from _group_rows(
                app, entry.child, below, (*mounts, entry), exact and entry.exact, prior, errors
            )


def _steps(use: Use, prefix: str, *, errors: bool) -> Iterator[_Prior]:
    """The plain or the error middlewares of a ``use``, one for each of its paths."""
    kind = "error" if errors else "middleware"
    for handler in use.handlers:
        if bool(handler.is_error_handler) is errors:
            for path in use.paths:
                yield _Prior(Step(handler, kind, use.span), join_path(prefix, path))


def _row(
    app: App,
    route: Route,
    path: str,
    mounts: tuple[Mount, ...],
    exact: bool,
    prior: list[_Prior],
    errors: list[_Prior],
) -> Row:
    chain: list[Step] = []
    met: set[tuple[int, Span]] = set()
    for step in [p.step for p in prior if may_match(p.path, path)]:
        # One ``use`` with several paths runs once, on the first that fits.
        if (id(step.handler), step.span) in met:
            continue
        met.add((id(step.handler), step.span))
        chain.extend([*_wrappers(step.handler, step.span), step])
    for handler in [*map(resolve, route.event.before), *route.handlers[:-1]]:
        step = Step(handler, "middleware", route.span)
        chain.extend([*_wrappers(handler, route.span), step])
    if route.handlers:
        chain.extend(_wrappers(route.handlers[-1], route.span))
    return Row(
        app,
        route,
        path,
        tuple(route.methods or ()),
        None,
        mounts,
        chain,
        [p.step for p in errors if may_match(p.path, path)],
        exact and route.exact and route.methods is not None,
    )


def _wrappers(handler: Handler, span: Span) -> list[Step]:
    """The functions and libraries around a handler, outermost first."""
    steps = []
    for wrapper in handler.wrappers:
        step = Handler(wrapper)
        if isinstance(wrapper, Function):
            step.function = step.outer = wrapper
        steps.append(Step(step, "wrapper", span))
    return steps


def join_path(prefix: str, path: str) -> str:
    """A mount path and a path below it: one slash between, none at the end but for the root."""
    if not path or path == "/":
        return prefix or ("/" if path else "")
    if path.startswith("/") and path.count("/") > 1 and _is_regex(path):
        return prefix.rstrip("/") + path if prefix.rstrip("/") else path
    return prefix.rstrip("/") + "/" + path.lstrip("/")


def _is_regex(path: str) -> bool:
    """Regular expressions keep their literal form, ``/…/flags``."""
    tail = path.rpartition("/")[2]
    return all(c in "dgimsuvy" for c in tail) and any(c in path for c in "^$\\(|[")


def may_match(limit: str, path: str) -> bool:
    """Whether a middleware limited to ``limit`` can run for ``path``; in doubt, yes."""
    if not limit or limit == "/":
        return True
    left, right = _segments(limit), _segments(path)
    for index, segment in enumerate(left):
        if any(c in segment for c in "*<({?+[:\\"):
            return True
        if index >= len(right):
            return False
        if any(c in right[index] for c in "*<({?+[:\\"):
            return True
        if segment.lower() != right[index].lower():
            return False
    return True


def covers(web: Web, group: Group, routes: Sequence[Route]) -> bool:
    """Whether one ``use`` on ``group`` before ``routes`` would run for them and no other route.

    They are all that is registered on the group from the first of them on, under the same
    conditions, and no later route of the app lies below the group's path. Catch-all routes and
    functions that answer what is left over don't count: unmatched paths meet a ``use`` anyway.
    """
    first = min(route.event.order for route in routes)
    mine = {route.span for route in routes}
    if any(r.event.order > first and r.span not in mine for r in group.routes):
        return False
    if len({(r.conditions, r.span.file) for r in routes}) > 1:
        return False
    if group.params:
        return False  # what ``param`` loads is there on the routes, and not yet in a ``use``
    others: list[Mount | Use] = [*group.mounts, *group.uses]
    for entry in others:
        if entry.event.order > first and not (isinstance(entry, Use) and _is_ending(entry)):
            return False
    rows = web.table
    own = [i for i, row in enumerate(rows) if row.route in routes]
    inside = {id(route) for route in group.below}
    for index in own[:1]:
        prefix = ""
        for mount in rows[index].mounts:
            prefix = join_path(prefix, mount.prefix or "")
        for row in rows[index:]:
            outside = row.app is rows[index].app and id(row.route) not in inside
            if outside and not _is_catch_all(row.path) and may_match(prefix, row.path):
                return False
    return bool(own)


def _is_ending(use: Use) -> bool:
    """A 404 answer or an error middleware: functions of the project for every path."""
    return use.paths == [""] and all(h.known or h.is_error_handler for h in use.handlers)


def _is_catch_all(path: str) -> bool:
    return path.lstrip("/{(.")[:1] == "*"


def _segments(path: str) -> list[str]:
    return [s for s in path.split("/") if s]
