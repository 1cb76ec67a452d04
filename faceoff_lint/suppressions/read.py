"""From the text of comments to directives: what each says, where it acts, what can't be read."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from faceoff_lint.finding import Edit
from faceoff_lint.source import Source, Span

__all__ = ["Comments", "Directive", "Mistake", "braced", "lines_of_comments_only", "read"]

Comments = Sequence[tuple[int, int]]
"""Start and end of each comment of a file, in code points, in order."""

VERBS = ("ignore", "ignore-next-line", "ignore-file", "disable", "enable")

# What other tools say, or what a slip of memory makes of it.
_ALIASES = {
    "noqa": "ignore", "nolint": "ignore", "nosec": "ignore", "skip": "ignore",
    "suppress": "ignore", "allow": "ignore", "off": "ignore", "expect": "ignore",
    "ignore-line": "ignore", "disable-line": "ignore", "skip-line": "ignore",
    "ignore-next": "ignore-next-line", "disable-next": "ignore-next-line",
    "disable-next-line": "ignore-next-line", "skip-next-line": "ignore-next-line",
    "suppress-next-line": "ignore-next-line", "disable-file": "ignore-file",
    "skip-file": "ignore-file", "suppress-file": "ignore-file", "noqa-file": "ignore-file",
    "ignore-start": "disable", "disable-start": "disable", "ignore-begin": "disable",
    "ignore-end": "enable", "disable-end": "enable", "on": "enable",
}  # fmt: skip

_DIRECTIVE = re.compile(r"\bfaceoff(?P<long>-lint)?:[ \t]{0,8}(?P<verb>[A-Za-z][\w-]{0,39})")
_LIST = re.compile(r"[ \t]{0,8}\[(?P<codes>[^\[\]\n]{0,2000})\]")
_CODE = re.compile(r"[^\s,]{1,100}")
_REASON = re.compile(r"[ \t]{0,8}--(?P<reason>.{0,2000})", re.DOTALL)
# Where the words of another tool, or of another directive, begin.
_NEXT = re.compile(r"[ \t](?:#|//)[ \t]|\bfaceoff(?:-lint)?:[ \t]{0,8}[A-Za-z]")
OPENER = re.compile(r"#|//+|/\*+|<!--|-->")
FILL = " \t\r\n*#/"
"""What stands in comments and says nothing."""
_LOOSE_START = re.compile(r"[ \t:=]{0,8}[\[({]?")
_LOOSE_CODE = re.compile(r"[ \t,]{0,8}([A-Za-z][\w-]{0,99})")
_LOOSE_END = re.compile(r"(?:[ \t,]{0,8}[\])}])?(?=[ \t]{0,80}(?:--|#|//|\*/|[\r\n]|\Z))")


@dataclass(frozen=True, slots=True)
class Directive:
    """One directive that can be read.

    ``verb``: one of ``VERBS``. ``span``: from ``faceoff`` to the last bracket. ``codes``: each with
    its place. ``inside``: what stands between the brackets; None where there are none (a bare
    ``enable``). ``end``: behind the reason. ``comment``: start and end of the comment it stands in.
    ``line``: the line on which an ``ignore`` or ``ignore-next-line`` acts.
    """

    verb: str
    span: Span
    codes: tuple[tuple[str, Span], ...]
    inside: Span | None
    end: int
    reason: str
    comment: tuple[int, int]
    line: int


@dataclass(frozen=True, slots=True)
class Mistake:
    """A comment that is meant as a directive and is none. ``repair``: where it is obvious."""

    span: Span
    message: str
    repair: Edit | None = None


def read(
    source: Source, comments: Comments, known: Callable[[str], bool]
) -> tuple[list[Directive], list[Mistake]]:
    """The directives of a file in order, and the comments that can't be read.

    ``known``: whether a word is a rule's code or name.
    """
    if "faceoff" not in source.text or not comments:
        return [], []
    found: list[Directive] = []
    mistakes: list[Mistake] = []
    alone: set[int] | None = None
    for start, end in comments:
        for match in _DIRECTIVE.finditer(source.text, start, end):
            if alone is None:
                alone = lines_of_comments_only(source, comments)
            one = _directive(source, match, (start, end), alone, known)
            if isinstance(one, Directive):
                found.append(one)
            elif one is not None:
                mistakes.append(one)
    late = [one for one in found if one.verb == "ignore-file"]
    if late:
        head = _head(source, comments)
        late = [one for one in late if one.span.start >= head]
        mistakes += (
            Mistake(one.span, "`ignore-file` acts only above the first code of a file")
            for one in late
        )
    return [one for one in found if one not in late], mistakes


def _directive(
    source: Source,
    match: re.Match[str],
    comment: tuple[int, int],
    alone: set[int],
    known: Callable[[str], bool],
) -> Directive | Mistake | None:
    """What one mention of the tool in a comment is; None for prose."""
    text, path, end = source.text, source.path, comment[1]
    verb = _meant(match["verb"])
    if verb is None:
        return None
    listed = _LIST.match(text, match.end(), end)
    codes = _codes(source, listed) if listed else ()
    last = listed.end() if listed else match.end()
    span = Span(path, match.start(), last)
    if verb != match["verb"] or match["long"]:
        wrong = match[0] if match["long"] else f"faceoff: {match['verb']}"
        message = f"`{wrong}` is not known; write `faceoff: {verb}[CODE]`"
        if codes and listed:
            edit = Edit(Span(path, match.start(), listed.start("codes")), f"faceoff: {verb}[")
            return Mistake(span, message, edit)
        return Mistake(span, message, _loose(source, match, verb, end, known))
    if not codes and (verb != "enable" or listed):
        message = "this suppression names no code"
        if listed is None:
            message = "this suppression has no list of codes in square brackets"
        return Mistake(span, message, _loose(source, match, verb, end, known))
    if verb == "enable" and not codes:
        repair = _loose(source, match, verb, end, known)
        if repair is not None:
            message = "this `enable` has no list of codes in square brackets"
            return Mistake(span, message, repair)
    reached, reason = _reason(source, last, comment)
    inside = Span(path, *listed.span("codes")) if listed else None
    line = _target(source, comment, alone, verb)
    return Directive(verb, span, codes, inside, reached, reason, comment, line)


def _meant(word: str) -> str | None:
    if word in VERBS:
        return word
    folded = word.lower().replace("_", "-")
    if folded in VERBS or folded in _ALIASES:
        return _ALIASES.get(folded, folded)
    close = difflib.get_close_matches(folded, VERBS, n=1, cutoff=0.75)
    return close[0] if close else None


def _codes(source: Source, listed: re.Match[str]) -> tuple[tuple[str, Span], ...]:
    start, end = listed.span("codes")
    return tuple(
        (match[0], Span(source.path, *match.span()))
        for match in _CODE.finditer(source.text, start, end)
    )


def _loose(
    source: Source, match: re.Match[str], verb: str, end: int, known: Callable[[str], bool]
) -> Edit | None:
    """The directive in the right form, where rules' codes and nothing else follow the verb."""
    text = source.text
    codes: list[str] = []
    begin = _LOOSE_START.match(text, match.end(), end)
    place = begin.end() if begin else match.end()
    while (word := _LOOSE_CODE.match(text, place, end)) and known(word[1]):
        codes.append(word[1])
        place = word.end()
    closed = _LOOSE_END.match(text, place, end)
    if not codes or closed is None:
        return None
    span = Span(source.path, match.start(), closed.end())
    return Edit(span, f"faceoff: {verb}[{', '.join(codes)}]")


def _reason(source: Source, last: int, comment: tuple[int, int]) -> tuple[int, str]:
    """Where a directive ends with all that belongs to it, and its reason."""
    text, end = source.text, comment[1]
    if text.startswith("/*", comment[0]) and text.endswith("*/", comment[0], end):
        end -= 2
    following = _NEXT.search(text, last, end)
    if following:
        end = following.start()
    end = last + len(text[last:end].rstrip(FILL))
    reason = _REASON.match(text, last, end)
    return max(end, last), reason["reason"].strip(FILL) if reason else ""


def braced(source: Source, start: int, end: int) -> tuple[int, int]:
    """The extent of a comment with the braces around it, where it is ``{/* … */}`` as in JSX."""
    text = source.text
    if not text.startswith("/*", start):
        return start, end
    before = text[max(0, start - 80) : start].rstrip(" \t")
    after = text[end : end + 80].lstrip(" \t")
    if not (before.endswith("{") and after.startswith("}")):
        return start, end
    left = start - (len(text[max(0, start - 80) : start]) - len(before)) - 1
    return left, end + (len(text[end : end + 80]) - len(after)) + 1


def lines_of_comments_only(source: Source, comments: Comments) -> set[int]:
    """The lines, from 1, on which nothing but comments stands (in JSX: and their braces)."""
    only: set[int] = set()
    lines: dict[int, list[tuple[int, int]]] = {}
    for start, end in (braced(source, *comment) for comment in comments):
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
            only.add(line)
    return only


def _target(source: Source, comment: tuple[int, int], alone: set[int], verb: str) -> int:
    """The line a directive speaks of: its own, or the next that isn't of comments only."""
    start, end = comment
    line = source.position(start).line
    if verb == "ignore" and line not in alone:
        return line
    line = source.position(max(start, end - 1)).line + 1
    while line in alone:
        line += 1
    return line


_BLANK = re.compile(r"\s+|\A#![^\r\n]*")
_STRING = re.compile(
    r"[rRuU]?(\"\"\"|''')[\s\S]*?\1"
    r"|[rRuU]?(?:\"[^\"\r\n]*\"|'[^'\r\n]*');?(?=[ \t]{0,80}(?:[\r\n#]|/[/*]))"
)


def _head(source: Source, comments: Comments) -> int:
    """Where the first code begins: behind comments, a docstring and directives like 'use strict'.

    An offset; ``ignore-file`` counts before it.
    """
    ends = dict(comments)
    place = 0
    while place < len(source.text):
        if place in ends and ends[place] > place:
            place = ends[place]
            continue
        match = _BLANK.match(source.text, place) or _STRING.match(source.text, place)
        if match is None or match.end() == place:
            break
        place = match.end()
    return place
