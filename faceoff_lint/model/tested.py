"""What the tests of a service import: the analysis leaves them out, rules may have to ask."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

from faceoff_lint import ir

if TYPE_CHECKING:
    from faceoff_lint.model.web import Web

__all__ = ["imported_by_test"]


def imported_by_test(web: Web, file: str) -> bool:
    """JavaScript: whether a test imports a file itself. A test that can't be read: yes."""
    stem = posixpath.splitext(posixpath.basename(file))[0]
    name = posixpath.basename(posixpath.dirname(file)) if stem == "index" else stem
    for test in web.service.files:
        if web.role(test) != "test":
            continue
        text = web.modules.reading.text(test)
        if text is None or name not in text:
            continue
        module = web.modules.reading.glance(test)
        if module is None:
            return True
        if any(web.modules.find_js(s, test) == file for s in _specifiers(module)):
            return True
    return False


def _specifiers(module: ir.Module) -> Iterator[str]:
    """What a module imports or requires, as written."""
    for node in ir.walk(module):
        source: ir.Expr | None = None
        if isinstance(node, ir.Import):
            yield node.module
        elif isinstance(node, ir.ImportExpr):
            source = node.source
        elif isinstance(node, ir.Call) and isinstance(node.func, ir.Name) and node.args:
            source = node.args[0].value if node.func.id == "require" else None
        if isinstance(source, ir.Const) and isinstance(source.value, str):
            yield source.value
