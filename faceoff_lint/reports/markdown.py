"""``--output-format markdown``: a summary for a CI job's page, with a scorecard by practice.

What comes from the scanned tree can't form markdown, HTML, links or mentions.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from faceoff_lint.finding import Severity
from faceoff_lint.reports import Report, plural
from faceoff_lint.terminal import printable

__all__ = ["render"]

_MAX_LISTED = 500  # findings; a job summary on GitHub ends at 1 MiB
_MAX_TEXT = 600  # characters of a cell
_SPECIAL = re.compile(r"[\\`*_\[\]#|~$:]")
# Where mentions, addresses and bare links are made of text that is no markup.
_JOINTS = re.compile(r"(?=@)|(?<=@)(?=[\w-])|(?<=:)(?=//)|(?<=www)(?=\.)", re.IGNORECASE)


def render(report: Report) -> Iterator[str]:
    """A heading, what was understood, the scorecard, and the findings, most severe first."""
    yield "## faceoff-lint"
    yield ""
    for summary in report.summaries:
        yield f"- {_text(summary)}"
    yield ""
    yield from _scorecard(report)
    if not report.findings:
        yield "No findings."
        return
    yield "### Findings"
    yield ""
    yield "| severity | rule | place | finding |"
    yield "| --- | --- | --- | --- |"
    ordered = report.errors_first
    for finding in islice(ordered, _MAX_LISTED):
        start = report.start(finding.span)
        place = _escaped(f"{finding.span.file}:{start.line}")
        rule = _escaped(f"{finding.code} {finding.name}")
        severity = report.severity(finding).value
        yield f"| {severity} | {rule} | <code>{place}</code> | {_text(finding.message)} |"
    if len(ordered) > _MAX_LISTED:
        yield ""
        yield f"The {_MAX_LISTED} most severe of {len(ordered)} findings."


def _scorecard(report: Report) -> Iterator[str]:
    """One row for each practice of the frameworks that were found, and those with findings."""
    counts = Counter((report.practice(f), report.severity(f)) for f in report.findings)
    known = (r.practice for r in report.rules.values() if r.practice.framework in report.frameworks)
    titles = dict.fromkeys([*(one.title for one in known), *(title for title, _ in counts)])
    if not titles:
        return
    yield "| practice | errors | warnings | advice | |"
    yield "| --- | ---: | ---: | ---: | --- |"
    for title in titles:
        numbers = [counts[title, severity] for severity in Severity]
        cells = " | ".join(str(number or "") for number in numbers)
        yield f"| {_escaped(title)} | {cells} | {_verdict(report, title, sum(numbers))} |"
    yield ""


def _verdict(report: Report, title: str, count: int) -> str:
    if count:
        worst = min(_ranks(report, title))
        return f"{('❌', '⚠️', '💡')[worst]} {plural(count, 'finding')}"
    return "✅"


def _ranks(report: Report, title: str) -> Iterator[int]:
    return (report.severity(f).rank for f in report.findings if report.practice(f) == title)


def _text(text: str) -> str:
    """A message; what stands in a pair of backticks becomes code."""
    pieces = [_escaped(piece) for piece in _cut(text).split("`")]
    if len(pieces) % 2 == 0:
        return "\\`".join(pieces)
    return "".join(f"<code>{p}</code>" if at % 2 else p for at, p in enumerate(pieces))


def _escaped(text: str) -> str:
    """Text without any meaning as markdown, HTML, link, mention or emoji."""
    shown = _SPECIAL.sub(r"\\\g<0>", printable(_cut(text)))
    shown = shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _JOINTS.sub("\u200b", shown)  # a space of no width


def _cut(text: str) -> str:
    return text if len(text) <= _MAX_TEXT else f"{text[:_MAX_TEXT]}…"
