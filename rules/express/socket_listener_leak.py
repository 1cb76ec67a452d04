"""EXP702."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    SOCKETS,
    WARNING,
    Builtin,
    CallSite,
    Finding,
    Flow,
    Function,
    Lit,
    Related,
    Requests,
    SocketServer,
    Span,
    Web,
    ir,
    rule,
)

_ADDING = ("on", "addListener", "prependListener")
_LASTING = ("events.EventEmitter()", "events()", "events.default()", "js.process", "process")
_REMOVING = {"off", "removeListener", "removeAllListeners", "clearInterval", "unref", "close"}


@rule(
    "EXP702",
    practice=SOCKETS,
    severity=WARNING,
    why="Each time one more is added and none is removed: work and memory grow until a restart.",
    help="Add it once when the program starts, or remove it when the connection ends.",
)
def socket_listener_leak(web: Web) -> Iterator[Finding]:
    """Listeners or timers pile up with every request or connection."""
    flow = Flow.of(web)
    found: dict[Span, Finding] = {}
    for way in Requests.of(web).arrivals(lambda site: _adds(site, request=True)):
        if _judged(web, flow, way.site, way.hit.root):
            found[way.site.span] = Finding(
                way.site.span,
                f"every request of {way.where} adds another {way.what}",
                label="never removed",
                related=way.frames,
            )
    for event in web.socket_events:
        name = event.name.value if isinstance(event.name, Lit) else ""
        connected = web.resolve(event.handler).function
        if connected is None or name not in ("connection", "connect"):
            continue
        for hit in flow.reach(connected, lambda site: _adds(site, request=False), closures=False):
            if _judged(web, flow, hit.site, connected) and hit.site.span not in found:
                found[hit.site.span] = Finding(
                    hit.site.span,
                    f"every connection adds another {hit.what}, and it stays when it ends",
                    label="never removed",
                    related=(Related(event.span, "for each connection"),),
                )
    yield from found.values()


def _adds(site: CallSite, *, request: bool) -> str | None:
    """What a call adds that outlives requests and connections."""
    for callee in site.callees:
        on = isinstance(callee, Builtin) and callee.name == "socket.on"
        if request and on and isinstance(getattr(callee, "this", None), SocketServer):
            return "Socket.IO listener"
    for path in site.paths:
        owner, _, member = path.rpartition(".")
        if path in ("js.setInterval", "js.global.setInterval", "timers.setInterval"):
            return "timer"
        if member in _ADDING and owner in _LASTING:
            return "listener"
    return None


def _judged(web: Web, flow: Flow, site: CallSite, root: Function) -> bool:
    """Whether nothing near a call removes what it adds, or sees to it that it runs once."""
    function = site.function
    if not web.is_product(site.span) or flow.memoised(site):
        return False
    # An emitter that the function makes itself ends with it.
    func = site.node.func
    own = func.obj if isinstance(func, ir.Attr) else None
    local = {n.target.id for n in ir.find(function.node, ir.Declare)
             if isinstance(n.target, ir.Name)}  # fmt: skip
    if isinstance(own, ir.Name) and own.id in local:
        return False
    for node in (n for f in (root, function) for n in ir.walk(f.node)):
        name = (
            node.name if isinstance(node, ir.Attr) else node.id if isinstance(node, ir.Name) else ""
        )
        if name in _REMOVING:
            return False
        if isinstance(node, ir.If) and any(n is site.node for n in ir.walk(node)):
            return False
    return True
