"""libcst's tree of a Python text, made with less ado than libcst makes it.

Its native parser asks the module ``libcst`` for the class of each node and calls it: a frozen data
class, whose generated ``__init__`` goes round its own ``__setattr__`` for each field, then checks
what was made. The checks are for trees that are put together by hand; they also refuse what Python
and the parser itself take. While a text is parsed, functions stand in for the classes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from types import MemberDescriptorType
from typing import Any

import libcst as cst
from libcst._nodes.internal import CodegenState

__all__ = ["parse_tree", "replaced"]

_Make = Callable[..., cst.CSTNode]


def parse_tree(text: str) -> cst.Module:
    """``libcst.parse_module``, but that equal blanks are one node, and nothing is checked.

    Nobody else may use libcst meanwhile: neither another thread, nor what this one calls.
    """
    names = vars(cst)
    classes, makers = _stand_ins()
    blanks = _Blanks()

    def blank(value: str) -> _Blank:
        return blanks[value]

    # Those for whose class nothing stands in are not checked either.
    with replaced(cst.CSTNode, "__post_init__", lambda node: None):
        try:
            names.update(makers)
            names["SimpleWhitespace"] = blank
            return cst.parse_module(text)
        finally:
            names.update(classes)


class _Blank(cst.SimpleWhitespace):
    """White space within a line: two nodes of five, and most of them empty.

    Nobody asks where it stands, so that one node serves for all that are equal.
    """

    __slots__ = ()  # type: ignore[misc]

    def _codegen(self, state: CodegenState, **_: Any) -> None:
        if self.value:
            state.add_token(self.value)


class _Blanks(dict[str, _Blank]):
    """The blanks of one text."""

    def __missing__(self, value: str) -> _Blank:
        made = self[value] = _Blank(value)
        return made


@contextmanager
def replaced(owner: type[Any], name: str, method: Callable[..., Any]) -> Iterator[None]:
    """Let another method stand in for one that a class of libcst's has itself."""
    known = vars(owner)[name]
    setattr(owner, name, method)
    try:
        yield
    finally:
        setattr(owner, name, known)


@cache
def _stand_ins() -> tuple[dict[str, type[cst.CSTNode]], dict[str, _Make]]:
    """The classes of nodes by their names in ``libcst``, and what stands in for them."""
    classes = {
        name: cls
        for name, cls in vars(cst).items()
        if isinstance(cls, type) and issubclass(cls, cst.CSTNode)
    }
    return classes, {name: _maker(cls) for name, cls in classes.items() if _has_slots_only(cls)}


def _has_slots_only(cls: type[Any]) -> bool:
    """Whether to make one is to fill one slot a field: else libcst isn't what we know of it."""
    return (
        is_dataclass(cls)
        and getattr(cls, "__post_init__", None) is cst.CSTNode.__post_init__
        and all(
            field.init
            and not field.kw_only
            and not field.name.startswith("_")
            and isinstance(getattr(cls, field.name, None), MemberDescriptorType)
            for field in fields(cls)
        )
    )


def _maker(cls: type[Any]) -> _Make:
    """A function that makes a node of this class from what its ``__init__`` takes."""
    # No field's name begins with an underscore.
    space: dict[str, Any] = {"_new": object.__new__, "_cls": cls}
    parameters, body = [], ["_node = _new(_cls)"]
    for field in fields(cls):
        name = parameter = field.name
        space[f"_set_{name}"] = getattr(cls, name).__set__
        if field.default_factory is not MISSING:
            # White space, one node of it for all: nobody asks where that stands.
            space[f"_default_{name}"] = field.default_factory()
            parameter = f"{name}=_default_{name}"
        elif field.default is not MISSING:
            space[f"_default_{name}"] = field.default
            parameter = f"{name}=_default_{name}"
        parameters.append(parameter)
        body.append(f"_set_{name}(_node, {name})")
    lines = [f"def make({', '.join(parameters)}):", *body, "return _node"]
    # Written of the names of libcst's own fields, as dataclasses does it.
    exec("\n    ".join(lines), space)  # noqa: S102
    made: _Make = space["make"]
    return made
