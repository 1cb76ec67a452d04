"""Concise, JSON and GitHub reports, and the lines around the findings."""

from __future__ import annotations

import dataclasses
import json as json_module
from typing import Any

import jsonschema
import pytest
from click import unstyle

from faceoff_lint.finding import Finding, Severity
from faceoff_lint.reports import Report, concise, github, json, summary
from faceoff_lint.source import Source, Span

POSITION = {
    "file": {"type": "string"},
    "line": {"type": "integer", "minimum": 1},
    "column": {"type": "integer", "minimum": 1},
}
PLACE = POSITION | dict.fromkeys(("end_line", "end_column"), POSITION["line"])


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


TEXT = {"type": "string"}
SCHEMA = {
    "type": "array",
    "items": _object(
        {
            "code": TEXT,
            "name": TEXT,
            "severity": {"enum": ["error", "warning", "info"]},
            "message": TEXT,
            "why": TEXT,
            **PLACE,
            "related": {"type": "array", "items": _object({**POSITION, "message": TEXT})},
            "fix": {
                "anyOf": [
                    {"type": "null"},
                    _object(
                        {
                            "title": TEXT,
                            "applicability": {"enum": ["safe", "unsafe"]},
                            "edits": {"type": "array", "items": _object({**PLACE, "text": TEXT})},
                        }
                    ),
                ]
            },
            "service": TEXT,
            "practice": TEXT,
        }
    ),
}


def data(report: Report) -> Any:
    return json_module.loads("\n".join(json.render(report)))


def test_json(report: Report) -> None:
    jsonschema.validate(data(report), SCHEMA)
    (found,) = data(report)
    assert {key: found[key] for key in ("file", "line", "column", "end_line", "end_column")} == {
        "file": "app/users.py",
        "line": 6,
        "column": 1,
        "end_line": 6,
        "end_column": 42,
    }
    assert found["severity"] == "error"
    assert found["why"] == "Werkzeug takes the first rule of the same shape."
    assert found["related"] == [
        {"file": "app/users.py", "line": 1, "column": 1, "message": "first registered here"}
    ]
    assert found["fix"]["edits"][0]["text"] == '"PUT"'
    assert (found["service"], found["practice"]) == ("flask:.", "routing")


def test_json_of_nothing(report: Report) -> None:
    assert data(dataclasses.replace(report, findings=())) == []


def test_json_columns_count_code_points(report: Report) -> None:
    source = Source("a.js", "'😀é', BAD")
    finding = Finding(Span("a.js", 6, 9), "m", code="FLK501")
    (found,) = data(dataclasses.replace(report, findings=(finding,), sources={"a.js": source}))
    assert (found["column"], found["end_column"]) == (7, 10)


def test_json_paths_are_relative_to_what_was_given(report: Report) -> None:
    (found,) = data(dataclasses.replace(report, given="app"))
    assert found["file"] == "users.py"
    (found,) = data(dataclasses.replace(report, given="other"))
    assert found["file"] == "../app/users.py"


def test_json_holds_no_command_for_a_runner(report: Report) -> None:
    finding = dataclasses.replace(report.findings[0], message="##[error] ##vso[x]\u2028")
    report = dataclasses.replace(report, findings=(finding,))
    raw = "\n".join(json.render(report))
    assert "##[" not in raw
    assert "##vso[" not in raw
    assert data(report)[0]["message"] == "##[error] ##vso[x]\u2028"


def test_concise(report: Report) -> None:
    assert [unstyle(line) for line in concise.render(report)] == [
        "app/users.py:6:1: error FLK501 route GET /users/<id> is already handled"
    ]


def test_concise_cannot_start_a_line_with_a_command(report: Report) -> None:
    hostile = "::error file=a::b.py"
    finding = Finding(Span(hostile, 0, 0), "m", code="FLK501")
    report = dataclasses.replace(report, findings=(finding,), here="")
    assert next(concise.render(report)).startswith("./::error")


def test_github(report: Report) -> None:
    (line,) = github.render(report)
    assert line == (
        "::error file=app/users.py,line=6,endLine=6,col=1,endColumn=42,"
        "title=FLK501 duplicate-route::route GET /users/<id> is already handled%0A"
        "Werkzeug takes the first rule of the same shape.%0A"
        'remove "GET" from the first, or rename one path'
    )


def test_github_escapes(report: Report) -> None:
    finding = Finding(Span("a,b:c%.py", 0, 0), "50% of\nit\r::error::x", code="FLK501", name="n")
    (line,) = github.render(dataclasses.replace(report, findings=(finding,)))
    assert line.startswith("::error file=a%2Cb%3Ac%25.py,line=1,")
    assert "::50%25 of\\x0ait\\x0d::error::x%0A" in line


def test_github_gives_no_columns_for_several_lines_and_puts_errors_first(report: Report) -> None:
    wide = dataclasses.replace(
        report.findings[0], span=Span("app/users.py", 0, 60), severity=Severity.INFO
    )
    lines = list(github.render(dataclasses.replace(report, findings=(wide, report.findings[0]))))
    assert [line.split()[0] for line in lines] == ["::error", "::notice"]
    assert "line=1,endLine=2,title" in lines[1]


@pytest.mark.parametrize(
    ("here", "prefix", "expected"),
    [
        ("", "", "app/users.py"),
        ("app", "", "users.py"),
        ("docs", "", "../app/users.py"),
        ("", "/root/", "/root/app/users.py"),
    ],
)
def test_printed_paths_open_from_where_the_user_is(
    report: Report, here: str, prefix: str, expected: str
) -> None:
    assert dataclasses.replace(report, here=here, prefix=prefix).path("app/users.py") == expected


def test_summary_lines(report: Report) -> None:
    assert [unstyle(line) for line in summary.understood(report)] == [
        "Flask 3.1 app `app/__init__.py`: 3 blueprints, 41 routes",
        "",
    ]
    assert [unstyle(line) for line in summary.closing(report)] == [
        "1 finding: 1 error (1 fixable with --fix)."
    ]
    more = dataclasses.replace(
        report,
        findings=(
            *report.findings,
            Finding(Span("a", 0, 0), "m", severity=Severity.WARNING, code="FLK502", name="n"),
            Finding(Span("a", 0, 0), "m", severity=Severity.WARNING, code="FLK502", name="n"),
        ),
        suppressed=4,
    )
    assert [unstyle(line) for line in summary.closing(more)] == [
        "3 findings: 1 error, 2 warnings (1 fixable with --fix); 4 suppressed."
    ]
    assert list(summary.statistics(more)) == ["2  FLK502  n", "1  FLK501  duplicate-route"]
    none = dataclasses.replace(report, findings=(), suppressed=1)
    assert [unstyle(line) for line in summary.closing(none)] == ["No findings; 1 suppressed."]
