"""What set-up code does to a framework object, in the order it does it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from faceoff_lint.source import Span
from faceoff_lint.values import CallArgs, Condition, Native, Value

if TYPE_CHECKING:
    from faceoff_lint import ir

__all__ = [
    "ConfigEvent",
    "ErrorHandlerEvent",
    "Event",
    "ExtensionEvent",
    "HookEvent",
    "ListenEvent",
    "MountEvent",
    "ParamEvent",
    "Recorder",
    "RouteEvent",
    "SocketEvent",
    "UseEvent",
]


@dataclass(slots=True, eq=False, kw_only=True)
class Event:
    """Common to all: where (``span``: the call or decorator), when, and under which conditions.

    ``order`` sorts events as the running program would meet them: what runs after an ``await`` or
    in a callback comes after all that runs at once. ``owner`` is the object it was done to.
    """

    span: Span
    order: tuple[int, int]
    conditions: tuple[Condition, ...]
    owner: Native
    args: CallArgs


@dataclass(slots=True, eq=False, kw_only=True)
class RouteEvent(Event):
    """A route. Flask: ``rule``, ``endpoint``, one handler. Express: ``rule`` is each path.

    ``methods``: upper case, empty when the framework's default counts, None when unknown.
    ``how``: the member called (``route``, ``get``, ``add_url_rule``, ``add_resource`` …).
    ``before``: handlers that an earlier ``all`` of the same ``route(path)`` put in front.
    ``open``: there may be more handlers than are known.
    """

    rules: list[Value | None]
    methods: tuple[str, ...] | None
    handlers: list[Value]
    handler_nodes: list[ir.Expr | None] = field(default_factory=list)
    endpoint: Value | None = None
    options: dict[str, Value] = field(default_factory=dict)
    how: str = "route"
    open: bool = False
    before: list[Value] = field(default_factory=list)


@dataclass(slots=True, eq=False, kw_only=True)
class MountEvent(Event):
    """A group put under another object: ``register_blueprint``, ``add_namespace``, ``Api(app)``."""

    child: Native
    prefix: Value | None
    options: dict[str, Value] = field(default_factory=dict)


@dataclass(slots=True, eq=False, kw_only=True)
class UseEvent(Event):
    """Express's ``use``: paths (None: everywhere) and what stands there, routers included."""

    paths: list[Value | None]
    handlers: list[Value]
    handler_nodes: list[ir.Expr | None] = field(default_factory=list)
    open: bool = False


@dataclass(slots=True, eq=False, kw_only=True)
class ParamEvent(Event):
    """Express's ``router.param``."""

    name: Value
    handler: Value


@dataclass(slots=True, eq=False, kw_only=True)
class HookEvent(Event):
    """Flask's ``before_request`` and its kin; ``name`` is the member called."""

    name: str
    handler: Value


@dataclass(slots=True, eq=False, kw_only=True)
class ErrorHandlerEvent(Event):
    """Flask's ``errorhandler``: ``key`` is the code or exception class."""

    key: Value
    handler: Value
    app_wide: bool = False


@dataclass(slots=True, eq=False, kw_only=True)
class ExtensionEvent(Event):
    """An extension meets an app: ``init_app`` or ``Extension(app)``."""

    extension: Native


@dataclass(slots=True, eq=False, kw_only=True)
class ConfigEvent(Event):
    """A setting: ``app.config[key] = value``, ``app.debug = value``, ``app.set(key, value)``.

    ``how``: ``item``, ``attr``, ``set``, ``enable``, ``disable``, ``from_object`` …
    """

    key: str
    value: Value
    how: str


@dataclass(slots=True, eq=False, kw_only=True)
class ListenEvent(Event):
    """The server is started: ``app.run``, ``app.listen``, ``server.listen``."""

    how: str


@dataclass(slots=True, eq=False, kw_only=True)
class SocketEvent(Event):
    """A Socket.IO listener or middleware: ``on(name, handler)``, ``use(handler)``."""

    name: Value
    handler: Value
    how: str


MOST_RECORDED = 20_000
"""What is recorded of all objects of a service together; real apps have a tenth of it at most."""


class Recorder(Native):
    """A framework object that keeps what is done to it."""

    __slots__ = ("args", "conditions", "events", "order")

    def __init__(self, vm: Any, call: CallArgs) -> None:
        super().__init__(call.span, call.module)
        self.events: list[Event] = []
        self.args = call
        self.order = (vm.late, vm.tick())
        self.conditions = tuple(vm.conditions)
        if vm.recording:
            vm.recorded += 1
            vm.natives.append(self)

    def forget_args(self) -> None:
        """The arguments are unknown until ``super().__init__`` tells them."""
        self.args = CallArgs(open=True, span=self.args.span, module=self.args.module)

    def note(self, vm: Any, call: CallArgs) -> dict[str, Any]:
        """The fields every event has."""
        return {
            "span": call.span,
            "order": (vm.late, vm.tick()),
            "conditions": tuple(vm.conditions),
            "owner": self,
            "args": call,
        }

    def record(self, vm: Any, event: Event) -> None:
        """Keep an event, unless the machine is only tracing."""
        if vm.recording:
            vm.recorded += 1
            if vm.recorded <= MOST_RECORDED:
                self.events.append(event)
            else:
                self.escaped = True
                vm.open_up("more is registered than is kept", event.span)
