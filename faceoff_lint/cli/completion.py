"""``faceoff-lint completion``: scripts for shells."""

from __future__ import annotations

import click

from faceoff_lint.output import emit

__all__ = ["completion"]

_PROGRAM = "faceoff-lint"


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print a script that completes faceoff-lint's commands and options in SHELL.

    For bash: eval "$(faceoff-lint completion bash)"
    """
    from click.shell_completion import get_completion_class

    complete = get_completion_class(shell)
    assert complete is not None
    variable = f"_{_PROGRAM.upper().replace('-', '_')}_COMPLETE"
    emit(ctx, [complete(ctx.find_root().command, {}, _PROGRAM, variable).source()])
