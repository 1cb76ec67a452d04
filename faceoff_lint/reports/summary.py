"""What stands around the findings: what was understood, counts, statistics."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence

from click import style

from faceoff_lint.finding import Applicability, Finding, Severity
from faceoff_lint.reports import Report, plural
from faceoff_lint.terminal import printable

__all__ = [
    "closing",
    "fixed",
    "ignored",
    "next_steps",
    "safe",
    "stale",
    "statistics",
    "understood",
    "would",
]

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
    known = _fixable(report)
    total = plural(len(report.findings), "finding")
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
        # A dash first: runners of CI obey what begins a line with `::`, blanks before it or not.
        yield f"  - {printable(file)}: {printable(rule)}{printable(where)}{times}"
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


def would(report: Report, findings: Sequence[Finding], verb: str) -> Iterator[str]:
    """What a run that only shows would do: ``verb`` is what ``--fix`` or ``--add-ignore`` does."""
    files = {edit.span.file for f in findings if f.fix is not None for edit in f.fix.edits}
    count = f"{plural(len(findings), 'finding')} in {plural(len(files), 'file')}"
    unsafe = _counted(report)[Applicability.UNSAFE] if verb == "fix" else 0
    known = {id(one) for one in findings}
    shown = sum(id(one) in known for one in report.findings if _is_unsafe(one))
    more = f"; {unsafe} {'more ' if findings else ''}with --unsafe-fixes"
    more = more if unsafe and not shown else ""
    yield f"Would {verb} {count}{more}." if findings else f"Nothing to {verb}{more}."


def _counted(report: Report) -> Counter[Applicability]:
    return Counter(f.fix.applicability for f in report.findings if f.fix is not None)


def _is_unsafe(finding: Finding) -> bool:
    return finding.fix is not None and finding.fix.applicability is Applicability.UNSAFE


def _fixable(report: Report) -> str:
    """How many findings have a fix, and the options that write them."""
    fixes = _counted(report)
    safe, unsafe = fixes[Applicability.SAFE], fixes[Applicability.UNSAFE]
    if safe and unsafe:
        return f" ({safe} fixable with --fix, {unsafe} more with --unsafe-fixes)"
    if safe:
        return f" ({safe} fixable with --fix)"
    return f" ({unsafe} fixable with --fix --unsafe-fixes)" if unsafe else ""


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
