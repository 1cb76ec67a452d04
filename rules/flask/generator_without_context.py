"""FLK303; what needs a context is ``faceoff_lint.flow.contexts``."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    CONTEXTS,
    ERROR,
    SAFE,
    CallSite,
    Contexts,
    Edit,
    Finding,
    Fix,
    Flow,
    Function,
    Need,
    Related,
    Span,
    View,
    Views,
    Web,
    ir,
    rule,
)

_RESPONSES = {"flask.Response", "flask.wrappers.Response", "werkzeug.wrappers.Response",
              "werkzeug.Response", "flask.current_app.response_class",
              "flask.make_response"}  # fmt: skip


@rule(
    "FLK303",
    practice=CONTEXTS,
    severity=ERROR,
    why="The body of a generator runs while the answer is sent, when the request is already over.",
    help="Wrap it: `Response(stream_with_context(rows()))`, or read the values before.",
    fixable="safe",
)
def generator_without_context(web: Web) -> Iterator[Finding]:
    """A streamed generator uses the request or the app after they are gone."""
    flow, contexts = Flow.of(web), Contexts.of(web)
    seen: set[Span] = set()
    for view in Views.of(web).all:
        if view.what != "view":
            continue
        for function, streamed, at in _streamed(flow, view):
            generator = _generator(flow, function, streamed)
            need = contexts.needed(generator) if generator is not None else None
            if generator is None or need is None or need.span in seen:
                continue
            if web.is_product(need.span):
                seen.add(need.span)
                yield _finding(web, view, generator, need, at, _wrapped(web, function, streamed))


def _finding(
    web: Web, view: View, generator: Function, need: Need, at: Span, fix: Fix | None
) -> Finding:
    way = tuple(Related(s.span, "reached through this call") for s in need.way)
    return Finding(
        need.span,
        f"`{need.text}` in generator `{generator.node.name}` raises RuntimeError: "
        f"{view.title} streams it after its request is over",
        label="no context while streaming",
        related=(Related(at, "streamed here"), *way),
        fix=fix,
    )


def _streamed(flow: Flow, view: View) -> Iterator[tuple[Function, ir.Expr, Span]]:
    """What a view sends piece by piece: the function it stands in, the expression, the place."""

    def response(site: CallSite) -> ir.Expr | None:
        args = site.node.args
        if not _RESPONSES & set(site.paths) or not args or args[0].spread:
            return None
        return args[0].value if args[0].keyword in (None, "", "response") else None

    for function in view.functions:
        for hit in flow.reach(function, response, closures=False):
            yield hit.site.function, hit.what, hit.site.span
        for node in ir.own(function.node):
            if isinstance(node, ir.Return) and node.value is not None:
                value = node.value
                if isinstance(value, ir.List) and value.kind == "tuple" and value.items:
                    value = value.items[0]
                yield function, value, Span(function.module.path, node.start, node.end)


def _generator(flow: Flow, function: Function, node: ir.Expr) -> Function | None:
    """The project's generator function whose call an expression is."""
    if isinstance(node, ir.Name):
        found = [
            n.value
            for n in ir.own(function.node)
            if isinstance(n, ir.Assign) and isinstance(n.target, ir.Name) and n.target.id == node.id
        ]
        if len(found) != 1:
            return None
        node = found[0]
    if not isinstance(node, ir.Call):
        return None
    targets = flow.site(function, node).targets
    if len(targets) != 1 or targets[0].node.decorators:
        return None
    return targets[0] if targets[0].node.is_generator else None


def _wrapped(web: Web, function: Function, node: ir.Expr) -> Fix | None:
    file = function.module.path
    imported = web.with_import(file, "flask", "stream_with_context")
    if imported is None or not isinstance(node, (ir.Call, ir.Name)):
        return None
    before = Edit(Span(file, node.start, node.start), "stream_with_context(")
    after = Edit(Span(file, node.end, node.end), ")")
    return Fix("Keep the context while streaming", (*imported, before, after), SAFE)
