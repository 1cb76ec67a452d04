"""What the machine works with: frames, traces, the loader of modules, models of libraries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from faceoff_lint import ir
from faceoff_lint.source import Span
from faceoff_lint.values import CallArgs, Env, Function, ListValue, ModuleRecord, Value

if TYPE_CHECKING:
    from faceoff_lint.interpreter.core import Machine

__all__ = ["CallRecord", "Frame", "Loader", "Model", "Trace"]

Model = Callable[["Machine", CallArgs], Value]


class Loader(Protocol):
    """How the machine gets at modules; ``interpreter.modules`` implements it."""

    def import_python(self, vm: Machine, record: ModuleRecord, node: ir.Import, env: Env) -> None:
        """Bind the names of a Python import statement."""

    def import_es(self, vm: Machine, record: ModuleRecord, node: ir.Import, env: Env) -> None:
        """Bind the names of an ES import declaration."""

    def require(self, vm: Machine, record: ModuleRecord, specifier: Value, span: Span) -> Value:
        """The value of ``require(specifier)`` or ``await import(specifier)``."""

    def import_name(self, vm: Machine, record: ModuleRecord, dotted: str) -> Value:
        """The Python module of an absolute or relative dotted name."""

    def export(self, vm: Machine, record: ModuleRecord, node: ir.Node, env: Env) -> None:
        """Note an ES export statement."""

    def namespace(self, vm: Machine, record: ModuleRecord, name: str) -> Value | None:
        """An attribute of a module."""

    def entries(self, path: str) -> list[tuple[str, bool]] | None:
        """The names in a folder of the project, with whether each is a folder; None: no folder."""

    def working_folder(self) -> str:
        """The folder the app is taken to be started in."""

    def loaded(self) -> list[ModuleRecord]:
        """The project modules evaluated so far, in order."""


@dataclass(slots=True, eq=False)
class Frame:
    """One function (or module) under execution."""

    env: Env
    module: ModuleRecord
    function: Function | None = None
    this: Value | None = None
    returns: list[Value] = field(default_factory=list)
    yields: ListValue | None = None
    is_async: bool = False


@dataclass(slots=True, eq=False)
class CallRecord:
    """One call seen while tracing a function: what was called, with what, giving what."""

    callee: Value
    args: CallArgs
    result: Value


@dataclass(slots=True, eq=False)
class Trace:
    """What evaluating one function body showed, by ``id`` of the IR node.

    ``calls``: each call's records; ``values``: the value of each evaluated call, name and
    attribute; ``closures``: the functions the body creates; ``statements``: those that ran.
    """

    calls: dict[int, list[CallRecord]] = field(default_factory=dict)
    values: dict[int, Value] = field(default_factory=dict)
    closures: dict[int, Function] = field(default_factory=dict)
    scopes: dict[int, Env] = field(default_factory=dict)
    statements: set[int] = field(default_factory=set)
