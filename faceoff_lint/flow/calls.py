"""Who calls what: traces of functions, call sites, and what a request can reach."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Generic, TypeVar

from faceoff_lint import ir
from faceoff_lint.flow.paths import explore
from faceoff_lint.frameworks.events import ErrorHandlerEvent, HookEvent, ParamEvent
from faceoff_lint.frameworks.express import METHODS, Router
from faceoff_lint.interpreter import Trace
from faceoff_lint.model import Group, Handler, Web
from faceoff_lint.model.handlers import js_length
from faceoff_lint.source import Span
from faceoff_lint.values import (
    MAYBE,
    NO,
    UNKNOWN,
    YES,
    Builtin,
    CallArgs,
    ClassValue,
    External,
    Function,
    Instance,
    Lit,
    Tri,
    Value,
    Wrapped,
    options,
)

if TYPE_CHECKING:
    from faceoff_lint.flow.rejections import Rejections
    from faceoff_lint.flow.responses import Responses

__all__ = ["CallSite", "Flow", "Hit", "REQUEST", "RESPONSE", "NEXT"]

T = TypeVar("T")

REQUEST, RESPONSE, NEXT = "express.req", "express.res", "express.next"
# Libraries whose middlewares are meant for single routes: limiters, uploads, validators.
PER_ROUTE = {
    "celebrate", "express-brute", "express-fileupload", "express-rate-limit", "express-slow-down",
    "express-validator", "multer", "rate-limiter-flexible",
}  # fmt: skip
SOCKET = "socket.io.socket"
MAX_CALL_DEPTH = 8


@dataclass(eq=False)
class CallSite:
    """One call in a function's own body.

    ``callees``: what may be called; empty when the call was not evaluated. ``path`` of a library
    callee is in ``paths``. ``args`` are the values of the first evaluation.
    """

    node: ir.Call
    function: Function
    callees: list[Value]
    args: CallArgs | None = None
    result: Value = UNKNOWN

    @cached_property
    def span(self) -> Span:
        """The whole call."""
        return Span(self.function.module.path, self.node.start, self.node.end)

    @cached_property
    def paths(self) -> list[str]:
        """The library paths it may call: ``fs.readFileSync``."""
        return [c.path for c in self.callees if isinstance(c, External)]

    @property
    def registers(self) -> Router | None:
        """Express: the app or router on which it registers handlers, if it was not made here."""
        for callee in self.callees:
            owner = callee.this if isinstance(callee, Builtin) else None
            if not isinstance(callee, Builtin) or not isinstance(owner, Router):
                continue
            verb, place, inside = callee.name.rpartition(".")[2], owner.span, self.function.span
            here = place.file == inside.file and inside.start <= place.start < inside.end
            if verb == "use" or (verb in METHODS and self.args and len(self.args.pos) > 1):
                return None if here else owner
        return None

    @cached_property
    def targets(self) -> list[Function]:
        """The project functions it may enter."""
        found: list[Function] = []
        for callee in self.callees:
            if isinstance(callee, Wrapped):
                callee = callee.inner
            if isinstance(callee, Function):
                this = self.args.this if self.args is not None else None
                if callee.this is None and isinstance(this, Instance):
                    callee = callee.bind(this)
                found.append(callee)
            elif isinstance(callee, ClassValue):
                for name in ("__init__", "constructor"):
                    method = callee.lookup(name)
                    if isinstance(method, Function):
                        found.append(method)
            elif isinstance(callee, Instance) and callee.cls is not None:
                method = callee.cls.lookup("__call__")
                if isinstance(method, Function):
                    found.append(method.bind(callee))
        return found


@dataclass(slots=True, eq=False)
class Hit(Generic[T]):
    """Something found below a function: where, and by which calls it is reached.

    ``path`` lists the calls from the starting function down to ``site``, which is the last.
    """

    root: Function
    site: CallSite
    what: T
    path: list[CallSite]

    @property
    def direct(self) -> bool:
        """Whether it stands in the starting function itself (closures included)."""
        return len(self.path) == 1


class Flow:
    """The flow analysis of one service; ``Flow.of(web)`` gives the one instance."""

    def __init__(self, web: Web) -> None:
        self.web = web
        self._traces: dict[tuple[int, int, str], tuple[Function, Trace]] = {}
        self._sites: dict[int, tuple[Function, list[CallSite]]] = {}
        self._bound: dict[int, list[Value]] = {}
        self._only_throws: dict[int, bool] = {}
        self._parents: dict[int, dict[int, ir.Node]] = {}
        self._ran: dict[tuple[int, tuple[object, ...]], tuple[Function, set[int]]] = {}

    @staticmethod
    def of(web: Web) -> Flow:
        """The flow analysis of a service, made at first use."""
        found = web.memo.get("flow")
        if not isinstance(found, Flow):
            found = web.memo["flow"] = Flow(web)
        return found

    @cached_property
    def rejections(self) -> Rejections:
        """JavaScript: which functions can reject, and which promises nobody hears."""
        from faceoff_lint.flow.rejections import Rejections

        return Rejections(self)

    @cached_property
    def responses(self) -> Responses:
        """Express: which functions answer, call next, or hand the job on."""
        from faceoff_lint.flow.responses import Responses

        return Responses(self)

    # --- handlers ----------------------------------------------------------------------------

    @cached_property
    def request_functions(self) -> list[tuple[Function, Handler]]:
        """Every function that a request enters: handlers, middlewares, hooks, error handlers.

        The function is the outermost project function registered; each once, in order.
        """
        found: dict[int, tuple[Function, Handler]] = {}
        for handler in self._registered():
            for function in self.entered(handler):
                found.setdefault(id(function.identity), (function, handler))
        return list(found.values())

    def _registered(self) -> Iterator[Handler]:
        for group in self.web.everything:
            for route in group.routes:
                yield from route.handlers
            for use in group.uses:
                yield from use.handlers
            for event in group.native.events:
                if isinstance(event, (HookEvent, ErrorHandlerEvent, ParamEvent)):
                    yield self.web.resolve(event.handler)

    def entered(self, handler: Handler) -> list[Function]:
        """The functions a handler's request enters first: the function, or a class's verbs."""
        if handler.cls is not None:
            names = ("get", "post", "put", "delete", "patch", "dispatch_request")
            methods = (handler.cls.lookup(name) for name in names)
            return [m for m in methods if isinstance(m, Function)]
        first = handler.outer or handler.function
        if first is None:
            return []
        if handler.function is not None and handler.function is not first:
            return [first, handler.function]
        return [first]

    @cached_property
    def _roles(self) -> dict[int, str]:
        """Express: which functions are registered, and so get request, response, next, socket."""
        roles: dict[int, str] = {}
        for handler in self._registered():
            for function in (handler.outer, handler.function):
                if function is not None:
                    roles.setdefault(id(function.node), "handler")
        for group in self.web.everything:
            for event in group.native.events:
                if isinstance(event, ParamEvent):
                    function = self.web.resolve(event.handler).function
                    if function is not None:
                        roles[id(function.node)] = "param"
        for socket_event in self.web.socket_events:
            function = self.web.resolve(socket_event.handler).function
            if function is not None:
                roles.setdefault(id(function.node), "socket")
        return roles

    def role(self, function: Function) -> str:
        """``handler``, ``error``, ``param``, ``socket`` or ``plain``."""
        role = self._roles.get(id(function.node), "plain")
        if role == "handler" and js_length(function) == 4:
            return "error"
        return role

    # --- traces ------------------------------------------------------------------------------

    def trace(self, function: Function) -> Trace:
        """What the function's expressions mean; memoised."""
        role = self.role(function) if self.web.framework == "express" else "plain"
        this = function.this
        key = (id(function.identity), id(this) if this is not None else 0, role)
        found = self._traces.get(key)
        if found is None:
            args: list[Value] = [External(p) for p in _ROLE_ARGS[role]]
            if role == "plain":
                args = self._bound.get(id(function.node), args)
            trace = self.web.machine.trace_function(function, args, this)
            found = self._traces[key] = (function, trace)
        return found[1]

    def ran(self, site: CallSite, target: Function) -> set[int] | None:
        """The ``id`` of what runs in ``target`` when it is called with the literals of a call.

        Statements and expressions; None when the call passes no literal: then all of it may run.
        """
        if site.args is None or not any(isinstance(v, Lit) for v in site.args.pos):
            return None
        values = [v if isinstance(v, Lit) or _is_channel(v) else UNKNOWN for v in site.args.pos]
        key = (id(target.identity), tuple(getattr(v, "value", None) for v in values))
        if key not in self._ran:
            trace = self.web.machine.trace_function(target, list(values), target.this)
            self._ran[key] = (target, trace.statements | trace.values.keys())
        return self._ran[key][1]

    def value(self, function: Function, node: ir.Expr) -> Value:
        """What an expression of a function's own body evaluates to; Unknown if not evaluated."""
        return self.trace(function).values.get(id(node), UNKNOWN)

    def closure(self, function: Function, node: ir.Func) -> Function | None:
        """The function value of a function written inside ``function``."""
        found = self.trace(function).closures.get(id(node))
        if found is None:
            return None
        found.owner = found.owner or (function.owner if node.kind == "arrow" else None)
        return found

    def callback(self, function: Function, node: ir.Expr) -> Function | None:
        """The project function an argument expression stands for."""
        if isinstance(node, ir.Func):
            return self.closure(function, node)
        for choice in options(self.value(function, node)):
            if isinstance(choice, Function):
                return choice
        return None

    def parents(self, function: Function) -> dict[int, ir.Node]:
        """What each node of a function's own body stands in, by its ``id``; not to be changed."""
        node = function.node
        found = self._parents.get(id(node))
        if found is None:
            inner = (n for n in ir.own(node) if not isinstance(n, (ir.Func, ir.Class)))
            found = self._parents[id(node)] = {id(c): n for n in inner for c in ir.children(n)}
        return found

    def only_throws(self, function: Function) -> bool:
        """Whether every path through a function's own body ends in a throw."""
        node = function.node
        known = self._only_throws.get(id(node))
        if known is None:
            exits = None
            if any(isinstance(n, ir.Throw) for n in ir.own(node)):
                exits = explore(node.body, 0, lambda _, state: state)
            known = bool(exits) and all(e.how == "throw" for e in exits or ())
            self._only_throws[id(node)] = known
        return known

    # --- calls -------------------------------------------------------------------------------

    def calls(self, function: Function) -> list[CallSite]:
        """The calls in a function's own body (nested functions left out), in source order."""
        found = self._sites.get(id(function.identity))
        if found is not None:
            return found[1]
        trace = self.trace(function)
        sites: list[CallSite] = []
        for node in ir.own(function.node):
            if isinstance(node, ir.Call):
                records = trace.calls.get(id(node), [])
                callees = [c for r in records for c in options(r.callee)]
                args = records[0].args if records else None
                result = records[0].result if records else UNKNOWN
                site = CallSite(node, function, callees, args, result)
                self._bind(site)
                sites.append(site)
        self._sites[id(function.identity)] = (function, sites)
        return sites

    def _bind(self, site: CallSite) -> None:
        """Remember which parameters of a helper are the response, the socket and so on.

        Set before the helper is traced: nobody gets at it but through a call site.
        """
        if site.args is None or self.web.framework != "express":
            return
        values: list[Value] = [v if _is_channel(v) else UNKNOWN for v in site.args.pos]
        if any(v is not UNKNOWN for v in values):
            for target in site.targets:
                self._bound.setdefault(id(target.node), [*target.bound, *values])

    def site(self, function: Function, node: ir.Call) -> CallSite:
        """The call site of a call node of ``function``."""
        for site in self.calls(function):
            if site.node is node:
                return site
        return CallSite(node, function, [])

    def hands_on(self, group: Group) -> bool:
        """Express: whether request code calls a router itself, or gives it to something."""
        native = group.native
        for function in self.reached(f for f, _ in self.request_functions):
            for site in self.calls(function):
                used = [*site.callees, *(site.args.all if site.args is not None else [])]
                used += [c.this for c in site.callees if isinstance(c, Builtin) and c.this]
                if any(c is native for value in used for c in options(value)):
                    return True
        return False

    def tied_to_route(self, handler: Handler) -> Tri:
        """Express: whether a middleware needs the route it stands on: its parameters, its count.

        A ``use`` on the router sees no ``req.params`` of the routes; a rate limiter counts apart.
        """
        functions = self.entered(handler)
        if not functions:
            plain = handler.is_error_handler is False and handler.library not in PER_ROUTE
            return NO if plain else MAYBE
        for function in self.reached(functions):
            for node in ir.walk(function.node):
                name: object = node.name if isinstance(node, ir.Attr) else None
                if isinstance(node, ir.Entry) and isinstance(node.key, ir.Const):
                    name = node.key.value
                if name in ("params", "param", "route"):
                    return YES
            for site in self.calls(function):
                if any(p.partition(".")[0].removesuffix("()") in PER_ROUTE for p in site.paths):
                    return YES
        return NO

    def memoised(self, site: CallSite) -> bool:
        """Whether a call's result is kept in a variable that outlives its function.

        ``cache = cache || read()`` and ``cache[key] = read()`` pay once, not on each request; so
        does what stands behind ``if (cache) return cache`` in a function that fills the cache.
        """
        body = site.function.node.body
        own = {n.target.id for n in ir.walk_local(body)
               if isinstance(n, ir.Declare) and isinstance(n.target, ir.Name)}  # fmt: skip
        own |= _parameters(site.function)
        filled: set[str] = set()
        tested: set[str] = set()
        for node in ir.walk_local(body):
            if isinstance(node, ir.Assign):
                name = _root(node.target)
                if name is not None and name not in own:
                    filled.add(name)
                    if any(n is site.node for n in ir.walk(node.value)):
                        return True
            elif isinstance(node, ir.If) and node.start < site.node.start:
                reads = [n.id for n in ir.find(node.test, ir.Name)]
                tested.update(name for name in reads if name not in own)
        return bool(filled & tested)

    def closures(self, function: Function) -> list[Function]:
        """Functions written directly inside a function's body."""
        nodes = [n for n in ir.own(function.node) if isinstance(n, ir.Func)]
        found = (self.closure(function, n) for n in nodes)
        return [f for f in found if f is not None]

    def reach(
        self,
        function: Function,
        match: Callable[[CallSite], T | None],
        *,
        depth: int = MAX_CALL_DEPTH,
        enter: Callable[[Function], bool] | None = None,
        closures: bool = True,
    ) -> Iterator[Hit[T]]:
        """What ``match`` finds in a function, its closures, and the project functions it calls.

        Each function is entered once, on the shortest way. ``enter`` can refuse functions;
        without ``closures`` a function written inside another counts only where it is called.
        """
        seen: set[int] = {id(function.node)}
        queue: list[tuple[Function, list[CallSite]]] = [(function, [])]
        while queue:
            current, path = queue.pop(0)
            for site in self.calls(current):
                what = match(site)
                if what is not None:
                    yield Hit(function, site, what, [*path, site])
            for inner, via in self.successors(current, closures):
                if id(inner.node) in seen or (enter is not None and not enter(inner)):
                    continue
                longer = path if via is None else [*path, via]
                if len(longer) < depth:
                    seen.add(id(inner.node))
                    queue.append((inner, longer))

    def successors(
        self, function: Function, closures: bool = True
    ) -> Iterator[tuple[Function, CallSite | None]]:
        """The functions that one can run next: what it calls, and by which call; its closures."""
        for closure in self.closures(function) if closures else ():
            yield closure, None
        for site in self.calls(function):
            for target in self.targets(site):
                yield target, site

    def targets(self, site: CallSite) -> list[Function]:
        """The project functions a call may enter, methods of Mongoose documents among them."""
        found = site.targets
        if not found and isinstance(site.node.func, ir.Attr):
            method = self._document_methods.get(site.node.func.name)
            return [method] if method is not None else []
        return found

    @cached_property
    def _document_methods(self) -> dict[str, Function]:
        from faceoff_lint.flow.documents import document_methods

        return document_methods(self.web) if self.web.framework == "express" else {}

    def reached(self, functions: Iterable[Function]) -> list[Function]:
        """The functions and everything of the project they can call, closures included."""
        seen: dict[int, Function] = {}
        stack = list(functions)
        while stack:
            current = stack.pop(0)
            if id(current.node) in seen:
                continue
            seen[id(current.node)] = current
            stack.extend(inner for inner, _ in self.successors(current))
        return list(seen.values())


def _is_channel(value: Value) -> bool:
    return isinstance(value, External) and value.path in (REQUEST, RESPONSE, NEXT, SOCKET)


def _root(target: ir.Expr) -> str | None:
    """The variable at the head of ``cache.users[key]``."""
    while isinstance(target, (ir.Attr, ir.Index)):
        target = target.obj
    return target.id if isinstance(target, ir.Name) else None


def _parameters(function: Function) -> set[str]:
    targets = (p.target for p in function.node.params)
    return {t.id for t in targets if isinstance(t, ir.Name)}


_ROLE_ARGS = {
    "plain": [],
    "handler": [REQUEST, RESPONSE, NEXT],
    "error": ["express.err", REQUEST, RESPONSE, NEXT],
    "param": [REQUEST, RESPONSE, NEXT, "express.param"],
    "socket": [SOCKET, "socket.io.next"],
}
