"""A bound on how many ways lead from the apps to the groups below them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from faceoff_lint.model.groups import Group, Mount

if TYPE_CHECKING:
    from faceoff_lint.model.web import Web

__all__ = ["MOST_ROWS", "bound_ways"]

MOST_ROWS = 20_000
"""Groups and routes met on all ways down, together."""


def bound_ways(web: Web) -> None:
    """Take out mounts by which there would be more ways than can be gone.

    What is mounted twice, in what is mounted twice, and so on, doubles with each level; of routers
    that all use each other any order is a way. All that asks which routes there are, or who hears
    an error, goes every way. First those mounts go that lead back, then those by which a group
    would have more ways than its share. What is left is true, and no longer all.
    """
    groups = [g for group in web.everything for g in (group, *group.merged)]
    if _can_be_gone(groups):
        return
    taken = _leading_back(groups)
    for mount in taken:
        _take_out(mount)
    size = sum(1 + len(group.routes) for group in groups)
    ways: dict[int, int] = {}
    for group in groups:
        _bound(group, max(1, MOST_ROWS // size), ways, taken)
    if taken:
        web.machine.open_up("groups are mounted in more ways than are followed", taken[0].span)


def _can_be_gone(groups: Sequence[Group]) -> bool:
    """Whether all ways are no more than are gone, each of them ending where it would come back."""
    left = MOST_ROWS
    met: set[int] = set()
    # From the top; what has none, as groups that only mount each other, is begun anywhere.
    for start in sorted(groups, key=lambda group: bool(group.parents)):
        stack: list[tuple[Group, tuple[Group, ...]]] = [] if id(start) in met else [(start, ())]
        while stack:
            group, above = stack.pop()
            met.add(id(group))
            left -= 1 + len(group.routes)
            if left < 0:
                return False
            way = (*above, group)
            stack += [(m.child, way) for m in group.mounts if m.child not in way]
    return True


def _leading_back(groups: Sequence[Group]) -> list[Mount]:
    """The mounts that lead from a group to one that it is below: without them no way is endless."""
    found: list[Mount] = []
    over: dict[int, bool] = {}

    def down(group: Group) -> None:
        over[id(group)] = False
        for mount in group.mounts:
            if id(mount.child) not in over:
                down(mount.child)
            elif not over[id(mount.child)]:
                found.append(mount)
        over[id(group)] = True

    for group in groups:
        if id(group) not in over:
            down(group)
    return found


def _bound(group: Group, most: int, ways: dict[int, int], taken: list[Mount]) -> int:
    """The ways to a group, no more than so many; needs mounts of which none leads back."""
    if id(group) not in ways:
        total = 0
        for mount in list(group.parents):
            more = _bound(mount.parent, most, ways, taken)
            if total + more <= most:
                total += more
            else:
                taken.append(mount)
                _take_out(mount)
        ways[id(group)] = max(1, total)
    return ways[id(group)]


def _take_out(mount: Mount) -> None:
    mount.child.parents.remove(mount)
    mount.parent.mounts.remove(mount)
    # Whether it is served, and with what before it, can't be told any more.
    mount.child.native.escaped = True
