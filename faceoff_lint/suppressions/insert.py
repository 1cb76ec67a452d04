"""Writes suppressions for findings: where a comment may stand, and does what it is meant for.

Where a comment can go is hard to tell from text alone (template literals, JSX, continued lines), so
a place is tried and the result read again: it must be the same code, and the findings must be
suppressed in it.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from faceoff_lint import ir
from faceoff_lint.finding import Applicability, Edit, Finding, Fix
from faceoff_lint.fixes import apply_edits
from faceoff_lint.lowering import language_of
from faceoff_lint.pool import lower_apart
from faceoff_lint.registry import Registry
from faceoff_lint.source import Source, Span
from faceoff_lint.suppressions.judge import apply
from faceoff_lint.suppressions.read import Comments, Directive, lines_of_comments_only, read

__all__ = ["Added", "insertions", "reason_problem"]

_Edits = tuple[Edit, ...]
_FORBIDDEN = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]|\*/|\bfaceoff(?:-lint)?:")
_NO_COMMENTS = "no comments are read in such files"
_MAX_STATEMENTS = 4  # statements around a finding that a block is tried on


@dataclass(slots=True)
class Added:
    """``findings``: what is to be ignored, each with the comment as its fix. ``left``: one line
    for each file in which some can't be."""

    findings: list[Finding] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def reason_problem(reason: str) -> str:
    """Why a text can't be the reason in a comment; empty when it can."""
    if not reason.strip():
        return "it is empty"
    found = _FORBIDDEN.search(reason)
    if found is None:
        return ""
    return "it holds a line break or control character" if len(found[0]) == 1 else (
        f"it holds `{found[0]}`"
    )  # fmt: skip


def insertions(
    findings: Iterable[Finding],
    sources: Mapping[str, Source],
    registry: Registry,
    reason: str | None = None,
) -> Added:
    """Comments for findings, in the files whose texts are ``sources``.

    ``reason``: one that ``reason_problem`` has nothing against. Needs a large stack
    (``run_deep``), as files are read again.
    """
    added = Added()
    by_file: dict[str, list[Finding]] = {}
    for finding in findings:
        by_file.setdefault(finding.span.file, []).append(finding)
    for path, here in by_file.items():
        own = [one for one in here if one.code.startswith("FO")]
        here = [one for one in here if one not in own]
        if own:
            count = _count(own)
            added.left.append(f"{path}: {count} about comments or the file itself left")
        if not here:
            continue
        writer = _writer(sources[path], registry, reason)
        if isinstance(writer, str):
            added.left.append(f"{path}: {_count(here)} left: {writer}")
            continue
        added.findings += writer.write(here)
        lost = len(here) - sum(one.span.file == path for one in added.findings)
        if lost:
            added.left.append(
                f"{path}: {_count(here[:lost])} left: no comment can stand there"
                " without changing the code"
            )
    return added


def _count(findings: Sequence[Finding]) -> str:
    return f"{len(findings)} finding{'s' * (len(findings) != 1)}"


def _writer(source: Source, registry: Registry, reason: str | None) -> _Writer | str:
    """What writes into a file, or why nothing can."""
    suffix = posixpath.splitext(source.path)[1]
    if not language_of(suffix):
        return _NO_COMMENTS
    python = language_of(suffix) == "python"
    # Comments are only collected from texts that speak of the linter.
    mark = "\n# faceoff" if python else "\n// faceoff"
    module = lower_apart(Source(source.path, source.text + mark)).module
    if module is None:
        return "the file does not parse"
    return _Writer(source, module, module.comments[:-1], registry, reason or "", python)


@dataclass
class _Group:
    """The findings of one line, which one comment is to take out."""

    line: int
    findings: list[Finding]
    candidates: list[_Edits]

    @property
    def codes(self) -> list[str]:
        return list(dict.fromkeys(one.code for one in self.findings))


class _Writer:
    """Finds the comments for one file."""

    def __init__(
        self,
        source: Source,
        module: ir.Module,
        comments: Comments,
        registry: Registry,
        reason: str,
        python: bool,
    ) -> None:
        self.source = source
        self.module = module
        self.registry = registry
        self.reason = reason.strip()
        self.python = python
        self.suffix = posixpath.splitext(source.path)[1]
        self.before = (ir.shape(module), [note for *_, note in module.notes])
        self.alone = lines_of_comments_only(source, comments)
        self.crowded = set() if python else set(self._crowded(comments))
        keys = registry.by_key
        directives, _ = read(source, comments, keys.__contains__)
        self.known = {one.line: one for one in directives if one.verb.startswith("ignore")}

    def write(self, findings: Sequence[Finding]) -> list[Finding]:
        """The findings that can be ignored, each with the comment as its fix."""
        lines: dict[int, list[Finding]] = {}
        for finding in findings:
            line = self.source.position(finding.span.start).line
            lines.setdefault(line, []).append(finding)
        groups = [_Group(line, here, []) for line, here in sorted(lines.items())]
        for group in groups:
            group.candidates = list(self._candidates(group))
        done = []
        for group, edits in self._settle(groups):
            fix = Fix("Ignore it", edits, Applicability.SAFE)
            done += [
                Finding(one.span, one.message, fix=fix, code=one.code) for one in group.findings
            ]
        return done

    def _settle(self, groups: list[_Group]) -> list[tuple[_Group, _Edits]]:
        """A candidate for each group: the first where all is well, else the first that works."""
        if self._holds([(group, group.candidates[0]) for group in groups]):
            return [(group, group.candidates[0]) for group in groups]
        if len(groups) > 1:
            half = len(groups) // 2
            return self._settle(groups[:half]) + self._settle(groups[half:])
        group = groups[0]
        return next(
            ([(group, e)] for e in group.candidates[1:] if self._holds([(group, e)])), []
        )  # fmt: skip

    def _holds(self, chosen: list[tuple[_Group, _Edits]]) -> bool:
        """Whether the file is the same code with these comments, and they do their work."""
        edits = [edit for _, some in chosen for edit in some]
        text = apply_edits(self.source.text, edits)
        module = lower_apart(Source(self.source.path, text)).module
        if module is None:
            return False
        if (ir.shape(module), [note for *_, note in module.notes]) != self.before:
            return False
        source = Source(self.source.path, text)
        moved = [_moved(one, edits) for group, _ in chosen for one in group.findings]
        comments = {source.path: (source, module.comments)}
        outcome = apply(moved, comments, self.registry, lambda rule: False)
        return outcome.suppressed == len(moved)

    # --- places ----------------------------------------------------------------------------------

    def _candidates(self, group: _Group) -> Iterator[_Edits]:
        """Ways to write the comment, the one that is wanted most first."""
        listed = f"ignore[{', '.join(group.codes)}]"
        present = self.known.get(group.line)
        if present is not None and present.inside is not None:
            yield self._merged(present, group.codes)
        at_end = (self._at_end(group.line, self._comment(listed)),)
        above = (self._above(group.line, self._comment(listed)),)
        yield from (above, at_end) if group.line in self.crowded else (at_end, above)
        if not self.python:
            block = f"/* {self._directive(listed)} */"
            yield (self._above(group.line, f"{{{block}}}"),)
            start = group.findings[0].span.start
            yield (Edit(Span(self.source.path, start, start), f"{block} "),)
        yield from self._around(group)

    def _directive(self, what: str) -> str:
        reason = f" -- {self.reason}" if self.reason and not what.startswith("enable") else ""
        return f"faceoff: {what}{reason}"

    def _comment(self, what: str) -> str:
        return f"{'#' if self.python else '//'} {self._directive(what)}"

    def _merged(self, one: Directive, codes: Sequence[str]) -> _Edits:
        """The codes, and the reason, put into a comment that is there."""
        assert one.inside is not None
        path, text = self.source.path, self.source.text
        present = text[one.inside.start : one.inside.end].rstrip(" \t,")
        end = one.inside.start + len(present)
        edits = [Edit(Span(path, end, one.inside.end), "".join(f", {code}" for code in codes))]
        if self.reason and self.reason not in one.reason:
            joined = f"; {self.reason}" if one.reason else f" -- {self.reason}"
            edits.append(Edit(Span(path, one.end, one.end), joined))
        return tuple(edits)

    def _at_end(self, line: int, comment: str) -> Edit:
        text = self.source.line(line)
        start = self.source.line_starts[line - 1]
        kept = len(text.rstrip())
        gap = "  " if self.python else " "
        return Edit(Span(self.source.path, start + kept, start + len(text)), gap + comment)

    def _crowded(self, comments: Comments) -> Iterator[int]:
        """The lines that end in a comment: it may be another tool's and say something to its end,
        as `eslint-disable-line x` does."""
        for start, end in comments:
            last = self.source.position(end).line
            yield from range(self.source.position(start).line, last)
            if self.source.text.startswith("//", start):
                yield last

    def _above(self, line: int, comment: str) -> Edit:
        """Alone on a line before; in JavaScript above the comments that speak of the next line."""
        text = self.source.line(line)
        indent = text[: len(text) - len(text.lstrip())]
        if not self.python:
            while line - 1 in self.alone:
                line -= 1
        place = self.source.line_starts[line - 1]
        return Edit(Span(self.source.path, place, place), f"{indent}{comment}\n")

    def _around(self, group: _Group) -> Iterator[_Edits]:
        """A block around a statement, for lines that no comment can stand on or above."""
        start = group.findings[0].span.start
        around = [
            node
            for node in ir.walk(self.module)
            if isinstance(node, ir.Stmt) and node.start <= start < node.end
        ]
        around.sort(key=lambda node: node.end - node.start)
        for node in around[:_MAX_STATEMENTS]:
            first = self.source.position(node.start).line
            last = self.source.position(max(node.start, node.end - 1)).line
            line = self.source.line(last)
            text = self.source.line(first)
            indent = text[: len(text) - len(text.lstrip())]
            place = self.source.line_starts[last - 1] + len(line)
            codes = f"[{', '.join(group.codes)}]"
            yield (
                self._above(first, self._comment(f"disable{codes}")),
                Edit(
                    Span(self.source.path, place, place),
                    f"\n{indent}{self._comment(f'enable{codes}')}",
                ),
            )


def _moved(finding: Finding, edits: Sequence[Edit]) -> Finding:
    """The finding where it is once the edits are made."""
    before = [edit for edit in edits if edit.span.end <= finding.span.start]
    shift = sum(len(edit.text) - (edit.span.end - edit.span.start) for edit in before)
    span = finding.span
    return Finding(Span(span.file, span.start + shift, span.end + shift), "", code=finding.code)
