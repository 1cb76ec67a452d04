"""Write each sample app's ``expected-routes.json`` from the real framework.

``python -m tests.oracles.record [PART OF A PATH]`` after ``tests/proofs/setup.sh`` and
``tests/typescript/setup.sh``. Run it when a sample app changes; what is committed is then what the
frameworks say, never what the linter says.
"""

from __future__ import annotations

import json
import os
import sys
import tomllib
from pathlib import Path
from typing import Any

from .dump import Row, express_table, flask_table

FIXTURES = Path(__file__).parents[2] / "fixtures"


def apps() -> list[dict[str, Any]]:
    """The apps that ``fixtures/apps.toml`` lists."""
    with (FIXTURES / "apps.toml").open("rb") as file:
        listed = tomllib.load(file)["app"]
    assert isinstance(listed, list)
    return listed


def record(app: dict[str, Any]) -> list[Row]:
    """The rows of one listed app, each with its framework."""
    path = FIXTURES / app["path"]
    rows: list[Row] = []
    starts = app.get("start", [])
    for start in [starts] if isinstance(starts, str) else starts:
        if app["framework"] == "flask":
            root = app.get("import_root", "")
            found = [row for row in flask_table(path, start, import_root=root) if row["own"]]
        else:
            found = express_table(path, start, app["framework"])
        for row in found:
            row.pop("own", None)
            rows.append({"framework": app["framework"].rstrip("45"), **row})
    return rows


def main(part: str = "") -> None:
    """Write the tables of the apps whose path holds ``part``."""
    os.environ.setdefault("PYTHONDONTWRITEBYTECODE", "1")
    tables: dict[str, list[Row]] = {}
    for app in apps():
        if part in app["path"] and "start" in app:
            tables.setdefault(app["path"], []).extend(record(app))
    for path, rows in tables.items():
        lines = ",\n".join("  " + json.dumps(row) for row in rows)
        (FIXTURES / path / "expected-routes.json").write_text(f"[\n{lines}\n]\n", "utf-8")
        print(f"{path}: {len(rows)} routes")


if __name__ == "__main__":
    main(*sys.argv[1:2])
