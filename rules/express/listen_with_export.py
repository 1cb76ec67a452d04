"""EXP106."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    INFO,
    MODULAR,
    UNSAFE,
    Edit,
    Finding,
    Fix,
    Related,
    Span,
    Web,
    ir,
    rule,
)


@rule(
    "EXP106",
    practice=MODULAR,
    severity=INFO,
    why="Whoever imports the app, a test above all, opens its port too.",
    help="Listen in a file of its own, or only `if (require.main === module)`.",
    fixable="unsafe",
)
def listen_with_export(web: Web) -> Iterator[Finding]:
    """A module exports its app and listens as well, so importing it opens the port."""
    for app in web.apps:
        if not app.root or not web.is_product(app.span) or not web.exported(app.native):
            continue
        importers = web.importers(app.file)
        if not importers and not web.imported_by_test(app.file):
            continue
        for event in app.listens:
            if event.span.file != app.file or event.conditions or not _at_import(web, event.span):
                continue
            yield Finding(
                event.span,
                f"importing `{app.file}` opens the port"
                + ("" if importers else ": a test imports it"),
                label="runs on import",
                related=tuple(Related(span, "imported here") for span in importers[:2]),
                fix=_guard(web, event.span),
            )


def _at_import(web: Web, span: Span) -> bool:
    """Whether a call runs when its module is loaded: no named function stands around it."""
    module = web.module(span.file)
    stack: list[tuple[ir.Node, bool]] = [(module, True)] if module is not None else []
    while stack:
        node, runs = stack.pop()
        if (node.start, node.end) == (span.start, span.end) and isinstance(node, ir.Call):
            return runs
        for child in ir.children(node):
            inside = runs
            if isinstance(child, ir.Func):
                # A callback of something that runs, or a function called on the spot.
                inside = runs and isinstance(node, (ir.Arg, ir.Call))
            stack.append((child, inside))
    return False


def _guard(web: Web, span: Span) -> Fix | None:
    """``if (require.main === module)`` before a statement of a CommonJS module."""
    record, module = web.modules.records.get(span.file), web.module(span.file)
    if record is None or module is None or record.is_es:
        return None
    for node in module.body:
        if isinstance(node, ir.ExprStmt) and (node.value.start, node.value.end) == (
            span.start,
            span.end,
        ):
            at = Span(span.file, node.start, node.start)
            return Fix("Listen only when started as a program",
                       (Edit(at, "if (require.main === module) "),), UNSAFE)  # fmt: skip
    return None
