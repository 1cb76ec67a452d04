"""FLK901; the versions are those of the change logs of Flask, Werkzeug and the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from faceoff_lint.rule import (
    ERROR,
    INFO,
    SAFE,
    UNSAFE,
    VERSIONS,
    WARNING,
    Code,
    Edit,
    Finding,
    Fix,
    Lit,
    Options,
    Place,
    Severity,
    Span,
    Web,
    ir,
    rule,
)

_Version = tuple[int, int]


@dataclass(frozen=True)
class _Gone:
    """``package``, the first version without it, and the way out."""

    package: str
    gone: _Version
    instead: str = ""


_MARKUP = _Gone("flask", (3, 0), "markupsafe")
_STACK = _Gone("flask", (3, 0))
_JSON = _Gone("flask", (2, 3))
_URLS = _Gone("werkzeug", (3, 0))
_SERIALIZER = _Gone("itsdangerous", (2, 1))
_TOP = _Gone("werkzeug", (1, 0))

_IMPORTS: dict[str, dict[str, _Gone]] = {
    "flask": {
        "Markup": _MARKUP, "escape": _MARKUP, "safe_join": _Gone("flask", (2, 1)),
        "_request_ctx_stack": _STACK, "_app_ctx_stack": _STACK,
    },
    "flask.globals": {"_request_ctx_stack": _STACK, "_app_ctx_stack": _STACK},
    "flask.helpers": {"safe_join": _Gone("flask", (2, 1)), "locked_cached_property":
                      _Gone("flask", (3, 0))},
    "flask.json": {"JSONEncoder": _JSON, "JSONDecoder": _JSON},
    "itsdangerous": dict.fromkeys(
        ("JSONWebSignatureSerializer", "TimedJSONWebSignatureSerializer"), _SERIALIZER
    ),
    "werkzeug.security": {"safe_str_cmp": _Gone("werkzeug", (2, 1))},
    "werkzeug.urls": dict.fromkeys(
        ("url_decode", "url_encode", "url_join", "url_parse", "url_quote", "url_quote_plus",
         "url_unparse", "url_unquote", "url_unquote_plus"), _URLS
    ),
    "werkzeug": dict.fromkeys(
        ("secure_filename", "generate_password_hash", "check_password_hash", "cached_property",
         "SharedDataMiddleware", "DispatcherMiddleware", "LocalProxy", "Headers", "FileStorage",
         "ImmutableMultiDict", "MultiDict"), _TOP
    ),
    "werkzeug.wsgi": dict.fromkeys(("DispatcherMiddleware", "SharedDataMiddleware"), _TOP),
}  # fmt: skip
_MODULES = {
    "flask.ext": _Gone("flask", (1, 0)),
    "werkzeug.contrib": _Gone("werkzeug", (1, 0)),
    "wtforms.fields.html5": _Gone("wtforms", (3, 0)),
}
_KEYWORDS = {
    "attachment_filename": "download_name", "cache_timeout": "max_age", "add_etags": "etag",
}  # fmt: skip
_FIRST = _Gone("flask", (2, 3))
_ATTRIBUTES = {
    "env", "json_encoder", "json_decoder", "session_cookie_name", "send_file_max_age_default",
    "propagate_exceptions", "templates_auto_reload", "use_x_sendfile",
}  # fmt: skip
_CONFIG = {"JSON_AS_ASCII": "ensure_ascii", "JSON_SORT_KEYS": "sort_keys"}
_NAMES = {"flask": "Flask", "werkzeug": "Werkzeug", "wtforms": "WTForms"}


@rule(
    "FLK901",
    practice=VERSIONS,
    severity=ERROR,
    why="What a release took away raises ImportError, AttributeError or TypeError, or is ignored.",
    help="Use what took its place, or pin the older version.",
    options={"next-major": False},
    fixable="safe",
    upgrade=True,
)
def removed_flask_api(web: Web, options: Options) -> Iterator[Finding]:
    """The code uses an API that the declared versions no longer have."""
    code = Code.of(web)
    later = bool(options["next-major"])
    yield from _imports(web, later)
    yield from _keywords(web, code, later)
    yield from _hooks(web, later)
    yield from _settings(web, code, later)


def _standing(web: Web, what: _Gone, later: bool) -> Severity | None:
    """ERROR where every allowed version lacks it, INFO where only later ones do, if asked."""
    found = web.service.package(what.package)
    if found is None or not found.known:
        flask = web.service.version
        implied = flask is None or not flask.known or flask.below(3, 0) is False
        gone = what.package == "flask" or implied
    else:
        gone = found.below(*what.gone) is False
    return ERROR if gone else INFO if later else None


def _tells(what: _Gone, severity: Severity, error: str) -> str:
    name = _NAMES.get(what.package, what.package)
    gone = ".".join(map(str, what.gone))
    newer = f"{error} with {name} {gone} and newer"
    return newer if severity is ERROR else f"{error} once {name} is upgraded to {gone}"


def _imports(web: Web, later: bool) -> Iterator[Finding]:
    packages = {name.partition(".")[0] for name in (*_IMPORTS, *_MODULES)}
    for package in sorted(packages):
        for span, node in web.imports(package):
            module = next((m for m in _MODULES if f"{node.module}.".startswith(f"{m}.")), None)
            if module is not None:
                severity = _standing(web, _MODULES[module], later)
                if severity is not None:
                    text = _tells(_MODULES[module], severity, "raises ImportError")
                    yield Finding(span, f"importing `{node.module}` {text}", severity=severity)
                continue
            known = _IMPORTS.get(node.module, {})
            for name in node.names:
                what = known.get(name.name)
                severity = _standing(web, what, later) if what is not None else None
                if what is None or severity is None:
                    continue
                place = Span(span.file, name.start, name.end)
                text = _tells(what, severity, "raises ImportError")
                fix = _import_from(web, span, node) if what.instead else None
                yield Finding(
                    place,
                    f"`from {node.module} import {name.name}` {text}",
                    label=f"import it from `{what.instead}`" if what.instead else "",
                    severity=severity,
                    fix=fix,
                )


def _import_from(web: Web, span: Span, node: ir.Import) -> Fix | None:
    """Import ``Markup`` and ``escape`` from markupsafe, which every Flask brings along."""
    text = web.text(span)
    if "#" in text or "\\" in text or node.module != "flask":
        return None

    def listed(names: list[ir.ImportName]) -> str:
        plain = (n.name if n.local in ("", n.name) else f"{n.name} as {n.local}" for n in names)
        return ", ".join(plain)

    moved = [n for n in node.names if _IMPORTS["flask"].get(n.name) is _MARKUP]
    kept = [n for n in node.names if n not in moved]
    indent = web.indent(span)
    if indent is None:
        return None
    new = f"from markupsafe import {listed(moved)}"
    if kept:
        new = f"from flask import {listed(kept)}\n{indent}{new}"
    return Fix("Import from markupsafe", (Edit(span, new),), SAFE)


def _keywords(web: Web, code: Code, later: bool) -> Iterator[Finding]:
    """``send_file(attachment_filename=…)``: renamed in 2.0, gone in 2.2."""
    what = _Gone("flask", (2, 2))
    severity = _standing(web, what, later)
    if severity is None:
        return
    version = web.service.version
    renamed = version is None or not version.known or version.below(2, 0) is False
    for place in code.calls(("send_file", "send_from_directory")):
        node = place.node
        used = [a for a in node.args if a.keyword in _KEYWORDS]
        if (
            not used
            or _guarded(web, place)
            or not any(
                p in ("flask.send_file", "flask.send_from_directory")
                for p in code.paths(place, node.func)
            )
        ):
            continue
        for arg in used:
            old = arg.keyword or ""
            name = Span(place.span.file, arg.start, arg.start + len(old))
            title = f"Call it `{_KEYWORDS[old]}`"
            fix = Fix(title, (Edit(name, _KEYWORDS[old]),), SAFE if renamed else UNSAFE)
            text = _tells(what, severity, "raises TypeError")
            yield Finding(
                name,
                f"`{old}=` {text}",
                label=f"`{_KEYWORDS[old]}=` since Flask 2.0",
                severity=severity,
                fix=fix,
            )


def _hooks(web: Web, later: bool) -> Iterator[Finding]:
    severity = _standing(web, _FIRST, later)
    seen: set[Span] = set()
    for group in web.everything if severity is not None else ():
        for event in group.hooks:
            first = event.name in ("before_first_request", "before_app_first_request")
            guarded = any(c.kind == "try" or _compares(web, c.span) for c in event.conditions)
            if not first or guarded or event.span in seen or not web.is_product(event.span):
                continue
            seen.add(event.span)
            assert severity is not None
            text = _tells(_FIRST, severity, "raises AttributeError")
            yield Finding(
                event.span,
                f"`{event.name}` {text}",
                label="run it while the app is set up",
                severity=severity,
            )


def _compares(web: Web, span: Span) -> bool:
    text = web.text(span).lower()
    return "version" in text or "hasattr" in text


def _settings(web: Web, code: Code, later: bool) -> Iterator[Finding]:
    """Attributes of the app, and JSON settings, that Flask 2.3 took away."""
    severity = _standing(web, _JSON, later)
    if severity is None:
        return
    places = [p for p in code.attributes(_ATTRIBUTES) if code.is_app(p, p.node.obj)]
    own = {p.node.name for p in places if _written(p)}
    for place in places:
        name = place.node.name
        if _guarded(web, place) or (name in own and not _written(place)):
            continue
        error = "has no effect" if name in own else "raises AttributeError"
        yield Finding(
            place.span,
            f"`{name}` of the app {_tells(_JSON, severity, error)}",
            severity=WARNING if name in own and severity is ERROR else severity,
        )
    if any(True for _ in code.attributes(("sort_keys", "ensure_ascii"))):
        return
    seen: set[Span] = set()
    for app in web.apps:
        for key, name in _CONFIG.items():
            found = app.decided(key)
            if found is None or found.value != Lit(False) or found.place in seen:
                continue
            if not web.is_product(found.place):
                continue
            seen.add(found.place)
            yield Finding(
                found.place,
                f"`{key}` {_tells(_JSON, severity, 'is ignored')}",
                label=f"`app.json.{name} = False` since Flask 2.2",
                severity=WARNING if severity is ERROR else severity,
            )


def _written(place: Place[ir.Attr]) -> bool:
    return any(isinstance(n, ir.Assign) and n.target is place.node for n in place.above)


def _guarded(web: Web, place: Place[ir.Node]) -> bool:
    """Whether the code provides for both versions: ``hasattr``, ``try``, a comparison."""
    tests = (n.test for n in place.above if isinstance(n, (ir.If, ir.Cond)))
    return any(isinstance(n, ir.Try) and n.handlers for n in place.above) or any(
        _compares(web, Span(place.span.file, t.start, t.end)) for t in tests
    )
