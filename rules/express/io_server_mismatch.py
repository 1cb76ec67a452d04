"""EXP704."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    ERROR,
    SAFE,
    SOCKETS,
    Edit,
    Finding,
    Fix,
    Group,
    HttpServer,
    Related,
    Router,
    SocketServer,
    Span,
    Web,
    ir,
    rule,
)


@rule(
    "EXP704",
    practice=SOCKETS,
    severity=ERROR,
    why="Socket.IO answers on the server it is given, and only while that server listens.",
    help="Make one server with `http.createServer(app)`, give it to Socket.IO, and let it listen.",
    fixable="safe",
)
def io_server_mismatch(web: Web) -> Iterator[Finding]:
    """Socket.IO is attached to an app, or to a server that never listens."""
    for sockets in web.sockets:
        server = sockets.server
        if not web.is_product(sockets.span):
            continue
        if isinstance(server, Router) and server.kind == "app":
            yield Finding(
                sockets.span,
                "Socket.IO takes no Express app: this throws when the program starts",
                label="pass a server",
                why="An app is a function that handles requests; it has no connections.",
            )
        elif isinstance(server, HttpServer) and not server.listening and not server.escaped:
            yield from _silent(web, sockets, server)


def _silent(web: Web, sockets: SocketServer, server: HttpServer) -> Iterator[Finding]:
    """Another server opens the port for the app that this server was made of."""
    app = next((g for g in web.apps if g.native is server.app), None)
    if app is None or any(e.how != "app.listen" for e in app.listens) or web.exported(server):
        return
    for event in app.listens[:1]:
        yield Finding(
            event.span,
            "`app.listen()` makes a server of its own: the one that Socket.IO is attached to never "
            "listens, and its clients get 404",
            label="opens the port with another server",
            related=(
                Related(server.span, "this server never listens"),
                Related(sockets.span, "Socket.IO is attached to it here"),
            ),
            fix=_fix(app, event.args.node, server, event.span),
        )


def _fix(app: Group, node: ir.Call | None, server: HttpServer, span: Span) -> Fix | None:
    """Let the server listen, where it has a name in the same file."""
    if node is None or not isinstance(node.func, ir.Attr) or not server.var.isidentifier():
        return None
    if server.span.file != span.file or server.span.start > span.start:
        return None
    place = Span(span.file, node.func.obj.start, node.func.obj.end)
    return Fix(f"Let `{server.var}` listen", (Edit(place, server.var),), SAFE)
