"""Comments that accept findings, and what is wrong with comments that don't."""

from __future__ import annotations

import re

import pytest

from faceoff_lint.finding import Finding
from faceoff_lint.registry import Registry
from faceoff_lint.source import Source, Span
from faceoff_lint.suppressions import Outcome, apply


def run(
    known: Registry, text: str, off: tuple[str, ...] = (), *, require_reason: bool = False
) -> Outcome:
    """One FLK501 finding at every BAD; comments as a reader would give them."""
    source = Source("app", text)
    comments = [m.span() for m in re.finditer(r"#[^\n]*|//[^\n]*|/\*[\s\S]*?\*/", text)]
    findings = [
        Finding(Span("app", m.start(), m.end()), "bad", code="FLK501")
        for m in re.finditer("BAD", text)
    ]
    return apply(
        findings,
        {"app": (source, comments)},
        known,
        lambda rule: rule.code not in off,
        require_reason=require_reason,
    )


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
        "  {/* faceoff: ignore[FLK501] */}\n  <p>BAD</p>",
        "# faceoff: ignore-next-line[FLK501]\nBAD",
        "x = 1  # faceoff: ignore-next-line[FLK501] -- why\nBAD",
        "# faceoff: disable[FLK501] -- why\nBAD\n\nBAD\n# faceoff: enable[FLK501]",
        "# faceoff: disable[FLK501]\nx\nBAD",
        "# faceoff: disable[FLK501]\n# faceoff: disable[FLK501]\nBAD\n# faceoff: enable",
        "# faceoff: disable[FLK501]\nBAD # faceoff: disable[bad-thing]\nBAD",
        "# licence\n# faceoff: ignore-file[FLK501]\nx\nBAD",
        '"""About."""\n# faceoff: ignore-file[FLK501]\nx\nBAD',
        "'use strict';\n\n/* faceoff: ignore-file[FLK501] */\nBAD",
        "#!/usr/bin/env node\n// faceoff: ignore-file[FLK501] -- old\nBAD",
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
        "BAD  # faceoff: ignore-next-line[FLK501]",
        "BAD  # faceoff: disable[FLK501]\nx",
        "# faceoff: disable[FLK501]\n# faceoff: enable[FLK501]\nBAD",
        "# faceoff: ignore[FLK501]\n\n#\nBAD",
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
        ("# faceoff: noqa[FLK501]", "`faceoff: noqa` is not known; write `faceoff: ignore["),
        ("# faceoff: disable-line", "write `faceoff: ignore[CODE]`"),
        ("# faceoff: ingore[FLK501]", "write `faceoff: ignore[CODE]`"),
        ("# faceoff-lint: ignore[FLK501]", "`faceoff-lint: ignore` is not known"),
        ("# faceoff: ignore-file[FLK501]", "acts only above the first code"),
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


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# faceoff: enable[FLK501]", ["FLK501"]),
        ("# faceoff: enable", ["faceoff: enable"]),
        ("# faceoff: disable[FLK501]\nBAD\n# faceoff: enable[FLK501, FLK502]", ["FLK502"]),
        (
            "# faceoff: disable[FLK501]\nBAD\n# faceoff: enable\n# faceoff: enable[FLK501]",
            ["FLK501"],
        ),
    ],
)
def test_an_enable_that_ends_nothing_is_reported(
    known: Registry, text: str, said: list[str]
) -> None:
    found = run(known, text).findings
    assert [(f.code, text[f.span.start : f.span.end]) for f in found] == [
        ("FO010", word) for word in said
    ]


def test_blocks_of_different_codes_overlap(known: Registry) -> None:
    text = (
        "# faceoff: disable[FLK501]\nBAD\n# faceoff: disable[FLK502]\nBAD\n"
        "# faceoff: enable[FLK501]\nBAD\n"
    )
    found = run(known, text).findings
    assert [(f.code, text[: f.span.start].count("\n") + 1) for f in found] == [
        ("FLK501", 6),
        ("FO010", 3),
    ]


@pytest.mark.parametrize(
    ("comment", "count"),
    [
        ("# faceoff: ignore[FLK501]", 1),
        ("# faceoff: ignore[FLK501] because", 1),
        ("# faceoff: ignore[FLK501] --  ", 1),
        ("# faceoff: ignore[FLK501] --  # noqa", 1),
        ("# faceoff: ignore[FLK501] -- because", 0),
        ("/* faceoff: ignore[FLK501] -- because */", 0),
        ("/* faceoff: ignore[FLK501] -- */", 1),
        ("# faceoff: disable[FLK501] -- x # faceoff: enable[FLK501]", 0),
    ],
)
def test_a_reason_can_be_asked_for(known: Registry, comment: str, count: int) -> None:
    outcome = run(known, f"BAD  {comment}", require_reason=True)
    codes = [f.code for f in outcome.findings]
    assert codes.count("FO013") == count
    assert "FO013" not in [f.code for f in run(known, f"BAD  {comment}").findings]
    if "disable" not in comment:
        assert outcome.suppressed == 1


def test_findings_about_comments_can_be_switched_off(known: Registry) -> None:
    off = ("FO010", "FO011", "FO012")
    text = "# faceoff: ignore\nx  # faceoff: ignore[FLK501, NOPE]"
    assert run(known, text, off=off).findings == []
