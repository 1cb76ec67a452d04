"""Where reports go: which format to which file, and what is printed around them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from faceoff_lint.errors import FaceoffError
from faceoff_lint.terminal import hyperlinks, printable, printable_line

if TYPE_CHECKING:
    from faceoff_lint.finding import Finding
    from faceoff_lint.fixing import Plan
    from faceoff_lint.reports import Report
    from faceoff_lint.rule import Rule

__all__ = [
    "FORMATS",
    "Output",
    "emit",
    "log_error",
    "note",
    "outputs",
    "print_fixed",
    "print_ignored",
    "print_next_steps",
    "print_plan",
    "print_rules",
    "print_stale",
    "write",
]

FORMATS = (
    "full", "concise", "json", "jsonl", "github", "gitlab", "azure", "teamcity", "sarif", "junit",
    "checkstyle", "rdjson", "markdown",
)  # fmt: skip
_TEXT = ("full", "concise")
# Set by programs that read the output for their users, and pay for every word.
_AGENTS = ("AI_AGENT", "CLAUDECODE", "CURSOR_AGENT", "GEMINI_CLI")


_MANY = 5
"""Findings of a first run with which one may wonder where to begin."""


class Output(NamedTuple):
    """A format, and the file it goes to; None: standard output."""

    format: str
    file: Path | None = None


def outputs(
    order: Sequence[str],
    formats: Sequence[str],
    files: Sequence[Path],
    *,
    statistics: bool = False,
) -> list[Output]:
    """Pairs each ``--output-file`` with the ``--output-format`` before it.

    ``order``: which of both options was given when, as ``output_format`` and ``output_file``.
    Without any it is ``full``, in a run of GitHub Actions ``github``, and where an agent reads
    along ``concise``. Raises ``click.UsageError``.
    """
    if not formats and not files:
        if os.environ.get("GITHUB_ACTIONS") == "true" and not statistics:
            return [Output("github")]
        return [Output("concise" if any(map(os.environ.get, _AGENTS)) else "full")]
    forms, paths = iter(formats), iter(files)
    found: list[Output] = []
    for option in order:
        if option == "output_format":
            found.append(Output(next(forms)))
        elif not found or found[-1].file is not None:
            raise click.UsageError("each --output-file follows the --output-format it is for")
        else:
            found[-1] = Output(found[-1].format, next(paths))
    places = [os.path.realpath(one.file) if one.file else "" for one in found]
    if places.count("") > 1:
        raise click.UsageError("at most one --output-format goes without an --output-file")
    if len(set(places)) < len(places):
        raise click.UsageError("two formats cannot go to one file")
    return found


def write(
    ctx: click.Context,
    report: Report,
    wanted: Sequence[Output],
    *,
    statistics: bool,
    quiet: int,
    err: bool = False,
) -> None:
    """Print and save a report. ``quiet``: 1 prints findings only, 2 nothing; files are written.

    ``statistics`` replace what is printed, not what is saved. ``err``: print all of it on standard
    error. Raises ``FaceoffError`` when a file can't be written.
    """
    if quiet < 2:
        _print(ctx, report, wanted, statistics=statistics, quiet=bool(quiet), err=err)
    for one in wanted:
        if one.file is not None:
            lines = (f"{click.unstyle(line)}\n" for line in _render(report, one.format))
            _save(one.file, "".join(lines), report.root)


def _print(
    ctx: click.Context,
    report: Report,
    wanted: Sequence[Output],
    *,
    statistics: bool,
    quiet: bool,
    err: bool,
) -> None:
    import dataclasses

    from faceoff_lint.reports import summary

    stream = sys.stderr if err else sys.stdout
    linked = dataclasses.replace(report, links=hyperlinks(os.environ, tty=stream.isatty()))
    printed = next((one.format for one in wanted if one.file is None), None)
    text = printed in _TEXT
    if not quiet:
        for note in _notes(report, wanted):
            emit(ctx, [f"note: {summary.safe(note)}"], err=True)
        emit(ctx, summary.understood(report), err=err or not text)
    if statistics:
        emit(ctx, summary.statistics(report, as_json=printed == "json"), err=err)
    elif printed is not None:
        emit(ctx, _render(linked, printed), err=err)
        if printed == "github" and os.environ.get("GITHUB_ACTIONS") == "true" and not quiet:
            # Annotations are ten of a kind and show no code: the job's log has the rest.
            emit(ctx, _render(report, "full"), err=True)
    if not quiet:
        emit(ctx, summary.closing(report), err=err or not text)


def _notes(report: Report, wanted: Sequence[Output]) -> Iterator[str]:
    yield from report.notes
    if any(one.format == "sarif" for one in wanted):
        from faceoff_lint.reports.sarif import left_out

        if left_out(report):
            yield left_out(report)


def _render(report: Report, form: str) -> Iterator[str]:
    import importlib

    lines: Iterator[str] = importlib.import_module(f"faceoff_lint.reports.{form}").render(report)
    return lines


def _save(path: Path, text: str, root: Path) -> None:
    """Write a report's file at once; a job's summary, a pipe and a device are added to."""
    from faceoff_lint import fixing

    fixing.check_inside(path, root)
    real = Path(os.path.realpath(path))
    content = text.encode("utf-8", "backslashreplace")
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    special = real.exists() and not real.is_file()
    if not special and not (summary and os.path.realpath(summary) == str(real)):
        fixing.save(real, content)
        return
    try:
        _add(real, content)
    except BrokenPipeError:
        return  # nobody reads on, which is no failure
    except OSError as error:
        raise FaceoffError(f"cannot write {path}: {error.strerror}") from error


def _add(path: Path, content: bytes) -> None:
    """Add to a file, all or nothing; a pipe or a device gets what it takes."""
    with path.open("ab", buffering=0) as opened:
        before = opened.tell() if path.is_file() else None
        try:
            rest = memoryview(content)
            while rest:
                rest = rest[opened.write(rest) or 0 :]
        except BaseException:
            if before is not None:
                opened.truncate(before)
            raise


def log_error(message: str) -> None:
    """Print one line of error, on standard error."""
    click.echo(f"{click.style('error', fg='red', bold=True)}: {printable(message)}", err=True)


def note(message: str) -> None:
    """Print one line on standard error that is no error."""
    click.echo(f"note: {printable(message)}", err=True)


def emit(ctx: click.Context, lines: Iterable[str], *, err: bool = False) -> None:
    """Print lines at once."""
    text = "\n".join(lines)
    if text:
        click.echo(text, err=err, color=ctx.find_root().color)


def print_next_steps(ctx: click.Context, report: Report, wanted: Sequence[Output]) -> None:
    """Print what to try next, to a person who seems to be here for the first time."""
    from faceoff_lint.reports import summary

    printed = next((one.format for one in wanted if one.file is None), None)
    if printed != "full" or not sys.stdout.isatty() or os.environ.get("CI"):
        return
    if len(report.findings) >= _MANY:
        group = ctx.find_root().command
        commands = group.list_commands(ctx) if isinstance(group, click.Group) else []
        emit(ctx, summary.next_steps(report, commands))


def print_stale(ctx: click.Context, report: Report) -> None:
    """Print the accepted findings that occur no more."""
    from faceoff_lint.reports import summary

    emit(ctx, summary.stale(report), err=True)


def print_fixed(ctx: click.Context, fixed: Sequence[Finding], problems: Sequence[str]) -> None:
    """Print what fixing did, and what it could not do."""
    from faceoff_lint.reports import summary

    for problem in problems:
        log_error(summary.safe(problem))
    emit(ctx, summary.fixed(fixed), err=True)


def print_ignored(
    ctx: click.Context, ignored: Sequence[Finding], problems: Sequence[str], notes: Sequence[str]
) -> None:
    """Print how many suppressions were written, and what was left."""
    from faceoff_lint.reports import summary

    for problem in problems:
        log_error(summary.safe(problem))
    for left in notes:
        emit(ctx, [f"note: {summary.safe(left)}"], err=True)
    emit(ctx, summary.ignored(ignored), err=True)


def print_plan(
    ctx: click.Context, made: Plan, report: Report, *, verb: str = "fix", quiet: int = 0
) -> int:
    """Print a plan as a diff, and what it leaves out; 1 when it changes anything.

    ``verb``: what is only shown, ``fix`` or ``ignore``.
    """
    from faceoff_lint import fixing
    from faceoff_lint.reports import summary

    for problem in made.problems:
        log_error(summary.safe(problem))
    for left in made.notes:
        emit(ctx, [f"note: {summary.safe(left)}"], err=True)
    emit(ctx, map(_diff_line, fixing.diff(made, report.sources)))
    if not quiet:
        emit(ctx, summary.would(report, made.fixed, verb), err=True)
    return 1 if made.edits else 0


def _diff_line(line: str) -> str:
    """A line of a diff to print; it keeps its tabs, so that the diff can be applied."""
    first, *rest = line.split("\t")
    # GitHub's runner would obey a line of context that begins with `::`.
    shown = printable_line if os.environ.get("GITHUB_ACTIONS") == "true" else printable
    return "\t".join([shown(first), *map(printable, rest)])


def print_rules(ctx: click.Context, rules: Sequence[Rule], output_format: str) -> None:
    """Print rules as a table, or as a JSON list."""
    from faceoff_lint import catalogue

    if output_format == "json":
        import json

        emit(ctx, [json.dumps([catalogue.as_data(one) for one in rules], indent=2)])
    else:
        emit(ctx, catalogue.as_table(rules))
