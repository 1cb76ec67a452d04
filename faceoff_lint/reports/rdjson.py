"""``--output-format rdjson``: the Reviewdog Diagnostic Format.

Paths are relative to the user's folder, columns count bytes of UTF-8. A fix becomes a suggestion
where it is one edit of the finding's own file: reviewdog offers each suggestion by itself, and half
of a fix would break the code.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from faceoff_lint.finding import Finding, Severity
from faceoff_lint.reports import Report
from faceoff_lint.source import Position, Span
from faceoff_lint.terminal import defuse_json, printable

__all__ = ["render"]

_SEVERITIES = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.INFO: "INFO"}


def render(report: Report) -> Iterator[str]:
    """One ``DiagnosticResult`` with all findings."""
    diagnostics = [_diagnostic(report, finding) for finding in report.findings]
    data = {"source": {"name": "faceoff-lint"}, "diagnostics": diagnostics}
    yield defuse_json(json.dumps(data, indent=2))


def _diagnostic(report: Report, finding: Finding) -> dict[str, Any]:
    parts = [finding.message, report.why(finding), report.help(finding)]
    # A field for related places is new in the format, and who reads it refuses unknown fields.
    for related in finding.related:
        line = report.start(related.span).line
        parts.append(f"see {report.local(related.span.file)}:{line}: {related.message}")
    data: dict[str, Any] = {
        "message": "\n".join(printable(part) for part in parts if part),
        "location": _location(report, finding.span),
        "severity": _SEVERITIES[report.severity(finding)],
        "code": {"value": finding.code},
    }
    edits = finding.fix.edits if finding.fix else ()
    if len(edits) == 1 and edits[0].span.file == finding.span.file:
        span, text = edits[0].span, edits[0].text
        data["suggestions"] = [{"range": _range(report, span), "text": text}]
    return data


def _location(report: Report, span: Span) -> dict[str, Any]:
    return {"path": report.local(span.file), "range": _range(report, span)}


def _range(report: Report, span: Span) -> dict[str, Any]:
    def place(position: Position) -> dict[str, int]:
        column = report.unit_column(span.file, position, "utf-8")
        return {"line": position.line, "column": column}

    return {"start": place(report.start(span)), "end": place(report.end(span))}
