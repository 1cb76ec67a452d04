"""FLK801; settings are ``App.decided``, images and Procfiles ``Deployment``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from faceoff_lint.rule import (
    ERROR,
    PRODUCTION,
    UNSAFE,
    WARNING,
    App,
    Deployment,
    Edit,
    Finding,
    Fix,
    Lit,
    Related,
    Span,
    Web,
    for_developers,
    rule,
)

_OPTIONS = ("debug", "use_debugger")


@rule(
    "FLK801",
    practice=PRODUCTION,
    severity=ERROR,
    why="In debug mode errors skip the app's error pages, and the debugger offers a console.",
    help="Leave debug mode to the developer: `flask run --debug`.",
    fixable="unsafe",
)
def debug_mode(web: Web) -> Iterator[Finding]:
    """Debug mode is switched on in product code."""
    found: dict[Span, Finding] = {}
    for app in web.apps:
        for one in (app, *app.merged):
            for finding in _of_app(web, one) if isinstance(one, App) else ():
                found.setdefault(finding.span, finding)
    yield from found.values()
    for place in Deployment.of(web).debug:
        yield Finding(place, "debug mode is switched on for the deployed app", label="debug mode")


def _of_app(web: Web, app: App) -> Iterator[Finding]:
    for event in app.listens:
        certain = all(c.kind in ("main", "try") for c in event.conditions)
        file = event.span.file
        if certain and web.is_product(event.span) and not for_developers(file):
            yield from _run(web, event)
    debug = app.decided("DEBUG", "debug")
    if debug is None or debug.value != Lit(True) or not web.is_product(debug.place):
        return
    if debug.for_developers:
        return
    text = web.text(debug.place)
    at = debug.place.start + text.find("True")
    edit = Edit(Span(debug.place.file, at, at + len("True")), "False")
    in_main = any(c.kind == "main" for c in debug.event.conditions)
    loaded = (Related(debug.event.span, f"`{debug.holder}` is loaded here"),)
    yield Finding(
        debug.place,
        "debug mode is on under any server: errors go to the server, and the app's "
        "`errorhandler(500)` is not called",
        label="debug mode",
        related=loaded if debug.holder else (),
        fix=Fix("Switch it off", (edit,), UNSAFE) if text.count("True") == 1 else None,
        severity=WARNING if in_main else None,
    )


def _run(web: Web, event: Any) -> Iterator[Finding]:
    """``app.run(debug=True)``: an error where an image or a Procfile starts this file."""
    args, node, file = event.args, event.args.node, event.span.file
    on = [name for name in _OPTIONS if args.get(-1, name) == Lit(True)]
    if args.get(2) == Lit(True) and event.how == "app.run":
        on.append("debug")
    if not on:
        return
    started = Deployment.of(web).starts.get(file)
    edit = web.without_argument(file, node, on[0]) if node is not None and len(on) == 1 else None
    everywhere = args.get(0 if event.how == "app.run" else 1, "host") == Lit("0.0.0.0")
    yield Finding(
        event.span,
        f"`{on[0]}=True` starts the debugger, whatever FLASK_DEBUG says: whoever reaches the port "
        + ("(on every interface) " if everywhere else "")
        + "reads the source in tracebacks and finds its console",
        label="the debugger is on",
        related=(Related(started, "the deployment starts this file"),) if started else (),
        fix=Fix(f"Remove `{on[0]}=True`", (edit,), UNSAFE) if edit is not None else None,
        severity=None if started else WARNING,
    )
