"""FLK604; paths are ``explore``, sessions ``faceoff_lint.flow.database``."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    DATABASE,
    ERROR,
    Aborts,
    CallSite,
    Code,
    Finding,
    Flow,
    Function,
    Jump,
    Related,
    Span,
    View,
    Views,
    Web,
    explore,
    ir,
    is_session,
    rule,
)

_WRITES = ("add", "add_all", "delete", "merge")
_COMMITS = {"commit", "begin", "begin_nested", "atomic", "transaction", "auto_commit",
            "autocommit", "bulk_save_objects"}  # fmt: skip
_HARMLESS = {"app_context", "test_request_context", "no_autoflush", "open", "lock", "Lock"}


@rule(
    "FLK604",
    practice=DATABASE,
    severity=ERROR,
    why="The session is thrown away at the end of the request, and what was not committed with it.",
    help="Call `db.session.commit()` before the view returns.",
)
def uncommitted_write(web: Web) -> Iterator[Finding]:
    """A view adds or deletes rows and returns without a commit."""
    code = Code.of(web)
    if not any(p.func is not None for p in code.calls(_WRITES)):
        return
    views = Views.of(web)
    committing = _committing(code)
    hooks = [v for v in views.all if v.what.startswith(("after", "teardown"))]
    if any(_mentions(f, committing) for v in hooks for f in views.flow.reached(v.functions)):
        return
    if web.mentions("SQLALCHEMY_COMMIT_ON_TEARDOWN") or any(
        p.node.id == "SQLALCHEMY_COMMIT_ON_TEARDOWN" for p in code.names(
            ("SQLALCHEMY_COMMIT_ON_TEARDOWN",))
    ):  # fmt: skip
        return
    seen: set[Span] = set()
    for view in views.all:
        if view.what != "view" or _wrapped(view, committing):
            continue
        for function in view.functions:
            for site in _lost(web, views.flow, function, committing):
                if site.span in seen or not web.is_product(site.span):
                    continue
                seen.add(site.span)
                text = " ".join(web.text(site.span).split())
                yield Finding(
                    site.span,
                    f"`{text if len(text) < 60 else text[:57] + '...'}` in {view.title} is never "
                    "committed",
                    label="lost at the end of the request",
                    related=_related(view),
                )


def _related(view: View) -> tuple[Related, ...]:
    header = view.handler.header
    return () if header is None else (Related(header, "returns without a commit"),)


def _names_called(func: ir.Func) -> set[str]:
    return {
        n.func.name if isinstance(n.func, ir.Attr) else n.func.id
        for n in ir.find(func, ir.Call)
        if isinstance(n.func, (ir.Attr, ir.Name))
    }


def _committing(code: Code) -> set[str]:
    """The names of what commits, or calls something of such a name."""
    known = code.web.memo.get("committing")
    if isinstance(known, set):
        return known
    functions = {f.name: set[str]() for f in code.web.functions}
    for function in code.web.functions:
        functions[function.node.name or function.name] = functions.get(
            function.node.name or function.name, set()
        ) | _names_called(function.node)
    found = set(_COMMITS)
    while True:
        more = {n for n, called in functions.items() if n not in found and called & found}
        if not more:
            break
        found |= more
    code.web.memo["committing"] = found
    return found


def _mentions(function: Function, committing: set[str]) -> bool:
    return bool(_names_called(function.node) & committing)


def _wrapped(view: View, committing: set[str]) -> bool:
    """Whether something around a view may commit."""
    return any(isinstance(w, Function) and _mentions(w, committing) for w in view.handler.wrappers)


def _lost(web: Web, flow: Flow, function: Function, committing: set[str]) -> Iterator[CallSite]:
    """The writes of a view's own body after which some path ends, and none commits."""
    sites = {id(s.node): s for s in flow.calls(function)}
    writes = {key for key, site in sites.items() if _writes(flow, site, committing)}
    if not writes:
        return
    for node in ir.own(function.node):
        if isinstance(node, ir.With) and not all(map(_harmless, node.items)):
            writes -= {id(n) for s in node.body for n in ir.walk(s)}
    committed: set[int] = set()
    endings = Aborts.of(web)

    def step(node: ir.Node, state: frozenset[int]) -> frozenset[int] | Jump:
        if not isinstance(node, ir.Call):
            return state
        if id(node) in sites and endings.raises(sites[id(node)]):
            return Jump.THROW
        name = node.func.name if isinstance(node.func, ir.Attr) else getattr(node.func, "id", "")
        if id(node) in writes:
            return state | {id(node)}
        if name in committing or _hands_on(flow, sites.get(id(node)), state):
            committed.update(state)
            return frozenset()
        if name == "rollback":
            return frozenset()
        return state

    exits = explore(function.node.body, frozenset[int](), step)
    pending = {key for e in exits or () if e.how != "throw" for key in e.state}
    for key in sorted(pending - committed, key=lambda k: sites[k].node.start):
        yield sites[key]


def _hands_on(flow: Flow, site: CallSite | None, state: frozenset[int]) -> bool:
    """Whether a call nobody can resolve gets the session: it may commit."""
    if site is None or not state:
        return False
    return any(is_session(flow.value(site.function, a.value)) for a in site.node.args)


def _harmless(item: ir.WithItem) -> bool:
    names = {getattr(n, "name", getattr(n, "id", "")) for n in ir.walk(item.context)}
    return not names.isdisjoint(_HARMLESS)


def _writes(flow: Flow, site: CallSite, committing: set[str]) -> bool:
    """Whether a call adds to a session, itself or in a helper that does nothing else with it."""
    func = site.node.func
    name = func.name if isinstance(func, ir.Attr) else getattr(func, "id", "")
    if name in committing:
        return False
    if isinstance(func, ir.Attr) and name in _WRITES:
        return is_session(flow.value(site.function, func.obj))
    if len(site.targets) != 1 or site.targets[0].node.is_generator:
        return False
    inner = flow.reached(site.targets)
    if any(_mentions(f, committing) for f in inner) or len(inner) > 3:
        return False
    return any(
        isinstance(s.node.func, ir.Attr)
        and s.node.func.name in ("add", "add_all", "delete")
        and is_session(flow.value(s.function, s.node.func.obj))
        for s in flow.calls(site.targets[0])
    )
