"""What modules hold, hand out, import and speak of, by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from faceoff_lint import ir
from faceoff_lint.source import Span
from faceoff_lint.values import ClassValue, DictValue, Instance, ListValue, Lit, Native, Value

if TYPE_CHECKING:
    from faceoff_lint.model.groups import Group
    from faceoff_lint.model.web import Web

__all__ = ["exported", "held", "imports", "mentions", "models", "names"]

_EXPORTS = ("module", "exports", "this")
_MODEL_BASES = {
    "flask_sqlalchemy.SQLAlchemy().Model", "sqlalchemy.orm.DeclarativeBase",
    "sqlalchemy.orm.declarative_base()", "sqlalchemy.ext.declarative.declarative_base()",
    "peewee.Model", "mongoengine.Document", "flask_mongoengine.MongoEngine().Document",
}  # fmt: skip


def exported(web: Web, native: Native) -> bool:
    """See ``Web.exported``."""
    record = web.modules.records.get(native.span.file)
    if record is None:
        return False
    values = [record.exports, *(value() for value in record.es_exports.values())]
    return any(
        value is native
        or (isinstance(value, DictValue) and any(v is native for v in value.entries.values()))
        for value in values
    )


def held(web: Web, group: Group) -> bool:
    """See ``Web.held``."""
    for record in web.modules.records.values():
        if record is None:
            continue
        bound = record.env.vars
        listed = bound.get("__all__") if record.path == group.file else None
        if isinstance(listed, ListValue) and Lit(group.var) in listed.items:
            return True
        kept = [v for n, v in bound.items() if n not in _EXPORTS and v is not record.exports]
        if any(_holds(value, group.native, 2) for value in kept):
            return True
    return False


def _holds(value: Value, native: object, depth: int) -> bool:
    inner: Iterable[Value] = ()
    if isinstance(value, ListValue):
        inner = value.items
    elif isinstance(value, DictValue):
        inner = value.entries.values()
    elif isinstance(value, (Instance, ClassValue)):
        inner = value.attrs.values()
    items = list(inner)
    if any(i is native or (isinstance(i, Instance) and i.native is native) for i in items):
        return True
    return depth > 0 and any(_holds(i, native, depth - 1) for i in items)


def imports(web: Web, package: str) -> Iterator[tuple[Span, ir.Import]]:
    """See ``Web.imports``."""
    for path, record in web.modules.records.items():
        if record is None or record.language != "python" or not web.is_product(Span(path, 0, 0)):
            continue
        for node in _plain_imports(web, path, record.module):
            if node.module.partition(".")[0] == package:
                yield Span(path, node.start, node.end), node


def _plain_imports(web: Web, path: str, module: ir.Module) -> list[ir.Import]:
    """The absolute imports of a file that are not guarded; looked for once."""
    key = f"plain imports of {path}"
    found = web.memo.get(key)
    if not isinstance(found, list):
        guarded = _guarded(module)
        web.memo[key] = found = [
            node
            for node in ir.find(module, ir.Import)
            if not node.level and id(node) not in guarded
        ]
    return found


def _guarded(module: ir.Module) -> set[int]:
    """The imports inside ``try`` statements that catch an ImportError."""
    found: set[int] = set()
    for node in ir.find(module, ir.Try):
        if any(map(_catches_import_error, node.handlers)):
            found.update(id(n) for n in ir.find(node, ir.Import))
    return found


def _catches_import_error(handler: ir.Handler) -> bool:
    if handler.type is None:
        return True
    caught = {n.id for n in ir.find(handler.type, ir.Name)}
    return not caught.isdisjoint({"ImportError", "ModuleNotFoundError", "Exception"})


def models(web: Web, file: str) -> list[ClassValue]:
    """See ``Web.models``."""
    classes = [c for c in web.machine.classes if c.span.file == file]
    return [c for c in classes if any(e.path in _MODEL_BASES for e in c.externals)]


def mentions(web: Web, text: str) -> bool:
    """See ``Web.mentions``."""
    modules = (r.module for r in web.modules.records.values() if r is not None)
    return any(n.value == text for m in modules for n in ir.find(m, ir.Const))


def names(web: Web, file: str) -> set[str]:
    """See ``Web.names``."""
    module = web.module(file)
    nodes = ir.walk(module) if module is not None else ()
    return {
        name
        for n in nodes
        for name in (
            getattr(n, "id", None),
            getattr(n, "local", None),
            getattr(n, "name", None),
        )
        if isinstance(name, str)
    }
