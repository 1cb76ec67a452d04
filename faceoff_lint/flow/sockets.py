"""Socket.IO: which functions listen, also those that a connection's callback adds.

Source: Socket.IO 4 server API (``io.on("connection")``, ``socket.on``, ``io.use``, ``socket.use``).
Observed: an exception in any of them, synchronous or not, ends the process.
"""

from __future__ import annotations

from dataclasses import dataclass

from faceoff_lint.flow.calls import SOCKET, CallSite, Flow
from faceoff_lint.source import Span
from faceoff_lint.values import Function, Lit, options

__all__ = ["Listener", "listeners"]

ADDING = {f"{SOCKET}.{name}" for name in ("on", "once", "use", "onAny", "addListener")}


@dataclass(slots=True, eq=False)
class Listener:
    """One listener. ``event``: its event, ``use`` for a middleware; ``span``: where it is added."""

    event: str
    function: Function
    span: Span


def listeners(flow: Flow) -> list[Listener]:
    """Every listener of the service's Socket.IO servers, in the order they are added."""
    found: list[Listener] = []
    roots: list[Function] = []
    for event in flow.web.socket_events:
        function = flow.web.resolve(event.handler).function
        if function is not None:
            name = event.name.value if isinstance(event.name, Lit) else "?"
            found.append(Listener(str(name), function, event.span))
            roots.append(function)
    for function in flow.reached(roots):
        for site in flow.calls(function):
            found.extend(_added(site))
    return found


def _added(site: CallSite) -> list[Listener]:
    if site.args is None or not ADDING & set(site.paths):
        return []
    middleware = any(p.endswith((".use", ".onAny")) for p in site.paths)
    name = "use" if middleware else site.args.literal(0)
    callback = site.args.get(0 if middleware else 1)
    choices = options(callback) if callback is not None else ()
    return [Listener(str(name or "?"), c, site.span) for c in choices if isinstance(c, Function)]
