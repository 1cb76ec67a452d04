"""FLK702."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    LOAD,
    WARNING,
    CallSite,
    Deployment,
    Finding,
    Flow,
    Function,
    Related,
    Span,
    View,
    Views,
    Web,
    ir,
    rule,
)

_GREENLETS = {"gevent", "eventlet", "gevent-websocket", "meinheld"}
_STREAMING = {"flask.Response", "flask.stream_with_context", "werkzeug.wrappers.Response",
              "werkzeug.Response"}  # fmt: skip
_CLOCK = {"time", "monotonic", "perf_counter", "now", "utcnow"}


@rule(
    "FLK702",
    practice=LOAD,
    severity=WARNING,
    why="Each client that listens keeps a worker, or a thread of one, as long as it stays; when "
    "all are kept, nobody else is answered.",
    help="Serve it with greenlet workers, hand it to Flask-SocketIO or a push service, or let it "
    "end after a while.",
)
def endless_response(web: Web) -> Iterator[Finding]:
    """A view streams without end, or waits in a loop for something to happen."""
    if any(web.service.package(name) is not None for name in _GREENLETS):
        return
    if any(s.worker_class != "sync" and "thread" not in s.worker_class
           for s in Deployment.of(web).gunicorn):  # fmt: skip
        return
    flow, views = Flow.of(web), Views.of(web)
    seen: set[Span] = set()
    for view in views.all:
        for function in view.functions:
            for hit in flow.reach(function, lambda s: _streamed(flow, s), closures=False):
                generator, loop = hit.what
                span = _test(generator, loop)
                if span not in seen and web.is_product(span):
                    seen.add(span)
                    yield _finding(view, span, "streams without end", hit.site.span)
    for reached in views.reach(_sleeps):
        loop = reached.what
        span = _test(reached.site.function, loop)
        if span not in seen:
            seen.add(span)
            yield _finding(reached.view, span, "waits in this loop", reached.site.span)


def _finding(view: View, span: Span, what: str, at: Span) -> Finding:
    header = view.handler.header
    related = [Related(header, f"the {view.what}")] if header is not None else []
    return Finding(
        span,
        f"{view.title} {what}, and keeps its worker meanwhile",
        label="until the client goes" if "end" in what else "until something happens",
        related=(*related, Related(at, "here" if "end" in what else "it sleeps here")),
    )


def _test(function: Function, loop: ir.While) -> Span:
    end = loop.test.end if loop.test is not None else loop.end
    return Span(function.module.path, loop.start, end)


def _streamed(flow: Flow, site: CallSite) -> tuple[Function, ir.While] | None:
    """The endless loop of a project generator that a call streams."""
    if not _STREAMING & set(site.paths):
        return None
    for arg in site.node.args[:1]:
        inner = arg.value
        if isinstance(inner, ir.Call):
            for target in flow.site(site.function, inner).targets:
                loop = _endless(target) if target.node.is_generator else None
                if loop is not None:
                    return target, loop
    return None


def _endless(generator: Function) -> ir.While | None:
    """A ``while True`` that yields, and is left by nothing but an exception."""
    for node in ir.own(generator.node):
        if not isinstance(node, ir.While) or not _always(node):
            continue
        inside = list(ir.walk_local(node.body))
        leaves = any(isinstance(n, (ir.Return, ir.Break, ir.Throw)) for n in inside)
        if not leaves and any(isinstance(n, ir.Yield) for n in inside):
            return node
    return None


def _always(loop: ir.While) -> bool:
    return isinstance(loop.test, ir.Const) and bool(loop.test.value)


def _sleeps(site: CallSite) -> ir.While | None:
    """The loop around a ``time.sleep`` that goes on until something outside of it changes."""
    if "time.sleep" not in site.paths or site.function.node.is_generator:
        return None
    loops = [
        node
        for node in ir.own(site.function.node)
        if isinstance(node, ir.While) and any(n is site.node for n in ir.walk_local(node.body))
    ]
    if not loops or _bounded(loops[-1]):
        return None
    return loops[-1]


def _bounded(loop: ir.While) -> bool:
    """Whether a counter, a clock or an end of its own may stop the loop."""
    counted: set[str] = set()
    for node in ir.walk_local(loop.body):
        if (
            isinstance(node, ir.Assign)
            and node.op in ("+=", "-=")
            and isinstance(node.target, ir.Name)
        ):
            counted.add(node.target.id)
    for node in [*ir.walk_local(loop.body), *(ir.walk(loop.test) if loop.test is not None else ())]:
        name = (
            node.name if isinstance(node, ir.Attr) else node.id if isinstance(node, ir.Name) else ""
        )
        if name in _CLOCK and isinstance(node, ir.Attr):
            return True
        if isinstance(node, ir.Throw):
            return True
    tests = [n.test for n in ir.walk_local(loop.body) if isinstance(n, ir.If)]
    tests += [loop.test] if loop.test is not None else []
    return any(isinstance(n, ir.Name) and n.id in counted for t in tests for n in ir.walk(t))
