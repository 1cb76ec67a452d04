"""EXP404."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    ERROR,
    MIDDLEWARE,
    SAFE,
    Edit,
    External,
    Finding,
    Fix,
    Flow,
    Function,
    Leaks,
    Related,
    Slot,
    Span,
    Web,
    ir,
    rule,
)

# Factories of middlewares, and what comes of it when Express calls them with a request.
_HANG, _FAIL = "every request that comes here hangs", "every request that comes here gets a 500"
_PLAIN = (
    "compression", "cookie-parser", "cors", "errorhandler", "express.json", "express.Router",
    "nocache", "hpp",
)  # fmt: skip
_FACTORIES = {
    **dict.fromkeys(_PLAIN, _HANG),
    **dict.fromkeys(
        ("body-parser.json", "body-parser.raw", "body-parser.text", "body-parser.urlencoded",
         "connect-timeout", "csurf", "express.raw", "express.text",
         "express.urlencoded", "express-rate-limit", "express-rate-limit.rateLimit",
         "express-session", "express-slow-down", "morgan", "multer"), _HANG
    ),
    **dict.fromkeys(
        ("body-parser", "cookie-session", "express.static", "helmet", "method-override",
         "passport.initialize", "passport.session"),
        _FAIL,
    ),
}  # fmt: skip
_BARE = {*_PLAIN, "helmet", "passport.initialize", "passport.session"}
_ANSWERING = {"res", "response", "resp", "reply", "next"}


@rule(
    "EXP404",
    practice=MIDDLEWARE,
    severity=ERROR,
    why="Express calls what it is given with the request; a factory then only makes a middleware.",
    help="Call the factory, and register what it returns.",
    fixable="safe",
)
def middleware_not_invoked(web: Web) -> Iterator[Finding]:
    """A middleware factory is registered without calling it."""
    flow, seen = Flow.of(web), set[Span]()
    for slot in Leaks.of(web).slots:
        node, value = slot.handler.node, slot.handler.value
        if node is None or isinstance(node, ir.Func):
            continue
        place = Span(slot.span.file, node.start, node.end)
        if place in seen:
            continue
        seen.add(place)
        name = " ".join(web.text(place).split())
        if isinstance(node, ir.Call):
            promise = _promised(web, slot, node)
            if promise is not None:
                yield Finding(
                    place,
                    f"`{name}` is a promise, as `{promise.name}` is async: Express does not start",
                    label="a promise, no middleware",
                    related=(Related(promise.span, "the async factory"),),
                    help="Await the factory before the middleware is registered.",
                )
        elif isinstance(value, External):
            path = value.path.replace(".default", "")
            if path in _FACTORIES:
                yield _finding(place, name, _FACTORIES[path], path in _BARE)
        elif isinstance(value, Function) and _is_factory(flow, value):
            yield _finding(place, name, _HANG, not value.node.params, value)


def _finding(
    place: Span, name: str, then: str, bare: bool, factory: Function | None = None
) -> Finding:
    end = Span(place.file, place.end, place.end)
    return Finding(
        place,
        f"`{name}` makes a middleware and is none itself: {then}",
        label="not called",
        related=() if factory is None else (Related(factory.span, "it returns the middleware"),),
        fix=Fix(f"Call `{name}`", (Edit(end, "()"),), SAFE) if bare else None,
    )


def _is_factory(flow: Flow, function: Function) -> bool:
    """Whether all that a function does is to make handlers: it has no use for an answer."""
    node = function.node
    names = {p.target.id.strip("_").lower() for p in node.params if isinstance(p.target, ir.Name)}
    if node.is_generator or names & _ANSWERING or not node.body or function.bound:
        return False
    responses = flow.responses
    for site in flow.calls(function):
        if responses.answers(site) or responses.is_next(site) or responses.delegates(site):
            return False
    returns = [n for n in ir.walk_local(node.body) if isinstance(n, ir.Return)]
    if not isinstance(node.body[-1], ir.Return):
        return False
    return all(_is_handler(flow, function, n.value) for n in returns)


def _is_handler(flow: Flow, function: Function, node: ir.Expr | None) -> bool:
    made = flow.callback(function, node) if node is not None else None
    if made is None or not 2 <= len(made.node.params) <= 4:
        return False
    target = made.node.params[1 if len(made.node.params) < 4 else 2].target
    return isinstance(target, ir.Name) and target.id.strip("_").lower() in _ANSWERING


def _promised(web: Web, slot: Slot, node: ir.Expr) -> Function | None:
    """The async function of a module whose promise is registered at the module's top level."""
    record = web.modules.records.get(slot.span.file)
    if record is None or not isinstance(node, ir.Call) or not isinstance(node.func, ir.Name):
        return None
    made = record.env.vars.get(node.func.id)
    if not isinstance(made, Function) or not made.node.is_async or made.node.is_generator:
        return None
    top = any(n is node for n in ir.walk_local(record.module.body))
    return made if top else None
