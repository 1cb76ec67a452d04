"""``faceoff-lint init``: a configuration file to begin with."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from faceoff_lint.cli import options, run
from faceoff_lint.errors import ConfigError, FaceoffError, NothingToLint
from faceoff_lint.output import emit

if TYPE_CHECKING:
    from faceoff_lint.config import Settings

__all__ = ["init"]

_FILE = "faceoff-lint.toml"
_TABLE = "tool.faceoff-lint"


@click.command()
@click.argument(
    "folder", default=".", type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@click.option("--stdout", is_flag=True, help="Print it, and write nothing.")
@click.option("--pyproject", is_flag=True, help="Add it to pyproject.toml, which must be there.")
@options.rules
@click.pass_context
def init(ctx: click.Context, folder: Path, stdout: bool, pyproject: bool) -> None:
    """Write a configuration file for the projects in FOLDER (default: the current one).

    It says what was found, sets what is sensible, and has all other settings as comments. A file
    with settings is never overwritten.
    """
    from faceoff_lint import config, registry
    from faceoff_lint.config.applied import find_services
    from faceoff_lint.config.files import NAMES, read
    from faceoff_lint.config.starter import BASELINE, starter

    folder = Path(os.path.abspath(folder))
    for name in NAMES:
        if not stdout and read(folder / name, explicit=False) is not None:
            raise FaceoffError(f"{folder / name} holds settings already; nothing was written")
    known = run.known(ctx)
    above = config.load(folder.parent, known) if not (folder / ".git").exists() else None
    base = above or config.Settings()
    selection = registry.Selection()
    found, _ = find_services(folder, [], config.Settings(sole=True), selection, known)
    if not found.services:
        raise NothingToLint(f"no Flask or Express project was found in {folder}")
    text = starter(
        found.services,
        known,
        table=_TABLE if pyproject else "",
        extend=_relative(base, folder),
        baseline=(folder / BASELINE).is_file(),
    )
    if stdout:
        emit(ctx, [text.rstrip("\n")])
        return
    target = _append(folder / "pyproject.toml", text) if pyproject else _create(folder, text)
    emit(ctx, [f"wrote {os.path.relpath(target)}"])


def _relative(above: Settings, folder: Path) -> str:
    """The file above to add to, if there is one in the same repository."""
    if above.file is None:
        return ""
    return os.path.relpath(above.file, folder.resolve()).replace(os.sep, "/")


def _create(folder: Path, text: str) -> Path:
    from faceoff_lint import writing

    path = folder / _FILE
    try:
        writing.create(path, text.encode())
    except FileExistsError as error:
        raise FaceoffError(f"{path} is there already; nothing was written") from error
    except OSError as error:
        raise FaceoffError(f"cannot write {path}: {error.strerror}") from error
    return path


def _append(path: Path, text: str) -> Path:
    """Add the table behind what the file holds, which stays as it is."""
    import tomli

    from faceoff_lint import fixing

    if path.is_symlink():
        raise FaceoffError(f"{path} is a link; nothing was written")
    try:
        before = path.read_bytes()
        old = before.decode("utf-8")
        tool = tomli.loads(old.replace("\r\n", "\n")).get("tool", {})
    except FileNotFoundError as error:
        raise FaceoffError(f"there is no {path}") from error
    except (OSError, UnicodeDecodeError, tomli.TOMLDecodeError) as error:
        raise ConfigError(f"{path} cannot be read as TOML: {error}") from error
    if "faceoff-lint" in tool:
        raise FaceoffError(f"{path} holds settings already; nothing was written")
    end = "\r\n" if "\r\n" in old else "\n"
    gap = "" if not old else end if old.endswith("\n") else end * 2
    after = old + (gap + text.replace("\n", end))
    try:
        tomli.loads(after.replace("\r\n", "\n"))
    except tomli.TOMLDecodeError as error:
        raise ConfigError(f"{path} has no room for a table [{_TABLE}]: {error}") from error
    fixing.save(path, after.encode())
    return path
