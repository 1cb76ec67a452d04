"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = [
    "baseline", "cluster", "context", "extend_select", "ignore", "isolated", "jobs", "no_cache",
    "paths", "preset", "rules", "select", "split", "verbose",
]  # fmt: skip


def split(
    ctx: click.Context, param: click.Parameter | None, value: tuple[str, ...]
) -> tuple[str, ...]:
    """Values separated by commas, of an option that may be repeated."""
    return tuple(part.strip() for text in value for part in text.split(",") if part.strip())


preset = click.option(
    "--preset",
    type=click.Choice(["recommended", "strict", "upgrade"]),
    help="Start from these rules.",
)
select = click.option(
    "--select", multiple=True, callback=split, help="Run these rules and no others."
)
extend_select = click.option(
    "--extend-select", multiple=True, callback=split, help="Run these rules too."
)
ignore = click.option("--ignore", multiple=True, callback=split, help="Do not run these rules.")
baseline = click.option(
    "--baseline",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Report only what this file of accepted findings does not hold.",
)


def _rules(ctx: click.Context, param: click.Parameter, value: tuple[Path, ...]) -> None:
    ctx.meta[RULE_FOLDERS] = value


RULE_FOLDERS = "folders of rules"
"""What ``--rules`` named, in ``ctx.meta``: every command hands it on alike."""

rules = click.option(
    "--rules",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    expose_value=False,
    callback=_rules,
    help="Run the rules in this folder too. They are code: name only what you trust.",
)
paths = click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
context = click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Read this configuration file instead of looking for one.",
)
isolated = click.option("--isolated", is_flag=True, help="Read no configuration file.")
jobs = click.option(
    "-j", "--jobs", type=click.IntRange(min=1), help="Worker processes that read files."
)
no_cache = click.option(
    "--no-cache", is_flag=True, help="Read all files anew, and remember nothing of them."
)
cluster = click.option("--cluster", metavar="ADDRESS", help="Let this Dask cluster read the files.")
verbose = click.option("-v", "--verbose", count=True, help="Say more on standard error.")
