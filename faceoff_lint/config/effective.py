"""What counts in the end, and where each of it was said: for ``faceoff-lint config``."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from faceoff_lint.config.settings import Settings, settings_of
from faceoff_lint.limits import Limits
from faceoff_lint.registry import Registry

__all__ = ["COMMAND_LINE", "Said", "effective"]

COMMAND_LINE = "command line"


@dataclass(frozen=True)
class Said:
    """One value. ``origin``: ``default``, ``command line`` or ``file``, then with its place."""

    key: str
    value: Any
    origin: str = "default"
    file: Path | None = None
    line: int | None = None


def effective(settings: Settings, given: Mapping[str, Any], registry: Registry) -> Iterator[Said]:
    """Every key with its value, or its values where several places add up, the lowest first.

    ``given``: what the command line says, by key.
    """
    said: dict[str, list[Said]] = {}
    for entry in settings.entries:
        key = ".".join(entry.keys)
        said.setdefault(key, []).append(Said(key, entry.value, "file", entry.file, entry.line))
    for key, value in given.items():
        before = said.get(key, []) if isinstance(value, list) else []
        said[key] = [*before, Said(key, value, COMMAND_LINE)]
    _start_anew(said)
    for name, one in settings_of(Settings).items():
        if one.kind == "limits":
            for limit in dataclasses.fields(Limits):
                key = f"{name}.{limit.name.replace('_', '-')}"
                yield from said.get(key, [Said(key, limit.default)])
        elif one.kind == "rules":
            for rule in registry.rules:
                for option, default in rule.options.items():
                    key = f"{name}.{rule.name}.{option}"
                    yield from said.get(key, [Said(key, default)])
        elif name != "extend" or name in said:
            yield from said.get(name, [Said(name, _default(name, one.field, said))])


def _start_anew(said: dict[str, list[Said]]) -> None:
    """Leave out what a later `select` or `preset` makes void."""
    files = list(dict.fromkeys(one.file for several in said.values() for one in several))

    def rank(one: Said) -> int:
        return len(files) if one.origin == COMMAND_LINE else files.index(one.file)

    starts = [rank(one) for name in ("preset", "select") for one in said.get(name, ())]
    for name in ("preset", "select", "extend-select", "ignore"):
        kept = [one for one in said.pop(name, []) if rank(one) >= max(starts, default=0)]
        if kept:
            said[name] = kept


def _default(name: str, field: str, said: Mapping[str, list[Said]]) -> Any:
    if name == "preset":
        return None if "select" in said else "recommended"
    (one,) = (one for one in dataclasses.fields(Settings) if one.name == field)
    return list(one.default) if isinstance(one.default, tuple) else one.default
