"""``--output-format azure``: logging commands that Azure Pipelines shows as issues of the run.

Azure knows errors and warnings only: advice becomes a warning. Paths are relative to the root of
the repository.
"""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.finding import Finding, Severity
from faceoff_lint.reports import Report
from faceoff_lint.terminal import printable

__all__ = ["render"]


def render(report: Report) -> Iterator[str]:
    """``##vso[task.logissue type=…;sourcepath=…;linenumber=…;columnnumber=…;code=…;]message``."""
    for finding in report.errors_first:
        yield _command(report, finding)


def _command(report: Report, finding: Finding) -> str:
    start = report.start(finding.span)
    properties = {
        "type": "error" if report.severity(finding) is Severity.ERROR else "warning",
        "sourcepath": printable(finding.span.file),
        "linenumber": str(start.line),
        "columnnumber": str(start.column),
        "code": finding.code,
    }
    listed = "".join(f"{key}={_property(value)};" for key, value in properties.items())
    parts = [finding.message, report.why(finding)]
    message = "\n".join(printable(part) for part in parts if part)
    return f"##vso[task.logissue {listed}]{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%AZP25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(";", "%3B").replace("]", "%5D")
