"""Whether a group reaches an app, so that its routes are served."""

from __future__ import annotations

from typing import TYPE_CHECKING

from faceoff_lint.values import MAYBE, NO, YES

if TYPE_CHECKING:
    from faceoff_lint.model.groups import Group
    from faceoff_lint.model.web import Web

__all__ = ["served_of"]


def served_of(web: Web) -> None:
    """Fill in ``served`` of every group: whether a mount chain leads to a root app."""
    reachable: set[int] = set()
    stack: list[Group] = [a for app in web.apps for a in (app, *app.merged)]
    while stack:
        group = stack.pop()
        if id(group) in reachable:
            continue
        reachable.add(id(group))
        stack.extend(m.child for m in group.mounts)
    doubtful: set[int] = set()
    every = [g for group in web.groups for g in (group, *group.merged)]
    stack = [g for g in every if g.native.escaped and id(g) not in reachable]
    while stack:
        group = stack.pop()
        if id(group) in doubtful or id(group) in reachable:
            continue
        doubtful.add(id(group))
        stack.extend(m.child for m in group.mounts)
    is_open = bool(web.open)
    for app in web.apps:
        app.served = YES
    for group in web.groups:
        if any(id(g) in reachable for g in (group, *group.merged)):
            group.served = YES
        elif any(id(g) in doubtful for g in (group, *group.merged)) or is_open or not web.apps:
            group.served = MAYBE
        else:
            group.served = NO
