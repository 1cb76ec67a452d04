"""Fixes of comments that suppress nothing, name no rule, or can't be read."""

from __future__ import annotations

import pytest

from faceoff_lint import ir
from faceoff_lint.finding import Applicability, Finding
from faceoff_lint.fixes import apply_edits
from faceoff_lint.fixing import plan
from faceoff_lint.reading import lower_text
from faceoff_lint.registry import Registry
from faceoff_lint.source import Source, Span
from faceoff_lint.suppressions import apply

ROUNDS = 3


def mended(known: Registry, text: str, suffix: str, *, unsafe: bool = False) -> str:
    """The text after fixing until nothing changes; a FLK501 finding at every BAD."""
    for _ in range(ROUNDS):
        source = Source(f"app{suffix}", text)
        made = plan(judged(known, source), {source.path: source}, unsafe=unsafe)
        assert made.problems == []
        if not made.edits:
            return text
        text = apply_edits(text, made.edits[source.path])
    raise AssertionError("fixing goes on and on")


def judged(known: Registry, source: Source) -> list[Finding]:
    suffix = source.path.removeprefix("app")
    module = lower_text(source.text, suffix)
    assert isinstance(module, ir.Module)
    bad = [at for at in range(len(source.text)) if source.text.startswith("BAD", at)]
    findings = [Finding(Span(source.path, at, at + 3), "bad", code="FLK501") for at in bad]
    files = {source.path: (source, module.comments)}
    return apply(findings, files, known, lambda rule: True).findings


PYTHON = [
    ("x = 1  # faceoff: ignore[FLK501]\ny", "x = 1\ny"),
    ("x = 1  # faceoff: ignore[FLK501, FLK502] -- a long story", "x = 1"),
    ("BAD  # faceoff: ignore[FLK502, FLK501, FLK601]\n", "BAD  # faceoff: ignore[FLK501]\n"),
    ("BAD  # faceoff: ignore[FLK501, FLK502] -- r", "BAD  # faceoff: ignore[FLK501] -- r"),
    ("x\n    # faceoff: ignore[FLK501]\ny\n", "x\ny\n"),
    ("# faceoff: ignore[FLK501]", ""),
    ("if x:\n    # faceoff: ignore[FLK501] -- r\n    y = 1\r\n", "if x:\n    y = 1\r\n"),
    ("x = 1  # noqa: F401  # faceoff: ignore[FLK501] -- r", "x = 1  # noqa: F401"),
    ("x = 1  # faceoff: ignore[FLK501] -- r  # noqa: F401", "x = 1  # noqa: F401"),
    ("x = 1  # prose, faceoff: ignore[FLK501]", "x = 1  # prose,"),
    ("x  # faceoff: ignore[FLK501] # faceoff: ignore[FLK502]", "x"),
    ("# faceoff: disable[FLK501]\nx\n# faceoff: enable[FLK501]\n", "x\n"),
    ("# faceoff: disable[FLK501, FLK502]\nBAD\n", "# faceoff: disable[FLK501]\nBAD\n"),
    ("BAD  # faceoff: ignore[flk501]", "BAD  # faceoff: ignore[FLK501]"),
    ("BAD  # faceoff: ignore[Bad-Thing]", "BAD  # faceoff: ignore[bad-thing]"),
    ("BAD  # faceoff:ignore FLK501", "BAD  # faceoff: ignore[FLK501]"),
    ("BAD  # faceoff: noqa: FLK501 -- why", "BAD  # faceoff: ignore[FLK501] -- why"),
    ("BAD  # faceoff: noqa[FLK501]", "BAD  # faceoff: ignore[FLK501]"),
    ("BAD  # faceoff: ignore(bad-thing)", "BAD  # faceoff: ignore[bad-thing]"),
    ("BAD  # faceoff: ignore [FLK501", "BAD  # faceoff: ignore[FLK501]"),
    ("BAD  # faceoff-lint: ignore[FLK501]", "BAD  # faceoff: ignore[FLK501]"),
    ("BAD  # faceoff: Ignore[FLK501]", "BAD  # faceoff: ignore[FLK501]"),
    (
        "# faceoff: disable-next-line FLK501, FLK502\nBAD",
        "# faceoff: ignore-next-line[FLK501]\nBAD",
    ),
    ("# faceoff: ignore-start[FLK501]\nBAD", "# faceoff: disable[FLK501]\nBAD"),
    # What is meant can't be told: left alone.
    ("BAD  # faceoff: ignore", "BAD  # faceoff: ignore"),
    ("BAD  # faceoff: ignore FLK501 for now", "BAD  # faceoff: ignore FLK501 for now"),
    ("BAD  # faceoff: ignore[XYZ]", "BAD  # faceoff: ignore[XYZ]"),
]

JAVASCRIPT = [
    ("x; // faceoff: ignore[FLK501]\ny", "x;\ny"),
    ("x; /* faceoff: ignore[FLK501] */\n", "x;\n"),
    ("f(x /* faceoff: ignore[FLK501] */, y)", "f(x, y)"),
    ("f(/* faceoff: ignore[FLK501] */ x)", "f( x)"),
    ("typeof/* faceoff: ignore[FLK501] */x", "typeof x"),
    ("typeof /* faceoff: ignore[FLK501] */x", "typeof x"),
    ("  /* faceoff: ignore[FLK501]\n     -- for long */\nx\n", "x\n"),
    ("/**\n * About.\n * faceoff: ignore[FLK501] -- r\n */\nx", "/**\n * About.\n */\nx"),
    ("x; // eslint-disable-line y // faceoff: ignore[FLK501]", "x; // eslint-disable-line y"),
    ("x; // see https://x.org faceoff: ignore[FLK501]", "x; // see https://x.org"),
    # A line end in the comment ends the statement before it.
    (
        "a = b /* faceoff: ignore[FLK501]\n */ c = d",
        "a = b /* faceoff: ignore[FLK501]\n */ c = d",
    ),
    ("BAD; // faceoff: ignore EXP301, FLK501", "BAD; // faceoff: ignore[FLK501]"),
    ("BAD; /* faceoff: ignore FLK501 */", "BAD; /* faceoff: ignore[FLK501] */"),
]

JSX = [
    (
        "x = <p>\n  <b/>\n  {/* faceoff: ignore[FLK501] */}\n  <i>{y}</i>\n</p>;\n",
        "x = <p>\n  <b/>\n  <i>{y}</i>\n</p>;\n",
    ),
    ("x = <p>a {/* faceoff: ignore[FLK501] */} b</p>;\n", "x = <p>a {} b</p>;\n"),
    ("f = () => {/* faceoff: ignore[FLK501] */}\n", "f = () => {}\n"),
    ("f = () =>\n {/* faceoff: ignore[FLK501] */}\ng()\n", "f = () =>\n {}\ng()\n"),
]


@pytest.mark.parametrize(
    ("text", "wanted", "suffix"),
    [
        *((*case, ".py") for case in PYTHON),
        *((*case, ".js") for case in JAVASCRIPT),
        *((*case, ".ts") for case in JAVASCRIPT),
        *((*case, ".jsx") for case in JSX),
    ],
)
def test_safe_fixes(known: Registry, text: str, wanted: str, suffix: str) -> None:
    before, after = lower_text(text, suffix), lower_text(wanted, suffix)
    assert isinstance(before, ir.Module)
    assert isinstance(after, ir.Module)
    assert ir.shape(before) == ir.shape(after), "the case itself changes the code"
    assert mended(known, text, suffix) == wanted


def test_a_guess_is_an_unsafe_fix(known: Registry) -> None:
    text = "BAD  # faceoff: ignore[FLK5O1]"
    (fix,) = [f.fix for f in judged(known, Source("app.py", text)) if f.code == "FO011"]
    assert fix is not None
    assert fix.applicability is Applicability.UNSAFE
    assert mended(known, text, ".py") == text
    assert mended(known, text, ".py", unsafe=True) == "BAD  # faceoff: ignore[FLK501]"


def test_all_unused_codes_of_a_comment_go_in_one_round(known: Registry) -> None:
    source = Source("app.py", "BAD  # faceoff: ignore[FLK502, FLK501, FLK601, EXP301]")
    made = plan(judged(known, source), {"app.py": source}, unsafe=False)
    assert [f.code for f in made.fixed] == ["FO010"] * 3
    assert apply_edits(source.text, made.edits["app.py"]) == "BAD  # faceoff: ignore[FLK501]"
