"""``--output-format full``: code frames, why, help, the fix as a diff."""

from __future__ import annotations

from collections.abc import Iterator

from click import style

from faceoff_lint.finding import Applicability, Finding, Fix, Severity
from faceoff_lint.fixes import hunks
from faceoff_lint.reports import Report
from faceoff_lint.source import Source, Span
from faceoff_lint.terminal import cells, display_width, printable

__all__ = ["COLORS", "render"]

COLORS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}

_MAX_WIDTH = 160  # columns of a source line before it is cut around the caret
_LEAD = 40  # columns kept before the caret of a line that is cut


def render(report: Report) -> Iterator[str]:
    """One block a finding, with an empty line after each."""
    for finding in report.findings:
        yield from _block(report, finding)
        yield ""


def _block(report: Report, finding: Finding) -> Iterator[str]:
    severity = report.severity(finding)
    color = COLORS[severity]
    tag = style(f"{severity.value}[{finding.code}]", fg=color, bold=True)
    yield f"{tag}: {style(printable(finding.message), bold=True)}"
    gutter = _gutter_width(report, finding)
    yield from _frame(report, finding.span, finding.label, "^", color, gutter, "-->")
    for related in finding.related:
        yield from _frame(report, related.span, related.message, "-", "blue", gutter, ":::")
    for title, text in (("why", report.why(finding)), ("help", report.help(finding))):
        if text:
            yield _note(gutter, title, printable(text))
    if finding.fix is not None:
        yield from _fix(report, finding, finding.fix, gutter)
    yield _note(gutter, "docs", f"faceoff-lint rule {finding.code}")


def _note(gutter: int, title: str, text: str) -> str:
    return f"{' ' * gutter} {_dim('=')} {style(title, bold=True)}: {text}"


def _dim(text: str) -> str:
    return style(text, fg="blue", bold=True)


def _gutter_width(report: Report, finding: Finding) -> int:
    """Columns for the largest line number that any part of the block may show."""
    spans = [finding.span, *(related.span for related in finding.related)]
    if finding.fix is not None:
        spans += [edit.span for edit in finding.fix.edits]
    last = max(report.end(span).line for span in spans)
    return max(2, len(str(last + 1)))


def _frame(
    report: Report, span: Span, label: str, mark: str, color: str, gutter: int, arrow: str
) -> Iterator[str]:
    """The place of a span: its first line, a line of context either side, a caret with a label."""
    source = report.source(span.file)
    start, end = source.position(span.start), source.position(span.end)
    yield f"{' ' * gutter}{_dim(arrow)} {report.place(span)}"
    if not source.text:
        return
    bar = f"{' ' * gutter} {_dim('|')}"
    yield bar
    context = mark == "^"
    if context:
        yield from _context(source, start.line - 1, gutter)
    line = source.line(start.line)
    first = start.column - 1
    last = end.column - 1 if end.line == start.line else len(line.rstrip())
    text, before, width = _cut(line, first, max(first, min(last, len(line))))
    yield _numbered(start.line, gutter, text)
    shown = f" {printable(label)}" if label else ""
    yield f"{bar} {' ' * before}{style(mark * width + shown, fg=color, bold=True)}"
    if context and end.line == start.line:
        yield from _context(source, start.line + 1, gutter)
    yield bar


def _context(source: Source, number: int, gutter: int) -> Iterator[str]:
    line = source.line(number)
    if line.strip():
        yield _numbered(number, gutter, _cut(line, 0, 0)[0])


def _numbered(number: int, gutter: int, text: str) -> str:
    return f"{_dim(f'{number:>{gutter}} |')} {text}".rstrip()


def _cut(line: str, first: int, last: int) -> tuple[str, int, int]:
    """The line to print, the columns before its marked part, and the columns marked (1 or more).

    ``first`` and ``last`` are 0-based code points of the part to mark, half open.
    """
    pieces = cells(line)
    widths = [display_width(piece) for piece in pieces]
    before = sum(widths[:first])
    width = sum(widths[first:last])
    if sum(widths) <= _MAX_WIDTH:
        return "".join(pieces).rstrip(), before, max(1, width)
    left = 0
    while left < first and sum(widths[left:first]) > _LEAD:
        left += 1
    right, room = left, _MAX_WIDTH
    while right < len(pieces) and widths[right] <= room:
        room -= widths[right]
        right += 1
    head = "…" if left else ""
    tail = "…" if right < len(pieces) else ""
    shift = sum(widths[left:first]) + len(head)
    width = sum(widths[first : min(last, right)])
    return f"{head}{''.join(pieces[left:right])}{tail}", shift, max(1, width)


def _fix(report: Report, finding: Finding, fix: Fix, gutter: int) -> Iterator[str]:
    kind = "fix" if fix.applicability is Applicability.SAFE else "fix (unsafe)"
    yield _note(gutter, kind, printable(fix.title))
    current = finding.span.file
    for file in dict.fromkeys(edit.span.file for edit in fix.edits):
        if file != current:
            yield f"{' ' * gutter}{_dim(':::')} {report.path(file)}"
            current = file
        edits = [edit for edit in fix.edits if edit.span.file == file]
        for hunk in hunks(report.source(file), edits):
            yield f"{' ' * gutter} {_dim('|')}"
            for sign, number, text in hunk:
                if sign == " " and not text.strip():
                    continue
                yield _diff_line(sign, number, printable(text), gutter)
    yield f"{' ' * gutter} {_dim('|')}"


def _diff_line(sign: str, number: int, text: str, gutter: int) -> str:
    if sign == " ":
        return _numbered(number, gutter, text)
    color = "red" if sign == "-" else "green"
    return style(f"{number:>{gutter}} {sign} {text}".rstrip(), fg=color)
