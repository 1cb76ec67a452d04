"""Streams that request code makes, and whether anybody listens to their errors.

An ``'error'`` event without a listener is thrown, and ends the process (Node documentation,
*Events: Error events*). ``pipe`` does not pass errors on (*Stream: readable.pipe*); ``pipeline``
and ``finished`` do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from faceoff_lint import ir
from faceoff_lint.flow.calls import CallSite, Flow
from faceoff_lint.values import Function, Lit

__all__ = ["OpenStream", "open_streams"]

FILES = {"fs", "fs-extra", "graceful-fs"}
MAKERS = {
    *(f"{m}.createReadStream" for m in FILES), *(f"{m}.createWriteStream" for m in FILES),
    "http.get", "http.request", "https.get", "https.request",
}  # fmt: skip
REQUESTS = {"request", "request.get", "request.post"}
LISTENING = {"on", "once", "addListener", "prependListener"}
# Methods of a stream that leave its errors alone, and give nothing of it away.
PLAIN = {
    "close", "cork", "destroy", "end", "pause", "pipe", "read", "resume", "setDefaultEncoding",
    "setEncoding", "setHeader", "setTimeout", "uncork", "unpipe", "write",
}  # fmt: skip
SAME = {"setEncoding", "pause", "resume", "setDefaultEncoding"}
# Whoever asks before knows the file is there.
ASKING = ("exists", "existsSync", "stat", "statSync", "access", "accessSync", "lstat", "lstatSync",
          "pathExists", "pathExistsSync", "realpath", "realpathSync", "readdir", "readdirSync",
          "mkdtemp", "mkdtempSync")  # fmt: skip


@dataclass(slots=True, eq=False)
class OpenStream:
    """A stream made by a call whose errors nobody hears; ``maker`` is the library's function."""

    site: CallSite
    maker: str


def open_streams(flow: Flow, function: Function) -> Iterator[OpenStream]:
    """The streams made in a function's own body that surely have no error listener."""
    made = [(site, path) for site in flow.calls(function) for path in [maker(site)] if path]
    if not made:
        return
    parents = _parents(function.node)
    asks = _asks(flow, function)
    for site, path in made:
        if path.partition(".")[0] in FILES:
            first = site.args.get(0) if site.args is not None else None
            if first is None or isinstance(first, Lit):
                continue  # a file of the program itself
            if path.endswith("createReadStream") and asks:
                continue
        if not _heard(function, parents, site.node):
            yield OpenStream(site, path)


def maker(site: CallSite) -> str:
    """The library function that makes a stream, for a call that surely is one; else empty."""
    if len(site.paths) != 1 or len(site.callees) != 1 or site.node.new:
        return ""
    path = site.paths[0].replace(".default", "")
    if path in MAKERS:
        return path
    # With a callback, `request` gives its errors to it.
    plain = path in REQUESTS and site.args is not None and len(site.node.args) == 1
    return path if plain and not isinstance(site.node.args[0].value, ir.Spread) else ""


def _asks(flow: Flow, function: Function) -> bool:
    """Whether a function, or one around it, asks for files before it opens them."""
    texts = function.module.source.text
    around = [f.node for f in flow.web.functions if f.module is function.module]
    inner = function.node
    around = [n for n in around if n.start <= inner.start and n.end >= inner.end]
    outer = max([inner, *around], key=lambda n: n.end - n.start)
    return any(f"{name}(" in texts[outer.start : outer.end] for name in ASKING)


def _parents(node: ir.Func) -> dict[int, ir.Node]:
    found: dict[int, ir.Node] = {}
    for current in ir.walk(node):
        for child in ir.children(current):
            found[id(child)] = current
    return found


def _heard(function: Function, parents: dict[int, ir.Node], node: ir.Expr) -> bool:
    """Whether somebody may listen to the errors of what an expression gives."""
    parent = parents.get(id(node))
    if isinstance(parent, ir.ExprStmt):
        return False
    if isinstance(parent, ir.Attr) and parent.obj is node:
        return _method(function, parents, parent)
    if isinstance(parent, ir.Arg):
        call = parents.get(id(parent))
        return not (isinstance(call, ir.Call) and _piped_into(call, node, function, parents))
    if isinstance(parent, ir.Declare) and isinstance(parent.target, ir.Name):
        return _variable_heard(function, parents, parent, parent.target)
    return True


def _method(function: Function, parents: dict[int, ir.Node], attr: ir.Attr) -> bool:
    call = parents.get(id(attr))
    if not isinstance(call, ir.Call) or call.func is not attr:
        return attr.name not in ("path", "bytesRead", "bytesWritten")
    if attr.name in LISTENING:
        event = call.args[0].value if call.args else None
        if not isinstance(event, ir.Const) or event.value == "error":
            return True
        return _heard(function, parents, call)
    if attr.name in SAME:
        return _heard(function, parents, call)
    return attr.name not in PLAIN


def _piped_into(
    call: ir.Call, node: ir.Expr, function: Function, parents: dict[int, ir.Node]
) -> bool:
    """Whether a stream is only the target of ``.pipe(…)``, and the result is not listened to."""
    piping = isinstance(call.func, ir.Attr) and call.func.name == "pipe"
    if not piping or not call.args or call.args[0].value is not node:
        return False
    return not _heard(function, parents, call)


def _variable_heard(
    function: Function, parents: dict[int, ir.Node], made: ir.Declare, target: ir.Name
) -> bool:
    if made.kind not in ("const", "let", "var"):
        return True
    for use in ir.walk(function.node):
        if not isinstance(use, ir.Name) or use.id != target.id or use is target:
            continue
        parent = parents.get(id(use))
        if isinstance(parent, ir.ExprStmt) or _heard(function, parents, use):
            return True
    return False
