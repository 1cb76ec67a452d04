"""Applies edits to text and shows them as a diff."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator

from faceoff_lint.finding import Edit
from faceoff_lint.source import Source

__all__ = ["DiffLine", "apply_edits", "diff_lines", "hunks"]

DiffLine = tuple[str, int, str]
"""A sign (space, ``-`` or ``+``), a 1-based line number (old for ``-``, else new), the text."""


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """The text with edits of one file applied; an edit that overlaps an earlier one is left out.

    Edits are taken in order of their place; equal edits count once.
    """
    parts: list[str] = []
    done = 0
    for edit in _ordered(edits):
        if edit.span.start < done or edit.span.end > len(text):
            continue
        parts += (text[done : edit.span.start], edit.text)
        done = edit.span.end
    return "".join([*parts, text[done:]])


def diff_lines(before: str, after: str, context: int = 1) -> list[str]:
    """A unified diff without file headers: lines that begin with ``@@``, space, ``-`` or ``+``."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=context)
    return list(lines)[2:]


def hunks(source: Source, edits: Iterable[Edit]) -> Iterator[list[DiffLine]]:
    """The change that edits of one file make, in pieces, with one line of context.

    Only the lines near an edit are compared, so that the cost does not grow with the file.
    """
    shift = 0
    for group in _groups(source, _ordered(edits)):
        first = max(1, source.position(group[0].span.start).line - 1)
        last = source.position(max(edit.span.end for edit in group)).line + 1
        start, end = source.offset(first, 1), source.offset(last + 1, 1)
        if last >= len(source.line_starts):
            end = len(source.text)
        cut = source.text[:end]
        old = cut[start:].splitlines()
        new = apply_edits(cut, group)[start:].splitlines()
        yield list(_numbered(old, new, first, first + shift))
        shift += len(new) - len(old)


def _ordered(edits: Iterable[Edit]) -> list[Edit]:
    return sorted(set(edits), key=lambda edit: (edit.span.start, edit.span.end, edit.text))


def _groups(source: Source, edits: list[Edit]) -> list[list[Edit]]:
    """Edits that are at most two lines apart, together."""
    groups: list[list[Edit]] = []
    last = -9
    for edit in edits:
        line = source.position(edit.span.start).line
        if groups and line - last <= 2:
            groups[-1].append(edit)
        else:
            groups.append([edit])
        last = max(last, source.position(edit.span.end).line)
    return groups


def _numbered(old: list[str], new: list[str], at_old: int, at_new: int) -> Iterator[DiffLine]:
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            # Only the lines that touch a change are of interest.
            after = i1 if i1 or j1 else -1
            before = i2 - 1 if i2 < len(old) or j2 < len(new) else -1
            for index in sorted({after, before} & set(range(i1, i2))):
                yield (" ", at_new + j1 + index - i1, old[index])
            continue
        yield from (("-", at_old + index, old[index]) for index in range(i1, i2))
        yield from (("+", at_new + index, new[index]) for index in range(j1, j2))
