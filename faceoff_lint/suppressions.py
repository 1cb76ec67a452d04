"""Comments that accept a finding: ``faceoff: ignore[CODE, name] -- reason``.

A comment acts on the findings whose span begins on its line; when it stands alone on a line, on
those of the next line that is not such a comment itself. What a comment does not suppress, names
wrongly or says unreadably is a finding in turn.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from faceoff_lint.engine import MALFORMED_SUPPRESSION, UNKNOWN_CODE, UNUSED_SUPPRESSION
from faceoff_lint.errors import UnknownSelector
from faceoff_lint.finding import Finding
from faceoff_lint.registry import Registry
from faceoff_lint.rule import Rule
from faceoff_lint.source import Source, Span

__all__ = ["MARKER", "Comments", "Outcome", "Suppression", "apply", "read"]

MARKER = "faceoff:"
"""A text without this has no suppression in it."""

Comments = Sequence[tuple[int, int]]
"""Start and end of each comment of a file, in code points, in order."""

_DIRECTIVE = re.compile(r"\bfaceoff:[ \t]{0,8}(?P<verb>[\w-]{1,40})[ \t]{0,8}")
_CODES = re.compile(r"\[(?P<codes>[^\[\]\n]{0,2000})\]")
_CODE = re.compile(r"[^\s,]{1,100}")
_MEANT = re.compile(r"(?i)ignore|disable|skip|suppress|noqa|allow|off")


@dataclass(frozen=True, slots=True)
class Suppression:
    """One comment that can be read. ``line``: where it acts; ``codes``: each with its place."""

    line: int
    span: Span
    codes: tuple[tuple[str, Span], ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """``findings`` that stay, those about comments included; ``suppressed``: how many went."""

    findings: list[Finding]
    suppressed: int


def read(source: Source, comments: Comments) -> tuple[list[Suppression], list[Finding]]:
    """The suppressions of a file, and findings for the comments that can't be read."""
    if MARKER not in source.text or not comments:
        return [], []
    alone = _lines_of_comments_only(source, comments)
    found: list[Suppression] = []
    malformed: list[Finding] = []
    for start, end in comments:
        for match in _DIRECTIVE.finditer(source.text, start, end):
            verb, place = match["verb"], match.end()
            codes = _CODES.match(source.text, place, end)
            named = _named(source, codes) if codes else ()
            span = Span(source.path, match.start(), codes.end() if codes else match.end("verb"))
            if verb == "ignore" and named:
                found.append(Suppression(_target(source, start, end, alone), span, named))
            elif _MEANT.match(verb):
                malformed.append(_malformed(verb, span, has_codes=codes is not None))
    return found, malformed


def _named(source: Source, codes: re.Match[str]) -> tuple[tuple[str, Span], ...]:
    start, end = codes.span("codes")
    return tuple(
        (match[0], Span(source.path, *match.span()))
        for match in _CODE.finditer(source.text, start, end)
    )


def _malformed(verb: str, span: Span, *, has_codes: bool) -> Finding:
    if verb != "ignore":
        message = f"`faceoff: {verb}` is not known, only `faceoff: ignore[CODE]` is"
    elif has_codes:
        message = "this suppression names no code"
    else:
        message = "this suppression has no list of codes in square brackets"
    return _engine_finding(MALFORMED_SUPPRESSION, span, message)


def _lines_of_comments_only(source: Source, comments: Comments) -> set[int]:
    """The lines on which nothing but comments stands."""
    code = set(range(1, len(source.line_starts) + 1))
    lines: dict[int, list[tuple[int, int]]] = {}
    for start, end in comments:
        first, last = source.position(start).line, source.position(max(start, end - 1)).line
        for line in range(first, last + 1):
            lines.setdefault(line, []).append((start, end))
    for line, spans in lines.items():
        begin = source.line_starts[line - 1]
        rest = list(source.line(line))
        for start, end in spans:
            low, high = max(0, start - begin), max(0, end - begin)
            rest[low:high] = " " * (min(high, len(rest)) - low)
        if not "".join(rest).strip():
            code.discard(line)
    return set(range(1, len(source.line_starts) + 1)) - code


def _target(source: Source, start: int, end: int, alone: set[int]) -> int:
    line = source.position(start).line
    if line not in alone:
        return line
    line = source.position(max(start, end - 1)).line + 1
    while line in alone:
        line += 1
    return line


def apply(
    findings: Iterable[Finding],
    files: Mapping[str, tuple[Source, Comments]],
    registry: Registry,
    active: Callable[[Rule], bool],
) -> Outcome:
    """Take out what comments suppress and add what is wrong with the comments.

    ``files``: the files to look for comments in. ``active``: whether a rule ran, and to its end;
    a suppression of one that did not can't be told to be unused.
    """
    kept: list[Finding] = []
    suppressed = 0
    by_place: dict[tuple[str, int], list[Suppression]] = {}
    about: list[Finding] = []
    for path, (source, comments) in files.items():
        found, malformed = read(source, comments)
        about += malformed
        for suppression in found:
            by_place.setdefault((path, suppression.line), []).append(suppression)
    used: set[Span] = set()
    for finding in findings:
        hits: list[Span] = []
        if finding.span.file in files:
            line = files[finding.span.file][0].position(finding.span.start).line
            for suppression in by_place.get((finding.span.file, line), ()):
                hits += [s for key, s in suppression.codes if _names(registry, key, finding)]
        used.update(hits)
        if hits:
            suppressed += 1
        else:
            kept.append(finding)
    for suppressions in by_place.values():
        for suppression in suppressions:
            about += _unused(suppression, used, registry, active)
    kept += [finding for finding in about if active(registry.by_key[finding.code])]
    return Outcome(kept, suppressed)


def _names(registry: Registry, key: str, finding: Finding) -> bool:
    rule = registry.by_key.get(key)
    return rule is not None and rule.code == finding.code


def _unused(
    suppression: Suppression, used: set[Span], registry: Registry, active: Callable[[Rule], bool]
) -> Iterable[Finding]:
    for key, span in suppression.codes:
        if span in used:
            continue
        rule = registry.by_key.get(key)
        if rule is None:
            try:
                registry.get(key)
                hint = "write codes in capitals and names in small letters"
            except UnknownSelector as error:
                hint = f"did you mean `{error.suggestion}`?" if error.suggestion else ""
            yield _engine_finding(UNKNOWN_CODE, span, f"no rule is called `{key}`", help=hint)
        elif active(rule):
            message = f"nothing to suppress: `{key}` is not reported here"
            yield _engine_finding(UNUSED_SUPPRESSION, span, message)


def _engine_finding(rule: Rule, span: Span, message: str, help: str = "") -> Finding:
    return Finding(
        span,
        message,
        help=help,
        code=rule.code,
        name=rule.name,
        practice=rule.practice.slug,
    )
