"""Edits that take a directive, or some of its codes, out of a file and leave all else."""

from __future__ import annotations

from collections.abc import Container

from faceoff_lint.finding import Applicability, Edit, Fix
from faceoff_lint.source import Source, Span
from faceoff_lint.suppressions.read import FILL, OPENER, Directive, braced

__all__ = ["without"]

_AFTER = " \t)]},;"  # characters that need no space before them


def without(source: Source, one: Directive, gone: Container[Span]) -> Fix | None:
    """The fix that takes out the codes at ``gone``; the comment with them, if none is left.

    None where a comment can't go without a look at the code around it.
    """
    kept = [key for key, span in one.codes if span not in gone]
    if kept and one.inside is not None:
        edit: Edit | None = Edit(one.inside, ", ".join(kept))
        title = "Take out what suppresses nothing"
    else:
        edit = _removal(source, one)
        title = "Remove the comment"
    return Fix(title, (edit,), Applicability.SAFE) if edit is not None else None


def _removal(source: Source, one: Directive) -> Edit | None:
    text, (start, end) = source.text, one.comment
    if text.startswith("/*", start) and not text.endswith("*/", start, end):
        return None  # it was never closed: all the rest of the file is in it
    opener = OPENER.match(text, start)
    inner = opener.end() if opener else start
    closing = end - 2 if text.startswith("/*", start) and text.endswith("*/", start, end) else end
    before, after = text[inner : one.span.start].rstrip(FILL), text[one.end : closing]
    if before.strip(FILL):
        return Edit(Span(source.path, inner + len(before), one.end), "")
    if after.strip(FILL):
        rest = one.end + len(after) - len(after.lstrip(FILL))
        return Edit(Span(source.path, one.span.start, rest), "")
    return _whole(source, start, end)


def _whole(source: Source, start: int, end: int) -> Edit | None:
    """A comment taken out: with its lines where it has them for itself."""
    text, path = source.text, source.path
    outer = braced(source, start, end)
    if outer != (start, end) and _stands_alone(source, *outer) and _is_child(text, outer[0]):
        start, end = outer
    if _stands_alone(source, start, end):
        first, last = source.position(start).line, source.position(end).line
        stop = source.offset(last + 1, 1) if last < len(source.line_starts) else len(text)
        return Edit(Span(path, source.offset(first, 1), stop), "")
    left = start - (len(text[:start]) - len(text[:start].rstrip(" \t")))
    if end == len(text) or text[end] in "\r\n":
        return Edit(Span(path, left, end), "")
    if "\n" in text[start:end] or "\r" in text[start:end]:
        return None  # its line end may separate two statements
    if left < start:
        return Edit(Span(path, left if text[end] in _AFTER else start, end), "")
    apart = text[end] in _AFTER or start == 0 or text[start - 1] in "\r\n([{,;"
    return Edit(Span(path, start, end), "" if apart else " ")


def _stands_alone(source: Source, start: int, end: int) -> bool:
    first, last = source.position(start), source.position(end)
    before = source.line(first.line)[: first.column - 1]
    return not (before + source.line(last.line)[last.column - 1 :]).strip()


def _is_child(text: str, start: int) -> bool:
    """Whether ``{`` begins a child of a JSX element (an empty block does no harm either)."""
    before = text[:start].rstrip()
    return before.endswith((">", "}")) and not before.endswith("=>")
