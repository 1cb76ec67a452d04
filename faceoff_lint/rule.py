"""Everything a rule author imports.

A rule is one function in a file of the same name, and the page beside it::

    from collections.abc import Iterator

    from faceoff_lint.rule import BLUEPRINTS, ERROR, Finding, Related, Web, rule


    @rule("FLK102", practice=BLUEPRINTS, severity=ERROR, why="Its URLs answer 404.")
    def unregistered_blueprint(web: Web) -> Iterator[Finding]:
        \"\"\"A blueprint has routes, but no app registers it.\"\"\"
        ...

The function sees one service at a time, put together: a ``Web``. It yields findings, keeps no
state, reads no file, and stays silent about whatever the model answers ``unknown`` to.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from faceoff_lint.errors import RuleError
from faceoff_lint.finding import Applicability, Edit, Finding, Fix, Practice, Related, Severity
from faceoff_lint.source import Span

if TYPE_CHECKING:
    from faceoff_lint import ir
    from faceoff_lint.flow import (
        ABORTS,
        LOCALS,
        Aborts,
        Act,
        Answers,
        Arrival,
        Built,
        CallSite,
        Code,
        Concerns,
        Contexts,
        ErrorCallback,
        Exit,
        Failures,
        Fates,
        Floating,
        Flow,
        Hit,
        Inputs,
        Jump,
        Late,
        Leaks,
        Lost,
        Need,
        OpenStream,
        Order,
        Outcome,
        Place,
        Point,
        Reached,
        Registration,
        Rejections,
        Requests,
        Responses,
        SharedWrite,
        Slot,
        Twice,
        Unanswered,
        Verdict,
        View,
        Views,
        answered_with,
        built,
        called,
        error_callbacks,
        explore,
        is_column,
        is_query,
        is_session,
        keeps_arguments,
        keeps_result,
        methods_of_class,
        open_streams,
        parameters,
        passed,
        rule_values,
        shadowed_routes,
        shared_writes,
    )
    from faceoff_lint.frameworks.events import ConfigEvent, Event, ExtensionEvent, RouteEvent
    from faceoff_lint.frameworks.express import HttpServer, Router, SocketServer
    from faceoff_lint.frameworks.flask import Blueprint, Extension
    from faceoff_lint.frameworks.rest import Api
    from faceoff_lint.model import (
        CONVERTERS,
        App,
        Deployment,
        Endpoints,
        Group,
        Handler,
        Imports,
        LibraryCall,
        Link,
        Mount,
        Route,
        Row,
        Step,
        Templates,
        UrlFor,
        Use,
        Variable,
        Web,
        class_methods,
        flask_names,
        for_developers,
        library_calls,
        malformed,
        variables,
    )
    from faceoff_lint.values import (
        MAYBE,
        NO,
        UNDEFINED,
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
        Setting,
        Text,
        Tri,
        Value,
        Wrapped,
        as_pattern,
        exclusive,
        options,
    )

__all__ = [
    "Applicability", "Edit", "Finding", "Fix", "Options", "Practice", "Related", "Rule",
    "Severity", "Span", "rule", "ERROR", "INFO", "WARNING", "SAFE", "UNSAFE",
    "App", "Deployment", "Group", "Handler", "Mount", "Route", "Row", "Step", "Use", "Web",
    "Exit", "Floating", "Flow", "Hit", "Inputs", "Jump", "Leaks", "Outcome",
    "Point", "Rejections", "Responses", "Slot",
    "UNDEFINED", "Act", "Fates", "Late", "Lost", "Twice",
    "ErrorCallback", "error_callbacks", "OpenStream", "open_streams",
    "Arrival", "Order", "Requests", "SharedWrite", "shadowed_routes", "shared_writes",
    "Verdict", "MAYBE", "NO", "YES", "Tri", "ir",
    "Reached", "View", "Views", "explore",
    "Builtin", "CallArgs", "CallSite", "ClassValue", "Concerns", "DictValue", "External",
    "Failures", "Function", "Lit",
    "HttpServer", "ListValue", "Registration", "Router", "SocketServer", "Value",
    "Answers", "Unanswered",
    "Blueprint", "CONVERTERS", "Endpoints", "Event", "Extension", "Imports", "Instance",
    "LibraryCall", "Link", "RouteEvent", "Templates", "UrlFor", "Variable", "called",
    "class_methods", "flask_names", "keeps_arguments",
    "keeps_result", "library_calls", "malformed", "methods_of_class", "parameters", "passed",
    "rule_values", "variables",
    "Built", "Code", "Place", "Text", "built", "options", "is_column", "is_query", "is_session",
    "Api", "Setting", "ConfigEvent", "ExtensionEvent", "as_pattern", "exclusive",
    "ABORTS", "Aborts", "LOCALS", "Wrapped", "for_developers",
    "Contexts", "Need", "answered_with",
    "BLUEPRINTS", "CONTEXTS", "DATABASE", "ERRORS", "LOAD", "PRODUCTION", "REALTIME", "REST",
    "ROUTING", "STRUCTURE", "VERSIONS",
    "ASYNC", "ERROR_HANDLING", "EVENT_LOOP", "EXPRESS_PRODUCTION", "EXPRESS_VERSIONS", "HTTP",
    "MIDDLEWARE", "MODULAR", "SOCKETS",
]  # fmt: skip

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO
SAFE, UNSAFE = Applicability.SAFE, Applicability.UNSAFE

# --- practices -----------------------------------------------------------------------------------

BLUEPRINTS = Practice("blueprints", "Split the app into Blueprints", "flask")
STRUCTURE = Practice("structure", "Build the app in a factory, without import cycles", "flask")
ERRORS = Practice("errors", "Answer errors with the right status", "flask")
CONTEXTS = Practice("contexts", "Use request and app contexts where they exist", "flask")
LOAD = Practice("load", "Stay able to answer under heavy traffic", "flask")
ROUTING = Practice("routing", "Route every URL to the view that is meant", "flask")
REST = Practice("rest", "Build REST APIs with a living library", "flask")
DATABASE = Practice("database", "Use the database through Flask-SQLAlchemy", "flask")
REALTIME = Practice("realtime", "Deploy Socket.IO in a way that works", "flask")
PRODUCTION = Practice("production", "Run safely in production", "flask")
VERSIONS = Practice("versions", "Keep up with Flask's releases", "flask")

MODULAR = Practice("modular", "Keep the app modular, with a standard structure", "express")
ERROR_HANDLING = Practice("error-handling", "Attach importance to error handling", "express")
ASYNC = Practice("async", "Handle asynchronous code properly", "express")
EVENT_LOOP = Practice("event-loop", "Don't block the event loop", "express")
MIDDLEWARE = Practice("middleware", "Use middleware for reusable features", "express")
SOCKETS = Practice("sockets", "Integrate Socket.IO well", "express")
HTTP = Practice("http", "Answer every request once, on the route that is meant", "express")
EXPRESS_PRODUCTION = Practice("express-production", "Run safely in production", "express")
EXPRESS_VERSIONS = Practice("express-versions", "Keep up with Express's releases", "express")

# --- rules ---------------------------------------------------------------------------------------

OptionValue: TypeAlias = bool | int | float | str | list[str]
"""What an option of a rule may hold; the default's type is the option's type."""

Options: TypeAlias = Mapping[str, Any]
"""A rule's options by name, all of them, set by the user or at their defaults."""

RuleFunction: TypeAlias = (
    "Callable[[Web], Iterable[Finding]] | Callable[[Web, Options], Iterable[Finding]]"
)

Fixable: TypeAlias = Literal["none", "safe", "unsafe"]

_CODE = re.compile(r"[A-Z]{2,8}[0-9]{3,4}")
_PREFIXES = {"FLK": "flask", "EXP": "express"}


@dataclass(frozen=True, eq=False)
class Rule:
    """One rule, as the engine and the reports know it.

    ``function`` is None for the engine's own findings. ``page`` is the markdown file beside the
    function. ``always``: stays on unless it is ignored by name, whatever is selected.
    ``upgrade``: belongs to the preset of that name.
    """

    code: str
    name: str
    summary: str
    practice: Practice
    severity: Severity
    why: str
    page: Path
    function: RuleFunction | None = None
    default: bool = True
    options: Mapping[str, OptionValue] = field(default_factory=dict)
    fixable: Fixable = "none"
    help: str = ""
    always: bool = False
    upgrade: bool = False

    @property
    def framework(self) -> str:
        """``flask``, ``express``, or ``any`` for the engine's own."""
        return self.practice.framework

    def __str__(self) -> str:
        return f"{self.code}-{self.name}"

    def run(self, web: Web, options: Options | None = None) -> Iterable[Finding]:
        """Call the rule on one service; options not given keep their defaults."""
        if self.function is None:
            return ()
        function: Callable[..., Iterable[Finding]] = self.function
        if not self.options:
            return function(web)
        return function(web, MappingProxyType({**self.options, **(options or {})}))


def rule(
    code: str,
    *,
    practice: Practice,
    severity: Severity,
    why: str,
    default: bool = True,
    options: Mapping[str, OptionValue] | None = None,
    fixable: Fixable = "none",
    help: str = "",
    upgrade: bool = False,
) -> Callable[[RuleFunction], Rule]:
    """Make a function a rule. The function's name, with dashes, is the rule's name.

    ``why``: one sentence, shown with every finding (a finding's own ``why`` comes first).
    ``help``: one sentence on what to do, likewise. ``default``: on without being selected.
    ``options``: names (with dashes) and defaults; a rule with options takes them as its second
    argument. ``fixable``: the best applicability its fixes can have. ``upgrade``: it tells what
    breaks in the framework's next version, and belongs to the preset `upgrade`, which also turns
    on an option ``next-major`` where there is one.

    Raises ``RuleError`` when code, name, docstring or options are not as the rest of the tool
    needs them.
    """

    def decorate(function: RuleFunction) -> Rule:
        plain: Any = function
        name: str = plain.__name__
        where = f"rule {code} ({plain.__module__}.{name})"
        _check_code(where, code, practice)
        if plain.__module__.rpartition(".")[2] != name:
            raise RuleError(f"{where}: the function and its file must have the same name")
        if plain.__code__.co_argcount != (2 if options else 1):
            wanted = "(web, options)" if options else "(web)"
            raise RuleError(f"{where}: the function must take {wanted}")
        summary = (plain.__doc__ or "").strip().partition("\n")[0]
        if not summary or not why:
            raise RuleError(f"{where}: needs a docstring (its summary) and a `why`")
        for option in options or ():
            if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", option):
                raise RuleError(f"{where}: option `{option}` must be lower case with dashes")
        return Rule(
            code=code,
            name=name.replace("_", "-"),
            summary=summary,
            practice=practice,
            severity=severity,
            why=why,
            page=Path(plain.__code__.co_filename).with_suffix(".md"),
            function=function,
            default=default,
            options=MappingProxyType(dict(options or {})),
            fixable=fixable,
            help=help,
            upgrade=upgrade,
        )

    return decorate


def _check_code(where: str, code: str, practice: Practice) -> None:
    if not _CODE.fullmatch(code):
        raise RuleError(f"{where}: a code is 2 to 8 capitals and 3 or 4 digits")
    wanted = _PREFIXES.get(code.rstrip("0123456789"))
    if wanted not in (None, practice.framework):
        raise RuleError(f"{where}: practice `{practice.slug}` belongs to {practice.framework}")


# The model is imported when a rule module asks for it, not by `faceoff-lint --version`.
_HOMES = (
    "faceoff_lint.values",
    "faceoff_lint.frameworks.events",
    "faceoff_lint.frameworks.express",
    "faceoff_lint.frameworks.flask",
    "faceoff_lint.frameworks.rest",
    "faceoff_lint.model",
    "faceoff_lint.flow",
)


def __getattr__(name: str) -> Any:
    value: Any = None
    if name == "ir":
        value = importlib.import_module("faceoff_lint.ir")
    elif name in __all__:
        homes = (importlib.import_module(home) for home in _HOMES)
        value = next((getattr(home, name) for home in homes if name in home.__all__), None)
    if value is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value
