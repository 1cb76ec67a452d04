"""``--output-format gitlab``: GitLab's Code Quality report, shown in merge requests.

Paths are relative to the root of the repository. GitLab tells findings apart, and new ones from
old, by their fingerprint, so that it holds no line number.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator

from faceoff_lint.finding import Finding, Severity
from faceoff_lint.reports import Report, readable
from faceoff_lint.terminal import defuse_json, printable

__all__ = ["render"]

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def render(report: Report) -> Iterator[str]:
    """The findings as one JSON list."""
    seen: Counter[str] = Counter()
    issues = []
    for finding in report.findings:
        start, end = report.start(finding.span), report.end(finding.span)
        path = readable(finding.span.file)
        line = report.source(finding.span.file).line(start.line).strip()
        # The text of the line, and which of its equals it is, survive edits elsewhere.
        identity = f"{finding.code}\0{path}\0{line}"
        seen[identity] += 1
        issues.append(
            {
                "description": _description(report, finding),
                "check_name": finding.code,
                "fingerprint": _digest(f"{identity}\0{seen[identity]}"),
                "severity": _SEVERITIES[report.severity(finding)],
                "location": {"path": path, "lines": {"begin": start.line, "end": end.line}},
            }
        )
    yield defuse_json(json.dumps(issues, indent=2))


def _description(report: Report, finding: Finding) -> str:
    """One line: GitLab shows this and nothing else."""
    why = report.why(finding)
    message = printable(finding.message)
    return f"{message}: {printable(why)}" if why else message


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
