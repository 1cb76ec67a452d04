"""The tree that is made quickly is the one that libcst makes, and libcst stays as it was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import libcst as cst
import pytest

from faceoff_lint.lowering import python_tree
from faceoff_lint.lowering.python_positions import locate
from faceoff_lint.lowering.python_tree import parse_tree

ROOT = Path(__file__).parents[2]
# What Python there is here holds most of the language; the samples hold the rest.
FILES = [
    *sorted(ROOT.glob("fixtures/**/*.py")),
    *sorted(ROOT.glob("faceoff_lint/lowering/*.py")),
    *sorted(ROOT.glob("tests/lowering/*.py")),
]
SAMPLES = """\
x = 1 ;\\
  y = 2
match a:
    case A(b, c=D.e) | [1, *_] | {"k": v, **rest} if g: pass
    case (None, -1, ("s" | -2) as w) as whole: ...
async def f[T: int = str, *Ts, **P](a, /, b: "int" = 1, *c, d, **e) -> None:
\tasync with (open(a) as b, c): await d
\tasync for i in g(): yield i
\telse: return [*i, (yield)]
@ a . b ( c , ** d )
class C ( B , metaclass = M ) : x = 1
type X[T] = list[T]
try: del a, (b), [c]; global g
except* (A, B) as e: raise E from e
else: pass
finally: assert a, b
lambda *, a=(1, 2), **k: {**k, a: {b for b in c if d if e}}[1:2, ::3, ...]
f"{a!r:>{w}} {{}} {b=}" r"x", 0x_f, 1j, 1_0.e3
not a if b is not c else ~ d not in e @ f ** - g << 1 <= h != i
(a := b) ; a . b . c ( ) [ 0 ] ; a += b ; a : int ; import a . b as c ; from .. import ( d , )

if a :  # comment
    # another
  \f
    while b: break
    else: continue
elif c: pass
"""


def spelt(node: Any) -> Any:
    """A tree as libcst would show it, in tuples."""
    if isinstance(node, cst.CSTNode):
        kind = type(node)
        while kind.__module__ == python_tree.__name__:
            (kind,) = kind.__bases__
        return (kind, *((f.name, spelt(getattr(node, f.name))) for f in fields(kind)))
    return tuple(map(spelt, node)) if isinstance(node, (list, tuple)) else node


def places(node: Any, spans: dict[int, Any]) -> Iterator[Any]:
    """Of every node but white space in a line, in order, what is known of its place."""
    for child in node.children:
        if not isinstance(child, cst.SimpleWhitespace):
            yield spans.get(id(child))
            yield from places(child, spans)


def namespace() -> dict[str, object]:
    """All that the parser and the generator ask libcst for."""
    known: dict[str, object] = dict(vars(cst))
    for name, value in vars(cst).items():
        if isinstance(value, type):
            known |= {f"{name}.{key}": held for key, held in vars(value).items()}
    for cls in cst.Name.__mro__:
        known |= {f"{cls}.{key}": held for key, held in vars(cls).items()}
    return known


@pytest.mark.parametrize("text", ["", "\n", "x = 1 ;\\\n  y", "if a:\r\n\tb\r\n", SAMPLES])
def test_samples(text: str) -> None:
    check(text)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files(path: Path) -> None:
    check(path.read_text("utf-8"))


def check(text: str) -> None:
    plain, quick = cst.parse_module(text), parse_tree(text)
    assert spelt(quick) == spelt(plain)
    assert quick.code == plain.code == text
    at, expected = locate(text, quick), locate(text, plain)
    for known, wanted in ((at.spans, expected.spans), (at.marks, expected.marks)):
        assert list(places(quick, known)) == list(places(plain, wanted))


@pytest.mark.parametrize("text", [SAMPLES, "def f(:\n", "x = (1\n", "\ud800"])
def test_libcst_is_left_as_it_was(text: str) -> None:
    before = namespace()
    try:
        locate(text, parse_tree(text))
    except (cst.ParserSyntaxError, UnicodeError):
        assert text != SAMPLES
    assert namespace() == before


def test_libcst_is_left_as_it_was_when_the_generator_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise MemoryError

    tree = parse_tree(SAMPLES)
    monkeypatch.setattr(cst.Module, "_codegen", fail)
    before = namespace()
    with pytest.raises(MemoryError):
        locate(SAMPLES, tree)
    assert namespace() == before


def test_classes_that_are_made_in_another_way_are_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Name(cst.Name):
        def __post_init__(self) -> None:
            made.append(self.value)

    made: list[str] = []
    monkeypatch.setattr(cst, "Name", Name)
    python_tree._stand_ins.cache_clear()
    try:
        tree = parse_tree("a = b\n")
        assert cst.Name is Name
    finally:
        python_tree._stand_ins.cache_clear()
    assert made == ["a", "b"]
    assert tree.code == "a = b\n"


def test_every_class_of_this_libcst_is_stood_in_for() -> None:
    classes, makers = python_tree._stand_ins()
    bare = {name for name, cls in classes.items() if cls.__abstractmethods__}
    assert classes.keys() - makers.keys() <= bare
    assert "Name" in makers
