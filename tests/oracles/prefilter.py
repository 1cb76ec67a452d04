"""Whether the look for seeds costs a finding: lint as usual, and with every file as a seed.

``python -m tests.oracles.prefilter PATH...`` prints, for each project, how many of its source
files were read either way, and each finding that only one of the two runs has.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from faceoff_lint import registry
from faceoff_lint.errors import NothingToLint
from faceoff_lint.finding import Finding
from faceoff_lint.lint import Job, lint
from faceoff_lint.model import build
from faceoff_lint.reports import Report

EVERYTHING = {"flask": ("",), "express": ("",)}


@dataclass
class Comparison:
    """``lost``: findings that reading everything adds; ``gained``: those it takes away."""

    files: int
    read: int
    all_read: int
    lost: list[Finding]
    gained: list[Finding]


def compare(root: Path) -> Comparison:
    """Lint a project both ways. Raises ``NothingToLint``."""
    known = registry.load()
    usual = lint(Job(root), known)
    module = sys.modules[build.__module__]
    with mock.patch.object(module, "SEEDS", EVERYTHING):
        everything = lint(Job(root), known)
    return Comparison(
        usual.searched,
        _read(usual),
        _read(everything),
        [finding for finding in everything.findings if finding not in usual.findings],
        [finding for finding in usual.findings if finding not in everything.findings],
    )


def _read(report: Report) -> int:
    return sum(result.module is not None for result in report.reads.values())


def main(paths: Sequence[str]) -> int:
    """Print a line a project; 1 when any finding differs."""
    different = False
    for path in paths:
        try:
            found = compare(Path(path).resolve())
        except NothingToLint:
            continue
        name = Path(path).name
        print(f"{name}: {found.files} files, {found.read} read, {found.all_read} with all as seeds")
        for mark, findings in (("only with all", found.lost), ("only as usual", found.gained)):
            for finding in findings:
                different = True
                print(f"  {mark}: {finding.span.file}: {finding.code} {finding.message}")
        sys.stdout.flush()
    return int(different)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
