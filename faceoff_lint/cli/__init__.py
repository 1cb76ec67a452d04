"""The command line: the only room that reads arguments, prints, or decides exit codes.

Exit codes: 0 nothing found, 1 findings, 2 the run could not be done as asked (usage,
configuration, nothing to lint, output that can't be written, or a failure of the linter itself),
128 and a signal's number when that ended it. One module a command, of the command's name; it is
imported when the command is called, or listed.
"""

from __future__ import annotations

import importlib
import os
from typing import Any, NoReturn

import click

from faceoff_lint import __version__
from faceoff_lint.cli import process
from faceoff_lint.errors import FaceoffError, NothingToLint
from faceoff_lint.output import log_error
from faceoff_lint.terminal import printable, printable_line

__all__ = ["cli", "main"]

_PROGRAM = "faceoff-lint"
_OWN_OPTIONS = ("--help", "-h", "--version")
_COMMANDS = (
    "check", "baseline", "routes", "rule", "rules", "new-rule", "config", "init", "clean",
    "completion",
)  # fmt: skip


class _Group(click.Group):
    """``check`` may be left out; errors of ours end with exit code 2."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"faceoff_lint.cli.{cmd_name.replace('-', '_')}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if not ctx.resilient_parsing and args[0] not in _COMMANDS:
            import difflib

            close = difflib.get_close_matches(args[0], _COMMANDS, n=1)
            hint = f" Did you mean '{close[0]}'?" if close else ""
            ctx.fail(f"No such command '{args[0]}'.{hint}")
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        first = args[0] if args else ""
        named = first in _COMMANDS or first in _OWN_OPTIONS
        pathlike = os.path.exists(first) or "/" in first or os.sep in first or first == "--"
        if (
            not ctx.resilient_parsing
            and not named
            and (not first or first.startswith("-") or pathlike)
        ):
            args = ["check", *args]
        return super().parse_args(ctx, args)

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        try:
            return super().make_context(*args, **extra)
        except click.ClickException as error:
            raise _shown(error) from error

    def invoke(self, ctx: click.Context) -> Any:
        ctx.color = _color(os.environ)
        try:
            return super().invoke(ctx)
        except (click.exceptions.Exit, click.Abort):
            raise
        except click.ClickException as error:
            raise _shown(error) from error
        except NothingToLint as error:
            error.detail = "\n".join(map(printable_line, error.detail.split("\n")))
            _fail(ctx, error, 0 if os.environ.get("PRE_COMMIT") == "1" else 2)
        except FaceoffError as error:
            _fail(ctx, error, 2)
        except Exception as error:
            import traceback

            log_error(f"internal error: {type(error).__name__}: {error}")
            for line in traceback.format_exc().split("\n"):
                click.echo(printable_line(line), err=True)
            click.echo("This is a fault of faceoff-lint; please report it.", err=True)
            ctx.exit(2)


def _shown(error: click.ClickException) -> click.ClickException:
    """The error with a message that no terminal obeys: it quotes arguments, such as file names."""
    shown = "\n".join(printable(line) for line in error.message.split("\n"))
    setattr(error, "message", shown)  # noqa: B010 -- declared final, and read when it is shown
    return error


def _fail(ctx: click.Context, error: FaceoffError, code: int) -> NoReturn:
    log_error(error.message)
    if error.detail:
        click.echo(error.detail, err=True)
    ctx.exit(code)


def _color(environ: Any) -> bool | None:
    """Whether to print colours; None leaves it to whether the stream is a terminal."""
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR", "") not in ("", "0", "false"):
        return True
    return False if environ.get("TERM") == "dumb" else None


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name=_PROGRAM)
def cli() -> None:
    """Put Flask and Express apps together and report what is wrong with them."""


def main() -> None:
    """The console script."""
    process.run(lambda: cli(prog_name=_PROGRAM))


if __name__ == "__main__":
    main()
