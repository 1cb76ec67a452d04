"""EXP703."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    SOCKETS,
    WARNING,
    CallSite,
    Finding,
    Flow,
    Function,
    Lit,
    Related,
    Span,
    Web,
    explore,
    ir,
    rule,
)

_ADDING = {"socket.io.socket.on", "socket.io.socket.once"}
_EMITTING = {"socket.io.socket.emit", "socket.io.socket.send"}
_LIFE = {"disconnect", "disconnecting", "error"}


@rule(
    "EXP703",
    practice=SOCKETS,
    severity=WARNING,
    why="What a client sends meanwhile finds no listener: Socket.IO drops it without a word.",
    help="Add all listeners first, and await inside them or afterwards.",
)
def socket_late_listeners(web: Web) -> Iterator[Finding]:
    """A connection's listeners are added after an `await`, so early events are lost."""
    flow = Flow.of(web)
    seen: set[Span] = set()
    for event in web.socket_events:
        name = event.name.value if isinstance(event.name, Lit) else ""
        function = web.resolve(event.handler).function
        if name not in ("connection", "connect") or function is None or function.span in seen:
            continue
        seen.add(function.span)
        if not function.node.is_async or not web.is_product(function.span):
            continue
        late = _late(flow, function)
        if late is not None:
            site, wait = late
            file = function.span.file
            yield Finding(
                site.span,
                f"this listener is added after an `await`: a `{site.args.literal(0)}` sent at once "
                "is lost" if site.args else "this listener is added after an `await`",
                label="not there yet when the first events come",
                related=(Related(Span(file, wait.start, wait.end), "the connection waits here"),),
            )  # fmt: skip


def _late(flow: Flow, function: Function) -> tuple[CallSite, ir.Node] | None:
    """The first listener on a path behind an ``await``, and that ``await``.

    None where the server tells the client when to begin: it emits after its listeners are there.
    """
    sites = {id(s.node): s for s in flow.calls(function)}
    late: dict[int, ir.Node] = {}
    waits = {id(n): n for n in ir.own(function.node) if isinstance(n, ir.Await)}

    def step(node: ir.Node, waited: int) -> int:
        if isinstance(node, ir.Await):
            return waited or id(node)
        site = sites.get(id(node))
        if site is not None and waited and _ADDING & set(site.paths):
            name = site.args.literal(0) if site.args is not None else None
            if isinstance(name, str) and name not in _LIFE:
                late.setdefault(id(node), waits[waited])
        return waited

    if not waits or explore(function.node.body, 0, step) is None or not late:
        return None
    first = min((sites[i] for i in late), key=lambda s: s.node.start)
    if any(_EMITTING & set(s.paths) and s.node.start > first.node.start for s in sites.values()):
        return None
    return first, late[id(first.node)]
