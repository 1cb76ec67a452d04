"""``check --watch``: run again whenever a file changes, until interrupted."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from faceoff_lint.errors import FaceoffError
from faceoff_lint.lowering import language_of
from faceoff_lint.output import log_error

if TYPE_CHECKING:
    from faceoff_lint.lint import Job
    from faceoff_lint.registry import Registry

__all__ = ["State", "state", "watch", "watched"]

_EVERY = 0.3  # seconds between two looks; one costs a stat for each file

State = dict[str, tuple[int, int, int]]
"""Path → time of change (ns), size, inode."""

# What says how a project is put together, beside its source.
_MANIFESTS = (".toml", ".json", ".txt", ".lock", ".cfg", ".yaml", ".yml")


def watch(run: Callable[[], object], files: Callable[[], list[str]]) -> NoReturn:
    """Call ``run`` now and after every change of ``files``. Ends by ``KeyboardInterrupt`` only.

    ``files`` is asked anew before each run; what ends a run with an error is printed.
    """
    while True:
        # Looked at before the run: what changes while it goes on is seen after it.
        names = files()
        before = state(names)
        click.clear()
        try:
            run()
        except FaceoffError as error:
            log_error(error.message)
            if error.detail:
                click.echo(error.detail, err=True)
        click.echo("Waiting for a change (Ctrl-C ends).", err=True)
        _wait(names, before, files)


def _wait(names: list[str], before: State, files: Callable[[], list[str]]) -> None:
    """Return when a file has changed, or one has come or gone."""
    while True:
        now = state(names)
        changed = [name for name in names if before.get(name) != now.get(name)]
        if changed:
            # A folder changes by whatever is written in it, our own reports for one.
            if not all(map(os.path.isdir, changed)) or files() != names:
                return
            before = now
        time.sleep(_EVERY)


def watched(
    folder: Path, begin: Callable[[], tuple[Job, Registry]], without: Iterable[Path] = ()
) -> list[str]:
    """The files and folders that a run depends on, sorted.

    ``folder`` is among them, whatever goes wrong; the files ``without``, which the run writes, are
    not.
    """
    from faceoff_lint.discovery.files import list_files, list_folders
    from faceoff_lint.lint import discovered

    # A folder changes when a file is added to it or taken away: the first one of it too.
    below = [folder / name for name in list_folders(os.fspath(folder))]
    names = {os.fspath(folder), *_manifests(folder), *map(os.fspath, below)}
    try:
        job, known = begin()
        found, applied = discovered(job, known)
    except FaceoffError:
        # The run says what it is. Where there is no app yet, any file may become one.
        there = [name for name in list_files(os.fspath(folder)) if _tells(name)]
        return sorted({*names, *(os.fspath(folder / name) for name in there)})
    own = (one.file for one in applied.own().values())
    for extra in (job.settings.file, job.baseline, *own):
        if extra is not None:
            names.add(os.fspath(extra))
    root = os.fspath(job.root)
    files = {*found.files, *(file for one in found.services for file in one.files)}
    folders = {os.path.dirname(os.path.join(root, file)) for file in files}
    folders |= {os.path.normpath(os.path.join(root, one.root)) for one in found.services}
    for one in folders:
        names.update(_manifests(one))
    names.update(os.path.join(root, file) for file in files)
    written = {os.path.realpath(path) for path in without}
    return sorted(name for name in names | folders if os.path.realpath(name) not in written)


def _tells(name: str) -> bool:
    """Whether a file may say what there is to lint: source, or a manifest."""
    return name.endswith(_MANIFESTS) or bool(language_of(os.path.splitext(name)[1]))


def _manifests(folder: str | Path) -> Iterator[str]:
    try:
        with os.scandir(folder) as entries:
            yield from (entry.path for entry in entries if entry.name.endswith(_MANIFESTS))
    except OSError:
        return


def state(names: Iterable[str]) -> State:
    """What can be told of files and folders without reading them; missing ones are left out."""
    found: State = {}
    for name in names:
        try:
            status = os.stat(name)
        except OSError:
            continue
        found[name] = (status.st_mtime_ns, status.st_size, status.st_ino)
    return found
