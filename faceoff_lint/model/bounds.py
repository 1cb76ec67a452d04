"""A bound on how many ways lead from the apps to one group."""

from __future__ import annotations

from collections.abc import Iterable

from faceoff_lint.model.groups import Group

__all__ = ["MOST_WAYS", "bound_ways"]

MOST_WAYS = 1_000


def bound_ways(groups: Iterable[Group]) -> None:
    """Take out mounts by which more ways would lead to a group than can be gone.

    What is mounted twice, in what is mounted twice, and so on, doubles with each level, and all
    that asks which routes there are, or who hears an error, goes every way. Whether such a group
    is served is then unknown.
    """
    ways: dict[int, int] = {}
    for group in groups:
        _ways(group, ways)


def _ways(group: Group, ways: dict[int, int]) -> int:
    if id(group) not in ways:
        ways[id(group)] = 0  # a way that comes back here is none
        total = 0
        for mount in list(group.parents):
            more = _ways(mount.parent, ways)
            if total + more <= MOST_WAYS:
                total += more
                continue
            group.parents.remove(mount)
            mount.parent.mounts.remove(mount)
            group.native.escaped = True
        ways[id(group)] = max(1, total)
    return ways[id(group)]
