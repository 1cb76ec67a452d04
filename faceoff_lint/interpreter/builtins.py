"""What calls of the languages' own libraries mean, as far as set-up code needs them."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from faceoff_lint.interpreter import methods
from faceoff_lint.interpreter.files import FILE_MODELS, PathObject
from faceoff_lint.values import (
    UNDEFINED,
    UNKNOWN,
    Builtin,
    CallArgs,
    ClassValue,
    DictValue,
    External,
    Function,
    Instance,
    ListValue,
    Lit,
    ModuleValue,
    Native,
    Setting,
    Text,
    Value,
    Wrapped,
    as_pattern,
    concat,
    options,
    union,
)

if TYPE_CHECKING:
    from faceoff_lint.interpreter.core import Machine
    from faceoff_lint.interpreter.state import Model

__all__ = ["LANGUAGE_MODELS"]


def _getattr(vm: Machine, call: CallArgs) -> Value:
    obj, name = call.get(0), call.literal(1)
    if obj is None or not isinstance(name, str):
        if isinstance(obj, (ModuleValue, Native)):
            vm.open_up("an attribute is looked up by a computed name", call.span)
        return UNKNOWN
    return vm.get_attr(obj, name, call.span)


def _setattr(vm: Machine, call: CallArgs) -> Value:
    obj, name, value = call.get(0), call.literal(1), call.get(2)
    if isinstance(obj, Native) and isinstance(name, str) and value is not None:
        obj.set_attr(vm, name, value)
    elif isinstance(obj, Instance) and isinstance(name, str) and value is not None:
        vm.store(obj.attrs, name, value)
    else:
        vm.escape_all(call)
    return Lit(None)


def _hasattr(vm: Machine, call: CallArgs) -> Value:
    return UNKNOWN


def _as_list(kind: str) -> Model:
    def run(vm: Machine, call: CallArgs) -> Value:
        value = call.get(0)
        if value is None:
            return ListValue([], kind)
        items, is_open = methods.iterate(vm, value)
        return ListValue(items, kind, is_open)

    return run


def _dict(vm: Machine, call: CallArgs) -> Value:
    made = DictValue(dict(call.kw.items()), call.open)
    value = call.get(0)
    if isinstance(value, DictValue):
        made.entries = {**value.entries, **made.entries}
        made.open = made.open or value.open
    elif isinstance(value, ListValue):
        for item in value.items:
            if isinstance(item, ListValue) and len(item.items) == 2:
                key = item.items[0]
                if isinstance(key, Lit):
                    made.entries[key.value] = item.items[1]
                    continue
            made.open = True
        made.open = made.open or value.open
    elif value is not None:
        made.open = True
    return made


def _enumerate(vm: Machine, call: CallArgs) -> Value:
    items, is_open = methods.iterate(vm, call.get(0) or UNKNOWN)
    pairs: list[Value] = [ListValue([Lit(i), v], "tuple") for i, v in enumerate(items)]
    return ListValue(pairs, "list", is_open)


def _zip(vm: Machine, call: CallArgs) -> Value:
    columns = [methods.iterate(vm, v) for v in call.pos]
    rows: list[Value] = [ListValue(list(r), "tuple") for r in zip(*(c for c, _ in columns))]  # noqa: B905
    return ListValue(rows, "list", any(o for _, o in columns) or call.open)


def _range(vm: Machine, call: CallArgs) -> Value:
    numbers = [a.value for a in call.pos if isinstance(a, Lit) and isinstance(a.value, int)]
    if len(numbers) != len(call.pos) or not numbers:
        return UNKNOWN
    try:
        values = range(*numbers)
    except (TypeError, ValueError):
        return UNKNOWN
    return ListValue([Lit(v) for v in values[:400]], "list", len(values) > 400)


def _isinstance(vm: Machine, call: CallArgs) -> Value:
    value, cls = call.get(0), call.get(1)
    kinds = cls.items if isinstance(cls, ListValue) else [cls]
    answers = [_is_instance(value, kind) for kind in kinds]
    if True in answers:
        return Lit(True)
    return UNKNOWN if None in answers else Lit(False)


def _is_instance(value: Value | None, kind: Value | None) -> bool | None:
    if isinstance(value, Instance) and value.cls is not None and kind in value.cls.mro():
        return True
    if not isinstance(kind, External):
        return None
    name = kind.path.rpartition(".")[2]
    if name == "str" and isinstance(value, (Lit, Text)):
        return isinstance(value, Text) or isinstance(value.value, str)
    if isinstance(value, Native) and value.kind == name.lower():
        return True
    plain = (Function, ClassValue, ListValue, DictValue, Lit, ModuleValue)
    framework = kind.path.startswith(("flask", "werkzeug"))
    return False if framework and isinstance(value, (*plain, Native)) else None


def _dir(vm: Machine, call: CallArgs) -> Value:
    """``dir(module)``: its names."""
    value = call.get(0)
    if isinstance(value, ModuleValue):
        return ListValue([Lit(n) for n in sorted(value.record.env.vars)])
    return UNKNOWN


def _vars(call: CallArgs) -> Value:
    value = call.get(0)
    if isinstance(value, ModuleValue):
        return DictValue(dict(value.record.env.vars.items()))
    return UNKNOWN


def _members(vm: Machine, call: CallArgs) -> Value:
    """``inspect.getmembers(module)``: names and values."""
    value = call.get(0)
    if not isinstance(value, ModuleValue):
        return UNKNOWN
    items = sorted(value.record.env.vars.items())
    return ListValue([ListValue([Lit(n), v], "tuple") for n, v in items])


def _str(vm: Machine, call: CallArgs) -> Value:
    value = call.get(0)
    if isinstance(value, PathObject):
        return Lit(value.path)
    return concat([value]) if value is not None else Lit("")


def _map_python(vm: Machine, call: CallArgs) -> Value:
    function, iterable = call.get(0), call.get(1)
    items, is_open = methods.iterate(vm, iterable or UNKNOWN)
    results = [vm.call(function or UNKNOWN, CallArgs(pos=[i], span=call.span)) for i in items[:400]]
    return ListValue(results, "list", is_open)


def _partial(vm: Machine, call: CallArgs) -> Value:
    """``functools.partial(f, …)``: f with leading arguments and keywords filled in."""
    target = call.get(0) or UNKNOWN
    bound = call
    for value in (*bound.pos[1:], *bound.kw.values()):
        vm.escape(value)  # it may be called out of sight

    def run(vm: Machine, inner: CallArgs) -> Value:
        merged = CallArgs(
            [*bound.pos[1:], *inner.pos],
            {**bound.kw, **inner.kw},
            bound.open or inner.open,
            inner.span,
            inner.node,
            module=inner.module,
        )
        return vm.call(target, merged)

    if isinstance(target, Function) and not bound.kw:
        return target.bind(target.this, bound.pos[1:]) if target.this else _leading(target, bound)
    return Builtin("partial", run, target)


def _leading(target: Function, call: CallArgs) -> Function:
    made = target.bind(UNKNOWN, call.pos[1:])
    made.this = None
    return made


def _wraps(vm: Machine, call: CallArgs) -> Value:
    """``functools.wraps(f)``: the decorated function takes f's name."""
    wrapped = call.get(0) or UNKNOWN

    def run(vm: Machine, inner: CallArgs) -> Value:
        function = inner.get(0)
        if isinstance(function, Function):
            function.wraps = wrapped
            name = methods.class_name(wrapped)
            if name:
                function.name = name
        return function or UNKNOWN

    return Builtin("wraps", run)


def _update_wrapper(vm: Machine, call: CallArgs) -> Value:
    function, wrapped = call.get(0), call.get(1)
    if isinstance(function, Function) and wrapped is not None:
        function.wraps = wrapped
        function.name = methods.class_name(wrapped) or function.name
    return function or UNKNOWN


def _import_module(vm: Machine, call: CallArgs) -> Value:
    """``importlib.import_module(name)`` and its kin."""
    name, package = call.literal(0, "name"), call.literal(1, "package")
    if isinstance(name, str):
        if name.startswith(".") and isinstance(package, str):
            level = len(name) - len(name.lstrip("."))
            base = package.split(".")
            base = base[: len(base) - (level - 1)]
            name = ".".join([*base, name.lstrip(".")]).rstrip(".")
        return vm.loader.import_name(vm, vm.frame.module, name)
    vm.open_up("a module is imported by a computed name", call.span)
    return UNKNOWN


def _import_string(vm: Machine, call: CallArgs) -> Value:
    """``werkzeug.utils.import_string("pkg.mod:name")``."""
    name = call.literal(0)
    if not isinstance(name, str):
        vm.open_up("an object is imported by a computed name", call.span)
        return UNKNOWN
    found = vm.loader.import_name(vm, vm.frame.module, name.partition(":")[0])
    if isinstance(found, ModuleValue) and ":" not in name:
        return found
    module, _, attribute = name.replace(":", ".").rpartition(".")
    found = vm.loader.import_name(vm, vm.frame.module, module) if module else UNKNOWN
    return vm.get_attr(found, attribute) if isinstance(found, ModuleValue) else UNKNOWN


def _discover(reason: str) -> Model:
    def run(vm: Machine, call: CallArgs) -> Value:
        vm.open_up(reason, call.span)
        vm.escape_all(call)
        return UNKNOWN

    return run


def _join_path(vm: Machine, call: CallArgs) -> Value:
    """``path.join`` / ``path.resolve`` / ``os.path.join`` of known parts."""
    values = [Lit(v.path) if isinstance(v, PathObject) else v for v in call.pos]
    parts = [as_pattern(v) for v in values]
    if call.open or not parts or any(p is None or not p[1] for p in parts):
        return UNKNOWN
    return Lit(posixpath.normpath(posixpath.join(*(p[0] for p in parts if p is not None))))


def _dirname(vm: Machine, call: CallArgs) -> Value:
    path = call.literal(0)
    return Lit(posixpath.dirname(path)) if isinstance(path, str) else UNKNOWN


def _concat_lists(vm: Machine, call: CallArgs) -> Value:
    made = ListValue([], "list", call.open)
    for value in call.pos:
        items, is_open = methods.iterate(vm, value)
        made.extend(items, is_open)
    return made


def _first(vm: Machine, call: CallArgs) -> Value:
    return call.get(0) or UNKNOWN


# --- JavaScript ----------------------------------------------------------------------------------


def _object_entries(what: str) -> Model:
    def run(vm: Machine, call: CallArgs) -> Value:
        results = [_entries(vm, v, what) for v in options(call.get(0) or UNKNOWN)]
        return results[0] if len(results) == 1 else UNKNOWN

    return run


def _entries(vm: Machine, value: Value, what: str) -> Value:
    pairs: list[tuple[Value, Value]]
    if isinstance(value, DictValue):
        pairs, is_open = [(Lit(str(k)), v) for k, v in value.entries.items()], value.open
    elif isinstance(value, ListValue):
        pairs = [(Lit(str(i)), v) for i, v in enumerate(value.items)]
        is_open = value.open
    elif isinstance(value, ModuleValue):
        names = list(value.record.es_exports)
        pairs = [(Lit(n), vm.get_attr(value, n)) for n in names]
        is_open = value.record.es_open
    elif isinstance(value, Instance):
        pairs, is_open = [(Lit(k), v) for k, v in value.attrs.items()], False
    else:
        return UNKNOWN
    made: list[Value] = []
    for key, item in pairs:
        made.append(key if what == "keys" else item if what == "values" else ListValue([key, item]))
    return ListValue(made, "list", is_open)


def _object_assign(vm: Machine, call: CallArgs) -> Value:
    target = call.get(0) or UNKNOWN
    for source in call.pos[1:]:
        if isinstance(target, DictValue) and isinstance(source, DictValue):
            for key, value in source.entries.items():
                vm.store(target.entries, key, value)
            target.open = target.open or source.open
        elif isinstance(target, DictValue):
            target.open = True
        elif isinstance(target, (Native, Instance, Function)) and isinstance(source, DictValue):
            for key, value in source.entries.items():
                vm.store(target.attrs, str(key), value)
    return target


def _from_entries(vm: Machine, call: CallArgs) -> Value:
    return _dict(vm, CallArgs(pos=call.pos[:1], span=call.span))


def _map_class(vm: Machine, call: CallArgs) -> Value:
    made = DictValue(kind="map")
    if call.pos:
        source = _dict(vm, CallArgs(pos=call.pos[:1], span=call.span))
        if isinstance(source, DictValue):
            made.entries, made.open = source.entries, source.open
    return made


def _array_from(vm: Machine, call: CallArgs) -> Value:
    items, is_open = methods.iterate(vm, call.get(0) or UNKNOWN)
    made = ListValue(items, "list", is_open)
    callback = call.get(1)
    if callback is None:
        return made
    return vm.call(methods.method(vm, made, "map"), CallArgs(pos=[callback], this=made))


def _reflect_apply(vm: Machine, call: CallArgs) -> Value:
    """``Reflect.apply(f, this, args)``."""
    function = call.get(0) or UNKNOWN
    return vm.call(
        methods.method(vm, function, "apply"),
        CallArgs(pos=call.pos[1:], this=function, span=call.span, module=call.module),
    )


def _is_array(vm: Machine, call: CallArgs) -> Value:
    value = call.get(0)
    if isinstance(value, ListValue):
        return Lit(True)
    known = (Lit, Text, DictValue, Function, ClassValue, Native, Instance, Wrapped, Builtin)
    return Lit(False) if isinstance(value, known) or value is UNDEFINED else UNKNOWN


def _promisify(vm: Machine, call: CallArgs) -> Value:
    return External("util.promisify()", call, call.span)


def _is_async_function(vm: Machine, call: CallArgs) -> Value:
    value = call.get(0)
    return Lit(value.node.is_async) if isinstance(value, Function) else UNKNOWN


def _boolean(vm: Machine, call: CallArgs) -> Value:
    return UNKNOWN


def _union_args(vm: Machine, call: CallArgs) -> Value:
    value = call.get(0)
    return value if isinstance(value, ListValue) else union(call.pos)


def _timer(vm: Machine, call: CallArgs) -> Value:
    """``setTimeout(f)`` and its kin: f runs after the set-up code."""
    callback = call.get(0)
    if callback is not None and vm.recording:
        vm.defer(callback, CallArgs(pos=call.pos[2:], span=call.span))
    return External("js.setTimeout()", call, call.span)


def _environment(vm: Machine, call: CallArgs) -> Value:
    """``os.environ.get(name, default)``: the default, which a deployment may change."""
    default = call.get(1, "default")
    if isinstance(default, Lit) and isinstance(default.value, str):
        return Setting(default.value)
    return External("os.environ.get()", call, call.span)


LANGUAGE_MODELS: dict[str, Model] = {
    "os.environ.get": _environment,
    "os.getenv": _environment,
    **FILE_MODELS,
    "python.getattr": _getattr,
    "python.setattr": _setattr,
    "python.hasattr": _hasattr,
    "python.list": _as_list("list"),
    "python.tuple": _as_list("tuple"),
    "python.set": _as_list("set"),
    "python.frozenset": _as_list("set"),
    "python.sorted": _as_list("list"),
    "python.reversed": _as_list("list"),
    "itertools.chain": _concat_lists,
    "python.dict": _dict,
    "collections.OrderedDict": _dict,
    "python.enumerate": _enumerate,
    "python.zip": _zip,
    "python.range": _range,
    "python.isinstance": _isinstance,
    "python.str": _str,
    "python.dir": _dir,
    "python.vars": lambda vm, call: _vars(call),
    "inspect.getmembers": _members,
    "python.map": _map_python,
    "python.print": lambda vm, call: Lit(None),
    "python.__import__": _import_module,
    "functools.partial": _partial,
    "functools.wraps": _wraps,
    "functools.update_wrapper": _update_wrapper,
    "importlib.import_module": _import_module,
    "werkzeug.utils.import_string": _import_string,
    "pkgutil.walk_packages": _discover("modules are discovered with pkgutil"),
    "importlib.metadata.entry_points": _discover("plugins are loaded from entry points"),
    "pkg_resources.iter_entry_points": _discover("plugins are loaded from entry points"),
    "os.path.join": _join_path,
    "os.path.dirname": _dirname,
    "os.path.abspath": _first,
    "typing.cast": lambda vm, call: call.get(1) or UNKNOWN,
    "copy.copy": _first,
    "js.Object.keys": _object_entries("keys"),
    "js.Object.values": _object_entries("values"),
    "js.Object.entries": _object_entries("entries"),
    "js.Object.assign": _object_assign,
    "js.Object.freeze": _first,
    "js.Reflect.apply": _reflect_apply,
    "js.Object.fromEntries": _from_entries,
    "js.Map": _map_class,
    "js.Set": _array_from,
    "js.Array.from": _array_from,
    "js.Array.isArray": _is_array,
    "js.Array.of": lambda vm, call: ListValue(list(call.pos), "list", call.open),
    "js.Promise.resolve": _first,
    "js.Promise.all": _union_args,
    "js.Promise.allSettled": _union_args,
    "js.String": _str,
    "js.Boolean": _boolean,
    "js.setTimeout": _timer,
    "js.setImmediate": _timer,
    "js.process.nextTick": _timer,
    "js.console.log": lambda vm, call: UNDEFINED,
    "js.console.error": lambda vm, call: UNDEFINED,
    "js.console.warn": lambda vm, call: UNDEFINED,
    "js.console.info": lambda vm, call: UNDEFINED,
    "path.join": _join_path,
    "path.resolve": _join_path,
    "path.dirname": _dirname,
    "util.promisify": _promisify,
    "util.types.isAsyncFunction": _is_async_function,
    "util.inherits": lambda vm, call: UNDEFINED,
}
