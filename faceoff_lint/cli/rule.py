"""``faceoff-lint rule``: the page of a rule."""

from __future__ import annotations

import json

import click

from faceoff_lint import output
from faceoff_lint.output import emit

__all__ = ["rule"]


@click.command()
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
