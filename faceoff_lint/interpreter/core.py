"""The abstract machine: scopes and writes, branches, calls, budgets.

``Machine`` walks IR with abstract values. It takes both sides of a condition it can't decide,
unrolls loops over known collections, gives ``Unknown`` for the rest, and always ends: a run has a
budget of steps, a depth limit, and a limit on entering one function from itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from faceoff_lint import ir
from faceoff_lint.interpreter import expressions, members, objects, statements, targets
from faceoff_lint.source import Span
from faceoff_lint.values import (
    MISSING,
    UNDEFINED,
    UNKNOWN,
    Builtin,
    CallArgs,
    ClassValue,
    Condition,
    DictValue,
    Env,
    External,
    Function,
    Instance,
    ListValue,
    Lit,
    ModuleRecord,
    Native,
    Setting,
    SuperValue,
    UnionValue,
    Value,
    Wrapped,
    options,
    union,
)

__all__ = ["CallRecord", "Frame", "Loader", "Machine", "Model", "Trace"]

# Steps that all calls of one function may take together: with framework objects at hand, or not.
RELEVANT_CAP = 400_000
PLAIN_CAP = 150_000
CALLBACK_STEPS = 20_000
MAX_DEPTH = 40
MAX_SAME = 2
MAX_RELEVANT = 8
TRACE_DEPTH = 4

Model = Callable[["Machine", CallArgs], Value]


class Loader(Protocol):
    """How the machine gets at modules; ``interpreter.modules`` implements it."""

    def import_python(self, vm: Machine, record: ModuleRecord, node: ir.Import, env: Env) -> None:
        """Bind the names of a Python import statement."""

    def import_es(self, vm: Machine, record: ModuleRecord, node: ir.Import, env: Env) -> None:
        """Bind the names of an ES import declaration."""

    def require(self, vm: Machine, record: ModuleRecord, specifier: Value, span: Span) -> Value:
        """The value of ``require(specifier)`` or ``await import(specifier)``."""

    def import_name(self, vm: Machine, record: ModuleRecord, dotted: str) -> Value:
        """The Python module of an absolute or relative dotted name."""

    def export(self, vm: Machine, record: ModuleRecord, node: ir.Node, env: Env) -> None:
        """Note an ES export statement."""

    def namespace(self, vm: Machine, record: ModuleRecord, name: str) -> Value | None:
        """An attribute of a module."""

    def entries(self, path: str) -> list[tuple[str, bool]] | None:
        """The names in a folder of the project, with whether each is a folder; None: no folder."""

    def working_folder(self) -> str:
        """The folder the app is taken to be started in."""

    def loaded(self) -> list[ModuleRecord]:
        """The project modules evaluated so far, in order."""


@dataclass(slots=True, eq=False)
class Frame:
    """One function (or module) under execution."""

    env: Env
    module: ModuleRecord
    function: Function | None = None
    this: Value | None = None
    returns: list[Value] = field(default_factory=list)
    yields: ListValue | None = None
    is_async: bool = False


@dataclass(slots=True, eq=False)
class CallRecord:
    """One call seen while tracing a function: what was called, with what, giving what."""

    callee: Value
    args: CallArgs
    result: Value


@dataclass(slots=True, eq=False)
class Trace:
    """What evaluating one function body showed, by ``id`` of the IR node.

    ``calls``: each call's records; ``values``: the value of each evaluated call, name and
    attribute; ``closures``: the functions the body creates; ``statements``: those that ran.
    """

    calls: dict[int, list[CallRecord]] = field(default_factory=dict)
    values: dict[int, Value] = field(default_factory=dict)
    closures: dict[int, Function] = field(default_factory=dict)
    scopes: dict[int, Env] = field(default_factory=dict)
    statements: set[int] = field(default_factory=set)


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
        self.journal: list[tuple[dict[object, Value], object, Value]] | None = None
        self.late = 0
        self.sequence = 0
        self.starts: list[int] = []  # when each function that nobody calls was entered
        self.reaching = False
        self.deferred: list[tuple[Value, CallArgs, list[Condition], Frame]] = []
        self.entered: set[int] = set()
        self.spent: dict[int, int] = {}
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
        self.trace, self.frames, self.journal, self.conditions = None, [], None, []
        budget, fuse = self.budget, self.fuse
        self.fuse = None
        try:
            yield
        finally:
            self.trace, self.frames, self.journal, self.conditions = saved
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

    def store(self, mapping: dict[str, Value], key: str, value: Value) -> None:
        """``mapping[key] = value``, undone when an undecided branch is left."""
        if self.journal is not None:
            self.journal.append((mapping, key, mapping.get(key, MISSING)))  # type: ignore[arg-type]
        mapping[key] = value

    def fork(self, runs: list[Callable[[], str | None]]) -> list[str | None]:
        """Run alternatives from one state and merge what they leave behind.

        Gives how each ended: None (normally) or ``return``, ``throw``, ``break``, ``continue``.
        """
        outer = self.journal
        outcomes: list[
            tuple[str | None, dict[tuple[int, object], tuple[dict[object, Value], Value]]]
        ]
        outcomes = []
        for run in runs:
            self.journal = []
            ended = run()
            changes: dict[tuple[int, object], tuple[dict[object, Value], Value]] = {}
            for mapping, key, _ in self.journal:
                changes[(id(mapping), key)] = (mapping, mapping.get(key, MISSING))
            for mapping, key, old in reversed(self.journal):
                if old is MISSING:
                    mapping.pop(key, None)
                else:
                    mapping[key] = old
            outcomes.append((ended, changes))
        self.journal = outer
        live = [c for ended, c in outcomes if ended not in ("return", "throw")]
        if not live:
            live = [c for _, c in outcomes]
        keys: dict[tuple[int, object], dict[object, Value]] = {}
        for changes in live:
            for identity, (mapping, _) in changes.items():
                keys[identity] = mapping
        for identity, mapping in keys.items():
            key = identity[1]
            old = mapping.get(key, MISSING)
            merged = [c[identity][1] if identity in c else old for c in live]
            known = [m for m in merged if m is not MISSING]
            if known:
                self.store(mapping, key, union(known))  # type: ignore[arg-type]
        return [ended for ended, _ in outcomes]

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
        if not self.step():
            return UNKNOWN
        if isinstance(callee, Function):
            if call.new and self.javascript:
                return objects.construct_function(self, callee, call)
            return self.enter(callee, call)
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
        depth = len(self.frames)
        if self.trace is None or depth < self.trace_base or call.kw or call.open:
            return self._enter(function, call)
        this = function.this if function.this is not None else call.this
        passed = (*([] if this is None else [this]), *function.bound, *call.pos)
        key = (id(function.identity), depth, this is None, *map(_signature, passed))
        known = self.results.get(key)
        if known is None:
            result = self._enter(function, call)
            if self.exhausted:
                return result
            # What the key names by identity is kept alive with the entry.
            known = self.results[key] = (result, (function.identity, *passed))
        return known[0]

    def _enter(self, function: Function, call: CallArgs) -> Value:
        """Execute a project function's body with its arguments."""
        depth = len(self.frames)
        tracing = self.trace is not None
        if depth >= MAX_DEPTH or (tracing and depth - self.trace_base >= TRACE_DEPTH):
            self.escape_all(call)
            return UNKNOWN
        node = function.node
        same = 0
        for outer in self.frames:
            if outer.function is not None and outer.function.node is node:
                same += 1
        # Whether a call is relevant takes a look into its arguments: asked only where it matters.
        if same >= MAX_SAME and (same >= MAX_RELEVANT or not self._relevant(function, call)):
            self.escape_all(call)
            return UNKNOWN
        if not tracing:
            spent = self.spent.get(id(node), 0)
            if spent > RELEVANT_CAP or (spent > PLAIN_CAP and not self._relevant(function, call)):
                self.give_up(f"{function.name or 'a function'} takes too long", function.span)
                self.escape_all(call)
                return UNKNOWN
            self.entered.add(id(node))
        before = self.budget
        call.new = False
        env = self.scope(function.env, "function")
        frame = Frame(env, function.module, function, function.this, is_async=node.is_async)
        if node.kind != "arrow" and function.module.language == "javascript":
            env.vars["this"] = function.this or call.this or UNKNOWN
            env.vars["arguments"] = UNKNOWN
        late, conditions = self.late, len(self.conditions)
        self.frames.append(frame)
        try:
            self.bind_parameters(function, call, env)
            ended = self.run_block(node.body, env)
        finally:
            self.frames.pop()
            self.late = late
            del self.conditions[conditions:]
            if not tracing:
                self.spent[id(node)] = self.spent.get(id(node), 0) + before - self.budget
        if node.is_generator:
            # Only a plain loop over it takes them; any other use of the list lets them escape.
            return frame.yields or UNKNOWN
        if ended is None and not (node.expression_body and frame.returns):
            frame.returns.append(UNDEFINED if self._is_js(function) else Lit(None))
        return union(frame.returns)

    @staticmethod
    def _relevant(function: Function, call: CallArgs) -> bool:
        """Whether a call hands framework objects on, so that it may be part of the set-up."""

        def holds(value: Value | None, depth: int) -> bool:
            if isinstance(value, Native):
                return True
            if isinstance(value, Instance):
                inner: Iterable[Value] = value.attrs.values()
                return value.native is not None or (depth > 0 and any(holds(v, 0) for v in inner))
            if isinstance(value, DictValue):
                return depth > 0 and any(holds(v, 0) for v in value.entries.values())
            if isinstance(value, ListValue):
                return depth > 0 and any(holds(v, 0) for v in value.items)
            return False

        return any(holds(v, 1) for v in (*call.all, function.this, call.this))

    @staticmethod
    def _is_js(function: Function) -> bool:
        return function.module.language == "javascript"

    def bind_parameters(self, function: Function, call: CallArgs, env: Env) -> None:
        """Bind arguments to parameters by the rules of the function's language."""
        positional = [*function.bound, *call.pos]
        if function.this is not None and not self._is_js(function):
            positional = [function.this, *positional]
        keywords = dict(call.kw)
        index = 0
        for param in function.node.params:
            name = param.target.id if isinstance(param.target, ir.Name) else ""
            value: Value | None = None
            if param.kind == "*":
                rest = positional[index:]
                index = len(positional)
                kind = "list" if self._is_js(function) else "tuple"
                value = ListValue(rest, kind, call.open)
            elif param.kind == "**":
                value = DictValue(dict(keywords.items()), call.open)
            elif param.kind != "kw" and index < len(positional):
                value = positional[index]
                index += 1
            elif name in keywords:
                value = keywords.pop(name)
            if value is None or value is UNDEFINED:
                value = self._absent(function, param, name, call, env, value)
            self.assign(param.target, value, env, "param")

    def _absent(
        self,
        function: Function,
        param: ir.Param,
        name: str,
        call: CallArgs,
        env: Env,
        value: Value | None,
    ) -> Value:
        """The value of a parameter that got no argument."""
        if call.open and value is None:
            default = function.defaults.get(name) if call.uncalled else None
            return Setting(default.value) if isinstance(default, Lit) else UNKNOWN
        if param.default is None:
            return UNDEFINED if self._is_js(function) else UNKNOWN
        if name in function.defaults:
            return function.defaults[name]
        return self.eval(param.default, env)

    # --- escaping ----------------------------------------------------------------------------

    def escape_all(self, call: CallArgs) -> None:
        """Every argument is now in hands the analysis can't see."""
        for value in call.all:
            self.escape(value)
        if call.this is not None:
            self.escape(call.this)

    def escape(self, value: Value, depth: int = 0) -> None:
        """Mark framework objects reachable from ``value`` as escaped."""
        if not self.recording or depth > 4:
            return
        if isinstance(value, Native):
            value.escaped = True
        elif isinstance(value, UnionValue):
            for choice in value.choices:
                self.escape(choice, depth + 1)
        elif isinstance(value, ListValue):
            for item in value.items:
                self.escape(item, depth + 1)
        elif isinstance(value, DictValue):
            for item in value.entries.values():
                self.escape(item, depth + 1)
        elif isinstance(value, Instance):
            if value.native is not None:
                value.native.escaped = True
            for item in value.attrs.values():
                self.escape(item, depth + 1)

    # --- tracing -----------------------------------------------------------------------------

    def trace_function(self, function: Function, args: list[Value], this: Value | None) -> Trace:
        """Evaluate a function body once for what its expressions mean, leaving no trace behind.

        Framework objects record nothing and every write is undone. Nested project calls are
        entered a few levels deep, for their results.
        """
        call = CallArgs(pos=args, this=this, open=True, span=function.span)
        with self._tracing(1) as trace:
            self.enter(function, call)
        return trace

    def trace_expression(self, record: ModuleRecord, env: Env, node: ir.Expr) -> Trace:
        """Evaluate an expression of a module or class body as if it stood at the body's end."""
        with self._tracing(1) as trace:
            self.frames.append(Frame(env, record))
            try:
                self.eval(node, env)
            finally:
                self.frames.pop()
        return trace

    def trace_call(self, record: ModuleRecord, callee: Value, args: list[Value]) -> Value:
        """What a call gives, made from a module's top level."""
        with self._tracing(2):
            self.frames.append(Frame(record.env, record))
            try:
                return self.call(callee, CallArgs(pos=args, span=Span(record.path, 0, 0)))
            finally:
                self.frames.pop()

    @contextmanager
    def _tracing(self, base: int) -> Iterator[Trace]:
        """Run what stands inside for a trace: nothing is recorded, every write is undone."""
        trace = Trace()
        saved = (
            self.trace, self.trace_base, self.frames, self.journal, self.conditions,
            self.late, self.budget, self.exhausted,
        )  # fmt: skip
        self.trace, self.frames, self.conditions = trace, [], []
        self.trace_base = base
        self.budget, self.exhausted = 20_000, False
        self.journal = []
        try:
            yield trace
            for mapping, key, old in reversed(self.journal or []):
                if id(mapping) in trace.scopes:
                    continue
                if old is MISSING:
                    mapping.pop(key, None)
                else:
                    mapping[key] = old
        finally:
            (
                self.trace, self.trace_base, self.frames, self.journal, self.conditions,
                self.late, self.budget, self.exhausted,
            ) = saved  # fmt: skip


def _signature(value: Value) -> object:
    """Equal for values that a function can't tell apart; heap objects by identity."""
    if isinstance(value, Lit):
        return (type(value), type(value.value), value.value)
    if isinstance(value, External) and value.args is None:
        return value.path
    return id(value)
