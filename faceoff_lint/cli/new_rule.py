"""``faceoff-lint new-rule``: the files of a new rule, to be filled in."""

from __future__ import annotations

import importlib
from pathlib import Path

import click

from faceoff_lint.cli import options, run
from faceoff_lint.errors import FaceoffError
from faceoff_lint.output import emit

__all__ = ["new_rule"]

_FOLDER = Path("lint-rules")


@click.command(name="new-rule")
@click.argument("name")
@click.option(
    "--framework", type=click.Choice(["flask", "express"]), default="flask", show_default=True
)
@click.option("--code", help="Its code; by default the next one of the folder, from OWN101.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to write it: lint-rules by default, in a checkout of faceoff-lint rules/FRAMEWORK.",
)
@options.rules
@click.pass_context
def new_rule(
    ctx: click.Context, name: str, framework: str, code: str | None, folder: Path | None
) -> None:
    """Write the files of a new rule NAME: its function, its page and, in a new folder, its tests.

    All of them fail until they are filled in.
    """
    from faceoff_lint import catalogue, fixing, registry, rule_folders, scaffold, writing

    home = Path("rules", framework)
    built_in = folder is None and _is_checkout(home)
    if built_in and code is None:
        raise click.UsageError("a built-in rule's code says its practice: give --code", ctx)
    target = folder or (home if built_in else _FOLDER)
    # A link in the folder one works in may be of someone else's making.
    fixing.check_inside(target, Path.cwd())
    known = run.known(ctx)
    new = scaffold.plan(name, framework, code, target, known, tests=not built_in)
    target.mkdir(parents=True, exist_ok=True)
    for path, text in new.files.items():
        try:
            writing.create(path, text.encode())
        except OSError as error:
            raise FaceoffError(f"cannot write {path}: {error.strerror}") from error
        emit(ctx, [f"wrote {path}"])
    if built_in:
        importlib.invalidate_caches()
        with_new = registry.load()
        if new.name in with_new.by_key:
            text = "\n".join(catalogue.as_markdown(with_new)) + "\n"
            fixing.save(Path("docs/rules.md"), text.encode())
            emit(ctx, ["wrote its line in docs/rules.md"])
        emit(ctx, [f"Fill it in until `pytest tests/test_rule_pages.py -k {new.code}` passes;"
                   " how: CONTRIBUTING.md."])  # fmt: skip
        return
    rule_folders.load(target)
    emit(ctx, [f"Fill them in until `pytest {target}` passes; how: docs/own-rules.md.",
               f"Then: faceoff-lint --rules {target}"])  # fmt: skip


def _is_checkout(rules: Path) -> bool:
    """Whether this is a checkout of faceoff-lint: new rules are then built in."""
    project = Path("pyproject.toml")
    try:
        return rules.is_dir() and 'name = "faceoff-lint"' in project.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return False
