"""FLK301; what runs at import, and what names mean there, is ``faceoff_lint.flow.code``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from faceoff_lint.rule import (
    CONTEXTS,
    ERROR,
    LOCALS,
    WARNING,
    Code,
    Finding,
    Place,
    Related,
    Severity,
    Span,
    Web,
    ir,
    rule,
)

_CALLS = {"flask.url_for": "url_for", "flask.render_template": "render_template",
          "flask.render_template_string": "render_template_string"}  # fmt: skip
_DATABASE = re.compile(
    r"(?P<what>flask_sqlalchemy\.SQLAlchemy\(\)\.(?:session|create_all|drop_all|engine"
    r"|Model\.query))(?=$|[.(\[])"
)
_PUSHES = ("app_context", "test_request_context", "request_context")
_ASKS = {"has_request_context", "has_app_context"}
_CATCHES = {"RuntimeError", "Exception", "BaseException"}


@rule(
    "FLK301",
    practice=CONTEXTS,
    severity=ERROR,
    why="There is no request and no current app while a module is imported.",
    help="Read it inside the function that needs it, or pass it a value from the factory.",
)
def context_local_at_import(web: Web) -> Iterator[Finding]:
    """Something of the request or the current app is used while a module is imported."""
    code = Code.of(web)
    bound = any(e.args.get(0, "app") is not None for e in web.extensions
                if e.path == "flask_sqlalchemy.SQLAlchemy")  # fmt: skip
    fsa = web.service.package("flask-sqlalchemy")
    old = bound and fsa is not None and fsa.below(3, 0) is not False and fsa.known
    for place, what, database in _uses(code):
        if (database and old) or _has_context(code, place):
            continue
        imported = _imported(web, place)
        if imported is None:
            continue
        severity, frames = imported
        lazy = severity is WARNING
        effect = (
            "is evaluated once, in the context of the app that imports it first"
            if lazy
            else "raises RuntimeError: there is no context yet"
        )
        yield Finding(
            place.span,
            f"`{what}` at import {effect}",
            label="evaluated at import",
            related=frames,
            severity=severity,
        )


def _uses(code: Code) -> Iterator[tuple[Place[ir.Expr], str, bool]]:
    """Uses at import of what needs a context: the place, its text, whether it is the database."""
    seen: set[int] = set()
    names = {"query", "session", "create_all", "drop_all", "engine"}
    for place in (*code.import_time(ir.Attr), *code.import_time(ir.Index)):
        node = place.node
        assert isinstance(node, (ir.Attr, ir.Index))
        if not isinstance(node.obj, ir.Name):
            continue
        paths = code.paths(place, node.obj)
        if len(paths) == 1 and paths[0] in LOCALS:
            yield place, _text(code, place), False
        elif isinstance(node, ir.Attr) and node.name in names and id(node) not in seen:
            match = next(
                (m for p in code.paths(place, node) for m in [_DATABASE.match(p)] if m), None
            )
            used = any(isinstance(a, (ir.Attr, ir.Call, ir.Index)) for a in place.above[-1:])
            if match is not None and used and match.end() == len(match.string):
                yield place, _text(code, place), True
    for call in code.import_time(ir.Call):
        node = call.node
        assert isinstance(node, ir.Call)
        if any(p in _CALLS for p in code.paths(call, node.func)):
            yield call, _text(code, call), False


def _text(code: Code, place: Place[ir.Expr]) -> str:
    text = " ".join(code.web.text(place.span).split())
    return text if len(text) <= 50 else f"{text[:47]}..."


def _has_context(code: Code, place: Place[ir.Expr]) -> bool:
    """Whether a context is pushed around or before it, asked for, or its absence caught."""
    for node in place.above:
        if isinstance(node, ir.With) and any(_pushing(i.context) for i in node.items):
            return True
        if isinstance(node, (ir.If, ir.Cond)) and _asks(node.test):
            return True
        if isinstance(node, ir.Logical) and _asks(node.left):
            return True
        if isinstance(node, ir.Try) and any(
            h.type is None or any(isinstance(n, ir.Name) and n.id in _CATCHES
                                  for n in ir.walk(h.type))
            for h in node.handlers
        ):  # fmt: skip
            return True
    return any(
        p.at_import and p.record is place.record and p.node.start < place.node.start
        for p in code.calls(("push",))
    )


def _pushing(node: ir.Expr) -> bool:
    return any(isinstance(n, (ir.Attr, ir.Name)) and getattr(n, "name", "") in _PUSHES
               for n in ir.walk(node)) or not isinstance(node, ir.Call)  # fmt: skip


def _asks(test: ir.Expr) -> bool:
    return any(isinstance(n, ir.Name) and n.id in (*_ASKS, *LOCALS.values())
               for n in ir.walk(test))  # fmt: skip


def _imported(web: Web, place: Place[ir.Expr]) -> tuple[Severity, tuple[Related, ...]] | None:
    """How the module gets imported: without a context, always inside one, or nobody can tell."""
    file = place.record.path
    answers, frames = _chains(web, file, set())
    if answers == {"context"}:
        return WARNING, tuple(Related(s, "imported in an app's context") for s in frames[:1])
    if "bare" in answers and "unknown" not in answers and "context" not in answers:
        return ERROR, ()
    return None


def _chains(web: Web, file: str, seen: set[str]) -> tuple[set[str], list[Span]]:
    seen.add(file)
    answers: set[str] = set()
    frames: list[Span] = []
    importers = web.importers(file)
    if not importers:
        created = any(a.file == file for a in web.apps) or file in web.service.entries
        answers.add("bare" if created else "unknown")
    for span in importers:
        how = _import_kind(web, span)
        if how == "module":
            if span.file not in seen:
                more, spans = _chains(web, span.file, seen)
                answers |= more
                frames += spans
            continue
        answers.add(how)
        frames += [span] if how == "context" else []
    return answers, frames


def _import_kind(web: Web, span: Span) -> str:
    """Where an import stands: ``module`` level, in a ``context``, ``bare`` in set-up code."""
    module = web.module(span.file)
    above: list[ir.Node] = []
    stack: list[tuple[ir.Node, tuple[ir.Node, ...]]] = [(module, ())] if module else []
    while stack:
        node, around = stack.pop()
        if node.start <= span.start and span.end <= node.end:
            above = [*around, node]
            stack = [(c, tuple(above)) for c in ir.children(node)]
        if (node.start, node.end) == (span.start, span.end):
            break
    if any(isinstance(n, ir.With) and any(_pushing(i.context) for i in n.items) for n in above):
        return "context"
    functions = [n for n in above if isinstance(n, ir.Func)]
    if not functions:
        return "module"
    setup = {"Flask", "register_blueprint", "init_app"}
    names = {getattr(n, "id", getattr(n, "name", "")) for n in ir.walk(functions[0])
             if isinstance(n, (ir.Name, ir.Attr))}  # fmt: skip
    return "bare" if names & setup else "unknown"
