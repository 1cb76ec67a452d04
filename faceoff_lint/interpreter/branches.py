"""Alternatives that can't be decided: each runs from the same state, then they are merged."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from faceoff_lint.values import MISSING, union

if TYPE_CHECKING:
    from faceoff_lint.interpreter.core import Machine

__all__ = ["fork"]


def fork(vm: Machine, runs: list[Callable[[], str | None]]) -> list[str | None]:
    """See ``Machine.fork``."""
    outer = vm.journal
    outcomes: list[tuple[str | None, dict[tuple[int, object], tuple[dict[Any, Any], Any]]]] = []
    for run in runs:
        vm.journal = []
        ended = run()
        changes: dict[tuple[int, object], tuple[dict[Any, Any], Any]] = {}
        for mapping, key, _ in vm.journal:
            changes[(id(mapping), key)] = (mapping, mapping.get(key, MISSING))
        for mapping, key, old in vm.journal[::-1]:
            if old is MISSING:
                mapping.pop(key, None)
            else:
                mapping[key] = old
        outcomes.append((ended, changes))
    vm.journal = outer
    if not any(changes for _, changes in outcomes):
        return [ended for ended, _ in outcomes]
    live = [c for ended, c in outcomes if ended not in ("return", "throw")]
    if not live:
        live = [c for _, c in outcomes]
    keys: dict[tuple[int, object], dict[Any, Any]] = {}
    for changes in live:
        for identity, (mapping, _) in changes.items():
            keys[identity] = mapping
    for identity, mapping in keys.items():
        key = identity[1]
        old = mapping.get(key, MISSING)
        merged = [c[identity][1] if identity in c else old for c in live]
        known = [m for m in merged if m is not MISSING]
        if known:
            vm.store(mapping, key, union(known))
    return [ended for ended, _ in outcomes]
