"""Runs that change files: fixes, again and again until nothing changes, and suppressions."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import NamedTuple

from faceoff_lint import fixing, suppressions
from faceoff_lint.deep import run_deep
from faceoff_lint.finding import Finding
from faceoff_lint.lint import Job, lint
from faceoff_lint.registry import Registry
from faceoff_lint.reports import Report

__all__ = ["Mended", "add_ignores", "fix", "fix_text"]

_MAX_ROUNDS = 20


class Mended(NamedTuple):
    """The report of what is left, what was fixed, and a line for each file that was not changed.

    ``refused``: whether the disk would not take a file.
    """

    report: Report
    fixed: list[Finding]
    problems: list[str]
    refused: bool = False


def fix(job: Job, registry: Registry, *, unsafe: bool) -> Mended:
    """Lint and write fixes, again and again, until nothing changes. Raises as ``lint`` does."""
    fixed: list[Finding] = []
    problems: dict[str, None] = {}
    refused = False
    for _ in range(_MAX_ROUNDS):
        report = lint(job, registry)
        made = fixing.plan(report.findings, report.sources, unsafe=unsafe)
        fixing.write(made, report.root, report.sources)
        problems |= dict.fromkeys(made.problems)
        refused = refused or bool(made.refused)
        if not made.edits:
            return Mended(report, fixed, list(problems), refused)
        fixed += made.fixed
    problems[f"fixes still led to others after {_MAX_ROUNDS} rounds"] = None
    return Mended(lint(job, registry), fixed, list(problems), refused)


def fix_text(
    job: Job, registry: Registry, file: str, *, unsafe: bool
) -> tuple[Report, bytes, list[Finding], list[str]]:
    """As ``fix``, of the one file whose content is ``given``, and nothing is written.

    Returns the report of what is left, the new content, what was fixed, and what could not be.
    Fixes that would change other files too are left.
    """
    fixed: list[Finding] = []
    problems: dict[str, None] = {}
    for _ in range(_MAX_ROUNDS):
        report = lint(job, registry)
        made = fixing.plan(_within(report.findings, file), report.sources, unsafe=unsafe)
        problems |= dict.fromkeys(made.problems)
        if not made.edits:
            break
        source = report.sources[file]
        try:
            content = fixing.content(source, made.edits[file])
        except UnicodeEncodeError:
            problems[f"{file}: the new text can't be written as {source.encoding}"] = None
            break
        fixed += made.fixed
        job = dataclasses.replace(job, given={**job.given, file: content})
    return report, job.given[file], fixed, list(problems)


def _within(findings: Iterable[Finding], file: str) -> list[Finding]:
    """The findings whose fixes change this file and no other."""
    return [
        one for one in findings if one.fix and all(e.span.file == file for e in one.fix.edits)
    ]  # fmt: skip


def add_ignores(
    job: Job, registry: Registry, reason: str | None, *, dry: bool = False
) -> tuple[Report, fixing.Plan]:
    """Lint and write a suppression for each finding.

    Returns the report of what is left, and what was written, with a note on all that could not
    be ignored. ``dry``: write nothing; the report is then that of all there is. Raises as ``lint``
    does.
    """
    report = lint(job, registry)
    added = run_deep(
        lambda: suppressions.insertions(report.findings, report.sources, registry, reason)
    )
    made = fixing.plan(added.findings, report.sources, unsafe=False)
    if not dry:
        fixing.write(made, report.root, report.sources)
        report = lint(job, registry)
    made.notes += added.left
    return report, made
