"""Express: what has become of a request when control leaves a function.

Each path through a function has *acts*: answers, ``next()``, ``next(err)``. A path is *open* where
something else may act: whatever gets ``res`` or ``next``, or a closure that holds them, may answer,
now or later. Of open paths nothing is said.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

from faceoff_lint import ir
from faceoff_lint.flow.calls import NEXT, REQUEST, RESPONSE, CallSite, Flow
from faceoff_lint.flow.paths import Exit, Jump, explore
from faceoff_lint.values import External, Function, options

__all__ = [
    "Act",
    "Path",
    "Walk",
]

# Answers that are whole: what is sent after them comes too late.
WHOLE = {"json", "jsonp", "send", "render", "redirect", "sendStatus", "sendFile", "sendfile",
         "download", "end"}  # fmt: skip
# Those which are sent at once, when the call comes back.
AT_ONCE = {"json", "jsonp", "send", "redirect", "sendStatus", "end"}
HEAD = {"status", "set", "header", "setHeader", "type", "contentType", "cookie", "clearCookie",
        "append", "location", "vary", "links", "attachment", "removeHeader"}  # fmt: skip
NEUTRAL = HEAD | {"get", "getHeader", "getHeaders", "hasHeader"}
PLAIN_REQUEST = {
    "accepts", "acceptsEncodings", "acceptsLanguages", "flash", "get", "header", "is",
    "isAuthenticated", "isUnauthenticated", "param", "range", "setEncoding",
}  # fmt: skip
PLAIN_MEMBERS = {"locals", "statusCode", "statusMessage", "headersSent", "app", "writableEnded",
                 "finished", "charset"}  # fmt: skip
GONE = {"aborted", "closed", "destroyed", "finished", "headersSent", "writableEnded", "_header",
        "writableFinished"}  # fmt: skip
THROWER = ("throw", "fail", "abort", "reject", "error", "assert", "raise", "bail", "invariant",
           "exit", "panic", "respond", "reply", "redirect")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Act:
    """An answer (``method`` is ``json``, …), ``next()``, or ``next(err)``."""

    kind: Literal["answer", "next", "error"]
    node: ir.Call
    method: str = ""


@dataclass(frozen=True, slots=True)
class Path:
    """What has happened on a path.

    ``caught``: the ``catch`` it went through. ``unsure``: it left a ``try`` after its first act.
    ``failed``: the error of the node callback that is walked is set. ``denied``: the values that a
    variable surely hasn't, where code names two or more (``Walk.enumerated``). ``decided``: the
    last condition on which an act depends, and how it was decided (``Walk.explain`` only).
    """

    first: Act | None = None
    open: bool = False
    caught: ir.Handler | None = None
    unsure: bool = False
    failed: bool = False
    denied: frozenset[tuple[Any, Any]] = frozenset()
    decided: tuple[ir.Expr, bool] | None = None

    @property
    def silent(self) -> bool:
        """Whether surely nobody has answered or gone on, or will."""
        return self.first is None and not self.open


class Walk:
    """One function walked once. ``exits`` is None when there are too many paths.

    ``channels``: the names by which the function knows ``res`` and ``next``. ``ignored``: closures
    (by ``id`` of the node) that hold them and are judged elsewhere. ``error``: the name of a node
    callback's error. ``twice`` and ``late`` are pairs of acts on one path, and of an answer and a
    call on ``res`` that comes too late for it.
    """

    def __init__(
        self,
        flow: Flow,
        function: Function,
        channels: set[str],
        *,
        ignored: frozenset[int] = frozenset(),
        error: str | None = None,
    ) -> None:
        self.flow = flow
        self.function = function
        self.ignored = ignored
        self.error = error
        self.twice: dict[tuple[int, int], tuple[Act, Act]] = {}
        self.late: dict[tuple[int, int], tuple[Act, ir.Call]] = {}
        body = function.node.body
        self.parents = {id(c): n for s in body for n in ir.walk(s) for c in ir.children(n)}
        self.channels = _aliases(body, channels)
        self._sites = {id(s.node): s for s in flow.calls(function)}
        self._relevant: set[int] | None = None
        self.enumerated = self._enumerations()
        self.exits = self._explore()

    def _explore(self) -> list[Exit[Path]] | None:
        return explore(
            self.function.node.body,
            Path(),
            self._step,
            assuming=self._assuming,
            thrown=self._thrown,
        )

    @property
    def silent(self) -> list[Exit[Path]]:
        """The ways out on which nothing has become of the request."""
        return [e for e in self.exits or () if e.how != "throw" and e.state.silent]

    def explain(self, wanted: Callable[[Exit[Path]], bool]) -> tuple[ir.Expr, bool] | None:
        """The last condition, and its truth, on the first way out that is wanted."""
        self._relevant = set()
        for node in ir.own(self.function.node):
            if isinstance(node, (ir.If, ir.Cond)) and self._matters(node):
                self._relevant.update(id(n) for n in ir.walk(node.test))
            elif isinstance(node, ir.Logical) and self._matters(node.right):
                self._relevant.update(id(n) for n in ir.walk(node.left))
        exits = self._explore() or []
        self._relevant = None
        found = [e.state.decided for e in exits if wanted(e) and e.state.decided is not None]
        return min(found, key=lambda d: d[0].start) if found else None

    def _matters(self, node: ir.Node) -> bool:
        return any(
            isinstance(n, (ir.Return, ir.Throw))
            or (isinstance(n, ir.Name) and n.id in self.channels)
            for n in ir.walk(node)
        )

    def _enumerations(self) -> dict[Any, set[Any]]:
        """What variables are compared with, two values or more, unless requests set them.

        Code that names all values a variable can have needs no ``else``.
        """
        found: dict[Any, set[Any]] = {}
        for node in ir.own(self.function.node):
            pairs: list[tuple[ir.Expr, ir.Expr]] = []
            if isinstance(node, ir.Switch):
                pairs = [(node.subject, test) for case in node.cases for test in case.tests]
            elif isinstance(node, ir.Binary):
                pairs = [(node.left, node.right)]
            for subject, test in pairs:
                if isinstance(test, ir.Const) and not self._requested(subject):
                    found.setdefault(ir.shape(subject), set()).add(test.value)
        return {subject: values for subject, values in found.items() if len(values) > 1}

    def _requested(self, subject: ir.Expr) -> bool:
        value = self.flow.value(self.function, subject)
        return any(
            isinstance(c, External) and c.path.startswith(REQUEST + ".") for c in options(value)
        )

    # --- steps -------------------------------------------------------------------------------

    def _step(self, node: ir.Node, path: Path) -> Path | Jump:
        if isinstance(node, ir.Handler):
            return replace(path, caught=node, unsure=path.unsure or path.first is not None)
        if isinstance(node, ir.Yield):
            return _opened(path)
        if isinstance(node, (ir.Func, ir.Class)):
            return path if self._harmless(node) else _opened(path)
        if isinstance(node, ir.Name):
            return _opened(path) if node.id in self.channels and self._escapes(node) else path
        if isinstance(node, ir.Call):
            return self._call(node, path)
        if isinstance(node, ir.Await) and isinstance(node.value, ir.Call):
            site = self._sites.get(id(node.value))
            targets = self.flow.targets(site) if site is not None else []
            if targets and all(self._never_returns(t, awaited=True) for t in targets):
                return Jump.THROW
        return path

    def _call(self, node: ir.Call, path: Path) -> Path | Jump:
        site = self._sites.get(id(node))
        if site is None:
            return _opened(path) if _root(node.func) in self.channels else path
        if self.flow.responses.is_next(site):
            return self._act(Act("error" if self._sure_error(site) else "next", node), path)
        for full in site.paths:
            if full in ("js.process.exit", "process.exit", "js.process.abort"):
                return Jump.HALT
            if full.startswith(RESPONSE + "."):
                return self._on_response(node, full, path)
            if full.startswith(REQUEST + ".") and _members(full, REQUEST)[:1] != ["session"]:
                plain = full.rpartition(".")[2] in PLAIN_REQUEST or len(_members(full, REQUEST)) > 1
                return path if plain and not self.flow.responses.delegates(site) else _opened(path)
        if _root(node.func) in self.channels or self.flow.responses.delegates(site):
            return _opened(path)
        targets = self.flow.targets(site)
        if targets:
            return Jump.THROW if all(map(self._never_returns, targets)) else path
        return _opened(path) if self._unknown_acts(site, node) else path

    def _on_response(self, node: ir.Call, full: str, path: Path) -> Path:
        method = full.rpartition(".")[2]
        callbacks = any(isinstance(a.value, ir.Func) for a in node.args)
        if method in HEAD:
            if path.first is not None and path.first.method in AT_ONCE and not path.unsure:
                self.late.setdefault((id(path.first.node), id(node)), (path.first, node))
            return path
        if method not in WHOLE:
            return path if method in NEUTRAL else _opened(path)
        if callbacks:
            return _opened(path)
        return self._act(Act("answer", node, method), path)

    def _act(self, act: Act, path: Path) -> Path:
        first = path.first
        if first is None:
            return replace(path, first=act)
        if not path.unsure and first.node is not act.node:
            self.twice.setdefault((id(first.node), id(act.node)), (first, act))
        return path

    def _sure_error(self, site: CallSite) -> bool:
        """Whether ``next`` gets what surely is an error: made here, caught, or tested."""
        if len(site.node.args) != 1:
            return False
        value = site.node.args[0].value
        if isinstance(value, ir.Call):
            return value.new
        if not isinstance(value, ir.Name):
            return False
        node: ir.Node | None = site.node
        while node is not None:
            node = self.parents.get(id(node))
            known = node.target if isinstance(node, ir.Handler) else None
            known = node.test if isinstance(node, ir.If) else known
            if isinstance(known, ir.Name) and known.id == value.id:
                return True
        first = self.function.node.params[0].target if self.function.node.params else None
        own = isinstance(first, ir.Name) and first.id == value.id
        return own and self.flow.role(self.function) == "error"

    # --- what may act elsewhere --------------------------------------------------------------

    def _unknown_acts(self, site: CallSite, node: ir.Call) -> bool:
        """Whether an unknown callee may well throw always, or act by the request alone."""
        name = node.func.name if isinstance(node.func, ir.Attr) else _root(node.func) or ""
        if any(p.startswith(("js.", "path.", "util.", "winston", "debug")) for p in site.paths):
            return False
        logs = _root(node.func) in ("console", "logger", "log", "winston", "debug")
        if not logs and any(word in name.lower() for word in THROWER):
            return True
        given = site.args.all if site.args is not None else []
        return any(getattr(v, "path", None) == REQUEST for v in given)

    def _never_returns(self, target: Function, *, awaited: bool = False) -> bool:
        if target.node.is_generator or target.node.is_async is not awaited:
            return False
        return self.flow.only_throws(target)

    def _harmless(self, node: ir.Func | ir.Class) -> bool:
        """Whether a closure holds no channel, or is only declared here."""
        if id(node) in self.ignored or not ir.mentions(node, self.channels):
            return True
        return isinstance(self.parents.get(id(node)), (ir.Declare, ir.FuncDecl))

    def _escapes(self, node: ir.Name) -> bool:
        parent = self.parents.get(id(node))
        if isinstance(parent, ir.Call) and parent.func is node:
            return False
        if isinstance(parent, ir.Attr) and parent.obj is node:
            call = self.parents.get(id(parent))
            called = isinstance(call, ir.Call) and call.func is parent
            return not called and parent.name not in PLAIN_MEMBERS | GONE
        return not (isinstance(parent, ir.Declare) and parent.target is node)

    # --- conditions and throws ---------------------------------------------------------------

    def _assuming(self, test: ir.Expr, truth: bool, path: Path) -> Path | None:
        if truth and isinstance(test, ir.Attr) and test.name in GONE:
            return _opened(path)
        name = test.id if isinstance(test, ir.Name) else None
        if self.error is not None and name is not None:
            if name == self.error:
                if path.failed and not truth:
                    return None
                path = replace(path, failed=truth)
            elif path.failed and truth and name in _later_parameters(self.function):
                return None  # after a failure there is no result
        if isinstance(test, ir.Binary) and isinstance(test.right, ir.Const):
            subject = ir.shape(test.left) if self.enumerated else None
            if subject in self.enumerated and truth is (test.op in ("!=", "!==")):
                denied = path.denied | {(subject, test.right.value)}
                path = replace(path, denied=denied)
                if {v for s, v in denied if s == subject} >= self.enumerated[subject]:
                    path = _opened(path)
        if self._relevant is not None and id(test) in self._relevant:
            path = replace(path, decided=(test, truth))
        return path

    def _thrown(self, node: ir.Node, path: Path) -> Path | None:
        """Whether a call or await in a ``try`` is likely to throw."""
        if isinstance(node, ir.Call):
            site = self._sites.get(id(node))
            quiet = (RESPONSE + ".", "js.console.", REQUEST + ".")
            if site is not None and any(p.startswith(quiet) or p == NEXT for p in site.paths):
                return None
            root = _root(node.func)
            if root in ("console", "logger", "log", "debug") or root in self.channels:
                return None
        return path


def _opened(path: Path) -> Path:
    return path if path.open else replace(path, open=True)


def _aliases(body: list[ir.Stmt], channels: set[str]) -> set[str]:
    """The names, and those of local variables and functions that hold what they stand for."""
    names = set(channels)
    for _ in range(4):
        before = len(names)
        for node in ir.walk_local(body):
            if isinstance(node, ir.FuncDecl) and ir.mentions(node.func, names):
                names.add(node.func.name)
            elif isinstance(node, ir.Declare) and _holds(node.value, names):
                names.update(n.id for n in ir.find(node.target, ir.Name))
        if len(names) == before:
            break
    return names


def _holds(value: ir.Expr | None, names: set[str]) -> bool:
    """Whether a value may be a channel or hold one: ``res.status(200)``, ``() => next()``."""
    if isinstance(value, (ir.Func, ir.Class, ir.Dict, ir.List)):
        return ir.mentions(value, names)
    if isinstance(value, ir.Name):
        return value.id in names
    if isinstance(value, (ir.Attr, ir.Call)) and _root(value) in names:
        first = _first_member(value)
        return first not in PLAIN_MEMBERS | {"get", "getHeader", "getHeaders", "hasHeader"}
    return False


def _root(node: ir.Expr) -> str | None:
    """``res`` of ``res.status(404).json``."""
    while isinstance(node, (ir.Attr, ir.Index, ir.Call)):
        node = node.func if isinstance(node, ir.Call) else node.obj
    return node.id if isinstance(node, ir.Name) else None


def _first_member(node: ir.Expr) -> str:
    name = ""
    while isinstance(node, (ir.Attr, ir.Index, ir.Call)):
        if isinstance(node, ir.Attr):
            name = node.name
        node = node.func if isinstance(node, ir.Call) else node.obj
    return name


def _members(path: str, root: str) -> list[str]:
    return path.removeprefix(root + ".").replace("()", "").split(".")


def _later_parameters(function: Function) -> set[str]:
    targets = (p.target for p in function.node.params[1:])
    return {t.id for t in targets if isinstance(t, ir.Name)}
