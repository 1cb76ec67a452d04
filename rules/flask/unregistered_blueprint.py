"""FLK102; whether a blueprint reaches an app is the model's answer."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    BLUEPRINTS,
    ERROR,
    NO,
    UNSAFE,
    Edit,
    Finding,
    Fix,
    Group,
    Instance,
    Mount,
    Related,
    Web,
    rule,
)


@rule(
    "FLK102",
    practice=BLUEPRINTS,
    severity=ERROR,
    why="A blueprint does nothing until an app registers it: its URLs answer 404.",
    help="Register it where the app registers the others, or delete it.",
    fixable="unsafe",
)
def unregistered_blueprint(web: Web) -> Iterator[Finding]:
    """A blueprint has routes, but no app registers it."""
    apps = [a for a in web.apps if a.root and web.is_product(a.span)]
    mounts = [m for a in apps for m in a.mounts if m.child.kind == "blueprint"]
    for group in web.groups:
        if group.kind != "blueprint" or group.served is not NO or not group.has_setup or not apps:
            continue
        if not web.is_product(group.span) or group.conditions or web.held(group):
            continue
        related = [Related(r.place, "never served") for r in group.routes[:2]]
        if mounts:
            related.append(Related(mounts[-1].span, "the app registers its blueprints here"))
        yield Finding(
            group.span,
            f"blueprint `{group.name}` is never registered{_consequence(web, group)}",
            label="no app registers it",
            related=tuple(related),
            fix=_register(web, group, mounts[-1]) if mounts else None,
        )


def _consequence(web: Web, group: Group) -> str:
    below = list(group.below)
    if not below:
        return ": its hooks and error handlers never run"
    if len(below) == 1:
        return ", so its route answers 404"
    return f", so its {len(below)} routes answer 404"


def _register(web: Web, group: Group, last: Mount) -> Fix | None:
    """Import it and register it after the app's last registration, if that stands by itself."""
    place, file = web.after(last.span), last.span.file
    record = web.modules.records.get(group.file)
    head, found, _ = web.text(last.span).partition(".register_blueprint(")
    if place is None or record is None or not found:
        return None
    # The name may stand for another blueprint by then.
    value = record.env.vars.get(group.var)
    if (value.native if isinstance(value, Instance) else value) is not group.native:
        return None
    name, lines = group.var, ""
    if group.file != file:
        if name in web.names(file):
            name = f"{group.name}_{name}"
        alias = f" as {name}" if name != group.var else ""
        lines = f"\n{place[1]}from {record.name} import {group.var}{alias}\n"
    if not name.isidentifier() or not head.isidentifier():
        return None
    lines += f"\n{place[1]}{head}{found}{name})"
    return Fix(f"Register it on `{head}`", (Edit(place[0], lines),), UNSAFE)
