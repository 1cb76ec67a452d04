"""``--output-format checkstyle``: the XML of Checkstyle 4.3, which many tools read.

Columns count code points; paths open from the user's folder.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from faceoff_lint.finding import Finding
from faceoff_lint.reports import Report
from faceoff_lint.reports.markup import DECLARATION, attributes

__all__ = ["render"]


def render(report: Report) -> Iterator[str]:
    """One ``file`` element for each file with findings, one ``error`` element a finding."""
    yield DECLARATION
    yield '<checkstyle version="4.3">'
    for file, findings in groupby(report.findings, key=lambda finding: finding.span.file):
        yield f"  <file {attributes(name=report.local(file))}>"
        yield from (_error(report, finding) for finding in findings)
        yield "  </file>"
    yield "</checkstyle>"


def _error(report: Report, finding: Finding) -> str:
    start = report.start(finding.span)
    listed = attributes(
        line=start.line,
        column=start.column,
        severity=report.severity(finding).value,
        message=". ".join(
            part.rstrip(".") for part in (finding.message, report.why(finding)) if part
        ),
        source=f"faceoff-lint.{finding.code}",
    )
    return f"    <error {listed}/>"
