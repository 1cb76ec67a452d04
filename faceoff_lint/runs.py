"""Results of whole runs, kept: when nothing a run has looked at has changed, its report holds.

What was asked gives the name of an entry. The entry holds every question the run put to the disk,
with a digest of each answer (``disk``), and the report. It is good while the disk answers alike.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from faceoff_lint import disk
from faceoff_lint.cache import Folder, identity
from faceoff_lint.finding import Applicability, Edit, Finding, Fix, Practice, Related, Severity
from faceoff_lint.reading import ReadError, read_source, shown_source
from faceoff_lint.reports import Report
from faceoff_lint.rule import Rule
from faceoff_lint.source import Source, Span

__all__ = ["Run"]

_LIMIT = 64 * 2**20
_VERSION = 2
# What may end otherwise next time, whatever is in the files.
_UNSURE = frozenset({"timeout", "crash"})


class Run:
    """One run that may have been done before. ``folder`` None: nothing is kept."""

    def __init__(self, folder: Folder | None, asked: Sequence[Any]) -> None:
        """``asked``: all that the command line and the environment say, as JSON values."""
        self._folder = folder
        text = json.dumps([_VERSION, identity(), asked], sort_keys=True)
        self._name = hashlib.blake2b(text.encode(), digest_size=16).hexdigest() + ".run"

    def known(self) -> Report | None:
        """The report of an earlier run, if it still holds."""
        raw = self._folder.read(self._name, _LIMIT) if self._folder is not None else None
        if raw is None:
            return None
        try:
            digest, _, body = raw.partition(b"\n")
            if hashlib.blake2b(body, digest_size=16).hexdigest().encode() != digest:
                return None
            entry = json.loads(body)
            if not disk.unchanged(entry["observed"]):
                return None
            return _report(entry["report"])
        except (ValueError, TypeError, KeyError, IndexError, RecursionError):
            return None

    def keep(self, report: Report, observed: disk.Observations) -> None:
        """Keep a report, unless it says that something went wrong in the linter itself."""
        if self._folder is None or any(finding.code == "FO090" for finding in report.findings):
            return
        failures = (result.failure for result in report.reads.values())
        if any(failure is not None and failure.kind in _UNSURE for failure in failures):
            return
        body = json.dumps({"report": _data(report), "observed": observed}).encode()
        if len(body) < _LIMIT:
            digest = hashlib.blake2b(body, digest_size=16).hexdigest().encode()
            self._folder.write(self._name, digest + b"\n" + body)
            self._folder.trim()


_PLAIN = (
    "summaries",
    "notes",
    "searched",
    "suppressed",
    "accepted",
    "stale",
    "frameworks",
    "settled",
)


def _data(report: Report) -> dict[str, Any]:
    read = [f for f in report.sources if (r := report.reads.get(f)) is not None and r.source]
    return {
        "root": str(report.root),
        "findings": [_finding_data(finding) for finding in report.findings],
        "files": [[file, file in read] for file in report.sources],
        "rules": [_rule_data(rule) for rule in report.rules.values()],
        **{name: getattr(report, name) for name in _PLAIN},
    }


def _report(data: dict[str, Any]) -> Report:
    root = Path(data["root"])
    rules = [_rule(rule) for rule in data["rules"]]
    plain: dict[str, Any] = {}
    for name in _PLAIN:
        plain[name] = _tuples(data[name])
    return Report(
        root=root,
        findings=tuple(_finding(finding) for finding in data["findings"]),
        sources={file: _load(root, file, as_source) for file, as_source in data["files"]},
        rules={rule.code: rule for rule in rules},
        **plain,
    )


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def _load(root: Path, file: str, read: bool) -> Source:
    try:
        return read_source(root, file, _LIMIT) if read else shown_source(root, file)
    except ReadError as error:
        raise ValueError from error


def _span_data(span: Span) -> list[Any]:
    return [span.file, span.start, span.end]


def _finding_data(finding: Finding) -> dict[str, Any]:
    fix = finding.fix
    return {
        "span": _span_data(finding.span),
        "related": [[_span_data(one.span), one.message] for one in finding.related],
        "fix": fix
        and [
            fix.title,
            [[_span_data(edit.span), edit.text] for edit in fix.edits],
            fix.applicability.value,
        ],
        "severity": finding.severity and finding.severity.value,
        "texts": {name: getattr(finding, name) for name in _TEXTS},
    }


_TEXTS = ("message", "label", "why", "help", "code", "name", "practice", "service")


def _finding(data: dict[str, Any]) -> Finding:
    fix = None
    if data["fix"]:
        title, edits, applicability = data["fix"]
        made = tuple(Edit(Span(*span), text) for span, text in edits)
        fix = Fix(title, made, Applicability(applicability))
    return Finding(
        span=Span(*data["span"]),
        related=tuple(Related(Span(*span), message) for span, message in data["related"]),
        fix=fix,
        severity=Severity(data["severity"]) if data["severity"] else None,
        **{name: str(text) for name, text in data["texts"].items()},
    )


_RULE = ("code", "name", "summary", "why", "default", "fixable", "help", "always", "upgrade")


def _rule_data(rule: Rule) -> dict[str, Any]:
    practice = rule.practice
    return {
        "practice": [practice.slug, practice.title, practice.framework],
        "severity": rule.severity.value,
        "page": str(rule.page),
        "options": dict(rule.options),
        "plain": {name: getattr(rule, name) for name in _RULE},
    }


def _rule(data: dict[str, Any]) -> Rule:
    return Rule(
        practice=Practice(*data["practice"]),
        severity=Severity(data["severity"]),
        page=Path(data["page"]),
        options=data["options"],
        **data["plain"],
    )
