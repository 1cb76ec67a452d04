"""Patterns of paths in .gitignore's notation, matched in a time that no pattern can blow up.

The patterns come from the tree that is scanned. A plain regular expression for `*a*a*a*…` tries
every way to share a name out among the stars; the first place where what follows a star fits is
always good enough, except for the last star.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

__all__ = ["linear", "matcher"]

# What pathspec makes of `*` beside other characters, and of `**` between slashes and at the start.
_STAR, _FOLDERS, _START = "[^/]*", "(?:/.+)?", "^(?:.+/)?"
_CLASS = r"\[(?!\^/\])\^?\]?(?:\\.|[^\]\\])*+(?:\]|\Z)"
_UNIT = rf"(?:\\.|\(\?!/\){_CLASS}|\[\^/\](?![*+])|[^\\\[\]/()?|+*^$.{{}}])"
_ANY_CLASS = re.compile(rf"(\\.)|{_CLASS}", re.DOTALL)
_CHUNK = re.compile(rf"{re.escape(_STAR)}({_UNIT}++)(?={re.escape(_STAR)})")


def matcher(patterns: Sequence[str]) -> Callable[[str], bool] | None:
    """A test of paths against patterns in .gitignore's notation; None without patterns."""
    if not patterns:
        return None
    from pathspec import GitIgnoreSpec

    make: Any = GitIgnoreSpec.from_lines
    try:
        spec = make(patterns, backend="simple")
    except TypeError:  # pathspec before 1.0 knows no others
        spec = make(patterns)
    for pattern in spec.patterns:
        if pattern.regex is not None:
            pattern.regex = re.compile(linear(pattern.regex.pattern))
    test: Callable[[str], bool] = spec.match_file
    return test


def linear(regex: str) -> str:
    """A regular expression of pathspec's that says the same and never tries a star twice.

    And in which ``[!a]`` stands for no slash, as in git.
    """
    regex = _ANY_CLASS.sub(lambda match: match[0] if match[1] else f"(?!/){match[0]}", regex)
    regex = _CHUNK.sub(r"(?>[^/]*?\1)", regex)
    first, *others = regex.split(_FOLDERS)
    if not others:
        return regex
    *middle, last = others
    if first.startswith(_START) and len(first) > len(_START):
        first = f"^(?>(?:.+?/)??{first.removeprefix(_START)}(?=/))"
    return first + "".join(f"(?>(?:/.+?)??{one}(?=/))" for one in middle) + _FOLDERS + last
