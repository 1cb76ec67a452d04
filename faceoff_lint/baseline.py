"""Findings that were accepted once: only what is new is reported.

An accepted finding is known by rule, file and scope (the functions and classes around it, the route
or blueprint that the statement is about), never by its line, so that edits and merges elsewhere in
the file don't bring it back. The file holds one entry a line, sorted. It is read line by line where
a merge that kept the lines of both sides (``merge=union``) left it without its commas.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from faceoff_lint import disk
from faceoff_lint.errors import ConfigError
from faceoff_lint.finding import Finding
from faceoff_lint.terminal import printable_path
from faceoff_lint.writing import leads_out

__all__ = ["Baseline", "Entry", "is_there", "load"]

_VERSION = 1
_HEAD = re.compile(rf'\s*\{{\s*"version": {_VERSION},')
_CONFLICT = re.compile(r"^(?:<{7}|={7}|>{7})", re.MULTILINE)
_MAX_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True, order=True, slots=True)
class Entry:
    """What is accepted. ``file`` is relative to the baseline's folder, with ``/``."""

    file: str
    rule: str
    scope: str


@dataclass(slots=True)
class Baseline:
    """The accepted findings, with how many there are of each. ``path``: the file."""

    path: Path
    accepted: Counter[Entry] = field(default_factory=Counter)

    def entry(self, finding: Finding, root: Path, scope: str) -> Entry:
        """What a finding is known by. ``root``: what its path is relative to."""
        folder = os.path.realpath(self.path.parent)
        file = os.path.relpath(os.path.join(os.path.realpath(root), finding.span.file), folder)
        return Entry(file.replace(os.sep, "/"), finding.name, scope)

    def split(
        self, findings: Iterable[Finding], root: Path, scope: Callable[[Finding], str]
    ) -> tuple[list[Finding], int, Counter[Entry]]:
        """The findings that are new, how many are accepted, and entries that occur no more."""
        left = Counter(self.accepted)
        new: list[Finding] = []
        count = 0
        for finding in findings:
            entry = self.entry(finding, root, scope(finding))
            if left[entry] > 0:
                left[entry] -= 1
                count += 1
            else:
                new.append(finding)
        return new, count, +left

    def render(self) -> str:
        """The file's text."""
        lines = [
            json.dumps(
                {"file": e.file, "rule": e.rule, "scope": e.scope, "count": count},
                ensure_ascii=False,
            )
            for e, count in sorted(self.accepted.items())
            if count > 0
        ]
        inside = ",\n    ".join(lines)
        body = f"\n    {inside}\n  " if lines else ""
        return f'{{\n  "version": {_VERSION},\n  "accepted": [{body}]\n}}\n'


def is_there(path: Path) -> bool:
    """Whether there is something to load; what can't be looked at is for ``load`` to tell."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def load(path: Path, root: Path | None = None) -> Baseline:
    """Read a baseline. Raises ``ConfigError`` when there is none, or it isn't one.

    ``root``: no link in this tree may lead out of it.
    """
    shown = printable_path(str(path))
    if root is not None and leads_out(path, root):
        raise ConfigError(f"the baseline {shown} is a link that leads out of the project")
    disk.head(os.fspath(path), _MAX_BYTES + 1)  # a run's result depends on it
    try:
        if path.exists() and not path.is_file():
            raise ConfigError(f"the baseline {shown} is not a file")
        with path.open("rb") as opened:
            raw = opened.read(_MAX_BYTES + 1)
        text = raw.decode("utf-8-sig")
        data: Any = _parsed(text)
    except FileNotFoundError as error:
        raise ConfigError(
            f"there is no baseline {shown}; `faceoff-lint baseline` makes one"
        ) from error
    except OSError as error:
        raise ConfigError(f"cannot read the baseline {shown}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        where = f"{shown}:{line}" if line else shown
        what = "is not valid JSON"
        if isinstance(error, json.JSONDecodeError) and _CONFLICT.search(error.doc):
            what = "holds a merge conflict: keep the lines of both sides"
        raise ConfigError(f"the baseline {where} {what}") from error
    if not isinstance(data, dict) or data.get("version") != _VERSION:
        raise ConfigError(f"{shown} is no baseline of version {_VERSION}")
    made = Baseline(path)
    entries = data.get("accepted")
    for number, row in enumerate(entries if isinstance(entries, list) else [None], 1):
        if not _is_entry(row):
            raise ConfigError(f"entry {number} of the baseline {shown} is not one")
        # What both sides of a merge hold stands there twice, and occurs no more often for that.
        entry = Entry(row["file"], row["rule"], row["scope"])
        made.accepted[entry] = max(made.accepted[entry], row["count"])
    return made


def _parsed(text: str) -> Any:
    """The data of a baseline's text. Raises ``ValueError`` for what is none."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        if _CONFLICT.search(text) or not _HEAD.match(text):
            raise
        lines = (line.strip().removesuffix(",") for line in text.splitlines())
        rows = [line for line in lines if line.startswith('{"file": ')]
        if not rows:
            raise
        return {"version": _VERSION, "accepted": [json.loads(row) for row in rows]}


def _is_entry(row: Any) -> bool:
    if not isinstance(row, dict):
        return False
    texts = all(isinstance(row.get(key), str) for key in ("file", "rule", "scope"))
    count = row.get("count")
    return texts and isinstance(count, int) and not isinstance(count, bool) and count > 0
