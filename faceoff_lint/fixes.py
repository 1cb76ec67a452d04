"""Applies edits to text and shows them as a diff."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from faceoff_lint.finding import Edit

__all__ = ["apply_edits", "diff_lines"]


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """The text with edits of one file applied; an edit that overlaps an earlier one is left out.

    Edits are taken in order of their place; equal edits count once.
    """
    parts: list[str] = []
    done = 0
    for edit in sorted(set(edits), key=lambda e: (e.span.start, e.span.end, e.text)):
        if edit.span.start < done or edit.span.end > len(text):
            continue
        parts += (text[done : edit.span.start], edit.text)
        done = edit.span.end
    return "".join([*parts, text[done:]])


def diff_lines(before: str, after: str, context: int = 1) -> list[str]:
    """A unified diff without file headers: lines that begin with ``@@``, space, ``-`` or ``+``."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=context)
    return list(lines)[2:]
