"""Flask-RESTX, Flask-RESTPlus, Flask-RESTful and flask-smorest objects.

Sources: Flask-RESTX 1.3 documentation ("API", "Scaling your project"), its ``api.py`` and
``namespace.py``; Flask-RESTful 0.3.10 ``__init__.py``; flask-smorest documentation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from faceoff_lint.frameworks.events import ErrorHandlerEvent, MountEvent, Recorder, RouteEvent
from faceoff_lint.frameworks.flask import Blueprint, methods_of, native_of
from faceoff_lint.interpreter import Model
from faceoff_lint.values import (
    UNKNOWN,
    Builtin,
    CallArgs,
    External,
    Lit,
    Value,
    as_pattern,
    options,
)

__all__ = ["REST_MODELS", "Api", "Namespace"]


class Resources(Recorder):
    """What Api and Namespace share: resource classes under URLs."""

    flavour = "restx"

    def get_attr(self, vm: Any, name: str) -> Value | None:
        """Members that register something; everything else is the library's."""
        if name in self.attrs:
            return self.attrs[name]
        run = self.member(name)
        if run is not None:
            return Builtin(f"flask_restx.{name}", run, self)
        return External(f"flask_{self.flavour}.{type(self).__name__}().{name}")

    def member(self, name: str) -> Callable[[Any, CallArgs], Value] | None:
        """The model of the member ``name``."""
        if name == "add_resource":
            return self._add_resource
        if name in ("route", "resource"):
            return lambda vm, call: self._route(vm, call, name)
        if name == "errorhandler":
            return self._errorhandler
        return None

    def _event(self, vm: Any, call: CallArgs, cls: Value, urls: list[Value], how: str) -> None:
        self.record(
            vm,
            RouteEvent(
                **self.note(vm, call),
                rules=list(urls),
                methods=methods_of(call.kw.get("methods")) or (),
                handlers=[cls],
                endpoint=call.get(-1, "endpoint"),
                options=dict(call.kw),
                how=how,
                open=call.open,
            ),
        )

    def _add_resource(self, vm: Any, call: CallArgs) -> Value:
        at = 1
        if self.kind == "namespace" and isinstance(native_of(call.get(0)), Recorder):
            at = 2  # restx's internal form: add_resource(namespace, Class, *urls)
        cls = call.get(at - 1, "resource") or UNKNOWN
        self._event(vm, call, cls, call.pos[at:], "add_resource")
        return Lit(None)

    def _route(self, vm: Any, call: CallArgs, how: str) -> Value:
        def decorate(vm: Any, inner: CallArgs) -> Value:
            cls = inner.get(0) or UNKNOWN
            self._event(vm, call, cls, call.pos, how)
            return cls

        return Builtin("flask_restx.route()", decorate, self)

    def _errorhandler(self, vm: Any, call: CallArgs) -> Value:
        key = call.get(0)

        def decorate(vm: Any, inner: CallArgs) -> Value:
            handler = inner.get(0) or UNKNOWN
            event = ErrorHandlerEvent(**self.note(vm, call), key=key or UNKNOWN, handler=handler)
            self.record(vm, event)
            return handler

        return Builtin("flask_restx.errorhandler()", decorate, self)


class Api(Resources):
    """``Api(app_or_blueprint, …)`` of Flask-RESTX, -RESTPlus (``restx``) or -RESTful."""

    kind = "api"

    def __init__(self, vm: Any, call: CallArgs, flavour: str) -> None:
        super().__init__(vm, call)
        self.flavour = flavour
        self.bound: Value | None = None
        self._bind(vm, call, call.get(0, "app"))

    @property
    def prefix(self) -> Value | None:
        """The ``prefix`` argument."""
        at = 1 if self.flavour == "restful" else -1
        return self.args.get(at, "prefix")

    def reinit(self, vm: Any, call: CallArgs) -> None:
        """A subclass passes the real arguments to ``super().__init__``."""
        self.args = call
        self._bind(vm, call, call.get(0, "app"))

    def _bind(self, vm: Any, call: CallArgs, target: Value | None) -> None:
        if target is None or target == Lit(None):
            return
        for choice in options(target):
            native = native_of(choice)
            if native is not None and native is self.bound:
                continue  # a subclass passes on to __init__ what it was made with
            if isinstance(native, Recorder):
                self.bound = native
                event = MountEvent(
                    **native.note(vm, call), child=self, prefix=None, options=dict(call.kw)
                )
                native.record(vm, event)
            else:
                self.bound = UNKNOWN
                self.escaped = True

    def member(self, name: str) -> Callable[[Any, CallArgs], Value] | None:
        """``init_app``, ``add_namespace``, ``namespace``, smorest's ``register_blueprint``."""
        if name == "init_app":
            return self._init_app
        if name == "add_namespace":
            return self._add_namespace
        if name == "namespace":
            return self._namespace
        if name == "register_blueprint":
            return self._register_blueprint
        return super().member(name)

    def _init_app(self, vm: Any, call: CallArgs) -> Value:
        self._bind(vm, call, call.get(0, "app"))
        return Lit(None)

    def _mount(self, vm: Any, call: CallArgs, value: Value, prefix: Value | None) -> None:
        for choice in options(value):
            child = native_of(choice)
            if isinstance(child, Recorder):
                event = MountEvent(
                    **self.note(vm, call), child=child, prefix=prefix, options=dict(call.kw)
                )
                self.record(vm, event)
            else:
                vm.open_up("a namespace is added that can't be resolved", call.span)

    def _add_namespace(self, vm: Any, call: CallArgs) -> Value:
        self._mount(vm, call, call.get(0, "ns") or UNKNOWN, call.get(1, "path"))
        return Lit(None)

    def _register_blueprint(self, vm: Any, call: CallArgs) -> Value:
        self._mount(vm, call, call.get(0) or UNKNOWN, call.get(-1, "url_prefix"))
        return Lit(None)

    def _namespace(self, vm: Any, call: CallArgs) -> Value:
        made = Namespace(vm, call, self.flavour)
        self._mount(vm, call, made, None)
        return made


class Namespace(Resources):
    """Flask-RESTX's ``Namespace(name, description, path)``."""

    kind = "namespace"

    def __init__(self, vm: Any, call: CallArgs, flavour: str) -> None:
        super().__init__(vm, call)
        self.flavour = flavour

    def reinit(self, vm: Any, call: CallArgs) -> None:
        """A subclass passes the real arguments to ``super().__init__``."""
        self.args = call

    @property
    def name(self) -> Value:
        """The first argument."""
        return self.args.get(0, "name") or UNKNOWN

    @property
    def path(self) -> tuple[str, bool] | None:
        """Where its routes go by default: ``path``, else ``/`` and the name."""
        given = self.args.get(2, "path")
        if given is not None and given != Lit(None):
            return as_pattern(given)
        name = as_pattern(self.name)
        return ("/" + name[0], name[1]) if name else None


REST_MODELS: dict[str, Model] = {
    "flask_restx.Api": lambda vm, call: Api(vm, call, "restx"),
    "flask_restplus.Api": lambda vm, call: Api(vm, call, "restplus"),
    "flask_restful.Api": lambda vm, call: Api(vm, call, "restful"),
    "flask_smorest.Api": lambda vm, call: Api(vm, call, "smorest"),
    "flask_restx.Namespace": lambda vm, call: Namespace(vm, call, "restx"),
    "flask_restplus.Namespace": lambda vm, call: Namespace(vm, call, "restplus"),
    "flask_smorest.Blueprint": lambda vm, call: Blueprint(vm, call, "smorest"),
    "flask_smorest.blueprint.Blueprint": lambda vm, call: Blueprint(vm, call, "smorest"),
}
