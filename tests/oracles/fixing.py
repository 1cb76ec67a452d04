"""Whether ``--fix`` keeps its promises on whole applications.

``python -m tests.oracles.fixing PATH...`` copies each into a repository of its own, writes all
fixes, the unsafe ones too, and checks: every changed file parses as before, a second run changes
nothing, all that ``--diff`` promised is what git sees, and git sees nothing else but that and what
later rounds added in lines that a fix speaks of.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from faceoff_lint import registry
from faceoff_lint.errors import NothingToLint
from faceoff_lint.lint import Job, lint
from faceoff_lint.lowering import language_of
from faceoff_lint.mending import fix
from faceoff_lint.pool import Reader

_GIT = ("git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
_LEFT_OUT = shutil.ignore_patterns(".git", "node_modules", ".venv", "__pycache__")


@dataclass
class Fixed:
    """``fixed``: findings mended; ``files``: that changed; ``lines``: of git's diff."""

    fixed: int = 0
    files: list[str] = field(default_factory=list)
    lines: int = 0
    problems: list[str] = field(default_factory=list)


def run(project: Path) -> Fixed:
    """Fix a copy of a project and look at what came out."""
    with tempfile.TemporaryDirectory(prefix="fixing-") as scratch:
        tree = Path(
            shutil.copytree(project, Path(scratch, "tree"), ignore=_LEFT_OUT, symlinks=True)
        )
        for args in (["init", "-q"], ["add", "-Af"], ["commit", "-qm", "before"]):
            _git(tree, *args)
        return _run(tree)


def _run(tree: Path) -> Fixed:
    known, job, found = registry.load(), Job(tree), Fixed()
    try:
        before = lint(job, known)
    except NothingToLint:
        return found
    broken = {f for f, result in before.reads.items() if result.module is None}
    promised = _changes(
        subprocess.run(
            [sys.executable, "-P", "-m", "faceoff_lint.cli", "check", "--isolated", "--no-cache",
             "--diff", "--unsafe-fixes", "."],
            cwd=tree, capture_output=True, text=True, check=False,
        ).stdout
    )  # fmt: skip
    done = fix(job, known, unsafe=True)
    fixed, found.fixed, found.problems = done.fixed, len(done.fixed), list(done.problems)
    found.files = [name for name in _git(tree, "diff", "--name-only", "-z").split("\0") if name]
    made = _changes(_git(tree, "diff", "-U0"))
    found.lines = len(made)
    with Reader(tree) as reader:
        for file in found.files:
            result = reader.read(file)
            if language_of(Path(file).suffix) and result.module is None and file not in broken:
                found.problems.append(f"{file} does not parse any more")
    fixed_files = {edit.span.file for one in fixed if one.fix for edit in one.fix.edits}
    found.problems += [f"{file} changed without a fix" for file in set(found.files) - fixed_files]
    if not fixed and made:
        found.problems.append("git sees changes, and nothing was fixed")
    missing = [line for line in promised if line not in made]
    # A later round may change a line again that an earlier one has written.
    if len(missing) > len(promised) // 2:
        found.problems.append(f"promised and not done: {missing[:3]}")
    _git(tree, "commit", "-qam", "after", "--allow-empty")
    again = fix(job, known, unsafe=True)
    if again.fixed or _git(tree, "status", "--porcelain"):
        found.problems.append(f"a second run changes {_git(tree, 'status', '--porcelain')}")
    return found


def _changes(diff: str) -> list[str]:
    """The lines that a diff takes away and adds; a line that only moves is neither."""
    lines = [
        line
        for line in diff.splitlines()
        if line[:1] in "+-" and line and not line.startswith(("+++ ", "--- "))
    ]
    there, gone = ({line[1:] for line in lines if line[0] == sign} for sign in "+-")
    return [line for line in lines if line[1:] not in there & gone]


def _git(tree: Path, *args: str) -> str:
    done = subprocess.run(
        [*_GIT, *args], cwd=tree, capture_output=True, text=True, check=True, errors="replace"
    )
    return done.stdout


def main(paths: Sequence[str]) -> int:
    """Print a line a project that had something to fix; 1 when a promise was broken."""
    total, bad = Fixed(), 0
    for path in paths:
        found = run(Path(path).resolve())
        total.fixed += found.fixed
        total.lines += found.lines
        total.files += found.files
        if found.fixed or found.problems:
            name = Path(path).name
            print(f"{name}: {found.fixed} fixed in {len(found.files)} files, {found.lines} lines")
        for problem in found.problems:
            bad += 1
            print(f"  {problem}")
        sys.stdout.flush()
    print(f"{len(paths)} projects: {total.fixed} findings fixed in {len(total.files)} files")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
