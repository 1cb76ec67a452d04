"""FLK302; what needs a context is ``faceoff_lint.flow.contexts``."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    CONTEXTS,
    ERROR,
    SAFE,
    Code,
    Contexts,
    Edit,
    Finding,
    Fix,
    Function,
    Need,
    Place,
    Related,
    Span,
    Web,
    ir,
    options,
    rule,
)

# Where the function stands among the arguments, and its name as a keyword.
_STARTERS = {
    "threading.Thread": (1, "target"), "threading.Timer": (1, "function"),
    "multiprocessing.Process": (1, "target"), "multiprocessing.pool.ThreadPool().apply_async":
    (0, "func"), "_thread.start_new_thread": (0, "function"), "gevent.spawn": (0, "function"),
    "eventlet.spawn": (0, "func"), "eventlet.spawn_n": (0, "func"),
    "concurrent.futures.ThreadPoolExecutor().submit": (0, "fn"),
    "concurrent.futures.thread.ThreadPoolExecutor().submit": (0, "fn"),
}  # fmt: skip
_NAMES = {path.rpartition(".")[2] for path in _STARTERS} | {"add_job"}


@rule(
    "FLK302",
    practice=CONTEXTS,
    severity=ERROR,
    why="Contexts belong to the thread that handles the request; another thread has none.",
    help="Pass `current_app._get_current_object()` and plain values, and work inside "
    "`with app.app_context():`.",
    fixable="safe",
)
def thread_without_app_context(web: Web) -> Iterator[Finding]:
    """A thread uses the request or the app without a context of its own."""
    code = Code.of(web)
    contexts = Contexts.of(web)
    seen: set[int] = set()
    for place in code.calls(sorted(_NAMES)):
        found = _target(code, place)
        if found is None:
            continue
        target, written = found
        for arg, name in _proxies(code, place, target, written):
            yield _proxy(web, place, target, arg, name)
        if id(target.node) in seen or target.node.decorators or target.node.is_generator:
            continue
        seen.add(id(target.node))
        need = contexts.needed(target)
        if need is not None and web.is_product(need.span):
            yield _needs(place, target, need)


def _target(code: Code, place: Place[ir.Call]) -> tuple[Function, ir.Expr] | None:
    """The project function that a call runs in another thread, and the expression for it."""
    for path in code.paths(place, place.node.func):
        position, keyword = _STARTERS.get(path, (-1, ""))
        if path.startswith("apscheduler.") and path.endswith(".add_job"):
            position, keyword = 0, "func"
        for index, arg in enumerate(place.node.args if keyword else ()):
            if arg.keyword == keyword or (index == position and not arg.keyword and not arg.spread):
                found = options(code.value(place, arg.value))
                if len(found) == 1 and isinstance(found[0], Function):
                    return found[0], arg.value
    return None


def _needs(place: Place[ir.Call], target: Function, need: Need) -> Finding:
    way = tuple(Related(s.span, "reached through this call") for s in need.way)
    name = target.node.name or "<lambda>"
    return Finding(
        need.span,
        f"`{need.text}` raises RuntimeError in the thread that runs `{name}`: it has no context",
        label="no context in this thread",
        related=(Related(place.span, "the thread"), *way),
    )


def _proxies(
    code: Code, place: Place[ir.Call], target: Function, written: ir.Expr
) -> Iterator[tuple[ir.Expr, str]]:
    """The arguments that are ``current_app`` itself, for a parameter whose members are used."""
    params = [p.target.id if isinstance(p.target, ir.Name) else "" for p in target.node.params]
    params = params[1:] if target.this is not None else params
    given: list[tuple[str, ir.Expr]] = []
    after = False
    positional = 0
    for arg in place.node.args:
        if arg.value is written:
            after = True
        elif arg.keyword == "args" and isinstance(arg.value, ir.List):
            given += [(n, v) for n, v in zip(params, arg.value.items, strict=False)]
        elif arg.keyword == "kwargs" and isinstance(arg.value, ir.Dict):
            given += [(str(e.key.value), e.value) for e in arg.value.entries
                      if isinstance(e.key, ir.Const)]  # fmt: skip
        elif after and not arg.spread and not arg.keyword:
            name = params[positional] if positional < len(params) else ""
            given.append((name, arg.value))
            positional += 1
    used = {n.obj.id for n in ir.find(target.node, ir.Attr)
            if isinstance(n.obj, ir.Name)}  # fmt: skip
    for name, value in given:
        proxy = isinstance(value, ir.Name) and code.paths(place, value) == ["flask.current_app"]
        if proxy and name in used:
            yield value, name


def _proxy(web: Web, place: Place[ir.Call], target: Function, arg: ir.Expr, name: str) -> Finding:
    span = Span(place.record.path, arg.start, arg.end)
    text = web.text(span)
    end = Edit(Span(span.file, span.end, span.end), "._get_current_object()")
    return Finding(
        span,
        f"`{name}` is a proxy that stands for no app in the thread that runs "
        f"`{target.node.name}`: using it raises RuntimeError",
        label="the proxy, not the app",
        fix=Fix(f"Pass the app behind `{text}`", (end,), SAFE),
    )
