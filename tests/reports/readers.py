"""Readers of every format that are not ours, and validators of those that have one.

A reader gives back code, path, line and severity of each finding, and fails for what it can't read.
"""

from __future__ import annotations

import json
import platform
import re
import subprocess
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest
from click import unstyle

from faceoff_lint.reports import Report, readable
from faceoff_lint.terminal import printable, printable_path

Row = tuple[str, str, int, str]  # code, path, line, severity


def rendered(report: Report, form: str) -> str:
    """A report in a format, as it is written to a file."""
    module = __import__(f"faceoff_lint.reports.{form}", fromlist=["render"])
    return unstyle("\n".join(module.render(report)))


def read_json(text: str) -> list[Row]:
    return [(row["code"], row["file"], row["line"], row["severity"]) for row in json.loads(text)]


def read_jsonl(text: str) -> list[Row]:
    return [row for line in text.splitlines() for row in read_json(f"[{line}]")]


GITHUB = re.compile(r"::(error|warning|notice) ([^:]+)::([^\r\n]*)")


def read_github(text: str) -> list[Row]:
    rows = []
    for line in text.splitlines():
        found = GITHUB.fullmatch(line)
        assert found, line
        values = dict(pair.split("=", 1) for pair in found[2].split(","))
        severity = {"notice": "info"}.get(found[1], found[1])
        file = values["file"].replace("%3A", ":").replace("%2C", ",").replace("%25", "%")
        rows.append((values["title"].split()[0], file, int(values["line"]), severity))
    return rows


def github_command(line: str) -> list[Any]:
    """Name, properties and message of a line, with GitHub's escapes undone."""
    found = GITHUB.fullmatch(line)
    assert found, line
    pairs = [pair.split("=", 1) for pair in found[2].split(",")]
    return [found[1], {key: _unescaped(value, ":,") for key, value in pairs}, _unescaped(found[3])]


def _unescaped(text: str, more: str = "") -> str:
    for char in f"{more}\r\n%":
        text = text.replace(f"%{ord(char):02X}", char)
    return text


GITLAB = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "additionalProperties": False,
        "properties": {
            "description": {"type": "string", "pattern": "^[^\\n]+$"},
            "check_name": {"type": "string"},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "additionalProperties": False,
                "properties": {
                    "path": {"type": "string", "pattern": "^(?!/|\\./)"},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}


def read_gitlab(text: str) -> list[Row]:
    data = json.loads(text)
    jsonschema.validate(data, GITLAB)
    assert len({row["fingerprint"] for row in data}) == len(data)
    names = {"major": "error", "minor": "warning", "info": "info"}
    return [
        (
            row["check_name"],
            row["location"]["path"],
            row["location"]["lines"]["begin"],
            names[row["severity"]],
        )
        for row in data
    ]


AZURE = re.compile(r"##vso\[task\.logissue ((?:\w+=[^;\]]*;)+)\]([^\r\n]*)")


def read_azure(text: str) -> list[Row]:
    rows = []
    for line in text.splitlines():
        found = AZURE.fullmatch(line)
        assert found, line
        values = dict(pair.split("=", 1) for pair in found[1].split(";")[:-1])
        path = values["sourcepath"]
        for escape, char in (("%3B", ";"), ("%5D", "]"), ("%0D", "\r"), ("%0A", "\n")):
            path = path.replace(escape, char)
        path = path.replace("%AZP25", "%")
        rows.append((values["code"], path, int(values["linenumber"]), values["type"]))
    return rows


VALUE = r"(?:[^'|\[\]\r\n]|\|[|'nr\[\]]|\|0x[0-9a-f]{4})*"
TEAMCITY = re.compile(rf"##teamcity\[(\w+)((?: \w+='{VALUE}')+)\]")
UNIT = re.compile(r"\|(?:0x(?P<unit>[0-9a-f]{4})|(?P<char>.))")


def teamcity_value(text: str) -> str:
    def char(found: re.Match[str]) -> str:
        if found["unit"]:
            return chr(int(found["unit"], 16))
        return {"n": "\n", "r": "\r"}.get(found["char"], found["char"])

    return UNIT.sub(char, text).encode("utf-16", "surrogatepass").decode("utf-16")


def read_teamcity(text: str) -> list[Row]:
    rows, declared = [], set()
    for line in text.splitlines():
        found = TEAMCITY.fullmatch(line)
        assert found, line
        assert line.isascii()
        pairs = re.findall(rf"(\w+)='({VALUE})'", found[2])
        values = {key: teamcity_value(value) for key, value in pairs}
        if found[1] == "inspectionType":
            assert set(values) == {"id", "name", "category", "description"}
            declared.add(values["id"])
            continue
        assert values["typeId"] in declared
        severity = {"WEAK WARNING": "info"}.get(values["SEVERITY"], values["SEVERITY"].lower())
        rows.append((values["typeId"], values["file"], int(values["line"]), severity))
    return rows


def read_sarif(text: str) -> list[Row]:
    (run,) = json.loads(text)["runs"]
    rows = []
    for result in run["results"]:
        place = result["locations"][0]["physicalLocation"]
        path = unquote(place["artifactLocation"]["uri"], errors="replace")
        severity = {"note": "info"}.get(result["level"], result["level"])
        rows.append((result["ruleId"], path, place["region"]["startLine"], severity))
    return rows


def junit_suites(text: str) -> Any:
    return pytest.importorskip("junitparser").JUnitXml.fromstring(text.encode())


def read_junit(text: str) -> list[Row]:
    suites = junit_suites(text)
    if not suites.failures:
        (suite,) = suites
        assert [(case.name, case.is_passed) for case in suite] == [("no findings", True)]
        return []
    rows = []
    for suite in suites:
        assert suite.tests == suite.failures == len(list(suite))
        for case in suite:
            (failure,) = case.result
            element = case._elem
            rows.append(
                (case.name.split()[0], element.get("file"), int(element.get("line")), failure.type)
            )
    assert suites.tests == len(rows)
    return rows


def read_checkstyle(text: str) -> list[Row]:
    root = ElementTree.fromstring(text.encode())
    assert (root.tag, root.get("version")) == ("checkstyle", "4.3")
    assert {child.tag for child in root} <= {"file"}
    rows = []
    for file in root:
        for error in file:
            assert set(error.keys()) == {"line", "column", "severity", "message", "source"}
            code = error.attrib["source"].removeprefix("faceoff-lint.")
            name, severity = file.attrib["name"], error.attrib["severity"]
            rows.append((code, name, int(error.attrib["line"]), severity))
    return rows


def read_rdjson(text: str) -> list[Row]:
    rows = []
    for row in json.loads(text)["diagnostics"]:
        place = row["location"]
        line = place["range"]["start"]["line"]
        rows.append((row["code"]["value"], place["path"], line, row["severity"].lower()))
    return rows


READERS: dict[str, Callable[[str], list[Row]]] = {
    name.removeprefix("read_"): function
    for name, function in globals().items()
    if name.startswith("read_")
}


def path_in(form: str, file: str) -> str:
    """How a format names a file."""
    if form in ("azure", "teamcity"):
        return printable(file)
    if form == "github":
        return printable_path(file)
    if form in ("junit", "checkstyle"):
        shown = printable(readable(file))
        return shown.replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")
    return file if form in ("json", "jsonl") else readable(file)


def severity_in(form: str, severity: str) -> str:
    return "warning" if form == "azure" and severity == "info" else severity


def rows(report: Report, form: str) -> list[Row]:
    return sorted(
        (
            finding.code,
            path_in(form, finding.span.file),
            report.start(finding.span).line,
            severity_in(form, report.severity(finding).value),
        )
        for finding in report.findings
    )


def check_rdjson(node: Path, text: str, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text(text, "utf-8")
    tool = node / "node_modules/.bin/rdformat-validator"
    command = [f"{tool}", "--strict", "--no-extra-fields", "--format", "json", f"{path}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout
    assert json.loads(done.stdout)["totalErrors"] == 0


def check_sarif_schema(node: Path, data: Any) -> None:
    """SARIF's own schema."""
    path = node / "node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"
    schema = json.loads(path.read_text("utf-8"))
    jsonschema.validators.validator_for(schema)(schema).validate(data)


def multitool(node: Path, path: Path) -> list[str]:
    """The codes of what Microsoft's validator says of a SARIF file, with GitHub's rules."""
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        pytest.skip("the validator is a program for Linux on x86-64")
    tool = node / "node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool"
    out = path.with_suffix(".out")
    command = [f"{tool}", "validate", f"{path}", "--rule-kind", "Sarif;Ghas"]
    command += ["--output", f"{out}", "--log", "ForceOverwrite"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert "Done. 1 files scanned." in done.stdout, done.stdout
    (run,) = json.loads(out.read_text("utf-8-sig"))["runs"]
    return [result["ruleId"] for result in run["results"]]
