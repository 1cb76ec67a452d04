"""Edits inside statements and beside them: what fixes are made of (whole statements: ``moves``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from faceoff_lint import ir
from faceoff_lint.finding import Edit
from faceoff_lint.source import Span
from faceoff_lint.values import External

if TYPE_CHECKING:
    from faceoff_lint.model.web import Web

__all__ = ["after", "indent", "with_argument", "with_import", "without_argument"]


def after(web: Web, span: Span) -> tuple[Span, str] | None:
    """See ``Web.after``."""
    module = web.module(span.file)
    for node in ir.walk(module) if module is not None else ():
        inside = node.start <= span.start and span.end <= node.end
        if isinstance(node, (ir.For, ir.While)) and inside:
            return None
        if isinstance(node, ir.ExprStmt) and (node.value.start, node.value.end) == (
            span.start,
            span.end,
        ):
            head = web.sources[span.file].text[: span.start].rpartition("\n")[2]
            return (Span(span.file, node.end, node.end), head) if not head.strip() else None
    return None


def indent(web: Web, place: Span) -> str | None:
    """See ``Web.indent``."""
    record = web.modules.records.get(place.file)
    text = record.source.text if record is not None else ""
    before = text[text.rfind("\n", 0, place.start) + 1 : place.start]
    return before if not before.strip() else None


def with_import(web: Web, file: str, module: str, name: str) -> tuple[Edit, ...] | None:
    """See ``Web.with_import``."""
    found = web.module(file)
    record = web.modules.records.get(file)
    if found is None or record is None:
        return None
    if name in record.env.vars:
        value = record.env.vars[name]
        same = isinstance(value, External) and value.path == f"{module}.{name}"
        return () if same else None
    for node in found.body:
        if isinstance(node, ir.Import) and node.module != "__future__":
            at = Span(file, node.start, node.start)
            return (Edit(at, f"from {module} import {name}\n"),)
    return None


def with_argument(web: Web, file: str, call: ir.Call, text: str) -> Edit | None:
    """See ``Web.with_argument``."""
    record = web.modules.records.get(file)
    if record is None:
        return None
    at = call.end - 1
    before = record.source.text[call.start : at].rstrip()
    glue = "" if not call.args else " " if before.endswith(",") else ", "
    return Edit(Span(file, at, at), glue + text)


def without_argument(web: Web, file: str, call: ir.Call, name: str) -> Edit | None:
    """See ``Web.without_argument``."""
    record = web.modules.records.get(file)
    at = next((i for i, a in enumerate(call.args) if a.keyword == name), None)
    if record is None or at is None:
        return None
    start, end = call.args[at].start, call.args[at].end
    if at + 1 < len(call.args):
        end = call.args[at + 1].start
    elif at > 0:
        start = call.args[at - 1].end
    else:
        rest = record.source.text[end : call.end]
        end += len(rest) - len(rest.lstrip(" ,")) if rest.lstrip(" ").startswith(",") else 0
    return Edit(Span(file, start, end), "")
