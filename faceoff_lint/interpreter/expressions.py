"""Evaluation of IR expressions: one small function a node kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from faceoff_lint import ir
from faceoff_lint.interpreter import methods
from faceoff_lint.interpreter.members import get_attr, get_item
from faceoff_lint.interpreter.objects import call_super, make_class, make_function, name_function
from faceoff_lint.interpreter.operators import add, binary, unary
from faceoff_lint.interpreter.state import CallRecord
from faceoff_lint.values import (
    MOST_ITEMS,
    UNDEFINED,
    UNKNOWN,
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
    ModuleValue,
    Native,
    Setting,
    SuperValue,
    UnionValue,
    Value,
    concat,
    options,
    truth,
    union,
)

if TYPE_CHECKING:
    from faceoff_lint.interpreter.core import Machine

__all__ = ["EVALUATE"]

UNROLL = 400
CALL_BUDGET = 1_500
MOST_YIELDED = 400


def _const(vm: Machine, node: ir.Const, env: Env) -> Value:
    return Lit(node.value)


def _regex(vm: Machine, node: ir.Regex, env: Env) -> Value:
    return External("js.RegExp()", CallArgs(pos=[Lit(f"/{node.pattern}/{node.flags}")]))


def _name(vm: Machine, node: ir.Name, env: Env) -> Value:
    found = env.find(node.id)
    if found is not None:
        return found.vars[node.id]
    if node.id == "undefined":
        return UNDEFINED
    if node.id == "TYPE_CHECKING":
        return Lit(False)
    return methods.global_name(vm, node.id)


def _template(vm: Machine, node: ir.Template, env: Env) -> Value:
    return concat([vm.eval(p, env) for p in node.parts])


def _attr(vm: Machine, node: ir.Attr, env: Env) -> Value:
    if isinstance(node.obj, ir.Name) and node.obj.id == "import" and node.name == "meta":
        file = "/" + vm.frame.module.path
        known = {"url": f"file://{file}", "filename": file, "dirname": file.rpartition("/")[0]}
        return DictValue({k: Lit(v) for k, v in known.items()}, open=True, kind="import.meta")
    return get_attr(vm, vm.eval(node.obj, env), node.name, vm.span(node))


def _index(vm: Machine, node: ir.Index, env: Env) -> Value:
    obj, key = vm.eval(node.obj, env), vm.eval(node.index, env)
    return union([get_item(vm, o, key) for o in options(obj)])


# --- calls ---------------------------------------------------------------------------------------


def make_args(vm: Machine, node: ir.Call, env: Env) -> CallArgs:
    """Evaluate the arguments of a call."""
    call = CallArgs(span=vm.span(node), node=node, new=node.new, module=vm.frame.module.path)
    exact = True
    for arg in node.args:
        value = vm.eval(arg.value, env)
        if arg.spread == "*":
            if isinstance(value, ListValue):
                room = max(0, MOST_ITEMS - len(call.pos))
                call.pos.extend(value.items[:room])
                call.open = call.open or value.open or len(value.items) > room
            else:
                call.open = True
                vm.escape(value)
            exact = False
        elif arg.spread == "**":
            if isinstance(value, DictValue):
                call.kw.update({str(k): v for k, v in value.entries.items()})
                call.open = call.open or value.open
            else:
                call.open = True
        elif arg.keyword is not None:
            call.kw[arg.keyword] = value
            call.kw_nodes[arg.keyword] = arg.value
        else:
            call.pos.append(value)
            if exact:
                call.nodes.append(arg.value)
    return call


def _call(vm: Machine, node: ir.Call, env: Env) -> Value:
    this: Value | None = None
    func = node.func
    if isinstance(func, ir.Attr):
        this = vm.eval(func.obj, env)
        callee = get_attr(vm, this, func.name, vm.span(func))
    elif isinstance(func, ir.Index):
        this = vm.eval(func.obj, env)
        callee = get_item(vm, this, vm.eval(func.index, env))
    elif isinstance(func, ir.Name) and func.id == "super":
        return _call_super_name(vm, node, env)
    else:
        callee = vm.eval(func, env)
    call = make_args(vm, node, env)
    if isinstance(this, SuperValue):
        this = this.this
    call.this = this
    if vm.trace is not None and len(vm.frames) == vm.trace_base:
        return _traced_call(vm, node, callee, call)
    return vm.call(callee, call)


def _traced_call(vm: Machine, node: ir.Call, callee: Value, call: CallArgs) -> Value:
    trace = vm.trace
    assert trace is not None
    trace.values.setdefault(id(node.func), callee)  # a member that is called is not evaluated
    # What a call leads to must not use up the steps that the rest of this body needs.
    budget, vm.budget = vm.budget, min(vm.budget, CALL_BUDGET)
    result = vm.call(callee, call)
    vm.budget, vm.exhausted = budget - 20, False
    trace.calls.setdefault(id(node), []).append(CallRecord(callee, call, result))
    return result


def _call_super_name(vm: Machine, node: ir.Call, env: Env) -> Value:
    """``super()`` (Python: the proxy; JavaScript: the parent's constructor)."""
    frame = vm.frame
    function = frame.function
    owner = function.owner if function else None
    found = env.find("this") if vm.javascript else None
    this = found.vars["this"] if found else (function.this if function else None)
    if this is None and function is not None and function.node.params and not vm.javascript:
        # ``Base.__init__(self, …)``: the method was called with the instance as an argument.
        first = function.node.params[0].target
        this = frame.env.vars.get(first.id) if isinstance(first, ir.Name) else None
    if owner is None or this is None:
        make_args(vm, node, env)
        return UNKNOWN
    if not vm.javascript:
        return SuperValue(owner, this)
    return call_super(vm, SuperValue(owner, this), make_args(vm, node, env))


# --- functions and classes -----------------------------------------------------------------------


def _func(vm: Machine, node: ir.Func, env: Env) -> Value:
    function = make_function(vm, node, env)
    if node.name and node.kind == "function":
        inner = vm.scope(env, "block")
        inner.vars[node.name] = function
        function.env = inner
    return function


def _class(vm: Machine, node: ir.Class, env: Env) -> Value:
    return make_class(vm, node, env)


# --- collections and operators -------------------------------------------------------------------


def _list(vm: Machine, node: ir.List, env: Env) -> Value:
    result = ListValue([], node.kind)
    for item in node.items:
        if isinstance(item, ir.Spread):
            value = vm.eval(item.value, env)
            if isinstance(value, ListValue):
                result.extend(value.items, value.open)
            else:
                result.open = True
        else:
            result.items.append(vm.eval(item, env))
    return result


def _dict(vm: Machine, node: ir.Dict, env: Env) -> Value:
    result = DictValue()
    for entry in node.entries:
        if entry.key is None:
            value = vm.eval(entry.value, env)
            if isinstance(value, DictValue):
                result.entries.update(value.entries)
                result.open = result.open or value.open
            elif isinstance(value, ModuleValue):
                result.open = True
                result.entries.update(dict(value.record.env.vars.items()))
            else:
                result.open = True
            continue
        key = vm.eval(entry.key, env)
        if entry.kind == "get" and isinstance(entry.value, ir.Func) and isinstance(key, Lit):
            result.getters[str(key.value)] = make_function(vm, entry.value, env)
            continue
        value = vm.eval(entry.value, env)
        if isinstance(key, Lit):
            name_function(value, entry.value, str(key.value))
            result.entries[key.value] = value
        else:
            result.open = True
            vm.escape(value)
    return result


def _logical(vm: Machine, node: ir.Logical, env: Env) -> Value:
    left = vm.eval(node.left, env)
    answer: bool | None
    if node.op == "??":
        known = not isinstance(left, (External, UnionValue)) and left is not UNKNOWN
        answer = (not (left is UNDEFINED or left == Lit(None))) if known else None
    else:
        answer = truth(left)
        if node.op == "and" and answer is not None:
            answer = not answer
    if answer is True:
        return left
    if answer is False:
        return vm.eval(node.right, env)
    result: list[Value] = [left]

    def run() -> str | None:
        with vm.under(Condition("if", vm.span(node.left), 0)):
            result.append(vm.eval(node.right, env))
        return None

    vm.fork([run, lambda: None])
    if node.op == "and":
        return union([result[1], left]) if not isinstance(left, Lit) else result[1]
    if _from_environment(left) and isinstance(result[1], Lit) and isinstance(result[1].value, str):
        return Setting(result[1].value)
    return union([left, result[1]]) if left is not UNKNOWN else _prefer(result[1])


def _from_environment(value: Value) -> bool:
    """A variable of the environment: where it is not set, what stands behind ``||`` counts."""
    return isinstance(value, External) and value.path.startswith(("js.process.env", "os.environ"))


def _prefer(fallback: Value) -> Value:
    """``unknown || 'default'``: unknown, unless the default is an object the program made."""
    if isinstance(fallback, (Native, Instance, DictValue, ListValue, Function, ClassValue)):
        return union([fallback, UNKNOWN])
    return UNKNOWN


def _cond(vm: Machine, node: ir.Cond, env: Env) -> Value:
    answer = truth(vm.eval(node.test, env))
    if answer is not None:
        return vm.eval(node.body if answer else node.orelse, env)
    results: list[Value] = []

    def side(expr: ir.Expr, branch: int) -> Callable[[], str | None]:
        def run() -> str | None:
            with vm.under(Condition("if", vm.span(node.test), branch)):
                results.append(vm.eval(expr, env))
            return None

        return run

    vm.fork([side(node.body, 0), side(node.orelse, 1)])
    return union(results)


def _await(vm: Machine, node: ir.Await, env: Env) -> Value:
    value = vm.eval(node.value, env)
    if vm.frame.is_async:
        vm.late = 1
    return value


def _yield(vm: Machine, node: ir.Yield, env: Env) -> Value:
    """What a generator yields, as a list; a fixture's or a context manager's users aren't seen."""
    value = vm.eval(node.value, env) if node.value is not None else Lit(None)
    function = vm.frame.function
    if function is None or function.node.is_async or function.node.decorators:
        vm.escape(value)
        return UNKNOWN
    if vm.frame.yields is None:
        vm.frame.yields = ListValue([], "list")
    made = vm.frame.yields
    items, is_open = methods.iterate(vm, value) if node.delegate else ([value], False)
    made.items.extend(items[: MOST_YIELDED - len(made.items)])
    made.open = made.open or is_open or len(made.items) >= MOST_YIELDED
    return UNKNOWN


def _assign(vm: Machine, node: ir.Assign, env: Env) -> Value:
    if node.op == "=":
        value = vm.eval(node.value, env)
        vm.assign_span = vm.span(node)
        vm.assign(node.target, value, env)
        return value
    if node.op in ("||=", "&&=", "??="):
        op = {"||=": "or", "&&=": "and", "??=": "??"}[node.op]
        value = _logical(vm, ir.Logical(node.start, node.end, op, node.target, node.value), env)
        vm.assign(node.target, value, env)
        return value
    left = vm.eval(node.target, env)
    right = vm.eval(node.value, env)
    if node.op == "+=":
        if isinstance(left, ListValue) and not vm.javascript:
            items = right.items if isinstance(right, ListValue) else []
            left.extend(items, not isinstance(right, ListValue) or right.open)
            return left
        value = add(vm, left, right)
    elif node.op == "|=" and isinstance(left, DictValue) and isinstance(right, DictValue):
        left.entries.update(right.entries)
        return left
    else:
        value = UNKNOWN
    vm.assign(node.target, value, env)
    return value


def _seq(vm: Machine, node: ir.Seq, env: Env) -> Value:
    value: Value = UNDEFINED
    for item in node.items:
        value = vm.eval(item, env)
    return value


def _comprehension(vm: Machine, node: ir.Comprehension, env: Env) -> Value:
    results: list[tuple[Value | None, Value]] = []
    with vm.looping():
        is_open = _clauses(vm, node, 0, vm.scope(env, "function"), results)
    if node.kind == "dict":
        made = DictValue(open=is_open)
        for key, value in results:
            if isinstance(key, Lit):
                made.entries[key.value] = value
            else:
                made.open = True
        return made
    return ListValue([v for _, v in results], "list", is_open)


def _clauses(
    vm: Machine,
    node: ir.Comprehension,
    index: int,
    env: Env,
    results: list[tuple[Value | None, Value]],
) -> bool:
    """Evaluate the clauses from ``index`` on; gives whether there may be more results."""
    if index == len(node.clauses):
        key = vm.eval(node.key, env) if node.key is not None else None
        results.append((key, vm.eval(node.element, env)))
        return False
    clause = node.clauses[index]
    items, is_open = methods.iterate(vm, vm.eval(clause.iterable, env))
    span = vm.span(clause.iterable)
    if is_open:
        # One round with anything, for what it calls; what it gives is not known to be there.
        def run() -> str | None:
            with vm.under(Condition("loop", span, 0)):
                vm.assign(clause.target, UNKNOWN, env, "param")
                for condition in clause.conditions:
                    vm.eval(condition, env)
                _clauses(vm, node, index + 1, env, [])
            return None

        vm.fork([run, lambda: None])
    for item in items[:UNROLL]:
        if not vm.round(span):
            return True
        vm.assign(clause.target, item, env, "param")
        answers = [truth(vm.eval(c, env)) for c in clause.conditions]
        if False in answers:
            continue
        if None in answers:
            is_open = True
        is_open = _clauses(vm, node, index + 1, env, results) or is_open
    return is_open or len(items) > UNROLL


def _import_expr(vm: Machine, node: ir.ImportExpr, env: Env) -> Value:
    return vm.loader.require(vm, vm.frame.module, vm.eval(node.source, env), vm.span(node))


def _opaque(vm: Machine, node: ir.Opaque, env: Env) -> Value:
    for part in node.parts:
        vm.escape(vm.eval(part, env))
    return UNKNOWN


def _spread(vm: Machine, node: ir.Spread, env: Env) -> Value:
    return vm.eval(node.value, env)


def _pattern(vm: Machine, node: ir.Pattern, env: Env) -> Value:
    return UNKNOWN


EVALUATE: dict[type[ir.Expr], Callable[[Machine, Any, Env], Value]] = {
    ir.Const: _const,
    ir.Regex: _regex,
    ir.Name: _name,
    ir.Template: _template,
    ir.Attr: _attr,
    ir.Index: _index,
    ir.Call: _call,
    ir.Func: _func,
    ir.Class: _class,
    ir.Spread: _spread,
    ir.List: _list,
    ir.Dict: _dict,
    ir.Pattern: _pattern,
    ir.Unary: unary,
    ir.Binary: binary,
    ir.Logical: _logical,
    ir.Cond: _cond,
    ir.Await: _await,
    ir.Yield: _yield,
    ir.Assign: _assign,
    ir.Seq: _seq,
    ir.Comprehension: _comprehension,
    ir.ImportExpr: _import_expr,
    ir.Opaque: _opaque,
}
