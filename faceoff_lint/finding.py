"""What a rule reports: plain data, no syntax tree."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from faceoff_lint.source import Span

__all__ = ["Applicability", "Edit", "Finding", "Fix", "Practice", "Related", "Severity"]


class Severity(Enum):
    """``error``: it fails at run time; ``warning``: a practice broken; ``info``: advice."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for errors, so that sorting puts them first."""
        return ("error", "warning", "info").index(self.value)


class Applicability(Enum):
    """``safe`` keeps the program's meaning; ``unsafe`` needs a look."""

    SAFE = "safe"
    UNSAFE = "unsafe"


@dataclass(frozen=True, slots=True)
class Practice:
    """A practice of the comparison article, or one beside it. ``slug`` selects its rules."""

    slug: str
    title: str
    framework: str


@dataclass(frozen=True, slots=True)
class Related:
    """A second place that belongs to a finding, with the text that goes under its caret."""

    span: Span
    message: str


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the text of ``span`` (which may be empty) by ``text``."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits that together mend a finding. ``title`` is imperative: ``Import from flask_restx``."""

    title: str
    edits: tuple[Edit, ...]
    applicability: Applicability = Applicability.UNSAFE


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. ``label`` goes under the caret; ``why`` and ``help`` default to the rule's.

    ``code``, ``name``, ``practice`` and ``service`` are filled in by the engine from the rule.
    ``severity`` None means the rule's own.
    """

    span: Span
    message: str
    related: tuple[Related, ...] = ()
    fix: Fix | None = None
    label: str = ""
    why: str = ""
    help: str = ""
    severity: Severity | None = None
    code: str = ""
    name: str = ""
    practice: str = ""
    service: str = field(default="", compare=False)

    @property
    def sort_key(self) -> tuple[bytes, int, int, str, str]:
        """Path bytes, start, end, code, message: one order on every machine."""
        path = self.span.file.encode("utf-8", "surrogateescape")
        return (path, self.span.start, self.span.end, self.code, self.message)
