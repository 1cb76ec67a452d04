"""``--output-format teamcity``: service messages that TeamCity shows as inspections.

Each rule is declared before its first finding. Paths are relative to the checkout, the root of the
repository.
"""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.finding import Finding, Severity
from faceoff_lint.reports import Report
from faceoff_lint.terminal import printable

__all__ = ["render"]

_SEVERITIES = {
    Severity.ERROR: "ERROR",
    Severity.WARNING: "WARNING",
    Severity.INFO: "WEAK WARNING",
}
_MAX_TEXT = 4000  # characters that TeamCity keeps of a value
_ESCAPES = {"|": "||", "'": "|'", "\n": "|n", "\r": "|r", "[": "|[", "]": "|]"}


def render(report: Report) -> Iterator[str]:
    """``##teamcity[inspectionType …]`` a rule and ``##teamcity[inspection …]`` a finding."""
    declared: set[str] = set()
    for finding in report.findings:
        if finding.code not in declared:
            declared.add(finding.code)
            yield _type(report, finding)
        yield _message(
            "inspection",
            typeId=finding.code,
            message=printable(finding.message),
            file=printable(finding.span.file),
            line=str(report.start(finding.span).line),
            SEVERITY=_SEVERITIES[report.severity(finding)],
        )


def _type(report: Report, finding: Finding) -> str:
    rule = report.rules.get(finding.code)
    return _message(
        "inspectionType",
        id=finding.code,
        name=f"{finding.code} {finding.name}".strip(),
        category=report.practice(finding) or "faceoff-lint",
        description=f"{rule.summary} {rule.why}" if rule else finding.name or finding.code,
    )


def _message(name: str, /, **values: str) -> str:
    listed = " ".join(f"{key}='{_escaped(value)}'" for key, value in values.items())
    return f"##teamcity[{name} {listed}]"


def _escaped(text: str) -> str:
    return "".join(_ESCAPES.get(char) or _ascii(char) for char in text[:_MAX_TEXT])


def _ascii(char: str) -> str:
    """The character, or its UTF-16 units as ``|0xABCD``: the log's encoding may lack it."""
    if " " <= char <= "~":
        return char
    units = char.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"|0x{units[at : at + 4]}" for at in range(0, len(units), 4))
