"""``faceoff-lint check``: lint, fix, or show what fixing would do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from faceoff_lint import output
from faceoff_lint.cli import options, run

if TYPE_CHECKING:
    from faceoff_lint.finding import Finding
    from faceoff_lint.lint import Job
    from faceoff_lint.registry import Registry

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
@click.option("--diff", is_flag=True, help="Show what --fix would write, and write nothing.")
@click.option(
    "--add-ignore",
    is_flag=True,
    help="Write a suppression comment for each finding; with --diff: only show them.",
)
@click.option("--reason", help="The reason that --add-ignore writes into the comments.")
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
    if fixes and diff:
        raise click.UsageError("--fix writes and --diff only shows: choose one", ctx)
    if add_ignore and (fixes or unsafe_fixes):
        raise click.UsageError("--add-ignore accepts what --fix mends: choose one", ctx)
    _check_reason(ctx, reason, add_ignore=add_ignore)
    if unsafe_fixes and not (fixes or diff):
        raise click.UsageError("--unsafe-fixes needs --fix or --diff", ctx)
    order = ctx.meta["output options"]
    wanted = output.outputs(order, output_format, output_file, statistics=statistics)
    if preset is not None:
        select = (f"preset:{preset}", *select)
    cache = None if no_cache else run.cache(paths)
    folders = run.rule_folders(ctx)

    def begin() -> tuple[Job, Registry]:
        from faceoff_lint import registry

        known = run.known(ctx, folders)
        selection = registry.Selection(select or None, extend_select, ignore)
        known.check([*select, *extend_select, *ignore])
        job = run.job(
            paths, known, selection, config, isolated=isolated, jobs=jobs, cluster=cluster
        )
        accepted = baseline or job.settings.baseline
        return run.changed(job, baseline=accepted, cache=cache), known

    fixed: list[Finding] = []
    problems: list[str] = []
    if fixes:
        from faceoff_lint.lint import fix

        job, known = begin()
        job = run.changed(job, since=since)
        report, fixed, problems = fix(job, known, unsafe=unsafe_fixes)
    elif add_ignore:
        from faceoff_lint.lint import add_ignores

        job, known = begin()
        if reason is None and job.settings.require_reason:
            raise click.UsageError("the configuration asks for a reason: give --reason too", ctx)
        job = run.changed(job, since=since)
        report, made = add_ignores(job, known, reason, dry=diff)
        if diff:
            ctx.exit(output.print_plan(ctx, made, report))
        fixed, problems = made.fixed, made.problems
    else:
        asked = [select, extend_select, ignore, str(config), isolated, str(baseline)]
        asked.append(run.told(folders))
        report = run.reused(cache, paths, asked, begin)
        if since is not None:
            from faceoff_lint.lint import changed

            report = changed(report, since)
    report = run.placed(report, paths)
    if diff:
        ctx.exit(output.print_diff(ctx, report, unsafe=unsafe_fixes))
    output.write(ctx, report, wanted, statistics=statistics, quiet=quiet)
    if report.stale and not quiet:
        note = f"{report.stale} accepted findings occur no more: `faceoff-lint baseline --prune`"
        click.echo(f"note: {note}", err=True)
    if fixes and not quiet:
        output.print_fixed(ctx, fixed, problems)
    if add_ignore and not quiet:
        output.print_ignored(ctx, fixed, problems)
    if any(finding.code == "FO090" for finding in report.findings):
        ctx.exit(2)
    ctx.exit(1 if report.findings and not exit_zero else 0)


def _check_reason(ctx: click.Context, reason: str | None, *, add_ignore: bool) -> None:
    """Raise ``click.UsageError`` for a reason that nothing uses, or that no comment can hold."""
    if reason is None:
        return
    if not add_ignore:
        raise click.UsageError("--reason needs --add-ignore", ctx)
    from faceoff_lint.suppressions import reason_problem

    problem = reason_problem(reason)
    if problem:
        raise click.UsageError(f"--reason can't stand in a comment: {problem}", ctx)
