"""Handlers: from a value in a registration to the function that answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from faceoff_lint import ir
from faceoff_lint.frameworks.flask import AsView
from faceoff_lint.source import Span
from faceoff_lint.values import (
    Builtin,
    ClassValue,
    Env,
    External,
    Function,
    Instance,
    UnionValue,
    Value,
    Wrapped,
)

__all__ = ["Handler", "Step", "inner_function", "resolve"]


@dataclass(slots=True, eq=False)
class Handler:
    """What answers a route, or a middleware.

    ``value``: as registered. ``outer``: the project function that is called first (a closure made
    by a project wrapper), ``function``: the function the developer wrote as handler; the same
    where nothing wraps it. ``cls``: for class-based views. ``wrappers``: project functions and
    libraries around it, outermost first. ``node``: the expression in the registration.
    """

    value: Value
    outer: Function | None = None
    function: Function | None = None
    cls: ClassValue | None = None
    wrappers: list[Value] = field(default_factory=list)
    node: ir.Expr | None = None

    @property
    def name(self) -> str:
        """The handler's name; ``<anonymous>``, a library path, or ``?`` when there is none."""
        if self.cls is not None:
            return self.cls.name
        if self.function is not None:
            return self.function.name or _dotted(self.node) or "<anonymous>"
        if isinstance(self.value, External):
            return self.value.path
        if isinstance(self.value, Builtin):
            return self.value.name
        return "?"

    @property
    def span(self) -> Span | None:
        """Where the handler is written: the ``def``, ``class`` or function."""
        if self.cls is not None:
            return self.cls.span
        return self.function.span if self.function is not None else None

    @property
    def header(self) -> Span | None:
        """The ``def`` or ``class`` line: what to point at when all of the handler is meant."""
        span = self.span
        if span is None:
            return None
        if self.cls is not None:
            return Span(span.file, span.start, self.cls.node.name_start + len(self.cls.node.name))
        assert self.function is not None
        return self.function.header

    @property
    def decorators(self) -> list[ir.Expr]:
        """The decorators written above the ``def`` or ``class``."""
        if self.cls is not None:
            return self.cls.node.decorators
        return self.function.node.decorators if self.function is not None else []

    @property
    def known(self) -> bool:
        """Whether the analysis has its code."""
        return self.function is not None or self.cls is not None

    @property
    def is_error_handler(self) -> bool | None:
        """Express: whether it takes four parameters; None when its code is unknown."""
        return is_error_middleware(self.value)

    @property
    def library(self) -> str:
        """The package of a library's middleware; empty for the project's own."""
        value = self.value.inner if isinstance(self.value, Wrapped) else self.value
        if not isinstance(value, External):
            return ""
        return value.path.partition(".")[0].removesuffix("()")

    @property
    def length(self) -> int:
        """JavaScript's ``length`` of the handler; 0 when its code is unknown."""
        return js_length(self.function) if self.function is not None else 0

    @property
    def meant_for_errors(self) -> bool:
        """Express: whether its parameters are those of an error middleware, whatever their number.

        The first is named like an error, the next ones like a request and a response.
        """
        if self.function is None or self.outer is not self.function:
            return False
        params = self.function.node.params[len(self.function.bound) :]
        targets = [p.target for p in params[:3]]
        names = [t.id.strip("_").lower() for t in targets if isinstance(t, ir.Name)]
        if len(names) < 3 or names[0] not in ("err", "error", "e"):
            return False
        return names[1] in ("req", "request") or names[2] in ("res", "response")


def _dotted(node: ir.Expr | None) -> str:
    """``users.list`` for a plain reference; empty for anything else."""
    if isinstance(node, ir.Name):
        return node.id
    if isinstance(node, ir.Attr):
        left = _dotted(node.obj)
        return f"{left}.{node.name}" if left else ""
    return ""


@dataclass(slots=True, eq=False)
class Step:
    """One link of a chain; ``span`` is where it is registered.

    ``kind``: ``middleware``, ``wrapper``, ``error``, ``hook`` or ``decorator``.
    """

    handler: Handler
    kind: str
    span: Span
    key: str = ""

    @property
    def name(self) -> str:
        """The name of what runs."""
        return self.handler.name


def inner_function(function: Function) -> Function | None:
    """The handler inside a closure that a project wrapper made: ``catchAsync(handler)``.

    A closure whose enclosing call holds functions it calls, none of which it defines itself.
    """
    scope: Env | None = function.env
    while scope is not None and scope.kind == "block":
        scope = scope.parent
    if scope is None or scope.kind != "function":
        return None
    mentioned: set[str] = set()
    passed = _parameters(function) if function.module.language == "javascript" else None
    for node in ir.walk(function.node):
        if isinstance(node, ir.Call) and (passed is None or _hands_on(node, passed)):
            receiver = node.func.obj if isinstance(node.func, ir.Attr) else node.func
            parts = [receiver, *(arg.value for arg in node.args)]
            mentioned.update(p.id for p in parts if isinstance(p, ir.Name))
    for name in _ordered(scope, mentioned):
        value = scope.vars[name]
        inner = value.inner if isinstance(value, Wrapped) else value
        if not isinstance(inner, Function) or inner.node is function.node:
            continue
        if not _defined_in(scope, inner):
            return inner
    return None


def _parameters(function: Function) -> set[str]:
    """JavaScript: names of the parameters of a closure and of the functions inside it."""
    nodes = (n for n in ir.find(function.node, ir.Func))
    targets = (p.target for n in nodes for p in n.params)
    return {t.id for t in targets if isinstance(t, ir.Name)} | {"arguments"}


def _hands_on(node: ir.Call, parameters: set[str]) -> bool:
    """Whether a call passes on whole parameters: ``handler(req, res)``, not ``find(req.id)``."""
    return any(
        isinstance(n, ir.Spread) or (isinstance(n, ir.Name) and n.id in parameters)
        for arg in node.args
        for value in [arg.value]
        for n in ([e.value for e in value.entries] if isinstance(value, ir.Dict) else [value])
    ) or any(arg.spread for arg in node.args)


def _ordered(scope: Env, names: set[str]) -> Iterator[str]:
    return (name for name in scope.vars if name in names)


def _defined_in(scope: Env, inner: Function) -> bool:
    """Whether ``inner`` is a local helper of the wrapper itself rather than its argument."""
    env: Env | None = inner.env
    while env is not None:
        if env is scope:
            return True
        env = env.parent
    # A decorated helper is what its decorator made of it.
    return isinstance(inner.wraps, Function) and _defined_in(scope, inner.wraps)


def resolve(value: Value, node: ir.Expr | None = None) -> Handler:
    """The handler that a registered value stands for."""
    handler = Handler(value, node=node)
    current = value
    for _ in range(12):
        if isinstance(current, Wrapped):
            handler.wrappers.append(current.by)
            current = current.inner
        elif isinstance(current, AsView):
            current = current.cls
        elif isinstance(current, UnionValue):
            known = [c for c in current.choices if isinstance(c, (Function, ClassValue, Wrapped))]
            if len(known) != 1:
                return handler
            current = known[0]
        elif isinstance(current, ClassValue):
            handler.cls = current
            return handler
        elif isinstance(current, Function):
            handler.outer = handler.outer or current
            handler.function = current
            wrapped = current.wraps or inner_function(current)
            if wrapped is None or wrapped is current:
                return handler
            handler.wrappers.append(current)
            current = wrapped
        elif isinstance(current, Builtin) and current.name in ("partial", "wraps"):
            current = current.this or current
            if isinstance(current, Builtin):
                return handler
        elif isinstance(current, Instance) and current.cls is not None:
            method = current.cls.lookup("__call__")
            if isinstance(method, Function):
                handler.function = handler.outer = method
            return handler
        else:
            return handler
    return handler


def is_error_middleware(value: Value) -> bool | None:
    """Whether Express takes a value for an error middleware: ``length === 4``."""
    if isinstance(value, Function):
        return js_length(value) == 4
    if isinstance(value, Wrapped):
        return None
    if isinstance(value, External):
        if value.path in ERROR_LIBRARIES:
            return True
        return False if value.path.partition(".")[0].removesuffix("()") in PLAIN_LIBRARIES else None
    if isinstance(value, UnionValue):
        answers = {is_error_middleware(choice) for choice in value.choices}
        return answers.pop() if len(answers) == 1 else None
    return None


ERROR_LIBRARIES = {
    "errorhandler()", "celebrate.errors()", "express-validation.ValidationError()",
    "@sentry/node.Handlers.errorHandler()", "@sentry/node.expressErrorHandler()",
    "api-error-handler()", "strong-error-handler()", "express-error-handler()",
    "boom-express()", "raven.errorHandler()", "youch()",
}  # fmt: skip


# Packages all of whose middlewares have three parameters.
PLAIN_LIBRARIES = {
    "express", "body-parser", "compression", "connect-flash", "connect-history-api-fallback",
    "connect-timeout", "cookie-parser", "cookie-session", "cors", "csurf", "express-basic-auth",
    "express-ejs-layouts", "express-fileupload", "express-flash", "express-http-proxy",
    "express-jwt", "express-mongo-sanitize", "express-rate-limit", "express-session",
    "express-slow-down", "express-static-gzip", "express-useragent", "helmet", "hpp",
    "http-proxy-middleware", "lusca", "method-override", "morgan", "multer", "nocache", "passport",
    "pino-http", "response-time", "serve-favicon", "serve-index", "serve-static",
    "swagger-ui-express", "xss-clean",
}  # fmt: skip


def js_length(function: Function) -> int:
    """JavaScript's ``function.length``: parameters before the first default or rest."""
    count = 0
    for param in function.node.params[len(function.bound) :]:
        if param.default is not None or param.kind != "any":
            break
        count += 1
    return count
