"""Flask's route table: prefixes, names and methods as Flask and its REST libraries build them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from faceoff_lint.frameworks.events import ErrorHandlerEvent
from faceoff_lint.frameworks.flask import AsView, methods_of
from faceoff_lint.frameworks.rest import Api, Namespace
from faceoff_lint.model.groups import App, Group, Mount, Route
from faceoff_lint.model.handlers import Handler, Step, resolve
from faceoff_lint.model.table import Row
from faceoff_lint.values import (
    ClassValue,
    External,
    Function,
    ListValue,
    Lit,
    Value,
    as_pattern,
)

if TYPE_CHECKING:
    from faceoff_lint.model.web import Web

__all__ = ["class_methods", "flask_rows", "label"]

VERBS = ("get", "post", "put", "delete", "patch", "head", "options", "trace")


def flask_rows(web: Web, app: App) -> Iterator[Row]:
    """The rows of one Flask app, in registration order."""
    hooks, errors = _app_wide(app)
    for row in _group_rows(web, app, app, None, "", (), True, hooks):
        groups = [m.child for m in reversed(row.mounts)]
        own = [_error(e) for g in groups for e in g.error_handlers if not e.app_wide]
        row.errors = [*own, *errors]
        yield row


def _app_wide(app: App) -> tuple[list[Step], list[Step]]:
    """``before_request`` functions and error handlers that count for every route of an app.

    The app's own, and what blueprints add to it (``before_app_request``, ``app_errorhandler``) when
    they are registered.
    """
    hooks: list[tuple[tuple[int, int], Step]] = []
    errors: list[tuple[tuple[int, int], Step]] = []
    for group, order in _registered(app, None, set()):
        for hook in group.hooks:
            if hook.name == ("before_request" if group is app else "before_app_request"):
                step = Step(resolve(hook.handler), "hook", hook.span)
                hooks.append((order or hook.order, step))
        wide = (e for e in group.error_handlers if e.app_wide or group is app)
        errors.extend((order or e.order, _error(e)) for e in wide)
    by_order = [sorted(steps, key=lambda pair: pair[0]) for steps in (hooks, errors)]
    return [s for _, s in by_order[0]], [s for _, s in by_order[1]]


def _registered(
    group: Group, order: tuple[int, int] | None, seen: set[int]
) -> Iterator[tuple[Group, tuple[int, int] | None]]:
    """A group and all below it, with when its blueprint was registered (None: the app)."""
    if id(group) in seen:
        return
    seen.add(id(group))
    yield group, order
    for mount in group.mounts:
        yield from _registered(mount.child, order or mount.event.order, seen)


def _error(event: ErrorHandlerEvent) -> Step:
    key = event.key
    if isinstance(key, Lit):
        text = str(key.value)
    elif isinstance(key, ClassValue):
        text = key.name
    else:
        text = key.path.rpartition(".")[2] if isinstance(key, External) else "?"
    return Step(resolve(event.handler), "error", event.span, text)


def _group_rows(
    web: Web,
    app: App,
    group: Group,
    prefix: str | None,
    names: str,
    mounts: tuple[Mount, ...],
    exact: bool,
    chain: list[Step],
) -> Iterator[Row]:
    """Rows of a Flask app or blueprint and what hangs below it.

    ``prefix`` is the whole URL prefix (None: none), ``names`` the endpoint prefix with its dot.
    """
    chain = [*chain, *_hooks(group)]
    entries: list[Route | Mount] = sorted(
        [*group.routes, *group.mounts],
        # Blueprint.register: its own routes first, then the blueprints below it.
        key=lambda e: (
            group is not app and isinstance(e, Mount) and e.child.kind == "blueprint",
            e.event.order,
        ),
    )
    for entry in entries:
        if isinstance(entry, Route):
            for path in entry.paths:
                yield _row(app, entry, path, prefix, names, mounts, exact, chain)
        elif not any(entry.child is m.child for m in mounts):
            yield from _mounted(web, app, entry, prefix, names, mounts, exact, chain)


def _mounted(
    web: Web,
    app: App,
    mount: Mount,
    prefix: str | None,
    names: str,
    mounts: tuple[Mount, ...],
    exact: bool,
    chain: list[Step],
) -> Iterator[Row]:
    child = mount.child
    if isinstance(child.native, Api):
        yield from api_rows(web, app, mount, prefix or "", names, mounts, exact, chain)
        return
    own, own_exact = _own_prefix(mount)
    full = join_prefix(prefix, own)
    name = label(mount)
    yield from _group_rows(
        web,
        app,
        child,
        full,
        f"{names}{name}.",
        (*mounts, mount),
        exact and own_exact and "{?}" not in name,
        chain,
    )


def label(mount: Mount) -> str:
    """A blueprint's name where it is registered: ``name=``, else its own."""
    given = getattr(mount.event, "options", {}).get("name")
    own_name = getattr(mount.child.native, "name", None) if given is None else given
    name = as_pattern(own_name, "{?}")
    return name[0] if name else "{?}"


def _own_prefix(mount: Mount) -> tuple[str | None, bool]:
    """The registration's prefix, which replaces the constructor's."""
    if mount.prefix is not None:
        return mount.prefix, mount.exact
    given = getattr(mount.child.native, "url_prefix", None)
    if given is None or given == Lit(None):
        return None, True
    pattern = as_pattern(given, "{?}")
    return pattern if pattern is not None else ("{?}", False)


def join_prefix(parent: str | None, child: str | None) -> str | None:
    """Nested prefixes, as ``Blueprint.register`` joins them."""
    if parent is None or child is None:
        return parent if child is None else child
    return parent.rstrip("/") + "/" + child.lstrip("/")


def join_rule(prefix: str | None, rule: str) -> str:
    """``BlueprintSetupState.add_url_rule``."""
    if prefix is None:
        return rule
    return prefix.rstrip("/") + "/" + rule.lstrip("/") if rule else prefix


def _row(
    app: App,
    route: Route,
    path: str,
    prefix: str | None,
    names: str,
    mounts: tuple[Mount, ...],
    exact: bool,
    chain: list[Step],
) -> Row:
    endpoint = _endpoint(route)
    methods = _methods(route)
    # A view that isn't known may bring methods of its own.
    sure = bool(route.methods) or route.handler is None or route.handler.known
    steps = [*chain, *_decorators(route)]
    return Row(
        app,
        route,
        join_rule(prefix, path),
        methods or (),
        names + endpoint if endpoint is not None else None,
        mounts,
        steps,
        exact=exact and route.exact and sure and methods is not None and endpoint is not None,
    )


def _endpoint(route: Route) -> str | None:
    """The explicit endpoint, else the view's name."""
    given = route.event.endpoint
    if given is not None and given != Lit(None):
        pattern = as_pattern(given, "{?}")
        return pattern[0] if pattern else None
    value = route.event.handlers[0] if route.event.handlers else None
    return view_name(value)


def view_name(value: Value | None) -> str | None:
    """``view_func.__name__``; None when it can't be told."""
    if value is None:
        return None
    if isinstance(value, AsView):
        pattern = as_pattern(value.name)
        return pattern[0] if pattern else None
    handler = resolve(value)
    if handler.cls is not None and not isinstance(value, AsView):
        return handler.cls.name
    # A closure without functools.wraps keeps its own name, whatever it wraps.
    outer = handler.outer
    if outer is not None and outer.wraps is None:
        return outer.name
    return handler.function.name if handler.function is not None else None


def _methods(route: Route) -> tuple[str, ...] | None:
    """Explicit methods, else the view's, else GET."""
    given = route.methods
    if given is None:
        return None
    if given:
        return tuple(sorted({m for m in given if m not in ("HEAD", "OPTIONS")} or set(given)))
    handler = route.handler
    if handler is None:
        return ("GET",)
    if handler.cls is not None:
        return class_methods(handler.cls)
    if handler.function is not None:
        own = handler.function.attrs.get("methods")
        if own is not None:
            listed = methods_of(own)
            return None if listed is None else tuple(sorted(listed))
    return ("GET",)


def class_methods(cls: ClassValue) -> tuple[str, ...] | None:
    """The methods of a class-based view; None when a base is unknown."""
    own = cls.lookup("methods")
    if isinstance(own, ListValue):
        listed = methods_of(own)
        return None if listed is None else tuple(sorted(set(listed) - {"OPTIONS", "HEAD"}))
    found = {verb.upper() for verb in VERBS if cls.lookup(verb) is not None}
    found -= {"OPTIONS"}
    if "GET" in found:
        found.discard("HEAD")
    if found:
        return tuple(sorted(found))
    plain = {"flask.views.View", "flask.views.MethodView"}
    if any(e.path in plain for e in cls.externals):
        return ("GET",)
    return None


def _hooks(group: Group) -> list[Step]:
    """``before_request`` functions of a blueprint; the app's are in ``_app_wide``."""
    if group.is_app:
        return []
    own = [e for e in group.hooks if e.name == "before_request"]
    return [Step(resolve(e.handler), "hook", e.span) for e in own]


def _decorators(route: Route) -> list[Step]:
    """Decorators between the route and the view, outermost first."""
    handler = route.handler
    if handler is None:
        return []
    steps = []
    for wrapper in handler.wrappers:
        step = Handler(wrapper)
        if isinstance(wrapper, Function):
            step.function = step.outer = wrapper
        steps.append(Step(step, "decorator", route.span))
    return steps


# --- REST libraries ------------------------------------------------------------------------------


def api_rows(
    web: Web,
    app: App,
    mount: Mount,
    prefix: str,
    names: str,
    mounts: tuple[Mount, ...],
    exact: bool,
    chain: list[Step],
) -> Iterator[Row]:
    """The rows of an Api bound to an app or a blueprint: plain concatenation of prefixes."""
    group = mount.child
    api = group.native
    assert isinstance(api, Api)
    own = as_pattern(api.prefix, "{?}") if api.prefix is not None else ("", True)
    base = prefix.rstrip("/") + (own[0] if own else "{?}")
    exact = exact and own is not None and own[1]
    below = (*mounts, mount)
    entries: list[Route | Mount] = sorted(
        [*group.routes, *group.mounts], key=lambda e: e.event.order
    )
    for entry in entries:
        if isinstance(entry, Route):
            for path in entry.paths:
                yield _resource_row(app, entry, base + path, names, "", below, exact, chain)
        elif isinstance(entry.child.native, Namespace):
            yield from _namespace_rows(app, entry, base, names, below, exact, chain)
        elif api.flavour == "smorest":
            yield from _mounted(web, app, entry, base or None, names, below, exact, chain)


def _namespace_rows(
    app: App,
    mount: Mount,
    base: str,
    names: str,
    mounts: tuple[Mount, ...],
    exact: bool,
    chain: list[Step],
) -> Iterator[Row]:
    namespace = mount.child.native
    assert isinstance(namespace, Namespace)
    path: tuple[str, bool] | None = namespace.path
    if mount.prefix is not None:
        path = (mount.prefix, mount.exact)
    text, path_exact = path if path is not None else ("{?}", False)
    for route in mount.child.routes:
        for rule in route.paths:
            url = base + text.rstrip("/") + rule
            yield _resource_row(
                app,
                route,
                url,
                names,
                mount.child.name,
                (*mounts, mount),
                exact and path_exact,
                chain,
            )


def _resource_row(
    app: App,
    route: Route,
    url: str,
    names: str,
    namespace: str,
    mounts: tuple[Mount, ...],
    exact: bool,
    chain: list[Step],
) -> Row:
    handler = route.handler
    cls = handler.cls if handler is not None else None
    methods = route.methods or (class_methods(cls) if cls is not None else None)
    endpoint: str | None = None
    given = as_pattern(route.event.endpoint) if route.event.endpoint is not None else None
    if given is not None:
        endpoint = given[0]
    elif cls is not None:
        flavour = getattr(route.owner.native, "flavour", "restx")
        endpoint = cls.name.lower() if flavour == "restful" else snake_case(cls.name)
        if flavour != "restful" and namespace and namespace != "default":
            endpoint = f"{namespace}_{endpoint}"
    known = exact and route.exact and methods is not None and endpoint is not None
    return Row(
        app, route, url, methods or (), names + endpoint if endpoint else None, mounts, chain,
        exact=known,
    )  # fmt: skip


def snake_case(name: str) -> str:
    """Flask-RESTX's ``camel_to_dash``."""
    first = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", first).lower()
