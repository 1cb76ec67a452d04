"""Which lines have changed since a revision, as git tells it: for ``--since``."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from faceoff_lint.errors import FaceoffError
from faceoff_lint.finding import Finding
from faceoff_lint.git import git
from faceoff_lint.source import Span

__all__ = ["Changes", "changed_since", "involved"]

_HUNK = re.compile(r"@@ -\S+ \+(\d+)(?:,(\d+))? @@")
_LIMIT = 120  # seconds


@dataclass(slots=True)
class Changes:
    """Changed lines, 1-based, by file relative to the repository; ``whole``: files that are new."""

    lines: dict[str, set[int]] = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)

    def touch(self, span: Span, first: int, last: int) -> bool:
        """Whether some line from ``first`` to ``last`` of the span's file has changed."""
        if span.file in self.whole:
            return True
        changed = self.lines.get(span.file, set())
        return any(number in changed for number in range(first, last + 1))


def changed_since(root: Path, revision: str) -> Changes:
    """What was changed since a revision, up to the files as they are, untracked ones included.

    What others did since on the revision's branch is no change of this one: it is compared with the
    commit that both come from. Lines of a file that was only renamed have not changed. ``root`` is
    the repository's. Raises ``FaceoffError`` when git or the revision is not there.
    """
    if revision.startswith("-"):
        raise FaceoffError(f"`{revision}` is no revision")
    options = ["--no-ext-diff", "--no-textconv", "--no-color", "--find-renames", "-U0"]
    # Users may have set these otherwise, and what is read here would not be what git writes.
    options += ["--ignore-submodules=all", "--src-prefix=a/", "--dst-prefix=b/"]
    options += ["--no-relative", "--diff-algorithm=myers", "--inter-hunk-context=0"]
    made = Changes()
    base = _base(root, revision)
    for file, first, count in _hunks(_git(root, ["diff", *options, base, "--"])):
        # What was only removed is noticed at the line before and the one behind it.
        numbers = range(first, first + count) if count else range(first, first + 2)
        made.lines.setdefault(file, set()).update(numbers)
    others = _git(root, ["ls-files", "--others", "--exclude-standard", "-z"])
    made.whole.update(name for name in others.split("\0") if name)
    return made


def _base(root: Path, revision: str) -> str:
    """The commit that a revision and what is checked out come from; the revision itself where it
    can't be told, as in a shallow clone, or where it is no commit."""
    head = os.environ.get("PRE_COMMIT_TO_REF") or "HEAD"
    done = _ask(root, ["merge-base", revision, head])
    base = done.stdout.decode("ascii", "replace").strip()
    return base if done.returncode == 0 and base else revision


def _git(root: Path, arguments: list[str]) -> str:
    done = _ask(root, arguments)
    if done.returncode != 0:
        reason = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
        raise FaceoffError(f"git cannot tell what has changed: {reason}{_hint(root, reason)}")
    return done.stdout.decode("utf-8", "surrogateescape")


def _ask(root: Path, arguments: list[str]) -> subprocess.CompletedProcess[bytes]:
    try:
        return git(root, *arguments, seconds=_LIMIT)
    except FileNotFoundError as error:
        raise FaceoffError("--since needs git") from error
    except subprocess.TimeoutExpired as error:
        raise FaceoffError(f"git did not answer in {_LIMIT} seconds") from error


def _hint(root: Path, reason: str) -> str:
    """What may help where a revision is not there."""
    if "bad revision" not in reason and "bad object" not in reason:
        return ""
    done = _ask(root, ["rev-parse", "--is-shallow-repository"])
    if done.stdout.strip() != b"true":
        return ""
    return "; this clone is shallow: fetch the revision first (`git fetch --unshallow`)"


def _hunks(diff: str) -> Iterator[tuple[str, int, int]]:
    """File, first new line and number of new lines of each hunk of a unified diff."""
    file = ""
    left = 0  # lines of the hunk still to come: they may look like headers
    for line in diff.split("\n"):
        if left > 0 and line[:1] in ("+", "-", "\\"):
            left -= line[:1] != "\\"
            continue
        if line.startswith("+++ "):
            file = _name(line[4:])
        match = _HUNK.match(line)
        if match and file:
            count = int(match[2]) if match[2] is not None else 1
            old = re.match(r"@@ -\d+(?:,(\d+))?", line)
            left = count + (int(old[1]) if old and old[1] is not None else 1)
            yield file, int(match[1]), count


def _name(text: str) -> str:
    """The path in a ``+++`` line; empty for a file that is gone."""
    text = text.rstrip("\t")
    if text.startswith('"') and text.endswith('"'):
        raw = text[1:-1].encode("utf-8", "surrogateescape").decode("unicode_escape")
        text = raw.encode("latin-1").decode("utf-8", "surrogateescape")
    return text[2:] if text.startswith("b/") else ""


def involved(finding: Finding) -> Iterator[Span]:
    """Every place that a finding speaks of."""
    yield finding.span
    for related in finding.related:
        yield related.span
