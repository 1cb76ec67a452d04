"""Serve a Flask example on a free port of the loopback: ``python serve_flask.py ENTRY``.

One request at a time, as a sync worker does. An entry with a ``__main__`` block is run as a
program and its server start is caught; any other is imported, and offers ``app`` or
``create_app()``.
"""

from __future__ import annotations

import importlib
import os
import runpy
import sys
from pathlib import Path
from typing import Any

import werkzeug.serving
from werkzeug.debug import DebuggedApplication


def serve(app: Any) -> None:
    server = werkzeug.serving.make_server("127.0.0.1", 0, app, threaded=False)
    print(f"\n@@listening {server.server_port}", flush=True)
    server.serve_forever()


def run_simple(hostname: str, port: int, application: Any, **options: Any) -> None:
    """Stands in for the development server's start: no reloader, our port."""
    if options.get("use_debugger"):
        application = DebuggedApplication(application, evalex=options.get("use_evalex", True))
    serve(application)


def offered(namespace: dict[str, Any]) -> Any:
    for name in ("app", "application"):
        if name in namespace:
            return namespace[name]
    if "create_app" in namespace:
        return namespace["create_app"]()
    raise SystemExit("the entry offers neither app nor create_app()")


def main(entry: str) -> None:
    setattr(werkzeug.serving, "run_simple", run_simple)  # noqa: B010
    sys.path.insert(0, os.getcwd())
    text = Path(entry).read_text("utf-8") if entry.endswith(".py") else ""
    if "__main__" in text:
        serve(offered(runpy.run_path(entry, run_name="__main__")))
    else:
        module = importlib.import_module(entry.removesuffix(".py").replace("/", "."))
        serve(offered(vars(module)))


if __name__ == "__main__":
    main(sys.argv[1])
