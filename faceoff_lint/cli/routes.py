"""``faceoff-lint routes``: the route table."""

from __future__ import annotations

from pathlib import Path

import click

from faceoff_lint.cli import options, progress, run
from faceoff_lint.output import emit, log_error

__all__ = ["routes"]


@click.command()
@options.paths
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@options.rules
@options.isolated
@options.context
@options.jobs
@options.cluster
@options.no_cache
@options.verbose
@click.pass_context
def routes(
    ctx: click.Context,
    paths: tuple[Path, ...],
    form: str,
    isolated: bool,
    config: Path | None,
    jobs: int | None,
    cluster: str | None,
    no_cache: bool,
    verbose: int,
) -> None:
    """Print the route table of the projects under PATHS, without running them."""
    from faceoff_lint import registry
    from faceoff_lint.lint import understand
    from faceoff_lint.reports import Report
    from faceoff_lint.routes import relocated, render_json, render_text

    run.log(verbose)
    known = run.known(ctx)
    job = run.job(
        paths, known, registry.Selection(), config, isolated=isolated, jobs=jobs, cluster=cluster
    )
    job = run.changed(job, cache=None if no_cache else run.cache(paths))
    with progress.shown(verbose=verbose) as observer:
        understood = understand(run.changed(job, progress=observer), known)
    placed = run.placed(Report(job.root), paths)
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
