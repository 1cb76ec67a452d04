"""Express's objects: applications, routers, route chains, HTTP servers, Socket.IO servers.

Source: Express 5.x and 4.x API reference (``express()``, ``Application``, ``Router``), Node's
``http`` documentation, Socket.IO 4 server API.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from faceoff_lint import ir
from faceoff_lint.frameworks.events import (
    ConfigEvent,
    ListenEvent,
    ParamEvent,
    Recorder,
    RouteEvent,
    SocketEvent,
    UseEvent,
)
from faceoff_lint.interpreter import Machine, Model
from faceoff_lint.source import Span
from faceoff_lint.values import (
    UNDEFINED,
    UNKNOWN,
    Builtin,
    CallArgs,
    DictValue,
    External,
    Function,
    Instance,
    ListValue,
    Lit,
    Native,
    Text,
    UnionValue,
    Value,
    Wrapped,
    options,
)

__all__ = [
    "EXPRESS_MODELS", "LOADERS", "METHODS", "ROUTE_MAKERS", "HttpServer", "RouteChain", "Router",
    "SocketServer",
]  # fmt: skip

METHODS = {
    "get", "post", "put", "delete", "patch", "head", "options", "all", "del", "copy", "lock",
    "merge", "mkactivity", "move", "notify", "propfind", "proppatch", "purge", "report", "search",
    "subscribe", "trace", "unlock", "unsubscribe", "checkout", "connect", "link", "unlink",
    "m-search", "mkcalendar", "mkcol", "rebind", "unbind", "acl", "bind", "source",
}  # fmt: skip
METHODS -= {"bind", "connect"}

# Packages that load and mount whole folders of modules, unseen by the analysis.
# Libraries that make routers and routes of decorators or of a document: not followed.
ROUTE_MAKERS = {
    "@decorators/express", "@foal/core", "@nestjs/common", "@nestjs/core", "@tsed/common",
    "express-openapi", "express-openapi-validator", "inversify-express-utils", "node-file-router",
    "openapi-backend", "routing-controllers", "swagger-express-middleware", "swagger-tools",
    "swagger-routes-express", "tsoa", "@tsoa/runtime", "@overnightjs/core",
}  # fmt: skip
LOADERS = {
    "auto-load", "consign", "enrouten", "express-autoload-router", "express-enrouten",
    "express-file-routing", "express-load", "express-openapi", "express-routes-mapper",
    "include-all", "kraken-js", "node-file-router", "require-all", "require-dir",
    "require-directory", "requireindex", "sails", "swagger-tools",
}  # fmt: skip


_MOST_FLAT = 2_000
_MOST_DEEP = 4


def flatten(
    values: list[Value], nodes: list[ir.Expr], left: list[int] | None = None
) -> tuple[list[Value], list[ir.Expr | None], bool]:
    """Handler arguments with arrays flattened, their expressions, and whether some are unknown.

    ``left``: how many more are looked at; arrays may hold themselves, or each other many times.
    """
    left = [_MOST_FLAT] if left is None else left
    flat: list[Value] = []
    places: list[ir.Expr | None] = []
    is_open = False
    for index, value in enumerate(values):
        node = nodes[index] if index < len(nodes) else None
        left[0] -= 1
        if left[0] < 0:
            return flat, places, True
        if isinstance(value, ListValue):
            inner, _, inner_open = flatten(value.items, [], left)
            flat.extend(inner)
            items = list(getattr(node, "items", []))
            exact = len(items) == len(inner) and len(items) == len(value.items)
            places.extend(items if exact else [node] * len(inner))
            is_open = is_open or value.open or inner_open
        else:
            flat.append(value)
            places.append(node)
    return flat, places, is_open


def is_path(value: Value, depth: int = 0) -> bool:
    """Whether a first argument of ``use`` is a path and no handler."""
    if depth > _MOST_DEEP:
        return False
    if isinstance(value, Lit):
        return isinstance(value.value, str)
    if isinstance(value, External):
        return value.path == "js.RegExp()"
    if isinstance(value, ListValue):
        flat = flatten(value.items, [])[0]
        return bool(flat) and all(is_path(i, depth + 1) for i in flat)
    if isinstance(value, UnionValue):
        return all(is_path(c, depth + 1) or c is UNKNOWN or c is UNDEFINED for c in value.choices)
    return isinstance(value, Text)


def paths_of(value: Value) -> list[Value | None]:
    """A path argument as a list of paths (arrays are alternatives)."""
    if isinstance(value, ListValue):
        return [*flatten(value.items, [])[0]]
    return [value]


class Router(Recorder):
    """An Express application (``kind`` ``app``) or router (``router``).

    ``promises``: made by ``express-promise-router``, which forwards rejections itself.
    """

    kind = "router"

    def __init__(self, vm: Any, call: CallArgs, kind: str, promises: bool = False) -> None:
        super().__init__(vm, call)
        self.kind = kind
        self.promises = promises
        self.exported = False

    def get_attr(self, vm: Any, name: str) -> Value | None:
        """Registering members; attributes the program set; else a library member."""
        if name in self.attrs:
            return self.attrs[name]
        run = self.member(name)
        if run is not None:
            return Builtin(f"express.{name}", run, self)
        if name in ("bind", "call", "apply", "then", "catch", "finally"):
            return None
        return External(f"express().{name}")

    def get_item(self, vm: Any, key: Value) -> Value:
        """``router[method]``: a computed verb."""
        if isinstance(key, Lit) and isinstance(key.value, str):
            return self.get_attr(vm, key.value) or UNKNOWN

        def run(vm: Any, call: CallArgs) -> Value:
            return self._verb(vm, call, None)

        return Builtin("express.?", run, self)

    def member(self, name: str) -> Callable[[Any, CallArgs], Value] | None:
        """The model of the member ``name``."""
        if name in METHODS:
            return lambda vm, call: self._verb(vm, call, name)
        if name == "use":
            return self._use
        if name == "route":
            return self._chain
        if name == "param":
            return self._param
        if name == "handle":
            return lambda vm, call: UNKNOWN
        if self.kind == "app":
            if name in ("set", "enable", "disable"):
                return lambda vm, call: self._setting(vm, call, name)
            if name == "listen":
                return self._listen
        return None

    def _verb(self, vm: Any, call: CallArgs, name: str | None) -> Value:
        if name == "get" and len(call.pos) == 1 and not call.open:
            return UNKNOWN  # app.get("setting")
        rules: list[Value | None] = paths_of(call.pos[0]) if call.pos else [UNKNOWN]
        self.add_route(vm, call, rules, name, call.pos[1:], call.nodes[1:])
        return self

    def add_route(
        self,
        vm: Any,
        call: CallArgs,
        rules: list[Value | None],
        name: str | None,
        handlers: list[Value],
        nodes: list[ir.Expr],
        before: list[Value] | None = None,
    ) -> None:
        """Record a route with its handlers; ``before`` stand in front of them on its path."""
        flat, places, is_open = flatten(handlers, nodes)
        methods = None if name is None else ("DELETE",) if name == "del" else (name.upper(),)
        event = RouteEvent(
            **self.note(vm, call), rules=rules, methods=methods, handlers=flat,
            handler_nodes=places, how=name or "?", open=is_open or call.open,
            before=list(before or []),
        )  # fmt: skip
        self.record(vm, event)

    def _use(self, vm: Any, call: CallArgs) -> Value:
        paths: list[Value | None] = [None]
        rest, nodes = call.pos, call.nodes
        if call.pos and is_path(call.pos[0]):
            paths = paths_of(call.pos[0])
            rest, nodes = call.pos[1:], call.nodes[1:]
        elif len(call.pos) > 1 and not self._handlerish(call.pos[0]):
            # An unknown value before others is taken for a path: prefixes come from settings.
            paths = [UNKNOWN]
            rest, nodes = call.pos[1:], call.nodes[1:]
        flat, places, is_open = flatten(rest, nodes)
        for value in flat:
            if any(c is UNKNOWN for c in options(value)):
                vm.open_up("something unknown is mounted", call.span)
        if is_open or call.open:
            vm.open_up("an unknown list is mounted", call.span)
        event = UseEvent(
            **self.note(vm, call), paths=paths, handlers=flat, handler_nodes=places,
            open=is_open or call.open,
        )  # fmt: skip
        self.record(vm, event)
        return self

    @staticmethod
    def _handlerish(value: Value) -> bool:
        if isinstance(value, External):
            return value.path.endswith(")") or "." in value.path
        return isinstance(value, (Function, Native, Wrapped, ListValue, Instance, Builtin))

    def _chain(self, vm: Any, call: CallArgs) -> Value:
        return RouteChain(self, call)

    def _param(self, vm: Any, call: CallArgs) -> Value:
        name, handler = call.get(0) or UNKNOWN, call.get(1) or UNKNOWN
        self.record(vm, ParamEvent(**self.note(vm, call), name=name, handler=handler))
        return self

    def _setting(self, vm: Any, call: CallArgs, how: str) -> Value:
        if how == "set" and len(call.pos) < 2:
            return UNKNOWN
        key = call.literal(0)
        default: Value = Lit(how == "enable")
        value = call.get(1) or (default if how != "set" else UNKNOWN)
        event = ConfigEvent(**self.note(vm, call), key=str(key), value=value, how=how)
        self.record(vm, event)
        return self

    def _listen(self, vm: Any, call: CallArgs) -> Value:
        self.record(vm, ListenEvent(**self.note(vm, call), how="app.listen"))
        server = HttpServer(vm, call, self)
        server.listening = True
        vm.run_callbacks(call)
        return server


class RouteChain(Native):
    """``router.route(path)``: verbs called on it register on the router."""

    kind = "route"

    def __init__(self, router: Router, call: CallArgs) -> None:
        super().__init__(call.span, call.module)
        self.router = router
        self.rules = paths_of(call.pos[0]) if call.pos else [UNKNOWN]
        self.all: list[Value] = []

    def get_attr(self, vm: Any, name: str) -> Value | None:
        """The verbs."""
        if name not in METHODS:
            return External(f"express().route().{name}")

        def run(vm: Any, call: CallArgs) -> Value:
            # The call's text starts at the chain's head: point at this verb's own part.
            if call.node is not None and isinstance(call.node.func, ir.Attr):
                start = call.node.func.name_start or call.span.start
                call.span = Span(call.span.file, start, call.span.end)
            rules = list(self.rules)
            self.router.add_route(vm, call, rules, name, call.pos, call.nodes, self.all)
            if name == "all" and vm.recording:
                self.all.extend(flatten(call.pos, call.nodes)[0])
            return self

        return Builtin(f"express.route.{name}", run, self)


class HttpServer(Recorder):
    """``http.createServer(app)`` or what ``app.listen`` gives."""

    kind = "server"

    def __init__(self, vm: Any, call: CallArgs, app: Value | None) -> None:
        super().__init__(vm, call)
        self.app = app
        self.listening = False

    def get_attr(self, vm: Any, name: str) -> Value | None:
        """``listen`` starts it, ``on`` adds a listener."""
        if name in self.attrs:
            return self.attrs[name]
        if name == "listen":
            return Builtin("http.listen", self._listen, self)
        if name == "on" and isinstance(self.app, Router):
            return Builtin("http.on", self._on, self)
        return External(f"http.createServer().{name}")

    def _listen(self, vm: Any, call: CallArgs) -> Value:
        if vm.recording:
            self.listening = True
        if isinstance(self.app, Router):
            event = ListenEvent(**self.app.note(vm, call), how="server.listen")
            self.app.record(vm, event)
        vm.run_callbacks(call)
        return self

    def _on(self, vm: Any, call: CallArgs) -> Value:
        if call.literal(0) == "request" and isinstance(call.get(1), Router):
            self.app = call.get(1)
        return self


class SocketServer(Recorder):
    """A Socket.IO server or namespace."""

    kind = "socket"

    def __init__(self, vm: Any, call: CallArgs, server: Value | None) -> None:
        super().__init__(vm, call)
        self.server = server

    def get_attr(self, vm: Any, name: str) -> Value | None:
        """``on``, ``use``, ``of``, ``attach``/``listen``."""
        if name in self.attrs:
            return self.attrs[name]
        table: dict[str, Callable[[Any, CallArgs], Value]] = {
            "on": lambda vm, call: self._on(vm, call, "on"),
            "once": lambda vm, call: self._on(vm, call, "once"),
            "use": lambda vm, call: self._on(vm, call, "use"),
            "of": lambda vm, call: self,
            "attach": self._attach,
            "listen": self._attach,
        }
        if name == "sockets":
            return self
        run = table.get(name)
        return Builtin(f"socket.{name}", run, self) if run else External(f"socket.io().{name}")

    def _on(self, vm: Any, call: CallArgs, how: str) -> Value:
        name = (call.get(0) if how != "use" else Lit("use")) or UNKNOWN
        handler = call.get(0 if how == "use" else 1) or UNKNOWN
        event = SocketEvent(**self.note(vm, call), name=name, handler=handler, how=how)
        self.record(vm, event)
        return self

    def _attach(self, vm: Any, call: CallArgs) -> Value:
        if vm.recording:
            self.server = call.get(0)
        return self


# --- models --------------------------------------------------------------------------------------


def _create_server(vm: Machine, call: CallArgs) -> Value:
    """``http.createServer([options,] app)`` and https's."""
    app = next((v for v in reversed(call.pos) if isinstance(v, (Router, Function))), None)
    if app is None and call.pos:
        for choice in [c for v in call.pos for c in options(v)]:
            if isinstance(choice, Router):
                app = choice
    if isinstance(app, Router):
        app.exported = app.exported or vm.recording
    return HttpServer(vm, call, app or UNKNOWN)


def _socket_server(vm: Machine, call: CallArgs) -> Value:
    server = call.get(0)
    if isinstance(server, DictValue) and len(call.pos) == 1:
        server = None
    return SocketServer(vm, call, server)


def _wrapper(path: str) -> Model:
    """A library that wraps one handler and forwards its rejection."""

    def run(vm: Machine, call: CallArgs) -> Value:
        inner = call.get(0) or UNKNOWN
        return Wrapped(inner, External(path), call.span)

    return run


def _keep_first(vm: Machine, call: CallArgs) -> Value:
    return call.get(0) or UNKNOWN


EXPRESS_MODELS: dict[str, Model] = {
    "express": lambda vm, call: Router(vm, call, "app"),
    "express.default": lambda vm, call: Router(vm, call, "app"),
    "express.application": lambda vm, call: Router(vm, call, "app"),
    "express.Router": lambda vm, call: Router(vm, call, "router"),
    "express.default.Router": lambda vm, call: Router(vm, call, "router"),
    "express-promise-router": lambda vm, call: Router(vm, call, "router", promises=True),
    "express-promise-router.default": lambda vm, call: Router(vm, call, "router", promises=True),
    "http.createServer": _create_server,
    "https.createServer": _create_server,
    "http.Server": _create_server,
    "https.Server": _create_server,
    "spdy.createServer": _create_server,
    "http2.createSecureServer": _create_server,
    "socket.io": _socket_server,
    "socket.io.Server": _socket_server,
    "socket.io.listen": _socket_server,
    "express-async-handler": _wrapper("express-async-handler"),
    "express-async-handler.default": _wrapper("express-async-handler"),
    "express-ws": lambda vm, call: DictValue({"app": call.get(0) or UNKNOWN}, open=True),
    "js.require.resolve": lambda vm, call: UNKNOWN,
    "js.Object.seal": _keep_first,
}
