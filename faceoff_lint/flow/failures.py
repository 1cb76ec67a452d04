"""Express: which errors meet an error middleware, and which handlers can fail at all.

An error goes from the layer where it arose to the later layers of the same router, then to those
after the router's mount in its parent, and so on up to the app; there Express's default handler
takes it. Layers of other routers are never asked. (Express documentation, *Error handling*;
observed on Express 4.22 and 5.3.)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from faceoff_lint import ir
from faceoff_lint.flow.calls import NEXT, REQUEST, RESPONSE, CallSite, Flow
from faceoff_lint.flow.leaks import Leaks, Slot
from faceoff_lint.flow.wrappers import Outcome
from faceoff_lint.frameworks.events import Event
from faceoff_lint.model import Group, Route, Use, Web
from faceoff_lint.model.express_table import join_path, may_match
from faceoff_lint.values import (
    MAYBE,
    NO,
    YES,
    Builtin,
    External,
    Function,
    Tri,
    Wrapped,
    exclusive,
    options,
)

__all__ = ["Failures", "Registration"]

# Library middlewares that answer bad input with an error.
FAILING_LIBRARIES = {
    "express.json()", "express.urlencoded()", "express.raw()", "express.text()", "csurf()",
    "body-parser()", "body-parser.json()", "body-parser.urlencoded()", "celebrate.celebrate()",
    "multer().single()", "multer().array()", "multer().fields()", "multer().any()",
}  # fmt: skip
LOGGING = {"log", "info", "warn", "warning", "error", "debug", "trace", "verbose", "http"}
HARMLESS_ROOTS = ("js", "path", "url", "util", "chalk", "debug", "crypto")
THROWING = {"js.JSON.parse", "js.decodeURIComponent", "js.decodeURI", "js.fetch"}


@dataclass(slots=True, eq=False)
class Registration:
    """Handlers in one ``use`` or route, seen from a group above them.

    ``event``: what stands in that group: the registration itself, or the mount it is below.
    ``path``: as seen from that group.
    """

    event: Event
    entry: Route | Use
    path: str


class Failures:
    """Answers about errors for one Express service; ``Failures.of(web)`` is the one instance."""

    def __init__(self, web: Web) -> None:
        self.web = web
        self.flow = Flow.of(web)
        self.leaks = Leaks.of(web)

    @staticmethod
    def of(web: Web) -> Failures:
        """The analysis of a service, made at first use."""
        found = web.memo.get("failures")
        if not isinstance(found, Failures):
            found = web.memo["failures"] = Failures(web)
        return found

    # --- who hears an error ------------------------------------------------------------------

    def catchers(self, group: Group) -> Iterator[tuple[Use, Tri]]:
        """The uses of a group that are error middlewares in production: surely, or perhaps."""
        for use in group.uses:
            if not self.web.development_only(use.event.conditions):
                answers = [h.is_error_handler for h in use.handlers]
                if True in answers:
                    yield use, YES
                elif None in answers:
                    yield use, MAYBE

    def heard(self, group: Group, event: Event, path: str, *, anywhere: bool = False) -> Tri:
        """Whether an error arising at ``event`` of ``group`` meets an error middleware.

        ``path`` is as seen from the group. ``anywhere``: sure ones count wherever they stand in
        the groups on the way, before the event too, and so do those that are meant for errors
        but have the wrong number of parameters.
        """
        return self._heard(group, event, path, anywhere, ())

    def _heard(
        self, group: Group, event: Event, path: str, anywhere: bool, below: tuple[Group, ...]
    ) -> Tri:
        answers = [
            answer
            for use, answer in self.catchers(group)
            if any(may_match(p, path) for p in use.paths)
            and (use.event.order > event.order or (anywhere and answer is YES))
            and not exclusive(use.event.conditions, event.conditions)
        ]
        meant = anywhere and any(h.meant_for_errors for u in group.uses for h in u.handlers)
        if meant or any(c.native.escaped for c in (group, *group.merged)):
            answers.append(MAYBE)
        for mount in group.parents:
            if mount.parent not in below:
                above = join_path(mount.prefix or "", path)
                answers.append(
                    self._heard(mount.parent, mount.event, above, anywhere, (*below, group))
                )
        return YES if YES in answers else MAYBE if MAYBE in answers else NO

    def registrations(self, group: Group) -> Iterator[Registration]:
        """What is registered on a group and below it, error middlewares left out."""
        yield from self._below(group, None, "", ())

    def _below(
        self, group: Group, top: Event | None, prefix: str, above: tuple[Group, ...]
    ) -> Iterator[Registration]:
        entries: list[Route | Use] = [*group.routes, *group.uses]
        for entry in entries:
            if any(h.is_error_handler or h.meant_for_errors for h in entry.handlers):
                continue
            for path in entry.paths or [""]:
                yield Registration(top or entry.event, entry, join_path(prefix, path))
        for mount in group.mounts:
            if mount.child is not group and mount.child not in above:
                below = join_path(prefix, mount.prefix or "")
                yield from self._below(mount.child, top or mount.event, below, (*above, group))

    def after(self, use: Use) -> Iterator[Registration]:
        """What is surely registered after ``use`` in its group and can run in the same program.

        Both late (after an ``await``, in a callback) in different files: no order is sure.
        """
        for item in self.registrations(use.owner):
            first, second = use.event, item.event
            if second.order <= first.order or exclusive(first.conditions, second.conditions):
                continue
            if first.order[0] and first.span.file != second.span.file:
                continue
            if not any(may_match(path, item.path) for path in use.paths):
                continue
            if not self.web.development_only((*second.conditions, *item.entry.event.conditions)):
                yield item

    def final(self, use: Use) -> bool:
        """Whether an error middleware answers every error: it passes none on to later ones.

        ``next(err)`` where the headers are sent already is no passing on.
        """
        for handler in use.handlers:
            function = handler.function
            if function is None or not handler.is_error_handler:
                continue
            sent = _where_sent(function)
            sites = self.flow.calls(function)
            if not any(self._hands_on(s) and id(s.node) not in sent for s in sites):
                return True
        return False

    def title(self, item: Registration) -> str:
        """``GET /users/:id`` for a route, the name of what stands there for a middleware."""
        entry = item.entry
        if isinstance(entry, Route) and entry.handlers:
            return self.leaks.title(Slot(entry.handlers[-1], entry.owner, entry.event, entry))
        names = [h.name for h in entry.handlers if h.name not in ("?", "<anonymous>")]
        return names[0] if names else "a middleware"

    # --- what can fail -----------------------------------------------------------------------

    def can_fail(self, entry: Route | Use) -> Tri:
        """Whether some handler of a registration can hand an error to Express."""
        route = entry if isinstance(entry, Route) else None
        answers = [
            self._fails(Slot(handler, entry.owner, entry.event, route))
            for handler in entry.handlers
        ]
        return YES if YES in answers else MAYBE if MAYBE in answers else NO

    def _fails(self, slot: Slot) -> Tri:
        handler = slot.handler
        function = handler.function
        if function is None:
            value = handler.value
            return YES if isinstance(value, External) and value.path in FAILING_LIBRARIES else MAYBE
        reached = self.flow.reached([function])
        if any(self._hands_on(site) for f in reached for site in self.flow.calls(f)):
            return YES
        forwarded = self._forwarded(slot)
        if not forwarded:
            # What happens in async functions does not reach Express: EXP301's business.
            reached = [f for f in reached if not f.node.is_async]
        answers = [self._site(site) for f in reached for site in self.flow.calls(f)]
        if YES in answers or any(map(_throws, reached)):
            return YES
        if forwarded and self.flow.rejections.can_reject(function):
            return YES
        return MAYBE if MAYBE in answers or function.node.is_async else NO

    def _forwarded(self, slot: Slot) -> bool:
        verdict = self.leaks.verdict(slot)
        wrapped = slot.by_library or (verdict is not None and verdict.outcome is Outcome.FORWARDED)
        return wrapped or self.leaks.forwards(slot)

    def _hands_on(self, site: CallSite) -> bool:
        """``next(err)``, or ``next`` given to a callee that isn't the project's."""
        if site.args is None:
            return False
        if NEXT in site.paths:
            words = ("route", "router")
            return bool(site.args.pos) and site.args.literal(0) not in words
        given = any(isinstance(c, External) and c.path == NEXT
                    for v in site.args.all for c in options(v))  # fmt: skip
        return given and not site.targets

    def _site(self, site: CallSite) -> Tri:
        """Whether a call can throw."""
        if site.targets or NEXT in site.paths:
            return NO  # judged by their own bodies
        if not site.callees:
            return MAYBE
        return max((self._callee(c) for c in site.callees), key=(NO, MAYBE, YES).index)

    @staticmethod
    def _callee(callee: object) -> Tri:
        if isinstance(callee, (Builtin, Function, Wrapped)):
            return NO
        if not isinstance(callee, External):
            return MAYBE
        path = callee.path.removesuffix("()")
        root, name = path.split(".")[0].removesuffix("()"), path.rpartition(".")[2]
        if path in THROWING:
            return YES
        if path.startswith((REQUEST, RESPONSE)) or root in HARMLESS_ROOTS or name in LOGGING:
            return NO
        return YES


def _throws(function: Function) -> bool:
    """Whether a function's own body throws outside of every ``try`` that catches."""
    guarded = {
        id(n)
        for t in ir.own(function.node)
        if isinstance(t, ir.Try) and t.handlers
        for statement in t.body
        for n in ir.walk(statement)
    }
    return any(isinstance(n, ir.Throw) and id(n) not in guarded for n in ir.own(function.node))


def _where_sent(function: Function) -> set[int]:
    """The nodes that depend on ``res.headersSent``."""
    found: set[int] = set()
    for node in ir.own(function.node):
        test: ir.Expr | None = None
        if isinstance(node, (ir.If, ir.Cond)):
            test = node.test
        elif isinstance(node, ir.Logical):
            test = node.left
        if test is not None and any(
            isinstance(n, ir.Attr) and n.name in ("headersSent", "_header") for n in ir.walk(test)
        ):
            found.update(id(n) for n in ir.walk(node))
    return found
