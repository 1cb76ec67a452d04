"""The command line: the only module that reads arguments, prints, or decides exit codes.

Exit codes: 0 nothing found, 1 findings, 2 the run could not be done as asked (usage,
configuration, nothing to lint, or a failure of the linter itself).
"""

from __future__ import annotations

import dataclasses
import json
import logging
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from faceoff_lint import __version__, output
from faceoff_lint.errors import FaceoffError, NothingToLint
from faceoff_lint.output import emit, log_error

if TYPE_CHECKING:
    from faceoff_lint.finding import Finding
    from faceoff_lint.lint import Job
    from faceoff_lint.registry import Registry
    from faceoff_lint.reports import Report

__all__ = ["main"]

_PROGRAM = "faceoff-lint"
_OWN_OPTIONS = ("--help", "-h", "--version")


class _Group(click.Group):
    """``check`` may be left out; errors of ours end with exit code 2."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        first = args[0] if args else ""
        named = first in self.commands or first in _OWN_OPTIONS
        pathlike = os.path.exists(first) or "/" in first or os.sep in first or first == "--"
        if (
            not ctx.resilient_parsing
            and not named
            and (not first or first.startswith("-") or pathlike)
        ):
            args = ["check", *args]
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        ctx.color = _color(os.environ)
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except KeyboardInterrupt:
            ctx.exit(130)
        except NothingToLint as error:
            _fail(ctx, error, 0 if os.environ.get("PRE_COMMIT") == "1" else 2)
        except FaceoffError as error:
            _fail(ctx, error, 2)
        except Exception as error:
            log_error(f"internal error: {type(error).__name__}: {error}")
            click.echo(traceback.format_exc(), err=True)
            click.echo("This is a fault of faceoff-lint; please report it.", err=True)
            ctx.exit(2)


def _fail(ctx: click.Context, error: FaceoffError, code: int) -> NoReturn:
    log_error(error.message)
    if error.detail:
        click.echo(error.detail, err=True)
    ctx.exit(code)


def _color(environ: Any) -> bool | None:
    """Whether to print colours; None leaves it to whether the stream is a terminal."""
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR", "") not in ("", "0", "false"):
        return True
    return False if environ.get("TERM") == "dumb" else None


def _split(
    ctx: click.Context, param: click.Parameter | None, value: tuple[str, ...]
) -> tuple[str, ...]:
    return tuple(part.strip() for text in value for part in text.split(",") if part.strip())


_paths = click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
_context = click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Read this configuration file instead of looking for one.",
)
_isolated = click.option("--isolated", is_flag=True, help="Read no configuration file.")
_jobs = click.option(
    "-j", "--jobs", type=click.IntRange(min=1), help="Worker processes that read files."
)
_verbose = click.option("-v", "--verbose", count=True, help="Say more on standard error.")


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name=_PROGRAM)
def cli() -> None:
    """Put Flask and Express apps together and report what is wrong with them."""


class _Check(click.Command):
    """Keeps the order of the output options, which the parser's result doesn't have."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        order = self.make_parser(ctx).parse_args(list(args))[2]
        names = [str(param.name) for param in order]
        ctx.meta["output options"] = [name for name in names if name.startswith("output_")]
        return super().parse_args(ctx, args)


@cli.command(cls=_Check)
@_paths
@click.option(
    "--preset",
    type=click.Choice(["recommended", "strict", "upgrade"]),
    help="Start from these rules.",
)
@click.option("--select", multiple=True, callback=_split, help="Run these rules and no others.")
@click.option("--extend-select", multiple=True, callback=_split, help="Run these rules too.")
@click.option("--ignore", multiple=True, callback=_split, help="Do not run these rules.")
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
@click.option(
    "--baseline",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Report only what this file of accepted findings does not hold.",
)
@click.option(
    "--fix", "fixes", is_flag=True, help="Write the safe fixes, then report what is left."
)
@click.option(
    "--unsafe-fixes", is_flag=True, help="With --fix or --diff: those that need a look too."
)
@click.option("--diff", is_flag=True, help="Show what --fix would write, and write nothing.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even when there are findings.")
@click.option("--statistics", is_flag=True, help="Count the findings of each rule instead.")
@_isolated
@_context
@_jobs
@click.option("-q", "--quiet", count=True, help="Print findings only; twice: nothing.")
@_verbose
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
    exit_zero: bool,
    statistics: bool,
    isolated: bool,
    config: Path | None,
    jobs: int | None,
    quiet: int,
    verbose: int,
) -> None:
    """Lint the Flask and Express projects under PATHS (default: the current folder).

    Rules are named by code (FLK501), name (duplicate-route), the beginning of codes (FLK5), ALL,
    practice (practice:async) or preset (preset:strict), separated by commas.
    """
    from faceoff_lint import registry
    from faceoff_lint.lint import fix, lint

    _set_up_logging(verbose)
    if fixes and diff:
        raise click.UsageError("--fix writes and --diff only shows: choose one", ctx)
    if unsafe_fixes and not (fixes or diff):
        raise click.UsageError("--unsafe-fixes needs --fix or --diff", ctx)
    order = ctx.meta["output options"]
    wanted = output.outputs(order, output_format, output_file, statistics=statistics)
    known = registry.load()
    if preset is not None:
        select = (f"preset:{preset}", *select)
    selection = registry.Selection(select or None, extend_select, ignore)
    known.check([*select, *extend_select, *ignore])
    job = _job(paths, known, selection, config, isolated=isolated, jobs=jobs)
    job = dataclasses.replace(job, baseline=baseline or job.settings.baseline, since=since)
    fixed: list[Finding] = []
    problems: list[str] = []
    if fixes:
        report, fixed, problems = fix(job, known, unsafe=unsafe_fixes)
    else:
        report = lint(job, known)
    report = _placed(report, paths)
    if diff:
        ctx.exit(output.print_diff(ctx, report, unsafe=unsafe_fixes))
    output.write(ctx, report, wanted, statistics=statistics, quiet=quiet)
    if report.stale and not quiet:
        note = f"{report.stale} accepted findings occur no more: `faceoff-lint baseline --prune`"
        click.echo(f"note: {note}", err=True)
    if fixes and not quiet:
        output.print_fixed(ctx, fixed, problems)
    if any(finding.code == "FO090" for finding in report.findings):
        ctx.exit(2)
    ctx.exit(1 if report.findings and not exit_zero else 0)


@cli.command()
@_paths
@click.option(
    "--file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The baseline; else what the configuration names, else faceoff-baseline.json.",
)
@click.option("--prune", is_flag=True, help="Only drop what occurs no more; accept nothing new.")
@_isolated
@_context
@_jobs
@click.pass_context
def baseline(
    ctx: click.Context,
    paths: tuple[Path, ...],
    file: Path | None,
    prune: bool,
    isolated: bool,
    config: Path | None,
    jobs: int | None,
) -> None:
    """Accept the findings under PATHS as they are: `check --baseline` then reports what is new."""
    from faceoff_lint import fixing, registry
    from faceoff_lint.lint import accept

    known = registry.load()
    job = _job(paths, known, registry.Selection(), config, isolated=isolated, jobs=jobs)
    path = Path(os.path.abspath(file or job.settings.baseline or "faceoff-baseline.json"))
    made = accept(job, known, path, prune=prune)
    fixing.save(path, made.render().encode())
    total = made.accepted.total()
    emit(ctx, [f"{path.name}: {total} accepted; use it with `check --baseline {path.name}`."])


@cli.command()
@_paths
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@_isolated
@_context
@_jobs
@_verbose
@click.pass_context
def routes(
    ctx: click.Context,
    paths: tuple[Path, ...],
    form: str,
    isolated: bool,
    config: Path | None,
    jobs: int | None,
    verbose: int,
) -> None:
    """Print the route table of the projects under PATHS, without running them."""
    from faceoff_lint import registry
    from faceoff_lint.lint import understand
    from faceoff_lint.reports import Report
    from faceoff_lint.routes import relocated, render_json, render_text

    _set_up_logging(verbose)
    known = registry.load()
    job = _job(paths, known, registry.Selection(), config, isolated=isolated, jobs=jobs)
    understood = understand(job)
    placed = _placed(Report(job.root), paths)
    for failure in understood.failures:
        log_error(failure.message)
    if form == "json":
        rows = [row.to_json() for web in understood.webs for row in web.rows()]
        emit(ctx, render_json(relocated(rows, placed.given)))
    else:
        for web in understood.webs:
            shown = relocated([row.to_json() for row in web.rows()], placed.here)
            emit(ctx, render_text(web.summary(), shown))
    ctx.exit(2 if understood.failures else 0)


@cli.command()
@click.argument("code", required=False, metavar="CODE|NAME")
@click.option("--all", "everything", is_flag=True, help="All rules.")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text")
@click.pass_context
def rule(ctx: click.Context, code: str | None, everything: bool, output_format: str) -> None:
    """Show the page of a rule, or all rules."""
    from faceoff_lint import catalogue, registry

    if bool(code) == everything:
        raise click.UsageError("name a rule by its code or name, or say --all", ctx)
    known = registry.load()
    if everything:
        output.print_rules(ctx, known.rules, output_format)
    elif output_format == "json":
        emit(ctx, [json.dumps(catalogue.as_data(known.get(code or "")), indent=2)])
    else:
        emit(ctx, [catalogue.page(known.get(code or "")).rstrip()])


@cli.command()
@click.argument("selectors", nargs=-1, metavar="[SELECTOR]...")
@click.option("--output-format", type=click.Choice(["text", "json", "markdown"]), default="text")
@click.pass_context
def rules(ctx: click.Context, selectors: tuple[str, ...], output_format: str) -> None:
    """List the rules, or those that SELECTORs name: EXP3, practice:async, preset:strict."""
    from faceoff_lint import catalogue, registry

    known = registry.load()
    if output_format == "markdown":
        if selectors:
            raise click.UsageError("the markdown table is of all rules", ctx)
        emit(ctx, catalogue.as_markdown(known))
        return
    named = {rule for one in _split(ctx, None, selectors) for rule in known.matching(one)}
    output.print_rules(ctx, [r for r in known.rules if r in named or not selectors], output_format)


@cli.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print a script that completes faceoff-lint's commands and options in SHELL.

    For bash: eval "$(faceoff-lint completion bash)"
    """
    from click.shell_completion import get_completion_class

    complete = get_completion_class(shell)
    assert complete is not None
    variable = f"_{_PROGRAM.upper().replace('-', '_')}_COMPLETE"
    emit(ctx, [complete(cli, {}, _PROGRAM, variable).source()])


# --- where a run starts --------------------------------------------------------------------------


def _job(
    paths: Sequence[Path],
    known: Registry,
    selection: Any,
    config_file: Path | None,
    *,
    isolated: bool,
    jobs: int | None,
) -> Job:
    from faceoff_lint import config
    from faceoff_lint.lint import Job

    full = [Path(os.path.abspath(path)) for path in paths or (Path(),)]
    start = _common(full)
    settings = config.Settings() if isolated else config.load(start, known, config_file)
    return Job(_root(start), full, settings, selection, jobs)


def _common(full: Sequence[Path]) -> Path:
    """The innermost folder that holds all paths; a folder holds itself."""
    folders = [path if path.is_dir() else path.parent for path in full]
    return Path(os.path.commonpath(folders))


def _root(start: Path) -> Path:
    """What paths are relative to: the repository's root, else the user's folder, else ``start``."""
    for folder in (start, *start.parents):
        if (folder / ".git").exists():
            return folder
    here = Path.cwd()
    return here if start.is_relative_to(here) else start


def _placed(report: Report, paths: Sequence[Path]) -> Report:
    """The report with what is needed to print paths that open from the user's folder."""
    import dataclasses

    here, root = Path.cwd(), report.root
    full = [Path(os.path.abspath(path)) for path in paths or (Path(),)]
    given = full[0] if len(full) == 1 and full[0].is_dir() else root
    inside = here.is_relative_to(root)
    return dataclasses.replace(
        report,
        here=_below(here, root) if inside else "",
        prefix="" if inside else f"{root.as_posix().rstrip('/')}/",
        given=_below(given, root),
    )


def _below(path: Path, root: Path) -> str:
    relative = path.relative_to(root).as_posix()
    return "" if relative == "." else relative


# --- printing ------------------------------------------------------------------------------------


def _set_up_logging(verbose: int) -> None:
    level = (logging.WARNING, logging.INFO, logging.DEBUG)[min(verbose, 2)]
    logging.basicConfig(level=level, stream=sys.stderr, format="%(message)s", force=True)


def main() -> None:
    """The console script."""
    for stream in (sys.stdout, sys.stderr):
        # A name that the terminal's encoding lacks must not end the run.
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    cli(prog_name=_PROGRAM)


if __name__ == "__main__":
    main()
