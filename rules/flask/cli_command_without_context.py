"""FLK903; what needs a context is ``faceoff_lint.flow.contexts``."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    ERROR,
    SAFE,
    VERSIONS,
    Code,
    Contexts,
    Edit,
    External,
    Finding,
    Fix,
    Function,
    Place,
    Related,
    Span,
    Value,
    Web,
    Wrapped,
    ir,
    options,
    rule,
)


@rule(
    "FLK903",
    practice=VERSIONS,
    severity=ERROR,
    why="Until Flask 2.2 a command that click makes runs without the app's context.",
    help="Put `@with_appcontext` below `@click.command()`, or use `@app.cli.command()`.",
    fixable="safe",
)
def cli_command_without_context(web: Web) -> Iterator[Finding]:
    """A plain click command uses the app, and Flask does not push its context."""
    version = web.service.version
    if version is None or not version.known or not version.below(2, 2):
        return
    code, contexts = Code.of(web), Contexts.of(web)
    seen: set[Span] = set()
    for place in code.calls(("add_command",)):
        function = _command(code, place)
        if function is None or function.span in seen or not web.is_product(function.span):
            continue
        names = {getattr(n, "id", getattr(n, "name", "")) for d in function.node.decorators
                 for n in ir.walk(d)}  # fmt: skip
        if any("context" in str(n) for n in names) or "command" not in names:
            continue
        need = contexts.needed(function)
        if need is None:
            continue
        seen.add(function.span)
        way = tuple(Related(s.span, "reached through this call") for s in need.way)
        yield Finding(
            need.span,
            f"`{need.text}` in command `{function.node.name}` raises RuntimeError: a plain click "
            "command has no app context before Flask 2.2",
            label="no app context",
            related=(Related(place.span, "added here"), *way),
            fix=_fix(web, function),
        )


def _command(code: Code, place: Place[ir.Call]) -> Function | None:
    """The function behind a click command that is added to an app's ``cli``."""
    func, args = place.node.func, place.node.args
    if not (isinstance(func, ir.Attr) and isinstance(func.obj, ir.Attr) and args):
        return None
    if func.obj.name != "cli" or not code.is_app(place, func.obj.obj):
        return None
    found = options(code.value(place, args[0].value))
    return _inside(found[0]) if len(found) == 1 else None


def _inside(value: Value) -> Function | None:
    """What a library's decorators are around; a project's decorator may push the context."""
    while isinstance(value, Wrapped):
        if not isinstance(value.by, External):
            return None
        value = value.inner
    return value if isinstance(value, Function) else None


def _fix(web: Web, function: Function) -> Fix | None:
    at = Span(function.module.path, function.node.start, function.node.start)
    imported = web.with_import(at.file, "flask.cli", "with_appcontext")
    indent = web.indent(at)
    if imported is None or indent is None:
        return None
    return Fix("Push the app's context", (*imported, Edit(at, f"@with_appcontext\n{indent}")), SAFE)
