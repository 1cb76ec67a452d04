"""``faceoff-lint baseline``: accept what is found."""

from __future__ import annotations

import os
from pathlib import Path

import click

from faceoff_lint.cli import options, progress, run
from faceoff_lint.output import emit
from faceoff_lint.terminal import printable

__all__ = ["baseline"]


@click.command()
@options.paths
@click.option(
    "--file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The baseline; else what the configuration names, else faceoff-baseline.json.",
)
@click.option("--prune", is_flag=True, help="Only drop what occurs no more; accept nothing new.")
@options.rules
@options.isolated
@options.context
@options.jobs
@options.cluster
@options.no_cache
@click.pass_context
def baseline(
    ctx: click.Context,
    paths: tuple[Path, ...],
    file: Path | None,
    prune: bool,
    isolated: bool,
    config: Path | None,
    jobs: int | None,
    cluster: str | None,
    no_cache: bool,
) -> None:
    """Accept the findings under PATHS as they are: `check --baseline` then reports what is new.

    What the baseline holds of other paths, and of rules that are off, stays in it.
    """
    from faceoff_lint import fixing, registry
    from faceoff_lint.lint import accept

    known = run.known(ctx)
    job = run.job(
        paths, known, registry.Selection(), config, isolated=isolated, jobs=jobs, cluster=cluster
    )
    job = run.changed(job, cache=None if no_cache else run.cache(paths))
    path = Path(os.path.abspath(file or job.settings.baseline or "faceoff-baseline.json"))
    with progress.shown() as observer:
        made, dropped = accept(run.changed(job, progress=observer), known, path, prune=prune)
    fixing.save(path, made.render().encode(), job.root)
    told = f"{path.name}: {made.accepted.total()} accepted"
    told += f", {dropped} dropped" if dropped or prune else ""
    if job.settings.baseline is None and not prune:
        told += f'; use it with `check --baseline {path.name}`, or set `baseline = "{path.name}"`'
    emit(ctx, [printable(f"{told}.")])
