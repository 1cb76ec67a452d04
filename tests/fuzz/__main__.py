"""``python -m tests.fuzz [--seconds N] [--engine NAME] [--target NAME] [--into FOLDER]``.

Runs each target under each engine for so many seconds and prints how many texts were tried and
what they broke. Engines run in processes of their own: a text that hangs or kills one is a line of
the table too, and the next process goes on. Exit code 1 when anything was found.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from .engines import ENGINES, available
from .ledger import Ledger

__all__ = ["main"]

_ROOT = Path(__file__).parents[2]
_HANGS = 90.0
"""Seconds after which a text is given up; a process that the linter reads with gets 60."""
_START = 120.0


@dataclass
class Outcome:
    """What became of a target under an engine. ``lost``: processes that a text hung or killed."""

    target: str
    engine: str
    executions: int = 0
    seconds: float = 0.0
    failures: list[Path] = field(default_factory=list)
    lost: list[Path] = field(default_factory=list)
    broken: str = ""


def run(target: str, engine: str, seconds: float, into: Path, seed: int) -> Outcome:
    """Run a target under an engine for a while, however many processes that takes."""
    folder = into / f"{target}-{engine}"
    ledger, outcome = Ledger(folder), Outcome(target, engine)
    begin = time.monotonic()
    while (left := begin + seconds - time.monotonic()) > 1:
        before = ledger.executions
        code = _child(target, engine, folder, left, seed + len(outcome.lost), ledger)
        if code == 0:
            break
        if ledger.executions == before:
            outcome.broken = f"the engine ended with {code}: see {folder / 'log'}"
            break
        why = "hung" if code is None else f"ended with {code}"
        lost = folder / f"lost-{len(outcome.lost)}"
        lost.write_bytes(ledger.current.encode("utf-8", "surrogatepass"))
        (folder / f"{lost.name}.why").write_text(f"the process {why}\n")
        outcome.lost.append(lost)
    outcome.executions, outcome.failures = ledger.executions, ledger.failures
    outcome.seconds = time.monotonic() - begin
    return outcome


def _child(
    target: str, engine: str, folder: Path, seconds: float, seed: int, ledger: Ledger
) -> int | None:
    """One process; its exit code, None when it hung."""
    command = [sys.executable, "-m", "tests.fuzz.engines", engine, target, str(folder)]
    command += [str(seconds), str(seed)]
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    with (folder / "log").open("ab") as log:
        child = subprocess.Popen(
            command, cwd=_ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )  # fmt: skip
        seen, since = ledger.executions, time.monotonic() + _START
        try:
            while child.poll() is None:
                time.sleep(0.2)
                if ledger.executions != seen:
                    seen, since = ledger.executions, time.monotonic() + _HANGS
                elif time.monotonic() > since:
                    return None
            return child.returncode
        finally:
            if child.poll() is None:
                child.kill()
            child.wait()


def main() -> int:
    """Run what was asked for; 1 when something was found."""
    from .targets import TARGETS

    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--seconds", type=float, default=60.0, help="for each target and engine")
    parser.add_argument("--engine", action="append", choices=ENGINES, help="default: all there are")
    parser.add_argument("--target", action="append", choices=list(TARGETS), help="default: all")
    parser.add_argument("--into", type=Path, help="where failing texts go")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    into = given.into or Path(tempfile.mkdtemp(prefix="faceoff-fuzz-"))
    engines = given.engine or [one for one in ENGINES if available(one)]
    outcomes = []
    print(
        f"{'target':<22}{'engine':<12}{'executions':>11}{'seconds':>9}{'failures':>10}{'lost':>6}"
    )
    for target in given.target or list(TARGETS):
        for engine in engines:
            one = run(target, engine, given.seconds, into.resolve(), given.seed)
            outcomes.append(one)
            print(
                f"{target:<22}{engine:<12}{one.executions:>11}{one.seconds:>9.0f}"
                f"{len(one.failures):>10}{len(one.lost):>6}",
                flush=True,
            )
    found = False
    for one in outcomes:
        for path in (*one.failures, *one.lost):
            found = True
            print(f"\n{path}\n{_last(path.with_suffix('.why'))}")
        if one.broken:
            found = True
            print(f"\n{one.target} under {one.engine}: {one.broken}")
    print(f"\n{sum(one.executions for one in outcomes)} executions")
    return int(found)


def _last(why: Path) -> str:
    """The end of what is said of a failure."""
    lines = why.read_text("utf-8").rstrip().splitlines() if why.exists() else []
    return "\n".join(f"  {line[:300]}" for line in lines[-12:])


if __name__ == "__main__":
    sys.exit(main())
