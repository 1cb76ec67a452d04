"""Where a run starts: its root, its settings, and how its paths are shown."""

from __future__ import annotations

import dataclasses
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from faceoff_lint.lint import Job
    from faceoff_lint.registry import Registry
    from faceoff_lint.reports import Report

__all__ = ["job", "log", "placed"]


def job(
    paths: Sequence[Path],
    known: Registry,
    selection: Any,
    config_file: Path | None,
    *,
    isolated: bool,
    jobs: int | None,
) -> Job:
    """What a run on ``paths`` is to do, with the configuration read. Raises ``ConfigError``."""
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


def placed(report: Report, paths: Sequence[Path]) -> Report:
    """The report with what is needed to print paths that open from the user's folder."""
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


def log(verbose: int) -> None:
    """Say on standard error how the run goes: 1 for what was done, 2 for all."""
    level = (logging.WARNING, logging.INFO, logging.DEBUG)[min(verbose, 2)]
    logging.basicConfig(level=level, stream=sys.stderr, format="%(message)s", force=True)
