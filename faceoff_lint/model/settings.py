"""Flask: the value that a setting surely ends up with, and where it is written."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from faceoff_lint import ir
from faceoff_lint.frameworks.events import ConfigEvent
from faceoff_lint.source import Span
from faceoff_lint.values import ClassValue, Instance, ModuleRecord, ModuleValue, Value

if TYPE_CHECKING:
    from faceoff_lint.model.groups import App

__all__ = ["Decided", "decided", "for_developers"]

_DEVELOPMENT = re.compile(
    r"(?:Dev(?:elop(?:ment)?)?|Debug|Local|Test(?:ing|er)?)(?![a-z])"
    r"|(?:^|[_.-])(?:dev|develop|development|debug|local|test|tester|testing)(?:[_.-]|$)"
)

_Written: TypeAlias = tuple[Value, Span, str]


@dataclass(frozen=True, slots=True, eq=False)
class Decided:
    """A setting's value. ``place``: where the value is written; ``holder``: the name of the
    configuration class or module that holds it, empty when it is set on the app itself."""

    value: Value
    place: Span
    holder: str
    event: ConfigEvent

    @property
    def for_developers(self) -> bool:
        """Whether its class or file is named as one that only developers or tests load."""
        return _DEVELOPMENT.search(self.holder) is not None or for_developers(self.place.file)


def for_developers(file: str) -> bool:
    """Whether a file is named as one that only developers or tests run or load."""
    return _DEVELOPMENT.search(posixpath.basename(file)) is not None


def decided(app: App, *names: str) -> Decided | None:
    """The last word of the set-up code on a setting; None when something else may have it.

    A branch that need not be taken, a computed key, and a file or environment that is loaded
    afterwards leave it open.
    """
    found: Decided | None = None
    for event in app.settings:
        certain = all(c.kind in ("main", "try") for c in event.conditions)
        if event.key in names:
            found = Decided(event.value, event.span, "", event) if certain else None
        elif event.key == "*":
            held = _held(event.value, names)
            if held is None:
                found = None
            elif held:
                found = Decided(*held[0], event) if certain else None
        elif event.key == "?":
            found = None
    return found


def _held(value: Value, names: tuple[str, ...]) -> list[_Written] | None:
    """What an object given to ``from_object`` holds; empty for nothing, None for unknown."""
    cls = value.cls if isinstance(value, Instance) else value
    if isinstance(cls, ModuleValue):
        return _written(cls.record, cls.record.module.body, cls.record.env.vars, names)
    if not isinstance(cls, ClassValue):
        return None
    for base in cls.mro():
        if not isinstance(base, ClassValue):
            return None
        held = _written(base.module, base.node.body, base.attrs, names)
        if held is None:
            return None
        if held:
            value, place, _ = held[0]
            return [(value, place, cls.name)]
    return []


def _written(
    module: ModuleRecord, body: list[ir.Stmt], scope: dict[str, Value], names: tuple[str, ...]
) -> list[_Written] | None:
    """The plain assignment of a name in a class or module body."""
    name = next((n for n in names if n.isupper() and n in scope), None)
    if name is None:
        return []
    found = [
        s.value
        for s in body
        if isinstance(s, ir.ExprStmt)
        and isinstance(s.value, ir.Assign)
        and isinstance(s.value.target, ir.Name)
        and s.value.target.id == name
    ]
    if len(found) != 1:
        return None  # imported, or written more than once
    return [(scope[name], Span(module.path, found[0].start, found[0].end), module.name)]
