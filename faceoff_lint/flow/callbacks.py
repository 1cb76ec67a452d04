"""Node-style callbacks in request code, and what they do with their error.

A callback's error is its first parameter (Node documentation, *Errors: Error-first callbacks*:
"must always be handled"; what a callback throws, no ``try`` around the call catches). Express hears
nothing of an error that isn't given to ``next`` (Express documentation, *Error handling*).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from faceoff_lint import ir
from faceoff_lint.flow.calls import REQUEST, CallSite, Flow
from faceoff_lint.source import Span
from faceoff_lint.values import Function

__all__ = ["ErrorCallback", "error_callbacks"]

ERROR_NAMES = {"err", "error", "er"}
# They call back later, out of everybody's reach, and with an error first.
LATER = {
    "aws-sdk", "bcrypt", "bcrypt-nodejs", "bcryptjs", "child_process", "crypto", "dns", "fs",
    "fs-extra", "graceful-fs", "ioredis", "mongodb", "mongoose", "mysql", "mysql2", "nedb",
    "nodemailer", "pg", "redis", "request", "sqlite3", "zlib",
}  # fmt: skip
# They may call back at once, inside of the handler; or what they say is no error.
AT_ONCE = {"ejs", "handlebars", "jsonwebtoken", "pug"}
ARRAY = {
    "catch", "every", "filter", "find", "findIndex", "flatMap", "forEach", "map", "on", "once",
    "addListener", "reduce", "reduceRight", "some", "sort", "then", "use",
}  # fmt: skip
MONGOOSE = {
    "aggregate", "count", "countDocuments", "create", "deleteMany", "deleteOne", "distinct",
    "estimatedDocumentCount", "exec", "find", "findById", "findByIdAndDelete",
    "findByIdAndRemove", "findByIdAndUpdate", "findOne", "findOneAndDelete", "findOneAndRemove",
    "findOneAndUpdate", "insertMany", "populate", "remove", "save", "update", "updateMany",
    "updateOne",
}  # fmt: skip
MAX_DEPTH = 3


@dataclass(slots=True, eq=False)
class ErrorCallback:
    """A callback that does nothing with its error, or throws it.

    ``node``: its first parameter, or the ``throw``. ``callee``: what it was given to.
    """

    site: CallSite
    function: Function
    name: str
    what: Literal["unread", "thrown"]
    node: ir.Node
    callee: str

    @property
    def span(self) -> Span:
        """The parameter, or the ``throw``."""
        return Span(self.function.module.path, self.node.start, self.node.end)


def error_callbacks(flow: Flow, site: CallSite) -> list[ErrorCallback]:
    """The callbacks given to one call that ignore their error, or throw it."""
    if isinstance(site.node.func, ir.Func) or _named(site.node.func) in ARRAY or site.node.new:
        return []
    found = []
    for index, arg in enumerate(site.node.args):
        if arg.spread or not isinstance(arg.value, (ir.Func, ir.Name)):
            continue
        function = flow.callback(site.function, arg.value)
        name = _error_name(function) if function is not None else None
        if function is None or name is None or flow.role(function) != "plain":
            continue
        judged = _judge(flow, site, index, function, name)
        if judged is not None:
            found.append(judged)
    return found


def _judge(
    flow: Flow, site: CallSite, index: int, function: Function, name: str
) -> ErrorCallback | None:
    callee = _dotted(site.node.func)
    if not _read(function.node, name):
        if _meant(function, site):
            return None
        if _gives_errors(flow, site, index):
            target = function.node.params[0].target
            return ErrorCallback(site, function, name, "unread", target, callee)
        return None
    thrown = next(_throws(function.node, name), None)
    if thrown is not None and _calls_later(flow, site, index, MAX_DEPTH):
        return ErrorCallback(site, function, name, "thrown", thrown, callee)
    return None


def _error_name(function: Function) -> str | None:
    """The name of the error, if a function looks like a callback with one."""
    params = function.node.params
    if len(params) < 2 or len(params) > 4 or function.bound or function.node.is_async:
        return None
    target = params[0].target
    plain = isinstance(target, ir.Name) and params[0].kind == "any" and params[0].default is None
    return target.id if plain and isinstance(target, ir.Name) and target.id in ERROR_NAMES else None


# --- where errors come from ----------------------------------------------------------------------


def _gives_errors(flow: Flow, site: CallSite, index: int) -> bool:
    """Whether the callee is known to call back with an error when something fails."""
    targets = flow.targets(site)
    if targets:
        return _calls_later(flow, site, index, MAX_DEPTH) or any(
            _hands_error(flow, target, index) for target in targets
        )
    roots = _roots(site)
    return bool(roots) and all(root in LATER | AT_ONCE | {"passport"} for root in roots)


def _calls_later(flow: Flow, site: CallSite, index: int, depth: int) -> bool:
    """Whether the callee calls back later: a library's, or a function that hands it on to one."""
    targets = flow.targets(site)
    if not targets:
        roots = _roots(site)
        return bool(roots) and all(root in LATER for root in roots)
    return depth > 0 and any(_handed_on(flow, target, index, depth - 1) for target in targets)


def _handed_on(flow: Flow, target: Function, index: int, depth: int) -> bool:
    name = _parameter(target, index)
    if name is None:
        return False
    for function in flow.reached([target])[:20]:
        if function.span.file != target.span.file:
            continue
        for site in flow.calls(function):
            for at, arg in enumerate(site.node.args):
                same = isinstance(arg.value, ir.Name) and arg.value.id == name
                inside = target.node.start <= site.node.start < target.node.end
                if same and inside and _calls_later(flow, site, at, depth):
                    return True
    return False


def _hands_error(flow: Flow, target: Function, index: int) -> bool:
    """Whether a function of the project calls its callback with an error: ``done(err)``."""
    name = _parameter(target, index)
    for node in ir.walk(target.node) if name is not None else ():
        if isinstance(node, ir.Call) and isinstance(node.func, ir.Name) and node.func.id == name:
            first = node.args[0].value if node.args else None
            if isinstance(first, ir.Name) and first.id in ERROR_NAMES:
                return True
            if isinstance(first, ir.Call) and first.new and _dotted(first.func).endswith("Error"):
                return True
    return False


def _parameter(target: Function, index: int) -> str | None:
    params = target.node.params[len(target.bound) :]
    if index >= len(params) or any(p.kind != "any" for p in params):
        return None
    name = params[index].target
    return name.id if isinstance(name, ir.Name) else None


def _roots(site: CallSite) -> list[str]:
    """The packages that the callee may be of; empty when one is unknown."""
    paths = site.paths
    if not paths or len(paths) != len(site.callees):
        return []
    roots = []
    for path in paths:
        if path.startswith(REQUEST + ".session.") or path in (
            REQUEST + ".login", REQUEST + ".logIn", REQUEST + ".logout", REQUEST + ".logOut",
        ):  # fmt: skip
            roots.append("passport")
            continue
        root = path.split(".")[0].split("(")[0]
        # A model's other methods are the project's own.
        roots.append("" if root == "mongoose" and path.rpartition(".")[2] not in MONGOOSE else root)
    return roots


# --- what is done with them ----------------------------------------------------------------------


def _read(node: ir.Func, name: str) -> bool:
    """Whether a parameter is mentioned in the body, where nothing else has its name."""
    stack: list[ir.Node] = [*node.body, *(p.default for p in node.params if p.default)]
    while stack:
        current = stack.pop()
        if isinstance(current, ir.Name) and current.id in (name, "arguments"):
            return True
        if isinstance(current, ir.Func) and any(_binds(p.target, name) for p in current.params):
            continue
        caught = current.target if isinstance(current, ir.Handler) else None
        if caught is not None and _binds(caught, name):
            continue
        stack.extend(ir.children(current))
    return False


def _meant(function: Function, site: CallSite) -> bool:
    """Whether a callback tells failures by something else: ``if (data) …``, what is printed."""
    names = {p.target.id for p in function.node.params[1:] if isinstance(p.target, ir.Name)}
    if len(names) > 1 and any(path.startswith("child_process.") for path in site.paths):
        return True
    for node in ir.walk(function.node):
        test: ir.Expr | None = None
        if isinstance(node, (ir.If, ir.Cond)):
            test = node.test
        elif isinstance(node, ir.Logical):
            test = node.left
        for part in _atoms(test):
            if isinstance(part, ir.Name) and part.id in names:
                return True
    return False


def _atoms(test: ir.Expr | None) -> Iterator[ir.Expr]:
    """The parts of a condition: ``a``, ``b`` of ``!a && b != null``."""
    if isinstance(test, ir.Unary) and test.op == "not":
        yield from _atoms(test.value)
    elif isinstance(test, ir.Logical):
        yield from _atoms(test.left)
        yield from _atoms(test.right)
    elif isinstance(test, ir.Binary):
        yield from (test.left, test.right)
    elif test is not None:
        yield test


def _binds(target: ir.Node, name: str) -> bool:
    return any(isinstance(n, ir.Name) and n.id == name for n in ir.walk(target))


def _throws(node: ir.Func, name: str) -> Iterator[ir.Throw]:
    """``if (err) throw err``, outside of every ``try`` that catches."""
    guarded = {
        id(n)
        for t in ir.walk_local(node.body)
        if isinstance(t, ir.Try) and t.handlers
        for s in t.body
        for n in ir.walk(s)
    }
    for test in ir.walk_local(node.body):
        if isinstance(test, ir.If) and _is_error(test.test, name):
            for statement in test.body:
                if isinstance(statement, ir.Throw) and id(statement) not in guarded:
                    yield statement


def _is_error(test: ir.Expr, name: str) -> bool:
    """``err``, ``err != null``, ``err !== undefined``."""
    if isinstance(test, ir.Binary) and test.op in ("!=", "!=="):
        test = test.left
    return isinstance(test, ir.Name) and test.id == name


def _named(node: ir.Expr) -> str:
    return node.name if isinstance(node, ir.Attr) else ""


def _dotted(node: ir.Expr) -> str:
    """``User.find().exec`` as ``….exec``: what can be said in a message."""
    if isinstance(node, ir.Name):
        return node.id
    if isinstance(node, ir.Attr):
        left = _dotted(node.obj)
        return f"{left}.{node.name}" if left else node.name
    return ""
