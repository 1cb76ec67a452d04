"""FLK105; the names under which an app knows its blueprints are the model's answer."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    BLUEPRINTS,
    ERROR,
    INFO,
    UNSAFE,
    Finding,
    Fix,
    Mount,
    Related,
    Severity,
    Span,
    Web,
    rule,
)


@rule(
    "FLK105",
    practice=BLUEPRINTS,
    severity=ERROR,
    why="An app knows each blueprint by its name, and refuses a name that is taken.",
    help="Give one of the two another name, or register it with `name=`.",
    fixable="unsafe",
)
def duplicate_blueprint_name(web: Web) -> Iterator[Finding]:
    """Two blueprints of one app have the same name, so the app does not start."""
    reported: set[Span] = set()
    for app in web.apps:
        first: dict[str, Mount] = {}
        known = web.blueprints(app) if app.root else []
        for name, mounts in known:
            if "{?}" in name or any(m.event.args.open for m in mounts):
                continue
            mount = mounts[-1]
            other = first.setdefault(name, mount)
            if other is mount or mount.span in reported or not _clash(web, other, mount):
                continue
            severity = _severity(web, other, mount)
            if severity is None or not web.is_product(mount.span):
                continue
            reported.add(mount.span)
            again = other.child.span == mount.child.span
            what = f"this blueprint is already registered as `{name}`"
            related = [Related(other.span, f"`{name}` is registered here")]
            if not again:
                what = f"another blueprint is already registered as `{name}`"
                related += [Related(m.child.span, f"named `{name}`") for m in (other, mount)]
            yield Finding(
                mount.span,
                f"{what}: registering it raises ValueError when the app starts",
                label=f"a second `{name}`",
                related=tuple(related),
                fix=_rename(web, other, mount, [n for n, _ in known]),
                severity=severity,
            )


def _clash(web: Web, first: Mount, second: Mount) -> bool:
    """Whether both registrations surely happen to one app."""
    one_call = first.event.args is second.event.args  # either of two blueprints, not both
    same = first.child.span == second.child.span and first.span == second.span
    return not one_call and not same and web.both(first.event, second.event)


def _severity(web: Web, first: Mount, second: Mount) -> Severity | None:
    """Flask takes one blueprint twice up to 2.0; None where that is the version."""
    version = web.service.version
    if first.child.span != second.child.span or version is None or not version.known:
        return ERROR
    old = version.below(2, 1)
    return INFO if old is None else None if old else ERROR


def _rename(web: Web, first: Mount, second: Mount, taken: list[str]) -> Fix | None:
    """Register the second under a name made of its own and what tells its module apart."""
    call = second.event.args.node
    if call is None or first.span == second.span or second.parent is not first.parent:
        return None
    files = [m.child.file.removesuffix(".py").split("/") for m in (first, second)]
    parts = [p for p in files[1] if p not in files[0] and p.isidentifier() and p != "__init__"]
    name = f"{second.child.name}_{parts[0] if parts else 2}"
    if name in taken:
        return None
    edit = web.with_argument(second.span.file, call, f'name="{name}"')
    return Fix(f"Register it as `{name}`", (edit,), UNSAFE) if edit is not None else None
