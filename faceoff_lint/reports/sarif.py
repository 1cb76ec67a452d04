"""``--output-format sarif``: SARIF 2.1.0, as GitHub code scanning and other viewers read it.

Paths are relative to the root of the repository; columns count UTF-16 units.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from faceoff_lint import __version__
from faceoff_lint.finding import Applicability, Finding, Fix, Severity
from faceoff_lint.reports import Report
from faceoff_lint.reports.fingerprint import line_hashes
from faceoff_lint.rule import Rule
from faceoff_lint.source import Span
from faceoff_lint.terminal import defuse_json, printable

__all__ = ["MAX_RESULTS", "left_out", "render"]

MAX_RESULTS = 25_000  # GitHub refuses a file with more

_HOME = "https://github.com/faceoff-lint/faceoff-lint"
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_PROBLEMS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "recommendation"}
_TO_BRACKET = re.compile(r"[^\]]*+(?:\]\(?|\Z)")


def render(report: Report) -> Iterator[str]:
    """One log with one run."""
    rules = list(report.rules.values())
    numbers = {rule.code: number for number, rule in enumerate(rules)}
    hashes: dict[str, list[str]] = {}
    findings = _most_severe(report)
    run = {
        "tool": {
            "driver": {
                "name": "faceoff-lint",
                "version": __version__,
                "semanticVersion": __version__,
                "informationUri": _HOME,
                "rules": [_rule(rule) for rule in rules],
            }
        },
        "invocations": [_invocation(report)],
        "columnKind": "utf16CodeUnits",
        "originalUriBaseIds": {"%SRCROOT%": {"description": _message("The repository's root.")}},
        "results": [_result(report, finding, numbers, hashes) for finding in findings],
    }
    yield defuse_json(json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1))


def left_out(report: Report) -> str:
    """One sentence on findings that there is no room for, or nothing."""
    total = len(report.findings)
    if total <= MAX_RESULTS:
        return ""
    return f"the SARIF file holds the {MAX_RESULTS} most severe of {total} findings"


def _most_severe(report: Report) -> Sequence[Finding]:
    if len(report.findings) <= MAX_RESULTS:
        return report.findings
    ordered = report.errors_first
    return ordered[:MAX_RESULTS]


def _message(text: str) -> dict[str, str]:
    """A plain text in which no ``[text](target)`` of the scanned tree becomes a link."""
    return {"text": _TO_BRACKET.sub(_escaped, printable(text))}


def _escaped(match: re.Match[str]) -> str:
    return match[0].replace("[", r"\[") if match[0].endswith("](") else match[0]


def _invocation(report: Report) -> dict[str, Any]:
    notes = [*report.notes, *([left_out(report)] if left_out(report) else [])]
    return {
        "executionSuccessful": all(finding.code != "FO090" for finding in report.findings),
        "toolExecutionNotifications": [
            {"level": "warning", "message": _message(note)} for note in notes
        ],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    what, to_do, page = _page(rule)
    return {
        "id": rule.code,
        "name": "".join(part.capitalize() for part in rule.name.split("-")),
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": what or f"{rule.summary} {rule.why}"},
        "help": {"text": to_do or rule.help or rule.why, "markdown": page or rule.why},
        "defaultConfiguration": {"level": _LEVELS[rule.severity], "enabled": rule.default},
        "properties": {
            "tags": [f"practice:{rule.practice.slug}", rule.framework],
            "practice": rule.practice.title,
            "problem.severity": _PROBLEMS[rule.severity],
        },
    }


def _page(rule: Rule) -> tuple[str, str, str]:
    """Of a rule's page: what it does, what to do, and all but the examples; empty when missing."""
    try:
        text = rule.page.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return "", "", ""
    page = text.partition("\n## Examples\n")[0].partition("\n")[2].strip()
    parts = re.split(r"(?m)^## (.+)\n", page)
    sections = dict(zip(parts[1::2], parts[2::2], strict=True))
    what = sections.get("What it does", "").strip().partition("\n\n")[0]
    what = "" if what.endswith(":") else what  # a list follows
    return " ".join(what.split()), sections.get("What to do", "").strip(), page


def _result(
    report: Report, finding: Finding, numbers: dict[str, int], hashes: dict[str, list[str]]
) -> dict[str, Any]:
    file = finding.span.file
    if file not in hashes:
        hashes[file] = line_hashes(report.source(file))
    parts = [finding.message, report.why(finding), report.help(finding)]
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "level": _LEVELS[report.severity(finding)],
        "message": {"text": "\n".join(_message(part)["text"] for part in parts if part)},
        "locations": [_location(report, finding.span)],
        "partialFingerprints": {
            "primaryLocationLineHash": hashes[file][report.start(finding.span).line - 1]
        },
    }
    if finding.code in numbers:
        result["ruleIndex"] = numbers[finding.code]
    if finding.related:
        result["relatedLocations"] = [
            {"id": number, **_location(report, related.span), "message": _message(related.message)}
            for number, related in enumerate(finding.related, 1)
        ]
    if finding.fix is not None:
        result["fixes"] = [_fix(report, finding.fix)]
    return result


def _location(report: Report, span: Span) -> dict[str, Any]:
    place = {"artifactLocation": _artifact(span.file), "region": _region(report, span)}
    return {"physicalLocation": place}


def _artifact(file: str) -> dict[str, str]:
    uri = quote(file.encode("utf-8", "surrogateescape"), safe="/")
    return {"uri": uri, "uriBaseId": "%SRCROOT%"}


def _region(report: Report, span: Span) -> dict[str, int]:
    start, end = report.start(span), report.end(span)
    return {
        "startLine": start.line,
        "startColumn": report.unit_column(span.file, start, "utf-16"),
        "endLine": end.line,
        "endColumn": report.unit_column(span.file, end, "utf-16"),
    }


def _fix(report: Report, fix: Fix) -> dict[str, Any]:
    unsafe = "" if fix.applicability is Applicability.SAFE else " (unsafe: look at it first)"
    files = dict.fromkeys(edit.span.file for edit in fix.edits)
    return {
        "description": _message(fix.title + unsafe),
        "artifactChanges": [
            {
                "artifactLocation": _artifact(file),
                "replacements": [
                    {
                        "deletedRegion": _region(report, edit.span),
                        "insertedContent": {"text": edit.text},
                    }
                    for edit in fix.edits
                    if edit.span.file == file
                ],
            }
            for file in files
        ],
    }
