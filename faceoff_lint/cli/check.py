"""``faceoff-lint check``: lint, fix, or show what fixing would do."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from faceoff_lint import output
from faceoff_lint.cli import options, run
from faceoff_lint.errors import FaceoffError
from faceoff_lint.progress import SILENT, Progress

if TYPE_CHECKING:
    from faceoff_lint.lint import Job
    from faceoff_lint.registry import Registry
    from faceoff_lint.reports import Report

__all__ = ["check"]


class _Check(click.Command):
    """Keeps the order of the output options, which the parser's result doesn't have."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        order = self.make_parser(ctx).parse_args(list(args))[2]
        names = [str(param.name) for param in order]
        ctx.meta["output options"] = [name for name in names if name.startswith("output_")]
        return super().parse_args(ctx, args)


@click.command(cls=_Check)
@options.paths
@options.preset
@options.select
@options.extend_select
@options.ignore
@click.option(
    "--output-format",
    multiple=True,
    type=click.Choice(output.FORMATS),
    help="How to report; full by default. May be repeated, for other files.",
)
@click.option(
    "--output-file",
    multiple=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the --output-format before it to this file.",
)
@click.option(
    "--since",
    metavar="REV",
    envvar="PRE_COMMIT_FROM_REF",
    help="Report only what involves a line that has changed since this git revision.",
)
@options.baseline
@click.option(
    "--fix", "fixes", is_flag=True, help="Write the safe fixes, then report what is left."
)
@click.option(
    "--unsafe-fixes", is_flag=True, help="With --fix or --diff: those that need a look too."
)
@click.option(
    "--diff",
    is_flag=True,
    help="Show what would be written, and write nothing; with or without --fix.",
)
@click.option(
    "--add-ignore",
    is_flag=True,
    help="Write a suppression comment for each finding; with --diff: only show them.",
)
@click.option("--reason", help="The reason that --add-ignore writes into the comments.")
@click.option(
    "--stdin-filename",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Take the content of this file from standard input, and report on it alone; with --fix"
    " its new content goes to standard output.",
)
@click.option("--watch", is_flag=True, help="Run again whenever a file changes.")
@click.option("--show-files", is_flag=True, help="List the files that would be read, and end.")
@click.option(
    "--max-warnings",
    type=click.IntRange(min=0),
    metavar="N",
    help="Exit with 1 for errors and for more warnings than this, else with 0.",
)
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even when there are findings.")
@click.option("--statistics", is_flag=True, help="Count the findings of each rule instead.")
@options.rules
@options.isolated
@options.context
@options.jobs
@options.cluster
@options.no_cache
@click.option("-q", "--quiet", count=True, help="Print findings only; twice: nothing.")
@options.verbose
@click.pass_context
def check(
    ctx: click.Context,
    paths: tuple[Path, ...],
    preset: str | None,
    select: tuple[str, ...],
    extend_select: tuple[str, ...],
    ignore: tuple[str, ...],
    output_format: tuple[str, ...],
    output_file: tuple[Path, ...],
    since: str | None,
    baseline: Path | None,
    fixes: bool,
    unsafe_fixes: bool,
    diff: bool,
    add_ignore: bool,
    reason: str | None,
    stdin_filename: Path | None,
    watch: bool,
    show_files: bool,
    max_warnings: int | None,
    exit_zero: bool,
    statistics: bool,
    isolated: bool,
    config: Path | None,
    jobs: int | None,
    cluster: str | None,
    no_cache: bool,
    quiet: int,
    verbose: int,
) -> None:
    """Lint the Flask and Express projects under PATHS (default: the current folder).

    Rules are named by code (FLK501), name (duplicate-route), the beginning of codes (FLK5), ALL,
    practice (practice:async) or preset (preset:strict), separated by commas.
    """
    run.log(verbose)
    _together(ctx)
    if reason is not None:
        _check_reason(ctx, reason)
    order = ctx.meta["output options"]
    wanted = output.outputs(order, output_format, output_file, statistics=statistics)
    if preset is not None:
        select = (f"preset:{preset}", *select)
    if stdin_filename is not None:
        paths = (stdin_filename,)
    given: dict[str, bytes] = {}
    cache = None if no_cache else run.cache(paths)
    folders = run.rule_folders(ctx)

    def begin(progress: Progress = SILENT) -> tuple[Job, Registry]:
        from faceoff_lint import registry

        known = run.known(ctx, folders)
        selection = registry.Selection(select or None, extend_select, ignore)
        known.check([*select, *extend_select, *ignore])
        job = run.job(
            paths, known, selection, config, isolated=isolated, jobs=jobs, cluster=cluster
        )
        if verbose:
            output.note(f"settings: {run.told_settings(job)}")
        return run.changed(
            job,
            baseline=run.accepted(job, baseline),
            cache=cache,
            given=given,
            progress=progress,
        ), known

    def report(progress: Progress) -> Report:
        # A text that is given is in no file: no earlier run can have seen it.
        folder = None if given else cache
        asked = [select, extend_select, ignore, str(config), isolated, str(baseline)]
        asked.append(run.told(folders))
        found = run.reused(folder, paths, asked, lambda: begin(progress))
        if verbose:
            output.note(run.told_run(found))
        return found

    from faceoff_lint.cli.once import Wish, list_files, once

    if show_files:
        list_files(ctx, *begin(), paths)
        return
    wish = Wish(
        begin,
        report,
        paths,
        wanted,
        since=since,
        fixes=fixes and not diff,
        unsafe=unsafe_fixes,
        diff=diff,
        add_ignore=add_ignore,
        reason=reason,
        exit_zero=exit_zero,
        max_warnings=max_warnings,
        statistics=statistics,
        quiet=quiet,
        verbose=verbose,
    )
    if watch:
        from faceoff_lint.cli import watch as watching

        folder = run.root(paths)
        written = [one.file for one in wanted if one.file is not None]
        watching.watch(
            lambda: once(ctx, wish),
            lambda: watching.watched(folder, begin, written),
        )
    if stdin_filename is not None:
        name = run.relative(stdin_filename, run.root(paths))
        given[name] = _standard_input()
        wish = wish._replace(text=name, content=given[name])
    ctx.exit(once(ctx, wish))


def _standard_input() -> bytes:
    try:
        return sys.stdin.buffer.read()
    except OSError as error:
        raise FaceoffError(f"cannot read standard input: {error.strerror}") from error


# Options that cannot stand together, and what to say of them.
_APART = (
    (("add_ignore", "fixes"), "--add-ignore accepts what --fix mends: choose one"),
    (("add_ignore", "unsafe_fixes"), "--add-ignore accepts what --fix mends: choose one"),
    (("stdin_filename", "paths"), "--stdin-filename names the one file to report on"),
    (("stdin_filename", "watch"), "standard input can't be watched"),
    (("stdin_filename", "add_ignore"), "--add-ignore writes files, not to standard output"),
    (("watch", "diff"), "--watch and --diff: choose one"),
    (("watch", "add_ignore"), "--watch would ignore all that comes: choose one"),
)
_NEEDS = (
    ("reason", ("add_ignore",), "--reason needs --add-ignore"),
    ("unsafe_fixes", ("fixes", "diff"), "--unsafe-fixes needs --fix or --diff"),
)


def _together(ctx: click.Context) -> None:
    """Raise ``click.UsageError`` for options that don't go together."""
    given = {name for name, value in ctx.params.items() if value not in (None, False, ())}
    for names, message in _APART:
        if given.issuperset(names):
            raise click.UsageError(message, ctx)
    for name, needed, message in _NEEDS:
        if name in given and not given.intersection(needed):
            raise click.UsageError(message, ctx)


def _check_reason(ctx: click.Context, reason: str) -> None:
    """Raise ``click.UsageError`` for a reason that no comment can hold."""
    from faceoff_lint.suppressions import reason_problem

    problem = reason_problem(reason)
    if problem:
        raise click.UsageError(f"--reason can't stand in a comment: {problem}", ctx)
