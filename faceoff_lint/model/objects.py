"""Python: framework objects by the names that modules have for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from faceoff_lint import ir
from faceoff_lint.finding import Edit
from faceoff_lint.frameworks.flask import native_of
from faceoff_lint.source import Span
from faceoff_lint.values import ClassValue, DictValue, ListValue, Native, Value

if TYPE_CHECKING:
    from faceoff_lint.model.web import Web
    from faceoff_lint.values import ModuleRecord

__all__ = ["called_beside", "initialises", "uses"]


def uses(web: Web, native: Native) -> list[Span]:
    """See ``Web.uses``."""
    found: list[Span] = []
    for path, record in web.modules.records.items():
        if record is None or not web.is_product(Span(path, 0, 0)):
            continue
        names = {n for n, v in record.env.vars.items() if native_of(v) is native}
        for node in ir.find(record.module, ir.Attr) if names else ():
            if not isinstance(node.obj, ir.Name):
                continue
            if node.obj.id in names and node.name != "init_app":
                found.append(Span(path, node.start, node.end))
    return found


def initialises(web: Web, name: str) -> bool:
    """See ``Web.initialises``: of its own name, or of a loop's variable, a member, a parameter."""
    for record in web.modules.records.values():
        if record is None or "init_app" not in record.source.text:
            continue
        bound = {*record.env.vars, *_imported(record.module)}
        for node in ir.find(record.module, ir.Attr):
            if node.name != "init_app":
                continue
            receiver = node.obj
            root = receiver
            while isinstance(root, (ir.Attr, ir.Index)):
                root = root.obj
            if not isinstance(root, ir.Name) or root.id not in bound:
                return True
            own = receiver.id if isinstance(receiver, ir.Name) else getattr(receiver, "name", "")
            if own == name or (isinstance(receiver, ir.Index) and _open(record, root.id)):
                return True
    return False


def _open(record: ModuleRecord, name: str) -> bool:
    """Whether a collection may hold extensions: one of classes, such as settings, does not."""
    value = record.env.vars.get(name)
    items: list[Value] = []
    if isinstance(value, DictValue) and not value.open:
        items = list(value.entries.values())
    elif isinstance(value, ListValue) and not value.open:
        items = value.items
    return not items or not all(isinstance(item, ClassValue) for item in items)


def _imported(module: ir.Module) -> set[str]:
    return {name.local or name.name for n in ir.find(module, ir.Import) for name in n.names}


def called_beside(web: Web, call: Span, text: str, native: Native) -> tuple[Edit, ...] | None:
    """See ``Web.called_beside``."""
    place, file = web.after(call), call.file
    home = web.modules.records.get(native.span.file)
    here = web.modules.records.get(file)
    if place is None or home is None or here is None or native.var not in home.env.vars:
        return None
    name, lines = native.var, ""
    known = [n for n, v in here.env.vars.items() if native_of(v) is native]
    if known:
        name = known[0]
    elif name in web.names(file):
        return None
    else:
        lines = f"\n{place[1]}from {home.name} import {name}\n"
    return (Edit(place[0], f"{lines}\n{place[1]}{text.format(name)}"),)
