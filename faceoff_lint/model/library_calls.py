"""Python: calls of library functions as the text shows them, whoever runs them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from faceoff_lint import ir
from faceoff_lint.source import Span
from faceoff_lint.values import External

if TYPE_CHECKING:
    from faceoff_lint.model.web import Web
    from faceoff_lint.values import ModuleRecord

__all__ = ["LibraryCall", "flask_names", "imported_packages", "library_calls"]


@dataclass(frozen=True, slots=True)
class LibraryCall:
    """A call of ``path``. ``caught``: the names of the exceptions that are caught around it."""

    path: str
    span: Span
    node: ir.Call
    caught: frozenset[str]


class _Known:
    """A file's names for libraries, and its calls with the exceptions caught around them."""

    def __init__(self, record: ModuleRecord) -> None:
        self.names = _names(record)
        self._record = record

    @cached_property
    def calls(self) -> list[tuple[ir.Call, frozenset[str]]]:
        return list(_calls(self._record.module.body, frozenset()))


def library_calls(web: Web, paths: set[str]) -> Iterator[LibraryCall]:
    """Where product code calls these functions of a library: ``flask.url_for``."""
    words = {p.rpartition(".")[2] for p in paths}
    # What a file's name must stand for to lead to one of them: ``flask``, ``flask.url_for``.
    ways = {".".join(p.split(".")[:end]) for p in paths for end in range(1, p.count(".") + 2)}
    for file, record in list(web.modules.records.items()):
        if record is None or record.language != "python" or not web.is_product(Span(file, 0, 0)):
            continue
        if not any(w in record.source.text for w in words):
            continue
        known = _known(web, file, record)
        if ways.isdisjoint(known.names.values()):
            continue
        for node, caught in known.calls:
            path = _path(node.func, known.names)
            if path in paths:
                yield LibraryCall(path, Span(file, node.start, node.end), node, caught)


def _known(web: Web, file: str, record: ModuleRecord) -> _Known:
    """A file's names and calls, looked for once."""
    key = f"library calls: {file}"
    found = web.memo.get(key)
    if not isinstance(found, _Known):
        found = web.memo[key] = _Known(record)
    return found


def _names(record: ModuleRecord) -> dict[str, str]:
    """Local names of libraries and their members, as imported anywhere in the file."""
    found: dict[str, str] = {}
    for node in ir.find(record.module, ir.Import):
        if node.level:
            continue
        for name in node.names:
            path = f"{node.module}.{name.name}" if name.name else node.module
            local = name.local or name.name
            if not name.name and local == node.module.partition(".")[0]:
                path = local
            bound = record.env.vars.get(local)
            if bound is None or (isinstance(bound, External) and bound.path == path):
                found[local] = path
    return found


def flask_names(web: Web, file: str, member: str) -> set[str]:
    """The names that a file has for a member of Flask: ``request``."""
    record = web.modules.records.get(file)
    names = _names(record) if record is not None else {}
    return {local for local, path in names.items() if path == f"flask.{member}"}


def _path(func: ir.Expr, names: dict[str, str]) -> str:
    if isinstance(func, ir.Name):
        return names.get(func.id, "")
    if isinstance(func, ir.Attr):
        left = _path(func.obj, names)
        return f"{left}.{func.name}" if left else ""
    return ""


def _calls(
    nodes: list[ir.Stmt] | list[ir.Node], caught: frozenset[str]
) -> Iterator[tuple[ir.Call, frozenset[str]]]:
    stack: list[tuple[ir.Node, frozenset[str]]] = [(n, caught) for n in nodes]
    while stack:
        node, around = stack.pop()
        if isinstance(node, ir.Call):
            yield node, around
        if isinstance(node, ir.Try):
            inside = around | {n for h in node.handlers for n in _caught(h)}
            stack += [(n, inside) for n in node.body]
            rest: list[ir.Node] = [*node.handlers, *node.orelse, *(node.final or [])]
            stack += [(n, around) for n in rest]
        else:
            stack += [(n, around) for n in ir.children(node)]


def _caught(handler: ir.Handler) -> set[str]:
    if handler.type is None:
        return {"Exception"}
    found = {n.id for n in ir.find(handler.type, ir.Name)}
    return found | {n.name for n in ir.find(handler.type, ir.Attr)}


def imported_packages(web: Web) -> set[str]:
    """The top-level names of all that Python files import, the project's own included."""
    found = web.memo.get("imported_packages")
    if not isinstance(found, set):
        found = web.memo["imported_packages"] = {
            node.module.partition(".")[0]
            for record in web.modules.records.values()
            if record is not None
            for node in ir.find(record.module, ir.Import)
            if node.level == 0
        }
    return found
