"""FLK556."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeGuard

from faceoff_lint.rule import (
    REST,
    WARNING,
    Answers,
    External,
    Finding,
    Flow,
    Function,
    Related,
    Span,
    Web,
    ir,
    options,
    rule,
)

_JSON = ("flask.request.json", "flask.request.get_json()")
_QUIET = {"len", "print", "str", "dict", "type", "bool"}


@rule(
    "FLK556",
    practice=REST,
    severity=WARNING,
    why="`request.form` answers 400 for a key that isn't sent; JSON is a plain dict, and its "
    "KeyError a 500.",
    help="Check the keys and answer 400, use `.get()`, or validate the body with a schema.",
)
def unvalidated_json_key(web: Web) -> Iterator[Finding]:
    """A view takes keys out of the JSON it is sent without looking whether they are there."""
    answers, flow = Answers.of(web), Flow.of(web)
    if _caught(web):
        return
    seen: set[Span] = set()
    for row in web.table:
        for function, _ in answers.views(row):
            header = function.header
            if header in seen or not web.is_product(header):
                continue
            seen.add(header)
            taken = _taken(flow, function)
            handler = row.route.handler
            if not taken or handler is None or any(map(_looks, handler.wrappers)):
                continue
            first = min(taken, key=lambda node: node.start)
            keys = dict.fromkeys(_key(node) for node in sorted(taken, key=lambda n: n.start))
            named = ", ".join(f"`{key}`" for key in list(keys)[:3])
            more = f" or one of {len(keys) - 3} more" if len(keys) > 3 else ""
            yield Finding(
                Span(header.file, first.start, first.end),
                f"a request without {named.replace(', ', ' or ')}{more} gets status 500 of "
                f"`{function.name}`, not 400",
                label="KeyError when it isn't there",
                related=(Related(header, "the view"),),
            )


def _caught(web: Web) -> bool:
    """Whether an error handler hears KeyError, or a hook looks at the JSON."""
    for group in web.everything:
        for handler in group.error_handlers:
            path = handler.key.path if isinstance(handler.key, External) else ""
            if path.rpartition(".")[2] in ("KeyError", "LookupError", "Exception"):
                return True
        for hook in group.hooks:
            function = web.resolve(hook.handler).function
            if hook.name.startswith("before") and (function is None or _looks(function)):
                return True
    return False


def _looks(value: object) -> bool:
    """Whether a decorator or hook may look at the JSON."""
    if not isinstance(value, Function):
        return False
    names = {n.name for n in ir.find(value.node, ir.Attr)}
    if names & {"json", "get_json", "data", "get_data"}:
        return True
    # What the closure's maker says counts too: ``validate(schema)``.
    return any(isinstance(n, ir.Name) and "schema" in n.id for n in ir.walk(value.node))


def _key(node: ir.Index) -> str:
    return str(node.index.value) if isinstance(node.index, ir.Const) else "?"


def _taken(flow: Flow, function: Function) -> list[ir.Index]:
    """The places that need a key of the request's JSON; none where anything checks the JSON."""
    found: list[ir.Index] = []
    guarded: set[int] = set()
    stored: set[int] = set()
    for node in ir.own(function.node):
        if isinstance(node, ir.Try) and any(_catches(h) for h in node.handlers):
            guarded.update(id(n) for s in node.body for n in ir.walk(s))
        elif isinstance(node, ir.Assign):
            stored.add(id(node.target))
        elif (isinstance(node, ir.Call) and _hands_on(flow, function, node)) or any(
            _reads(flow, function, test) for test in _tests(node)
        ):
            return []
        elif _names_key(node) and _is_json(flow, function, node.obj):
            found.append(node)
    return [n for n in found if id(n) not in guarded and id(n) not in stored]


def _names_key(node: ir.Node) -> TypeGuard[ir.Index]:
    if not isinstance(node, ir.Index) or not isinstance(node.index, ir.Const):
        return False
    return isinstance(node.index.value, str)


def _tests(node: ir.Node) -> list[ir.Expr]:
    """What decides in a statement or expression."""
    if isinstance(node, (ir.If, ir.Cond)):
        return [node.test]
    if isinstance(node, ir.While) and node.test is not None:
        return [node.test]
    if isinstance(node, ir.For):
        return [node.iterable]
    if isinstance(node, ir.Comprehension):
        clauses = [part for c in node.clauses for part in (c.iterable, *c.conditions)]
        return [node.element, *clauses]
    return []


def _catches(handler: ir.Handler) -> bool:
    if handler.type is None:
        return True
    names = {n.id for n in ir.find(handler.type, ir.Name)}
    return bool(names & {"KeyError", "LookupError", "Exception", "BaseException", "TypeError"})


def _is_json(flow: Flow, function: Function, node: ir.Expr) -> bool:
    """Whether an expression surely is the request's JSON."""
    values = options(flow.value(function, node))
    return all(isinstance(v, External) and v.path in _JSON for v in values)


def _reads(flow: Flow, function: Function, test: ir.Expr) -> bool:
    """Whether a condition looks into the JSON: ``"name" in data``, ``data.get("name")``.

    ``if data`` and ``data is None`` only ask whether there is any.
    """
    for node in ir.walk(test):
        inner: list[ir.Expr] = []
        if isinstance(node, ir.Binary) and node.op in ("in", "not in"):
            inner = [node.right, node.left]
        elif isinstance(node, ir.Call):
            inner = [node.func.obj] if isinstance(node.func, ir.Attr) else []
            inner += [a.value for a in node.args]
        if any(_is_json(flow, function, part) for part in inner):
            return True
    return False


def _hands_on(flow: Flow, function: Function, call: ir.Call) -> bool:
    """Whether a call gets the JSON, and may check it."""
    if isinstance(call.func, ir.Name) and call.func.id in _QUIET:
        return False
    if isinstance(call.func, ir.Attr) and call.func.name in ("info", "debug", "warning", "error"):
        return False
    return any(_is_json(flow, function, a.value) for a in call.args)
