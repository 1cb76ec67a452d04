"""Path-sensitive walks over one function body: what has happened when control leaves it.

``explore`` runs a body with states of the caller's own making. It splits at conditions, goes round
loops until nothing new comes, sends what is thrown inside a ``try`` to its handlers, and leaves out
paths that contradict themselves: ``if (a) …; if (!a) …`` has two paths, not four.
"""

from __future__ import annotations

import enum
import itertools
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeAlias, TypeVar

from faceoff_lint import ir
from faceoff_lint.flow.facts import Facts, assume, forget

__all__ = ["Exit", "Jump", "explore"]

S = TypeVar("S", bound=Hashable)

MAX_STATES = 48
MAX_ROUNDS = 12
CATCH_ALL = {"Exception", "BaseException"}


class Jump(enum.Enum):
    """What a step may return in place of a state."""

    THROW = "throw"
    """The expression always throws: ``abort(404)``."""
    HALT = "halt"
    """Control never comes back, and nobody catches it: ``process.exit()``."""


@dataclass(frozen=True, slots=True)
class Exit(Generic[S]):
    """One way out of the body.

    ``node``: the ``Return``, or the ``Throw`` or expression that throws; None at the body's end.
    """

    how: Literal["end", "return", "throw"]
    node: ir.Node | None
    state: S


Step: TypeAlias = "Callable[[ir.Node, S], S | Jump]"
Assume: TypeAlias = "Callable[[ir.Expr, bool, S], S | None]"

# A caller's state with what the path has decided so far.
_Point: TypeAlias = "tuple[S, Facts]"


def explore(
    body: list[ir.Stmt],
    start: S,
    step: Step[S],
    *,
    assuming: Assume[S] | None = None,
    thrown: Callable[[ir.Node, S], S | None] | None = None,
) -> list[Exit[S]] | None:
    """Every way out of a body with the state it is left in; None when there are too many.

    ``step(node, state)`` is called in order of evaluation for every expression (its operands come
    first; functions and classes written inside are not entered) and for ``Return``, ``Throw``,
    ``Declare``, ``FuncDecl``, ``ClassDecl``, ``Delete`` and the ``Handler`` being entered.
    States are hashable and few: a walk with more than ``MAX_STATES`` at one place is given up.

    ``assuming(test, truth, state)`` is called for each atomic condition (``not``, ``and`` and
    ``or`` are taken apart) and may refine the state; None means that the path can't be taken.

    ``thrown(node, state)`` gives the state in which a call or ``await`` inside a ``try`` throws:
    by default the state before the call. None: it does not throw. What calls throw outside of any
    ``try`` is not listed; ``Throw`` statements and ``Jump.THROW`` are.
    """
    walk = _Walk(step, assuming, thrown)
    walk.shared = _changed_elsewhere(body)
    try:
        out = walk.block(body, {(start, frozenset())})
    except _TooManyError:
        return None
    exits: dict[Exit[S], None] = {Exit("end", None, s): None for s, _ in out.normal}
    exits |= {Exit("return", node, s): None for node, (s, _) in out.returns}
    exits |= {Exit("throw", node, s): None for node, (s, _), sure in out.throws if sure}
    # Sets of nodes are in the order of memory: two runs would differ.
    return sorted(exits, key=_place)


def _place(way: Exit[S]) -> tuple[int, int]:
    return (way.node.start, way.node.end) if way.node is not None else (-1, -1)


class _TooManyError(Exception):
    """More states than are followed."""


@dataclass(slots=True)
class _Out(Generic[S]):
    """Where control goes from a piece of code."""

    normal: set[_Point[S]] = field(default_factory=set)
    breaks: set[tuple[str, _Point[S]]] = field(default_factory=set)
    continues: set[tuple[str, _Point[S]]] = field(default_factory=set)
    returns: set[tuple[ir.Node, _Point[S]]] = field(default_factory=set)
    throws: set[tuple[ir.Node, _Point[S], bool]] = field(default_factory=set)

    def leave(self, other: _Out[S]) -> None:
        """Take over another's ways out, all but the normal one."""
        self.breaks |= other.breaks
        self.continues |= other.continues
        self.returns |= other.returns
        self.throws |= other.throws


class _Walk(Generic[S]):
    def __init__(
        self,
        step: Step[S],
        assuming: Assume[S] | None,
        thrown: Callable[[ir.Node, S], S | None] | None,
    ) -> None:
        self.step = step
        self.assuming = assuming
        self.thrown = thrown
        # What is thrown by the expression being evaluated goes to the innermost statement.
        self.throws: set[tuple[ir.Node, _Point[S], bool]] = set()
        self.tries = 0
        # Variables that closures change.
        self.shared: set[str] = set()

    # --- statements ----------------------------------------------------------------------------

    def block(self, body: Iterable[ir.Stmt], points: set[_Point[S]]) -> _Out[S]:
        out: _Out[S] = _Out(points)
        for statement in body:
            if not out.normal:
                break
            done = self.statement(statement, self._few(out.normal))
            out.leave(done)
            out.normal = done.normal
        return out

    def statement(self, node: ir.Stmt, points: set[_Point[S]], label: str = "") -> _Out[S]:
        outer, self.throws = self.throws, set()
        out = self._statement(node, points, label)
        out.throws |= self.throws
        self.throws = outer
        return out

    def _statement(self, node: ir.Stmt, points: set[_Point[S]], label: str) -> _Out[S]:
        out: _Out[S] = _Out()
        match node:
            case ir.ExprStmt():
                out.normal = self.value(node.value, points)
            case ir.Declare():
                points = self.value(node.value, points)
                points = self._bind(node.target, points) if node.value is not None else points
                out.normal = self._step(node, self._initial(node, points))
            case ir.Return():
                done = self._step(node, self.value(node.value, points))
                out.returns = {(node, p) for p in done}
            case ir.Throw():
                done = self._step(node, self.value(node.value, points))
                out.throws = {(node, p, True) for p in done}
            case ir.Break():
                out.breaks = {(node.label, p) for p in points}
            case ir.Continue():
                out.continues = {(node.label, p) for p in points}
            case ir.If():
                yes, no = self.test(node.test, points)
                first, second = self.block(node.body, yes), self.block(node.orelse, no)
                out.leave(first)
                out.leave(second)
                out.normal = first.normal | second.normal
            case ir.While() | ir.For():
                out = self._loop(node, points, label)
            case ir.Try():
                out = self._try(node, points)
            case ir.With():
                out = self._with(node, points)
            case ir.Switch():
                out = self._switch(node, points)
            case ir.Block():
                inner = node.body
                if node.label and len(inner) == 1 and isinstance(inner[0], (ir.While, ir.For)):
                    out = self.statement(inner[0], points, node.label)
                else:
                    out = self.block(inner, points)
                out.normal |= {p for name, p in out.breaks if name and name == node.label}
                out.breaks = {b for b in out.breaks if not b[0] or b[0] != node.label}
            case ir.Delete():
                for target in node.targets:
                    points = self._bind(target, points)
                out.normal = self._step(node, points)
            case ir.FuncDecl() | ir.ClassDecl():
                out.normal = self._step(node, points)
            case ir.Export():
                out.normal = self.value(node.value, points)
            case _:
                out.normal = points
        return out

    def _loop(self, node: ir.While | ir.For, points: set[_Point[S]], label: str) -> _Out[S]:
        out: _Out[S] = _Out()
        if isinstance(node, ir.For):
            points = self.value(node.iterable, points)
        else:
            first = self.block(node.init, points)
            out.leave(first)
            points = first.normal
        heads: set[_Point[S]] = set()
        leaving: set[_Point[S]] = set()
        fresh, entered = points, isinstance(node, ir.While) and node.post
        for round_ in itertools.count():
            heads |= fresh
            if entered:
                inside, entered = fresh, False
            elif isinstance(node, ir.For):
                inside = self._bind(node.target, fresh)
                leaving |= fresh
            else:
                inside, outside = self.test(node.test, fresh)
                leaving |= outside
            done = self.block(node.body, inside)
            out.returns |= done.returns
            out.throws |= done.throws
            out.normal |= {p for name, p in done.breaks if name in ("", label)}
            out.breaks |= {b for b in done.breaks if b[0] not in ("", label)}
            again = done.normal | {p for name, p in done.continues if name in ("", label)}
            out.continues |= {c for c in done.continues if c[0] not in ("", label)}
            if isinstance(node, ir.While):
                again = self.value(node.update, again)
            if round_ >= 2:
                # What was decided in one round says nothing of the next.
                again = {(s, frozenset()) for s, _ in again}
            fresh = self._few(again) - heads
            if not fresh:
                break
            if round_ > MAX_ROUNDS:
                raise _TooManyError
        ended = self.block(node.orelse, self._few(leaving))
        out.leave(ended)
        out.normal |= ended.normal
        return out

    def _switch(self, node: ir.Switch, points: set[_Point[S]]) -> _Out[S]:
        out: _Out[S] = _Out()
        rest = self.value(node.subject, points)
        entries: list[set[_Point[S]]] = []
        for case in node.cases:
            entered: set[_Point[S]] = set()
            for test in case.tests:
                if isinstance(test, ir.Opaque):
                    for part in test.parts:
                        rest = self._bind(part, rest)
                    entered |= rest
                else:
                    equal = ir.Binary(test.start, test.end, "==", node.subject, test)
                    entered |= self._assume(equal, True, rest)
                    rest = self._assume(equal, False, rest)
            if case.guard is not None:
                source = entered if case.tests else rest
                entered, missed = self.test(case.guard, source)
                rest = rest | missed
            entries.append(entered)
        default = next((i for i, c in enumerate(node.cases) if not c.tests and not c.guard), None)
        if default is not None:
            entries[default] = rest
            rest = set()
        elif _both_sides(node):
            rest = set()
        falling: set[_Point[S]] = set()
        for case, entered in zip(node.cases, entries, strict=True):
            done = self.block(case.body, self._few(entered | falling))
            out.returns |= done.returns
            out.throws |= done.throws
            out.continues |= done.continues
            if node.falls:
                out.normal |= {p for name, p in done.breaks if not name}
                out.breaks |= {b for b in done.breaks if b[0]}
                falling = done.normal
            else:
                out.breaks |= done.breaks
                out.normal |= done.normal
        out.normal |= falling | rest
        return out

    def _with(self, node: ir.With, points: set[_Point[S]]) -> _Out[S]:
        for item in node.items:
            points = self.value(item.context, points)
            if item.target is not None:
                points = self._bind(item.target, points)
        swallows = any(
            isinstance(n, (ir.Name, ir.Attr)) and (n.id if isinstance(n, ir.Name) else n.name)
            in ("suppress", "raises")
            for item in node.items for n in ir.walk(item.context)
        )  # fmt: skip
        self.tries += swallows
        out = self.block(node.body, points)
        self.tries -= swallows
        if swallows:
            out.normal |= {p for _, p, _ in out.throws}
        return out

    def _try(self, node: ir.Try, points: set[_Point[S]]) -> _Out[S]:
        self.tries += 1
        body = self.block(node.body, points)
        self.tries -= 1
        inner = self.tries + (node.final is not None)
        self.tries, outer = inner, self.tries
        out: _Out[S] = _Out()
        thrown, body.throws = (body.throws, set()) if node.handlers else (set(), body.throws)
        out.leave(body)
        done = self.block(node.orelse, body.normal)
        out.leave(done)
        out.normal = done.normal
        if thrown:
            caught = {p for _, p, _ in thrown}
            for handler in node.handlers:
                entered = caught
                if handler.target is not None:
                    entered = self._bind(handler.target, entered)
                done = self.block(handler.body, self._few(self._step(handler, entered)))
                out.leave(done)
                out.normal |= done.normal
            if not any(map(_catches_all, node.handlers)):
                out.throws |= thrown
        self.tries = outer
        return out if node.final is None else self._finally(node.final, out)

    def _finally(self, final: list[ir.Stmt], out: _Out[S]) -> _Out[S]:
        """Run ``finally`` on every way out; it goes on as before unless it leaves by itself."""
        after: _Out[S] = _Out()

        def through(points: set[_Point[S]]) -> set[_Point[S]]:
            done = self.block(final, self._few(points))
            after.leave(done)
            return done.normal

        after.normal = through(out.normal)
        for name in {n for n, _ in out.breaks}:
            after.breaks |= {(name, p) for p in through({p for n, p in out.breaks if n == name})}
        for name in {n for n, _ in out.continues}:
            points = {p for n, p in out.continues if n == name}
            after.continues |= {(name, p) for p in through(points)}
        for node in {n for n, _ in out.returns}:
            after.returns |= {(node, p) for p in through({p for n, p in out.returns if n is node})}
        for node, sure in {(n, sure) for n, _, sure in out.throws}:
            points = {p for n, p, s in out.throws if n is node and s == sure}
            after.throws |= {(node, p, sure) for p in through(points)}
        return after

    # --- expressions ---------------------------------------------------------------------------

    def value(self, node: ir.Expr | None, points: set[_Point[S]]) -> set[_Point[S]]:
        """Evaluate an expression."""
        if node is None or not points:
            return points
        match node:
            case ir.Func() | ir.Class():
                for decorator in node.decorators:
                    points = self.value(decorator, points)
            case ir.Logical(op="??"):
                left = self.value(node.left, points)
                points = left | self.value(node.right, left)
            case ir.Logical():
                yes, no = self.test(node.left, points)
                going, short = (yes, no) if node.op == "and" else (no, yes)
                points = short | self.value(node.right, going)
            case ir.Cond():
                yes, no = self.test(node.test, points)
                points = self.value(node.body, yes) | self.value(node.orelse, no)
            case ir.Assign():
                for part in ir.children(node.target):
                    points = self._any(part, points)
                points = self._bind(node.target, self.value(node.value, points))
            case ir.Comprehension():
                for clause in node.clauses:
                    points = self._bind(clause.target, self.value(clause.iterable, points))
                    for condition in clause.conditions:
                        points = points | self.value(condition, points)
                points = points | self.value(node.element, self.value(node.key, points))
            case ir.Unary(op="++" | "--"):
                points = self._bind(node.value, self.value(node.value, points))
            case _:
                for child in ir.children(node):
                    points = self._any(child, points)
        return self._step(node, self._few(points))

    def _any(self, node: ir.Node, points: set[_Point[S]]) -> set[_Point[S]]:
        if isinstance(node, ir.Expr):
            return self.value(node, points)
        for child in ir.children(node):
            points = self._any(child, points)
        return points

    def test(
        self, node: ir.Expr | None, points: set[_Point[S]]
    ) -> tuple[set[_Point[S]], set[_Point[S]]]:
        """Evaluate a condition: the points where it holds, and where it doesn't."""
        match node:
            case None:
                return points, set()
            case ir.Unary(op="not"):
                yes, no = self.test(node.value, points)
                return no, yes
            case ir.Logical(op="and"):
                yes, no = self.test(node.left, points)
                both, neither = self.test(node.right, yes)
                return both, no | neither
            case ir.Logical(op="or"):
                yes, no = self.test(node.left, points)
                either, neither = self.test(node.right, no)
                return yes | either, neither
            case ir.Const():
                return (points, set()) if node.value else (set(), points)
        points = self.value(node, points)
        return self._assume(node, True, points), self._assume(node, False, points)

    def _assume(self, test: ir.Expr, truth: bool, points: set[_Point[S]]) -> set[_Point[S]]:
        found: set[_Point[S]] = set()
        for state, facts in points:
            known = assume(facts, test, truth)
            if known is None:
                continue
            refined = state if self.assuming is None else self.assuming(test, truth, state)
            if refined is not None:
                found.add((refined, known))
        return found

    def _initial(self, node: ir.Declare, points: set[_Point[S]]) -> set[_Point[S]]:
        """``let token;`` is undefined and ``let ok = false`` false, until they are assigned."""
        target, value = node.target, node.value
        if not isinstance(target, ir.Name) or target.id in self.shared or node.kind == "var":
            return points
        if value is None:
            value = ir.Name(node.start, node.start, "undefined")
        elif not isinstance(value, ir.Const):
            return points
        equal = ir.Binary(node.start, node.end, "===", target, value)
        known = ((state, assume(facts, equal, True)) for state, facts in points)
        return {(state, facts) for state, facts in known if facts is not None}

    @staticmethod
    def _bind(target: ir.Node, points: set[_Point[S]]) -> set[_Point[S]]:
        return {(state, forget(facts, target)) for state, facts in points}

    def _step(self, node: ir.Node, points: set[_Point[S]]) -> set[_Point[S]]:
        after: set[_Point[S]] = set()
        may_throw = self.tries and isinstance(node, (ir.Call, ir.Await, ir.Yield))
        for state, facts in points:
            if may_throw:
                broken = state if self.thrown is None else self.thrown(node, state)
                if broken is not None:
                    self.throws.add((node, (broken, facts), False))
            stepped = self.step(node, state)
            if stepped is Jump.THROW:
                self.throws.add((node, (state, facts), True))
            elif not isinstance(stepped, Jump):
                after.add((stepped, facts))
        return after

    @staticmethod
    def _few(points: set[_Point[S]]) -> set[_Point[S]]:
        """Keep the number of points in bounds: what they decided differently is forgotten first."""
        if len(points) <= MAX_STATES:
            return points
        merged: dict[S, Facts] = {}
        for state, facts in points:
            merged[state] = merged[state] & facts if state in merged else facts
        if len(merged) > MAX_STATES:
            raise _TooManyError
        return set(merged.items())


def _changed_elsewhere(body: list[ir.Stmt]) -> set[str]:
    """The names that functions written inside a body assign to."""
    inner = (n for s in body for f in ir.find(s, ir.Func) for n in ir.walk(f))
    targets = [
        n.target if isinstance(n, ir.Assign) else n.value
        for n in inner
        if isinstance(n, ir.Assign) or (isinstance(n, ir.Unary) and n.op in ("++", "--"))
    ]
    return {n.id for t in targets for n in ir.find(t, ir.Name)}


def _both_sides(node: ir.Switch) -> bool:
    """``match a in b:`` with a case for True and one for False is meant to leave nothing out."""
    tests = [t for c in node.cases if c.guard is None for t in c.tests]
    values = [t.value for t in tests if isinstance(t, ir.Const)]
    return any(v is True for v in values) and any(v is False for v in values)


def _catches_all(handler: ir.Handler) -> bool:
    """``catch``, ``except:``, ``except Exception``."""
    if handler.type is None:
        return True
    return any(isinstance(n, ir.Name) and n.id in CATCH_ALL for n in ir.walk(handler.type))
