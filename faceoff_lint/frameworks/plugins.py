"""pluggy, which Flask apps load their parts with: plugin managers, markers, hook calls.

Source: pluggy 1.x documentation ("Registering plugins", "Calling hooks"): implementations run in
reverse order of registration, ``tryfirst`` before and ``trylast`` after the others, with those
arguments that they name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from faceoff_lint import ir
from faceoff_lint.frameworks.events import Recorder
from faceoff_lint.interpreter import Machine, Model
from faceoff_lint.values import (
    UNKNOWN,
    Builtin,
    CallArgs,
    External,
    Function,
    Instance,
    ListValue,
    Lit,
    ModuleValue,
    Native,
    Value,
    Wrapped,
)

__all__ = ["PLUGIN_MODELS", "PluginManager"]

MARK = "pluggy.HookimplMarker()"


def _implementation(value: Value) -> tuple[Function, CallArgs | None] | None:
    """The function behind ``@impl`` or ``@impl(tryfirst=True)``, with the marker's arguments."""
    if not isinstance(value, Wrapped) or not isinstance(value.by, External):
        return None
    inner = value.inner
    if not isinstance(inner, Function) or not value.by.path.startswith(MARK):
        return None
    return inner, value.by.args if value.by.path == MARK + "()" else None


class PluginManager(Recorder):
    """A ``PluginManager``: the plugins registered with it, and whether there may be more."""

    kind = "plugins"

    def __init__(self, vm: Any, call: CallArgs) -> None:
        super().__init__(vm, call)
        self.plugins: list[Value] = []
        self.open = False

    def get_attr(self, vm: Any, name: str) -> Value | None:
        """``register``, ``hook``, and the loaders of what isn't seen."""
        if name in self.attrs:
            return self.attrs[name]
        if name == "register":
            return Builtin("pluggy.register", self._register, self)
        if name == "hook":
            return _Hooks(self)
        if name in ("load_setuptools_entrypoints", "add_hookspecs", "set_blocked"):
            return Builtin(f"pluggy.{name}", self._load(name), self)
        return External(f"pluggy.PluginManager().{name}")

    def _register(self, vm: Any, call: CallArgs) -> Value:
        plugin = call.get(0, "plugin") or UNKNOWN
        if isinstance(plugin, (ModuleValue, Instance)):
            self.plugins.append(plugin)
        else:
            self.open = True
        return Lit(None)

    def _load(self, name: str) -> Callable[[Any, CallArgs], Value]:
        def run(vm: Any, call: CallArgs) -> Value:
            if name == "load_setuptools_entrypoints":
                vm.open_up("plugins are loaded from entry points", call.span)
            return UNKNOWN

        return run

    def implementations(self, vm: Any, name: str) -> list[Function]:
        """The project's implementations of a hook, in the order they run.

        If something unknown was registered, every loaded module may be a plugin.
        """
        found: list[tuple[int, Function]] = []
        holders = [p.record.env.vars for p in self.plugins if isinstance(p, ModuleValue)]
        if self.open:
            holders += [r.env.vars for r in vm.loader.loaded()]
        seen: set[int] = set()
        for names in reversed(holders):
            known = _implementation(names.get(name, UNKNOWN))
            if known is None or id(known[0].node) in seen:
                continue
            function, options = known
            seen.add(id(function.node))
            first = options is not None and options.kw.get("tryfirst") == Lit(True)
            last = options is not None and options.kw.get("trylast") == Lit(True)
            found.append((0 if first else 2 if last else 1, function))
        return [f for _, f in sorted(found, key=lambda pair: pair[0])]


class _Hooks(Native):
    """``manager.hook``."""

    kind = "hooks"

    def __init__(self, manager: PluginManager) -> None:
        super().__init__(manager.span, manager.module)
        self.manager = manager

    def get_attr(self, vm: Any, name: str) -> Value | None:
        """A hook: called, it runs its implementations."""

        def run(vm: Any, call: CallArgs) -> Value:
            results: list[Value] = []
            for function in self.manager.implementations(vm, name):
                if function.node.is_generator:
                    continue  # hook wrappers
                named = {p.target.id for p in function.node.params if isinstance(p.target, ir.Name)}
                kept = {k: v for k, v in call.kw.items() if k in named}
                inner = CallArgs(kw=kept, span=call.span, module=call.module)
                results.append(vm.call(function, inner))
            return ListValue(results, "list", True)

        return Builtin(f"pluggy.hook.{name}", run, self)


def _manager(vm: Machine, call: CallArgs) -> Value:
    return PluginManager(vm, call)


PLUGIN_MODELS: dict[str, Model] = {
    "pluggy.PluginManager": _manager,
    "pluggy.manager.PluginManager": _manager,
    "pluggy._manager.PluginManager": _manager,
}
