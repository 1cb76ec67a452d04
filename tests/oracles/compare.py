"""Compare the static route table with a running app's.

``python -m tests.oracles.compare flask --app MODULE:ATTR PATH``
``python -m tests.oracles.compare express --entry FILE [--framework express4] PATH``
``python -m tests.oracles.compare flask|express --dump FILE PATH`` (a table dumped before)

Prints what only one side has, then precision (share of the static rows that the app has) and
recall (share of the app's own rows that the static table has). A conditional static row that the
app lacks is printed with ``?`` and does not count: this time its condition did not hold.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

if __package__:
    from .dump import express_table, flask_table
else:  # run as a file
    from dump import express_table, flask_table  # type: ignore[import-not-found, no-redef]

Row = dict[str, Any]
Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two tables agree; ``missing`` only the app has, ``surplus`` only the static one."""

    both: int
    missing: list[Key]
    surplus: list[Key]

    @property
    def precision(self) -> float:
        """The share of static rows that are true."""
        return self.both / (self.both + len(self.surplus)) if self.both or self.surplus else 1.0

    @property
    def recall(self) -> float:
        """The share of true rows that the static table has."""
        return self.both / (self.both + len(self.missing)) if self.both or self.missing else 1.0


def static_table(path: Path) -> list[Row]:
    """What ``faceoff-lint routes`` says of a folder."""
    command = Path(sys.executable).with_name("faceoff-lint")
    done = subprocess.run(
        [command, "routes", "--format", "json"],
        cwd=path,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if done.returncode not in (0, 1):
        raise RuntimeError(f"faceoff-lint routes in {path}: {done.stderr[-2000:]}")
    rows = json.loads(done.stdout)
    assert isinstance(rows, list)
    return rows


def flask_key(row: Row) -> Key:
    """Rule, explicit methods, endpoint, ``def`` line."""
    handler = row["handler"] or {}
    methods = ",".join(sorted(row["methods"]))
    return (row["path"], methods, row["endpoint"], handler.get("file"), handler.get("line"))


def flask_keys(rows: Iterable[Row]) -> list[Key]:
    """Keys of a project's own rows: its code handles them."""
    return [flask_key(row) for row in rows if row.get("own", True)]


def express_keys(rows: Iterable[Row]) -> list[Key]:
    """One key a method and path; doubled and trailing slashes don't count."""
    return [(method.upper(), normal_path(row["path"])) for row in rows for method in row["methods"]]


def normal_path(path: object) -> str:
    """An Express path with single slashes and none at its end."""
    joined = re.sub(r"/{2,}", "/", "/" + str(path))
    return joined.rstrip("/") or "/"


def agreement(static: list[Key], running: list[Key]) -> Agreement:
    """Compare as multisets."""
    mine, theirs = Counter(static), Counter(running)
    missing, surplus = list((theirs - mine).elements()), list((mine - theirs).elements())
    return Agreement((mine & theirs).total(), missing, surplus)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("framework", choices=["flask", "express"])
    parser.add_argument("--app", default="app:app", help="Flask: module:attribute")
    parser.add_argument("--entry", default="app.js", help="Express: the file to start")
    parser.add_argument("--version", help="Express: express4 or express5 of the proofs")
    parser.add_argument("--python", default=sys.executable, help="Flask: the interpreter to use")
    parser.add_argument("--dump", type=Path, help="a table dumped before, instead of starting")
    parser.add_argument("path", type=Path)
    options = parser.parse_args()
    if options.dump:
        running = json.loads(options.dump.read_text("utf-8"))
    elif options.framework == "flask":
        running = flask_table(options.path, options.app, python=options.python)
    else:
        running = express_table(options.path, options.entry, options.version)
    keys = flask_keys if options.framework == "flask" else express_keys
    rows = [row for row in static_table(options.path) if row["framework"] == options.framework]
    possible = Counter(keys(row for row in rows if row["conditional"]))
    result = agreement(keys(rows), keys(running))
    optional = [key for key, count in Counter(result.surplus).items() if count <= possible[key]]
    surplus = [key for key in result.surplus if key not in optional]
    result = Agreement(result.both, result.missing, surplus)
    for sign, only in (("-", result.missing), ("+", result.surplus), ("?", optional)):
        for key in only:
            print(sign, *key)
    print(
        f"{result.both} agree, {len(result.missing)} missing, {len(result.surplus)} surplus:"
        f" precision {result.precision:.1%}, recall {result.recall:.1%}"
    )


if __name__ == "__main__":
    main()
