"""``python -m bench.startup``: what commands cost that read no project, beside a bare click one.

The median of many runs, taken in turns, of processor time and of time on the clock.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from pathlib import Path

from bench.measure import Cost, measure

RUNS = 21
_BARE = """
import click
@click.group()
@click.version_option("1")
def cli(): pass
@cli.command()
@click.argument("name")
def rule(name): click.echo(name)
cli()
"""
_COMMANDS = (["--version"], ["--help"], ["rule", "FLK501"])


def main(runs: int = RUNS) -> None:
    """Print a row for each command."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    print("| command | CPU ms | wall ms | bare click: CPU ms | wall ms | ratio of CPU |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder, "bare.py")
        bare.write_text(_BARE)
        ours = Path(sys.executable).with_name("faceoff-lint")
        for arguments in _COMMANDS:
            pairs = [
                (
                    measure([ours, *arguments], Path(folder)),
                    measure([sys.executable, bare, *arguments], Path(folder)),
                )
                for _ in range(runs)
            ]
            own, least = (_median([pair[side] for pair in pairs]) for side in (0, 1))
            print(
                f"| `{' '.join(arguments)}` | {own[0]:.0f} | {own[1]:.0f} | {least[0]:.0f} "
                f"| {least[1]:.0f} | {own[0] / least[0]:.2f} |"
            )


def _median(costs: list[Cost]) -> tuple[float, float]:
    cpu = statistics.median(cost.cpu for cost in costs)
    return cpu * 1000, statistics.median(cost.wall for cost in costs) * 1000


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
