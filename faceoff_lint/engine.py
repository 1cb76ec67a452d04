"""The engine's own findings, codes FO001 upwards: they are selected and documented like rules."""

from __future__ import annotations

from pathlib import Path

from faceoff_lint.finding import Practice, Severity
from faceoff_lint.rule import Rule

__all__ = [
    "ENGINE", "ENGINE_RULES", "INTERNAL_ERROR", "MALFORMED_SUPPRESSION", "SKIPPED_FILE",
    "SUPPRESSION_WITHOUT_REASON", "SYNTAX_ERROR", "UNKNOWN_CODE", "UNREADABLE_FILE",
    "UNUSED_SUPPRESSION",
]  # fmt: skip

ENGINE = Practice("engine", "What the linter says about its own run", "any")

_PAGES = Path(__file__).parent / "pages"


def _engine(
    code: str,
    name: str,
    severity: Severity,
    summary: str,
    why: str,
    help: str,
    *,
    always: bool = False,
) -> Rule:
    return Rule(
        code=code,
        name=name,
        summary=summary,
        practice=ENGINE,
        severity=severity,
        why=why,
        help=help,
        page=_PAGES / f"{name.replace('-', '_')}.md",
        always=always,
    )


SYNTAX_ERROR = _engine(
    "FO001",
    "syntax-error",
    Severity.ERROR,
    "A file does not parse.",
    "What the file adds to the app is unknown, so other findings may be missing.",
    "Mend the syntax, or exclude the file if it is not meant to run.",
    always=True,
)
UNREADABLE_FILE = _engine(
    "FO002",
    "unreadable-file",
    Severity.ERROR,
    "A file cannot be read or decoded.",
    "What the file adds to the app is unknown, so other findings may be missing.",
    "Save the file as UTF-8 and make it readable, or exclude it.",
    always=True,
)
SKIPPED_FILE = _engine(
    "FO003",
    "skipped-file",
    Severity.WARNING,
    "A file was left out because reading it takes too much.",
    "What the file adds to the app is unknown, so other findings may be missing.",
    "Exclude the file if it is generated; otherwise split it.",
    always=True,
)
UNUSED_SUPPRESSION = _engine(
    "FO010",
    "unused-suppression",
    Severity.WARNING,
    "A suppression comment suppresses nothing.",
    "A comment that outlived its finding would hide the next one.",
    "Remove the comment, or the codes that are not needed.",
)
UNKNOWN_CODE = _engine(
    "FO011",
    "unknown-suppression-code",
    Severity.WARNING,
    "A suppression comment names a rule that does not exist.",
    "The finding it is meant for is still reported, or will be.",
    "Use a code or name that `faceoff-lint rule --all` lists.",
)
MALFORMED_SUPPRESSION = _engine(
    "FO012",
    "malformed-suppression",
    Severity.WARNING,
    "A suppression comment cannot be read.",
    "It suppresses nothing.",
    "Write it as `faceoff: ignore[CODE] -- reason`.",
)
SUPPRESSION_WITHOUT_REASON = _engine(
    "FO013",
    "suppression-without-reason",
    Severity.WARNING,
    "A suppression comment gives no reason, and the configuration asks for one.",
    "Nobody can tell later whether what it accepts is still acceptable.",
    "Add ` -- ` and the reason behind the codes.",
)
INTERNAL_ERROR = _engine(
    "FO090",
    "internal-error",
    Severity.ERROR,
    "A rule, or the analysis of a service, failed.",
    "The findings it would have given are missing.",
    "Please report it with the message; ignoring the rule helps meanwhile.",
    always=True,
)

ENGINE_RULES = (
    SYNTAX_ERROR,
    UNREADABLE_FILE,
    SKIPPED_FILE,
    UNUSED_SUPPRESSION,
    UNKNOWN_CODE,
    MALFORMED_SUPPRESSION,
    SUPPRESSION_WITHOUT_REASON,
    INTERNAL_ERROR,
)
