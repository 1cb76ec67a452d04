"""Where a run starts: its root, its settings, and how its paths are shown."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from faceoff_lint.errors import FaceoffError
from faceoff_lint.terminal import printable, printable_line

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from faceoff_lint.cache import Folder
    from faceoff_lint.lint import Job
    from faceoff_lint.registry import Registry
    from faceoff_lint.reports import Report

__all__ = [
    "accepted", "cache", "changed", "job", "known", "log", "placed", "relative", "reused", "root",
    "rule_folders", "told", "told_run", "told_settings",
]  # fmt: skip

_CLUSTER_SECONDS = 30


def job(
    paths: Sequence[Path],
    known: Registry,
    selection: Any,
    config_file: Path | None,
    *,
    isolated: bool,
    jobs: int | None,
    cluster: str | None = None,
) -> Job:
    """What a run on ``paths`` is to do, with the configuration read. Raises ``ConfigError``."""
    from faceoff_lint import config
    from faceoff_lint.lint import Job

    full = [Path(os.path.abspath(path)) for path in paths or (Path(),)]
    start = _common(full)
    settings = config.Settings(sole=True) if isolated else config.load(start, known, config_file)
    executor = _cluster(cluster) if cluster else None
    return Job(_root(start), full, settings, selection, jobs, executor=executor)


def rule_folders(ctx: click.Context) -> list[Path]:
    """The folders of rules that the user named, or trusts in a file of their own.

    Raises ``ConfigError`` for such a file that others could have written.
    """
    from faceoff_lint.cli.options import RULE_FOLDERS

    folders: list[Path] = list(ctx.meta.get(RULE_FOLDERS, ()))
    if not ctx.params.get("isolated"):
        from faceoff_lint import trust

        full = [Path(os.path.abspath(path)) for path in ctx.params.get("paths") or (Path(),)]
        trusted, notes = trust.trusted(_root(_common(full)))
        for note in dict.fromkeys(notes):
            click.echo(f"note: {printable(note)}", err=True)
        folders += trusted
    return list({folder.resolve(): folder for folder in folders}.values())


def known(ctx: click.Context, folders: Sequence[Path] | None = None) -> Registry:
    """All rules: built in, of installed packs, of the user's ``rule_folders``.

    Raises ``RuleError``.
    """
    from faceoff_lint import registry

    folders = rule_folders(ctx) if folders is None else folders
    if not folders:
        return registry.load()
    from faceoff_lint.rule_folders import load

    return registry.load([rule for folder in folders for rule in load(folder)])


def told(folders: Sequence[Path]) -> str:
    """What stands in folders of rules, told short: a run's result depends on it."""
    if not folders:
        return ""
    from faceoff_lint.rule_folders import digest

    return digest(folders)


def changed(job: Job, **changes: Any) -> Job:
    """The job with some of its fields changed."""
    import dataclasses

    return dataclasses.replace(job, **changes)


def accepted(job: Job, given: Path | None) -> Path | None:
    """The baseline of a run: the one that is ``given``, else that of the configuration.

    Raises ``ConfigError``, with the place, where the configuration names one that is not there.
    """
    from faceoff_lint.baseline import is_there

    named = job.settings.baseline
    if given is not None or named is None or is_there(named):
        return given or named
    from faceoff_lint.config.files import read
    from faceoff_lint.errors import ConfigError

    places = [entry.file for entry in job.settings.entries if entry.keys == ("baseline",)]
    found = read(places[-1], explicit=False) if places else None
    frame = found.document.frame(*found.document.find(("baseline",), named.name)) if found else ""
    raise ConfigError("there is no such baseline; `faceoff-lint baseline` makes it", frame)


def cache(paths: Sequence[Path]) -> Folder | None:
    """Where a run on ``paths`` may keep what it finds out; None when there is no such place."""
    from faceoff_lint.cache import Folder

    return Folder.open(root(paths))


def root(paths: Sequence[Path]) -> Path:
    """What a run on ``paths`` calls its root."""
    return _root(_common([Path(os.path.abspath(path)) for path in paths or (Path(),)]))


def reused(
    folder: Folder | None,
    paths: Sequence[Path],
    asked: Sequence[object],
    begin: Callable[[], tuple[Job, Registry]],
) -> Report:
    """The report of an earlier run, where nothing has changed since, or that of a new one.

    ``asked``: what else the command line says, as JSON values. ``begin`` makes the job and the
    rules for a new run. Raises as ``lint`` does.
    """
    from faceoff_lint import disk
    from faceoff_lint.runs import Run

    full = [os.path.abspath(path) for path in paths or (Path(),)]
    kinds = [os.path.isdir(path) for path in full]
    before = Run(
        folder, [os.fspath(root(paths)), full, kinds, os.environ.get("PRE_COMMIT", ""), *asked]
    )
    report = before.known()
    if report is None:
        from faceoff_lint.lint import lint

        with disk.recording() as observed:
            report = lint(*begin())
            before.keep(report, observed())
    return report


def told_settings(job: Job) -> str:
    """Where a run's settings come from."""
    if job.settings.file is not None:
        return os.path.relpath(job.settings.file)
    return "none are read (--isolated)" if job.settings.sole else "no configuration file, defaults"


def told_run(report: Report) -> str:
    """How a report was made."""
    if not report.reads:
        return "nothing has changed since an earlier run: its report is shown"
    return f"{len(report.reads)} of {report.searched} source files read"


def _cluster(address: str) -> Executor:
    """The executor of a Dask cluster. Raises ``FaceoffError`` when there is none."""
    try:
        from distributed import Client
    except ImportError as error:
        raise FaceoffError("--cluster needs Dask: pip install faceoff-lint[dask]") from error
    try:
        client = Client(address, timeout=_CLUSTER_SECONDS, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise FaceoffError(f"no Dask cluster answers at {address}: {error}") from error
    executor: Executor = client.get_executor(pure=False)
    return executor


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


def relative(file: Path, root: Path) -> str:
    """A file's path relative to the root of a run, as findings name it."""
    return Path(os.path.realpath(file)).relative_to(os.path.realpath(root)).as_posix()


def placed(report: Report, paths: Sequence[Path]) -> Report:
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
        given=_given(given, root),
    )


def _given(folder: Path, root: Path) -> str:
    """The folder that was asked for, as findings name it: links followed."""
    real, base = os.path.realpath(folder), os.path.realpath(root)
    if os.path.commonpath((real, base)) != base:
        return ""  # a link out of the tree: nothing in it is read
    return _below(Path(real), Path(base))


def _below(path: Path, root: Path) -> str:
    relative = path.relative_to(root).as_posix()
    return "" if relative == "." else relative


def log(verbose: int) -> None:
    """Say on standard error how the run goes: 1 for what was done, 2 for all."""
    import logging

    class Printable(logging.Formatter):
        """Messages quote names and strings of the scanned tree."""

        def format(self, record: logging.LogRecord) -> str:
            return "\n".join(map(printable_line, super().format(record).split("\n")))

    level = (logging.WARNING, logging.INFO, logging.DEBUG)[min(verbose, 2)]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Printable())
    logging.basicConfig(level=level, handlers=[handler], force=True)
