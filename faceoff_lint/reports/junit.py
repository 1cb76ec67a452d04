"""``--output-format junit``: a failed test for each finding, for servers that show test results.

A run without findings is one test that passed: an empty report counts as an error in some servers.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from faceoff_lint.finding import Finding
from faceoff_lint.reports import Report
from faceoff_lint.reports.markup import DECLARATION, attributes, content

__all__ = ["render"]


def render(report: Report) -> Iterator[str]:
    """One ``testsuite`` for each file with findings, one ``testcase`` a finding."""
    count = len(report.findings)
    yield DECLARATION
    yield f"<testsuites {attributes(name='faceoff-lint', tests=count or 1, failures=count)}>"
    for file, group in groupby(report.findings, key=lambda finding: finding.span.file):
        yield from _suite(report, file, list(group))
    if not count:
        yield f"  <testsuite {attributes(name='faceoff-lint', tests=1, failures=0, errors=0)}>"
        yield f"    <testcase {attributes(name='no findings', classname='faceoff-lint', time=0)}/>"
        yield "  </testsuite>"
    yield "</testsuites>"


def _suite(report: Report, file: str, findings: list[Finding]) -> Iterator[str]:
    path, count = report.local(file), len(findings)
    yield f"  <testsuite {attributes(name=path, tests=count, failures=count, errors=0)}>"
    for finding in findings:
        start = report.start(finding.span)
        name = f"{finding.code} {finding.name}: line {start.line}, column {start.column}"
        case = attributes(name=name, classname=path, file=path, line=start.line, time=0)
        severity = report.severity(finding).value
        yield f"    <testcase {case}>"
        yield f"      <failure {attributes(type=severity, message=finding.message)}>"
        # Each line begins with a word of ours: what stands at the start of a line in a CI log
        # could be taken for a command.
        yield f"at: {content(f'{path}:{start.line}:{start.column}')}"
        for title, text in (("why", report.why(finding)), ("help", report.help(finding))):
            if text:
                yield f"{title}: {content(text)}"
        yield "</failure>"
        yield "    </testcase>"
    yield "  </testsuite>"
