"""Express: what one file does, concern by concern: the places of each."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint import ir
from faceoff_lint.flow.calls import Flow
from faceoff_lint.model import Route, Web
from faceoff_lint.source import Span
from faceoff_lint.values import External, Function, exclusive

__all__ = ["Concerns"]

DATABASES = {
    "@prisma/client", "better-sqlite3", "knex", "lowdb", "mongodb", "mongoose", "mysql", "mysql2",
    "mysql2/promise", "nedb", "nedb-promises", "objection", "pg", "pg-promise", "sequelize",
    "sqlite", "sqlite3", "typeorm",
}  # fmt: skip
# Making and watching a connection is set-up; anything else is work with the data.
CONNECTING = {
    "authenticate", "catch", "close", "connect", "connection", "createConnection", "createPool",
    "disconnect", "end", "on", "once", "plugin", "set", "then", "Client", "Database",
    "MongoClient", "Pool", "PrismaClient", "Sequelize",
}  # fmt: skip
SESSIONS = {
    "@auth/express", "client-sessions", "cookie-session", "express-jwt", "express-openid-connect",
    "express-session", "passport",
}  # fmt: skip
USED_PER_ROUTE = {"authenticate", "authorize"}
LISTENING = {"on", "once"}


class Concerns:
    """What a file of one Express service does, each answer a list of places."""

    def __init__(self, web: Web, file: str) -> None:
        self.web = web
        self.file = file
        self.flow = Flow.of(web)

    @property
    def routes(self) -> list[Route]:
        """The registrations of routes in the file: each call once, one of two branches."""
        kept: dict[Span, Route] = {}
        for route in self.web.routes:
            same = (
                k for k in kept.values() if (k.paths, k.methods) == (route.paths, route.methods)
            )
            if route.span.file != self.file or route.span in kept:
                continue
            if not any(exclusive(k.conditions, route.conditions) for k in same):
                kept[route.span] = route
        return sorted(kept.values(), key=lambda r: r.span)

    def long_handlers(self, lines: int) -> list[Span]:
        """Handlers written in their registration whose body has more than so many lines."""
        found = []
        for route in self.routes:
            function = route.handler.function if route.handler is not None else None
            if function is None or function.span.file != self.file or not function.node.body:
                continue
            inside = route.head.start <= function.span.start and function.span.end <= route.span.end
            body = function.node.body
            first = self.web.line(Span(self.file, body[0].start, body[0].end))
            last = self.web.line(Span(self.file, body[-1].end, body[-1].end))
            if inside and last - first + 1 > lines:
                found.append(function.span)
        return found

    @property
    def database(self) -> list[Span]:
        """Where the file defines tables or asks a database; connecting to one is no such place."""
        own = [f for f, _ in self.flow.request_functions if f.module.path == self.file]
        own = [f for f in self.flow.reached(own) if f.module.path == self.file]
        found = [s.span for f in own for s in self.flow.calls(f) if any(map(_asks, s.paths))]
        found += (span for call, span in self._setup() if _asks(call.path))
        return sorted(set(found))

    @property
    def sessions(self) -> list[Span]:
        """Where the file sets up sessions or authentication."""
        calls = ((*_split(call.path), span) for call, span in self._setup())
        return [s for root, name, s in calls if root in SESSIONS and name not in USED_PER_ROUTE]

    @property
    def listeners(self) -> list[Span]:
        """Listeners of Socket.IO written in the file: the server's and each socket's."""
        found: list[Span] = []
        for event in self.web.socket_events:
            function = self.web.resolve(event.handler).function
            if function is not None and function.module.path == self.file:
                found.extend({event.span, *_inner_listeners(function)})
        return sorted(found)

    def _setup(self) -> Iterator[tuple[External, Span]]:
        for call in self.web.external_calls:
            if call.span is not None and call.span.file == self.file:
                yield call, call.span


def _inner_listeners(function: Function) -> Iterator[Span]:
    """``socket.on(…)`` in the listener of a connection."""
    params = function.node.params
    socket = params[0].target.id if params and isinstance(params[0].target, ir.Name) else None
    for node in ir.walk(function.node):
        if not isinstance(node, ir.Call) or not isinstance(node.func, ir.Attr):
            continue
        receiver = node.func.obj
        if isinstance(receiver, ir.Name) and receiver.id == socket and node.func.name in LISTENING:
            yield Span(function.module.path, node.start, node.end)


def _split(path: str) -> tuple[str, str]:
    """The package of a library path, and the last name of it."""
    parts = path.replace("()", "").split(".")
    return parts[0], parts[-1]


def _asks(path: str) -> bool:
    root, name = _split(path)
    return root in DATABASES and name not in CONNECTING and name != root
