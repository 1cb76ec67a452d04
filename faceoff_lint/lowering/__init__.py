"""Lowering: the text of one file to the intermediate representation.

Each language has one pure function from text to ``ir.Module``. Neither parser is imported before
a file of its language is lowered, and no syntax tree leaves this package.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from faceoff_lint import ir
from faceoff_lint.lowering.failure import ParseFailure, TooDeep, UnsupportedLanguage

__all__ = [
    "JAVASCRIPT_SUFFIXES", "PYTHON_SUFFIXES", "ParseFailure", "TYPESCRIPT_SUFFIXES", "TooDeep",
    "UnsupportedLanguage", "deep_recursion", "language_of", "lower",
]  # fmt: skip

PYTHON_SUFFIXES = frozenset({".py", ".pyi", ".pyw"})
JAVASCRIPT_SUFFIXES = frozenset({".js", ".mjs", ".cjs", ".jsx"})
TYPESCRIPT_SUFFIXES = frozenset({".ts", ".tsx", ".mts", ".cts"})

# Left-deep chains (a + b + …, f().g().h() …) nest a few frames a link without a single bracket.
# Python frames take no C stack, so the bound is there for memory, not for the stack.
_RECURSION_LIMIT = 20_000


def language_of(suffix: str) -> str:
    """``python``, ``javascript``, ``typescript``, or empty for a suffix nobody reads.

    ``suffix`` includes its dot; case does not matter.
    """
    suffix = suffix.lower()
    if suffix in PYTHON_SUFFIXES:
        return "python"
    if suffix in JAVASCRIPT_SUFFIXES:
        return "javascript"
    return "typescript" if suffix in TYPESCRIPT_SUFFIXES else ""


class _Raised:
    """How many users the raised recursion limit has, and what it was before."""

    lock = Lock()
    users = 0
    before = 0


@contextmanager
def deep_recursion() -> Iterator[None]:
    """Raise Python's recursion limit for a while (never lowers it).

    The limit is the whole process's, so that threads share the raise: the last one to leave
    restores it.
    """
    with _Raised.lock:
        if _Raised.users == 0:
            _Raised.before = sys.getrecursionlimit()
            sys.setrecursionlimit(max(_Raised.before, _RECURSION_LIMIT))
        _Raised.users += 1
    try:
        yield
    finally:
        with _Raised.lock:
            _Raised.users -= 1
            if _Raised.users == 0:
                sys.setrecursionlimit(_Raised.before)


def lower(text: str, suffix: str) -> ir.Module:
    """The module of a file's decoded text (without a byte order mark), by its suffix.

    Raises ``ParseFailure`` when the text can't be read, and its subclass ``UnsupportedLanguage``
    for a suffix without a reader. Deeply nested text needs a thread with a large stack and, first,
    ``reading.shape_check``.
    """
    language = language_of(suffix)
    with deep_recursion():
        if language == "python":
            from faceoff_lint.lowering.python import lower_python

            return lower_python(text)
        if language == "javascript":
            from faceoff_lint.lowering.javascript import lower_javascript

            try:
                return lower_javascript(text, jsx=suffix.lower() == ".jsx")
            except ParseFailure as failure:
                if type(failure) is not ParseFailure:
                    raise
                from faceoff_lint.lowering.typescript import lower_annotated

                return lower_annotated(text, failure)
        if language == "typescript":
            from faceoff_lint.lowering.typescript import lower_typescript

            return lower_typescript(text, tsx=suffix.lower() == ".tsx")
    raise UnsupportedLanguage(f"no reader for {suffix or 'files without a suffix'}")
