"""Whether ``--fix`` and ``--add-ignore`` keep their promises on whole applications.

``python -m tests.oracles.fixing PATH...`` copies each into a repository of its own, three times:

- the safe fixes are written, then the unsafe ones: every changed file parses as before, a second
  run changes nothing, all that ``--diff`` promised is what git sees, and git sees nothing else but
  that and what later rounds added in lines that a fix speaks of;
- a comment is written for each finding: nothing is reported any more, and each changed file is the
  same code as before.

``--show DIR`` keeps the diffs, to be read; ``--write`` puts the figures into docs/fixes.md.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from faceoff_lint import ir, registry
from faceoff_lint.deep import run_deep
from faceoff_lint.errors import NothingToLint
from faceoff_lint.finding import Applicability
from faceoff_lint.lint import Job, lint
from faceoff_lint.lowering import language_of
from faceoff_lint.mending import add_ignores, fix
from faceoff_lint.pool import Reader

_GIT = ("git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
_LEFT_OUT = shutil.ignore_patterns(".git", "node_modules", ".venv", "__pycache__")
_DOCUMENT = Path(__file__).parents[2] / "docs/fixes.md"
_TABLE = re.compile(r"(?<=<!-- figures -->\n).*?(?=<!-- end of figures -->)", re.DOTALL)
_REASON = "accepted when the linter came"


@dataclass
class Fixed:
    """What came of one project.

    ``findings`` before; ``safe`` and ``unsafe``: mended; ``files`` that fixes changed, ``lines`` of
    git's diff; ``ignored``: findings that got a comment, ``left``: that did not, as a configuration
    or manifest holds them.
    """

    findings: int = 0
    safe: int = 0
    unsafe: int = 0
    files: list[str] = field(default_factory=list)
    lines: int = 0
    ignored: int = 0
    left: int = 0
    problems: list[str] = field(default_factory=list)
    diffs: dict[str, str] = field(default_factory=dict)

    @property
    def fixed(self) -> int:
        """All findings that were mended."""
        return self.safe + self.unsafe


@contextmanager
def _copy(project: Path) -> Iterator[Path]:
    """A project in a repository of its own, with all that is there committed."""
    with tempfile.TemporaryDirectory(prefix="fixing-") as scratch:
        tree = Path(
            shutil.copytree(project, Path(scratch, "tree"), ignore=_LEFT_OUT, symlinks=True)
        )
        for args in (["init", "-q"], ["add", "-Af"], ["commit", "-qm", "before"]):
            _git(tree, *args)
        yield tree


def run(project: Path) -> Fixed:
    """Fix a copy of a project, ignore its findings in another, and look at what came out."""
    found = Fixed()
    try:
        with _copy(project) as tree:
            _fix(tree, found)
        with _copy(project) as tree:
            _ignore(tree, found)
    except NothingToLint:
        pass
    return found


def _fix(tree: Path, found: Fixed) -> None:
    known, job = registry.load(), Job(tree)
    before = lint(job, known)
    found.findings = len(before.findings)
    broken = {f for f, result in before.reads.items() if result.module is None}
    fixed = []
    for unsafe in (False, True):
        name = "unsafe" if unsafe else "safe"
        promised = _promised(tree, unsafe=unsafe)
        done = fix(job, known, unsafe=unsafe)
        mended = done.fixed
        fixed += mended
        found.problems += done.problems
        setattr(found, name, len(mended))
        found.diffs[name] = _git(tree, "diff")
        made = _changes(_git(tree, "diff", "-U0"))
        found.lines += len(made)
        missing = [line for line in promised if line not in made]
        # A later round may change a line again that an earlier one has written.
        if len(missing) > len(promised) // 2:
            found.problems.append(f"promised and not done: {missing[:3]}")
        if not mended and made:
            found.problems.append("git sees changes, and nothing was fixed")
        if not unsafe and any(
            one.fix and one.fix.applicability is Applicability.UNSAFE for one in mended
        ):
            found.problems.append("an unsafe fix was written unasked")
        found.files += [name for name in _names(tree) if name not in found.files]
        _check_parsed(tree, found, broken)
        _git(tree, "commit", "-qam", name, "--allow-empty")
        again = fix(job, known, unsafe=unsafe)
        if again.fixed or _git(tree, "status", "--porcelain"):
            found.problems.append(f"a second run changes {_git(tree, 'status', '--porcelain')}")
    fixed_files = {edit.span.file for one in fixed if one.fix for edit in one.fix.edits}
    found.problems += [f"{file} changed without a fix" for file in set(found.files) - fixed_files]


def _check_parsed(tree: Path, found: Fixed, broken: set[str]) -> None:
    with Reader(tree) as reader:
        for file in _names(tree):
            result = reader.read(file)
            if language_of(Path(file).suffix) and result.module is None and file not in broken:
                found.problems.append(f"{file} does not parse any more")


def _ignore(tree: Path, found: Fixed) -> None:
    known, job = registry.load(), Job(tree)
    before = lint(job, known)
    report, made = add_ignores(job, known, _REASON)
    found.ignored, found.left = len(made.fixed), len(report.findings)
    found.diffs["ignored"] = _git(tree, "diff")
    could = [one for one in before.findings if language_of(Path(one.span.file).suffix)]
    could = [one for one in could if not one.code.startswith("FO")]
    if len(could) != len(made.fixed):
        found.problems.append(f"of {len(could)} findings {len(made.fixed)} got a comment")
    rest = [one for one in report.findings if language_of(Path(one.span.file).suffix)]
    found.problems += [
        f"still reported: {one.code} {one.span.file}" for one in rest if one.code[:2] != "FO"
    ]
    found.problems += [
        f"the comment is reported: {one.message}" for one in rest if one.code[:3] == "FO0"
        and one not in before.findings and one.code in ("FO010", "FO011", "FO012", "FO013")
    ]  # fmt: skip
    run_deep(lambda: _compare(tree, found, report.reads.keys() & before.reads.keys()))


def _compare(tree: Path, found: Fixed, files: set[str]) -> None:
    """Whether the files that got comments are still the same code."""
    changed = [name for name in _names(tree) if name in files]
    shapes: list[dict[str, object]] = []
    for _ in range(2):
        with Reader(tree) as reader:
            modules = {file: reader.read(file).module for file in changed}
        shapes.append({file: module and ir.shape(module) for file, module in modules.items()})
        _git(tree, "stash", "-q") if changed and len(shapes) == 1 else None
    found.problems += [
        f"{file} is other code with its comments"
        for file in changed
        if shapes[0][file] is None or shapes[0][file] != shapes[1][file]
    ]


def _promised(tree: Path, *, unsafe: bool) -> list[str]:
    command = [sys.executable, "-P", "-m", "faceoff_lint.cli", "check", "--isolated", "--diff"]
    command += [*(["--unsafe-fixes"] if unsafe else []), "."]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
    return _changes(done.stdout)


def _names(tree: Path) -> list[str]:
    return [name for name in _git(tree, "diff", "--name-only", "-z").split("\0") if name]


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


def table(rows: Sequence[tuple[str, Fixed]]) -> str:
    """The figures of projects, as a table in markdown, with their sum."""
    lines = [
        "| application | findings | safe fixes | unsafe fixes | files | lines | comments | left |",
        "| --- | --: | --: | --: | --: | --: | --: | --: |",
    ]
    total = Fixed()
    for name, one in rows:
        lines.append(_row(name, one))
        for key in ("findings", "safe", "unsafe", "files", "lines", "ignored", "left"):
            setattr(total, key, getattr(total, key) + getattr(one, key))
    return "\n".join([*lines, _row("**all**", total), ""])


def _row(name: str, one: Fixed) -> str:
    cells = (one.findings, one.safe, one.unsafe, len(one.files), one.lines, one.ignored, one.left)
    return f"| {name} | {' | '.join(map(str, cells))} |"


def main(arguments: Sequence[str]) -> int:
    """Print a line a project; 1 when a promise was broken."""
    parser = ArgumentParser(prog="python -m tests.oracles.fixing")
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--show", type=Path)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args(arguments)
    rows, bad = [], 0
    for path in asked.paths:
        found = run(path.resolve())
        rows.append((path.name, found))
        print(
            f"{path.name}: {found.findings} findings; {found.safe} safe and {found.unsafe} unsafe"
            f" fixes, {len(found.files)} files, {found.lines} lines; {found.ignored} ignored,"
            f" {found.left} left"
        )
        for problem in found.problems:
            bad += 1
            print(f"  {problem}")
        sys.stdout.flush()
        if asked.show is not None:
            for kind, diff in found.diffs.items():
                asked.show.mkdir(parents=True, exist_ok=True)
                (asked.show / f"{path.name}.{kind}.diff").write_text(diff)
    print(table(rows))
    if asked.write:
        text = _DOCUMENT.read_text("utf-8")
        _DOCUMENT.write_text(_TABLE.sub(lambda _: table(rows), text), "utf-8")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
