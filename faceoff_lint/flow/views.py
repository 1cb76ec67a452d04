"""Flask: the code that requests enter, and the calls that it reaches."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

from faceoff_lint import ir
from faceoff_lint.finding import Related
from faceoff_lint.flow.calls import CallSite, Flow, Hit
from faceoff_lint.frameworks.events import ErrorHandlerEvent, HookEvent
from faceoff_lint.model import Group, Handler, Web
from faceoff_lint.source import Span
from faceoff_lint.values import (
    NO,
    UNKNOWN,
    DictValue,
    External,
    Function,
    Instance,
    Lit,
    Text,
    Value,
    options,
)

__all__ = ["Reached", "View", "Views"]

T = TypeVar("T")

# Run once, or in a shell: no request waits for them.
NO_REQUEST = {"before_first_request", "before_app_first_request", "shell_context_processor"}
TEARDOWN = {"teardown_appcontext", "teardown_request", "teardown_app_request", "after_request",
            "after_app_request"}  # fmt: skip


@dataclass(slots=True, eq=False)
class View:
    """A function that a request enters. ``what``: ``view``, ``error handler`` or a hook's name.

    ``paths`` are its rules as written, ``span`` is where it is registered.
    """

    handler: Handler
    functions: list[Function]
    what: str
    paths: list[str]
    span: Span

    @property
    def title(self) -> str:
        """``view `index` ``, as a message says it."""
        return f"{self.what} `{self.handler.name}`"


@dataclass(slots=True, eq=False)
class Reached(Generic[T]):
    """A call that requests reach, with every view it is reached from and the way there."""

    site: CallSite
    what: T
    ways: list[tuple[View, Hit[T]]]

    @property
    def view(self) -> View:
        """The view with the shortest way."""
        return self.ways[0][0]

    @property
    def hit(self) -> Hit[T]:
        """The shortest way."""
        return self.ways[0][1]

    @property
    def where(self) -> str:
        """``view `index` ``, ``view `index` and 2 others``; with ``, through …`` if indirect."""
        count = len({w[0].handler.span for w in self.ways}) - 1
        more = f" and {count} other{'s' if count > 1 else ''}" if count > 0 else ""
        function = self.site.function
        if function.owner is not None and function.owner is self.view.handler.cls:
            return f"{self.view.what} `{function.owner.name}.{function.name}`{more}"
        through = "" if self.hit.direct else f", through `{function.name}`"
        return f"{self.view.title}{more}{through}"

    @property
    def frames(self) -> tuple[Related, ...]:
        """The way from the view to the call, for ``related``."""
        header = self.view.handler.header
        start = () if header is None else (Related(header, f"the {self.view.what}"),)
        calls = (Related(s.span, "reached through this call") for s in self.hit.path[:-1])
        return (*start, *calls)


class Views:
    """The request code of one Flask service; ``Views.of(web)`` gives the one instance."""

    def __init__(self, web: Web) -> None:
        self.web = web
        self.flow = Flow.of(web)
        self._instances: dict[int, Instance] = {}

    @staticmethod
    def of(web: Web) -> Views:
        """The request code of a service, found at first use."""
        found = web.memo.get("views")
        if not isinstance(found, Views):
            found = web.memo["views"] = Views(web)
        return found

    @cached_property
    def all(self) -> list[View]:
        """Views, request hooks and error handlers of what may be served, in order."""
        return [
            view
            for group in self.web.everything
            if group.served is not NO
            for view in self._of(group)
            if self.web.is_product(view.span) and view.functions
        ]

    def _of(self, group: Group) -> Iterator[View]:
        for route in group.routes:
            if route.handler is not None and not self.web.development_only(route.conditions):
                yield self._view(route.handler, "view", route.paths, route.span)
        for event in group.native.events:
            if isinstance(event, HookEvent) and event.name not in NO_REQUEST:
                handler = self.web.resolve(event.handler)
                yield self._view(handler, f"{event.name} function", [], event.span)
            elif isinstance(event, ErrorHandlerEvent):
                yield self._view(self.web.resolve(event.handler), "error handler", [], event.span)

    def _view(self, handler: Handler, what: str, paths: list[str], span: Span) -> View:
        functions = self.flow.entered(handler)
        if handler.cls is not None:
            # ``self`` is an instance whose class is known, so that its helpers are found.
            this = self._instances.setdefault(id(handler.cls), Instance(handler.cls))
            functions = [f.bind(this) for f in functions]
        return View(handler, functions, what, paths, span)

    @cached_property
    def _sites(self) -> list[tuple[View, Hit[CallSite]]]:
        """Every call of a library that some view reaches, with the shortest way there."""
        return [
            (view, hit)
            for view in self.all
            for function in view.functions
            for hit in self.flow.reach(
                function, lambda s: s if s.paths else None, enter=_runs_at_once, closures=False
            )
        ]

    def reach(self, match: Callable[[CallSite], T | None]) -> list[Reached[T]]:
        """What ``match`` finds among the calls that requests reach, each place once.

        Bodies of generators are left out (they run while the answer is sent), and functions that
        are only handed on: to threads, queues, schedulers.
        """
        found: dict[Span, Reached[T]] = {}
        for view, hit in self._sites:
            site = hit.site
            known = found.get(site.span)
            what = known.what if known is not None else match(site)
            if what is None or not self.web.is_product(site.span):
                continue
            way = (view, Hit(hit.root, site, what, hit.path))
            if known is None:
                found[site.span] = Reached(site, what, [way])
            else:
                known.ways.append(way)
        for reached in found.values():
            reached.ways.sort(key=lambda w: len(w[1].path))
        return list(found.values())

    def reach_sites(self, match: Callable[[CallSite], T | None]) -> list[Reached[T]]:
        """Like ``reach``, for calls of anything, whether a library's or of something unknown."""
        found: dict[Span, Reached[T]] = {}
        for view in self.all:
            for function in view.functions:
                for hit in self.flow.reach(function, match, enter=_runs_at_once, closures=False):
                    site = hit.site
                    known = found.setdefault(site.span, Reached(site, hit.what, []))
                    known.ways.append((view, hit))
        for reached in found.values():
            reached.ways.sort(key=lambda w: len(w[1].path))
        return list(found.values())

    def given(self, reached: Reached[T], node: ir.Expr) -> list[Value]:
        """What the callers on the ways to a call pass for a parameter of its function."""
        values: list[Value] = []
        function = reached.site.function
        names = [p.target.id if isinstance(p.target, ir.Name) else "" for p in function.node.params]
        if not isinstance(node, ir.Name) or node.id not in names:
            return values
        index = names.index(node.id) - (function.this is not None)
        for _, hit in reached.ways:
            caller = hit.path[-2].args if len(hit.path) > 1 else None
            value = caller.get(index, node.id) if caller is not None else None
            values += [value] if value is not None else []
        return values

    def text_variables(self, view: View) -> set[str]:
        """The parameters of a view that its URLs fill with any text: no numbers, no UUIDs."""
        numbers = {
            v
            for p in view.paths
            for v in re.findall(r"<(?:int|float|uuid)(?:\([^)]{0,200}\))?:([^<>:]+)>", p)
        }
        return self.variables(view) - numbers

    # --- what values come from ---------------------------------------------------------------

    def from_request(self, value: Value) -> bool:
        """Whether a value is computed from the request: ``int(request.args["n"])``."""
        stack, seen = [value], 0
        while stack and seen < 50:
            seen += 1
            for choice in options(stack.pop()):
                if isinstance(choice, External):
                    if choice.path.startswith("flask.request."):
                        return True
                    stack.extend(choice.args.all if choice.args is not None else ())
                    stack.extend([choice.parent] if choice.parent is not None else ())
        return False

    def configured(self, hit: Hit[T]) -> bool:
        """Whether some argument of a call is known to come from code, settings or environment.

        A parameter of the function counts as what its caller on the way passes.
        """
        args = hit.site.args
        values = list(args.all) if args is not None else []
        if len(hit.path) > 1:
            caller = hit.path[-2].args
            names = {n.id for a in hit.site.node.args for n in [a.value] if isinstance(n, ir.Name)}
            params = [p.target for p in hit.site.function.node.params]
            if hit.site.function.this is not None:
                params = params[1:]
            for index, param in enumerate(params):
                if isinstance(param, ir.Name) and param.id in names and caller is not None:
                    values.append(caller.get(index, param.id) or UNKNOWN)
        return any(_is_told(v) and not self.from_request(v) for v in values)

    def variables(self, view: View) -> set[str]:
        """The parameters of a view that its URLs fill in."""
        found = {v for p in view.paths for v in re.findall(r"<(?:[^:<>]+:)?([^<>:]+)>", p)}
        own = {
            p.target.id
            for f in view.functions
            for p in f.node.params
            if isinstance(p.target, ir.Name)
        }
        return found & own

    # --- what lives as long as a request -----------------------------------------------------

    def kept_on_g(self, hit: Hit[T]) -> bool:
        """Whether a call's result is stored on ``flask.g``, by its function or by a caller."""
        calls = {id(s.node) for s in hit.path}
        results = {f"{path}()" for path in hit.site.paths}

        def stores(function: Function, node: ir.Node) -> bool:
            if not isinstance(node, ir.Assign):
                return False
            value = self.flow.value(function, node.value)
            same = isinstance(value, External) and value.path in results
            if not same and not any(id(n) in calls for n in ir.walk(node.value)):
                return False
            return any(self._is_g(function, target) for target in _targets(node))

        functions = {id(s.function): s.function for s in hit.path}.values()
        return any(stores(f, node) for f in functions for node in ir.own(f.node))

    def _is_g(self, function: Function, target: ir.Expr) -> bool:
        if not isinstance(target, (ir.Attr, ir.Index)):
            return False
        value = self.flow.value(function, target.obj)
        owners = ("flask.g", "flask._app_ctx_stack.top", "flask._request_ctx_stack.top")
        return isinstance(value, External) and value.path in owners

    @cached_property
    def closes_after_request(self) -> bool:
        """Whether a registered teardown calls some ``close()``."""
        return any(
            True
            for group in self.web.everything
            for event in group.hooks
            if event.name in TEARDOWN
            for function in self.flow.entered(self.web.resolve(event.handler))
            for _ in self.flow.reach(function, _is_close)
        )


def _targets(node: ir.Assign) -> Iterator[ir.Expr]:
    """The targets of ``a = b = value``."""
    current: ir.Expr = node
    while isinstance(current, ir.Assign):
        yield current.target
        current = current.value


def _is_told(value: Value) -> bool:
    """Whether anything is known of a value."""
    if isinstance(value, Text):
        return any(value.parts)
    if isinstance(value, DictValue):
        return any(map(_is_told, value.entries.values()))
    return isinstance(value, (Lit, External)) and value != Lit(None)


def _is_close(site: CallSite) -> bool | None:
    func = site.node.func
    return True if isinstance(func, ir.Attr) and func.name == "close" else None


def _runs_at_once(function: Function) -> bool:
    """Whether calling a function runs its body: not so for generators, but for context managers."""
    names = {n.id if isinstance(n, ir.Name) else n.name for d in function.node.decorators
             for n in ir.walk(d) if isinstance(n, (ir.Name, ir.Attr))}  # fmt: skip
    return not function.node.is_generator or "contextmanager" in names
