"""Comments that accept findings, and what is wrong with comments that don't."""

from __future__ import annotations

import re

import pytest

from faceoff_lint.finding import Finding
from faceoff_lint.registry import Registry
from faceoff_lint.source import Source, Span
from faceoff_lint.suppressions import Outcome, apply


def run(known: Registry, text: str, off: tuple[str, ...] = ()) -> Outcome:
    """One FLK501 finding at every BAD; comments as a reader would give them."""
    source = Source("app", text)
    comments = [m.span() for m in re.finditer(r"#[^\n]*|//[^\n]*|/\*[\s\S]*?\*/", text)]
    findings = [
        Finding(Span("app", m.start(), m.end()), "bad", code="FLK501")
        for m in re.finditer("BAD", text)
    ]
    return apply(findings, {"app": (source, comments)}, known, lambda rule: rule.code not in off)


@pytest.mark.parametrize(
    "text",
    [
        "BAD  # faceoff: ignore[FLK501]",
        "BAD  # faceoff: ignore[FLK501] -- accepted until the move",
        "BAD  # faceoff:ignore[bad-thing]",
        "BAD // faceoff: ignore[FLK501]",
        "BAD /* faceoff: ignore[FLK501] */ more",
        "BAD  # noqa: F401  # faceoff: ignore[FLK501]",
        "# faceoff: ignore[FLK501]\nBAD",
        "  /* faceoff: ignore[FLK501] */\r\nBAD",
        "/* faceoff: ignore[FLK501]\n   because */\nBAD",
        "# faceoff: ignore[FLK501]\n# and another comment\nBAD",
        "BAD(  # faceoff: ignore[FLK501]\n  1,\n)",
        "BAD BAD  # faceoff: ignore[ FLK501 ]",
    ],
)
def test_suppressed(known: Registry, text: str) -> None:
    outcome = run(known, text)
    assert outcome.findings == []
    assert outcome.suppressed == text.count("BAD")


@pytest.mark.parametrize(
    "text",
    [
        "# faceoff: ignore[FLK501]\n\nBAD",
        "x = 1  # faceoff: ignore[FLK501]\nBAD",
        "BAD\n# faceoff: ignore[FLK501]",
    ],
)
def test_out_of_reach_is_unused(known: Registry, text: str) -> None:
    assert [f.code for f in run(known, text).findings] == ["FLK501", "FO010"]


def test_each_code_is_judged_alone(known: Registry) -> None:
    text = "BAD  # faceoff: ignore[FLK501, FLK502, FLK5O1, bad-thing]"
    found = run(known, text).findings
    assert [(f.code, text[f.span.start : f.span.end]) for f in found] == [
        ("FO010", "FLK502"),
        ("FO011", "FLK5O1"),
    ]
    assert found[1].help == "did you mean `FLK501`?"


def test_prefixes_are_no_codes(known: Registry) -> None:
    assert [f.code for f in run(known, "BAD  # faceoff: ignore[FLK5]").findings] == [
        "FLK501",
        "FO011",
    ]


def test_a_rule_that_did_not_run_is_not_judged(known: Registry) -> None:
    assert run(known, "x  # faceoff: ignore[FLK502]", off=("FLK502",)).findings == []


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("# faceoff: ignore", "no list of codes"),
        ("# faceoff: ignore[]", "names no code"),
        ("# faceoff: ignore[FLK501", "no list of codes"),
        ("# faceoff: ignore FLK501", "no list of codes"),
        ("# faceoff: disable[FLK501]", "only `faceoff: ignore[CODE]` is"),
        ("# faceoff: ignore-next-line[FLK501]", "only `faceoff: ignore[CODE]` is"),
    ],
)
def test_malformed(known: Registry, comment: str, message: str) -> None:
    found = run(known, f"BAD  {comment}").findings
    assert [f.code for f in found] == ["FLK501", "FO012"]
    assert message in found[1].message


@pytest.mark.parametrize(
    "text", ["# faceoff: the linter", "# see faceoff:", 'x = "faceoff: ignore"']
)
def test_prose_is_left_alone(known: Registry, text: str) -> None:
    assert run(known, text).findings == []


def test_findings_about_comments_can_be_switched_off(known: Registry) -> None:
    off = ("FO010", "FO011", "FO012")
    text = "# faceoff: ignore\nx  # faceoff: ignore[FLK501, NOPE]"
    assert run(known, text, off=off).findings == []
