"""``--output-format concise``: one line a finding."""

from __future__ import annotations

from collections.abc import Iterator

from click import style

from faceoff_lint.reports import Report
from faceoff_lint.reports.full import COLORS
from faceoff_lint.terminal import printable

__all__ = ["render"]


def render(report: Report) -> Iterator[str]:
    """``path:line:column: severity CODE message``."""
    for finding in report.findings:
        severity = report.severity(finding)
        tag = style(f"{severity.value} {finding.code}", fg=COLORS[severity], bold=True)
        yield f"{report.place(finding.span)}: {tag} {printable(finding.message)}"
