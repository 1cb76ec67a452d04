"""Evaluation of IR expressions: one small function a node kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from faceoff_lint import ir
from faceoff_lint.interpreter import methods
from faceoff_lint.source import Span
from faceoff_lint.values import (
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
    ModuleValue,
    Native,
    SuperValue,
    Text,
    UnionValue,
    Value,
    Wrapped,
    concat,
    options,
    truth,
    union,
)

if TYPE_CHECKING:
    from faceoff_lint.interpreter.core import Machine

__all__ = [
    "EVALUATE",
    "call_instance",
    "call_super",
    "construct_function",
    "get_attr",
    "instantiate",
    "make_class",
]

UNROLL = 400


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
        return DictValue({}, open=True, kind="import.meta")
    return get_attr(vm, vm.eval(node.obj, env), node.name, vm.span(node))


def get_attr(vm: Machine, value: Value, name: str, span: Span | None = None) -> Value:
    """``value.name`` by the rules of the value's kind; Unknown where nothing is known."""
    if isinstance(value, UnionValue):
        return union([get_attr(vm, c, name, span) for c in value.choices])
    if isinstance(value, External):
        hook = vm.late_bound.get(value.path)
        found = hook(vm, value.attr(name)) if hook else None
        return found if found is not None else value.attr(name)
    if isinstance(value, Native):
        return _or_method(vm, value, value.get_attr(vm, name), name)
    if isinstance(value, Instance):
        return _instance_attr(vm, value, name)
    if isinstance(value, ClassValue):
        return _class_attr(vm, value, name)
    if isinstance(value, ModuleValue):
        return vm.loader.namespace(vm, value.record, name) or UNKNOWN
    if isinstance(value, Wrapped):
        return get_attr(vm, value.inner, name, span)
    if isinstance(value, SuperValue):
        return _super_attr(vm, value, name)
    if isinstance(value, DictValue):
        if name in value.getters and not vm.frames[-1].module.language == "python":
            return vm.call(value.getters[name].bind(value), CallArgs(span=span or Span("", 0, 0)))
        if name in value.entries and vm.javascript:
            return value.entries[name]
    return methods.method(vm, value, name)


def _or_method(vm: Machine, value: Value, found: Value | None, name: str) -> Value:
    return found if found is not None else methods.method(vm, value, name)


def _instance_attr(vm: Machine, value: Instance, name: str) -> Value:
    if name in value.attrs:
        return value.attrs[name]
    cls = value.cls
    if cls is not None:
        for base in cls.mro():
            if not isinstance(base, ClassValue):
                continue
            if name in base.getters:
                return vm.call(base.getters[name].bind(value), CallArgs(span=base.span))
            found = base.attrs.get(name, base.proto.get(name))
            if found is not None:
                bound = bind_method(found, value, vm.javascript)
                return vm.call(bound, CallArgs(span=base.span)) if _is_property(found) else bound
    if value.proto is not None and name in value.proto.entries:
        return value.proto.entries[name]
    if name == "__class__" and cls is not None:
        return cls
    if value.native is not None:
        return get_attr(vm, value.native, name)
    if cls is not None and cls.externals:
        return External(f"{cls.externals[0].path}().{name}")
    return methods.method(vm, value, name)


def bind_method(found: Value, this: Value, javascript: bool) -> Value:
    """A class attribute as seen through an instance. JavaScript binds at the call instead."""
    if isinstance(found, Function) and not javascript:
        return found if _is_static(found) else found.bind(this)
    if isinstance(found, Wrapped) and not javascript:
        return Wrapped(bind_method(found.inner, this, javascript), found.by, found.span)
    return found


def _is_property(value: Value) -> bool:
    names = ("property", "cached_property")
    return isinstance(value, Function) and any(
        (isinstance(d, ir.Name) and d.id in names) or (isinstance(d, ir.Attr) and d.name in names)
        for d in value.node.decorators
    )


def _is_static(function: Function) -> bool:
    return any(isinstance(d, ir.Name) and d.id == "staticmethod" for d in function.node.decorators)


def _class_attr(vm: Machine, value: ClassValue, name: str) -> Value:
    if name == "__name__" or (name == "name" and vm.javascript):
        return Lit(value.name)
    if name == "prototype":
        return DictValue(value.proto, kind="prototype")  # type: ignore[arg-type]
    for base in value.mro():
        if isinstance(base, ClassValue):
            found = base.attrs.get(name)
            if found is not None:
                return _class_bound(found, value)
        elif isinstance(base, External):
            key = f"{base.path}.{name}"
            if key in vm.models:
                return Builtin(key, vm.models[key], value)
    if name == "as_view" and "flask.views.View.as_view" in vm.models:
        return Builtin("as_view", vm.models["flask.views.View.as_view"], value)
    if value.externals:
        return External(f"{value.externals[0].path}.{name}")
    return UNKNOWN


def _class_bound(found: Value, cls: ClassValue) -> Value:
    """``classmethod`` functions get the class as receiver."""
    if isinstance(found, Function) and any(
        isinstance(d, ir.Name) and d.id == "classmethod" for d in found.node.decorators
    ):
        return found.bind(cls)
    return found


def _super_attr(vm: Machine, value: SuperValue, name: str) -> Value:
    for base in value.cls.mro()[1:]:
        if isinstance(base, ClassValue):
            found = base.attrs.get(name, base.proto.get(name))
            if found is not None:
                return found.bind(value.this) if isinstance(found, Function) else found
    this = value.this
    if isinstance(this, Instance) and this.native is not None:
        if name == "__init__":
            return Builtin("__init__", _native_init, this)
        return get_attr(vm, this.native, name)
    if value.cls.externals:
        return External(f"{value.cls.externals[0].path}().{name}")
    return UNKNOWN


def _native_init(vm: Machine, call: CallArgs) -> Value:
    return Lit(None)


def _index(vm: Machine, node: ir.Index, env: Env) -> Value:
    obj, key = vm.eval(node.obj, env), vm.eval(node.index, env)
    return union([get_item(vm, o, key) for o in options(obj)])


def get_item(vm: Machine, obj: Value, key: Value) -> Value:
    """``obj[key]``."""
    if isinstance(obj, Native):
        return obj.get_item(vm, key)
    plain = key.value if isinstance(key, Lit) else None
    if isinstance(obj, ListValue) and isinstance(plain, (int, float)):
        index = int(plain)
        if -len(obj.items) <= index < len(obj.items) and not obj.open:
            return obj.items[index]
        return UNKNOWN
    if isinstance(obj, ListValue):
        return union([*obj.items, UNKNOWN]) if plain is None and obj.items else UNKNOWN
    if isinstance(obj, DictValue):
        if isinstance(key, Lit):
            found = obj.entries.get(key.value)
            if found is not None:
                return found
            return UNKNOWN if obj.open or not vm.javascript else UNDEFINED
        return UNKNOWN
    if isinstance(key, Lit) and isinstance(plain, str):
        if vm.javascript:
            return get_attr(vm, obj, plain)
        if isinstance(obj, External):
            return External(f"{obj.path}[]")
    return External(f"{obj.path}[]") if isinstance(obj, External) else UNKNOWN


# --- calls ---------------------------------------------------------------------------------------


def make_args(vm: Machine, node: ir.Call, env: Env) -> CallArgs:
    """Evaluate the arguments of a call."""
    call = CallArgs(span=vm.span(node), node=node, new=node.new, module=vm.frame.module.path)
    exact = True
    for arg in node.args:
        value = vm.eval(arg.value, env)
        if arg.spread == "*":
            if isinstance(value, ListValue):
                call.pos.extend(value.items)
                call.open = call.open or value.open
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
    from faceoff_lint.interpreter.core import CallRecord

    trace = vm.trace
    assert trace is not None
    result = vm.call(callee, call)
    trace.calls.setdefault(id(node), []).append(CallRecord(callee, call, result))
    return result


def _call_super_name(vm: Machine, node: ir.Call, env: Env) -> Value:
    """``super()`` (Python: the proxy; JavaScript: the parent's constructor)."""
    frame = vm.frame
    function = frame.function
    owner = function.owner if function else None
    found = env.find("this") if vm.javascript else None
    this = found.vars["this"] if found else (function.this if function else None)
    if owner is None or this is None:
        make_args(vm, node, env)
        return UNKNOWN
    if not vm.javascript:
        return SuperValue(owner, this)
    return call_super(vm, SuperValue(owner, this), make_args(vm, node, env))


def call_super(vm: Machine, value: SuperValue, call: CallArgs) -> Value:
    """JavaScript's ``super(…)``: run the parent class's constructor on the instance."""
    for base in value.cls.mro()[1:]:
        if isinstance(base, ClassValue) and isinstance(value.this, Instance):
            construct(vm, base, value.this, call)
            return value.this
        if isinstance(base, External):
            this = value.this
            if isinstance(this, Instance) and this.native is not None:
                this.native.reinit(vm, call)
            return this
    return UNKNOWN


def instantiate(vm: Machine, cls: ClassValue, call: CallArgs) -> Value:
    """Make an instance of a project class and run its constructor."""
    instance = Instance(cls, span=call.span)
    for external in cls.externals:
        model = vm.models.get(external.path)
        if model is not None:
            made = model(vm, call)
            if isinstance(made, Native):
                instance.native = made
                made.attrs["__instance__"] = instance
                break
    construct(vm, cls, instance, call)
    return instance


def construct(vm: Machine, cls: ClassValue, instance: Instance, call: CallArgs) -> None:
    """Run the constructor that ``cls`` has or inherits, and its JavaScript fields."""
    if cls.module.language == "python":
        init = cls.lookup("__init__")
        if isinstance(init, Function):
            vm.call(init.bind(instance), call)
        elif instance.native is None:
            vm.escape_all(call)
        return
    constructor = cls.proto.get("constructor")
    if not isinstance(constructor, Function):
        if cls.bases:
            call_super(vm, SuperValue(cls, instance), call)
        run_fields(vm, cls, instance)
        return
    run_fields(vm, cls, instance)
    vm.enter(constructor.bind(instance), call)


def construct_function(vm: Machine, function: Function, call: CallArgs) -> Value:
    """``new F(…)`` of a constructor function."""
    proto = methods.method(vm, function, "prototype")
    instance = Instance(None, span=call.span)
    instance.proto = proto if isinstance(proto, DictValue) else None
    inner = CallArgs(call.pos, call.kw, call.open, call.span, call.node, instance, False)
    made = vm.enter(function.bind(instance), inner)
    if isinstance(made, (Native, Instance, DictValue, Function, ListValue)):
        return made
    return instance


def run_fields(vm: Machine, cls: ClassValue, instance: Instance) -> None:
    """Evaluate JavaScript instance fields with ``this`` bound."""
    if not cls.fields:
        return
    env = vm.scope(cls.env, "function")
    env.vars["this"] = instance
    for member in cls.fields:
        key = member_key(vm, member.key, env)
        if key is not None:
            value = vm.eval(member.value, env) if member.value is not None else UNDEFINED
            vm.store(instance.attrs, key, value)


def call_instance(vm: Machine, instance: Instance, call: CallArgs) -> Value:
    """An instance called: ``__call__``, or the framework object inside it."""
    if instance.cls is not None:
        method = instance.cls.lookup("__call__")
        if isinstance(method, Function):
            return vm.call(method.bind(instance), call)
    if instance.native is not None:
        return instance.native.call(vm, call)
    vm.escape_all(call)
    vm.run_callbacks(call)
    return UNKNOWN


# --- functions and classes -----------------------------------------------------------------------


def make_function(
    vm: Machine, node: ir.Func, env: Env, owner: ClassValue | None = None
) -> Function:
    """The function value of a function node; Python defaults are evaluated now."""
    function = Function(node, env, vm.frame.module, node.name, owner=owner)
    if owner is None and vm.frame.function is not None and node.kind == "arrow":
        function.owner = vm.frame.function.owner
    if vm.frame.module.language == "python":
        for param in node.params:
            if param.default is not None and isinstance(param.target, ir.Name):
                function.defaults[param.target.id] = vm.eval(param.default, env)
    if vm.trace is not None:
        if len(vm.frames) == vm.trace_base:
            vm.trace.closures[id(node)] = function
    else:
        vm.functions.append(function)
    return function


def _func(vm: Machine, node: ir.Func, env: Env) -> Value:
    function = make_function(vm, node, env)
    if node.name and node.kind == "function":
        inner = vm.scope(env, "block")
        inner.vars[node.name] = function
        function.env = inner
    return function


def member_key(vm: Machine, key: ir.Expr | None, env: Env) -> str | None:
    """The name of a class member or object entry; None when it can't be told."""
    if key is None:
        return None
    if isinstance(key, ir.Const):
        return str(key.value)
    value = vm.eval(key, env)
    return str(value.value) if isinstance(value, Lit) else None


def make_class(vm: Machine, node: ir.Class, env: Env) -> ClassValue:
    """The class value of a class node."""
    cls = ClassValue(node, env, vm.frame.module, node.name)
    cls.bases = [c for b in node.bases for c in [vm.eval(b, env)] if not _is_object(c)]
    if vm.frame.module.language == "python":
        body = vm.scope(env, "class")
        body.vars["__owner__"] = cls
        cls.attrs = body.vars
        vm.run_block(node.body, body)
        body.vars.pop("__owner__", None)
    else:
        _fill_js_class(vm, node, cls, env)
    if vm.recording:
        vm.classes.append(cls)
    return cls


def _is_object(value: Value) -> bool:
    return isinstance(value, External) and value.path == "python.object"


def _fill_js_class(vm: Machine, node: ir.Class, cls: ClassValue, env: Env) -> None:
    scope = vm.scope(env, "block")
    if node.name:
        scope.vars[node.name] = cls
    cls.env = scope
    static_env = vm.scope(scope, "function")
    static_env.vars["this"] = cls
    for member in node.members:
        value = member.value
        if member.key is None:
            if isinstance(value, ir.Func):
                vm.run_block(value.body, static_env)
            continue
        key = member_key(vm, member.key, scope)
        if key is None:
            continue
        if isinstance(value, ir.Func) and value.kind in ("method", "constructor"):
            function = make_function(vm, value, scope, cls)
            (cls.attrs if member.static else cls.proto)[key] = function
        elif isinstance(value, ir.Func) and value.kind in ("getter", "setter"):
            if value.kind == "getter" and not member.static:
                cls.getters[key] = make_function(vm, value, scope, cls)
        elif member.static:
            cls.attrs[key] = vm.eval(value, static_env) if value is not None else UNDEFINED
        else:
            cls.fields.append(member)


def _class(vm: Machine, node: ir.Class, env: Env) -> Value:
    return make_class(vm, node, env)


# --- collections and operators -------------------------------------------------------------------


def _list(vm: Machine, node: ir.List, env: Env) -> Value:
    result = ListValue([], node.kind)
    for item in node.items:
        if isinstance(item, ir.Spread):
            value = vm.eval(item.value, env)
            if isinstance(value, ListValue):
                result.items.extend(value.items)
                result.open = result.open or value.open
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
                result.entries.update({k: v for k, v in value.record.env.vars.items()})
            else:
                result.open = True
            continue
        key = vm.eval(entry.key, env)
        if entry.kind == "get" and isinstance(entry.value, ir.Func) and isinstance(key, Lit):
            result.getters[str(key.value)] = make_function(vm, entry.value, env)
            continue
        value = vm.eval(entry.value, env)
        if isinstance(key, Lit):
            result.entries[key.value] = value
        else:
            result.open = True
            vm.escape(value)
    return result


def _unary(vm: Machine, node: ir.Unary, env: Env) -> Value:
    value = vm.eval(node.value, env)
    if node.op == "not":
        answer = truth(value)
        return UNKNOWN if answer is None else Lit(not answer)
    if node.op == "void":
        return UNDEFINED
    if node.op == "-" and isinstance(value, Lit) and isinstance(value.value, (int, float)):
        return Lit(-value.value)
    if node.op == "typeof":
        return _typeof(value)
    if node.op in ("++", "--") and isinstance(node.value, (ir.Name, ir.Attr)):
        vm.assign(node.value, UNKNOWN, env)
    return UNKNOWN


def _typeof(value: Value) -> Value:
    if isinstance(value, (Function, Builtin, ClassValue, Wrapped)):
        return Lit("function")
    if value is UNDEFINED:
        return Lit("undefined")
    if isinstance(value, (ListValue, DictValue, Instance)):
        return Lit("object")
    if isinstance(value, Lit):
        names: dict[type, str] = {str: "string", bool: "boolean", int: "number", float: "number"}
        return Lit(names.get(type(value.value), "object"))
    return Lit("string") if isinstance(value, Text) else UNKNOWN


def _binary(vm: Machine, node: ir.Binary, env: Env) -> Value:
    left, right = vm.eval(node.left, env), vm.eval(node.right, env)
    if node.op == "+":
        return _add(vm, left, right)
    if node.op == "%" and isinstance(left, Lit) and isinstance(left.value, str):
        return methods.percent_format(left.value, right)
    if node.op == "/" and not vm.javascript and isinstance(left, External):
        return External(f"{left.path}.joinpath()")
    return _compare(node.op, left, right)


def _add(vm: Machine, left: Value, right: Value) -> Value:
    if isinstance(left, ListValue) and isinstance(right, ListValue):
        return ListValue([*left.items, *right.items], left.kind, left.open or right.open)
    if isinstance(left, ListValue) and not vm.javascript:
        return ListValue(list(left.items), left.kind, True)
    strings = [isinstance(v, Text) or (isinstance(v, Lit) and isinstance(v.value, str))
               for v in (left, right)]  # fmt: skip
    if any(strings):
        return concat([left, right])
    if isinstance(left, Lit) and isinstance(right, Lit):
        a, b = left.value, right.value
        if isinstance(a, (int, float)) and isinstance(b, (int, float)):
            return Lit(a + b)
    return UNKNOWN


_EQUAL = {"==": True, "===": True, "is": True, "!=": False, "!==": False, "is not": False}


def _compare(op: str, left: Value, right: Value) -> Value:
    if op in _EQUAL:
        answer = _equal(left, right)
        return UNKNOWN if answer is None else Lit(answer is _EQUAL[op])
    if op in ("in", "not in") and isinstance(left, Lit):
        if isinstance(right, ListValue) and not right.open:
            answers = [_equal(left, i) for i in right.items]
            if True in answers:
                return Lit(op == "in")
            return UNKNOWN if None in answers else Lit(op == "not in")
        if isinstance(right, DictValue) and not right.open:
            return Lit((left.value in right.entries) is (op == "in"))
    if isinstance(left, Lit) and isinstance(right, Lit):
        return _arithmetic(op, left.value, right.value)
    return UNKNOWN


def _equal(left: Value, right: Value) -> bool | None:
    if isinstance(left, Lit) and isinstance(right, Lit):
        return left.value == right.value
    heap = (Function, ClassValue, Native, Instance, ListValue, DictValue, Builtin, ModuleValue)
    if isinstance(left, heap) and (isinstance(right, Lit) or right is UNDEFINED):
        return False
    if isinstance(right, heap) and (isinstance(left, Lit) or left is UNDEFINED):
        return False
    if left is UNDEFINED and right is UNDEFINED:
        return True
    return None


def _arithmetic(op: str, left: Any, right: Any) -> Value:
    if isinstance(left, bool) or not isinstance(left, (int, float)):
        return UNKNOWN
    if isinstance(right, bool) or not isinstance(right, (int, float)):
        return UNKNOWN
    table: dict[str, Callable[[float, float], float | bool]] = {
        "-": lambda a, b: a - b,
        "*": lambda a, b: a * b,
        "<": lambda a, b: a < b,
        ">": lambda a, b: a > b,
        "<=": lambda a, b: a <= b,
        ">=": lambda a, b: a >= b,
    }
    if op not in table or abs(left) > 1e9 or abs(right) > 1e9:
        return UNKNOWN
    return Lit(table[op](left, right))


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
    return union([left, result[1]]) if left is not UNKNOWN else _prefer(result[1])


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
    if node.value is not None:
        vm.escape(vm.eval(node.value, env))
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
            left.items.extend(items)
            left.open = left.open or not isinstance(right, ListValue) or right.open
            return left
        value = _add(vm, left, right)
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
    for item in items[:UNROLL]:
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
    ir.Unary: _unary,
    ir.Binary: _binary,
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
