"""Writing suppressions: where the comment goes, and that the code stays the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faceoff_lint import ir, registry
from faceoff_lint.deep import run_deep
from faceoff_lint.finding import Finding
from faceoff_lint.fixes import apply_edits
from faceoff_lint.fixing import plan, write
from faceoff_lint.reading import lower_text, read_source
from faceoff_lint.source import Source, Span
from faceoff_lint.suppressions import Added, apply, insert, insertions, reason_problem

Q3 = '"""'
KNOWN = registry.load()
CODE = "FLK801"


def findings(source: Source) -> list[Finding]:
    """A finding at every BAD."""
    text = source.text
    return [
        Finding(Span(source.path, at, at + 3), "bad", code=CODE)
        for at in range(len(text))
        if text.startswith("BAD", at)
    ]


def add(source: Source, reason: str | None) -> Added:
    return run_deep(lambda: insertions(findings(source), {source.path: source}, KNOWN, reason))


def ignored(folder: Path, name: str, content: bytes, reason: str | None = None) -> bytes:
    """The content of a file once its findings are ignored; nothing may be left of them."""
    path = folder / name
    path.write_bytes(content)
    source = read_source(folder, name)
    added = add(source, reason)
    assert added.left == []
    made = plan(added.findings, {name: source}, unsafe=False)
    write(made, folder, {name: source})
    assert made.problems == []
    assert left(read_source(folder, name)) == []
    return path.read_bytes()


def left(source: Source) -> list[Finding]:
    """What is still reported, the comments' own findings included."""
    module = lower_text(source.text, Path(source.path).suffix)
    assert isinstance(module, ir.Module)
    files = {source.path: (source, module.comments)}
    judged = (CODE, "FO010", "FO011", "FO012")
    return apply(findings(source), files, KNOWN, lambda rule: rule.code in judged).findings


PYTHON = [
    ("BAD", "BAD  # faceoff: ignore[FLK801]"),
    ("BAD\n", "BAD  # faceoff: ignore[FLK801]\n"),
    ("BAD = BAD  \n", "BAD = BAD  # faceoff: ignore[FLK801]\n"),
    ("é = 'ü'; BAD\n", "é = 'ü'; BAD  # faceoff: ignore[FLK801]\n"),
    ("BAD  # noqa: F821\n", "BAD  # noqa: F821  # faceoff: ignore[FLK801]\n"),
    (
        "BAD  # faceoff: ignore[FLK501] -- r\n".replace("FLK501", "FLK101"),
        "BAD  # faceoff: ignore[FLK101, FLK801] -- r\n",
    ),
    ("x = (\n  BAD,\n)\n", "x = (\n  BAD,  # faceoff: ignore[FLK801]\n)\n"),
    ("@BAD(\n 1)\ndef f(): pass\n", "@BAD(  # faceoff: ignore[FLK801]\n 1)\ndef f(): pass\n"),
    ("x = BAD + \\\n  1\n", "# faceoff: ignore[FLK801]\nx = BAD + \\\n  1\n"),
    (
        f"x = BAD({Q3}a\nb{Q3})\n",
        f"# faceoff: ignore[FLK801]\nx = BAD({Q3}a\nb{Q3})\n",
    ),
    (
        f"def f():\n    return f{Q3}a\n{{BAD}}\n{Q3}\n",
        f"def f():\n    # faceoff: disable[FLK801]\n    return f{Q3}a\n{{BAD}}\n{Q3}\n"
        "    # faceoff: enable[FLK801]\n",
    ),
    (
        "x = 1 + \\\n  BAD + \\\n  2",
        "# faceoff: disable[FLK801]\nx = 1 + \\\n  BAD + \\\n  2\n# faceoff: enable[FLK801]",
    ),
    (
        "#!/usr/bin/env python\n# coding: latin-1\nx = '''\n''' + BAD\n",
        "#!/usr/bin/env python\n# coding: latin-1\nx = '''\n''' + BAD  # faceoff: ignore[FLK801]\n",
    ),
    (
        "#!/usr/bin/env python\nx = BAD + \\\n 1\n",
        "#!/usr/bin/env python\n# faceoff: ignore[FLK801]\nx = BAD + \\\n 1\n",
    ),
    ("if BAD: pass\nelse: BAD\n",
     "if BAD: pass  # faceoff: ignore[FLK801]\nelse: BAD  # faceoff: ignore[FLK801]\n"),
    ("x = 'a # b' + BAD; y = BAD\n", "x = 'a # b' + BAD; y = BAD  # faceoff: ignore[FLK801]\n"),
]  # fmt: skip

JAVASCRIPT = [
    ("BAD;\n", "BAD; // faceoff: ignore[FLK801]\n"),
    ("BAD()", "BAD() // faceoff: ignore[FLK801]"),
    ("#!/usr/bin/env node\nBAD()", "#!/usr/bin/env node\nBAD() // faceoff: ignore[FLK801]"),
    (
        "  // eslint-disable-next-line x\n  BAD() // @ts-ignore\n",
        "  // faceoff: ignore[FLK801]\n  // eslint-disable-next-line x\n  BAD() // @ts-ignore\n",
    ),
    ("BAD; /* x */\n", "BAD; /* x */ // faceoff: ignore[FLK801]\n"),
    ("BAD; /* x\n */\n", "// faceoff: ignore[FLK801]\nBAD; /* x\n */\n"),
    ("x = BAD + `a\nb`\n", "// faceoff: ignore[FLK801]\nx = BAD + `a\nb`\n"),
    (
        "x = `a\n${BAD}\nb`\n",
        "x = `a\n${/* faceoff: ignore[FLK801] */ BAD}\nb`\n",
    ),
    ("x = 'a\\\n' + BAD\n", "x = 'a\\\n' + BAD // faceoff: ignore[FLK801]\n"),
    ("// faceoff: ignore[EXP301]\nBAD", "// faceoff: ignore[EXP301, FLK801]\nBAD"),
]

JSX = [
    (
        "x = <p>\n  {BAD}\n</p>;\n",
        "x = <p>\n  {/* faceoff: ignore[FLK801] */}\n  {BAD}\n</p>;\n",
    ),
    (
        "x = <p\n  id={BAD}\n  a=''>b</p>;\n",
        "x = <p\n  id={BAD} // faceoff: ignore[FLK801]\n  a=''>b</p>;\n",
    ),
    ("x = <p>{BAD}</p>;\n", "x = <p>{BAD}</p>; // faceoff: ignore[FLK801]\n"),
]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("text", "wanted", "name"),
    [
        *((*case, "app.py") for case in PYTHON),
        *((*case, "app.js") for case in JAVASCRIPT),
        *((*case, "app.ts") for case in JAVASCRIPT),
        *((*case, "app.jsx") for case in JSX),
        *((*case, "app.tsx") for case in JSX),
    ],
)
def test_where_the_comment_goes(
    text: str, wanted: str, name: str, end: str, tmp_path: Path
) -> None:
    before, after = (one.replace("\n", end).encode() for one in (text, wanted))
    assert ignored(tmp_path, name, before) == after


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("BAD\n", "BAD  # faceoff: ignore[FLK801] -- for now\n"),
        (
            "BAD  # faceoff: ignore[FLK101]\n",
            "BAD  # faceoff: ignore[FLK101, FLK801] -- for now\n",
        ),
        (
            "BAD  # faceoff: ignore[FLK101] -- mine  # noqa\n",
            "BAD  # faceoff: ignore[FLK101, FLK801] -- mine; for now  # noqa\n",
        ),
        (
            "BAD  # faceoff: ignore[FLK101] -- only for now\n",
            "BAD  # faceoff: ignore[FLK101, FLK801] -- only for now\n",
        ),
    ],
)
def test_the_reason(text: str, wanted: str, tmp_path: Path) -> None:
    assert ignored(tmp_path, "app.py", text.encode(), "for now") == wanted.encode()


@pytest.mark.parametrize(
    ("reason", "problem"),
    [
        ("for now", ""),
        ("see https://example.org/#4, “later”", ""),
        (" ", "empty"),
        ("a\nb", "line break"),
        ("a\x1b[31m", "control character"),
        ("a\u2028b", "line break"),
        ("end */ x", "`*/`"),
        ("faceoff: ignore[FLK101]", "`faceoff:`"),
    ],
)
def test_what_can_be_a_reason(reason: str, problem: str) -> None:
    said = reason_problem(reason)
    assert problem in said
    assert bool(said) is bool(problem)


def test_what_cannot_be_ignored_is_said() -> None:
    sources = {
        "package.json": Source("package.json", '{"x": "BAD"}'),
        "requirements.txt": Source("requirements.txt", "BAD\nBAD\n"),
        "broken.py": Source("broken.py", "def BAD(:"),
    }
    asked = [one for source in sources.values() for one in findings(source)]
    added = run_deep(lambda: insertions(asked, sources, KNOWN))
    assert added.findings == []
    assert added.left == [
        "package.json: 1 finding left: no comments are read in such files",
        "requirements.txt: 2 findings left: no comments are read in such files",
        "broken.py: 1 finding left: the file does not parse",
    ]


def test_the_linters_own_findings_are_left() -> None:
    source = Source("app.py", "x")
    own = Finding(Span("app.py", 0, 1), "x", code="FO010")
    added = insertions([own], {"app.py": source}, KNOWN)
    assert added.findings == []
    assert added.left == ["app.py: 1 finding about comments or the file itself left"]


def test_a_place_without_any_way_costs_only_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(insert._Writer, "_around", lambda self, group: iter(()))
    source = Source("app.py", f"BAD\nx = f{Q3}\n{{BAD}}\n{Q3}\nBAD\n")
    added = add(source, None)
    assert [source.position(one.span.start).line for one in added.findings] == [1, 5]
    assert added.left == [
        "app.py: 1 finding left: no comment can stand there without changing the code"
    ]


def pieces(cases: list[tuple[str, str]]) -> st.SearchStrategy[str]:
    """Programs put together of the cases, and of innocent lines between them."""
    texts = [text.rstrip("\n") for text, _ in cases if not text.startswith("#!")]
    lines = st.sampled_from([*texts, "", "x = 1", "y = 'it\\'s'"])
    return st.lists(lines, min_size=1, max_size=8).map("\n".join)


@settings(max_examples=60, deadline=None)
@given(
    st.one_of(
        st.tuples(st.just("app.py"), pieces(PYTHON)),
        st.tuples(st.just("app.js"), pieces(JAVASCRIPT)),
        st.tuples(st.just("app.jsx"), pieces([*JAVASCRIPT, *JSX])),
    ),
    st.sampled_from(["\n", "\r\n"]),
    st.one_of(st.none(), st.text(max_size=20).filter(lambda text: not reason_problem(text))),
)
def test_any_program_stays_itself(app: tuple[str, str], end: str, reason: str | None) -> None:
    name, text = app
    text = text.replace("\n", end)
    source, suffix = Source(name, text), Path(name).suffix
    before = run_deep(lambda: lower_text(text, suffix))
    if not isinstance(before, ir.Module):
        return  # two pieces that don't go together
    added = add(source, reason)
    made = plan(added.findings, {name: source}, unsafe=False)
    assert made.problems == []
    after = apply_edits(text, made.edits.get(name, []))
    module = run_deep(lambda: lower_text(after, suffix))
    assert isinstance(module, ir.Module)
    assert ir.shape(module) == ir.shape(before)
    assert len(added.findings) == text.count("BAD")
    assert run_deep(lambda: left(Source(name, after))) == []
