"""``faceoff-lint rules``: the list of rules."""

from __future__ import annotations

import click

from faceoff_lint import output
from faceoff_lint.cli import options, run
from faceoff_lint.output import emit

__all__ = ["rules"]


@click.command()
@options.rules
@click.argument("selectors", nargs=-1, metavar="[SELECTOR]...")
@click.option("--output-format", type=click.Choice(["text", "json", "markdown"]), default="text")
@click.pass_context
def rules(ctx: click.Context, selectors: tuple[str, ...], output_format: str) -> None:
    """List the rules, or those that SELECTORs name: EXP3, practice:async, preset:strict."""
    from faceoff_lint import catalogue

    known = run.known(ctx)
    if output_format == "markdown":
        if selectors:
            raise click.UsageError("the markdown table is of all rules", ctx)
        emit(ctx, catalogue.as_markdown(known))
        return
    named = {rule for one in options.split(ctx, None, selectors) for rule in known.matching(one)}
    output.print_rules(ctx, [r for r in known.rules if r in named or not selectors], output_format)
