"""Python: each construct, its meaning and its places."""

from __future__ import annotations

import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from faceoff_lint import ir
from faceoff_lint.lowering import ParseFailure, lower

Lowered = Callable[[str, str], ir.Module]
Only = Callable[[str, str], Any]

# Each is lowered, all its spans are checked, and it goes through JSON and back.
CONSTRUCTS = [
    "",
    "\n",
    " \n",
    "# only a comment",
    "x=1",
    "x = 1;\n\n",
    "x = 1; y = 2; z\n",
    "x=1\r\ny=2\r\nif a:\r\n\tb\r\n",
    "é = '😀'; b = a.c\n",
    "if a:\n    x\n\f\n    y\n",
    "def f():\n    'doc'\n    \n\n# tail without newline",
    "def f(a, /, b: int = (1), *args: str, c, d=2, **kw) -> None: pass",
    "def f(*, a): ...",
    "async def f():\n  async with a as b, c: pass\n  async for x in y: pass\n",
    "def f[T: int, *Ts, **P](x: T) -> T: ...\nclass A[T](B, metaclass=M): ...\ntype X[T] = list[T]",
    "@a\n\n# c\n@b.c(1)\nclass X(*bases, B, k=1): x = 1\n",
    "lambda: (yield)",
    "lambda *a, b=1, **c: 0",
    "try:\n pass\nexcept* (A, B) as e:\n pass\n",
    "try:\n  a\nexcept:\n  b\nelse:\n  c\nfinally:\n  d\n",
    "with (open(a) as b, c):\n pass\n",
    "with a, b as (c, d): pass",
    "x: int\ny: 'a.B' = 1\n",
    "f'a{x!r:>{w}}{{}}{y}' 'c'",
    "f'{d[\"a\"]}' f'{f\"{z}\"}'",
    "f'''{\nx\n}'''",
    "f'{x = }'",
    "t'a{x}'",
    "from . import *\nfrom ..m import a, b as c\nimport a.b, c as d\nfrom x import (y,\n  z)\n",
    "lambda: [x async for x in y if a if b for z in (x)]",
    "{k: v for k, v in x}; {x for x in y}",
    "f(x for x in y); f((x for x in y))",
    "f(*a, b, c=1, **d)",
    "(a)(b)\n((a, b))\nprint((yield))",
    "del a, (b, c), [d]\n",
    "x[*a]\nx[()]\nx[1,]\nx[1:2, ::3]\nx[:]",
    "a = b = c, *d",
    "a, (b, [c]) = d",
    "a += 1; a @= b; a //= 2; a **= 3; a >>= 1; a <<= 1; a |= b",
    "a &= c; a ^= d; a %= e; a /= f; a -= g; a *= h",
    "not (a) in (b)",
    "a < b <= c != d is not e not in f is g in h == i > j >= k",
    "~a, -b, +c",
    "a or b and not c",
    "a if b else c",
    "(n := 10) + n",
    "()\n[]\n{}\n{**a, 'b': 1}\n{1, *a}",
    "for x in *a, b: pass\nelse: pass",
    "while a:\n  break\nelse:\n  continue",
    "return\n",
    "return a, b",
    "raise A from b\nraise\nassert a, b\n",
    "def f():\n global a, b\n nonlocal c\n",
    "match x:\n  case [1, *_]: pass\n  case {'a': b, **c}: pass\n"
    "  case -1 | None | 'x' | A.B: pass\n"
    "  case (a | b) as c if c: pass\n  case A(x, y=B(z)): pass\n"
    "  case (): pass\n  case (1, e): pass\n  case d: pass\n  case _: pass\n",
    "match = 1; case = 2\nprint(match, case)",
    "1_000 + 0x1F + 1e3 + 1j + 0o17 + 0b1",
    "...",
    "b'a' b'b'",
    "x = (  # c\n  1\n)\n",
    "await a",
    "async def f(): return [await x async for x in y]",
]


@pytest.mark.parametrize("text", CONSTRUCTS)
def test_spans_and_round_trip(text: str, lowered: Lowered) -> None:
    module = lowered(text, ".py")
    assert module.language == "python"
    assert module.notes == []
    assert (module.start, module.end) == (0, len(text))


@pytest.mark.parametrize(
    "text",
    [
        "x\f=1\n\fy = 2\n",
        "\\\nx = 1\n",
        "if a:\n  x\n \\\n  y(1)\n",
        "x=1\ry=2\r",
        "def f():\n\f\n  x\n\f  (y, z)\n\fdef g(a, # :\n\f b): pass\n",
    ],
)
def test_places_are_exact_where_libcst_loses_blanks(text: str, lowered: Lowered) -> None:
    assert lowered(text, ".py").notes == []


def test_function(only: Only) -> None:
    text = (
        "@app.route('/')  # x\n@b\n"
        "async def  view(a, *, k: T = 1) -> {1: 2}:  # y: z\n    yield a\n"
    )
    declaration = only(text, ".py")
    func = declaration.func
    assert text[declaration.start :].startswith("@app")
    assert text[func.start : func.name_start] == "async def  "
    assert text[: func.header_end].endswith("{1: 2}")
    assert func.end == len(text) - 1
    assert (func.name, func.kind, func.is_async, func.is_generator) == ("view", "def", True, True)
    assert [text[d.start : d.end] for d in func.decorators] == ["app.route('/')", "b"]
    assert [p.kind for p in func.params] == ["any", "kw"]
    assert text[func.params[1].start : func.params[1].end] == "k: T = 1"


def test_a_yield_belongs_to_its_own_function(lowered: Lowered) -> None:
    module = lowered("def f():\n  def g(): yield\n  h = lambda: (yield)\n", ".py")
    flags = {f.name or "lambda": f.is_generator for f in ir.walk(module) if isinstance(f, ir.Func)}
    assert flags == {"f": False, "g": True, "lambda": True}


def test_quoted_annotations_are_expressions_in_place(lowered: Lowered) -> None:
    text = "def f(a: 'Flask', b: \"list[ a.B ]\", c: 'no type', d: '\\x41'): pass"
    func = lowered(text, ".py").body[0].func  # type: ignore[attr-defined]
    kinds = [type(param.annotation).__name__ for param in func.params]
    assert kinds == ["Name", "Index", "Const", "Const"]
    index = func.params[1].annotation
    assert text[index.start : index.end] == "list[ a.B ]"


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        (r"'a\n\x41\u00e9\N{BULLET}\101\'\q'", "a\nAé•A'\\q"),
        (r"r'a\n'", r"a\n"),
        ("'''a\r\nb\\\r\nc'''", "a\nbc"),
        ("'a' \"b\" '''c'''", "abc"),
        (r"'\x4' '\N{NO SUCH}' '\U99999999'", "\\x4\\N{NO SUCH}\\U99999999"),
        ("0x_1F", 31),
        ("1e3", 1000.0),
        ("True", True),
        ("None", None),
    ],
)
def test_constants(literal: str, value: object, only: Only) -> None:
    node = only(literal, ".py")
    assert isinstance(node, ir.Const)
    assert node.value == value


@pytest.mark.parametrize("literal", ["b'a'", "1j", "...", "9" * 5000])
def test_values_without_meaning_are_opaque(literal: str, only: Only) -> None:
    assert isinstance(only(literal, ".py"), ir.Opaque)


def test_formatted_strings(only: Only) -> None:
    text = "f'a{x}{y!r:>{w}}b{{' 'c'"
    parts = only(text, ".py").parts
    assert [text[p.start : p.end] for p in parts] == ["a", "x", "{y!r:>{w}}", "b{{", "'c'"]
    assert [getattr(p, "value", None) for p in parts] == ["a", None, None, "b{", "c"]
    assert [type(p).__name__ for p in parts[2].parts] == ["Name", "Const", "Name"]


def test_chained_assignment_and_comparison(only: Only) -> None:
    outer = only("a = b = c", ".py")
    assert (outer.target.id, outer.value.target.id, outer.value.value.id) == ("a", "b", "c")
    text = "1 < (y) <= z"
    chain = only(text, ".py")
    assert (chain.op, chain.left.op, chain.right.op) == ("and", "<", "<=")
    assert text[chain.right.start : chain.right.end] == "(y) <= z"


def test_imports(lowered: Lowered) -> None:
    module = lowered("import a.b, c.d as e\nfrom ..m import x as y, z\nfrom . import *\n", ".py")
    found = [
        (i.module, i.level, [(n.name, n.local) for n in i.names])
        for i in module.body
        if isinstance(i, ir.Import)
    ]
    assert found == [
        ("a.b", 0, [("", "a")]),
        ("c.d", 0, [("", "e")]),
        ("m", 2, [("x", "y"), ("z", "z")]),
        ("", 1, [("*", "")]),
    ]


def test_match_tests(lowered: Lowered) -> None:
    text = "match x:\n case 1 | 2: a\n case [b, *c] if d: e\n case _: f\n"
    (switch,) = lowered(text, ".py").body
    assert isinstance(switch, ir.Switch)
    assert not switch.falls
    assert [len(case.tests) for case in switch.cases] == [2, 1, 0]
    pattern = switch.cases[1].tests[0]
    assert isinstance(pattern, ir.Opaque)
    assert [name.id for name in pattern.parts if isinstance(name, ir.Name)] == ["b", "c"]


def test_comments_are_noted_only_where_they_may_matter(lowered: Lowered) -> None:
    assert lowered("x  # a\n", ".py").comments == []
    text = "'# no'\r\nx  # faceoff: ignore\r\n# b\r\n"
    spans = lowered(text, ".py").comments
    assert [text[start:end] for start, end in spans] == ["# faceoff: ignore", "# b"]
    # Text that tokenize reads otherwise than we do.
    text = "'''# no\r'''\rx  # faceoff\r"
    assert [text[start:end] for start, end in lowered(text, ".py").comments] == ["# faceoff"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("x = 1\ndef f(:\n", 2),
        ("'abc", 1),
        ("x\0y", 1),
        ("a = 1\n  b\n", 2),
        ("'\ud800'é\ud800", 1),
    ],
)
def test_failures_have_a_place(text: str, line: int) -> None:
    with pytest.raises(ParseFailure) as caught:
        lower(text, ".py")
    assert caught.value.line == line
    assert 0 <= caught.value.offset <= len(text)


def test_deep_chains_do_not_crash() -> None:
    assert len(lower("x" + " + a" * 500, ".py").body) == 1


def test_the_standard_library(lowered: Lowered) -> None:
    """Real code of every kind: nothing raises, and every span is right."""
    folder = Path(sysconfig.get_path("stdlib"))
    files = [path for path in sorted(folder.glob("*.py")) if path.stat().st_size < 100_000][::12]
    assert files
    for path in files:
        module = lowered(path.read_bytes().decode("utf-8"), ".py")
        assert module.notes == []
