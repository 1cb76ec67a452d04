"""``faceoff-lint config``: the settings that count, and where each comes from."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from faceoff_lint.cli import options, run
from faceoff_lint.output import emit
from faceoff_lint.terminal import printable, printable_path

if TYPE_CHECKING:
    from faceoff_lint.config.effective import Said

__all__ = ["config"]


@click.command()
@options.paths
@options.preset
@options.select
@options.extend_select
@options.ignore
@options.baseline
@options.rules
@options.isolated
@options.context
@click.option("--schema", is_flag=True, help="Print the JSON Schema of the settings instead.")
@click.option("--output-format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_context
def config(
    ctx: click.Context,
    paths: tuple[Path, ...],
    preset: str | None,
    select: tuple[str, ...],
    extend_select: tuple[str, ...],
    ignore: tuple[str, ...],
    baseline: Path | None,
    isolated: bool,
    config: Path | None,
    schema: bool,
    form: str,
) -> None:
    """Print the settings that a run on PATHS follows, and where each comes from.

    Services with a configuration file of their own are listed with it; name the folder of one to
    see its settings. The other options are those of `check`.
    """
    import json

    from faceoff_lint import registry
    from faceoff_lint.config.applied import find_services
    from faceoff_lint.config.effective import effective
    from faceoff_lint.config.schema import schema as made

    known = run.known(ctx)
    if schema:
        emit(ctx, [json.dumps(made(known), indent=2)])
        return
    chosen = (f"preset:{preset}", *select) if preset else select
    selection = registry.Selection(chosen or None, extend_select, ignore)
    known.check([*chosen, *extend_select, *ignore])
    job = run.job(paths, known, selection, config, isolated=isolated, jobs=None)
    given: dict[str, Any] = {"preset": preset, "select": list(select)}
    given |= {"extend-select": list(extend_select), "ignore": list(ignore)}
    given |= {"baseline": os.fspath(baseline) if baseline else None}
    said = list(effective(job.settings, {k: v for k, v in given.items() if v}, known))
    asked = [os.fspath(path) for path in job.paths]
    _, applied = find_services(job.root, asked, job.settings, selection, known)
    on = sorted(rule.code for rule in applied.rules(job.settings))
    own = {folder: one.file for folder, one in applied.own().items() if one.file is not None}
    if form == "json":
        data = {
            "file": _shown(job.settings.file),
            "settings": [_data(one) for one in said],
            "rules": on,
            "services": [{"folder": folder, "file": _shown(own[folder])} for folder in own],
        }
        emit(ctx, [json.dumps(data, indent=2)])
    else:
        emit(ctx, _lines(said))
        emit(ctx, ["", f"{len(on)} of {len(known.rules)} rules are on."])
        emit(ctx, (printable(f"{name or '.'}/ follows {_shown(own[name])}") for name in own))


def _shown(file: Path | None) -> str | None:
    """A path from the current folder, where that is shorter."""
    if file is None:
        return None
    relative = os.path.relpath(file)
    return os.fspath(file) if relative.startswith("..") else relative.replace(os.sep, "/")


def _data(one: Said) -> dict[str, Any]:
    place = {"file": _shown(one.file), "line": one.line} if one.file is not None else {}
    return {"key": one.key, "value": one.value, "origin": one.origin, **place}


def _lines(said: Iterable[Said]) -> Iterable[str]:
    import json

    rows = []
    for one in said:
        place = one.origin
        if one.file is not None:
            place = f"{printable_path(str(_shown(one.file)))}:{one.line}"
        value = "(none)" if one.value is None else json.dumps(one.value, ensure_ascii=False)
        rows.append((printable(f"{one.key} = {value}"), place))
    width = min(60, max(len(left) for left, _ in rows))
    return (f"{left.ljust(width)}  # {place}" for left, place in rows)
