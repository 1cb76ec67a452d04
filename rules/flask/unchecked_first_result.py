"""FLK608; paths are ``explore``, queries ``faceoff_lint.flow.database``."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from faceoff_lint.rule import (
    DATABASE,
    ERROR,
    SAFE,
    UNSAFE,
    Aborts,
    CallSite,
    ClassValue,
    Code,
    Edit,
    External,
    Finding,
    Fix,
    Flow,
    Function,
    Jump,
    Lit,
    Place,
    Reached,
    Related,
    Span,
    Value,
    Views,
    Web,
    explore,
    ir,
    is_query,
    is_session,
    keeps_arguments,
    methods_of_class,
    options,
    rule,
)

_NAMES = ("first", "one_or_none", "scalar_one_or_none", "get", "scalar")
_RESULTS = re.compile(r".*\.session(?:\(\))?\.(?:execute|scalars)\(\)(?:\.\w+\(\))*")
_ONE = ("first", "one_or_none", "scalar_one_or_none")
_CONVERTS = {"int", "str", "isinstance", "print", "len", "float", "flash", "UUID", "log", "info",
             "debug", "warning", "error", "type", "bool", "get", "pop", "set", "list"}  # fmt: skip
_DATA = {"view_args", "form", "args", "json", "get_json", "values", "url_map"}
_CATCHES = {"AttributeError", "TypeError", "Exception", "BaseException", "x"}


@rule(
    "FLK608",
    practice=DATABASE,
    severity=ERROR,
    why="Where no row matches the result is None: an unknown id gives a 500 in place of a 404.",
    help="Use `first_or_404()` or `get_or_404()`, or test the result first.",
    fixable="safe",
)
def unchecked_first_result(web: Web) -> Iterator[Finding]:
    """What a query found for the request is used without asking whether it found anything."""
    code = Code.of(web)
    found: dict[int, Place[ir.Call]] = {}
    for place in code.calls(_NAMES):
        if place.func is not None and _may_break(place) and _finds(code, place):
            found[id(place.node)] = place
    if not found:
        return
    views = Views.of(web)
    for reached in views.reach_sites(lambda s: s if id(s.node) in found else None):
        place = found[id(reached.site.node)]
        if not _depends(code, views, reached, place):
            continue
        use = _unchecked(web, place, reached.site.function)
        if use is None or _provided_for(code, place, use):
            continue
        what = " ".join(web.text(place.at(use).span).split())
        yield Finding(
            place.at(use).span,
            f"`{what if len(what) < 60 else what[:57] + '...'}` fails in {reached.where} "
            "where no row is found",
            label="None has no attributes",
            related=(*reached.frames, *_related(place, use)),
            fix=_or_404(web, code, reached, place, use),
        )


def _related(place: Place[ir.Call], use: ir.Node) -> tuple[Related, ...]:
    inside = use.start <= place.node.start and place.node.end <= use.end
    return () if inside else (Related(place.span, "None if there is no such row"),)


def _may_break(place: Place[ir.Call]) -> bool:
    """Whether a call's result is used or named, and what it asks for is more than literals.

    That leaves few of the calls with these names, before anything is asked of the code.
    """
    parent = place.above[-1] if place.above else None
    if not isinstance(parent, (ir.Attr, ir.Index, ir.Assign)):
        return False
    asked = (ir.Name, ir.Attr, ir.Call, ir.Index)
    return isinstance(place.node.func, ir.Attr) and any(
        isinstance(n, asked) for n in _conditions(place.node)
    )


def _finds(code: Code, place: Place[ir.Call]) -> bool:
    """Whether a call gives a row or None."""
    func = place.node.func
    assert isinstance(func, ir.Attr)
    text = code.web.text(place.at(func.obj).span)
    if "func." in text or "with_entities" in text:
        return False  # an aggregate always has a row
    receiver = code.value(place, func.obj)
    paths = [c.path for c in options(receiver) if isinstance(c, External)]
    if func.name in _ONE:
        results = bool(paths) and all(_RESULTS.fullmatch(p) for p in paths)
        return is_query(receiver) or results
    if func.name == "get":
        return is_query(receiver) or is_session(receiver)
    args = code.web.text(place.span)
    return func.name == "scalar" and is_session(receiver) and "func." not in args


def _depends(code: Code, views: Views, reached: Reached[CallSite], place: Place[ir.Call]) -> bool:
    """Whether it is the request alone that says which row is meant, and nobody vets what it says.

    Another name of the function among the conditions may stand for a row that is related to it.
    """
    function = reached.site.function
    urls = _from_url(views, reached, function)
    own = _own_names(function)
    names: set[str] = set()
    depends = False
    for node in _conditions(place.node):
        if isinstance(node, ir.Name) and node.id in urls:
            depends = True
            names.add(node.id)
            continue
        if isinstance(node, (ir.Name, ir.Attr, ir.Call, ir.Index)):
            value = code.flow.value(function, node)
            asked = not isinstance(value, Lit) and views.from_request(value)
            if asked and _signed(value):
                return False
            depends |= asked
            if isinstance(node, ir.Name) and node.id in own:
                if not asked and not isinstance(value, (Lit, ClassValue)):
                    return False
                names.add(node.id)
    return depends and not _vetted(reached, place.node, names) and _unguarded(views, reached)


def _conditions(node: ir.Expr) -> Iterator[ir.Node]:
    """What stands in the parentheses of ``session.query(…).filter(…).first()``."""
    while True:
        if isinstance(node, ir.Call):
            yield from (n for a in node.args for n in ir.walk(a))
            node = node.func
        elif isinstance(node, ir.Attr):
            node = node.obj
        else:
            return


def _own_names(function: Function) -> set[str]:
    targets = [p.target for p in function.node.params]
    for node in ir.own(function.node):
        if isinstance(node, (ir.Assign, ir.For, ir.Clause)) or (
            isinstance(node, ir.WithItem) and node.target is not None
        ):
            assert node.target is not None
            targets.append(node.target)
    return {n.id for t in targets for n in ir.find(t, ir.Name)}


def _vetted(reached: Reached[CallSite], lookup: ir.Call, names: set[str]) -> bool:
    """Whether a function on the way gives what is asked for to something that may refuse it."""
    for site in reversed(reached.hit.path):
        node = lookup if site is reached.site else site.node
        if site is not reached.site:
            names = {n.id for a in node.args for n in ir.find(a, ir.Name)}
        if _refuses(site.function, node, names):
            return True
    return False


def _refuses(function: Function, before: ir.Call, names: set[str]) -> bool:
    body = function.node.body
    tests = [n for n in ir.walk_local(body) if isinstance(n, (ir.If, ir.Cond, ir.While))]
    tested = {id(n) for t in tests for n in (ir.walk(t.test) if t.test else ())}
    asked = {n.id for t in tests if t.test for n in ir.find(t.test, ir.Name)}
    for node in ir.walk_local(body):
        if node.end > before.start or not isinstance(node, (ir.ExprStmt, ir.Assign, ir.Call)):
            continue
        if isinstance(node, ir.Call):
            if id(node) in tested and _takes(node, names):
                return True
            continue
        given = node.value
        if isinstance(node, ir.Assign) and not (_names(node.target) & asked):
            continue
        if isinstance(given, ir.Call) and _takes(given, names):
            return True
    return False


def _takes(call: ir.Call, names: set[str]) -> bool:
    """Whether something that is no conversion, and not the log, gets one of the names."""
    func = call.func
    called = func.name if isinstance(func, ir.Attr) else func.id if isinstance(
        func, ir.Name) else ""  # fmt: skip
    return called not in _CONVERTS and bool(names & set().union(*map(_names, _conditions(call))))


def _names(node: ir.Node) -> set[str]:
    return {n.id for n in ir.find(node, ir.Name)}


def _unguarded(views: Views, reached: Reached[CallSite]) -> bool:
    """Whether no decorator of the view, and no hook, may have looked the row up before."""
    handler = reached.view.handler
    if handler.cls is not None:
        methods = methods_of_class(handler.cls, [f.name for f in reached.view.functions])
        if methods is None:
            return False
        wrappers = [w for m in methods for w in m.wrappers]
    else:
        wrappers = handler.wrappers
    if not all(map(keeps_arguments, wrappers)):
        return False
    hooks = [f for v in views.all if v.what.startswith("before") for f in v.functions]
    around = [*(w for w in wrappers if isinstance(w, Function)), *hooks]
    return not any(
        isinstance(n, ir.Attr) and n.name in _DATA for f in around for n in ir.walk(f.node)
    )


def _signed(value: Value) -> bool:
    """Whether a value was taken out of a token that the app itself has signed."""
    found = [c for c in options(value) if isinstance(c, External)]
    return any(re.match(r"itsdangerous|jwt\b|flask_jwt", c.path) for c in found)


def _from_url(views: Views, reached: Reached[CallSite], function: Function) -> set[str]:
    """The names in a function that hold what stands in the URL."""
    view, path = reached.view, reached.hit.path
    variables = views.variables(view)
    for caller, site in itertools.pairwise(path):
        inner = site.function
        names = [p.target.id if isinstance(p.target, ir.Name) else "" for p in inner.node.params]
        names = names[1:] if inner.this is not None else names
        passed: set[str] = set()
        for index, arg in enumerate(caller.node.args):
            if isinstance(arg.value, ir.Name) and arg.value.id in variables and not arg.spread:
                name = arg.keyword or (names[index] if index < len(names) else "")
                passed.add(name)
        variables = passed
    return variables


def _unchecked(web: Web, place: Place[ir.Call], function: Function) -> ir.Expr | None:
    """The first use on some path that the result's being None breaks."""
    parent = place.above[-1] if place.above else None
    if isinstance(parent, ir.Attr) and parent.obj is place.node:
        return parent
    if isinstance(parent, ir.Index) and parent.obj is place.node:
        return parent
    if not isinstance(parent, ir.Assign) or not isinstance(parent.target, ir.Name):
        return None
    if parent.op != "=" or place.func is None:
        return None
    name, hits = parent.target.id, []
    sites = {id(s.node): s for s in Flow.of(web).calls(function)}
    endings = Aborts.of(web)

    def step(node: ir.Node, state: bool) -> bool | Jump:
        if isinstance(node, ir.Assign) and _is(node.target, name):
            return node is parent
        if id(node) in sites and endings.raises(sites[id(node)]):
            return Jump.THROW
        if not state:
            return False
        target = node.target if isinstance(node, ir.Assign) else None
        if isinstance(target, (ir.Attr, ir.Index)) and _is(target.obj, name):
            hits.append(target)
            return False
        if isinstance(node, (ir.Attr, ir.Index)) and _is(node.obj, name):
            hits.append(node)
            return False
        if isinstance(node, ir.Call) and any(_is(a.value, name) for a in node.args):
            return False  # the callee may refuse None
        if isinstance(node, ir.Opaque) and node.what == "assert":
            return not any(_is(n, name) for n in ir.walk(node))
        return state

    def assuming(test: ir.Expr, truth: bool, state: bool) -> bool:
        test = test.target if isinstance(test, ir.Assign) else test
        if _is(test, name):
            return state and not truth
        if isinstance(test, ir.Binary) and _is(test.left, name):
            nothing = isinstance(test.right, ir.Const) and test.right.value is None
            if nothing and test.op in ("is", "=="):
                return state and truth
            if nothing and test.op in ("is not", "!="):
                return state and not truth
        return state and not any(_is(n, name) for n in ir.walk(test))

    if explore(place.func.body, False, step, assuming=assuming) is None or not hits:
        return None
    return min(hits, key=lambda n: n.start)


def _is(node: ir.Node, name: str) -> bool:
    return isinstance(node, ir.Name) and node.id == name


def _provided_for(code: Code, place: Place[ir.Call], use: ir.Expr) -> bool:
    """Whether an exception at the use is caught, in the function itself."""
    for node in ir.walk_local(place.func.body if place.func is not None else []):
        if isinstance(node, ir.Try) and any(s.start <= use.start < s.end for s in node.body):
            for handler in node.handlers:
                names = {n.id for n in ir.find(handler.type, ir.Name)} if (
                    handler.type is not None) else {"x"}  # fmt: skip
                if names & _CATCHES:
                    return True
    return False


def _or_404(
    web: Web, code: Code, reached: Reached[CallSite], place: Place[ir.Call], use: ir.Expr
) -> Fix | None:
    """``first_or_404``, of Flask-SQLAlchemy's own queries."""
    func = place.node.func
    assert isinstance(func, ir.Attr)
    root = [p for p in code.paths(place, func.obj) if p.startswith("flask_sqlalchemy.")]
    if not root or func.name not in ("first", "get") or "query" not in root[0]:
        return None
    at = Span(place.record.path, func.name_start, func.name_start + len(func.name))
    parent = place.above[-1] if place.above else None
    name = parent.target.id if isinstance(parent, ir.Assign) and isinstance(
        parent.target, ir.Name) else ""  # fmt: skip
    tests = [n.test for n in ir.walk(place.func) if isinstance(n, (ir.If, ir.Cond, ir.While))
             and n.test is not None] if place.func is not None else []  # fmt: skip
    tested = any(_is(n, name) for t in tests for n in ir.walk(t))
    sure = reached.hit.direct and not tested
    edit = Edit(at, f"{func.name}_or_404")
    return Fix(f"Use `{func.name}_or_404`", (edit,), SAFE if sure else UNSAFE)
