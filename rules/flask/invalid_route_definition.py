"""FLK506; full paths are the route table's, the form of rules ``faceoff_lint.model.urls``."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from faceoff_lint.rule import (
    CONVERTERS,
    ERROR,
    INFO,
    ROUTING,
    SAFE,
    Blueprint,
    ClassValue,
    Edit,
    Finding,
    Fix,
    ListValue,
    Lit,
    Related,
    Row,
    Span,
    Web,
    class_methods,
    ir,
    malformed,
    rule,
    variables,
)

_TYPOS = {"integer", "Int", "Integer", "str", "String", "text", "number", "bool", "boolean"}
_VERBS = ("get", "post", "put", "delete", "patch")


@rule(
    "FLK506",
    practice=ROUTING,
    severity=ERROR,
    why="Flask and Werkzeug check a rule when it is added: the app does not start.",
    fixable="safe",
)
def invalid_route_definition(web: Web) -> Iterator[Finding]:
    """A rule, converter, list of methods or name is one that Flask refuses."""
    seen: set[Span] = set()
    known = web.converters
    checks: list[Callable[[Web, Row], Finding | None]] = [
        _slash, _rule, _methods, _verb_methods, _missing_verb, _endpoint,
    ]  # fmt: skip
    for row in web.table:
        found = [f for check in checks if (f := check(web, row)) is not None]
        found += _converter(row, known) if known is not None else []
        for finding in found:
            if finding.span not in seen and web.is_product(finding.span):
                seen.add(finding.span)
                yield finding
    yield from _blueprint_names(web)


def _slash(web: Web, row: Row) -> Finding | None:
    """A rule or a prefix without a slash in front."""
    given = [m for m in row.mounts if m.prefix is not None or _own_prefix(m.child.native)]
    if not row.path.startswith("/") and not row.path.startswith("{"):
        if given and row.path:
            text = given[0].prefix or _own_prefix(given[0].child.native)
            return Finding(
                given[0].span if given[0].prefix is not None else given[0].child.span,
                f"the prefix `{text}` does not begin with a slash: ValueError when the app starts",
                label="no leading slash",
                related=(Related(row.span, f"makes the rule `{row.path}`"),),
            )
        node = _argument(row, 0, "rule")
        fix = None
        if isinstance(node, ir.Const) and not given:
            text = web.text(Span(row.span.file, node.start, node.end))
            quote = text.find(text[-1:])
            at = Span(row.span.file, node.start + quote + 1, node.start + quote + 1)
            plain = quote >= 0 and text.count(text[-1]) == 2
            fix = Fix("Begin the rule with a slash", (Edit(at, "/"),), SAFE) if plain else None
        return Finding(
            row.span,
            f"the rule `{row.path}` does not begin with a slash: ValueError when the app starts",
            label="no leading slash",
            fix=fix,
        )
    return None


def _own_prefix(native: object) -> str | None:
    prefix = native.url_prefix if isinstance(native, Blueprint) else None
    return prefix.value if isinstance(prefix, Lit) and isinstance(prefix.value, str) else None


def _argument(row: Row, index: int, name: str) -> ir.Expr | None:
    args = row.route.event.args
    nodes = args.nodes
    return args.kw_nodes.get(name) or (nodes[index] if 0 <= index < len(nodes) else None)


def _rule(web: Web, row: Row) -> Finding | None:
    why = malformed(row.path) if "{?}" not in row.path else None
    if why is None:
        return None
    return Finding(row.span, f"Werkzeug refuses the rule `{row.path}`, {why}: ValueError when the "
                   "app starts", label="not a valid rule")  # fmt: skip


def _converter(row: Row, known: set[str]) -> Iterator[Finding]:
    for variable in variables(row.path):
        # A library that gets the app may add converters, but hardly such.
        sure = not row.app.native.escaped or variable.converter in _TYPOS
        if variable.converter not in known | CONVERTERS and sure:
            yield Finding(
                row.span,
                f"there is no converter `{variable.converter}` (`{row.path}`): LookupError when "
                "the app starts",
                label="an unknown converter",
                help="The converters are string, int, float, path, any and uuid, and those in "
                "`app.url_map.converters`.",
            )


def _methods(web: Web, row: Row) -> Finding | None:
    """``methods="POST"``, which is what ``methods=("POST")`` means too."""
    given = row.route.event.options.get("methods")
    if not isinstance(given, Lit) or not isinstance(given.value, str):
        return None
    node = _argument(row, -1, "methods")
    fix = None
    if isinstance(node, ir.Const) and given.value.isalpha():
        place = Span(row.span.file, node.start, node.end)
        fix = Fix("Pass a list", (Edit(place, f'["{given.value}"]'),), SAFE)
    return Finding(
        row.span,
        f"`methods` is the text `{given.value}`, not a list: TypeError when the app starts",
        label="methods must be a list",
        fix=fix,
    )


def _verb_methods(web: Web, row: Row) -> Finding | None:
    event = row.route.event
    if event.how not in _VERBS or "methods" not in event.options:
        return None
    return Finding(
        row.span,
        f"`{event.how}` takes no `methods`: TypeError when the app starts",
        label="takes no `methods`",
        help="Use `route` with `methods`, or one decorator a method.",
    )


def _missing_verb(web: Web, row: Row) -> Finding | None:
    """Methods that the class of a MethodView or Resource does not have."""
    handler = row.route.handler
    cls = handler.cls if handler is not None else None
    header = handler.header if handler is not None else None
    if cls is None or header is None or row.route.methods is None or not _is_plain(cls):
        return None
    own = cls.lookup("methods")
    listed = (
        {i.value for i in own.items if isinstance(i, Lit)} if isinstance(own, ListValue) else {}
    )
    wanted = {str(m).upper() for m in row.route.methods or listed}
    has = {verb.upper() for verb in (*_VERBS, "head", "options", "trace") if cls.lookup(verb)}
    missing = sorted(wanted - has - {"OPTIONS", *({"HEAD"} if "GET" in has else ())})
    if not wanted or not missing or class_methods(cls) is None:
        return None
    names = ", ".join(missing)
    return Finding(
        row.span if row.route.methods else header,
        f"`{cls.name}` has no method for {names}, which `{row.path}` allows: AssertionError "
        '"Unimplemented method", 500',
        label=f"allows {names}",
        related=(Related(header, "the class"),),
    )


def _is_plain(cls: ClassValue) -> bool:
    """Whether all of a class is known: its bases are the project's, MethodView or Resource."""
    names = {e.path.rpartition(".")[2] for e in cls.externals}
    dynamic = cls.lookup("dispatch_request") or cls.lookup("__getattr__")
    unknown = [b for b in cls.mro() if not isinstance(b, ClassValue)]
    return dynamic is None and len(unknown) == 1 and bool(names & {"MethodView", "Resource"})


def _endpoint(web: Web, row: Row) -> Finding | None:
    """A dot in the endpoint of a blueprint's route."""
    given = row.route.event.endpoint
    if row.route.owner.kind != "blueprint" or not isinstance(given, Lit):
        return None
    if "." not in str(given.value):
        return None
    return Finding(
        row.span,
        f"the endpoint `{given.value}` of a blueprint has a dot: ValueError when the app starts",
        label="a dot in an endpoint",
    )


def _blueprint_names(web: Web) -> Iterator[Finding]:
    version = web.service.version
    old = version.below(2, 0) if version is not None and version.known else False
    for group in web.groups:
        native = group.native
        if not isinstance(native, Blueprint) or old or not web.is_product(group.span):
            continue
        if isinstance(native.name, Lit) and "." in str(native.name.value):
            yield Finding(
                group.span,
                f"the blueprint's name `{native.name.value}` has a dot: ValueError when its module "
                "is imported",
                label="a dot in the name",
                severity=INFO if old is None else None,
            )
