"""SARIF: the official schema, GitHub's own rules, fingerprints, columns, limits."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from faceoff_lint.finding import Edit, Finding, Fix, Related, Severity
from faceoff_lint.reports import Report, sarif
from faceoff_lint.reports.fingerprint import line_hashes
from faceoff_lint.source import Source, Span
from tests.reports.readers import check_sarif_schema, multitool

# From the tests of github/codeql-action, src/fingerprints.test.ts.
GREETINGS = [
    "e9496ae3ebfced30:1",
    "fb7c023a8b9ccb3f:1",
    "ce8ba1a563dcdaca:1",
    "e20e36e16fcb0cc8:1",
    "b3edc88f2938467e:1",
    "c8e28b0b4002a3a0:1",
    "c129715d7a2bc9a3:1",
]
VECTORS = [
    ("", ["c129715d7a2bc9a3:1"]),
    (
        " a\nb\n  \t\tc\n d",
        ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"],
    ),
    (
        " hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End",
        [
            "8b7cf3e952e7aeb2:1",
            "b1ae1287ec4718d9:1",
            "bff680108adb0fcc:1",
            "c6805c5e1288b612:1",
            "b86d3392aea1be30:1",
            "e6ceba753e1a442:1",
        ],
    ),
    (" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n", GREETINGS),
    (" hello; \t\nworld!!!\r\r\r  \t\tGreetings\r End\r", GREETINGS),
    (" hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n", GREETINGS),
    (" hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n", GREETINGS),
    (
        "Lorem ipsum dolor sit amet.\n" * 10,
        [
            *(f"a7f2ff13bc495cf2:{number}" for number in range(1, 7)),
            "a7f2ff1481e87703:1",
            "a9cf91f7bbf1862b:1",
            "55ec222b86bcae53:1",
            "cc97dc7b1d7d8f7b:1",
            "c129715d7a2bc9a3:1",
        ],
    ),
    (
        "x = 2\nx = 1\nprint(x)\nx = 3\nprint(x)\nx = 4\nprint(x)\n",
        [
            "e54938cc54b302f1:1",
            "bb609acbe9138d60:1",
            "1131fd5871777f34:1",
            "5c482a0f8b35ea28:1",
            "54517377da7028d2:1",
            "2c644846cb18d53e:1",
            "f1b89f20de0d133:1",
            "c129715d7a2bc9a3:1",
        ],
    ),
]


@pytest.mark.parametrize(("text", "hashes"), VECTORS)
def test_fingerprints_are_those_of_github(text: str, hashes: list[str]) -> None:
    assert line_hashes(Source("a", text)) == hashes


def rolling(units: list[int]) -> list[str]:
    """The same hashes, computed one unit at a time as GitHub's code does."""
    window, numbers = [0] * 100, [-1] * 100
    found: dict[int, str] = {}
    counts: dict[str, int] = {}
    value = index = line = 0
    start, after_cr = True, False

    def put(unit: int) -> None:
        nonlocal value, index
        value = (value * 37 + unit - window[index] * 37**100) % 2**64
        window[index] = unit
        index = (index + 1) % 100

    def out() -> None:
        text = f"{value:x}"
        counts[text] = counts.get(text, 0) + 1
        found[numbers[index]] = f"{text}:{counts[text]}"
        numbers[index] = -1

    for unit in [*units, 65535]:
        if unit in (9, 32) or (after_cr and unit == 10):
            after_cr = False
            continue
        after_cr = unit == 13
        current = 10 if after_cr else unit
        if numbers[index] != -1:
            out()
        if start:
            start, line = False, line + 1
            numbers[index] = line
        start = current == 10
        put(current)
    for _ in range(100):
        if numbers[index] != -1:
            out()
        put(0)
    return [found[number] for number in sorted(found)]


@pytest.mark.parametrize("text", ["é日😀\r \nx\n\n" * 40, "\t\r\n" * 150, "y" * 500 + "\n" * 130])
def test_fingerprints_count_in_utf_16_units(text: str) -> None:
    units = memoryview(text.encode("utf-16-le")).cast("H").tolist()
    assert line_hashes(Source("a", text)) == rolling(units)
    assert line_hashes(Source("a", text, had_bom=True)) == rolling([0xFEFF, *units])


def test_a_file_that_is_not_utf_8_is_hashed_as_github_reads_it() -> None:
    latin = Source("a", "x = 'é'\n", encoding="latin-1")
    assert line_hashes(latin) == line_hashes(Source("a", "x = '\ufffd'\n"))


def log(report: Report) -> Any:
    return json.loads("\n".join(sarif.render(report)))


@pytest.fixture
def hostile(report: Report) -> Report:
    """A finding with all there is, in a file with an unpleasant name."""
    name = "a b/é%:\x1b[1m\udce9#?.js"
    source = Source(name, "const s = '😀é'; BAD\n")
    start = source.text.index("BAD")
    here = Span(name, start, start + 3)
    finding = Finding(
        here,
        "##[error] [click](http://example.com) \x1b[1m",
        (Related(Span(name, 0, 5), "[here](1)"),),
        Fix("##vso[x]", (Edit(here, "##[good]"),)),
        code="FLK501",
    )
    return dataclasses.replace(report, findings=(finding,), sources={name: source})


def test_a_result(report: Report, node: Path) -> None:
    data = log(report)
    check_sarif_schema(node, data)
    (run,) = data["runs"]
    (result,) = run["results"]
    assert (result["ruleId"], result["level"]) == ("FLK501", "error")
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "FLK501"
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "app/users.py"
    region = {"startLine": 6, "startColumn": 1, "endLine": 6, "endColumn": 42}
    assert place["region"] == region
    source = report.sources["app/users.py"]
    assert result["partialFingerprints"] == {"primaryLocationLineHash": line_hashes(source)[5]}
    assert result["relatedLocations"][0]["message"]["text"] == "first registered here"
    (change,) = result["fixes"][0]["artifactChanges"]
    assert change["replacements"][0]["insertedContent"] == {"text": '"PUT"'}


def test_columns_are_utf_16_units_and_paths_are_escaped(hostile: Report, node: Path) -> None:
    raw = "\n".join(sarif.render(hostile))
    assert "##[" not in raw
    assert "##vso[" not in raw
    data = json.loads(raw)
    check_sarif_schema(node, data)
    (run,) = data["runs"]
    assert run["columnKind"] == "utf16CodeUnits"
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert (place["region"]["startColumn"], place["region"]["endColumn"]) == (18, 21)
    assert place["artifactLocation"]["uri"] == "a%20b/%C3%A9%25%3A%1B%5B1m%E9%23%3F.js"
    message = run["results"][0]["message"]["text"].splitlines()[0]
    assert message == "##\\[error] \\[click](http://example.com) \\x1b[1m"
    fix = run["results"][0]["fixes"][0]
    assert fix["description"]["text"] == "##\\[x] (unsafe: look at it first)".replace("##", "##vso")
    replacement = fix["artifactChanges"][0]["replacements"][0]
    assert replacement["insertedContent"]["text"] == "##[good]"


def test_rules_come_with_their_pages(report: Report, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# FLK501 x\n\n## What it does\n\nReports\na view.\n\nMore.\n\n## What to do\n\nRename.\n\n"
        "## Examples\n\n### Flagged: a\n",
        "utf-8",
    )
    rule = dataclasses.replace(report.rules["FLK501"], page=page)
    (described,) = log(dataclasses.replace(report, rules={"FLK501": rule}))["runs"][0]["tool"][
        "driver"
    ]["rules"]
    assert described["shortDescription"] == {"text": "Two views, one URL."}
    assert described["fullDescription"] == {"text": "Reports a view."}
    assert described["help"]["text"] == "Rename."
    assert described["help"]["markdown"].startswith("## What it does\n\nReports")
    assert "Flagged" not in described["help"]["markdown"]
    assert described["properties"]["tags"] == ["practice:routing", "flask"]
    assert described["defaultConfiguration"]["level"] == "error"


def test_at_most_as_many_results_as_github_takes(report: Report) -> None:
    (finding,) = report.findings
    finding = dataclasses.replace(finding, fix=None, related=())
    minor = dataclasses.replace(finding, severity=Severity.INFO)
    many = dataclasses.replace(report, findings=(*[minor] * 25_000, finding))
    (run,) = log(many)["runs"]
    assert len(run["results"]) == 25_000
    assert run["results"][0]["level"] == "error"
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"] == sarif.left_out(many)
    assert "25000 most severe of 25001" in sarif.left_out(many)
    assert sarif.left_out(report) == ""


@pytest.mark.slow
def test_github_would_take_it(hostile: Report, report: Report, node: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.sarif"
    for one in (report, hostile):
        path.write_text("\n".join(sarif.render(one)), "utf-8")
        assert multitool(node, path) == []
    data = log(report)
    del data["runs"][0]["results"][0]["locations"]
    path.write_text(json.dumps(data), "utf-8")
    assert "GH1015" in multitool(node, path)  # the validator does look
