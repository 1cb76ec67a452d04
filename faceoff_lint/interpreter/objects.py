"""Functions, classes and their instances."""

from __future__ import annotations

from typing import TYPE_CHECKING

from faceoff_lint import ir
from faceoff_lint.interpreter import methods
from faceoff_lint.values import (
    UNDEFINED,
    UNKNOWN,
    CallArgs,
    ClassValue,
    DictValue,
    Env,
    External,
    Function,
    Instance,
    ListValue,
    Lit,
    Native,
    SuperValue,
    Value,
)

if TYPE_CHECKING:
    from faceoff_lint.interpreter.core import Machine

__all__ = [
    "call_instance",
    "call_super",
    "construct_function",
    "instantiate",
    "make_class",
    "make_function",
    "member_key",
    "name_function",
]


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
                if isinstance(cls.lookup("__init__"), Function):
                    made.forget_args()
                break
    if vm.recording:
        for base in cls.mro():
            vm.instances.setdefault(id(base), instance)
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


def name_function(value: Value, node: ir.Expr | None, name: str) -> None:
    """An anonymous function written right here takes the name of what it is bound to.

    ECMAScript, "NamedEvaluation": a function that a call gives keeps its own name.
    """
    written = isinstance(node, (ir.Func, ir.Class))
    if written and isinstance(value, (Function, ClassValue)) and not value.name:
        value.name = name


def run_fields(vm: Machine, cls: ClassValue, instance: Instance) -> None:
    """Evaluate JavaScript instance fields with ``this`` bound."""
    if not cls.fields:
        return
    env = vm.scope(cls.env, "function")
    env.vars["this"] = instance
    # Functions written in a field belong to the class's file, whoever makes the instance.
    vm.push(env, cls.module)
    for member in cls.fields:
        key = member_key(vm, member.key, env)
        if key is not None:
            value = vm.eval(member.value, env) if member.value is not None else UNDEFINED
            name_function(value, member.value, key)
            vm.store(instance.attrs, key, value)
    vm.frames.pop()


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
