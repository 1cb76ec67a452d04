"""EXP801."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    EXPRESS_PRODUCTION,
    INFO,
    SAFE,
    Edit,
    Finding,
    Fix,
    Options,
    Span,
    Web,
    ir,
    rule,
)

_PACKAGES = {"helmet", "helmet-csp", "lusca", "hsts", "frameguard", "@fastify/helmet", "koa-helmet"}
_HEADERS = {
    "content-security-policy", "strict-transport-security", "x-content-type-options",
    "x-frame-options", "x-powered-by",
}  # fmt: skip


@rule(
    "EXP801",
    practice=EXPRESS_PRODUCTION,
    severity=INFO,
    why="Browsers then protect users no further than their oldest defaults, and every answer says "
    "which framework to attack.",
    help="`app.use(helmet())` before the routes; it also removes `X-Powered-By`.",
    options={"min-routes": 5},
    fixable="safe",
)
def missing_security_headers(web: Web, options: Options) -> Iterator[Finding]:
    """No middleware sets security headers, and `X-Powered-By` is left on."""
    if web.machine.packages.keys() & _PACKAGES or web.open or _speaks_of_headers(web):
        return
    for app in web.apps:
        rows = [row for row in web.table if row.app is app]
        if not app.root or not web.is_product(app.span) or len(rows) < options["min-routes"]:
            continue
        if any(s.key == "x-powered-by" for s in app.settings):
            continue
        yield Finding(
            app.span,
            f"the answers of {len(rows)} routes carry no security headers, and say "
            "`X-Powered-By: Express`",
            label="no helmet, no headers of its own",
            fix=_disable(web, app.span, app.var),
        )


def _speaks_of_headers(web: Web) -> bool:
    """Whether some code that was read names one of the headers."""
    for record in web.modules.records.values():
        if record is None or "-" not in record.source.text:
            continue
        if any(str(n.value).lower() in _HEADERS for n in ir.find(record.module, ir.Const)):
            return True
    return False


def _disable(web: Web, span: Span, name: str) -> Fix | None:
    """``app.disable('x-powered-by')`` below the line that makes the app."""
    module, record = web.module(span.file), web.modules.records.get(span.file)
    if module is None or record is None or not name.isidentifier():
        return None
    for node in module.body:
        if not isinstance(node, ir.Declare) or node.value is None or node.exported:
            continue
        target = node.target
        if (node.value.start, node.value.end) != (span.start, span.end):
            continue
        if isinstance(target, ir.Name) and target.id == name:
            text = record.source.text
            end = text.find("\n", node.end)
            if end < 0 or text[node.end : end].strip(" \t\r;"):
                return None
            mark = ";" if ";" in text[node.start : end] else ""
            # At the begin of the next line: before its end there may be a carriage return.
            place = Span(span.file, end + 1, end + 1)
            edit = Edit(place, f"{name}.disable('x-powered-by'){mark}\n")
            return Fix("Take `X-Powered-By` out of the answers", (edit,), SAFE)
    return None
