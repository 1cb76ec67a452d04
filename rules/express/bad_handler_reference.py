"""EXP504."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    ERROR,
    HTTP,
    UNDEFINED,
    UNSAFE,
    DictValue,
    Edit,
    Finding,
    Fix,
    Function,
    Leaks,
    Related,
    Router,
    Slot,
    Span,
    Web,
    ir,
    rule,
)


@rule(
    "EXP504",
    practice=HTTP,
    severity=ERROR,
    why="Express takes functions, checks them when they are registered, and calls them bare.",
    help="Name what the module exports; bind methods that use `this`.",
    fixable="unsafe",
)
def bad_handler_reference(web: Web) -> Iterator[Finding]:
    """A handler is undefined, an object, or a method without its object."""
    leaks, seen = Leaks.of(web), set[Span]()
    for slot in leaks.slots:
        node, value = slot.handler.node, slot.handler.value
        if not isinstance(node, (ir.Name, ir.Attr)) or slot.conditions:
            continue
        place = Span(slot.span.file, node.start, node.end)
        if place in seen:
            continue
        seen.add(place)
        name = " ".join(web.text(place).split())
        if value is UNDEFINED:
            yield Finding(
                place,
                f"`{name}` is undefined: Express throws here, and the app does not start",
                label="undefined",
            )
        elif isinstance(value, DictValue):
            yield Finding(
                place,
                f"`{name}` is an object{_holding(value)}, no function: Express throws here, and "
                "the app does not start",
                label="an object",
            )
        elif isinstance(value, Function) and _loses_this(web, value):
            yield _unbound(slot, place, name, value, node)


def _holding(value: DictValue) -> str:
    names = [str(k) for k, v in value.entries.items() if isinstance(v, (Function, Router))]
    return f" that holds `{names[0]}`" if len(names) == 1 else ""


def _unbound(slot: Slot, place: Span, name: str, method: Function, node: ir.Expr) -> Finding:
    fix: Fix | None = None
    if isinstance(node, ir.Attr) and isinstance(node.obj, ir.Name):
        end = Span(place.file, place.end, place.end)
        fix = Fix("Bind the method", (Edit(end, f".bind({node.obj.id})"),), UNSAFE)
    return Finding(
        place,
        f"`{name}` loses its object: `this` is undefined in it, and each request meets a TypeError",
        label="not bound",
        related=(Related(method.header,
                         "the method uses `this`"),),
        fix=fix,
    )  # fmt: skip


def _loses_this(web: Web, method: Function) -> bool:
    """Whether a class's method uses ``this`` and nothing gives it one."""
    node, owner = method.node, method.owner
    if node.kind != "method" or owner is None or method.this is not None or method.bound:
        return False
    if node.decorators or owner.node.decorators or owner.bases:
        return False
    span = owner.span
    if any(word in web.text(span) for word in (".bind(this", "autoBind(", "autobind(", "bindAll(")):
        return False
    return any(_member_of_this(n) for n in _same_this(node))


def _member_of_this(node: ir.Node) -> bool:
    return isinstance(node, ir.Attr) and isinstance(node.obj, ir.Name) and node.obj.id == "this"


def _same_this(node: ir.Func) -> Iterator[ir.Node]:
    """The code in which ``this`` is the function's own: arrows are, functions aren't."""
    stack: list[ir.Node] = [*node.body]
    while stack:
        current = stack.pop()
        yield current
        if isinstance(current, ir.Class) or (
            isinstance(current, ir.Func) and current.kind != "arrow"
        ):
            continue
        stack.extend(ir.children(current))
