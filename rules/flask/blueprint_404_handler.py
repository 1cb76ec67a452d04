"""FLK202."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    ERRORS,
    UNSAFE,
    WARNING,
    Builtin,
    Edit,
    External,
    Finding,
    Fix,
    Flow,
    Group,
    Lit,
    Related,
    Span,
    Value,
    Web,
    ir,
    rule,
)

_CODES = {"NotFound": 404, "MethodNotAllowed": 405}
# What raises a 404 or 405 in a view itself.
_RAISERS = {
    "abort", "get_or_404", "first_or_404", "one_or_404", "get_object_or_404", "send_from_directory",
    "paginate", "NotFound", "MethodNotAllowed", "safe_join", "get_or_abort", "dispatch_request",
    "abort_if", "not_found", "send_static_file",
}  # fmt: skip


@rule(
    "FLK202",
    practice=ERRORS,
    severity=WARNING,
    why="Routing fails before a blueprint is chosen, so its handler for 404 or 405 is not asked.",
    help="Register it for the app: `app_errorhandler`.",
    fixable="unsafe",
)
def blueprint_404_handler(web: Web) -> Iterator[Finding]:
    """A blueprint's own handler for 404 or 405 never runs."""
    everywhere = {
        _code(e.key) for g in web.everything for e in g.error_handlers if g.is_app or e.app_wide
    }
    if 0 in everywhere:
        return
    for group in web.groups:
        if group.kind != "blueprint":
            continue
        for event in group.error_handlers:
            code = _code(event.key)
            if event.app_wide or code not in (404, 405) or code in everywhere:
                continue
            if not web.is_product(event.span) or event.conditions or _raises(web, group):
                continue
            handler = web.resolve(event.handler)
            header = handler.header
            yield Finding(
                event.span,
                f"this handler of blueprint `{group.name}` never sees a {code}: unknown URLs "
                "belong to no blueprint, and its views raise none",
                label="never runs",
                related=() if header is None else (Related(header, "the handler"),),
                fix=_app_wide(web, event.span),
            )


def _code(key: Value) -> int | None:
    """The status a handler is for; 0 for all of them or unknown, None for another exception."""
    if isinstance(key, Lit):
        return key.value if isinstance(key.value, int) else 0
    if isinstance(key, External) and key.path.startswith("werkzeug."):
        name = key.path.rpartition(".")[2]
        return _CODES.get(name, 0 if name == "HTTPException" else None)
    if isinstance(key, (Builtin, External)):
        name = key.name if isinstance(key, Builtin) else key.path.rpartition(".")[2]
        return 0 if name in ("Exception", "BaseException") else None
    return None if getattr(key, "node", None) is not None else 0


def _raises(web: Web, group: Group) -> bool:
    """Whether some view or hook of a blueprint may raise it, so that the handler has a use."""
    flow = Flow.of(web)
    if "static_folder" in group.native.args.kw:
        return True
    handlers = [r.handler for r in group.below]
    handlers += [web.resolve(h.handler) for h in group.hooks]
    functions = []
    for handler in handlers:
        entered = flow.entered(handler) if handler is not None else []
        if not entered:
            return True
        assert handler is not None
        if handler.wrappers and handler.cls is None and handler.function not in entered:
            return True
        functions += entered
    for function in flow.reached(functions):
        for node in ir.walk(function.node):
            name = getattr(node, "name", "") or getattr(node, "id", "")
            if isinstance(node, (ir.Attr, ir.Name)) and (name in _RAISERS or "404" in name):
                return True
    return False


def _app_wide(web: Web, span: Span) -> Fix | None:
    text = web.text(span)
    at = text.find(".errorhandler(")
    if at < 0:
        return None
    start = span.start + at + 1
    edit = Edit(Span(span.file, start, start + len("errorhandler")), "app_errorhandler")
    return Fix("Register it for the app", (edit,), UNSAFE)
