"""Lint hundreds of published packages: nothing may crash, hang, or be lost.

``python -m tests.packages --into FOLDER`` downloads what ``packages.txt`` names (with pip and npm,
as wheels and tarballs: nothing is built or installed), lints each package as a user would, then
reads each of its source files, and prints a summary. What was downloaded before is used again.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tarfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path

from faceoff_lint.discovery import JAVASCRIPT, PYTHON, TYPESCRIPT
from faceoff_lint.pool import Reader

NAMES = Path(__file__).with_name("packages.txt")
_SUFFIXES = (*PYTHON, *JAVASCRIPT, *TYPESCRIPT)
_LIMIT = 600  # seconds for one package


@dataclass
class Outcome:
    """One package. ``kinds``: how many of its files were read, or why not; ``codes``: findings."""

    name: str
    files: int = 0
    size: int = 0
    exit_code: int | None = None
    said: str = ""
    seconds: float = 0
    linted: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)
    bad: list[str] = field(default_factory=list)


def main() -> int:
    """1 when a package crashed the linter, ran out of time, or could not be finished."""
    parser = argparse.ArgumentParser(prog="python -m tests.packages", description=__doc__)
    parser.add_argument("--into", type=Path, required=True, help="folder for what is downloaded")
    parser.add_argument("--names", type=Path, default=NAMES)
    parser.add_argument("--results", type=Path, help="write a JSON line for each package here")
    given = parser.parse_args()
    names = [line for line in given.names.read_text().split() if ":" in line]
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda name: _fetched(name, given.into), names))
    had = [(name, folder) for name, folder in zip(names, found, strict=True) if folder is not None]
    print(f"not to be had: {', '.join(sorted(set(names) - {name for name, _ in had}))}", flush=True)
    outcomes = []
    with ThreadPoolExecutor(2) as threads:
        for outcome in threads.map(lambda one: _outcome(*one), had):
            outcomes.append(outcome)
            if outcome.bad:
                print(f"{outcome.name}: {'; '.join(outcome.bad[:5])}", flush=True)
            if given.results:
                with given.results.open("a") as file:
                    file.write(json.dumps(asdict(outcome)) + "\n")
    print("\n".join(_summary(outcomes)))
    return int(any(outcome.bad for outcome in outcomes))


def _fetched(name: str, into: Path) -> Path | None:
    """The folder of a package, downloaded if need be."""
    kind, _, plain = name.partition(":")
    folder = into / name.replace(":", "-").replace("/", "__")
    if folder.is_dir():
        return folder
    archives = folder.with_name(f"{folder.name}.archive")
    archives.mkdir(parents=True, exist_ok=True)
    if kind == "pypi":
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--only-binary", ":all:", "--dest", str(archives), plain]
    else:
        command = ["npm", "pack", "--silent", "--ignore-scripts", plain]
    subprocess.run(command, cwd=archives, capture_output=True, check=False, timeout=300)
    unpacked = folder.with_name(f"{folder.name}.part")
    for archive in archives.iterdir():
        if archive.suffix == ".whl":
            with zipfile.ZipFile(archive) as wheel:
                wheel.extractall(unpacked)
        elif archive.suffix == ".tgz":
            with tarfile.open(archive) as tarball:
                tarball.extractall(unpacked, filter="data")
    shutil.rmtree(archives)
    if not unpacked.is_dir():
        return None
    return unpacked.rename(folder)


def _outcome(name: str, folder: Path) -> Outcome:
    found = Outcome(name)
    command = [sys.executable, "-P", "-m", "faceoff_lint.cli", "check", "--isolated"]
    command += ["--no-cache", "--output-format", "json", str(folder)]
    start = time.monotonic()
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_LIMIT, check=False, cwd=folder
        )
        found.exit_code, found.said = done.returncode, done.stderr[-500:]
        rows = json.loads(done.stdout) if done.stdout else []
        found.codes = dict(Counter(row["code"] for row in rows))
        nothing = done.returncode == 2 and "nothing to lint" in done.stderr
        if done.returncode not in (0, 1) and not nothing:
            found.bad.append(f"exit code {done.returncode}: {done.stderr.strip()[-200:]}")
        found.linted = int(not nothing)
    except subprocess.TimeoutExpired:
        found.bad.append(f"not done after {_LIMIT} s")
    found.seconds = time.monotonic() - start
    kinds: Counter[str] = Counter()
    paths = list(_sources(folder))
    found.files = len(paths)
    for at in range(0, len(paths), 200):
        with Reader(folder, jobs=1) as reader:
            results = reader.read_many(paths[at : at + 200])
        for path, result in results.items():
            kinds[result.failure.kind if result.failure else "read"] += 1
            if result.source is not None:
                found.size += len(result.source.text)
            if result.failure is not None and result.failure.kind in ("crash", "timeout"):
                found.bad.append(f"{path}: {result.failure.kind}: {result.failure.message}")
    found.kinds = dict(kinds)
    return found


def _sources(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        name = path.name
        if not name.endswith(_SUFFIXES) or name.endswith((".d.ts", ".d.mts", ".d.cts")):
            continue
        if path.is_file() and not path.is_symlink():
            yield path.relative_to(folder).as_posix()


def _summary(outcomes: list[Outcome]) -> Iterator[str]:
    kinds: Counter[str] = Counter()
    codes: Counter[str] = Counter()
    for outcome in outcomes:
        kinds.update(outcome.kinds)
        codes.update(outcome.codes)
    files = sum(kinds.values())
    yield f"{len(outcomes)} packages, {files:,} source files, "
    yield f"{sum(o.size for o in outcomes) / 1e6:.1f} million characters"
    yield f"{sum(o.linted for o in outcomes)} of them have an app that was linted, with "
    yield f"{sum(codes.values())} findings; the others have neither Flask nor Express"
    for kind, count in kinds.most_common():
        yield f"  {kind}: {count:,} files ({count / files:.2%})"
    slowest = max(outcomes, key=lambda o: o.seconds)
    yield f"slowest: {slowest.name}, {slowest.seconds:.1f} s"
    bad = sum(bool(outcome.bad) for outcome in outcomes)
    yield f"packages with a crash, a hang or an internal error: {bad}"


if __name__ == "__main__":
    sys.exit(main())
