"""What stands around the findings: what was understood, counts, statistics."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence

from click import style

from faceoff_lint.finding import Applicability, Finding, Severity
from faceoff_lint.reports import Report, plural
from faceoff_lint.terminal import printable

__all__ = ["closing", "fixed", "ignored", "next_steps", "safe", "stale", "statistics", "understood"]

_MAX_STALE = 10  # entries of a baseline to list


def safe(text: str) -> str:
    """One line of text that may quote the scanned tree."""
    return printable(text)


def understood(report: Report) -> Iterator[str]:
    """The first line of a run, so that a user sees at once whether the project was seen."""
    shown = "; ".join(printable(summary) for summary in report.summaries)
    yield style(shown or "no app could be put together", bold=True)
    yield ""


def closing(report: Report) -> Iterator[str]:
    """The last line of a run: how many findings there are, and what can be done with them."""
    tail = f"; {report.suppressed} suppressed" if report.suppressed else ""
    if report.accepted:
        tail += f"; {report.accepted} accepted in the baseline"
    if not report.findings:
        yield style("No findings", fg="green") + f"{tail}."
        return
    severities = Counter(report.severity(finding) for finding in report.findings)
    nouns = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "advice"}
    counts = [
        f"{severities[one]} advice" if one is Severity.INFO else plural(severities[one], nouns[one])
        for one in Severity
        if severities[one]
    ]
    fixes = Counter(f.fix.applicability for f in report.findings if f.fix is not None)
    fixable = [f"{fixes[one]} with {_a(one)} fix" for one in Applicability if fixes[one]]
    total = plural(len(report.findings), "finding")
    known = f" ({', '.join(fixable)})" if fixable else ""
    yield f"{total}: {', '.join(counts)}{known}{tail}."


def next_steps(report: Report, commands: Sequence[str]) -> Iterator[str]:
    """What to try after a first run; ``commands``: those there are."""
    code = report.errors_first[0].code
    steps = [
        (f"faceoff-lint rule {code}", "what a finding means, with examples", "rule"),
        ("faceoff-lint baseline", "accept what is there, report only what is new", "baseline"),
        ("faceoff-lint init", "write a configuration for this project", "init"),
        ("faceoff-lint check --fix", "mend what can be mended safely", ""),
    ]
    safe_fix = any(f.fix and f.fix.applicability is Applicability.SAFE for f in report.findings)
    shown = [
        step[:2] for step in steps if step[2] in commands or (not step[2] and safe_fix)
    ]  # fmt: skip
    width = max(len(command) for command, _ in shown)
    yield ""
    yield style("What next:", bold=True)
    yield from (f"  {command:<{width}}  {what}" for command, what in shown)


def stale(report: Report) -> Iterator[str]:
    """The accepted findings that occur no more, and how they get out of the baseline."""
    count = sum(number for *_, number in report.stale)
    if not count:
        return
    verb, them = ("occurs", "it") if count == 1 else ("occur", "them")
    how = f"`faceoff-lint baseline --prune` takes {them} out"
    yield f"note: {plural(count, 'accepted finding')} {verb} no more; {how}:"
    for file, rule, scope, number in report.stale[:_MAX_STALE]:
        where = f" in `{scope}`" if scope else ""
        times = f" ({number})" if number > 1 else ""
        yield f"  {printable(file)}: {printable(rule)}{printable(where)}{times}"
    if len(report.stale) > _MAX_STALE:
        yield f"  and {len(report.stale) - _MAX_STALE} more"


def fixed(findings: Sequence[Finding]) -> Iterator[str]:
    """What ``--fix`` has done, by file."""
    files = {edit.span.file for f in findings if f.fix is not None for edit in f.fix.edits}
    if findings:
        yield f"Fixed {plural(len(findings), 'finding')} in {plural(len(files), 'file')}."
    else:
        yield "Nothing to fix."


def ignored(findings: Sequence[Finding]) -> Iterator[str]:
    """What ``--add-ignore`` has done."""
    files = {finding.span.file for finding in findings}
    if findings:
        yield f"Ignored {plural(len(findings), 'finding')} in {plural(len(files), 'file')}."
    else:
        yield "Nothing to ignore."


def _a(applicability: Applicability) -> str:
    return "a safe" if applicability is Applicability.SAFE else "an unsafe"


def statistics(report: Report, *, as_json: bool = False) -> Iterator[str]:
    """How many findings each rule has, most first."""
    counts = Counter(finding.code for finding in report.findings)
    rows = sorted(counts.items(), key=lambda row: (-row[1], row[0]))
    names = {finding.code: finding.name for finding in report.findings}
    if as_json:
        data = [{"code": code, "name": names[code], "count": count} for code, count in rows]
        yield json.dumps(data, indent=2)
        return
    width = len(str(rows[0][1])) if rows else 0
    for code, count in rows:
        yield f"{count:>{width}}  {code}  {names[code]}"
