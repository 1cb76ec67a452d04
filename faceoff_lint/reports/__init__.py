"""Reports: one format a file, each with ``render(report) -> Iterator[str]``, one line at a time.

A renderer prints nothing, reads no file of the project (of ours: a rule's page) and knows nothing
of the command line. It may style text;
who prints it takes the styles out where they are not wanted.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from faceoff_lint.finding import Finding, Severity
from faceoff_lint.reading import ReadResult
from faceoff_lint.rule import Rule
from faceoff_lint.source import Position, Source, Span
from faceoff_lint.terminal import hyperlink, printable_path

__all__ = ["Report", "plural", "readable", "relative"]


@dataclass(frozen=True)
class Report:
    """What a run found, and all that is needed to show it.

    ``root``: what the findings' paths are relative to. ``sources`` has every file a finding points
    into, ``rules`` every rule by code. ``summaries``: one line a service, what was understood.
    ``notes``: what was passed over. ``searched``: how many source files were there.
    ``suppressed``: findings that comments hide; ``accepted``: that the baseline holds; ``stale``:
    those it holds that occur no more, as file, rule, scope and count. ``reads``: what reading each
    file gave. ``frameworks``: ``flask`` and ``express``, as far as there are apps of them.
    ``settled``: whether there is a configuration file or a baseline.

    ``here`` is the user's folder, relative to the root, and ``prefix`` the root as seen from there
    when it lies elsewhere: printed paths open from where the user is. ``given`` is the one folder
    that was asked for, relative to the root: paths in data are relative to it. ``links``: whether
    places are printed as links.
    """

    root: Path
    findings: tuple[Finding, ...] = ()
    sources: Mapping[str, Source] = field(default_factory=dict)
    rules: Mapping[str, Rule] = field(default_factory=dict)
    summaries: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    searched: int = 0
    suppressed: int = 0
    accepted: int = 0
    stale: tuple[tuple[str, str, str, int], ...] = ()
    reads: Mapping[str, ReadResult] = field(default_factory=dict)
    frameworks: tuple[str, ...] = ()
    settled: bool = False
    here: str = ""
    prefix: str = ""
    given: str = ""
    links: bool = False

    def source(self, path: str) -> Source:
        """The text of a file; empty when it could not be read."""
        return self.sources.get(path) or Source(path, "")

    def start(self, span: Span) -> Position:
        """Where a span begins."""
        return self.source(span.file).position(span.start)

    def end(self, span: Span) -> Position:
        """Where a span ends: the place just behind its last character."""
        return self.source(span.file).position(span.end)

    def path(self, file: str) -> str:
        """A file's path to print, safe for terminals and CI logs."""
        return printable_path(self.prefix + relative(file, self.here))

    def place(self, span: Span) -> str:
        """``path:line:column`` of a span to print, as a link where those are wanted."""
        start = self.start(span)
        text = f"{self.path(span.file)}:{start.line}:{start.column}"
        return hyperlink(text, self.root.absolute() / span.file) if self.links else text

    def local(self, file: str) -> str:
        """A file's path as it opens from the user's folder, unescaped: for readers of data."""
        return readable(self.prefix + relative(file, self.here))

    def unit_column(self, file: str, position: Position, encoding: str) -> int:
        """The 1-based column of a position in bytes of ``utf-8`` or in units of ``utf-16``.

        In UTF-8 a byte order mark counts for its line, as it does for who reads the bytes.
        """
        source = self.source(file)
        before = source.line(position.line)[: position.column - 1]
        if encoding == "utf-16":
            return len(before.encode("utf-16-le", "surrogatepass")) // 2 + 1
        mark = 3 if source.had_bom and position.line == 1 else 0
        return len(before.encode("utf-8", "surrogatepass")) + mark + 1

    def practice(self, finding: Finding) -> str:
        """The title of the practice that a finding belongs to."""
        rule = self.rules.get(finding.code)
        return rule.practice.title if rule else finding.practice

    def severity(self, finding: Finding) -> Severity:
        """The finding's own severity, or its rule's."""
        if finding.severity is not None:
            return finding.severity
        rule = self.rules.get(finding.code)
        return rule.severity if rule else Severity.WARNING

    @property
    def errors_first(self) -> list[Finding]:
        """The findings by severity: readers that stop early have seen the worst."""
        return sorted(self.findings, key=lambda finding: self.severity(finding).rank)

    def why(self, finding: Finding) -> str:
        """One sentence why, the finding's own or its rule's."""
        rule = self.rules.get(finding.code)
        return finding.why or (rule.why if rule else "")

    def help(self, finding: Finding) -> str:
        """One sentence on what to do, the finding's own or its rule's; may be empty."""
        rule = self.rules.get(finding.code)
        return finding.help or (rule.help if rule else "")


def relative(file: str, folder: str) -> str:
    """A path relative to the root as one relative to a folder that is (empty: the root itself)."""
    return posixpath.relpath(file or ".", folder) if folder else file


def readable(path: str) -> str:
    """A path as Unicode text: bytes of a name that are no UTF-8 become U+FFFD."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def plural(count: int, noun: str) -> str:
    """``1 route``, ``2 routes``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
