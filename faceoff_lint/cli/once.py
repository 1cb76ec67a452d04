"""One run of ``check``: what is done, what is printed, and the exit code."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from faceoff_lint import output
from faceoff_lint.cli import progress, run
from faceoff_lint.errors import NothingToLint
from faceoff_lint.finding import Severity
from faceoff_lint.progress import Progress
from faceoff_lint.reports import Report, plural

if TYPE_CHECKING:
    from faceoff_lint.finding import Finding
    from faceoff_lint.fixing import Plan
    from faceoff_lint.lint import Job
    from faceoff_lint.registry import Registry

__all__ = ["Wish", "list_files", "once"]


class Wish(NamedTuple):
    """What is asked of ``check``.

    ``begin`` makes job and rules, ``report`` lints without changing anything, or knows the outcome.
    ``text``: the file whose ``content`` standard input gave.
    """

    begin: Callable[[Progress], tuple[Job, Registry]]
    report: Callable[[Progress], Report]
    paths: Sequence[Path]
    wanted: Sequence[output.Output]
    since: str | None = None
    fixes: bool = False
    unsafe: bool = False
    diff: bool = False
    add_ignore: bool = False
    reason: str | None = None
    text: str | None = None
    content: bytes = b""
    exit_zero: bool = False
    max_warnings: int | None = None
    statistics: bool = False
    quiet: int = 0
    verbose: int = 0


class _Done(NamedTuple):
    """What came of a run: ``plan`` is only to be shown; ``content`` is a fixed text.

    ``refused``: the disk would not take a file that was to be changed.
    """

    report: Report
    fixed: Sequence[Finding] = ()
    problems: Sequence[str] = ()
    notes: Sequence[str] = ()
    refused: bool = False
    plan: Plan | None = None
    content: bytes | None = None


def once(ctx: click.Context, wish: Wish) -> int:
    """Lint, fix or show, and print; the exit code. Raises ``FaceoffError`` as ``lint`` does."""
    try:
        with progress.shown(wish.quiet, wish.verbose) as observer:
            done = _do(ctx, wish, observer)
    except NothingToLint as error:
        if wish.text is None:
            raise
        # An editor asks for every file that is open: one of no app has nothing to report.
        _echo_text(wish, wish.content)
        output.note(error.message)
        return 0
    report = run.placed(done.report, wish.paths)
    if done.plan is not None:
        verb = "ignore" if wish.add_ignore else "fix"
        return output.print_plan(ctx, done.plan, report, verb=verb, quiet=wish.quiet)
    if done.content is not None:
        _echo_text(wish, done.content)
    on_stderr = done.content is not None
    output.write(
        ctx, report, wish.wanted, statistics=wish.statistics, quiet=wish.quiet, err=on_stderr
    )
    if not wish.quiet or done.refused:
        _say_more(ctx, wish, done, report)
    return 2 if done.refused else _code(wish, report)


def _do(ctx: click.Context, wish: Wish, observer: Progress) -> _Done:
    from faceoff_lint import fixing

    if wish.fixes or wish.add_ignore:
        return _change(ctx, wish, observer)
    report = wish.report(observer)
    if wish.since is not None:
        from faceoff_lint.lint import changed

        report = changed(report, wish.since)
    plan = None
    if wish.diff:
        plan = fixing.plan(report.findings, report.sources, unsafe=wish.unsafe)
    return _Done(report, plan=plan)


def _change(ctx: click.Context, wish: Wish, observer: Progress) -> _Done:
    from faceoff_lint.mending import add_ignores, fix, fix_text

    job, known = wish.begin(observer)
    job = run.changed(job, since=wish.since)
    if wish.add_ignore:
        if wish.reason is None and job.settings.require_reason:
            raise click.UsageError("the configuration asks for a reason: give --reason too", ctx)
        report, made = add_ignores(job, known, wish.reason, dry=wish.diff)
        refused, shown = bool(made.refused), made if wish.diff else None
        return _Done(report, made.fixed, made.problems, made.notes, refused, shown)
    if wish.text is not None:
        report, content, fixed, problems = fix_text(job, known, wish.text, unsafe=wish.unsafe)
        return _Done(report, fixed, problems, content=content)
    mended = fix(job, known, unsafe=wish.unsafe)
    return _Done(mended.report, mended.fixed, mended.problems, refused=mended.refused)


def _echo_text(wish: Wish, content: bytes) -> None:
    """A fixed text goes to standard output, to the byte."""
    if wish.fixes:
        click.echo(content, nl=False)


def _say_more(ctx: click.Context, wish: Wish, done: _Done, report: Report) -> None:
    output.print_stale(ctx, report)
    if wish.fixes:
        output.print_fixed(ctx, done.fixed, done.problems)
    if wish.add_ignore:
        output.print_ignored(ctx, done.fixed, done.problems, done.notes)
    settled = report.settled or os.path.exists("faceoff-baseline.json")
    if not settled and not wish.fixes and not wish.statistics and wish.text is None:
        output.print_next_steps(ctx, report, wish.wanted)


def _code(wish: Wish, report: Report) -> int:
    if any(finding.code == "FO090" for finding in report.findings):
        return 2
    if wish.exit_zero:
        return 0
    if wish.max_warnings is None:
        return 1 if report.findings else 0
    severities = [report.severity(finding) for finding in report.findings]
    warnings = severities.count(Severity.WARNING)
    if warnings > wish.max_warnings and not wish.quiet:
        output.note(f"{plural(warnings, 'warning')}, and {wish.max_warnings} are allowed")
    return 1 if Severity.ERROR in severities or warnings > wish.max_warnings else 0


def list_files(ctx: click.Context, job: Job, known: Registry, paths: Sequence[Path]) -> None:
    """Print the files that a run would read, one a line. Raises ``FaceoffError``."""
    from faceoff_lint.lint import files

    shown = run.placed(Report(job.root), paths)
    output.emit(ctx, [shown.path(file) for file in files(job, known)])
