"""Dump the route table of a Flask app: ``python flask_routes.py --app MODULE:ATTR PATH``.

Imports the app in this process (call it in a subprocess of the app's own environment: it needs
nothing but the standard library and the app's packages) and writes a JSON list: path, explicit
methods, endpoint, handler name, file and ``def`` line, ``own`` for code below PATH.
"""

from __future__ import annotations

import argparse
import ast
import functools
import importlib
import inspect
import json
import os
import re
import sys
from typing import Any

AUTOMATIC = {"HEAD", "OPTIONS"}


def load(name: str) -> Any:
    """``module:attribute``, an app or a factory; ``module`` alone: ``app`` or ``create_app``."""
    module_name, _, attribute = name.partition(":")
    module: Any = importlib.import_module(module_name)
    if attribute:
        found: Any = module
        for part in attribute.partition("(")[0].split("."):
            found = getattr(found, part)
        if attribute.endswith(")") and "(" in attribute:
            arguments = ast.literal_eval("[" + attribute.partition("(")[2][:-1] + "]")
            return found(*arguments)
    else:
        found = getattr(module, "app", None) or module.create_app
    return found() if inspect.isfunction(found) else found


def unwrap(view: Any) -> Any:
    """The function or class that a project wrote, under decorators, partials and ``as_view``."""
    for _ in range(50):
        owner = getattr(view, "view_class", None)
        if owner is not None:
            return owner
        if isinstance(view, functools.partial):
            view = view.func
        elif hasattr(view, "__wrapped__"):
            view = view.__wrapped__
        elif inspect.ismethod(view):
            view = view.__func__
        else:
            return view
    return view


def definition(target: Any, root: str) -> tuple[str, int]:
    """File and line of the ``def`` or ``class``; an empty file when it is not the project's."""
    try:
        file = os.path.realpath(inspect.getsourcefile(target) or "")
        if inspect.isclass(target):
            first = inspect.findsource(target)[1] + 1
        else:
            first = target.__code__.co_firstlineno
    except (TypeError, OSError, AttributeError):
        return "", 0
    relative = os.path.relpath(file, root)
    if relative.startswith("..") or "site-packages" in relative:
        return "", 0
    return relative, def_line(file, first)


@functools.lru_cache(maxsize=None)  # noqa: UP033 (Python 3.7)
def starts(file: str) -> dict[int, int]:
    """First line (a decorator's, where there is one) → line of ``def``, ``class`` or lambda."""
    with open(file, encoding="utf-8") as handle:
        text = handle.read()
    lines = text.splitlines()
    found: dict[int, int] = {}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            line = max([node.lineno, *(d.lineno for d in node.decorator_list)])
            while not re.match(r"\s*(async\s|def\s|class\s)", lines[line - 1]):
                line += 1  # Python 3.7 counts the decorators in
            found[first] = line
            found.setdefault(line, line)
    return found


def def_line(file: str, first: int) -> int:
    """The ``def`` line of what begins, decorators included, at ``first``."""
    return starts(file).get(first, first)


def explicit_methods(rule: Any) -> list[str]:
    """A rule's methods without those that Flask adds by itself."""
    methods = set(rule.methods or ())
    return sorted(methods - AUTOMATIC) or sorted(methods - {"OPTIONS"}) or sorted(methods)


def table(app: Any, root: str) -> list[dict[str, Any]]:
    """The app's rules in registration order."""
    root = os.path.realpath(root)
    rows = []
    for rule in app.url_map._rules:
        view = app.view_functions.get(rule.endpoint)
        target = unwrap(view)
        file, line = definition(target, root) if view is not None else ("", 0)
        name = getattr(target, "__name__", "")
        rows.append(
            {
                "path": rule.rule,
                "methods": explicit_methods(rule),
                "endpoint": rule.endpoint,
                # A rule without a view builds URLs; the project made it.
                "handler": view and {"name": name, "file": file.replace(os.sep, "/"), "line": line},
                "subdomain": rule.subdomain or "",
                "own": bool(file) or view is None,
            }
        )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--app", required=True, help="module:attribute, module:factory(arguments)")
    parser.add_argument("--import-root", default="", help="folder below PATH to import from")
    parser.add_argument("path")
    options = parser.parse_args()
    root = os.path.abspath(options.path)
    base = os.path.join(root, options.import_root)
    sys.path[0] = base
    os.chdir(base)
    stdout = os.dup(1)
    os.dup2(2, 1)  # what the app prints must not get into the table
    app = load(options.app)
    rows = table(app, root)
    with os.fdopen(stdout, "w", encoding="utf-8") as out:
        json.dump(rows, out, indent=1, ensure_ascii=False)
        out.write("\n")
    os._exit(0)  # threads that the app started would keep the process alive


if __name__ == "__main__":
    main()
