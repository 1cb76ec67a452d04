"""Edits that move whole statements: what fixes of registration order are made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import TYPE_CHECKING

from faceoff_lint import ir
from faceoff_lint.finding import Edit
from faceoff_lint.source import Span

if TYPE_CHECKING:
    from faceoff_lint.model.web import Web

__all__ = ["move_behind", "move_last"]


def move_last(web: Web, call: Span, name: str) -> tuple[Edit, ...] | None:
    """Move a call that is a statement of its own behind the last set-up statement of its block.

    Set-up statements mention the variable ``name``; what starts a server, exports or returns ends
    them. None when there is nothing to pass, or when other code shares the statement's lines.
    """
    module = web.module(call.file)
    for block in _blocks(module) if module is not None else ():
        for index, statement in enumerate(block):
            if not isinstance(statement, ir.ExprStmt) or statement.value.end != call.end:
                continue
            if statement.value.start == call.start:
                last = _last(block[index + 1 :], name)
                return _move(web, call.file, statement, last) if last is not None else None
    return None


def move_behind(web: Web, call: Span, last: Span) -> tuple[Edit, ...] | None:
    """Move a call that is a statement of its own behind the later statement that holds a place.

    Both are in one block; None when they are not, or when other code shares the lines.
    """
    module = web.module(call.file)
    for block in _blocks(module) if module is not None else ():
        at = [i for i, s in enumerate(block) if isinstance(s, ir.ExprStmt)
              and (s.value.start, s.value.end) == (call.start, call.end)]  # fmt: skip
        for statement in block[at[0] + 1 :] if at else ():
            decorators = statement.func.decorators if isinstance(statement, ir.FuncDecl) else []
            start = min([statement.start, *(d.start for d in decorators)])
            if start <= last.start and last.end <= statement.end:
                return _move(web, call.file, block[at[0]], statement)
    return None


def _blocks(module: ir.Module) -> Iterator[list[ir.Stmt]]:
    """Every list of statements."""
    for node in ir.walk(module):
        for field in fields(node):
            value = getattr(node, field.name)
            if isinstance(value, list) and value and isinstance(value[0], ir.Stmt):
                yield value


def _last(statements: list[ir.Stmt], name: str) -> ir.Stmt | None:
    last: ir.Stmt | None = None
    for statement in statements:
        nodes = list(ir.walk_local([statement]))
        attributes = {n.name for n in nodes if isinstance(n, ir.Attr)}
        if isinstance(statement, (ir.Return, ir.Export)) or attributes & {"listen", "exports"}:
            break
        if isinstance(statement, (ir.FuncDecl, ir.ClassDecl, ir.Declare)):
            continue
        if any(isinstance(n, ir.Name) and n.id == name for n in nodes):
            last = statement
    return last


def _move(web: Web, file: str, statement: ir.Stmt, last: ir.Stmt) -> tuple[Edit, ...] | None:
    text = web.sources[file].text
    start = text.rfind("\n", 0, statement.start) + 1
    end = text.find("\n", statement.end) + 1
    if text[start : statement.start].strip() or not end:
        return None
    rest = text[statement.end : end].strip().removeprefix(";").strip()
    if rest and not rest.startswith("//"):
        return None
    target = text.find("\n", last.end) + 1
    moved = text[start:end]
    if not target:
        target, moved = len(text), "\n" + moved.removesuffix("\n")
    return Edit(Span(file, start, end), ""), Edit(Span(file, target, target), moved)
