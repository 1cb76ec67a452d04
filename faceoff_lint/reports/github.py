"""``--output-format github``: workflow commands that GitHub shows as annotations.

GitHub keeps ten annotations of each kind a step, so errors come first. It takes paths as relative
to the root of the repository.
"""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.finding import Finding, Severity
from faceoff_lint.reports import Report
from faceoff_lint.terminal import printable, printable_path

__all__ = ["render"]

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(report: Report) -> Iterator[str]:
    """``::error file=…,line=…,endLine=…,col=…,endColumn=…,title=…::message``."""
    for finding in report.errors_first:
        yield _command(report, finding)


def _command(report: Report, finding: Finding) -> str:
    start, end = report.start(finding.span), report.end(finding.span)
    properties = {
        "file": printable_path(finding.span.file),
        "line": str(start.line),
        "endLine": str(end.line),
    }
    if start.line == end.line:  # columns are refused for spans of several lines
        properties |= {"col": str(start.column), "endColumn": str(end.column)}
    properties["title"] = f"{finding.code} {finding.name}"
    listed = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    parts = [finding.message, report.why(finding), report.help(finding)]
    message = "\n".join(printable(part) for part in parts if part)
    return f"::{_COMMANDS[report.severity(finding)]} {listed}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
