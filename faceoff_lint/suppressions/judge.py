"""Which findings comments take out, and what is wrong with the comments."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from faceoff_lint.engine import (
    MALFORMED_SUPPRESSION,
    SUPPRESSION_WITHOUT_REASON,
    UNKNOWN_CODE,
    UNUSED_SUPPRESSION,
)
from faceoff_lint.errors import UnknownSelector
from faceoff_lint.finding import Applicability, Edit, Finding, Fix
from faceoff_lint.registry import Registry
from faceoff_lint.rule import Rule
from faceoff_lint.source import Source, Span
from faceoff_lint.suppressions.mend import without
from faceoff_lint.suppressions.read import Comments, Directive, Mistake, read

__all__ = ["Outcome", "apply"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """``findings`` that stay, those about comments included; ``suppressed``: how many went."""

    findings: list[Finding]
    suppressed: int


def apply(
    findings: Iterable[Finding],
    files: Mapping[str, tuple[Source, Comments]],
    registry: Registry,
    active: Callable[[Rule], bool],
    *,
    require_reason: bool = False,
) -> Outcome:
    """Take out what comments suppress and add what is wrong with the comments.

    ``files``: the files to look for comments in. ``active``: whether a rule ran, and to its end;
    a suppression of one that did not can't be told to be unused. ``require_reason``: whether a
    suppression without a reason is a finding; it suppresses all the same.
    """
    known = {
        path: _File(source, comments, registry)
        for path, (source, comments) in files.items()
        if "faceoff" in source.text
    }
    kept: list[Finding] = []
    suppressed = 0
    for finding in findings:
        file = known.get(finding.span.file)
        if file is not None and file.suppresses(finding):
            suppressed += 1
        else:
            kept.append(finding)
    for file in known.values():
        about = file.about(active, require_reason=require_reason)
        kept += (one for one in about if active(registry.by_key[one.code]))
    return Outcome(kept, suppressed)


@dataclass(slots=True)
class _Reach:
    """The part of a file in which the code at ``span`` is suppressed, in code points."""

    span: Span
    start: int
    end: int | None = None


@dataclass
class _File:
    """One file's directives, and which of their codes were of use."""

    source: Source
    comments: Comments
    registry: Registry
    directives: list[Directive] = field(init=False)
    mistakes: list[Mistake] = field(init=False)
    used: set[Span] = field(default_factory=set)
    dangling: set[Span] = field(default_factory=set)

    def __post_init__(self) -> None:
        keys = self.registry.by_key
        self.directives, self.mistakes = read(self.source, self.comments, keys.__contains__)
        # By code: what acts on a line, and what acts on a stretch of text.
        self._lines: dict[tuple[str, int], list[Span]] = {}
        self._stretches: dict[str, list[_Reach]] = {}
        for one in self.directives:
            if one.verb == "enable":
                self._enable(one)
                continue
            for key, span in one.codes:
                rule = keys.get(key)
                if rule is None:
                    continue
                if one.verb in ("disable", "ignore-file"):
                    start = one.comment[0] if one.verb == "disable" else 0
                    end = None if one.verb == "disable" else len(self.source.text) + 1
                    self._stretches.setdefault(rule.code, []).append(_Reach(span, start, end))
                else:
                    self._lines.setdefault((rule.code, one.line), []).append(span)

    def _enable(self, one: Directive) -> None:
        """End the open blocks of some codes, or of all."""
        place = one.comment[0]
        for key, span in one.codes:
            rule = self.registry.by_key.get(key)
            if rule is not None and not self._close(rule.code, place):
                self.dangling.add(span)
        closed = [self._close(code, place) for code in self._stretches if not one.codes]
        if not one.codes and not any(closed):
            self.dangling.add(one.span)

    def _close(self, code: str, place: int) -> bool:
        still = [reach for reach in self._stretches.get(code, ()) if reach.end is None]
        for reach in still:
            reach.end = place
        return bool(still)

    def suppresses(self, finding: Finding) -> bool:
        """Whether some comment speaks of this finding; every one that does is then of use."""
        place = finding.span.start
        hits = [
            reach.span
            for reach in self._stretches.get(finding.code, ())
            if reach.start <= place and (reach.end is None or place < reach.end)
        ]
        hits += self._lines.get((finding.code, self.source.position(place).line), ())
        self.used.update(hits)
        return bool(hits)

    def about(self, active: Callable[[Rule], bool], *, require_reason: bool) -> Iterator[Finding]:
        """What is wrong with the comments, once all findings have been asked for."""
        for mistake in self.mistakes:
            fix = None
            if mistake.repair is not None:
                fix = Fix("Write it as it is read", (mistake.repair,), Applicability.SAFE)
            yield _finding(MALFORMED_SUPPRESSION, mistake.span, mistake.message, fix=fix)
        for one in self.directives:
            unused = self._unused(one, active)
            # One fix for all of a comment: removing them one by one would meet in the commas.
            fix = without(self.source, one, unused) if unused else None
            for span, message in unused.items():
                yield _finding(UNUSED_SUPPRESSION, span, message, fix=fix)
            for key, span in one.codes:
                if key not in self.registry.by_key:
                    yield self._unknown(key, span)
            if require_reason and one.verb != "enable" and not one.reason:
                message = "this suppression gives no reason"
                yield _finding(SUPPRESSION_WITHOUT_REASON, one.span, message)

    def _unused(self, one: Directive, active: Callable[[Rule], bool]) -> dict[Span, str]:
        """The codes of a directive that do nothing, each with what to say of it."""
        if one.verb == "enable":
            if one.span in self.dangling:
                return {one.span: "nothing to enable: no block is open here"}
            return {
                span: f"nothing to enable: no block of `{key}` is open here"
                for key, span in one.codes
                if span in self.dangling
            }
        where = {"disable": "in this block", "ignore-file": "in this file"}.get(one.verb, "here")
        return {
            span: f"nothing to suppress: `{key}` is not reported {where}"
            for key, span in one.codes
            if span not in self.used
            and (rule := self.registry.by_key.get(key)) is not None
            and active(rule)
        }

    def _unknown(self, key: str, span: Span) -> Finding:
        hint, fix = "", None
        try:
            rule = self.registry.get(key)
        except UnknownSelector as error:
            if error.suggestion:
                hint = f"did you mean `{error.suggestion}`?"
                edit = Edit(span, error.suggestion)
                fix = Fix(f"Name `{error.suggestion}`", (edit,), Applicability.UNSAFE)
        else:
            hint = "write codes in capitals and names in small letters"
            right = rule.code if key.upper() == rule.code else rule.name
            fix = Fix(f"Write `{right}`", (Edit(span, right),), Applicability.SAFE)
        return _finding(UNKNOWN_CODE, span, f"no rule is called `{key}`", help=hint, fix=fix)


def _finding(
    rule: Rule, span: Span, message: str, *, help: str = "", fix: Fix | None = None
) -> Finding:
    return Finding(
        span,
        message,
        fix=fix,
        help=help,
        code=rule.code,
        name=rule.name,
        practice=rule.practice.slug,
    )
