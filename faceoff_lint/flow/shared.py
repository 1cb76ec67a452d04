"""Express: data of one request in a variable that all requests share.

A handler that waits (``await``, a callback) gives other requests a turn: they write the same
variable, and what is read afterwards is theirs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from faceoff_lint import ir
from faceoff_lint.flow.calls import REQUEST, RESPONSE, Flow
from faceoff_lint.flow.requests import Requests
from faceoff_lint.model import Web
from faceoff_lint.source import Span
from faceoff_lint.values import External, Function, ModuleRecord, options

__all__ = ["SharedWrite", "shared_writes"]

# Calls whose callback runs at once.
AT_ONCE = {
    "map", "forEach", "filter", "reduce", "find", "findIndex", "some", "every", "sort", "flatMap",
    "replace", "from",
}  # fmt: skip


@dataclass(slots=True, eq=False)
class SharedWrite:
    """An assignment of request data to a shared variable, and a read after others had a turn.

    ``declared``: the variable is declared in its module; else it is an implicit global.
    ``read``: the read; ``alone``: nothing else in the file assigns it or reads it elsewhere.
    """

    function: Function
    node: ir.Assign
    name: str
    declared: bool
    read: Span
    alone: bool

    @property
    def own_block(self) -> bool:
        """Whether the assignment is a statement of the function's own block, where all else is."""
        return any(
            isinstance(s, ir.ExprStmt) and s.value is self.node for s in self.function.node.body
        )

    @property
    def span(self) -> Span:
        """The assignment."""
        return Span(self.function.module.path, self.node.start, self.node.end)


def shared_writes(web: Web) -> Iterator[SharedWrite]:
    """Writes of request data to shared variables that another request can overtake."""
    flow, tops = Flow.of(web), dict[str, set[str]]()
    for function in Requests.of(web).functions:
        record = function.module
        assigns = [
            (node, node.target.id)
            for node in ir.own(function.node)
            if isinstance(node, ir.Assign) and node.op == "=" and isinstance(node.target, ir.Name)
        ]
        for node, name in assigns:
            if record.path not in tops:
                tops[record.path] = _declared(record.module.body)
            declared = name in tops[record.path]
            if not _is_outer(function, name) or not (declared or _sloppy(record)):
                continue
            if ir.mentions(node.value, {name}) or not _of_request(flow, function, node.value):
                continue
            read = _read_later(function, node, name)
            if read is not None:
                place = Span(record.path, read.start, read.end)
                yield SharedWrite(function, node, name, declared, place, _alone(function, name))


def _is_outer(function: Function, name: str) -> bool:
    """Whether a name is bound by no function around the assignment."""
    if name in _bound(function.node):
        return False
    env = function.env
    while env.kind != "module" and env.parent is not None:
        if name in env.vars:
            return False
        env = env.parent
    return env.kind == "module"


def _bound(node: ir.Func) -> set[str]:
    """The names that a function binds itself."""
    names = {n.id for p in node.params for n in ir.find(p.target, ir.Name)}
    return names | _declared(node.body)


def _declared(body: list[ir.Stmt]) -> set[str]:
    names: set[str] = set()
    for node in ir.walk_local(body):
        target: ir.Node | None = None
        if isinstance(node, (ir.Declare, ir.Handler)):
            target = node.target
        elif isinstance(node, ir.For):
            target = node.target if node.declares else None
        elif isinstance(node, (ir.Func, ir.Class)):
            names.add(node.name)
        elif isinstance(node, ir.ImportName):
            names.add(node.local)
        if target is not None:
            names.update(n.id for n in ir.find(target, ir.Name))
    return names


def _sloppy(record: ModuleRecord) -> bool:
    """Whether an assignment to an undeclared name makes a global variable."""
    if record.is_es or record.path.endswith((".ts", ".mts", ".cts", ".mjs")):
        return False
    return "use strict" not in record.source.text


def _of_request(flow: Flow, function: Function, value: ir.Expr) -> bool:
    """Whether a value is computed from the request or is the response."""
    if isinstance(value, ir.Func):
        return False
    tainted = _tainted(flow, function)
    for node in ir.walk_local(value):
        if isinstance(node, ir.Func):
            return False
        if not isinstance(node, ir.Name):
            continue
        if node.id in tainted or _is_request(flow, function, node):
            return True
    return False


def _is_request(flow: Flow, function: Function, node: ir.Expr) -> bool:
    return any(
        isinstance(c, External) and c.path.split("(")[0].startswith((REQUEST, RESPONSE))
        and not c.path.startswith(REQUEST + ".app")
        for c in options(flow.value(function, node))
    )  # fmt: skip


def _tainted(flow: Flow, function: Function) -> set[str]:
    """Local names whose value is computed from the request."""
    found: set[str] = set()
    for node in ir.own(function.node):
        if isinstance(node, ir.Declare) and node.value is not None:
            inner = [n for n in ir.walk_local(node.value) if isinstance(n, ir.Name)]
            if any(n.id in found or _is_request(flow, function, n) for n in inner):
                found.update(n.id for n in ir.find(node.target, ir.Name))
    return found


def _read_later(function: Function, node: ir.Assign, name: str) -> ir.Name | None:
    """A read of the variable in the same function, after it has waited for something."""
    rewrites = {id(n.target) for n in ir.find(function.node, ir.Assign)}
    waits = [n.end for n in ir.own(function.node)
             if isinstance(n, ir.Await) and n.start >= node.end]  # fmt: skip
    first = min(waits, default=None)
    for read in ir.own(function.node):
        later = first is not None and read.start >= first
        if later and isinstance(read, ir.Name) and read.id == name and id(read) not in rewrites:
            return read
    for call in ir.own(function.node):
        if not isinstance(call, ir.Call) or call.start < node.end:
            continue
        member = call.func.name if isinstance(call.func, ir.Attr) else ""
        if member in AT_ONCE:
            continue
        for arg in call.args:
            if isinstance(arg.value, ir.Func) and name not in _bound(arg.value):
                for read in ir.walk(arg.value):
                    if isinstance(read, ir.Name) and read.id == name and id(read) not in rewrites:
                        return read
    return None


def _alone(function: Function, name: str) -> bool:
    """Whether a name is assigned once in its file, and all its uses are in one function."""
    module = function.module.module
    assigns = (n for n in ir.find(module, ir.Assign))
    writes = [n for n in assigns if ir.mentions(n.target, {name})]
    inside = {id(n) for n in ir.walk(function.node)}
    uses = [n for n in ir.find(module, ir.Name) if n.id == name]
    return len(writes) == 1 and all(id(n) in inside for n in uses)
