"""EXP902; what Express 5 does with each was observed on 5.x (see the page's proofs)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from faceoff_lint.rule import (
    ERROR,
    EXPRESS_VERSIONS,
    INFO,
    SAFE,
    UNSAFE,
    CallSite,
    Edit,
    Finding,
    Fix,
    Flow,
    Function,
    Leaks,
    Lit,
    Options,
    Span,
    Web,
    ir,
    rule,
)

_RES, _REQ = "express.res", "express.req"
_GONE = {"acceptsCharset": "acceptsCharsets", "acceptsEncoding": "acceptsEncodings",
         "acceptsLanguage": "acceptsLanguages"}  # fmt: skip


@dataclass(frozen=True)
class _Change:
    """What is wrong at a place: the message, and the way out where it can be written down."""

    message: str
    title: str = ""
    edits: tuple[Edit, ...] = ()
    safe: bool = False


@rule(
    "EXP902",
    practice=EXPRESS_VERSIONS,
    severity=ERROR,
    why="Express 5 removed or changed it.",
    help="See the table on this rule's page for what to write instead.",
    options={"next-major": False},
    fixable="safe",
    upgrade=True,
)
def express5_removed_api(web: Web, options: Options) -> Iterator[Finding]:
    """An API is used that Express 5 removed, or that does something else there."""
    express5 = Leaks.of(web).express5
    if not express5 and not options["next-major"]:
        return
    flow = Flow.of(web)
    found: dict[Span, _Change] = {}
    for function in flow.reached(f for f, _ in flow.request_functions):
        if not web.is_product(function.span):
            continue
        for site in flow.calls(function):
            change = _call(web, site)
            if change is not None:
                found.setdefault(site.span, change)
        for node in ir.own(function.node):
            if isinstance(node, ir.Assign) and _is_query(flow, function, node.target):
                span = Span(function.span.file, node.start, node.end)
                found[span] = _Change("`req.query` can't be assigned to in Express 5")
    found.update(_registrations(web))
    for span, change in found.items():
        kind = SAFE if change.safe else UNSAFE
        yield Finding(
            span,
            change.message,
            fix=Fix(change.title, change.edits, kind) if change.edits else None,
            severity=None if express5 else INFO,
        )


def _call(web: Web, site: CallSite) -> _Change | None:
    """What Express 5 does differently at a call on the request or the response."""
    args = site.args
    if args is None or args.open or not isinstance(site.node.func, ir.Attr):
        return None
    values = args.pos
    for path in site.paths:
        name = path.rpartition(".")[2]
        if path.startswith(_REQ + ".") and path.count(".") == 2:
            if name == "param":
                return _Change("`req.param()` is gone in Express 5: this throws")
            if name in _GONE:
                title = f"Call `{_GONE[name]}`"
                return _Change(f"`req.{name}()` is gone in Express 5: this throws", title,
                               (_renamed(site, _GONE[name]),), safe=True)  # fmt: skip
        if not path.startswith(_RES):
            continue
        first = values[0] if values else None
        second = values[1] if len(values) > 1 else None
        if name == "sendfile":
            return _Change("`res.sendfile()` is gone in Express 5: this throws", "Call `sendFile`",
                           (_renamed(site, "sendFile"),))  # fmt: skip
        if name == "send" and _is_status(first) and second is None:
            return _Change(f"Express 5 sends {_text(first)} as the body, with status 200",
                           "Call `sendStatus`", (_renamed(site, "sendStatus"),))  # fmt: skip
        if name in ("send", "json", "jsonp") and (_is_status(first) or _is_status(second)):
            return _two_arguments(web, site, name, 0 if _is_status(first) else 1)
        if name == "redirect" and _is_status(second):
            return _Change("Express 5 takes the status first: this throws", "Put the status first",
                           _swapped(web, site))  # fmt: skip
        if name in ("redirect", "location") and Lit("back") in (first, second):
            return _Change("Express 5 redirects to the path `back`, not to the page before")
        if name == "status" and isinstance(first, Lit) and isinstance(first.value, str):
            number = first.value
            edit = Edit(_span(site, site.node.args[0]), number)
            return _Change("Express 5 takes only a number as status: this throws",
                           f"Write {number}", (edit,) if number.isdigit() else (),
                           safe=True)  # fmt: skip
    return None


def _two_arguments(web: Web, site: CallSite, name: str, status: int) -> _Change | None:
    args = site.node.args
    if len(args) != 2:
        return None
    body = 1 - status
    effect = "sends the status as the body" if status == 0 else "ignores the status"
    func = site.node.func
    assert isinstance(func, ir.Attr)
    texts = [web.text(_span(site, a)) for a in args]
    place = Span(site.span.file, func.name_start, site.node.end)
    edit = Edit(place, f"status({texts[status]}).{name}({texts[body]})")
    return _Change(f"Express 5 {effect} of `res.{name}()` with two arguments",
                   "Set the status first", (edit,))  # fmt: skip


def _swapped(web: Web, site: CallSite) -> tuple[Edit, ...]:
    if len(site.node.args) != 2:
        return ()
    first, second = (_span(site, a) for a in site.node.args)
    return Edit(first, web.text(second)), Edit(second, web.text(first))


def _renamed(site: CallSite, name: str) -> Edit:
    func = site.node.func
    assert isinstance(func, ir.Attr)
    end = func.name_start + len(func.name)
    return Edit(Span(site.span.file, func.name_start, end), name)


def _span(site: CallSite, node: ir.Node) -> Span:
    return Span(site.span.file, node.start, node.end)


def _is_status(value: object) -> bool:
    number = value.value if isinstance(value, Lit) else None
    return isinstance(number, int) and not isinstance(number, bool) and 100 <= number <= 599


def _text(value: object) -> str:
    return str(value.value) if isinstance(value, Lit) else "it"


def _is_query(flow: Flow, function: Function, target: ir.Expr) -> bool:
    if not isinstance(target, ir.Attr) or target.name != "query":
        return False
    value = flow.value(function, target.obj)
    return getattr(value, "path", "") == _REQ


def _registrations(web: Web) -> dict[Span, _Change]:
    """What fails when the app is put together."""
    found: dict[Span, _Change] = {}
    for group in web.everything:
        for route in group.routes:
            node = route.event.args.node
            if route.event.how == "del" and web.is_product(route.span) and node is not None:
                edits: tuple[Edit, ...] = ()
                if isinstance(node.func, ir.Attr) and node.func.name == "del":
                    start = node.func.name_start
                    edits = (Edit(Span(route.span.file, start, start + 3), "delete"),)
                found[route.span] = _Change("`del()` is gone in Express 5: the app does not start",
                                            "Call `delete`", edits, safe=True)  # fmt: skip
    for span, _ in web.machine.packages.get("express-async-errors", []):
        if web.is_product(span):
            found[span] = _Change("`express-async-errors` can't be loaded with Express 5, which "
                                  "passes rejections on by itself")  # fmt: skip
    return found
