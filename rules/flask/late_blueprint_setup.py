"""FLK104; the order of registrations is the interpreter's, the import chain the model's."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    BLUEPRINTS,
    ERROR,
    UNSAFE,
    WARNING,
    Event,
    Finding,
    Fix,
    Group,
    Mount,
    Related,
    Span,
    Web,
    rule,
)


@rule(
    "FLK104",
    practice=BLUEPRINTS,
    severity=ERROR,
    why="A registration copies what the blueprint holds at that moment; nothing is added later.",
    help="Register the blueprint after all of it is set up.",
    fixable="unsafe",
)
def late_blueprint_setup(web: Web) -> Iterator[Finding]:
    """A route, hook or child is added to a blueprint after its registration."""
    version = web.service.version
    silent = version is not None and version.below(2, 3) is True
    reported: set[Span] = set()
    chains = (mounts for app in web.apps if app.root for _, mounts in web.blueprints(app))
    for mounts in chains:
        group, mount = mounts[-1].child, mounts[0]
        late = [e for e in group.set_up if _too_late(web, mount, e)]
        if not late or group.span in reported or mount.child.kind == "api":
            continue
        if not web.is_product(mount.span):
            continue
        reported.add(group.span)
        what, consequence = _what(group, late[0])
        yield Finding(
            late[0].span,
            f"`{group.name}` is already registered when this {what} is added: "
            + (consequence if silent else "AssertionError when the app starts"),
            label="too late",
            related=(
                Related(mount.span, f"`{group.name}` is registered here"),
                *(Related(e.span, "too late as well") for e in late[1:3]),
            ),
            severity=WARNING if silent else None,
            fix=_move(web, mount, late),
        )


def _too_late(web: Web, mount: Mount, event: Event) -> bool:
    """Whether an event surely comes after a registration, in the same run."""
    if event.order <= mount.event.order or not web.is_product(event.span):
        return False
    return web.both(mount.event, event) and web.runs_after(mount.span, event.span)


def _what(group: Group, event: Event) -> tuple[str, str]:
    if any(r.event is event for r in group.routes):
        return "route", "its URL answers 404"
    if any(m.event is event for m in group.mounts):
        return "child", "its URLs answer 404"
    return "hook", "it never runs"


def _move(web: Web, mount: Mount, late: list[Event]) -> Fix | None:
    """Move the registration behind the set-up, where both stand in one block."""
    last = late[-1].span
    edits = web.moved_behind(mount.span, last) if last.file == mount.span.file else None
    return Fix("Register the blueprint when it is complete", edits, UNSAFE) if edits else None
