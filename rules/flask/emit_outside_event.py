"""FLK703."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    ERROR,
    REALTIME,
    CallSite,
    Finding,
    Lit,
    Views,
    Web,
    ir,
    rule,
)

_MESSAGES = {"flask_socketio.emit", "flask_socketio.send"}
_ROOMS = {"flask_socketio.join_room", "flask_socketio.leave_room"}


@rule(
    "FLK703",
    practice=REALTIME,
    severity=ERROR,
    why="They take namespace and session from the Socket.IO event that is being handled; an HTTP "
    "request has none.",
    help="Use the server's own method: `socketio.emit(…)`, `socketio.send(…)`.",
)
def emit_outside_event(web: Web) -> Iterator[Finding]:
    """An HTTP view calls `emit` or `join_room` as if it handled a Socket.IO event."""
    if not any(e.path == "flask_socketio.SocketIO" for e in web.extensions):
        return
    for reached in Views.of(web).reach(_fails):
        name = reached.what
        yield Finding(
            reached.site.span,
            f"`{name}()` fails in {reached.where}: there is no Socket.IO event",
            label="AttributeError",
            related=reached.frames,
        )


def _fails(site: CallSite) -> str | None:
    """The function called, where its arguments don't replace what the event would tell."""
    args = site.args
    if args is None or args.open or not set(site.paths) & (_MESSAGES | _ROOMS):
        return None
    if any(isinstance(n, ir.Attr) and n.name in ("sid", "namespace")
           for n in ir.walk(site.function.node)):  # fmt: skip
        return None
    for path in site.paths:
        name = path.rpartition(".")[2]
        told = _told(args.kw.get("namespace"))
        if path in _MESSAGES:
            target = _told(args.kw.get("to")) or _told(args.kw.get("room"))
            if not told or not (target or _told(args.kw.get("broadcast"))):
                return name
        named = told and (len(args.pos) > 1 or _told(args.kw.get("sid")))
        if path in _ROOMS and not named:
            return name
    return None


def _told(value: object) -> bool:
    """Whether an argument is there, and isn't a plain ``None`` or ``False``."""
    return value is not None and not (isinstance(value, Lit) and value.value in (None, False))
