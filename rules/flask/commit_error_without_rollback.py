"""FLK603; paths are walked by ``faceoff_lint.flow.paths``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from faceoff_lint.rule import (
    DATABASE,
    ERROR,
    SAFE,
    CallSite,
    ClassValue,
    Code,
    Edit,
    Finding,
    Fix,
    Flow,
    Function,
    Jump,
    Related,
    Span,
    Web,
    explore,
    ir,
    is_query,
    is_session,
    rule,
)

_WRITES = {"commit", "flush"}
_MENDS = {"rollback", "close", "remove", "expunge_all", "begin_nested"}
_USES = {"execute", "scalar", "scalars", "get", "merge", "refresh", *_WRITES}
_READS = {"first", "all", "one", "one_or_none", "count", "get", "scalar", "delete", "update",
          "first_or_404", "get_or_404", "paginate", "exists"}  # fmt: skip
_LOGS = {"debug", "info", "warning", "error", "exception", "print", "flash", "append", "str",
         "format", "capture_exception"}  # fmt: skip
_DATABASE_ERRORS = {
    "Exception", "BaseException", "SQLAlchemyError", "IntegrityError", "DBAPIError", "DataError",
    "OperationalError", "InvalidRequestError", "StatementError", "DatabaseError",
    "ProgrammingError",
}  # fmt: skip


@rule(
    "FLK603",
    practice=DATABASE,
    severity=ERROR,
    why="After a failed flush the session refuses everything until it is rolled back.",
    help="Roll back first thing in the `except`.",
    fixable="safe",
)
def commit_error_without_rollback(web: Web) -> Iterator[Finding]:
    """A commit that failed is caught without a rollback, and the session is used again."""
    code, flow = Code.of(web), Flow.of(web)
    seen: set[int] = set()
    for place in code.calls(tuple(_WRITES)):
        function = code.function(place.chain)
        if function is None or id(function.node) in seen:
            continue
        seen.add(id(function.node))
        if not any(isinstance(n, ir.Try) for n in ir.own(function.node)):
            continue
        walk = _Walk(flow, function)
        for again, handler in walk.found():
            span = Span(function.module.path, again.start, again.end)
            start = handler.body[0].start if handler.body else handler.start
            yield Finding(
                span,
                "the session is used again after a commit that failed: PendingRollbackError",
                label="the session still waits for a rollback",
                related=(
                    Related(Span(span.file, handler.start, start), "caught without a rollback"),
                ),
                fix=_fix(web, walk, handler),
            )


@dataclass
class _Walk:
    """One function: the state is the handler that caught a failed commit, or 0."""

    flow: Flow
    function: Function
    session: str = ""
    hits: dict[int, tuple[ir.Node, ir.Handler]] = field(default_factory=dict)

    def found(self) -> list[tuple[ir.Node, ir.Handler]]:
        """The first use behind each handler that neither rolls back nor leaves."""
        sites = {id(s.node): s for s in self.flow.calls(self.function)}
        handlers = {id(n): n for n in ir.own(self.function.node)
                    if isinstance(n, ir.Handler)}  # fmt: skip
        failed = -1

        def thrown(node: ir.Node, state: int) -> int | None:
            site = sites.get(id(node))
            return failed if site is not None and self._writes(site) else state

        def step(node: ir.Node, state: int) -> int | Jump:
            if isinstance(node, ir.Handler):
                if state == failed:
                    return id(node) if _catches(node) else Jump.HALT
                return state
            site = sites.get(id(node))
            if site is None or state <= 0:
                return state
            if self._uses(site):
                self.hits.setdefault(state, (site.node, handlers[state]))
                return 0
            return 0 if self._may_mend(site) else state

        if explore(self.function.node.body, 0, step, thrown=thrown) is None:
            return []
        return list(self.hits.values())

    def _writes(self, site: CallSite) -> bool:
        func = site.node.func
        if not isinstance(func, ir.Attr) or func.name not in _WRITES:
            return False
        return is_session(self.flow.value(self.function, func.obj))

    def _uses(self, site: CallSite) -> bool:
        func = site.node.func
        if not isinstance(func, ir.Attr):
            return False
        value = self.flow.value(self.function, func.obj)
        return (func.name in _USES and is_session(value)) or (
            func.name in _READS and is_query(value)
        )

    @staticmethod
    def _may_mend(site: CallSite) -> bool:
        """Whether a call rolls back, or can't be seen to leave the session alone."""
        func = site.node.func
        name = (
            func.name if isinstance(func, ir.Attr) else func.id if isinstance(func, ir.Name) else ""
        )
        if name in _MENDS or site.targets:
            return True
        if any(isinstance(callee, ClassValue) for callee in site.callees):
            return False  # a row is made
        return not site.paths and name not in _LOGS


def _catches(handler: ir.Handler) -> bool:
    if handler.type is None:
        return True
    return any(
        (n.id if isinstance(n, ir.Name) else n.name) in _DATABASE_ERRORS
        for n in ir.walk(handler.type)
        if isinstance(n, (ir.Name, ir.Attr))
    )


def _fix(web: Web, walk: _Walk, handler: ir.Handler) -> Fix | None:
    """``session.rollback()`` as the handler's first statement, where the commit names a session."""
    if not handler.body:
        return None
    names = {
        web.text(Span(walk.function.module.path, s.node.func.obj.start, s.node.func.obj.end))
        for s in walk.flow.calls(walk.function)
        if isinstance(s.node.func, ir.Attr) and s.node.func.name in _WRITES
    }
    first = Span(walk.function.module.path, handler.body[0].start, handler.body[0].start)
    indent = web.indent(first)
    if len(names) != 1 or indent is None:
        return None
    edit = Edit(first, f"{names.pop()}.rollback()\n{indent}")
    return Fix("Roll back first", (edit,), SAFE)
