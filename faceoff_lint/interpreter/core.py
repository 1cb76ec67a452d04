"""The abstract machine: scopes and writes, branches, calls, budgets.

``Machine`` walks IR with abstract values. It takes both sides of a condition it can't decide,
unrolls loops over known collections, gives ``Unknown`` for the rest, and always ends: a run has a
budget of steps, a depth limit, and a limit on entering one function from itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from faceoff_lint import ir
from faceoff_lint.interpreter import (
    branches,
    entering,
    expressions,
    members,
    objects,
    statements,
    targets,
    tracing,
)
from faceoff_lint.interpreter.escaping import escape
from faceoff_lint.interpreter.state import Frame, Loader, Model, Trace
from faceoff_lint.source import Span
from faceoff_lint.values import (
    MISSING,
    UNKNOWN,
    Builtin,
    CallArgs,
    ClassValue,
    Condition,
    Env,
    External,
    Function,
    Instance,
    ModuleRecord,
    Native,
    SuperValue,
    UnionValue,
    Value,
    Wrapped,
    options,
    union,
)

__all__ = ["Machine"]

# Steps that a callback may take that touches no framework object.
CALLBACK_STEPS = 20_000
# Rounds that a loop and all loops inside it may take together: three of 400 items each, one in the
# other, would be 64 million.
LOOP_ROUNDS = 10_000
# How many calls, of whatever, may be open at once: a wrapper of a wrapper of a wrapper … is a call
# each, without a project function that would count.
MAX_CALLS = 2_000


class Machine:
    """The abstract interpreter for one service."""

    def __init__(self, loader: Loader, budget: int = 2_000_000) -> None:
        self.loader = loader
        self.models: dict[str, Model] = {}
        self.late_bound: dict[str, Callable[[Machine, External], Value | None]] = {}
        self.budget = self.given = budget
        self.exhausted = False
        self.fuse: int | None = None
        self.recorded = self.recorded_before = 0
        self.gave_up: list[tuple[str, Span]] = []
        self.open_world: list[tuple[str, Span]] = []
        self.frames: list[Frame] = []
        self.conditions: list[Condition] = []
        self.journal: list[tuple[dict[Any, Any], object, Any]] | None = None
        self.rounds: int | None = None  # what is left to the loops under execution
        self.late = 0
        self.calls = 0
        self.sequence = 0
        self.starts: list[int] = []  # when each function that nobody calls was entered
        self.reaching = False
        self.deferred: list[tuple[Value, CallArgs, list[Condition], Frame]] = []
        self.entered: set[int] = set()
        self.spent: dict[int, int] = {}
        self.registering: set[int] = set()  # functions under which something was recorded
        self.natives: list[Native] = []
        self.trace: Trace | None = None
        self.trace_base = 0
        self.external_calls: list[External] = []
        self.packages: dict[str, list[tuple[Span, tuple[int, int]]]] = {}
        self.functions: list[Function] = []
        self.classes: list[ClassValue] = []
        self.assign_span = Span("", 0, 0)
        self.instances: dict[int, Instance] = {}
        self.results: dict[object, tuple[Value, object]] = {}

    # --- places ------------------------------------------------------------------------------

    @property
    def frame(self) -> Frame:
        """The innermost frame."""
        return self.frames[-1]

    @property
    def javascript(self) -> bool:
        """Whether the code under execution is JavaScript."""
        return self.frames[-1].module.language == "javascript"

    def span(self, node: ir.Node) -> Span:
        """The place of a node of the module under execution."""
        return Span(self.frames[-1].module.path, node.start, node.end)

    def push(self, env: Env, module: ModuleRecord) -> None:
        """Begin a frame of a module's own code; the caller pops it."""
        self.frames.append(Frame(env, module))

    def tick(self) -> int:
        """The next number in registration order."""
        self.sequence += 1
        return self.sequence

    @property
    def steps(self) -> int:
        """How many steps have been used."""
        return self.given - self.budget

    def step(self, cost: int = 1) -> bool:
        """Spend budget; False when none is left."""
        self.budget -= cost
        if self.fuse is not None and self.budget < self.fuse:
            if self.recorded == self.recorded_before:
                return False
            self.fuse = None
        if self.budget <= 0:
            if not self.exhausted:
                self.exhausted = True
                self.give_up("the budget of steps ran out")
            return False
        return True

    @contextmanager
    def fused(self, steps: int) -> Iterator[None]:
        """Stop what runs inside after so many steps, unless it has touched a framework object.

        For code that may or may not be set-up code: jobs, callbacks, functions nobody called.
        """
        outer = (self.fuse, self.recorded_before)
        self.fuse, self.recorded_before = self.budget - steps, self.recorded
        try:
            yield
        finally:
            self.fuse, self.recorded_before = outer

    @contextmanager
    def looping(self) -> Iterator[None]:
        """Run a loop: it shares its rounds with the loop it is in, wherever that stands."""
        outermost = self.rounds is None
        if outermost:
            self.rounds = LOOP_ROUNDS
        try:
            yield
        finally:
            if outermost:
                self.rounds = None

    def round(self, span: Span) -> bool:
        """Begin a round of a loop; False when too many were taken, and the rest stays unknown."""
        assert self.rounds is not None
        if self.rounds == 0:
            self.give_up("loops take more rounds than are followed", span)
            return False
        self.rounds -= 1
        return True

    def give_up(self, reason: str, span: Span | None = None) -> None:
        """Note that something was left unknown, and where."""
        if span is None and self.frames:
            span = Span(self.frames[-1].module.path, 0, 0)
        if len(self.gave_up) < 1000:
            self.gave_up.append((reason, span or Span("", 0, 0)))

    def open_up(self, reason: str, span: Span) -> None:
        """Note that registrations may happen that the analysis can't see."""
        if self.trace is None and len(self.open_world) < 1000:
            self.open_world.append((reason, span))

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Run something once and for all: no branch undoes it, and it is no part of a trace."""
        saved = (self.trace, self.frames, self.journal, self.conditions)
        rounds, self.rounds = self.rounds, None
        self.trace, self.frames, self.journal, self.conditions = None, [], None, []
        budget, fuse = self.budget, self.fuse
        self.fuse = None
        try:
            yield
        finally:
            self.trace, self.frames, self.journal, self.conditions = saved
            self.rounds = rounds
            # What a module costs is not the cost of whoever imports it first.
            self.fuse = None if fuse is None else fuse - (budget - self.budget)

    @property
    def recording(self) -> bool:
        """Whether framework objects should record what happens (not while tracing)."""
        return self.trace is None

    # --- writes and branches -----------------------------------------------------------------

    def scope(self, parent: Env, kind: str) -> Env:
        """A new scope; one made while tracing outlives the trace, for the closures over it."""
        env = Env(parent, kind)
        if self.trace is not None:
            self.trace.scopes[id(env.vars)] = env
        return env

    def store(self, mapping: dict[Any, Any], key: object, value: Value) -> None:
        """``mapping[key] = value``, undone when an undecided branch is left."""
        if self.journal is not None:
            self.journal.append((mapping, key, mapping.get(key, MISSING)))
        mapping[key] = value

    def fork(self, runs: list[Callable[[], str | None]]) -> list[str | None]:
        """Run alternatives from one state and merge what they leave behind.

        Gives how each ended: None (normally) or ``return``, ``throw``, ``break``, ``continue``.
        """
        return branches.fork(self, runs)

    @contextmanager
    def under(self, condition: Condition) -> Iterator[None]:
        """Everything recorded inside depends on ``condition``."""
        self.conditions.append(condition)
        depth = len(self.conditions)
        try:
            yield
        finally:
            del self.conditions[depth - 1 :]

    # --- evaluation --------------------------------------------------------------------------

    def eval(self, node: ir.Expr, env: Env) -> Value:
        """The value of an expression."""
        self.budget -= 1
        # The rest of ``step`` is for who has a fuse, or no budget left: most have neither.
        if (self.fuse is not None or self.budget <= 0) and not self.step(0):
            return UNKNOWN
        value = expressions.EVALUATE[type(node)](self, node, env)
        trace = self.trace
        if trace is not None and len(self.frames) == self.trace_base:
            trace.values[id(node)] = value
        return value

    def run_block(self, body: list[ir.Stmt], env: Env) -> str | None:
        """Execute statements; None, or how the block was left early."""
        return statements.run_block(self, body, env)

    def assign(self, target: ir.Expr, value: Value, env: Env, declare: str = "") -> None:
        """Bind a target (a name, an attribute, a pattern) to a value."""
        targets.assign(self, target, value, env, declare)

    def get_attr(self, value: Value, name: str, span: Span | None = None) -> Value:
        """``value.name``."""
        return members.get_attr(self, value, name, span)

    # --- calls -------------------------------------------------------------------------------

    def call(self, callee: Value, call: CallArgs) -> Value:
        """Call a value."""
        if self.calls >= MAX_CALLS or not self.step():
            return UNKNOWN
        self.calls += 1
        try:
            return self._call(callee, call)
        finally:
            self.calls -= 1

    def _call(self, callee: Value, call: CallArgs) -> Value:
        if isinstance(callee, Function):
            if call.new and self.javascript:
                return objects.construct_function(self, callee, call)
            return entering.enter(self, callee, call)
        if isinstance(callee, Builtin):
            return callee.run(self, call)
        if isinstance(callee, Native):
            return callee.call(self, call)
        if isinstance(callee, External):
            return self.call_external(callee, call)
        if isinstance(callee, ClassValue):
            return objects.instantiate(self, callee, call)
        if isinstance(callee, UnionValue):
            return self.call_choices(callee, call)
        if isinstance(callee, Wrapped):
            return self.call_wrapped(callee, call)
        if isinstance(callee, Instance):
            return objects.call_instance(self, callee, call)
        if isinstance(callee, SuperValue):
            return objects.call_super(self, callee, call)
        self.escape_all(call)
        self.run_callbacks(call)
        return UNKNOWN

    def call_choices(self, callee: UnionValue, call: CallArgs) -> Value:
        """Call each of several possible callees, as branches."""
        results: list[Value] = []

        def run(choice: Value, index: int) -> Callable[[], str | None]:
            def alternative() -> str | None:
                with self.under(Condition("if", call.span, index)):
                    results.append(self.call(choice, call))
                return None

            return alternative

        self.fork([run(choice, i) for i, choice in enumerate(options(callee))])
        return union(results)

    def call_wrapped(self, callee: Wrapped, call: CallArgs) -> Value:
        """A library-wrapped function called in set-up code acts as the function itself."""
        return self.call(callee.inner, call)

    def call_external(self, callee: External, call: CallArgs) -> Value:
        """A library call: by its model when there is one, else opaque."""
        model = self.models.get(callee.path)
        if model is not None:
            return model(self, call)
        result = External(callee.path + "()", call, call.span, callee)
        if self.recording:
            self.external_calls.append(result)
        if self.recording:
            for value in call.all:
                self.escape(value)
            self.run_callbacks(call)
        return result

    def run_callbacks(self, call: CallArgs) -> None:
        """Functions handed to code we don't see may be called, later, with anything."""
        if not self.recording:
            return
        for value in call.all:
            for choice in options(value):
                if isinstance(choice, Function) and id(choice.node) not in self.entered:
                    self.defer(choice, CallArgs(open=True, span=call.span))

    def defer(self, callee: Value, call: CallArgs) -> None:
        """Call something after the module that is running has ended."""
        if len(self.deferred) < 10_000:
            self.deferred.append((callee, call, list(self.conditions), self.frame))

    def run_deferred(self) -> None:
        """Run what was put off, in order, with everything it puts off in turn."""
        rounds = 0
        while self.deferred and rounds < 10_000 and not self.exhausted:
            rounds += 1
            callee, call, conditions, frame = self.deferred.pop(0)
            saved, self.conditions = self.conditions, conditions
            late, self.late = self.late, 1
            self.frames.append(frame)
            try:
                with self.fused(CALLBACK_STEPS):
                    self.call(callee, call)
            finally:
                self.frames.pop()
                self.conditions, self.late = saved, late
        self.deferred.clear()

    def enter(self, function: Function, call: CallArgs) -> Value:
        """The value of a call of a project function.

        While tracing, only the result counts: calls alike in all they pass share it.
        """
        return entering.enter(self, function, call)

    # --- escaping ----------------------------------------------------------------------------

    def escape_all(self, call: CallArgs) -> None:
        """Every argument is now in hands the analysis can't see."""
        for value in call.all:
            self.escape(value)
        if call.this is not None:
            self.escape(call.this)

    def escape(self, value: Value) -> None:
        """Mark framework objects reachable from ``value`` as escaped."""
        if self.trace is None:
            escape(value)

    # --- tracing -----------------------------------------------------------------------------

    def trace_function(self, function: Function, args: list[Value], this: Value | None) -> Trace:
        """Evaluate a function body once for what its expressions mean, leaving no trace behind.

        Framework objects record nothing and every write is undone. Nested project calls are
        entered a few levels deep, for their results.
        """
        return tracing.trace_function(self, function, args, this)

    def trace_expression(self, record: ModuleRecord, env: Env, node: ir.Expr) -> Trace:
        """Evaluate an expression of a module or class body as if it stood at the body's end."""
        return tracing.trace_expression(self, record, env, node)

    def trace_call(self, record: ModuleRecord, callee: Value, args: list[Value]) -> Value:
        """What a call gives, made from a module's top level."""
        return tracing.trace_call(self, record, callee, args)
