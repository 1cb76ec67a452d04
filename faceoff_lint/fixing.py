"""Picks the fixes of a run that go together, and writes them without losing anything.

A fix is applied whole or not at all. What it doesn't touch stays as it was, to the byte: line ends,
byte order mark, encoding. A file that would no longer parse, or that changed meanwhile, is left
alone, and said so.
"""

from __future__ import annotations

import difflib
import os
import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from faceoff_lint import writing
from faceoff_lint.deep import run_deep
from faceoff_lint.errors import FaceoffError
from faceoff_lint.finding import Applicability, Edit, Finding
from faceoff_lint.fixes import apply_edits
from faceoff_lint.lowering import language_of
from faceoff_lint.pool import lower_apart
from faceoff_lint.source import Source

__all__ = ["Plan", "check_inside", "content", "diff", "plan", "save", "write"]


@dataclass(slots=True)
class Plan:
    """What to change. ``edits`` by file, ``fixed``: the findings they mend.

    ``problems``: one line for each file that can't be changed; ``refused``: those among them that
    the disk would not take. ``notes``: what else is left as it is, which is no error.
    """

    edits: dict[str, list[Edit]] = field(default_factory=dict)
    fixed: list[Finding] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def drop(self, file: str, problem: str) -> None:
        """Leave a file alone, with every fix that has a part in it."""
        self.problems.append(f"{file}: {problem}; its fixes are left out")
        lost = [f for f in self.fixed if f.fix and any(e.span.file == file for e in f.fix.edits)]
        self.fixed = [f for f in self.fixed if f not in lost]
        self.edits = {}
        for finding in self.fixed:
            for edit in finding.fix.edits if finding.fix is not None else ():
                self.edits.setdefault(edit.span.file, []).append(edit)


def plan(findings: Iterable[Finding], sources: Mapping[str, Source], *, unsafe: bool) -> Plan:
    """The fixes of some findings that can be done together, in order.

    Of fixes that meet in one place the first is taken; the rest may come in the next round. Equal
    edits (the same import, added twice) don't meet.
    """
    return run_deep(lambda: _plan(findings, sources, unsafe))


def _plan(findings: Iterable[Finding], sources: Mapping[str, Source], unsafe: bool) -> Plan:
    made = Plan()
    for finding in findings:
        fix = finding.fix
        if fix is None or not fix.edits:
            continue
        if fix.applicability is Applicability.UNSAFE and not unsafe:
            continue
        # Findings of one place may have one fix between them.
        same = all(edit in made.edits.get(edit.span.file, ()) for edit in fix.edits)
        if not same and any(_meets(e, made.edits.get(e.span.file, ())) for e in fix.edits):
            continue
        made.fixed.append(finding)
        for edit in fix.edits:
            known = made.edits.setdefault(edit.span.file, [])
            if edit not in known:
                known.append(edit)
    for file in list(made.edits):
        source = sources.get(file)
        if source is None or file not in made.edits:
            continue
        problem = _breaks(source, made.edits[file])
        if problem:
            made.drop(file, problem)
    return made


def _meets(edit: Edit, others: Iterable[Edit]) -> bool:
    """Whether two edits touch: their order would decide what comes out."""
    start, end = edit.span.start, edit.span.end
    return any(
        other != edit and start <= other.span.end and other.span.start <= end for other in others
    )


def _breaks(source: Source, edits: list[Edit]) -> str:
    """Why a file can't be changed so; empty when it can."""
    suffix = posixpath.splitext(source.path)[1]
    if not language_of(suffix):
        return ""  # a manifest: text
    if lower_apart(source).failure is not None:
        return "it does not parse"
    after = apply_edits(source.text, _native(source, edits))
    broken = lower_apart(Source(source.path, after)).failure is not None
    return "it would no longer parse" if broken else ""


def _native(source: Source, edits: Iterable[Edit]) -> list[Edit]:
    """The edits with the file's own line ends."""
    first = source.text.find("\n")
    if first < 1 or source.text[first - 1] != "\r":
        return list(edits)
    return [Edit(e.span, e.text.replace("\r\n", "\n").replace("\n", "\r\n")) for e in edits]


def diff(made: Plan, sources: Mapping[str, Source]) -> Iterator[str]:
    """The plan as a unified diff that ``git apply`` takes, paths relative to the root."""
    for file, edits in sorted(made.edits.items()):
        source = sources[file]
        after = apply_edits(source.text, _native(source, edits))
        for line in difflib.unified_diff(
            _lines(source.text), _lines(after), f"a/{file}", f"b/{file}", lineterm=""
        ):
            line, unended, _ = line.partition(_UNENDED)
            yield line
            if unended:
                yield "\\ No newline at end of file"


_UNENDED = "\n?"  # no line has it in it


def _lines(text: str) -> list[str]:
    """Lines as git counts them: they end at ``\\n`` only."""
    *lines, last = text.split("\n")
    return [*lines, last + _UNENDED] if last else lines


def write(made: Plan, root: Path, sources: Mapping[str, Source]) -> None:
    """Change the files; what can't be changed is dropped from the plan.

    Each file is replaced at once: another process sees the old text or the new one. Mode, owner and
    symbolic links stay; of a file with several names (hard links) the others keep the old text. A
    fix with parts in several files is written file by file.
    """
    for file in sorted(made.edits):
        edits = made.edits.get(file)
        source = sources.get(file)
        if not edits or source is None:
            continue
        try:
            problem = _replace(file, root, source, edits)
        except OSError as error:
            problem = f"it can't be written: {error.strerror}"
            made.refused.append(file)
        if problem:
            made.drop(file, problem)


def save(path: Path, content: bytes, root: Path | None = None) -> None:
    """Write a file of our own at once, keeping mode and links of one that is there.

    ``root``: no link in this tree may lead out of it. Raises ``FaceoffError``.
    """
    check_inside(path, root)
    try:
        writing.replace(Path(os.path.realpath(path)), content)
    except OSError as error:
        raise FaceoffError(f"cannot write {path}: {error.strerror}") from error


def check_inside(path: Path, root: Path | None) -> None:
    """Raise ``FaceoffError`` for a path into the tree ``root`` that a link in it leads out again.

    Who names the path knows the tree; where its links lead is the word of who made it.
    """
    if root is not None and writing.leads_out(path, root):
        raise FaceoffError(f"cannot write {path}: a link leads out of the project there")


def content(source: Source, edits: Iterable[Edit] = ()) -> bytes:
    """A file's bytes with edits made. Raises ``UnicodeEncodeError`` for what can't be written."""
    mark = b"\xef\xbb\xbf" if source.had_bom and source.encoding.startswith("utf-8") else b""
    encoding = "utf-8" if source.encoding == "utf-8-sig" else source.encoding
    return mark + apply_edits(source.text, _native(source, edits)).encode(encoding)


def _replace(file: str, root: Path, source: Source, edits: list[Edit]) -> str:
    """Write one file; why not, or empty. Raises ``OSError``."""
    base = root.resolve()
    real = (root / file).resolve()
    if not real.is_relative_to(base):
        return "it is a link out of the project"
    try:
        before, after = content(source), content(source, edits)
    except UnicodeEncodeError:
        return f"the new text can't be written as {source.encoding}"
    try:
        with writing.Folder(base, real.parent.relative_to(base).parts) as folder:
            folder.replace(real.name, after, expected=before)
    except writing.Changed:
        return "it has changed meanwhile, or its encoding is not exact"
    except writing.ReadOnly:
        return "it is read-only"
    return ""
