"""FLK554."""

from __future__ import annotations

import re
from collections.abc import Iterator

from faceoff_lint.rule import REST, WARNING, ClassValue, Finding, Function, Span, Web, rule

_BASES = {
    "flask_restful.Resource", "flask_restx.Resource", "flask_restplus.Resource",
    "flask.views.MethodView",
}  # fmt: skip
_VERBS = ("get", "post", "put", "patch", "delete")


@rule(
    "FLK554",
    practice=REST,
    severity=WARNING,
    why="A class answers nothing until it is given a URL.",
    help="Give it one: `api.add_resource(…)`, a `route` decorator, `add_url_rule(…)`.",
)
def resource_not_routed(web: Web) -> Iterator[Finding]:
    """A resource or method view has verbs, and nothing gives it a URL."""
    if web.open or not web.apps:
        return
    classes = web.machine.classes
    bases = {id(base) for cls in classes for base in cls.mro() if base is not cls}
    for cls in classes:
        if cls.name.startswith("_") or id(cls) in bases or cls.node.decorators:
            continue
        if not any(e.path in _BASES for e in cls.externals) or not web.is_product(cls.span):
            continue
        verbs = [v.upper() for v in _VERBS if isinstance(cls.attrs.get(v), Function)]
        if verbs and not _named_elsewhere(web, cls):
            start = cls.span.start
            yield Finding(
                Span(cls.span.file, start, cls.node.name_start + len(cls.name)),
                f"`{cls.name}` answers {' and '.join(verbs)}, and has no URL: nobody can reach it",
                label="no route",
            )


def _named_elsewhere(web: Web, cls: ClassValue) -> bool:
    """Whether any file of the service speaks of the class, beside its own ``class`` line."""
    word = re.compile(rf"\b{re.escape(cls.name)}\b")
    for path in web.service.files:
        text = web.modules.reading.text(path)
        if text is not None and len(word.findall(text)) > (path == cls.span.file):
            return True
    return False
