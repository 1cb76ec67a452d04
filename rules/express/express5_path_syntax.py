"""EXP901."""

from __future__ import annotations

import re
from collections.abc import Iterator

from faceoff_lint.rule import (
    ERROR,
    EXPRESS_VERSIONS,
    INFO,
    SAFE,
    Edit,
    Finding,
    Fix,
    Leaks,
    Lit,
    Options,
    Route,
    Span,
    Use,
    Web,
    ir,
    rule,
)

_TOKEN = re.compile(
    r"\\.?|:(?:[^\W\d][\w$]*|\"[^\"]*\")?|\*(?:[^\W\d][\w$]*|\"[^\"]*\")?|[{}()\[\]+?!]"
)
_OPTIONAL = re.compile(r"([/.]?):([A-Za-z_]\w*)\?")


@rule(
    "EXP901",
    practice=EXPRESS_VERSIONS,
    severity=ERROR,
    why="Express 5 reads paths with path-to-regexp 8, which throws on them when the app starts.",
    help="Name wildcards (`/*splat`), write optional parts in braces (`/a{/:b}`), and use an array "
    "of paths or a regular expression for the rest.",
    options={"next-major": False},
    fixable="safe",
    upgrade=True,
)
def express5_path_syntax(web: Web, options: Options) -> Iterator[Finding]:
    """A path is written in a syntax that Express 5 refuses."""
    express5 = Leaks.of(web).express5
    if not express5 and not options["next-major"]:
        return
    seen: set[Span] = set()
    for place in _registrations(web):
        for value in place.event.rules if isinstance(place, Route) else place.event.paths:
            path = value.value if isinstance(value, Lit) else None
            problem = _problem(path) if isinstance(path, str) else None
            if problem is None or not isinstance(path, str):
                continue
            span, literal = _literal(place, path)
            if span in seen:
                continue
            seen.add(span)
            yield Finding(
                span,
                f"Express 5 refuses the path `{path}`: {problem}"
                + ("; the app does not start" if express5 else ""),
                label=problem,
                fix=_fix(web, span, path) if express5 and literal else None,
                severity=None if express5 else INFO,
            )


def _registrations(web: Web) -> Iterator[Route | Use]:
    for group in web.everything:
        places: list[Route | Use] = [*group.routes, *group.uses]
        yield from (place for place in places if web.is_product(place.span))


def _problem(path: str) -> str | None:
    """What path-to-regexp 8 finds wrong first; None when it accepts the path."""
    depth = 0
    for match in _TOKEN.finditer(path):
        token = match[0]
        if token in ("*", ":"):
            return "a wildcard needs a name" if token == "*" else "a `:` needs a name"
        if token[0] in "()[]+?!":
            return f"`{token}` is reserved"
        depth += {"{": 1, "}": -1}.get(token, 0)
        if depth < 0 or token == "\\":
            return f"unexpected `{token}`"
    return "a brace is not closed" if depth else None


def _literal(place: Route | Use, path: str) -> tuple[Span, bool]:
    """Where the path is written, and whether it is written there as a literal."""
    node = place.event.args.node
    for inner in ir.walk(node) if node is not None else ():
        if isinstance(inner, ir.Const) and inner.value == path:
            return Span(place.span.file, inner.start, inner.end), True
    return place.span, False


def _fix(web: Web, span: Span, path: str) -> Fix | None:
    """Name the wildcards and put optional parameters in braces; nothing else can be said better."""
    better = _OPTIONAL.sub(r"{\1:\2}", path)
    if better.count("*") == 1:
        better = better.replace("*", "{*splat}") if better.endswith("*") else better
        better = re.sub(r"\*(?!\w)", "*splat", better) if "{*splat}" not in better else better
    if better == "{*splat}":
        better = "/{*splat}"
    text = web.text(span)
    if _problem(better) is not None or path not in text:
        return None
    edit = Edit(Span(span.file, span.start, span.end), text.replace(path, better))
    return Fix(f"Write `{better}`", (edit,), SAFE)
