"""FLK401; what a decorator is comes from evaluating it, or from the tables here."""

from __future__ import annotations

import re
from collections.abc import Iterator

from faceoff_lint.rule import (
    CONTEXTS,
    ERROR,
    SAFE,
    UNSAFE,
    WARNING,
    Code,
    Edit,
    External,
    Finding,
    Fix,
    Function,
    Related,
    Route,
    Span,
    Web,
    ir,
    rule,
)

# Library decorators that refuse a request, by the end of their path.
_GUARDS = {
    "flask_login.login_required", "flask_login.fresh_login_required",
    "flask_login.utils.login_required", "flask_security.login_required",
    "flask_security.auth_required()", "flask_security.roles_required()",
    "flask_security.roles_accepted()", "flask_security.permissions_required()",
    "flask_security.permissions_accepted()", "flask_jwt.jwt_required()",
    "flask_jwt_extended.jwt_required", "flask_jwt_extended.jwt_required()",
    "flask_jwt_extended.fresh_jwt_required", "flask_jwt_extended.jwt_refresh_token_required",
    "flask_httpauth.HTTPBasicAuth().login_required", "flask_user.login_required",
    "flask_httpauth.HTTPTokenAuth().login_required", "flask_user.roles_required()",
    "flask_httpauth.HTTPBasicAuth().login_required()",
    "flask_httpauth.HTTPTokenAuth().login_required()",
    "flask_principal.Permission().require()", "flask_praetorian.auth_required",
    "flask_httpauth.MultiAuth().login_required", "flask_httpauth.MultiAuth().login_required()",
}  # fmt: skip
_WRAPPERS = {
    "flask_caching.Cache().cached()", "flask_cache.Cache().cached()",
    "flask_cors.cross_origin", "flask_cors.cross_origin()",
}  # fmt: skip
_GUARDING = re.compile(r"require|auth|login|logged|admin|permission|role|csrf|protect|restrict")


@rule(
    "FLK401",
    practice=CONTEXTS,
    severity=ERROR,
    why="The route is given the function as it is below it: what stands above wraps nobody's view.",
    help="Put the route decorators on top, the others below them.",
    fixable="safe",
)
def decorator_above_route(web: Web) -> Iterator[Finding]:
    """A decorator that wraps the view stands above its route, so it never runs."""
    code = Code.of(web)
    views: dict[int, tuple[Function, list[Route]]] = {}
    for route in web.routes:
        function = route.handler.function if route.handler is not None else None
        decorators = function.node.decorators if function is not None else []
        if function is not None and any(d.start == route.span.start for d in decorators):
            views.setdefault(id(function.node), (function, []))[1].append(route)
    refused = None
    for function, routes in views.values():
        if not web.is_product(function.span):
            continue
        node = function.node
        starts = {r.span.start for r in routes}
        at = [i for i, d in enumerate(node.decorators) if d.start in starts]
        above = [(d, _wraps(web, code, function, d)) for d in node.decorators[: at[0]]]
        misplaced = [(decorator, what) for decorator, what in above if what]
        fix = _move(web, function, misplaced, node.decorators[at[-1]])
        for decorator, what in misplaced:
            if refused is None:
                refused = _refuses(web)
            name = web.text(Span(function.module.path, decorator.start, decorator.end))
            guard = what.endswith("guard")
            effect = "does not guard it" if guard else "never runs"
            yield Finding(
                Span(function.module.path, decorator.start, decorator.end),
                f"`@{name}` stands above the route of `{node.name}` and {effect}",
                label="wraps what the route has already taken",
                related=(Related(routes[0].span, "the route takes the function here"),),
                severity=None if guard and not refused else WARNING,
                why="A request gets to the view without it." if guard else "",
                fix=fix,
            )


def _wraps(web: Web, code: Code, function: Function, decorator: ir.Expr) -> str:
    """``guard`` or ``wrapper``, after ``library`` for known ones; empty for all else.

    What only registers, and what isn't known, gives an empty text.
    """
    place = code.place(function, decorator)
    value = code.value(place, decorator) if place is not None else None
    if isinstance(value, External):
        if value.path in _GUARDS:
            return "library guard"
        return "library wrapper" if value.path in _WRAPPERS else ""
    if not isinstance(value, Function) or value.module.language != "python":
        return ""
    made = web.machine.trace_call(function.module, value, [function])
    if not isinstance(made, Function) or made.node is function.node:
        return ""
    return "guard" if _refusing(value, made) else "wrapper"


def _refusing(decorator: Function, made: Function) -> bool:
    """Whether a wrapper can answer in the view's place."""
    nodes = list(ir.own(made.node))
    names = {getattr(n.func, "id", getattr(n.func, "name", "")) for n in nodes
             if isinstance(n, ir.Call)}  # fmt: skip
    ends = [n for n in nodes if isinstance(n, (ir.Return, ir.Throw))]
    if not names.isdisjoint({"abort", "redirect", "unauthorized"}):
        return True
    return len(ends) > 1 and _GUARDING.search(decorator.name.lower()) is not None


def _refuses(web: Web) -> bool:
    """Whether a hook before all requests turns some of them away."""
    for group in web.everything:
        for event in group.hooks:
            handler = web.resolve(event.handler)
            if event.name in ("before_request", "before_app_request") and (
                handler.function is None or _turns_away(handler.function)
            ):
                return True
    return False


def _turns_away(function: Function) -> bool:
    return any(
        (isinstance(n, ir.Return) and n.value is not None)
        or isinstance(n, ir.Throw)
        or (isinstance(n, ir.Name) and n.id == "abort")
        for n in ir.own(function.node)
    )


def _move(
    web: Web, function: Function, misplaced: list[tuple[ir.Expr, str]], last: ir.Expr
) -> Fix | None:
    """Move the lines of decorators below the last route's, all at once: their order may matter."""
    file = function.module.path
    text = web.sources[file].text
    to = text.find("\n", last.end) + 1
    lines: list[Span] = []
    for decorator, _ in misplaced:
        start = text.rfind("\n", 0, decorator.start) + 1
        end = text.find("\n", decorator.end) + 1
        if not end or text[start:end].strip() != "@" + text[decorator.start : decorator.end]:
            return None
        lines.append(Span(file, start, end))
    if not to or not lines:
        return None
    moved = "".join(text[line.start : line.end] for line in lines)
    edits = (*(Edit(line, "") for line in lines), Edit(Span(file, to, to), moved))
    safe = all(what.startswith("library") for _, what in misplaced)
    title = "Move it below the route" if len(lines) == 1 else "Move them below the route"
    return Fix(title, edits, SAFE if safe else UNSAFE)
