"""The life of a run, top to bottom: ``lint``.

discover → read and lower (on demand) → interpret → web model → rules → findings → suppressions.
Nothing here knows a framework, a language or an output format.
"""

from __future__ import annotations

import dataclasses
import logging
import os
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from faceoff_lint import baseline, config, engine, suppressions
from faceoff_lint.baseline import Baseline, Entry
from faceoff_lint.cache import Entries, Folder, identity
from faceoff_lint.changes import Changes, changed_since, involved
from faceoff_lint.config.applied import Applied, find_services
from faceoff_lint.deep import run_deep
from faceoff_lint.discovery import Discovery
from faceoff_lint.errors import NothingToLint
from faceoff_lint.finding import Finding
from faceoff_lint.pool import Reader
from faceoff_lint.progress import SILENT, Progress
from faceoff_lint.reading import ReadResult, shown_source
from faceoff_lint.registry import Registry, Selection
from faceoff_lint.reports import Report
from faceoff_lint.rule import Options, Rule
from faceoff_lint.scopes import Scopes
from faceoff_lint.source import Source, Span

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from faceoff_lint.model import Web
    from faceoff_lint.service import Service

__all__ = ["Job", "Understood", "accept", "changed", "discovered", "files", "lint", "understand"]

_log = logging.getLogger(__name__)

# Minified files and languages without a reader are passed over without a word.
_FAILURES = {
    "syntax": engine.SYNTAX_ERROR,
    "unreadable": engine.UNREADABLE_FILE,
    "undecodable": engine.UNREADABLE_FILE,
    "too-large": engine.SKIPPED_FILE,
    "too-deep": engine.SKIPPED_FILE,
    "timeout": engine.SKIPPED_FILE,
    "crash": engine.SKIPPED_FILE,
}


@dataclass(frozen=True)
class Job:
    """What to do. ``paths`` (files or folders) lie in ``root``; none means all of it.

    ``selection`` is the command line's, above the settings'. ``jobs``: worker processes, None for
    as many as fit the machine and the tree. ``baseline``: a file of accepted findings.
    ``since``: a revision; what involves no line changed since then is left out. ``cache``: where
    files that were read once are remembered. ``executor``: takes the reading of files, in place of
    processes of this machine. ``given``: the content of files, by path relative to the root, in
    place of what is on disk. ``progress`` is told what goes on.
    """

    root: Path
    paths: Sequence[Path] = ()
    settings: config.Settings = field(default_factory=config.Settings)
    selection: Selection = field(default_factory=Selection)
    jobs: int | None = None
    baseline: Path | None = None
    since: str | None = None
    cache: Folder | None = None
    executor: Executor | None = None
    given: Mapping[str, bytes] = field(default_factory=dict)
    progress: Progress = SILENT


@dataclass
class Understood:
    """The services put together, and what went wrong on the way. ``late``: is the time used up?"""

    found: Discovery
    webs: list[Web]
    reads: Mapping[str, ReadResult]
    failures: list[Finding]
    applied: Applied
    late: Callable[[], bool] = lambda: False


def lint(job: Job, registry: Registry) -> Report:
    """Run every selected rule on every service and report what is left.

    Raises ``NothingToLint`` when there is no Flask or Express project, and ``FaceoffError`` for
    what the user has to mend first. Bad files and failing rules are findings, not exceptions.
    """
    report = run_deep(lambda: _lint(job, registry))
    return report if job.since is None else changed(report, job.since)


def changed(report: Report, since: str) -> Report:
    """The report without what involves no line changed since a revision.

    Raises ``FaceoffError`` when git or the revision is not there.
    """
    changes = changed_since(report.root, since)
    kept = tuple(f for f in report.findings if _is_new(f, changes, report.sources))
    return dataclasses.replace(report, findings=kept)


def _lint(job: Job, registry: Registry) -> Report:
    known = baseline.load(job.baseline, job.root) if job.baseline is not None else None
    understood = understand(job, registry)
    applied = understood.applied
    crashed: set[Rule] = set()
    findings = list(understood.failures)
    findings += _failed_reads(understood)
    skipped = 0
    for web in understood.webs:
        job.progress.step(f"rules {web.service.name}")
        settings = applied.of_service(web.service)
        selected = applied.rules(settings)
        for rule in registry.rules:
            if rule in selected and rule.framework in ("any", web.service.framework):
                if understood.late():
                    skipped += 1
                    crashed.add(rule)
                    continue
                findings += _run(rule, web, applied.options(settings, rule), crashed)
    if skipped:
        findings.append(_out_of_time(skipped, understood))
    findings = [_owned(one, understood.found) for one in dict.fromkeys(findings)]
    findings = list(_asked(job, filter(applied.keeps, findings)))
    outcome = _suppress(findings, understood, registry, crashed)
    # What is said about comments is asked for and overridden like all else.
    kept = [_owned(one, understood.found) for one in _asked(job, outcome.findings)]
    kept = sorted(filter(applied.keeps, kept), key=lambda finding: finding.sort_key)
    accepted, stale = 0, []
    if known is not None:
        kept, accepted, gone = known.split(kept, job.root, Located(understood.reads))
        rows = [(entry, count) for entry, count in sorted(gone.items())]
        stale = [
            (e.file, e.rule, e.scope, count)
            for e, count in rows
            if _expected(job, understood, registry, known, e)
        ]
    sources = _sources(job.root, understood.reads, kept)
    return Report(
        root=job.root,
        findings=tuple(kept),
        sources=sources,
        rules={rule.code: rule for rule in registry.rules},
        summaries=tuple(web.summary() for web in understood.webs),
        notes=(*understood.found.notes, *applied.notes()),
        frameworks=tuple(dict.fromkeys(web.service.framework for web in understood.webs)),
        searched=len(understood.found.files),
        reads=understood.reads,
        suppressed=outcome.suppressed,
        accepted=accepted,
        stale=tuple(stale),
        settled=job.settings.file is not None or job.baseline is not None,
    )


def _suppress(
    findings: Sequence[Finding], understood: Understood, registry: Registry, crashed: set[Rule]
) -> suppressions.Outcome:
    """What comments leave, judged under the settings of the file that they stand in."""
    applied = understood.applied
    comments: dict[int, dict[str, tuple[Source, suppressions.Comments]]] = {}
    followed = {id(one): one for one in map(applied.of_file, understood.reads)}
    for path, result in understood.reads.items():
        if result.source is not None and result.module is not None:
            files = comments.setdefault(id(applied.of_file(path)), {})
            files[path] = (result.source, result.module.comments)
    read = {path for files in comments.values() for path in files}
    kept = [finding for finding in findings if finding.span.file not in read]
    suppressed = 0
    for key, files in comments.items():
        on = applied.rules(followed[key]) - crashed
        outcome = suppressions.apply(
            [finding for finding in findings if finding.span.file in files],
            files,
            registry,
            on.__contains__,
            require_reason=followed[key].require_reason,
        )
        kept += outcome.findings
        suppressed += outcome.suppressed
    return suppressions.Outcome(kept, suppressed)


def _is_new(finding: Finding, changes: Changes, sources: Mapping[str, Source]) -> bool:
    """Whether some place that a finding speaks of lies on a changed line."""
    for span in involved(finding):
        source = sources[span.file]
        first, last = source.position(span.start).line, source.position(span.end).line
        if changes.touch(span, first, last):
            return True
    return False


class Located:
    """The scope of a finding: what a baseline knows it by. Files are looked into once."""

    def __init__(self, reads: Mapping[str, ReadResult]) -> None:
        self._reads = reads
        self._scopes: dict[str, Scopes] = {}

    def __call__(self, finding: Finding) -> str:
        """The functions and classes around a finding."""
        file = finding.span.file
        result = self._reads.get(file)
        if result is None or result.module is None:
            return ""
        if file not in self._scopes:
            self._scopes[file] = Scopes(result.module)
        return self._scopes[file].at(finding.span.start)


def accept(job: Job, registry: Registry, path: Path, *, prune: bool) -> tuple[Baseline, int]:
    """The baseline of a path after a run, and how many findings it drops.

    What occurs no more is dropped; what is new is accepted, unless it is only to be pruned. Entries
    that the run cannot judge stay: of files that were not asked for or could not be read, of rules
    that are off. What says that a file could not be read is not accepted. Raises as ``lint`` does.
    """
    return run_deep(lambda: _accept(job, registry, path, prune))


def _accept(job: Job, registry: Registry, path: Path, prune: bool) -> tuple[Baseline, int]:
    made = baseline.load(path, job.root) if prune or baseline.is_there(path) else Baseline(path)
    present = path if path.exists() else None
    report = _lint(dataclasses.replace(job, baseline=present, since=None), registry)
    gone = Counter({Entry(*row[:3]): row[3] for row in report.stale})
    made.accepted -= gone
    scope = Located(report.reads)
    for finding in () if prune else report.findings:
        if not registry.by_key[finding.code].always:
            made.accepted[made.entry(finding, job.root, scope(finding))] += 1
    return made, gone.total()


def _expected(
    job: Job, understood: Understood, registry: Registry, known: Baseline, entry: Entry
) -> bool:
    """Whether an entry should have occurred in this run: its rule is on, its file asked for."""
    file = os.path.realpath(known.path.parent / entry.file)
    asked = [os.path.realpath(path) for path in job.paths] or [os.path.realpath(job.root)]
    if not any(file == path or file.startswith(path.rstrip(os.sep) + os.sep) for path in asked):
        return False
    place = os.path.relpath(known.path.parent / entry.file, job.root).replace(os.sep, "/")
    read = understood.reads.get(place)
    if read is not None and read.failure is not None:
        return False
    applied = understood.applied
    on = {rule.name for rule in applied.rules(applied.of_file(place))}
    return entry.rule in on or entry.rule not in registry.by_key


def understand(job: Job, registry: Registry) -> Understood:
    """Discover, read and put together: all but the rules.

    Raises ``NothingToLint``, and ``ConfigError`` for the configuration of a service.
    """
    found, applied = discovered(job, registry)
    total = sum(len(service.files) for service in found.services)
    webs: list[Web] = []
    failures: list[Finding] = []
    entries = Entries(job.cache, os.path.realpath(job.root), identity()) if job.cache else None
    limits = job.settings.limits
    with Reader(job.root, job.jobs, limits, entries, job.executor) as reader:
        reader.given = job.given
        for service in found.services:
            job.progress.step(f"{service.name}: reading", reader.results, total)
            try:
                webs.append(_build(service, reader))
                for line in webs[-1].unknowns():
                    _log.info("%s: %s", service.name, line)
            except Exception as error:
                _log.info("%s", traceback.format_exc())
                entry = next(iter([*service.entries, *service.files]), "")
                failures.append(_internal_error(f"the analysis of {service.name}", error, entry))
        return Understood(found, webs, reader.results, failures, applied, lambda: reader.late)


# --- the steps before the rules ------------------------------------------------------------------


def discovered(job: Job, registry: Registry) -> tuple[Discovery, Applied]:
    """The files and services that a job is about, and their settings.

    Raises ``NothingToLint`` when there are none, and ``ConfigError`` as ``understand`` does.
    """
    job.progress.step("looking for apps")
    paths = [os.fspath(path) for path in job.paths]
    found, applied = find_services(job.root, paths, job.settings, job.selection, registry)
    if not found.services:
        raise NothingToLint(_nothing(job, found), "\n".join(found.notes))
    return found, applied


def files(job: Job, registry: Registry) -> list[str]:
    """The files below the paths asked for that a run reads, relative to the root.

    Sorted by their bytes. Raises as ``discovered`` does.
    """
    services = discovered(job, registry)[0].services
    known = {file for service in services for file in service.files}
    return sorted(filter(_wanted(job), known), key=os.fsencode)


def _build(service: Service, reader: Reader) -> Web:
    from faceoff_lint.model import build

    return build(service, reader)


def _nothing(job: Job, found: Discovery) -> str:
    where = ", ".join(str(path) for path in job.paths) or str(job.root)
    if not found.files:
        return f"nothing to lint: no Python, JavaScript or TypeScript file under {where}"
    count = len(found.files)
    return f"nothing to lint: none of the {count} source files under {where} uses Flask or Express"


# --- rules and their findings --------------------------------------------------------------------


def _run(rule: Rule, web: Web, options: Options, crashed: set[Rule]) -> list[Finding]:
    """The findings of one rule in one service, filled in; an exception becomes a finding."""
    findings: list[Finding] = []
    try:
        findings += (
            dataclasses.replace(
                finding,
                code=rule.code,
                name=rule.name,
                practice=rule.practice.slug,
                service=web.service.name,
                related=tuple(dict.fromkeys(finding.related)),
            )
            for finding in rule.run(web, options)
        )
    except Exception as error:
        _log.info("%s", traceback.format_exc())
        crashed.add(rule)
        place = next(iter([*web.service.entries, *web.service.files]), "")
        findings.append(_internal_error(f"rule {rule.code} ({rule.name})", error, place))
    return findings


def _owned(finding: Finding, found: Discovery) -> Finding:
    """The finding with its service; the engine's own get the innermost that has the file."""
    if finding.service:
        return finding
    owners = [service for service in found.services if finding.span.file in service.files]
    owner = max(owners, key=lambda service: len(service.root), default=None)
    return dataclasses.replace(finding, service=owner.name) if owner else finding


def _internal_error(what: str, error: Exception, file: str) -> Finding:
    text = f"{type(error).__name__}: {error}".partition("\n")[0].rstrip(": ")
    return _engine_finding(engine.INTERNAL_ERROR, Span(file, 0, 0), f"{what} failed with {text}")


def _out_of_time(skipped: int, understood: Understood) -> Finding:
    service = understood.webs[0].service
    place = next(iter([*service.entries, *service.files]), "")
    message = f"the time of the run (`total-seconds`) was used up: {skipped} checks were not made"
    return _engine_finding(engine.SKIPPED_FILE, Span(place, 0, 0), message)


def _failed_reads(understood: Understood) -> Iterator[Finding]:
    """A finding for each file that should have been read and could not be."""
    for result in understood.reads.values():
        failure = result.failure
        rule = _FAILURES.get(failure.kind) if failure is not None else None
        if failure is not None and rule is not None:
            span = Span(result.path, failure.offset, failure.offset)
            yield _engine_finding(rule, span, failure.message)


def _engine_finding(rule: Rule, span: Span, message: str) -> Finding:
    return Finding(span, message, code=rule.code, name=rule.name, practice=rule.practice.slug)


# --- what is left out ----------------------------------------------------------------------------


def _wanted(job: Job) -> Callable[[str], bool]:
    """Whether a file is one that was asked for, or lies in a folder that was."""
    root = os.path.realpath(job.root)
    asked = [os.path.relpath(os.path.realpath(path), root) for path in job.paths] or ["."]
    wanted = [path.replace(os.sep, "/") for path in asked]
    return lambda file: any(w in (".", file) or file.startswith(f"{w}/") for w in wanted)


def _asked(job: Job, findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings in the files and folders that were asked for."""
    wanted = _wanted(job)
    yield from (finding for finding in findings if wanted(finding.span.file))


# --- what the report needs -----------------------------------------------------------------------


def _sources(
    root: Path, reads: Mapping[str, ReadResult], findings: Iterable[Finding]
) -> dict[str, Source]:
    """The text of every file that a finding points into."""
    files: dict[str, None] = {}
    for finding in findings:
        files[finding.span.file] = None
        files.update((related.span.file, None) for related in finding.related)
        if finding.fix is not None:
            files.update((edit.span.file, None) for edit in finding.fix.edits)
    sources = {}
    for file in files:
        result = reads.get(file)
        known = result.source if result is not None else None
        sources[file] = known or shown_source(root, file)
    return sources
