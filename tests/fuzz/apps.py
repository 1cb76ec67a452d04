"""What holds for whole runs: any tree ends in a report, and fixes keep their promises."""

from __future__ import annotations

import importlib
import json
import logging
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock
from xml.etree import ElementTree

import click

from faceoff_lint import fixing, isolation, mending, registry, routes
from faceoff_lint.config import Settings
from faceoff_lint.errors import NothingToLint
from faceoff_lint.finding import Edit, Finding
from faceoff_lint.lint import Job, lint, understand
from faceoff_lint.lowering import language_of
from faceoff_lint.output import FORMATS
from faceoff_lint.reading import lower_text
from faceoff_lint.reports import Report, summary
from faceoff_lint.source import Source, Span
from faceoff_lint.worker import answer

from . import tree
from .material import REGISTRY

__all__ = ["Here", "analyses", "fixes", "in_process"]

_ALL = registry.Selection(("ALL",))


class Here(Executor):
    """Reads texts in this process, so that what a fuzzer measures is seen by it."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """As ``concurrent.futures.Executor`` says, done at once."""
        future: Future[Any] = Future()
        try:
            if fn is isolation.lower_isolated:
                text, suffix, terms = args
                future.set_result(answer(lower_text(text, suffix, terms.nesting)))
            else:
                future.set_result(fn(*args, **kwargs))
        except BaseException as error:
            future.set_exception(error)
        return future


@contextmanager
def in_process() -> Iterator[None]:
    """Read all texts in this process for a while."""
    with mock.patch.object(isolation, "shared", return_value=Here()):
        yield


class _Traces(logging.Handler):
    """Keeps the tracebacks of what failed inside a run, innermost lines first."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """As ``logging.Handler`` says."""
        text = record.getMessage()
        if text.startswith("Traceback"):
            self.found.append("\n".join(reversed(text.rstrip().split("\n"))))


@contextmanager
def _traces() -> Iterator[list[str]]:
    handler, log = _Traces(), logging.getLogger("faceoff_lint.lint")
    before = log.level
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    try:
        yield handler.found
    finally:
        log.setLevel(before)
        log.removeHandler(handler)


def _job(root: Path) -> Job:
    return Job(root, (), Settings(), _ALL, executor=Here())


def analyses(text: str, first: str) -> None:
    """Any tree gives a report without internal errors, whose places lie in the texts; each format
    can be written of it, and the route table."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder, in_process():
        root = Path(folder)
        tree.write(root, tree.split(text, first))
        with _traces() as traces:
            try:
                report = lint(_job(root), REGISTRY)
            except NothingToLint:
                return
        assert not traces, f"an internal error: {traces[0]}"
        _check(report)
        _check_formats(report)
        if len(text) % 3 == 0:
            assert lint(_job(root), REGISTRY).findings == report.findings, "two runs differ"
            _check_routes(root)


def _check(report: Report) -> None:
    for finding in report.findings:
        edits = finding.fix.edits if finding.fix is not None else ()
        spans = [finding.span, *(one.span for one in finding.related)]
        for span in (*spans, *(edit.span for edit in edits)):
            size = len(report.sources[span.file].text)
            assert 0 <= span.start <= span.end <= size, (finding.code, span, size)
    for path, result in report.reads.items():
        assert result.failure is None or result.failure.kind != "crash", (path, result.failure)


def _check_formats(report: Report) -> None:
    for form in FORMATS:
        lines = list(importlib.import_module(f"faceoff_lint.reports.{form}").render(report))
        for line in lines:
            assert not _ACTS.intersection(click.unstyle(line)), (form, line)
        whole = "\n".join(lines)
        if form in ("json", "sarif", "gitlab", "rdjson"):
            json.loads(whole)
        elif form == "jsonl":
            for line in lines:
                json.loads(line)
        elif form in ("junit", "checkstyle"):
            ElementTree.fromstring(whole.encode("utf-8"))
    for line in (*summary.understood(report), *summary.closing(report)):
        assert not _ACTS.intersection(click.unstyle(line)), line
    list(summary.statistics(report))
    json.loads("\n".join(summary.statistics(report, as_json=True)))


_ACTS = frozenset(map(chr, (*range(9), *range(11, 32), *range(127, 160), 0x2028, 0x2029, 0x202E)))
"""Characters that no report prints as they are. A tab and a line feed are no harm in markdown."""


def _check_routes(root: Path) -> None:
    understood = understand(_job(root), REGISTRY)
    assert not understood.failures, understood.failures[0].message
    for web in understood.webs:
        rows = routes.relocated([row.to_json() for row in web.rows()], "")
        json.loads("\n".join(routes.render_json(rows)))
        for line in routes.render_text(web.summary(), rows):
            assert not _ACTS.intersection(click.unstyle(line)), line


def fixes(text: str, first: str) -> None:
    """All fixes are written; what parsed still parses, what no edit names stays, to the byte, and
    a second run has nothing to do."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder, in_process():
        root = Path(folder)
        before = tree.write(root, tree.split(text, first))
        try:
            report = lint(_job(root), REGISTRY)
        except NothingToLint:
            return
        parsed = {path for path, result in report.reads.items() if result.module is not None}
        made = fixing.plan(report.findings, report.sources, unsafe=True)
        _check_bytes(made, report.sources, before)
        list(fixing.diff(made, report.sources))
        _, fixed, problems, _ = mending.fix(_job(root), REGISTRY, unsafe=True)
        assert not any("rounds" in problem for problem in problems), problems
        touched = {edit.span.file for one in fixed if one.fix for edit in one.fix.edits}
        for path, content in before.items():
            after = (root / path).read_bytes()
            assert after == content or path in touched, f"{path} changed without a fix"
            if path in parsed and path in touched:
                suffix = Path(path).suffix
                lowered = lower_text(after.decode("utf-8-sig"), suffix)
                assert not hasattr(lowered, "kind"), f"{path} does not parse any more: {lowered}"
        again = fixing.plan(lint(_job(root), REGISTRY).findings, {}, unsafe=True)
        assert problems or not again.edits, ("a second run would change", _said(again.fixed))


def _said(findings: list[Finding]) -> list[str]:
    return [f"{one.code} {one.span}" for one in findings]


def _check_bytes(
    made: fixing.Plan, sources: Mapping[str, Source], before: Mapping[str, bytes]
) -> None:
    """What an edit writes stands between the bytes that were there, and nothing else changes."""
    for path, edits in made.edits.items():
        source = sources[path]
        if path not in before or not language_of(Path(path).suffix):
            continue
        after = fixing.content(source, edits)
        pieces, done = [b"\xef\xbb\xbf" if source.had_bom else b""], 0
        places: dict[Span, list[Edit]] = {}
        for edit in sorted(edits, key=lambda edit: (edit.span.start, edit.span.end)):
            places.setdefault(edit.span, []).append(edit)
        at = 0
        for span in places:
            kept = source.text[done : span.start].encode(source.encoding)
            found = after.find(kept, at)
            assert found >= 0, (path, span, "what stands before an edit has changed")
            at, done = found + len(kept), span.end
        assert after.startswith(pieces[0])
        assert after.endswith(source.text[done:].encode(source.encoding)), (path, "the end changed")
        crlf, bare = after.count(b"\r\n"), after.count(b"\n")
        if before[path].count(b"\r\n") == before[path].count(b"\n") > 0:
            assert crlf == bare, (path, "line ends are mixed now")
