"""What the tests of both languages share."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from faceoff_lint import ir
from faceoff_lint.lowering import lower

Find = Callable[[str, type[ir.Node]], list[str]]


def check_spans(text: str, node: ir.Node) -> None:
    """Every node's span selects what it names, and children lie inside their parents."""
    for child in ir.children(node):
        source = text[child.start : child.end]
        assert 0 <= child.start <= child.end <= len(text)
        # Decorators stand before the function or class they belong to.
        if not isinstance(node, (ir.Func, ir.Class)):
            assert node.start <= child.start, (node, source)
            assert child.end <= node.end, (node, source)
        if isinstance(child, ir.Name) and child.id != "undefined" and "\\" not in source:
            assert source == child.id
        if isinstance(child, ir.Attr) and "\\" not in source:
            assert text.startswith(child.name, child.name_start)
            assert source.endswith(child.name)
        if isinstance(child, ir.Func):
            assert child.start <= child.name_start <= child.header_end < child.end
            assert text[child.header_end] in ":{="
        if isinstance(child, (ir.Stmt, ir.Func, ir.Call, ir.Arg, ir.Case, ir.Member)):
            assert source
            assert source == source.strip()
        check_spans(text, child)


@pytest.fixture
def lowered() -> Callable[[str, str], ir.Module]:
    """Lowers a text, checking all spans and the round trip through JSON."""

    def run(text: str, suffix: str) -> ir.Module:
        module = lower(text, suffix)
        check_spans(text, module)
        data = ir.to_data(module)
        assert ir.to_data(ir.from_data(json.loads(json.dumps(data)))) == data
        return module

    return run


def shape(value: object) -> object:
    """A node as nested tuples without places, to compare by content: ``("Name", "x")``."""
    if isinstance(value, ir.Node):
        skipped = ("start", "end", "name_start", "header_end")
        names = [n for n in type(value).__dataclass_fields__ if n not in skipped]
        return (type(value).__name__, *(shape(getattr(value, name)) for name in names))
    if isinstance(value, list):
        return [shape(item) for item in value]
    return value


@pytest.fixture
def only(lowered: Callable[[str, str], ir.Module]) -> Callable[[str, str], ir.Node]:
    """The one statement of a text; of an expression statement its expression."""

    def run(text: str, suffix: str) -> ir.Node:
        (statement,) = lowered(text, suffix).body
        return statement.value if isinstance(statement, ir.ExprStmt) else statement

    return run


@pytest.fixture
def sources() -> Callable[[str, ir.Node, type[ir.Node]], list[str]]:
    """The source texts of all nodes of a type, in source order."""

    def run(text: str, node: ir.Node, kind: type[ir.Node]) -> list[str]:
        def found() -> Iterator[ir.Node]:
            return (n for n in ir.walk(node) if isinstance(n, kind))

        return [text[n.start : n.end] for n in sorted(found(), key=lambda n: (n.start, -n.end))]

    return run
