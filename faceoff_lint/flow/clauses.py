"""Python: what a clause or handler that gets an exception makes of it."""

from __future__ import annotations

from faceoff_lint import ir

__all__ = ["answered_with"]

# Printing and logging an exception tells the client nothing of its status.
_LOOKS = {
    "str", "repr", "print", "type", "exception", "error", "warning", "warn", "info", "debug",
    "critical", "log", "format", "format_exc", "print_exc", "flash", "jsonify", "dict", "write",
    "capture_exception", "append", "format_exception", "print_exception",
}  # fmt: skip
_STATUS = ("code", "get_response", "response", "description", "name")


def answered_with(body: list[ir.Stmt], error: str) -> object:
    """The status a body answers with whatever the exception ``error`` is: False when it tells
    none, None when the exception's own may survive, as it looks at it or raises."""
    status: object = False
    looked: set[int] = set()
    for node in ir.walk_local(body):
        if isinstance(node, ir.Throw):
            return None
        if isinstance(node, ir.Call):
            name = ir.last_name(node.func)
            if name == "abort":
                first = node.args[0].value if node.args else None
                status = first.value if isinstance(first, ir.Const) else True
            if name in _LOOKS:
                looked.update(id(n) for a in node.args for n in ir.walk(a))
            elif name in ("handle_exception", "handle_user_exception", "reraise"):
                return None
        if isinstance(node, ir.Template) or (isinstance(node, ir.Binary) and node.op in "%+"):
            looked.update(id(n) for n in ir.walk(node))
        if isinstance(node, ir.Attr) and isinstance(node.obj, ir.Name) and node.obj.id == error:
            if node.name in _STATUS:
                return None
            looked.add(id(node.obj))
        if isinstance(node, ir.List) and node.kind == "tuple" and len(node.items) > 1:
            second = node.items[1]
            status = second.value if isinstance(second, ir.Const) else status
        if isinstance(node, ir.Name) and node.id == error and error and id(node) not in looked:
            return None
    return status
