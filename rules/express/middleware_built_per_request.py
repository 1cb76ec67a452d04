"""EXP405; what requests reach is ``faceoff_lint.flow.requests``."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    MIDDLEWARE,
    WARNING,
    Arrival,
    CallSite,
    Finding,
    Flow,
    Function,
    Requests,
    Web,
    ir,
    rule,
)

_STATEFUL = {
    "express-rate-limit": "it counts from zero each time, and never limits",
    "express-rate-limit.rateLimit": "it counts from zero each time, and never limits",
    "express-slow-down": "it counts from zero each time, and never slows anybody down",
    "express-slow-down.slowDown": "it counts from zero each time, and never slows anybody down",
    "express-session": "its store is new each time, and no session lasts",
}
_GROWS = "the app's list of handlers grows with each request, and so does the time of all others"


@rule(
    "EXP405",
    practice=MIDDLEWARE,
    severity=WARNING,
    why="What a middleware remembers lives in the middleware; a new one remembers nothing.",
    help="Create it once, outside of the handler.",
)
def middleware_built_per_request(web: Web) -> Iterator[Finding]:
    """A middleware that keeps state is created, or a route registered, on each request."""
    flow = Flow.of(web)
    for found in Requests.of(web).arrivals(_builds):
        if flow.memoised(found.site):
            continue
        if found.what == "register":
            if not _at_once(found.site) or flow.role(found.site.function) == "plain":
                continue
            text = f"a request registers a handler here: {_GROWS}"
        elif _kept(found):
            continue
        else:
            name = found.what.partition(".")[0]
            text = f"`{name}` makes a new middleware for each request: {_STATEFUL[found.what]}"
        yield Finding(
            found.site.span,
            f"{text} (in requests of {found.where})",
            label="once per request",
            related=found.frames,
        )


def _builds(site: CallSite) -> str | None:
    """The factory that a call is, or ``register``."""
    for path in site.paths:
        plain = path.replace(".default", "")
        if plain in _STATEFUL and not _has_store(site):
            return plain
    return "register" if site.registers is not None else None


def _has_store(site: CallSite) -> bool:
    """Whether the options may name a store outside of the middleware."""
    if site.args is None or not site.args.nodes:
        return bool(site.node.args)
    node = site.args.nodes[0]
    if not isinstance(node, ir.Dict):
        return True
    keys = [e.key.value if isinstance(e.key, ir.Const) else None for e in node.entries]
    return "store" in keys or None in keys


def _at_once(site: CallSite) -> bool:
    """Whether each call of the function does it: no condition, no early way out before it."""
    for statement in site.function.node.body:
        if any(n is site.node for n in ir.walk_local(statement)):
            return isinstance(statement, (ir.ExprStmt, ir.Return, ir.Declare))
        leaving = (ir.Return, ir.Throw)
        if any(isinstance(n, leaving) for n in ir.walk_local(statement)):
            return False
    return False


def _kept(found: Arrival[str]) -> bool:
    """Whether what is made may outlive the request: it is not simply called."""
    function, node = found.site.function, found.site.node
    if _called(function, node):
        return False
    for statement in ir.own(function.node):
        if isinstance(statement, ir.Declare) and statement.value is node:
            return not (isinstance(statement.target, ir.Name) and _only_called(function, statement))
        if isinstance(statement, ir.Return) and statement.value is node and not found.hit.direct:
            caller = found.hit.path[-2]
            return not _called(caller.function, caller.node)
    return True


def _called(function: Function, node: ir.Expr) -> bool:
    calls = (n for n in ir.own(function.node) if isinstance(n, ir.Call))
    return any(n.func is node for n in calls)


def _only_called(function: Function, made: ir.Declare) -> bool:
    """Whether a variable is used as a callee and for nothing else."""
    assert isinstance(made.target, ir.Name)
    nodes = list(ir.walk(function.node))
    callees = {id(n.func) for n in nodes if isinstance(n, ir.Call)}
    uses = [n for n in nodes if isinstance(n, ir.Name) and n.id == made.target.id]
    return all(n is made.target or id(n) in callees for n in uses) and len(uses) > 1
