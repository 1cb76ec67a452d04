"""Every format, read back by a reader that is not ours: nothing is lost, nothing smuggled in."""

from __future__ import annotations

import dataclasses
import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from faceoff_lint import registry
from faceoff_lint.finding import Edit, Finding, Fix, Related, Severity
from faceoff_lint.lint import Job, lint
from faceoff_lint.output import FORMATS
from faceoff_lint.registry import Selection
from faceoff_lint.reports import Report, azure, gitlab, markdown, rdjson, teamcity
from faceoff_lint.source import Source, Span
from faceoff_lint.terminal import printable, printable_path
from tests.reports.readers import (
    READERS,
    check_rdjson,
    check_sarif_schema,
    github_command,
    multitool,
    rendered,
    rows,
)

ROOT = Path(__file__).parents[2]
Ask = Callable[..., Any]


# --- the sample apps -----------------------------------------------------------------------------


FIXTURES = ROOT / "fixtures"
NAMED = tomllib.loads((FIXTURES / "apps.toml").read_text())["app"]
APPS = sorted(app["path"] for app in NAMED if not app["path"].startswith("shapes/"))


@pytest.fixture(scope="module", params=APPS)
def shop(request: pytest.FixtureRequest) -> Report:
    folder = FIXTURES / request.param
    return lint(Job(folder, [folder], selection=Selection(("ALL",)), jobs=1), registry.load())


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_tells_all_findings_of_the_sample_apps(shop: Report, form: str) -> None:
    text = rendered(shop, form)
    if form in ("full", "concise", "markdown"):
        assert all(finding.code in text for finding in shop.findings)
    else:
        assert sorted(READERS[form](text)) == rows(shop, form)


def test_validators_take_reports_of_the_sample_apps(
    shop: Report, node: Path, ask: Ask, tmp_path: Path
) -> None:
    check_rdjson(node, rendered(shop, "rdjson"), tmp_path)
    check_sarif_schema(node, json.loads(rendered(shop, "sarif")))
    kinds = {piece["type"] for piece in ask(markdown=rendered(shop, "markdown"))["markdown"]}
    assert "table_open" in kinds
    assert not kinds & {"link_open", "image", "html_block"}
    commands = [github_command(line) for line in rendered(shop, "github").splitlines()]
    assert ask(commands=commands)["commands"] == rendered(shop, "github").splitlines()


@pytest.mark.slow
def test_github_would_take_reports_of_the_sample_apps(node: Path, tmp_path: Path) -> None:
    """One run over all of them, as one file."""
    job = Job(FIXTURES, [FIXTURES], selection=Selection(("ALL",)), jobs=1)
    report = lint(job, registry.load())
    assert len(report.findings) > 50
    path = tmp_path / "all.sarif"
    path.write_text(rendered(report, "sarif"), "utf-8")
    assert multitool(node, path) == []


def test_the_sample_apps_have_findings() -> None:
    folder = FIXTURES / "flask-shop/bad"
    job = Job(folder, [folder], selection=Selection(("ALL",)), jobs=1)
    assert len(lint(job, registry.load()).findings) > 5


def test_nothing_found_is_a_report_too(report: Report, node: Path, tmp_path: Path) -> None:
    none = dataclasses.replace(report, findings=())
    for form, reader in READERS.items():
        assert reader(rendered(none, form)) == [], form
    assert "No findings." in rendered(none, "markdown")
    check_rdjson(node, rendered(none, "rdjson"), tmp_path)


# --- hostile names and texts ---------------------------------------------------------------------

HOSTILE = [
    "::error file=x,line=1::y",
    "  ::set-env name=A::b",
    "##[error]x",
    "x##[group]y",
    "##vso[task.setvariable variable=a;]b",
    "##teamcity[testFailed name='x']",
    "%0A::error::x%25",
    "\n::error::x\r\n##[error]",
    "\x1b[31mred\x1b]8;;http://x\x07\x00\x7f\x9b1m",
    "a\u202eb\u2028c\u2029\u200f",
    "<script>alert('1')</script>&amp;\"",
    "]]>--><!-- \ufffe\uffff",
    "a|b'c|n[d];e]",
    "`code` ``x",
    "![i](http://x.example) [l](javascript:x) https://y.example www.z.example a@b.example",
    "@someone #12 :tada: $x$ **b** _i_ ~s~ | c |",
    "{0} {{1}} [x](1)",
    "é日😀",
    "caf\udce9",
    "a" * 9000,
]
BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029"
CONTROL = re.compile(f"[\x00-\x09\x0b-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff{BIDI}]")


def hostile_report(report: Report, text: str, severity: Severity = Severity.ERROR) -> Report:
    """The text as file name, source, message, label, why, help, fix and summary."""
    source = Source(f"{text}.py", f"x = 1 # {text}\n")
    here = Span(source.path, 0, len(source.text.splitlines()[0]))
    finding = Finding(
        here,
        text,
        (Related(here, text),),
        Fix(text, (Edit(here, text),)),
        label=text,
        why=text,
        help=text,
        severity=severity,
        code="FLK501",
        name="duplicate-route",
    )
    return dataclasses.replace(
        report,
        findings=(finding,),
        sources={source.path: source},
        summaries=(f"Flask {text}",),
        notes=(text,),
        frameworks=("flask",),
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_of_the_tree_is_obeyed(report: Report, text: str) -> None:
    made = hostile_report(report, text)
    for form in FORMATS:
        lines = rendered(made, form).split("\n")
        own = {"azure": "##vso[task.logissue ", "teamcity": "##teamcity["}.get(form, "")
        for line in lines:
            if own:
                assert line.startswith(own)
            commands = re.findall(r"##\w*\[", line.removeprefix(own))
            assert commands == [], (form, line)
            if form != "github":
                assert not re.match(r"\s*::[^:]", line), (form, line)
            allowed = "\ufffe\uffff" if form not in ("junit", "checkstyle") else ""
            assert not [c for c in CONTROL.findall(line) if c not in allowed], (form, line)
        if form == "github":
            assert len(lines) == 1


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("form", READERS)
def test_hostile_findings_are_read_back(report: Report, form: str, text: str) -> None:
    made = hostile_report(report, text)
    found = READERS[form](rendered(made, form))
    cut = [(code, path[:3990], *rest) for code, path, *rest in found]
    assert cut == [(code, path[:3990], *rest) for code, path, *rest in rows(made, form)]


def test_github_escapes_as_actions_do(report: Report, ask: Ask) -> None:
    commands, lines = [], []
    for text in HOSTILE:
        made = hostile_report(report, text, Severity.WARNING)
        end = made.end(made.findings[0].span)
        properties = {"file": printable_path(f"{text}.py"), "line": "1", "endLine": str(end.line)}
        if end.line == 1:
            properties |= {"col": "1", "endColumn": str(end.column)}
        properties["title"] = "FLK501 duplicate-route"
        commands.append(["warning", properties, "\n".join([printable(text)] * 3)])
        lines.append(rendered(made, "github"))
    assert lines == ask(commands=commands)["commands"]


def test_markdown_holds_no_markup_of_the_tree(report: Report, ask: Ask) -> None:
    for text in HOSTILE:
        pieces = ask(markdown=rendered(hostile_report(report, text), "markdown"))["markdown"]
        kinds = {piece["type"] for piece in pieces}
        html = {piece["text"] for piece in pieces if piece["type"] == "html_inline"}
        assert html <= {"<code>", "</code>"}, text
        assert not kinds & {"link_open", "image", "html_block", "em_open", "strong_open", "s_open"}
        assert sum(piece["type"] == "tr_open" for piece in pieces) == 4
        assert not any(re.search(r"@[\w-]", piece["text"]) for piece in pieces)


def test_rdjson_is_valid_whatever_the_names(report: Report, node: Path, tmp_path: Path) -> None:
    many = [hostile_report(report, text) for text in HOSTILE]
    merged = dataclasses.replace(
        report,
        findings=tuple(finding for one in many for finding in one.findings),
        sources={path: source for one in many for path, source in one.sources.items()},
    )
    check_rdjson(node, rendered(merged, "rdjson"), tmp_path)


# --- one format each -----------------------------------------------------------------------------


def test_rdjson_columns_are_bytes(report: Report) -> None:
    source = Source("a.js", "'😀é', BAD\nBAD", had_bom=True)
    spans = [Span("a.js", 6, 9), Span("a.js", 10, 13)]
    findings = tuple(Finding(span, "m", code="FLK501") for span in spans)
    made = dataclasses.replace(report, findings=findings, sources={"a.js": source})
    ranges = [
        row["location"]["range"]
        for row in json.loads("\n".join(rdjson.render(made)))["diagnostics"]
    ]
    line = b"\xef\xbb\xbf" + "'😀é', BAD".encode()
    start = line.index(b"BAD") + 1
    assert ranges[0] == {
        "start": {"line": 1, "column": start},
        "end": {"line": 1, "column": start + 3},
    }
    assert ranges[1]["start"] == {"line": 2, "column": 1}


def test_rdjson_suggests_whole_fixes_only(report: Report) -> None:
    def suggestions(made: Report) -> Any:
        (row,) = json.loads("\n".join(rdjson.render(made)))["diagnostics"]
        return row.get("suggestions")

    assert [one["text"] for one in suggestions(report)] == ['"PUT"']
    (finding,) = report.findings
    assert finding.fix is not None
    second = Edit(Span("app/users.py", 0, 0), "x")
    fix = Fix("t", (*finding.fix.edits, second))
    two = dataclasses.replace(report, findings=(dataclasses.replace(finding, fix=fix),))
    assert suggestions(two) is None


def test_gitlab_fingerprints_survive_edits_elsewhere(report: Report) -> None:
    def fingerprints(made: Report) -> list[str]:
        return [row["fingerprint"] for row in json.loads("\n".join(gitlab.render(made)))]

    (finding,) = report.findings
    text = "# new\n" + report.sources["app/users.py"].text
    span = finding.span
    moved = dataclasses.replace(finding, span=Span(span.file, span.start + 6, span.end + 6))
    later = dataclasses.replace(
        report, findings=(moved,), sources={"app/users.py": Source("app/users.py", text)}
    )
    assert fingerprints(later) == fingerprints(report)
    twice = dataclasses.replace(report, findings=(finding, finding))
    assert len(set(fingerprints(twice))) == 2


def test_azure(report: Report) -> None:
    (line,) = azure.render(report)
    assert line == (
        "##vso[task.logissue type=error;sourcepath=app/users.py;linenumber=6;columnnumber=1;"
        "code=FLK501;]route GET /users/<id> is already handled%0A"
        "Werkzeug takes the first rule of the same shape."
    )


def test_teamcity(report: Report) -> None:
    twice = dataclasses.replace(report, findings=report.findings * 2)
    kinds = [line.split()[0] for line in teamcity.render(twice)]
    assert kinds == ["##teamcity[inspectionType", "##teamcity[inspection", "##teamcity[inspection"]


def test_markdown_scorecard(report: Report) -> None:
    text = rendered(dataclasses.replace(report, frameworks=("flask",)), "markdown")
    assert "| Route every URL to the view that is meant | 1 |  |  | ❌ 1 finding |" in text
    assert (
        "| error | FLK501 duplicate-route | <code>app/users.py\\:6</code> "
        "| route GET /users/&lt;id&gt; is already handled |" in text
    )
    many = dataclasses.replace(report, findings=report.findings * 600)
    assert "The 500 most severe of 600 findings." in list(markdown.render(many))


def test_paths_for_viewers_of_the_repository_start_at_its_root(report: Report) -> None:
    inside = dataclasses.replace(report, here="app")
    for form in ("github", "gitlab", "azure", "teamcity", "sarif"):
        assert READERS[form](rendered(inside, form))[0][1] == "app/users.py", form
    for form in ("junit", "checkstyle", "rdjson"):
        assert READERS[form](rendered(inside, form))[0][1] == "users.py", form
