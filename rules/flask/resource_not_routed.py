"""FLK554; what is routed is the route table's answer, who names a class the text's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from faceoff_lint.rule import REST, WARNING, ClassValue, Finding, Span, Web, class_methods, ir, rule

_BASES = {
    "flask.views.MethodView", "flask_restful.Resource", "flask_restx.Resource",
    "flask_restplus.Resource",
}  # fmt: skip
_BY_LOOKING = re.compile(
    r"__subclasses__|getmembers|\bglobals\(\)|\bvars\(|\bdir\(|__init_subclass__"
    r"|importlib|pkgutil|import_string|find_modules|iter_entry_points"
)


@rule(
    "FLK554",
    practice=REST,
    severity=WARNING,
    why="A class answers only under the URLs that it is added with.",
    help="Add it with `api.add_resource(…)` or `X.as_view(…)`, or delete it.",
)
def resource_not_routed(web: Web) -> Iterator[Finding]:
    """A Resource or MethodView has methods, but nothing gives it a URL."""
    apps = [a for a in web.apps if a.root and web.is_product(a.span)]
    if not apps or web.open or any(_BY_LOOKING.search(s.text) for s in web.sources.values()):
        return
    alone = [c for c in web.machine.classes if _is_concrete(web, c)]
    named = _mentioned(web) if alone else {}
    for cls in alone:
        if named.get(cls.name, 0):
            continue
        methods = "/".join(class_methods(cls) or ())
        node = cls.node
        yield Finding(
            Span(cls.span.file, node.start, node.name_start + len(node.name)),
            f"nothing names `{cls.name}`: its {methods} has no URL",
            label="no URL leads here",
        )


def _is_concrete(web: Web, cls: ClassValue) -> bool:
    """Whether a class is a resource that answers something, and not a base or decorated."""
    own = {*cls.attrs, *cls.proto}
    verbs = own & {"get", "post", "put", "patch", "delete"}
    if not verbs or cls.node.decorators or cls.name.startswith("_") or not web.is_product(cls.span):
        return False
    bases = {e.path for e in cls.externals}
    abstract = re.search(r"base|abstract|mixin", cls.name, re.IGNORECASE)
    return bool(bases & _BASES) and len(bases) == 1 and abstract is None and not cls.node.keywords


def _mentioned(web: Web) -> dict[str, int]:
    """How often each name is read, imported or quoted anywhere."""
    found: dict[str, int] = {}
    for record in web.modules.records.values():
        for node in ir.walk(record.module) if record is not None else ():
            name: object = None
            if isinstance(node, ir.Name):
                name = node.id
            elif isinstance(node, (ir.Attr, ir.ImportName)):
                name = node.name
            elif isinstance(node, ir.Const):
                name = str(node.value).rpartition(".")[2]
            if isinstance(name, str):
                found[name] = found.get(name, 0) + 1
    return found
