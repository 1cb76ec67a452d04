"""``faceoff-lint rule``: the page of a rule."""

from __future__ import annotations

import importlib.util
import os

import click

import faceoff_lint
from faceoff_lint import output
from faceoff_lint.cli import options, run
from faceoff_lint.output import emit

__all__ = ["rule"]


@click.command()
@options.rules
@click.argument("code", required=False, metavar="CODE|NAME")
@click.option("--all", "everything", is_flag=True, help="All rules.")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text")
@click.pass_context
def rule(ctx: click.Context, code: str | None, everything: bool, output_format: str) -> None:
    """Show the page of a rule, or all rules."""
    if bool(code) == everything:
        raise click.UsageError("name a rule by its code or name, or say --all", ctx)
    known_page = _page(code) if code and output_format == "text" else None
    if known_page is not None:
        emit(ctx, [known_page.rstrip()])
        return
    from faceoff_lint import catalogue

    known = run.known(ctx)
    if everything:
        output.print_rules(ctx, known.rules, output_format)
    elif output_format == "json":
        import json

        emit(ctx, [json.dumps(catalogue.as_data(known.get(code or "")), indent=2)])
    else:
        emit(ctx, [catalogue.page(known.get(code or "")).rstrip()])


def _page(key: str) -> str | None:
    """The page of one of our own rules, found by its title: to read it needs no rule imported."""
    spec = importlib.util.find_spec("faceoff_rules")
    homes = list(spec.submodule_search_locations or ()) if spec is not None else []
    folders = [os.path.join(home, one) for home in homes for one in ("flask", "express")]
    for folder in (*folders, os.path.join(os.path.dirname(faceoff_lint.__file__), "pages")):
        try:
            names = [entry.path for entry in os.scandir(folder) if entry.name.endswith(".md")]
        except OSError:
            continue
        for name in names:
            with open(name, encoding="utf-8") as page:
                title = page.readline().split()
                if key.casefold() in (word.casefold() for word in title[1:3]):
                    page.seek(0)
                    return page.read()
    return None
