"""``--output-format json``: a list of findings.

Lines and columns are 1-based, columns in code points; ``end_line`` and ``end_column`` are the
place just behind the last character. Paths are relative to the folder asked for.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from faceoff_lint.finding import Finding, Fix
from faceoff_lint.reports import Report, relative
from faceoff_lint.source import Span
from faceoff_lint.terminal import defuse_json

__all__ = ["as_data", "render"]


def render(report: Report) -> Iterator[str]:
    """The findings as one JSON list, pretty-printed."""
    data = [as_data(report, finding) for finding in report.findings]
    yield defuse_json(json.dumps(data, indent=2))


def as_data(report: Report, finding: Finding) -> dict[str, Any]:
    """One finding as JSON data."""
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": report.severity(finding).value,
        "message": finding.message,
        "why": report.why(finding),
        **_place(report, finding.span),
        "related": [
            {**_start(report, related.span), "message": related.message}
            for related in finding.related
        ],
        "fix": None if finding.fix is None else _fix(report, finding.fix),
        "service": _service(report, finding.service),
        "practice": finding.practice,
    }


def _service(report: Report, service: str) -> str:
    """A service's name, ``flask:backend``, its folder relative to the one given."""
    framework, colon, folder = service.partition(":")
    if not colon:
        return service
    return f"{framework}:{relative('' if folder == '.' else folder, report.given) or '.'}"


def _start(report: Report, span: Span) -> dict[str, Any]:
    start = report.start(span)
    file = relative(span.file, report.given)
    return {"file": file, "line": start.line, "column": start.column}


def _place(report: Report, span: Span) -> dict[str, Any]:
    end = report.end(span)
    return {**_start(report, span), "end_line": end.line, "end_column": end.column}


def _fix(report: Report, fix: Fix) -> dict[str, Any]:
    return {
        "title": fix.title,
        "applicability": fix.applicability.value,
        "edits": [{**_place(report, edit.span), "text": edit.text} for edit in fix.edits],
    }
