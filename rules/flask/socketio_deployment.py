"""FLK701."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import REALTIME, WARNING, Deployment, Finding, Related, Web, rule


@rule(
    "FLK701",
    practice=REALTIME,
    severity=WARNING,
    why="A Socket.IO session lives in one process, and gunicorn hands each request to any of them.",
    help="Start gunicorn with `-w 1` (and threads, or a greenlet worker); for more, start several "
    "servers behind a proxy with sticky sessions, with a `message_queue`.",
)
def socketio_deployment(web: Web) -> Iterator[Finding]:
    """Flask-SocketIO is served by several gunicorn workers, which cannot work."""
    made = [e for e in web.extensions if e.path == "flask_socketio.SocketIO"]
    bound = [e for e in made if web.is_product(e.span)]
    if not bound:
        return
    for server in Deployment.of(web).gunicorn:
        if server.workers is not None and server.workers > 1:
            yield Finding(
                server.span,
                f"Flask-SocketIO under {server.workers} gunicorn workers: requests of a session "
                "reach workers that don't know it, and are answered 400",
                label="one worker only",
                related=(Related(bound[0].span, "Socket.IO is made here"),),
            )
