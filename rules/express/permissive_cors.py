"""EXP804."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    EXPRESS_PRODUCTION,
    INFO,
    WARNING,
    DictValue,
    External,
    Finding,
    Flow,
    Function,
    Handler,
    Lit,
    Options,
    Related,
    Span,
    Value,
    Web,
    ir,
    rule,
)

_ORIGIN, _CREDENTIALS = "access-control-allow-origin", "access-control-allow-credentials"
_SETTERS = ("express.res.setHeader", "express.res.set", "express.res.header")


@rule(
    "EXP804",
    practice=EXPRESS_PRODUCTION,
    severity=WARNING,
    why="Any page that a user visits can then call your API as that user, and read the answers.",
    help="List the origins: `cors({ origin: ['https://app.example'], credentials: true })`.",
    options={"any-origin": False},
)
def permissive_cors(web: Web, options: Options) -> Iterator[Finding]:
    """Every origin is allowed together with credentials."""
    seen: set[Span] = set()
    for group in web.everything:
        places = [(u.span, h, u.event.conditions) for u in group.uses for h in u.handlers]
        places += [(r.span, h, r.conditions) for r in group.routes for h in r.handlers]
        for span, handler, conditions in places:
            if not web.is_product(span) or web.development_only(conditions):
                continue
            for finding in _judge(web, handler, span, options["any-origin"]):
                if finding.span not in seen:
                    seen.add(finding.span)
                    yield finding


def _judge(web: Web, handler: Handler, span: Span, any_origin: bool) -> Iterator[Finding]:
    made = handler.value
    if isinstance(made, External) and made.path in ("cors()", "cors.default()") and made.span:
        given = made.args.get(0) if made.args is not None else None
        if isinstance(given, DictValue):
            credentials = given.entries.get("credentials")
            if _is_true(credentials) and _reflects(given.entries.get("origin")):
                yield _finding(made.span, "`cors` answers every origin with its own name")
        if given is None and any_origin and made.args is not None and not made.args.open:
            yield Finding(made.span, "`cors()` lets every site read what it serves without a login",
                          severity=INFO)  # fmt: skip
    function = handler.function
    if function is not None and web.is_product(function.span):
        place = _copied(Flow.of(web), function)
        if place is not None:
            related = (Related(span, "registered here"),)
            yield _finding(place, "the header copies whatever origin asks", related)


def _finding(span: Span, what: str, related: tuple[Related, ...] = ()) -> Finding:
    return Finding(
        span, f"{what}, and allows credentials", label="every site is allowed", related=related
    )


def _is_true(value: Value | None) -> bool:
    return isinstance(value, Lit) and value.value is True


def _reflects(origin: Value | None) -> bool:
    """Whether ``origin`` lets everybody in: ``true``, or a function that never says no."""
    if _is_true(origin):
        return True
    if not isinstance(origin, Function) or len(origin.node.params) < 2:
        return False
    done = origin.node.params[1].target
    if any(isinstance(n, (ir.If, ir.Cond, ir.Logical, ir.Switch)) for n in ir.walk(origin.node)):
        return False
    calls = [n for n in ir.find(origin.node, ir.Call)
             if isinstance(n.func, ir.Name)
             and isinstance(done, ir.Name) and n.func.id == done.id]  # fmt: skip
    return bool(calls) and all(
        len(c.args) == 2 and isinstance(c.args[1].value, ir.Const) and c.args[1].value.value is True
        for c in calls
    )


def _copied(flow: Flow, function: Function) -> Span | None:
    """Where a middleware sets the origin of the request, without looking, with credentials."""
    text = [n.value.lower() for n in ir.find(function.node, ir.Const)
            if isinstance(n.value, str)]  # fmt: skip
    if _ORIGIN not in text or _CREDENTIALS not in text:
        return None
    origin: Span | None = None
    credentials = False
    for site in flow.calls(function):
        if site.args is None or not any(p in _SETTERS for p in site.paths):
            continue
        name, value = str(site.args.literal(0)).lower(), site.args.get(1)
        if name == _CREDENTIALS:
            credentials = isinstance(value, Lit) and value.value in (True, "true")
        elif name == _ORIGIN and isinstance(value, External):
            path = value.path.replace("['", ".").replace("']", "")
            if path == "express.req.headers.origin" or _asked(value):
                origin = site.span
    tested = any(
        isinstance(n, ir.Attr) and n.name == "origin"
        for branch in ir.walk(function.node)
        if isinstance(branch, (ir.If, ir.Cond))
        for n in ir.walk(branch.test)
    )
    return origin if credentials and not tested else None


def _asked(value: External) -> bool:
    """``req.get('origin')``."""
    if value.path not in ("express.req.get()", "express.req.header()") or value.args is None:
        return False
    return str(value.args.literal(0)).lower() == "origin"
