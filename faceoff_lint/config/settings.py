"""What can be set, said once: the reader, the JSON Schema and the documentation follow it.

A field with a ``kind`` in its metadata is a key of the configuration; its ``name`` is the key's
where the field's own, with dashes, is not.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from faceoff_lint.limits import Limits
from faceoff_lint.registry import Selection
from faceoff_lint.rule import OptionValue

__all__ = ["REFUSED", "Entry", "Kind", "Override", "Setting", "Settings", "settings_of"]

Kind = Literal[
    "boolean", "extend", "path", "preset", "selectors", "patterns", "overrides", "limits", "rules"
]
"""How a key's value is checked, and what its schema is."""

REFUSED = ("rules-folder", "rules-folders", "rules-dir", "trusted-rules", "plugins", "load")
"""Keys that a user may look for, and that no repository may set: they would run code."""


def about(kind: Kind, help: str, name: str = "", *, needed: bool = False) -> Mapping[str, Any]:
    """The metadata of a field that is a key. ``needed``: its table can't be without it."""
    return {"kind": kind, "help": help, "name": name, "needed": needed}


@dataclass(frozen=True)
class Setting:
    """One key: its field, its name in files, and how it is checked and described."""

    field: str
    name: str
    kind: Kind
    help: str
    needed: bool


@dataclass(frozen=True)
class Entry:
    """One value that some file gives. ``keys``: the way to it, ``("limits", "nesting")``."""

    keys: tuple[str, ...]
    value: Any
    file: Path
    line: int


@dataclass(frozen=True, slots=True)
class Override:
    """Settings for the files that match ``paths``, patterns as in .gitignore."""

    paths: tuple[str, ...] = field(
        default=(),
        metadata=about("patterns", "The files, by patterns as in .gitignore.", needed=True),
    )
    ignore: tuple[str, ...] = field(
        default=(), metadata=about("selectors", "Leave findings of these rules out.")
    )
    extend_select: tuple[str, ...] = field(
        default=(), metadata=about("selectors", "Run these rules too.")
    )


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run is told. ``options``: rule code → option → value. ``file``: where it was read.

    ``baseline``: the full path of a file of accepted findings. ``exclude`` and the
    overrides' paths are relative to the folder of ``file``. ``below``: the selections of the files
    that ``file`` extends, the furthest first; all other fields hold what they say already.
    ``entries``: which file says what. ``sole``: no other file counts, also not for services that
    have one: this one was named on the command line, or none is to be read.
    """

    extend: Path | None = field(
        default=None,
        metadata=about("extend", "A file of the same repository that this one adds to."),
    )
    preset: str | None = field(default=None, metadata=about("preset", "The rules to start from."))
    select: tuple[str, ...] | None = field(
        default=None,
        metadata=about("selectors", "Run these rules and no others; with `preset`, these too."),
    )
    extend_select: tuple[str, ...] = field(
        default=(), metadata=about("selectors", "Run these rules too.")
    )
    ignore: tuple[str, ...] = field(
        default=(), metadata=about("selectors", "Do not run these rules.")
    )
    exclude: tuple[str, ...] = field(
        default=(),
        metadata=about("patterns", "Files and folders to leave out, as in .gitignore."),
    )
    baseline: Path | None = field(
        default=None,
        metadata=about("path", "A file of accepted findings: only others are reported."),
    )
    require_reason: bool = field(
        default=False,
        metadata=about("boolean", "Report suppression comments that give no reason."),
    )
    overrides: tuple[Override, ...] = field(
        default=(), metadata=about("overrides", "Settings for some of the files.")
    )
    limits: Limits = field(
        default_factory=Limits, metadata=about("limits", "What one run may cost.")
    )
    options: Mapping[str, Mapping[str, OptionValue]] = field(
        default_factory=dict,
        metadata=about("rules", "Options of rules: a table for each, by name or code.", "rules"),
    )
    file: Path | None = None
    sole: bool = False
    below: tuple[Selection, ...] = ()
    entries: tuple[Entry, ...] = field(default=(), compare=False, repr=False)

    @property
    def selection(self) -> Selection:
        """The layer that the file itself adds to what is selected."""
        select = self.select
        if self.preset is not None:
            select = (f"preset:{self.preset}", *(select or ()))
        return Selection(select, self.extend_select, self.ignore)

    @property
    def layers(self) -> tuple[Selection, ...]:
        """All that its files say about what is selected, the lowest first."""
        return (*self.below, self.selection)


def settings_of(table: type[Settings] | type[Override]) -> dict[str, Setting]:
    """The keys of a table by their names in files, in the order in which they are documented."""
    found = {}
    for one in dataclasses.fields(table):
        if "kind" in one.metadata:
            name = one.metadata["name"] or one.name.replace("_", "-")
            data = one.metadata
            found[name] = Setting(one.name, name, data["kind"], data["help"], data["needed"])
    return found
