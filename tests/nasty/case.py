"""What a nasty case is."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["FO001", "FO002", "FO003", "PASSED_OVER", "READ", "Case"]

READ = "read"
"""The file has a module; nothing is said about it."""

FO001, FO002, FO003 = "FO001", "FO002", "FO003"

PASSED_OVER = "passed over"
"""The file is left out without a word."""


@dataclass(frozen=True)
class Case:
    """A file and what must come of it: ``outcome`` is one of the constants above."""

    name: str
    content: bytes
    outcome: str
