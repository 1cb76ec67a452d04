"""Express: middlewares that stand at the wrong place of the chain.

Source: Express documentation, *Using middleware* ("The order of middleware loading is important");
API reference, ``req.body`` ("By default, it is undefined, and is populated when you use a
body-parsing middleware").
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from faceoff_lint import ir
from faceoff_lint.flow.calls import REQUEST, Flow
from faceoff_lint.flow.failures import Failures, Registration
from faceoff_lint.frameworks.events import Event
from faceoff_lint.model import Group, Handler, Row, Use, Web
from faceoff_lint.model.express_table import join_path, may_match
from faceoff_lint.model.handlers import PLAIN_LIBRARIES
from faceoff_lint.values import NO, YES, Builtin, External, Function, Tri, exclusive, options

__all__ = ["Order", "TooEarly", "TooLate"]

PARSERS = {
    "body-parser.json()", "body-parser.urlencoded()", "express.json()", "express.urlencoded()",
}  # fmt: skip
# Middlewares that do their work on what comes after them, and on nothing else.
BEFORE_ROUTES = {
    "body-parser", "compression", "cookie-parser", "cookie-session", "cors", "csurf",
    "express-fileupload", "express-mongo-sanitize", "express-rate-limit", "express-session",
    "express-slow-down", "helmet", "hpp", "lusca", "method-override", "passport", "xss-clean",
}  # fmt: skip
NO_PARSERS = PLAIN_LIBRARIES - {"express", "body-parser", "express-fileupload", "multer"}
BODY = REQUEST + ".body"


@dataclass(slots=True, eq=False)
class TooLate:
    """A middleware registered after routes that need it; ``all``: after every route it is for."""

    use: Use
    path: str
    rows: list[Row]
    all: bool


@dataclass(slots=True, eq=False)
class TooEarly:
    """A middleware that lets nothing through, and what is registered behind it."""

    use: Use
    behind: list[Registration]


class Order:
    """Answers about the order of one Express service."""

    def __init__(self, web: Web) -> None:
        self.web = web
        self.flow = Flow.of(web)
        self.failures = Failures.of(web)

    # --- too late ----------------------------------------------------------------------------

    def late(self) -> Iterator[TooLate]:
        """Library middlewares behind the routes that need them."""
        for group in self.web.everything:
            for use in group.uses if group.served is YES else ():
                if not self.web.is_product(use.span) or use.event.open:
                    continue
                paths = [h.value.path for h in use.handlers if isinstance(h.value, External)]
                before = self._before(use) if len(paths) == len(use.handlers) == 1 else []
                known = paths and paths[0].partition(".")[0].removesuffix("()") in BEFORE_ROUTES
                if before and (known or paths[0] in PARSERS):
                    yield from self._late(use, paths[0], before)

    def _late(self, use: Use, path: str, before: list[Row]) -> Iterator[TooLate]:
        if not self._anything_after(use):
            yield TooLate(use, path, before, True)
        elif path in PARSERS:
            reading = [row for row in before if self._reads_body(row) and self._unparsed(row)]
            if reading:
                yield TooLate(use, path, reading, False)

    def _before(self, use: Use) -> list[Row]:
        """The rows registered before ``use`` in its group or below it, which it would fit."""
        found = []
        for row in self.web.table:
            event, prefix = _seen_from(use.owner, row)
            if event is None or exclusive(event.conditions, use.event.conditions):
                continue
            if event.order >= use.event.order or not self._sure(event, use.event):
                continue
            if any(may_match(join_path(prefix, p), row.path) for p in use.paths):
                found.append(row)
        return found

    @staticmethod
    def _sure(first: Event, second: Event) -> bool:
        """Whether the order of two registrations is known."""
        return not (first.order[0] and second.order[0]) or first.span.file == second.span.file

    def _anything_after(self, use: Use) -> bool:
        """Whether a route, a router or a file server stands behind, or may stand there."""
        owner = use.owner
        if self.web.open or owner.native.escaped or not use.owner.is_app:
            return True
        order = use.event.order
        events = [*(r.event for r in owner.routes), *(m.event for m in owner.mounts)]
        if any(e.order >= order for e in events):
            return True
        later = [u for u in owner.uses if u.event.order >= order and u is not use]
        return any(not self._leftover(h) for u in later for h in u.handlers)

    def _leftover(self, handler: Handler) -> bool:
        """Whether a middleware is for what is left over: an error, a 404 page, more of the same."""
        if handler.is_error_handler:
            return True
        if handler.library in BEFORE_ROUTES:
            return True
        function = handler.function
        if function is None or not self.flow.responses.ends(handler):
            return False
        return any(
            isinstance(n, ir.Const) and n.value == 404
            for f in self.flow.reached([function])
            for n in ir.walk(f.node)
        )

    # --- the body ----------------------------------------------------------------------------

    def _reads_body(self, row: Row) -> bool:
        if set(row.methods) <= {"GET", "HEAD", "OPTIONS"}:
            return False
        functions = [f for h in row.route.handlers for f in self.flow.entered(h)]
        every = [*functions, *(c for f in functions for c in self.flow.closures(f))]
        return any(
            isinstance(n, ir.Attr)
            and n.name == "body"
            and any(isinstance(c, External) and c.path == BODY
                    for c in options(self.flow.value(f, n)))
            for f in every
            for n in ir.own(f.node)
        )  # fmt: skip

    def _unparsed(self, row: Row) -> bool:
        """Whether nothing on the way to a row's handler may parse the body."""
        steps = [s.handler for s in row.chain if s.kind != "wrapper"]
        return all(self._parses(handler) is NO for handler in [*steps, *row.route.handlers])

    def _parses(self, handler: Handler) -> Tri:
        value = handler.value
        if isinstance(value, External):
            known = handler.library in NO_PARSERS or value.path.startswith("express.static")
            return NO if known else YES
        function = handler.function
        if function is None or handler.wrappers:
            return YES if function is None else self._code_parses(function)
        return self._code_parses(function)

    def _code_parses(self, function: Function) -> Tri:
        """Whether code sets ``req.body``, or gives the request to something that may."""
        for inner in self.flow.reached([function]):
            for node in ir.own(inner.node):
                target = node.target if isinstance(node, ir.Assign) else None
                if isinstance(target, ir.Attr) and target.name == "body":
                    return YES
            for site in self.flow.calls(inner):
                given = site.args.all if site.args is not None else []
                whole = any(isinstance(c, External) and c.path == REQUEST
                            for v in given for c in options(v))  # fmt: skip
                if whole and not site.targets:
                    return YES
        return NO

    # --- too early ---------------------------------------------------------------------------

    def early(self) -> Iterator[TooEarly]:
        """Middlewares for every path that let nothing through, with routes behind them."""
        for group in self.web.everything:
            for use in group.uses if group.served is YES else ():
                if not self.web.is_product(use.span) or use.event.open or use.event.conditions:
                    continue
                if not any(p in ("", "/") for p in use.paths):
                    continue
                stops = [h for h in use.handlers if self._stops(h)]
                behind = list(self.failures.after(use)) if stops else []
                routes = [i for i in behind if not isinstance(i.entry, Use)]
                if routes:
                    yield TooEarly(use, routes)

    def _stops(self, handler: Handler) -> bool:
        if handler.is_error_handler is not False or isinstance(handler.value, Builtin):
            return False
        return not handler.meant_for_errors and self.flow.responses.ends(handler)

    def passport_first(self) -> Iterator[tuple[Use, Use]]:
        """``passport.session()`` and the session middleware that comes after it."""
        for group in self.web.everything:
            uses = [u for u in group.uses if self.web.is_product(u.span)]
            sessions = [u for u in uses if _is(u, ("express-session()", "cookie-session()"))]
            for use in uses:
                later = [s for s in sessions if s.event.order > use.event.order]
                if not _is(use, ("passport.session()",)) or use.event.conditions:
                    continue
                if later and later == sessions and self._sure(use.event, later[0].event):
                    yield use, later[0]


def _is(use: Use, paths: tuple[str, ...]) -> bool:
    values = [h.value for h in use.handlers]
    return any(isinstance(v, External) and v.path.replace(".default", "") in paths for v in values)


def _seen_from(group: Group, row: Row) -> tuple[Event | None, str]:
    """What a row hangs on in a group, and the group's own path; None when it isn't below it."""
    prefix = ""
    for mount in row.mounts:
        if mount.parent is group:
            return mount.event, prefix
        prefix = join_path(prefix, mount.prefix or "")
    return (row.route.event, prefix) if row.route.owner is group else (None, prefix)
