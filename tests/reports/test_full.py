"""The full report: frames, carets, notes and diffs."""

from __future__ import annotations

import dataclasses

import pytest
from click import unstyle

from faceoff_lint.finding import Applicability, Edit, Finding, Fix, Related
from faceoff_lint.reports import Report
from faceoff_lint.reports.full import render
from faceoff_lint.source import Source, Span


def text(report: Report) -> str:
    return unstyle("\n".join(render(report)))


def one(report: Report, source: Source, start: int, end: int, **given: object) -> str:
    """The report of a single finding in a text."""
    finding = Finding(Span(source.path, start, end), "message", code="FLK501", **given)  # type: ignore[arg-type]
    return text(dataclasses.replace(report, findings=(finding,), sources={source.path: source}))


def caret(shown: str) -> tuple[str, str]:
    """The source line and the line under it."""
    lines = shown.splitlines()
    at = next(number for number, line in enumerate(lines) if "^" in line)
    return lines[at - 1].partition("| ")[2], lines[at].partition("| ")[2]


def test_whole_block(report: Report) -> None:
    assert (
        text(report)
        == """\
error[FLK501]: route GET /users/<id> is already handled
  --> app/users.py:6:1
   |
 6 | @bp.route("/users/<id>", methods=["GET"])
   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ this view never runs
 7 | def again(id):
   |
  ::: app/users.py:1:1
   |
 1 | @bp.route("/users/<id>", methods=["GET", "POST"])
   | --------- first registered here
   |
   = why: Werkzeug takes the first rule of the same shape.
   = help: remove "GET" from the first, or rename one path
   = fix: Remove the second
   |
 6 - @bp.route("/users/<id>", methods=["GET"])
 6 + @bp.route("/users/<id>", methods=["PUT"])
 7 | def again(id):
   |
   = docs: faceoff-lint rule FLK501
"""
    )


def test_a_related_place_in_another_file(report: Report) -> None:
    other = Source("app/other.py", "x = 1\n")
    related = (Related(Span("app/other.py", 0, 1), "made here"),)
    finding = dataclasses.replace(report.findings[0], related=related, fix=None)
    sources = {**report.sources, "app/other.py": other}
    shown = text(dataclasses.replace(report, findings=(finding,), sources=sources))
    assert "  ::: app/other.py:1:1\n   |\n 1 | x = 1\n   | - made here\n" in shown


def test_tabs_and_wide_characters_keep_the_caret_in_place(report: Report) -> None:
    line = 'x\t= "日本é", BAD'
    start = line.index("BAD")
    shown, under = caret(one(report, Source("a.py", line), start, start + 3))
    # Tab to column 4; three wide characters take two columns each, the accent none.
    assert shown == 'x   = "日本é", BAD'
    assert under == " " * (4 + 2 + 1 + 4 + 1 + 3) + "^^^"


def test_a_span_of_several_lines_is_marked_to_the_end_of_its_first(report: Report) -> None:
    source = Source("a.py", "app.run(\n    debug=True,\n)\n")
    shown, under = caret(one(report, source, 0, len(source.text) - 1))
    assert (shown, under) == ("app.run(", "^^^^^^^^")


def test_an_empty_span_has_one_caret_even_at_the_end(report: Report) -> None:
    assert caret(one(report, Source("a.py", "ab"), 2, 2)) == ("ab", "  ^")
    assert caret(one(report, Source("a.py", "a\n\nb"), 2, 2))[1] == "^"


def test_long_lines_are_cut_around_the_caret(report: Report) -> None:
    line = "a" * 3000 + "BAD" + "b" * 3000
    shown, under = caret(one(report, Source("a.js", line), 3000, 3003))
    assert len(shown) < 200
    assert shown[under.index("^") : under.rindex("^") + 1] == "BAD"
    shown, under = caret(one(report, Source("a.js", line), 3000, 5900))
    assert len(under) <= len(shown) < 200


def test_context_is_one_line_either_side_and_not_blank(report: Report) -> None:
    source = Source("a.py", "before\nBAD\nafter\n")
    shown = one(report, source, 7, 10)
    assert " 1 | before\n 2 | BAD\n   | ^^^\n 3 | after\n   |" in shown
    assert "1 |" not in one(report, Source("a.py", "  \nBAD\n"), 3, 6)


def test_large_line_numbers_widen_the_gutter(report: Report) -> None:
    source = Source("a.py", "\n" * 1233 + "BAD\n")
    shown = one(report, source, 1233, 1236)
    assert "    --> a.py:1234:1\n     |\n1234 | BAD\n     | ^^^\n" in shown


def test_a_file_without_text_shows_its_place_only(report: Report) -> None:
    assert "  --> gone.py:1:1\n   = why" in one(report, Source("gone.py", ""), 0, 0)


def test_a_fix_in_several_places_and_files(report: Report) -> None:
    app = Source("a.py", "import os\n" + "x = 1\n" * 20 + "old()\n")
    other = Source("b.py", "one\n")
    start = app.text.index("old")
    edits = (
        Edit(Span("a.py", 0, 0), "import new\n"),
        Edit(Span("a.py", start, start + 3), "new"),
        Edit(Span("b.py", 0, 3), "two"),
    )
    finding = Finding(Span("a.py", start, start + 3), "m", fix=Fix("Use new", edits), code="FLK501")
    sources = {"a.py": app, "b.py": other}
    shown = text(dataclasses.replace(report, findings=(finding,), sources=sources))
    assert (
        """\
   = fix (unsafe): Use new
   |
 1 + import new
 2 | import os
   |
22 | x = 1
22 - old()
23 + new()
  ::: b.py
   |
 1 - one
 1 + two
   |
"""
        in shown
    )
    assert finding.fix is not None
    assert finding.fix.applicability is Applicability.UNSAFE


@pytest.mark.parametrize(
    ("hostile", "expected"),
    [
        ("\x1b[31mred", "\\x1b[31mred"),
        ("##[error]x", "##\\[error]x"),
        ("##vso[task.x]y", "##vso\\[task.x]y"),
        ("a\u202eb", "a\\u202eb"),
        ("a\x00b\x7f", "a\\x00b\\x7f"),
    ],
)
def test_nothing_of_the_tree_reaches_the_terminal_raw(
    report: Report, hostile: str, expected: str
) -> None:
    source = Source(f"{hostile}.py", f"x = {hostile}\n")
    finding = Finding(
        Span(source.path, 0, 1),
        hostile,
        (Related(Span(source.path, 0, 1), hostile),),
        Fix(hostile, (Edit(Span(source.path, 0, 1), hostile),)),
        label=hostile,
        why=hostile,
        help=hostile,
        code="FLK501",
    )
    report = dataclasses.replace(report, findings=(finding,), sources={source.path: source})
    raw = "\n".join(render(report))
    plain = unstyle(raw)
    assert plain.count(expected) == 13
    assert hostile not in raw
