"""Asynchronous errors: which functions can reject, and which promises nobody hears.

Definitions (Node >= 15 ends the process on an unhandled rejection; Express 4 ignores the promise a
handler returns, Express 5 passes its rejection to ``next``): a *rejectable point* of an async
function is ``await e``, ``for await`` and ``throw``; it is protected inside a ``try`` whose
``catch`` can't itself reject. An unresolved call that is awaited may reject.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from faceoff_lint import ir
from faceoff_lint.flow.calls import NEXT, REQUEST, RESPONSE, CallSite
from faceoff_lint.source import Span
from faceoff_lint.values import UNKNOWN, Builtin, External, Function, Lit, Value, options

if TYPE_CHECKING:
    from faceoff_lint.flow.calls import Flow

__all__ = ["Floating", "Point", "Rejections", "is_nothing"]


@dataclass(slots=True, eq=False)
class Point:
    """An unprotected rejectable point. ``kind``: ``await``, ``throw``, ``for-await``, ``return``.

    ``via``: the project function whose rejection it passes on, if it is known.
    """

    function: Function
    node: ir.Node
    kind: str
    via: Function | None = None

    @property
    def span(self) -> Span:
        """Its place."""
        return Span(self.function.module.path, self.node.start, self.node.end)


@dataclass(slots=True, eq=False)
class Floating:
    """An expression whose rejection nobody hears, in code that a request runs.

    ``kind``: ``call`` (a project function not awaited), ``chain`` (``.then`` without ``.catch``),
    ``iife``, ``callback`` (an async function given to something that ignores its promise),
    ``executor`` (``new Promise(async …)``). ``source``: the first point that can reject.
    """

    function: Function
    node: ir.Node
    kind: str
    what: str
    source: Point | None = None

    @property
    def span(self) -> Span:
        """Its place."""
        return Span(self.function.module.path, self.node.start, self.node.end)


# Calls that give no promise, or one that can't reject.
QUIET_PREFIXES = (
    RESPONSE + ".", "js.console.", "js.JSON.", "js.Math.", "js.Number", "js.String", "js.Date",
    "js.Object.", "js.parseInt", "js.Array", "js.Map", "js.Set", "js.Buffer", "js.process.",
    "js.setTimeout", "js.setImmediate", "js.Boolean", "js.Error", "js.Symbol", "js.RegExp",
    "js.encodeURIComponent", "js.decodeURIComponent", "js.structuredClone", "js.isNaN",
    "path.", "util.format", "util.inspect", "events.once", "timers/promises.",
)  # fmt: skip
QUIET = {NEXT, "js.Promise.allSettled", "js.queueMicrotask", "delay", "sleep"}
COMBINING = {"js.Promise.all", "js.Promise.race", "js.Promise.any", "js.Promise.reject"}
GATHERING_ARRAY = {"map", "flatMap", "reduce"}  # fine where what they give is used
IGNORING_ARRAY = {"forEach", "some", "every", "filter", "sort", "find", "findIndex"}
NODE_CALLBACK_ROOTS = {
    "fs", "fs-extra", "graceful-fs", "child_process", "dns", "crypto", "zlib", "net", "http",
    "https", "stream", "readline",
}  # fmt: skip
EMITTERS = ("events().", "events.EventEmitter().", "events.default().")
LISTENING = {"on", "once", "addListener", "prependListener"}
TIMERS = {"js.setTimeout", "js.setInterval", "js.setImmediate", "js.process.nextTick",
          "js.queueMicrotask", "timers.setTimeout", "timers.setInterval"}  # fmt: skip
REQUEST_CALLBACKS = {"login", "logIn", "logout", "logOut"}
SESSION_CALLBACKS = {"save", "destroy", "regenerate", "reload", "touch"}


class Rejections:
    """Answers about promises for one service."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self._points: dict[tuple[int, int], list[Point]] = {}
        self._busy: set[tuple[int, int]] = set()

    # --- can a function reject? --------------------------------------------------------------

    def points(self, function: Function) -> list[Point]:
        """The unprotected points at which the promise of a call of ``function`` can reject.

        Async functions: their rejectable points. Others: promises they return that can reject. A
        function under examination counts as not rejecting (least fixpoint over recursion).
        """
        key = (id(function.identity), id(function.this) if function.this is not None else 0)
        if key in self._points:
            return self._points[key]
        if key in self._busy:
            return []
        self._busy.add(key)
        try:
            if function.node.is_generator and not function.node.is_async:
                found: list[Point] = []
            elif function.node.is_async:
                found = list(self._block(function, function.node.body, False))
            else:
                found = list(self._returned(function))
            self._points[key] = found
        finally:
            self._busy.discard(key)
        return found

    def can_reject(self, function: Function) -> bool:
        """Whether calling the function can give a promise that rejects."""
        return bool(self.points(function))

    def _block(self, function: Function, body: list[ir.Stmt], safe: bool) -> Iterator[Point]:
        for statement in body:
            yield from self._statement(function, statement, safe)

    def _statement(self, function: Function, node: ir.Stmt, safe: bool) -> Iterator[Point]:
        if isinstance(node, ir.Try):
            yield from self._try(function, node, safe)
            return
        if isinstance(node, (ir.FuncDecl, ir.ClassDecl)):
            return
        if isinstance(node, ir.For) and node.is_async and not safe:
            yield Point(function, node, "for-await")
        if isinstance(node, ir.Throw) and not safe:
            yield Point(function, node, "throw")
        if isinstance(node, ir.Return) and node.value is not None:
            yield from self._return(function, node, node.value)
        for child in ir.children(node):
            if isinstance(child, ir.Stmt):
                yield from self._statement(function, child, safe)
            elif isinstance(child, ir.Case):
                yield from self._block(function, child.body, safe)
            elif isinstance(child, ir.Expr) and not safe:
                yield from self._expression(function, child)

    def _try(self, function: Function, node: ir.Try, safe: bool) -> Iterator[Point]:
        guarded = bool(node.handlers)
        yield from self._block(function, node.body, safe or guarded)
        if any(
            isinstance(n, (ir.Await, ir.Call, ir.Throw, ir.For)) for n in ir.walk_local(node.body)
        ):
            for handler in node.handlers:
                yield from self._block(function, handler.body, safe)
        if node.final:
            yield from self._block(function, node.final, safe)

    def _return(self, function: Function, node: ir.Return, value: ir.Expr) -> Iterator[Point]:
        """``return p``: no try protects it."""
        if isinstance(value, ir.Await) or not self._surely_promise(function, value):
            return
        if self.may_reject(function, value):
            yield Point(function, node, "return", self._via(function, value))

    def _expression(self, function: Function, node: ir.Expr) -> Iterator[Point]:
        for child in ir.walk_local(node):
            if isinstance(child, ir.Await) and self.may_reject(function, child.value):
                yield Point(function, child, "await", self._via(function, child.value))

    def _returned(self, function: Function) -> Iterator[Point]:
        """Rejecting promises that a plain function returns."""
        for node in ir.own(function.node):
            if isinstance(node, ir.Return) and node.value is not None:
                yield from self._return(function, node, node.value)

    def _via(self, function: Function, value: ir.Expr) -> Function | None:
        if isinstance(value, ir.Call):
            targets = self.flow.site(function, value).targets
            return next((t for t in targets if self.can_reject(t)), None)
        return None

    # --- can an expression's promise reject? -------------------------------------------------

    def _surely_promise(self, function: Function, node: ir.Expr) -> bool:
        """Whether an expression that is not awaited is certainly a promise."""
        if isinstance(node, (ir.Cond, ir.Logical)):
            sides = (node.body, node.orelse) if isinstance(node, ir.Cond) else (node.right,)
            return any(self._surely_promise(function, s) for s in sides)
        if not isinstance(node, ir.Call):
            return False
        if isinstance(node.func, ir.Attr) and node.func.name in ("then", "catch", "finally"):
            return True
        site = self.flow.site(function, node)
        if any(p.startswith("js.Promise") for p in site.paths):
            return True
        return any(t.node.is_async or self.can_reject(t) for t in site.targets)

    def may_reject(self, function: Function, node: ir.Expr) -> bool:
        """Whether awaiting an expression can throw. Unresolved calls may."""
        if isinstance(node, ir.Call):
            return self._call_rejects(function, node)
        if isinstance(node, ir.Cond):
            return self.may_reject(function, node.body) or self.may_reject(function, node.orelse)
        if isinstance(node, ir.Logical):
            return self.may_reject(function, node.left) or self.may_reject(function, node.right)
        if isinstance(node, ir.Assign):
            return self.may_reject(function, node.value)
        if isinstance(node, ir.Name):
            return self._variable_rejects(function, node)
        if isinstance(node, ir.List):
            return any(self.may_reject(function, i) for i in node.items)
        if isinstance(node, ir.Spread):
            return self.may_reject(function, node.value)
        return isinstance(node, (ir.Attr, ir.Index))

    def _variable_rejects(self, function: Function, node: ir.Name) -> bool:
        """A variable holding a promise: as what it was set to in this function."""
        value = self.flow.value(function, node)
        if isinstance(value, (Lit, Function)) or node.id == "undefined":
            return False
        for statement in ir.own(function.node):
            if (
                isinstance(statement, ir.Declare)
                and isinstance(statement.target, ir.Name)
                and statement.target.id == node.id
                and statement.value is not None
                and not isinstance(statement.value, (ir.Name, ir.Await))
            ):
                return self.may_reject(function, statement.value)
        return True

    def _call_rejects(self, function: Function, node: ir.Call) -> bool:
        if isinstance(node.func, ir.Attr) and node.func.name in ("then", "catch", "finally"):
            return self._chain_rejects(function, node, node.func)
        site = self.flow.site(function, node)
        if isinstance(node.func, ir.Func):
            closure = self.flow.closure(function, node.func)
            return closure is not None and self.can_reject(closure)
        if isinstance(node.func, ir.Attr) and node.func.name in ("map", "flatMap"):
            inner = self.flow.callback(function, node.args[0].value) if node.args else None
            return inner is not None and self.can_reject(inner)
        for path in site.paths:
            if path in ("js.Promise.all", "js.Promise.race", "js.Promise.any"):
                return bool(node.args) and self.may_reject(function, node.args[0].value)
            if path == "js.Promise.resolve":
                return bool(node.args) and self._argument_rejects(function, node.args[0].value)
            if path == "js.Promise" and node.new:
                return self._executor_rejects(node)
        targets = site.targets
        if targets:
            return any(self.live_points(site, t) for t in targets)
        return not self._quiet(site)

    def live_points(self, site: CallSite, target: Function) -> list[Point]:
        """The points of ``target`` that a call can reach, given the literals it passes."""
        points = self.points(target)
        ran = self.flow.ran(site, target) if points else None
        return points if ran is None else [p for p in points if id(p.node) in ran]

    def _argument_rejects(self, function: Function, node: ir.Expr) -> bool:
        return isinstance(node, ir.Call) and self.may_reject(function, node)

    @staticmethod
    def _quiet(site: CallSite) -> bool:
        paths = site.paths
        if paths:
            return all(p in QUIET or p.startswith(QUIET_PREFIXES) for p in paths)
        return bool(site.callees) and all(isinstance(c, Builtin) for c in site.callees)

    @staticmethod
    def _executor_rejects(node: ir.Call) -> bool:
        """``new Promise((resolve, reject) => …)`` can reject if it has the second parameter."""
        executor = node.args[0].value if node.args else None
        if not isinstance(executor, ir.Func):
            return True
        return len(executor.params) > 1

    def _chain_rejects(self, function: Function, node: ir.Call, attr: ir.Attr) -> bool:
        args = [a.value for a in node.args]
        head = self.may_reject(function, attr.obj)
        if attr.name == "finally":
            return head
        if attr.name == "catch":
            return bool(args) and head and not self.absorbs(function, args[0])
        handler = args[1] if len(args) > 1 else None
        if handler is not None and not is_nothing(handler):
            return False  # possible only: the first callback may still throw
        return head or (bool(args) and self._callback_rejects(function, args[0]))

    def absorbs(self, function: Function, handler: ir.Expr) -> bool:
        """Whether a rejection handler ends the matter: it neither throws nor rejects."""
        inner = self.flow.callback(function, handler)
        return inner is None or not self._callback_throws(inner)

    def _callback_rejects(self, function: Function, node: ir.Expr) -> bool:
        inner = self.flow.callback(function, node)
        return inner is not None and self._callback_throws(inner)

    def _callback_throws(self, function: Function) -> bool:
        if function.node.is_async:
            return self.can_reject(function)
        return any(self._sync_throws(function)) or self.can_reject(function)

    def _sync_throws(self, function: Function) -> Iterator[bool]:
        """Unprotected ``throw`` statements of a plain function."""
        guarded = {
            id(n)
            for t in ir.own(function.node)
            if isinstance(t, ir.Try) and t.handlers
            for n in ir.walk_local(t.body)
        }
        for node in ir.own(function.node):
            if isinstance(node, ir.Throw) and id(node) not in guarded:
                yield True

    # --- what floats -------------------------------------------------------------------------

    def floating(self, function: Function) -> Iterator[Floating]:
        """Expressions in a function's own body whose rejection nobody hears."""
        for node in ir.own(function.node):
            if isinstance(node, ir.ExprStmt):
                yield from self._floating_expression(function, node.value)
            elif isinstance(node, ir.Declare) and isinstance(node.value, ir.Call):
                if self._never_awaited(function, node):
                    yield from self._gathered(function, node.value)
            elif isinstance(node, ir.Call):
                yield from self._ignored_callbacks(function, node)

    def _floating_expression(self, function: Function, node: ir.Expr) -> Iterator[Floating]:
        if isinstance(node, ir.Unary) and node.op == "void":
            node = node.value
        if isinstance(node, ir.Logical):
            node = node.right
        if isinstance(node, ir.Cond):
            yield from self._floating_expression(function, node.body)
            yield from self._floating_expression(function, node.orelse)
            return
        if not isinstance(node, ir.Call):
            return
        if isinstance(node.func, ir.Func):
            closure = self.flow.closure(function, node.func)
            if closure is not None and closure.node.is_async and self.can_reject(closure):
                source = self.points(closure)[0]
                yield Floating(function, node, "iife", "async function", source)
            return
        if isinstance(node.func, ir.Attr) and node.func.name in ("then", "catch", "finally"):
            if self._chain_floats(function, node, node.func):
                yield Floating(function, node, "chain", f".{node.func.name}(…)")
            return
        yield from self._gathered(function, node)
        site = self.flow.site(function, node)
        if COMBINING & set(site.paths) and self._call_rejects(function, node):
            yield Floating(function, node, "call", f"Promise.{_called(node.func)}()")
            return
        for target in site.targets:
            points = self.live_points(site, target)
            if points and not node.new and self._always_promise(target):
                name = target.name or _called(node.func)
                yield Floating(function, node, "call", f"{name}()", points[0])
                return

    def _gathered(self, function: Function, node: ir.Call) -> Iterator[Floating]:
        """``ids.map(async …)`` whose array of promises nobody uses."""
        method = node.func if isinstance(node.func, ir.Attr) else None
        if method is None or method.name not in GATHERING_ARRAY or not node.args:
            return
        callback = self.flow.callback(function, node.args[0].value)
        if callback is None or not callback.node.is_async or not self.can_reject(callback):
            return
        if self._is_array(function, method.obj):
            place = node.args[0].value if isinstance(node.args[0].value, ir.Func) else node
            points = self.points(callback)
            yield Floating(function, place, "callback", f".{method.name}(…)", points[0])

    @staticmethod
    def _never_awaited(function: Function, node: ir.Declare) -> bool:
        """Whether all that is done with a variable is to ask for its length."""
        if not isinstance(node.target, ir.Name):
            return False
        asked = {id(n.obj) for n in ir.find(function.node, ir.Attr) if n.name == "length"}
        return all(
            n is node.target or id(n) in asked
            for n in ir.find(function.node, ir.Name)
            if n.id == node.target.id
        )

    def _always_promise(self, function: Function) -> bool:
        """Whether a function gives a promise on every path that returns something.

        One that may as well take a callback (``promisify`` wrappers) is not to be judged.
        """
        if function.node.is_async:
            return True
        returns = [n for n in ir.own(function.node) if isinstance(n, ir.Return) and n.value]
        return all(n.value and self._surely_promise(function, n.value) for n in returns)

    def _chain_floats(self, function: Function, node: ir.Call, attr: ir.Attr) -> bool:
        """A chain as a statement, without an absorbing end."""
        args = [a.value for a in node.args]
        if attr.name == "catch":
            return bool(args) and not self.absorbs(function, args[0])
        if attr.name == "finally":
            inner = attr.obj
            link = inner.func if isinstance(inner, ir.Call) else None
            if isinstance(link, ir.Attr) and link.name in ("then", "catch", "finally"):
                assert isinstance(inner, ir.Call)
                return self._chain_floats(function, inner, link)
            return self.may_reject(function, inner)
        if len(args) > 1 and not is_nothing(args[1]):
            return False
        return self._chain_rejects(function, node, attr)

    def _ignored_callbacks(self, function: Function, node: ir.Call) -> Iterator[Floating]:
        """Async functions handed to something that ignores the promise they return."""
        site = self.flow.site(function, node)
        for arg in node.args:
            callback = self.flow.callback(function, arg.value)
            if callback is None or not callback.node.is_async:
                continue
            what = self._ignores(function, node, site)
            if what and self.can_reject(callback):
                kind = "executor" if what == "new Promise" else "callback"
                place = arg.value if isinstance(arg.value, ir.Func) else node
                yield Floating(function, place, kind, what, self.points(callback)[0])

    def _ignores(self, function: Function, node: ir.Call, site: CallSite) -> str:
        """What it is that ignores the promise; empty when it may well not."""
        method = node.func if isinstance(node.func, ir.Attr) else None
        if method and method.name in IGNORING_ARRAY and self._is_array(function, method.obj):
            return f".{method.name}(…)"
        for path in site.paths:
            if path in TIMERS:
                return path.rpartition(".")[2]
            if path == "js.Promise" and node.new:
                return "new Promise"
            root, _, member = path.partition(".")
            last = path.rpartition(".")[2]
            if root in NODE_CALLBACK_ROOTS and "promises" not in path and "()" not in path:
                return path
            if last in LISTENING and (
                path.startswith((REQUEST + ".", RESPONSE + ".", *EMITTERS))
                or root in NODE_CALLBACK_ROOTS
            ):
                return f".{last}(…)"
            if path.startswith(REQUEST + "."):
                if member.removeprefix("req.") in REQUEST_CALLBACKS:
                    return f"req.{last}(…)"
                if ".session." in path and last in SESSION_CALLBACKS:
                    return f"req.session.{last}(…)"
            if path in ("passport.authenticate", "passport.default.authenticate"):
                return "passport.authenticate(…)"
        return ""

    def _is_array(self, function: Function, node: ir.Expr) -> bool:
        """Whether ``.forEach`` and its kin are JavaScript's own: not an ORM's or a query's."""
        value: Value = self.flow.value(function, node)
        for choice in options(value):
            if isinstance(choice, External) and not choice.path.startswith("js."):
                return choice.path.startswith((REQUEST, "js."))
        return True if value is not UNKNOWN else not isinstance(node, ir.Call) or True


def _called(node: ir.Expr) -> str:
    """A name for a callee that has none of its own."""
    if isinstance(node, ir.Attr):
        return node.name
    return node.id if isinstance(node, ir.Name) else "the function"


def is_nothing(node: ir.Expr) -> bool:
    """``null`` or ``undefined``."""
    return (isinstance(node, ir.Const) and node.value is None) or (
        isinstance(node, ir.Name) and node.id == "undefined"
    )
