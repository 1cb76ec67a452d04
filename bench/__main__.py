"""``python -m bench PATH...``: faceoff-lint and its peers on the same trees, side by side.

Fetches nothing. Each project is copied to a scratch folder first, without its git data. The result
is Markdown: a table a project, with processor seconds, seconds on the clock and peak memory.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from bench.measure import Cost, measure
from bench.peers import Peer, Places, peers
from faceoff_lint import __version__, registry
from faceoff_lint import lint as lint_module
from faceoff_lint.discovery import JAVASCRIPT, PYTHON, TYPESCRIPT
from faceoff_lint.lint import Job, files, lint
from faceoff_lint.model.build import seeds
from faceoff_lint.pool import Reader

_BARE, _COLD, _WARM = "bare parsing of the files read", "cold", "warm, nothing changed"
_SHOWN = ("libcst", "esprima-fork")
_LEFT_OUT = shutil.ignore_patterns(".git", "node_modules", ".venv", "venv", "__pycache__")


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--bin", type=Path, action="append", default=[], help="folder with peers")
    parser.add_argument("--node", type=Path, help="folder whose node_modules have eslint, oxlint")
    parser.add_argument("--semgrep-rules", type=Path, help="a checkout of Semgrep's rules")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument(
        "--python",
        type=Path,
        default=Path(sys.executable),
        help="the Python whose faceoff-lint is measured, as of one with a compiled build",
    )
    parser.add_argument("--timeout", type=float, default=900, help="seconds for one command")
    given = parser.parse_args()
    # Started programs would compile their sources again each time: no installed one does.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PATH"] = os.pathsep.join([*map(str, given.bin), os.environ["PATH"]])
    print("\n".join(_machine(given.python)), flush=True)
    for path in given.paths:
        with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
            folder = Path(scratch)
            tree = Path(shutil.copytree(path, folder / path.name, ignore=_LEFT_OUT, symlinks=True))
            places = Places(given.node, given.semgrep_rules, folder)
            for line in _project(tree, folder, places, given):
                print(line, flush=True)
    return 0


def _machine(python: Path) -> Iterator[str]:
    versions = [f"{name} {metadata.version(name)}" for name in _SHOWN]
    code = "import faceoff_lint.values as v; print(v.__file__.endswith('.py'))"
    done = subprocess.run([python, "-P", "-c", code], capture_output=True, text=True, check=True)
    ours = f"faceoff-lint {__version__}" + ("" if done.stdout == "True\n" else ", compiled")
    yield f"{ours}, Python {platform.python_version()}, {', '.join(versions)};"
    yield f"{os.cpu_count()} processors, {platform.system()} {platform.machine()}"


def _project(tree: Path, scratch: Path, places: Places, given: argparse.Namespace) -> Iterator[str]:
    report = lint(Job(tree), registry.load())
    read = [file for file, result in report.reads.items() if result.module is not None]
    unread = sorted(set(files(Job(tree), registry.load())) - set(report.reads))
    lines = sum(len(result.source.line_starts) for result in report.reads.values() if result.source)
    frameworks = " and ".join(report.frameworks)
    yield f"\n## {tree.name} ({frameworks})\n"
    yield f"{report.searched} source files of {_lines(tree):,} lines; {_seeds(tree)} hold a word"
    yield f"that makes a file worth reading, {len(read)} were read ({lines:,} lines);"
    yield f"{len(report.findings)} findings.\n"
    yield "| run | CPU s | wall s | peak MiB |"
    yield "| --- | ---: | ---: | ---: |"
    costs: dict[str, Cost] = {}
    for name, cost in _runs(tree, scratch, read, unread, given):
        costs[name] = cost
        yield _row(name, cost)
    if not given.no_peers:
        for kind in report.frameworks:
            for peer in peers(kind, places):
                name = f"{peer.name} {_version(peer)}"
                costs[name] = measure(peer.command, tree, timeout=given.timeout)
                yield _row(name, costs[name])
    yield ""
    yield from _ratios(costs)


def _lines(tree: Path) -> int:
    """The lines of all source files, read or not."""
    found = 0
    for path in tree.rglob("*"):
        if path.name.endswith((*PYTHON, *JAVASCRIPT, *TYPESCRIPT)) and path.is_file():
            found += path.read_bytes().count(b"\n")
    return found


def _seeds(tree: Path) -> int:
    """How many files the look at the bytes picks, before anything is read."""
    with Reader(tree) as reader:
        found = lint_module.discovered(Job(tree), registry.load())[0]
        return sum(len(seeds(service, reader)) for service in found.services)


def _ratios(costs: dict[str, Cost]) -> Iterator[str]:
    """Processor time of one run to that of another."""
    cold = costs[_COLD]
    for name, cost in costs.items():
        if name != _COLD and not cost.failed and cost.cpu:
            yield f"- cold to {name}: {cold.cpu / cost.cpu:.2f}"
    ruff = next((cost for name, cost in costs.items() if name.startswith("ruff")), None)
    if ruff is not None and not ruff.failed:
        yield f"- warm, nothing changed, to ruff: {costs[_WARM].cpu / ruff.cpu:.2f}"


def _row(name: str, cost: Cost) -> str:
    if cost.failed:
        why = cost.said.strip().splitlines()[-1:] or [f"exit code {cost.code}"]
        return f"| {name} | failed: {why[0][:60]} | | |"
    return f"| {name} | {cost.cpu:.2f} | {cost.wall:.2f} | {cost.memory:.0f} |"


def _runs(
    tree: Path, scratch: Path, read: list[str], unread: list[str], given: argparse.Namespace
) -> Iterator[tuple[str, Cost]]:
    """What we cost, and the least that reading the same files does."""
    cache = scratch / "cache"
    env = {"FACEOFF_LINT_CACHE_DIR": str(cache)}
    check = [given.python, "-P", "-m", "faceoff_lint.cli", "check", "--isolated", "--quiet", "."]

    def cost(*more: str) -> Cost:
        return measure([*check, *more], tree, env, given.timeout)

    cost("--no-cache")  # whatever is compiled or cached by the system is so now
    yield _BARE, _bare(tree, scratch, read)
    yield "without cache, `--jobs 1`", cost("--no-cache", "--jobs", "1")
    yield f"without cache, `--jobs {os.cpu_count()}`", cost("--no-cache")
    yield _COLD, cost()
    yield _WARM, cost()
    for name, among in (("a file that was not read", unread), ("a file that was read", read)):
        if among:
            changed = tree / sorted(among)[len(among) // 2]
            with changed.open("a", encoding="utf-8") as file:
                file.write(
                    "\nanother = 1\n" if changed.suffix == ".py" else "\nconst another = 1\n"
                )
            yield f"warm, {name} changed", cost()
    shutil.rmtree(cache, ignore_errors=True)


def _bare(tree: Path, scratch: Path, read: list[str]) -> Cost:
    names = scratch / "names"
    names.write_text("\n".join(str(tree / file) for file in read))
    code = f"import sys; sys.stdin = open({str(names)!r}); from bench.bare import main; main()"
    root = Path(__file__).resolve().parents[1]
    return measure([sys.executable, "-c", code], root)


def _version(peer: Peer) -> str:
    """The version that a tool tells, or nothing."""
    done = subprocess.run(
        [peer.command[0], "--version"], capture_output=True, text=True, check=False
    )
    words = (done.stdout + done.stderr).replace("v", "").split()
    return next((word for word in words if word[:1].isdigit() and "." in word), "")


if __name__ == "__main__":
    sys.exit(main())
