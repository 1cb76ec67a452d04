"""Flask's objects: Flask, Blueprint, views.

Source: Flask 3.1, API documentation ("Application Object", "Blueprint Objects", "View Function
Options", "Class-Based Views"); nested blueprints and ``@app.get`` from 2.0.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from faceoff_lint.frameworks.events import (
    ConfigEvent,
    ErrorHandlerEvent,
    ExtensionEvent,
    HookEvent,
    ListenEvent,
    MountEvent,
    Recorder,
    RouteEvent,
)
from faceoff_lint.interpreter import Machine, Model
from faceoff_lint.source import Span
from faceoff_lint.values import (
    MAYBE,
    NO,
    UNKNOWN,
    YES,
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
    options,
)

__all__ = [
    "FLASK_MODELS", "AsView", "Blueprint", "Config", "Extension", "FlaskApp", "current_app",
    "methods_of", "native_of",
]  # fmt: skip

HOOKS = {
    "before_request", "after_request", "teardown_request", "before_first_request",
    "teardown_appcontext", "context_processor", "url_value_preprocessor", "url_defaults",
    "before_app_request", "after_app_request", "teardown_app_request", "app_context_processor",
    "before_app_first_request", "app_url_value_preprocessor", "app_url_defaults",
    "shell_context_processor",
}  # fmt: skip
NAMED = {
    "template_filter", "template_test", "template_global", "app_template_filter",
    "app_template_test", "app_template_global",
}  # fmt: skip
VERBS = {"get", "post", "put", "delete", "patch"}


def native_of(value: Value | None) -> Native | None:
    """The framework object a value is or holds."""
    if isinstance(value, Native):
        return value
    if isinstance(value, Instance):
        return value.native
    if isinstance(value, Wrapped):
        return native_of(value.inner)
    return None


def methods_of(value: Value | None) -> tuple[str, ...] | None:
    """A ``methods=`` argument as upper-case names; empty when absent, None when unknown."""
    if value is None or value == Lit(None):
        return ()
    if not isinstance(value, ListValue) or value.open:
        return None
    names = [i.value for i in value.items if isinstance(i, Lit) and isinstance(i.value, str)]
    if len(names) != len(value.items):
        return None
    return tuple(n.upper() for n in names)


class AsView(Native):
    """``Class.as_view("name")``: a view function made from a class."""

    kind = "as_view"

    def __init__(self, span: Span, module: str, cls: Value, name: Value | None) -> None:
        super().__init__(span, module)
        self.cls = cls
        self.name = name


def _as_view(vm: Machine, call: CallArgs) -> Value:
    return AsView(call.span, call.module, call.this or UNKNOWN, call.get(0, "name"))


class Config(Native):
    """``app.config``: notes what is set, answers unknown to what is asked."""

    kind = "config"

    def __init__(self, app: FlaskApp) -> None:
        super().__init__(app.span, app.module)
        self.app = app
        self.values: dict[str, Value] = {}

    def get_attr(self, vm: Any, name: str) -> Value | None:
        """``from_object`` and its kin, ``update``, ``get``, ``setdefault``."""
        if name.startswith("from_") or name in ("update", "setdefault"):
            return Builtin(f"flask.config.{name}", self._load(name), self)
        if name == "get":
            return Builtin("flask.config.get", self._get, self)
        return External(f"flask.Flask().config.{name}")

    def _get(self, vm: Any, call: CallArgs) -> Value:
        found = self.get_item(vm, call.get(0) or UNKNOWN)
        default = call.get(1)
        if isinstance(found, External) and isinstance(default, Lit):
            return Setting(default.value)
        return found

    def _load(self, name: str) -> Callable[[Any, CallArgs], Value]:
        def run(vm: Any, call: CallArgs) -> Value:
            value = _named(vm, call.get(0) or UNKNOWN, name)
            known = [v for v in call.pos if isinstance(v, DictValue)]
            pairs = [(str(k), v) for d in known for k, v in d.entries.items()]
            for key, item in [*pairs, *call.kw.items(), *_upper(vm, value, name)]:
                vm.store(self.values, key, item)
            for key, item in [*pairs, *call.kw.items()]:
                self.app.setting(vm, call, key, item, name)
            if name == "setdefault" and isinstance(value, Lit):
                self.app.setting(vm, call, str(value.value), call.get(1) or UNKNOWN, name)
            elif name not in ("update", "from_mapping"):
                self.app.setting(vm, call, "*", value, name)
            return Lit(True)

        return run

    def get_item(self, vm: Any, key: Value) -> Value:
        """A setting as the set-up code gave it last; deployments may change it."""
        found = self.values.get(str(key.value)) if isinstance(key, Lit) else None
        if isinstance(found, Lit):
            return Setting(found.value)
        if isinstance(found, (ListValue, Text)):
            return found
        return External("flask.Flask().config[]")

    def set_item(self, vm: Any, key: Value, value: Value) -> None:
        """``app.config["KEY"] = value``."""
        name = str(key.value) if isinstance(key, Lit) else "?"
        vm.store(self.values, name, value)
        call = CallArgs(span=vm.assign_span, module=vm.frame.module.path)
        self.app.setting(vm, call, name, value, "item")


def _named(vm: Any, value: Value, how: str) -> Value:
    """What ``from_object`` gets: an object as it is, a name as what it names if that is found."""
    name = value.value if isinstance(value, Lit) and how == "from_object" else None
    if not isinstance(name, str):
        return value
    call = CallArgs(pos=[Lit(name)], span=vm.assign_span)
    found: Value = vm.call(External("werkzeug.utils.import_string"), call)
    if isinstance(found, (ClassValue, Instance, ModuleValue)):
        return found
    module = vm.loader.import_name(vm, vm.frame.module, name)
    whole = isinstance(module, ModuleValue) and ("." + module.record.name).endswith("." + name)
    return module if whole else value


def _upper(vm: Any, value: Value, how: str) -> list[tuple[str, Value]]:
    """The upper-case attributes that ``from_object`` takes from a class or a module."""
    if how != "from_object":
        return []
    if isinstance(value, ModuleValue):
        return [(k, v) for k, v in value.record.env.vars.items() if k.isupper()]
    cls = value.cls if isinstance(value, Instance) else value
    if isinstance(cls, ClassValue):
        bases = [b for b in reversed(cls.mro()) if isinstance(b, ClassValue)]
        return [(k, v) for b in bases for k, v in b.attrs.items() if k.isupper()]
    return []


class Scaffold(Recorder):
    """What Flask and Blueprint share. ``endpoint_views``: what ``@app.endpoint`` gave views to.

    ``foreign``: a blueprint of a library is registered on it.
    """

    def __init__(self, vm: Any, call: CallArgs) -> None:
        super().__init__(vm, call)
        self.endpoint_views: dict[str, Value] = {}
        self.foreign = False

    def get_attr(self, vm: Any, name: str) -> Value | None:
        """Members that register something; attributes the program set; else a library member."""
        if name in self.attrs:
            return self.attrs[name]
        run = self.member(name)
        if run is not None:
            return Builtin(f"flask.{name}", run, self)
        return External(f"flask.{type(self).__name__}().{name}")

    def member(self, name: str) -> Callable[[Any, CallArgs], Value] | None:
        """The model of the member ``name``."""
        if name == "route":
            return lambda vm, call: self._route(vm, call, None, "route")
        if name in VERBS:
            return lambda vm, call: self._route(vm, call, (name.upper(),), name)
        if name == "add_url_rule":
            return self._add_url_rule
        if name == "register_blueprint":
            return self._register_blueprint
        if name in ("errorhandler", "app_errorhandler"):
            return lambda vm, call: self._errorhandler(vm, call, name == "app_errorhandler")
        if name == "register_error_handler":
            return self._register_error_handler
        if name in HOOKS:
            return lambda vm, call: self._hook(vm, call, name)
        if name in NAMED:
            return lambda vm, call: self._named_hook(vm, call, name)
        if name == "endpoint":
            return self._endpoint
        return None

    def _route(self, vm: Any, call: CallArgs, methods: tuple[str, ...] | None, how: str) -> Value:
        noted = self.note(vm, call)

        def decorate(vm: Any, inner: CallArgs) -> Value:
            view = inner.get(0) or UNKNOWN
            event = RouteEvent(
                **{**noted, "order": (vm.late, vm.tick()), "conditions": tuple(vm.conditions)},
                rules=[call.get(0, "rule")],
                methods=methods if methods is not None else methods_of(call.get(-1, "methods")),
                handlers=[view],
                endpoint=call.get(-1, "endpoint"),
                options={**call.kw, **({"**": UNKNOWN} if call.open else {})},
                how=how,
            )
            self.record(vm, event)
            return view

        return Builtin(f"flask.{how}()", decorate, self)

    def _add_url_rule(self, vm: Any, call: CallArgs) -> Value:
        view = call.get(2, "view_func")
        self.record(
            vm,
            RouteEvent(
                **self.note(vm, call),
                rules=[call.get(0, "rule")],
                methods=methods_of(call.get(-1, "methods")),
                handlers=[] if view is None or view == Lit(None) else [view],
                endpoint=call.get(1, "endpoint"),
                options={**call.kw, **({"**": UNKNOWN} if call.open else {})},
                how="add_url_rule",
                open=call.open,
            ),
        )
        return Lit(None)

    def _register_blueprint(self, vm: Any, call: CallArgs) -> Value:
        value = call.get(0, "blueprint")
        for choice in options(value if value is not None else UNKNOWN):
            child = native_of(choice)
            if isinstance(child, Recorder):
                prefix = call.get(-1, "url_prefix")
                if call.open and prefix is None:
                    prefix = UNKNOWN
                event = MountEvent(
                    **self.note(vm, call), child=child, prefix=prefix, options=dict(call.kw)
                )
                self.record(vm, event)
                self._registered(vm, call, choice)
            elif isinstance(choice, External):
                self.foreign = True
            else:
                vm.open_up("a blueprint is registered that can't be resolved", call.span)
        return Lit(None)

    def _registered(self, vm: Any, call: CallArgs, child: Value) -> None:
        """``Blueprint.register`` as a project subclass has it: it may register more."""
        cls = child.cls if isinstance(child, Instance) else None
        override = cls.lookup("register") if cls is not None else None
        if isinstance(override, Function) and vm.recording:
            given = CallArgs(pos=[self, DictValue(dict(call.kw.items()))], span=call.span)
            vm.call(override.bind(child), given)

    def _endpoint(self, vm: Any, call: CallArgs) -> Value:
        """``@app.endpoint(name)``: the view of a rule that was added without one."""
        name = call.literal(0)

        def decorate(vm: Any, inner: CallArgs) -> Value:
            view = inner.get(0) or UNKNOWN
            if vm.recording and isinstance(name, str):
                self.endpoint_views[name] = view
            return view

        return Builtin("flask.endpoint()", decorate, self)

    def _errorhandler(self, vm: Any, call: CallArgs, app_wide: bool) -> Value:
        key = call.get(0, "code_or_exception") or UNKNOWN
        noted = self.note(vm, call)

        def decorate(vm: Any, inner: CallArgs) -> Value:
            view = inner.get(0) or UNKNOWN
            event = ErrorHandlerEvent(**noted, key=key, handler=view, app_wide=app_wide)
            self.record(vm, event)
            return view

        return Builtin("flask.errorhandler()", decorate, self)

    def _register_error_handler(self, vm: Any, call: CallArgs) -> Value:
        key, handler = call.get(0) or UNKNOWN, call.get(1, "f") or UNKNOWN
        self.record(vm, ErrorHandlerEvent(**self.note(vm, call), key=key, handler=handler))
        return Lit(None)

    def _hook(self, vm: Any, call: CallArgs, name: str) -> Value:
        handler = call.get(0, "f") or UNKNOWN
        self.record(vm, HookEvent(**self.note(vm, call), name=name, handler=handler))
        return handler

    def _named_hook(self, vm: Any, call: CallArgs, name: str) -> Value:
        noted = self.note(vm, call)

        def decorate(vm: Any, inner: CallArgs) -> Value:
            handler = inner.get(0) or UNKNOWN
            self.record(vm, HookEvent(**noted, name=name, handler=handler))
            return handler

        return Builtin(f"flask.{name}()", decorate, self)


class FlaskApp(Scaffold):
    """A ``Flask(…)`` object."""

    kind = "flask"

    def __init__(self, vm: Any, call: CallArgs) -> None:
        super().__init__(vm, call)
        self.config = Config(self)

    def get_attr(self, vm: Any, name: str) -> Value | None:
        """``config``, ``run`` and what Scaffold has."""
        if name == "config":
            return self.config
        if name == "cli":
            return External("flask.Flask().cli")
        return super().get_attr(vm, name)

    def set_attr(self, vm: Any, name: str, value: Value) -> None:
        """``app.debug = True``, ``app.secret_key = …`` are settings too."""
        if name in ("debug", "secret_key", "testing", "env", "url_map", "session_interface"):
            call = CallArgs(span=vm.assign_span, module=vm.frame.module.path)
            self.setting(vm, call, name, value, "attr")
        super().set_attr(vm, name, value)

    def setting(self, vm: Any, call: CallArgs, key: str, value: Value, how: str) -> None:
        """Note a configuration value."""
        self.record(vm, ConfigEvent(**self.note(vm, call), key=key, value=value, how=how))

    def member(self, name: str) -> Callable[[Any, CallArgs], Value] | None:
        """``run`` starts the development server."""
        if name == "run":
            return self._run
        return super().member(name)

    def _run(self, vm: Any, call: CallArgs) -> Value:
        self.record(vm, ListenEvent(**self.note(vm, call), how="app.run"))
        return Lit(None)


class Blueprint(Scaffold):
    """A ``Blueprint(name, import_name, …)`` object. ``flavour``: ``flask`` or ``smorest``."""

    kind = "blueprint"

    def __init__(self, vm: Any, call: CallArgs, flavour: str = "flask") -> None:
        super().__init__(vm, call)
        self.flavour = flavour

    @property
    def name(self) -> Value:
        """The blueprint's name as given to the constructor."""
        return self.args.get(0, "name") or UNKNOWN

    @property
    def url_prefix(self) -> Value | None:
        """``url_prefix`` of the constructor."""
        found = self.args.get(-1, "url_prefix")
        return UNKNOWN if found is None and self.args.open else found

    def get_attr(self, vm: Any, name: str) -> Value | None:
        """``name`` and ``url_prefix`` as the constructor got them, and what Scaffold has."""
        if name == "name" and name not in self.attrs:
            return self.name
        if name == "url_prefix" and name not in self.attrs:
            return self.url_prefix or Lit(None)
        return super().get_attr(vm, name)

    def reinit(self, vm: Any, call: CallArgs) -> None:
        """A subclass passes the real name and prefix to ``super().__init__``."""
        self.args = call

    def member(self, name: str) -> Callable[[Any, CallArgs], Value] | None:
        """``record`` functions run at registration, with a state that holds the app."""
        if name in ("record", "record_once"):
            return self._record_setup
        return super().member(name)

    def _record_setup(self, vm: Any, call: CallArgs) -> Value:
        callback = call.get(0)
        if callback is not None and vm.recording:
            vm.defer(callback, CallArgs(pos=[UNKNOWN], span=call.span))
        return callback or UNKNOWN


class Extension(Recorder):
    """An extension object of a kind that needs no model of its own.

    ``met``: whether it met an app; unknown when it met something that may be one.
    """

    kind = "extension"

    def __init__(self, vm: Any, call: CallArgs, path: str) -> None:
        super().__init__(vm, call)
        self.path = path
        self.met = MAYBE if call.open else NO
        self.bind(vm, call, call.get(0, "app"))

    def bind(self, vm: Any, call: CallArgs, app: Value | None) -> None:
        """Note that the extension meets the app."""
        target = native_of(app)
        if isinstance(target, FlaskApp):
            self.met = YES
            target.record(vm, ExtensionEvent(**target.note(vm, call), extension=self))
        elif self.met is NO and app is not None and app != Lit(None):
            self.met = MAYBE

    def get_attr(self, vm: Any, name: str) -> Value | None:
        """``init_app``; everything else is the library's."""
        if name in self.attrs:
            return self.attrs[name]
        if name == "init_app":
            return Builtin("flask.init_app", self._init_app, self)
        if name == "run" and self.path == "flask_socketio.SocketIO":
            return Builtin("flask_socketio.run", self._run, self)
        return External(f"{self.path}().{name}")

    def _run(self, vm: Any, call: CallArgs) -> Value:
        """``socketio.run(app)`` starts the server of the app."""
        app = native_of(call.get(0, "app"))
        if isinstance(app, FlaskApp):
            app.record(vm, ListenEvent(**app.note(vm, call), how="socketio.run"))
        return Lit(None)

    def _init_app(self, vm: Any, call: CallArgs) -> Value:
        self.bind(vm, call, call.get(0, "app") or UNKNOWN)
        return Lit(None)

    def call(self, vm: Any, call: CallArgs) -> Value:
        """Some extensions are called like functions; they hand back what they get."""
        return UNKNOWN


def _extension(path: str) -> Model:
    return lambda vm, call: Extension(vm, call, path)


EXTENSIONS = (
    "flask_sqlalchemy.SQLAlchemy", "flask_migrate.Migrate", "flask_login.LoginManager",
    "flask_wtf.CSRFProtect", "flask_wtf.csrf.CSRFProtect", "flask_mail.Mail",
    "flask_caching.Cache", "flask_marshmallow.Marshmallow", "flask_babel.Babel",
    "flask_limiter.Limiter", "flask_bcrypt.Bcrypt", "flask_cors.CORS", "flask_moment.Moment",
    "flask_socketio.SocketIO", "flask_jwt_extended.JWTManager", "flask_bootstrap.Bootstrap",
    "flask_debugtoolbar.DebugToolbarExtension", "flask_pagedown.PageDown", "flask_admin.Admin",
    "flask_appbuilder.AppBuilder",
)  # fmt: skip


def _register_on_first(vm: Machine, call: CallArgs) -> Value:
    """A library function that only decorates what it gets (``csrf.exempt(bp)``)."""
    return call.get(0) or UNKNOWN


def _proxy_fix(vm: Machine, call: CallArgs) -> Value:
    return call.get(0) or UNKNOWN


def _local_proxy(vm: Machine, call: CallArgs) -> Value:
    """``LocalProxy(lambda: app)``: what the function gives, if that is known by now."""
    function = call.get(0, "local")
    if isinstance(function, Function) and function.node.expression_body:
        found = vm.call(function, CallArgs(span=call.span))
        if native_of(found) is not None:
            return found
    return External("werkzeug.local.LocalProxy()", call, call.span)


def _explicit_init(vm: Machine, call: CallArgs) -> Value:
    """``Blueprint.__init__(self, …)`` of a project subclass."""
    native = native_of(call.get(0))
    if native is not None and vm.recording:
        native.reinit(vm, CallArgs(call.pos[1:], call.kw, call.open, call.span))
    return Lit(None)


FLASK_MODELS: dict[str, Model] = {
    "flask.Flask": FlaskApp,
    "flask.app.Flask": FlaskApp,
    "flask.Blueprint": Blueprint,
    "flask.blueprints.Blueprint": Blueprint,
    "flask.Blueprint.__init__": _explicit_init,
    "flask.blueprints.Blueprint.__init__": _explicit_init,
    "flask.views.View.as_view": _as_view,
    "werkzeug.middleware.proxy_fix.ProxyFix": _proxy_fix,
    "werkzeug.local.LocalProxy": _local_proxy,
    "flask_wtf.csrf.CSRFProtect().exempt": _register_on_first,
    "flask_wtf.CSRFProtect().exempt": _register_on_first,
    **{path: _extension(path) for path in EXTENSIONS},
}


def current_app(vm: Machine, member: External) -> Value | None:
    """``current_app.member`` in set-up code: the app being set up, if there is only one.

    In request code it stays a proxy: rules ask for it by that name.
    """
    apps = [n for n in vm.natives if isinstance(n, FlaskApp)]
    if not vm.recording or not apps or len({a.span for a in apps}) > 1:
        return None
    return apps[-1].get_attr(vm, member.path.rpartition(".")[2])
