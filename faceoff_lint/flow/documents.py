"""Methods that a project gives to the documents of a Mongoose schema, and to its models.

``userSchema.methods.check = function …`` is called as ``user.check()`` on what a query gave, whose
class the interpreter does not know. Source: Mongoose documentation, *Schemas: Instance methods,
Statics*.
"""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint import ir
from faceoff_lint.model import Web
from faceoff_lint.values import External, Function, ModuleRecord, options

__all__ = ["document_methods"]

KINDS = ("methods", "statics")
# Names that other objects have as well: what is called is not sure.
COMMON = {
    "add", "create", "delete", "find", "get", "list", "load", "remove", "save", "set", "toJSON",
    "toObject", "toString", "update", "validate",
}  # fmt: skip


def document_methods(web: Web) -> dict[str, Function]:
    """The methods by name, names that stand for several functions left out."""
    nodes: dict[str, set[int]] = {}
    found: dict[str, Function] = {}
    functions = {id(f.node): f for f in web.functions}
    for record in web.modules.records.values():
        if record is None or "chema" not in record.source.text:
            continue
        for name, node in _methods(record):
            function = functions.get(id(node))
            if function is not None and name not in COMMON:
                nodes.setdefault(name, set()).add(id(node))
                found[name] = function
    return {name: f for name, f in found.items() if len(nodes[name]) == 1}


def _methods(record: ModuleRecord) -> Iterator[tuple[str, ir.Func]]:
    for node in ir.walk_local(record.module.body):
        if not isinstance(node, ir.Assign) or not isinstance(node.target, ir.Attr):
            continue
        target, value = node.target, node.value
        holder = target.obj
        if isinstance(holder, ir.Attr) and holder.name in KINDS and _is_schema(record, holder.obj):
            if isinstance(value, ir.Func):
                yield target.name, value
        elif isinstance(value, ir.Func) and _is_model(record, holder):
            yield target.name, value
        elif target.name in KINDS and isinstance(value, ir.Dict) and _is_schema(record, holder):
            for entry in value.entries:
                if isinstance(entry.key, ir.Const) and isinstance(entry.value, ir.Func):
                    yield str(entry.key.value), entry.value


def _is_model(record: ModuleRecord, node: ir.Expr) -> bool:
    """A model's own name, or ``module.exports`` where that is a model."""
    if isinstance(node, ir.Attr) and node.name == "exports":
        text = record.source.text
        return "module.exports = mongoose.model(" in text and "class " not in text
    value = record.env.vars.get(node.id) if isinstance(node, ir.Name) else None
    return any(
        isinstance(c, External) and c.path == "mongoose.model()"
        for c in (options(value) if value is not None else ())
    )


def _is_schema(record: ModuleRecord, node: ir.Expr) -> bool:
    value = record.env.vars.get(node.id) if isinstance(node, ir.Name) else None
    return value is not None and any(
        isinstance(c, External) and c.path.startswith("mongoose.") and c.path.endswith("Schema()")
        for c in options(value)
    )
