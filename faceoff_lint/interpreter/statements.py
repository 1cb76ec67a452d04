"""Execution of IR statements."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from faceoff_lint import ir
from faceoff_lint.interpreter import methods
from faceoff_lint.interpreter.targets import var_scope
from faceoff_lint.source import Span
from faceoff_lint.values import (
    UNDEFINED,
    UNKNOWN,
    CallArgs,
    ClassValue,
    Condition,
    Env,
    External,
    Function,
    Instance,
    Lit,
    Native,
    UnionValue,
    Value,
    Wrapped,
    truth,
)

if TYPE_CHECKING:
    from faceoff_lint.interpreter.core import Machine

__all__ = ["run_block"]

UNROLL = 400
RETURN, THROW, BREAK, CONTINUE = "return", "throw", "break", "continue"


def run_block(vm: Machine, body: list[ir.Stmt], env: Env) -> str | None:
    """Run statements in order; JavaScript function declarations are hoisted."""
    if vm.javascript:
        hoist(vm, body, env)
    trace = vm.trace if len(vm.frames) == vm.trace_base else None
    for statement in body:
        if not vm.step():
            return None
        if trace is not None:
            trace.statements.add(id(statement))
        ended = EXECUTE[type(statement)](vm, statement, env)
        if ended is not None:
            return ended
    return None


def hoist(vm: Machine, body: list[ir.Stmt], env: Env) -> None:
    """Bind function declarations of a block before it runs."""
    for statement in body:
        if isinstance(statement, ir.FuncDecl) and not statement.func.decorators:
            from faceoff_lint.interpreter.objects import make_function

            function = make_function(vm, statement.func, env)
            name = statement.func.name or "*default*"
            vm.store(env.vars, name, function)
            if statement.exported:
                vm.loader.export(vm, vm.frame.module, statement, env)


def _expr(vm: Machine, node: ir.ExprStmt, env: Env) -> str | None:
    vm.eval(node.value, env)
    call = node.value.value if isinstance(node.value, ir.Await) else node.value
    if isinstance(call, ir.Call) and _never_returns(call):
        return THROW
    return None


def _never_returns(call: ir.Call) -> bool:
    """``sys.exit()``, ``process.exit()``, ``exit()``, ``os._exit()``."""
    func = call.func
    if isinstance(func, ir.Attr) and isinstance(func.obj, ir.Name):
        return (func.obj.id, func.name) in {("sys", "exit"), ("process", "exit"), ("os", "_exit")}
    return False


def _declare(vm: Machine, node: ir.Declare, env: Env) -> str | None:
    from faceoff_lint.interpreter.objects import name_function

    if node.value is None:
        if isinstance(node.target, ir.Name):
            home = var_scope(env) if node.kind == "var" else env
            if node.target.id not in home.vars:
                vm.store(home.vars, node.target.id, UNDEFINED)
    else:
        value = vm.eval(node.value, env)
        if isinstance(node.target, ir.Name):
            name_function(value, node.value, node.target.id)
        vm.assign(node.target, value, env, node.kind)
    if node.exported:
        vm.loader.export(vm, vm.frame.module, node, env)
    return None


def _func(vm: Machine, node: ir.FuncDecl, env: Env) -> str | None:
    from faceoff_lint.interpreter.objects import make_function

    func = node.func
    if vm.javascript and not func.decorators:
        return None  # hoisted
    owner = env.vars.get("__owner__") if env.kind == "class" else None
    function = make_function(vm, func, env, owner if isinstance(owner, ClassValue) else None)
    value: Value = function
    if func.decorators:
        # The name is visible to the decorated function itself only once decorated.
        decorators = [(d, vm.eval(d, env)) for d in func.decorators]
        for expr, decorator in reversed(decorators):
            value = _decorate(vm, decorator, value, expr)
    vm.assign(ir.Name(func.name_start, func.name_start, func.name), value, env)
    return None


PLAIN_DECORATORS = {
    "python.staticmethod", "python.classmethod", "abc.abstractmethod", "typing.no_type_check",
    "functools.lru_cache", "functools.cache", "functools.lru_cache()", "typing.override",
    "contextlib.contextmanager", "typing.overload", "typing.final",
}  # fmt: skip


def _decorate(vm: Machine, decorator: Value, value: Value, expr: ir.Expr) -> Value:
    """Apply one decorator. An unknown one is taken to keep the function's name and role."""
    if isinstance(decorator, External) and decorator.path in PLAIN_DECORATORS:
        return value
    if isinstance(decorator, External) and decorator.path == "python.property":
        return value
    span = vm.span(expr)
    if isinstance(decorator, External) and decorator.path in vm.models:
        result = vm.call(decorator, CallArgs(pos=[value], span=span, module=span.file))
        return result if not _opaque(result) else Wrapped(value, decorator, span)
    if isinstance(decorator, External) or decorator is UNKNOWN:
        vm.escape(decorator)
        return Wrapped(value, decorator, span)
    result = vm.call(decorator, CallArgs(pos=[value], span=span, module=span.file))
    return Wrapped(value, decorator, span) if _opaque(result) else result


def _opaque(value: Value) -> bool:
    return value is UNKNOWN or isinstance(value, (External, UnionValue)) or value == Lit(None)


def _class(vm: Machine, node: ir.ClassDecl, env: Env) -> str | None:
    from faceoff_lint.interpreter.objects import make_class

    cls = make_class(vm, node.cls, env)
    value: Value = cls
    for expr in reversed(node.cls.decorators):
        decorator = vm.eval(expr, env)
        cls.decorators.append(decorator)
        if isinstance(decorator, External) and decorator.path not in vm.models:
            continue  # dataclass and the like give the class back
        result = vm.call(decorator, CallArgs(pos=[value], span=vm.span(expr)))
        value = cls if _opaque(result) or result is UNDEFINED else result
    name = node.cls.name or "*default*"
    vm.store(env.vars, name, value)
    if node.exported:
        vm.loader.export(vm, vm.frame.module, node, env)
    return None


def _return(vm: Machine, node: ir.Return, env: Env) -> str | None:
    nothing: Value = UNDEFINED if vm.javascript else Lit(None)
    value = vm.eval(node.value, env) if node.value is not None else nothing
    vm.frame.returns.append(value)
    return RETURN


def _throw(vm: Machine, node: ir.Throw, env: Env) -> str | None:
    if node.value is not None:
        vm.eval(node.value, env)
    return THROW


# --- conditions ----------------------------------------------------------------------------------


def _if(vm: Machine, node: ir.If, env: Env) -> str | None:
    answer = truth(vm.eval(node.test, env))
    kind = "if"
    if is_main_guard(vm, node.test):
        answer, kind = None, "main"
    if answer is not None:
        return _scoped(vm, node.body if answer else node.orelse, env)
    span = vm.span(node.test)
    return _alternatives(vm, [node.body, node.orelse], env, kind, span)


def is_main_guard(vm: Machine, test: ir.Expr) -> bool:
    """``__name__ == "__main__"`` or ``require.main === module``."""
    if not isinstance(test, ir.Binary):
        return False
    for side in (test.left, test.right):
        if isinstance(side, ir.Name) and side.id == "__name__":
            return True
        if isinstance(side, ir.Attr) and side.name == "main" and isinstance(side.obj, ir.Name):
            return side.obj.id == "require"
    return False


def _alternatives(
    vm: Machine, bodies: list[list[ir.Stmt]], env: Env, kind: str, span: Span
) -> str | None:
    """Run undecided branches from one state, and go on with those that end normally.

    Where one branch leaves the function, what follows depends on the others: the condition stays
    on the stack until the function (``enter`` cuts it back) is left.
    """
    depth = len(vm.conditions)

    def side(body: list[ir.Stmt], branch: int) -> Callable[[], str | None]:
        def run() -> str | None:
            # As ``under`` does, for what is run most of all.
            depth = len(vm.conditions)
            vm.conditions.append(Condition(kind, span, branch))
            try:
                return _scoped(vm, body, env)
            finally:
                del vm.conditions[depth:]

        return run

    ended = vm.fork([side(body, i) for i, body in enumerate(bodies)])
    del vm.conditions[depth:]
    normal = [i for i, e in enumerate(ended) if e is None]
    if not normal:
        return RETURN if RETURN in ended else next((e for e in ended if e != THROW), THROW)
    if len(normal) == 1 and RETURN in ended and kind != "main":
        vm.conditions.append(Condition(kind, span, normal[0]))
    return None


def _scoped(vm: Machine, body: list[ir.Stmt], env: Env) -> str | None:
    """Run a block, in a scope of its own where JavaScript's rules ask for one."""
    if vm.frame.module.language == "javascript" and any(map(_scoping, body)):
        env = vm.scope(env, "block")
    return run_block(vm, body, env)


def _scoping(statement: ir.Stmt) -> bool:
    if isinstance(statement, ir.Declare):
        return statement.kind != "var"
    return isinstance(statement, (ir.ClassDecl, ir.FuncDecl))


def _switch(vm: Machine, node: ir.Switch, env: Env) -> str | None:
    subject = vm.eval(node.subject, env)
    bodies: list[list[ir.Stmt]] = []
    has_default = False
    for index, case in enumerate(node.cases):
        body = list(case.body)
        if node.falls:
            for later in node.cases[index + 1 :]:
                if body and isinstance(body[-1], (ir.Break, ir.Return, ir.Throw)):
                    break
                body.extend(later.body)
        has_default = has_default or not case.tests
        if isinstance(subject, Lit) and not case.guard:
            values = [vm.eval(t, env) for t in case.tests]
            if any(isinstance(v, Lit) and v.value == subject.value for v in values):
                ended = _scoped(vm, body, env)
                return None if ended == BREAK else ended
        bodies.append(body)
    if not has_default:
        bodies.append([])
    for case in node.cases:
        for test in case.tests:
            if isinstance(test, ir.Opaque):
                for part in test.parts:
                    if isinstance(part, ir.Name):
                        vm.assign(part, UNKNOWN, env)
    ended = _alternatives(vm, bodies, env, "switch", vm.span(node.subject))
    return None if ended == BREAK else ended


# --- loops ---------------------------------------------------------------------------------------


def _for(vm: Machine, node: ir.For, env: Env) -> str | None:
    with vm.looping():
        return _for_each(vm, node, env)


def _for_each(vm: Machine, node: ir.For, env: Env) -> str | None:
    iterable = vm.eval(node.iterable, env)
    if node.kind == "keys":
        items, is_open = methods.keys(iterable)
    else:
        items, is_open = methods.iterate(vm, iterable)
    declare = node.declares or ("var" if vm.javascript else "")
    span = vm.span(node.iterable)
    taken = 0
    for item in items[:UNROLL]:
        if not vm.round(span):
            break
        ended = _iteration(vm, node, env, item, declare)
        if ended == BREAK:
            return None
        if ended in (RETURN, THROW):
            return ended
        taken += 1
    if is_open or taken < len(items):
        # One more round with anything, for what the collection holds beyond what is known.
        def run() -> str | None:
            with vm.under(Condition("loop", span, 0)):
                _iteration(vm, node, env, UNKNOWN, declare)
            return None

        vm.fork([run, lambda: None])
    return _scoped(vm, node.orelse, env)


def _iteration(vm: Machine, node: ir.For, env: Env, item: Value, declare: str) -> str | None:
    scope = vm.scope(env, "block") if declare in ("let", "const") else env
    vm.assign(node.target, item, scope, declare)
    ended = run_block(vm, node.body, vm.scope(scope, "block") if vm.javascript else scope)
    return None if ended == CONTINUE else ended


def _while(vm: Machine, node: ir.While, env: Env) -> str | None:
    with vm.looping():
        return _while_true(vm, node, env)


def _while_true(vm: Machine, node: ir.While, env: Env) -> str | None:
    scope = vm.scope(env, "block") if node.init else env
    run_block(vm, node.init, scope)
    count = 0
    span = vm.span(node.test or node)
    while count < UNROLL and vm.round(span):
        answer = truth(vm.eval(node.test, scope)) if node.test is not None else None
        if answer is False and not (node.post and count == 0):
            return None
        if answer is None or not node.init:
            break
        ended = run_block(vm, node.body, vm.scope(scope, "block"))
        if ended in (RETURN, THROW):
            return ended
        if ended == BREAK:
            return None
        _update(vm, node.update, scope)
        count += 1

    def run() -> str | None:
        with vm.under(Condition("loop", span, 0)):
            _forget(vm, node.update, scope)
            return run_block(vm, node.body, vm.scope(scope, "block"))

    vm.fork([run, lambda: None])
    return None


def _update(vm: Machine, update: ir.Expr | None, env: Env) -> None:
    """``i++`` and ``i += n`` of a counting loop, exactly."""
    if isinstance(update, ir.Unary) and update.op in ("++", "--"):
        old = vm.eval(update.value, env)
        step = 1 if update.op == "++" else -1
        known = isinstance(old, Lit) and isinstance(old.value, (int, float))
        new = Lit(old.value + step) if known else UNKNOWN  # type: ignore[attr-defined]
        vm.assign(update.value, new, env)
    elif update is not None:
        vm.eval(update, env)


def _forget(vm: Machine, update: ir.Expr | None, env: Env) -> None:
    if isinstance(update, ir.Unary):
        vm.assign(update.value, UNKNOWN, env)


# --- the rest ------------------------------------------------------------------------------------


def _try(vm: Machine, node: ir.Try, env: Env) -> str | None:
    span = Span(vm.frame.module.path, node.start, node.start + 1)
    depth = len(vm.conditions)
    if node.handlers:
        with vm.under(Condition("try", span, 0)):
            ended = _scoped(vm, node.body, env)
    else:
        ended = _scoped(vm, node.body, env)
    del vm.conditions[depth:]

    def side(handler: ir.Handler, branch: int) -> Callable[[], str | None]:
        def run() -> str | None:
            scope = vm.scope(env, "block") if vm.javascript else env
            if handler.target is not None:
                vm.assign(handler.target, UNKNOWN, scope, "let" if vm.javascript else "")
            with vm.under(Condition("try", span, branch)):
                return _scoped(vm, handler.body, scope)

        return run

    def nothing() -> str | None:
        return ended if ended is not None else run_block(vm, node.orelse, env)

    runs = [nothing, *(side(h, i + 1) for i, h in enumerate(node.handlers))]
    results = vm.fork(runs)
    final = _scoped(vm, node.final, env) if node.final else None
    if final is not None:
        return final
    if None in results:
        return None
    return RETURN if RETURN in results else results[0]


def _with(vm: Machine, node: ir.With, env: Env) -> str | None:
    for item in node.items:
        value = vm.eval(item.context, env)
        if item.target is not None:
            inner: Value = value if isinstance(value, (Native, External)) else UNKNOWN
            if isinstance(value, Instance) and value.cls is not None:
                method = value.cls.lookup("__enter__")
                if isinstance(method, Function):
                    inner = vm.call(method.bind(value), CallArgs(span=vm.span(item)))
            vm.assign(item.target, inner, env)
    return run_block(vm, node.body, env)


def _block(vm: Machine, node: ir.Block, env: Env) -> str | None:
    ended = _scoped(vm, node.body, env)
    return None if ended == BREAK and node.label else ended


def _scope(vm: Machine, node: ir.Scope, env: Env) -> str | None:
    for name in node.names:
        env.outer_names[name] = node.kind
    return None


def _delete(vm: Machine, node: ir.Delete, env: Env) -> str | None:
    for target in node.targets:
        if isinstance(target, ir.Name):
            vm.store(env.vars, target.id, UNKNOWN)
    return None


def _import(vm: Machine, node: ir.Import, env: Env) -> str | None:
    if vm.frame.module.language == "python":
        vm.loader.import_python(vm, vm.frame.module, node, env)
    else:
        vm.loader.import_es(vm, vm.frame.module, node, env)
    return None


def _export(vm: Machine, node: ir.Export | ir.ExportAll, env: Env) -> str | None:
    vm.loader.export(vm, vm.frame.module, node, env)
    return None


def _break(vm: Machine, node: ir.Break, env: Env) -> str | None:
    return BREAK


def _continue(vm: Machine, node: ir.Continue, env: Env) -> str | None:
    return CONTINUE


EXECUTE: dict[type[ir.Stmt], Callable[[Machine, Any, Env], str | None]] = {
    ir.ExprStmt: _expr,
    ir.Declare: _declare,
    ir.FuncDecl: _func,
    ir.ClassDecl: _class,
    ir.Return: _return,
    ir.Throw: _throw,
    ir.If: _if,
    ir.For: _for,
    ir.While: _while,
    ir.Try: _try,
    ir.With: _with,
    ir.Switch: _switch,
    ir.Break: _break,
    ir.Continue: _continue,
    ir.Block: _block,
    ir.Scope: _scope,
    ir.Delete: _delete,
    ir.Import: _import,
    ir.Export: _export,
    ir.ExportAll: _export,
}
