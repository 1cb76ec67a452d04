"""The sample apps: the linter finds what is marked in them, and the routes that run.

Findings: each stands in a comment at its line, ``# expect: CODE`` or ``// expect: CODE``, and no
others are reported. Routes: each app's ``expected-routes.json`` was written by the real framework
(``tests/oracles/record.py``).
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

FIXTURES = Path(__file__).parents[1] / "fixtures"
SOURCES = {".py", ".js", ".mjs", ".cjs", ".jsx", ".ts", ".txt", ".toml", ""}
MARKER = re.compile(r"(?:#|//) expect: (?P<codes>[A-Z]+\d+(?:, [A-Z]+\d+)*)\s*$")

with (FIXTURES / "apps.toml").open("rb") as _file:
    LISTED = tomllib.load(_file)["app"]
APPS = sorted({app["path"] for app in LISTED})
SELECTED = {app["path"]: ["--select", ",".join(app["select"])] for app in LISTED if "select" in app}
STARTED = [app for app in APPS if (FIXTURES / app / "expected-routes.json").exists()]


def run(folder: Path, *arguments: str) -> Any:
    command = [str(Path(sys.executable).with_name("faceoff-lint")), *arguments]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout)


def marked(folder: Path) -> list[tuple[str, int, str]]:
    """File, line and code of each marker below a folder."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.suffix not in SOURCES or not path.is_file() or "node_modules" in path.parts:
            continue
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            match = MARKER.search(line)
            if match:
                file = path.relative_to(folder).as_posix()
                found += [(file, number, code) for code in match["codes"].split(", ")]
    return found


@pytest.mark.parametrize("app", APPS)
def test_findings(app: str) -> None:
    # These are there for what they put together; how they would be run is left open.
    production = ["--ignore", "practice:production,practice:express-production"]
    selected = SELECTED.get(app, production if app.startswith(("shapes/", "async/")) else [])
    found = run(FIXTURES / app, "check", "--isolated", "--output-format", "json", *selected)
    reported = [(finding["file"], finding["line"], finding["code"]) for finding in found]
    assert sorted(reported) == sorted(marked(FIXTURES / app))


@pytest.mark.parametrize("app", STARTED)
def test_routes(app: str) -> None:
    static = run(FIXTURES / app, "routes", "--format", "json")
    running = json.loads((FIXTURES / app / "expected-routes.json").read_text("utf-8"))
    assert missing(static, running) == []
    surplus = missing(running, [row for row in static if not row["conditional"]])
    assert surplus == []


def missing(table: list[dict[str, Any]], wanted: list[dict[str, Any]]) -> list[object]:
    """The wanted rows that a table lacks."""
    left = Counter(key for row in wanted for key in keys(row))
    left.subtract(Counter(key for row in table for key in keys(row)))
    return [key for key, count in left.items() if count > 0]


def keys(row: dict[str, Any]) -> list[tuple[object, ...]]:
    if row["framework"] == "flask":
        handler = row["handler"]
        place = (handler["file"], handler["line"])
        return [(row["path"], *sorted(row["methods"]), row["endpoint"], *place)]
    path = re.sub(r"/{2,}", "/", row["path"])
    path = path.rstrip("/") or "/"
    return [(method, path, row["registered"]["file"]) for method in row["methods"]]


EXPRESS = [app for app in STARTED if (FIXTURES / app / "package.json").exists()]


@pytest.mark.parametrize("app", EXPRESS)
def test_chains(app: str) -> None:
    """The named project functions before each handler, in the order in which Express calls them.

    Libraries' middlewares have names of their own at run time, and closures have none.
    """
    running = json.loads((FIXTURES / app / "expected-routes.json").read_text("utf-8"))
    static = list(run(FIXTURES / app, "routes", "--format", "json"))
    known = {
        step["name"]
        for row in static
        for step in row["chain"]
        if step["kind"] == "middleware" and re.fullmatch(r"[A-Za-z_$][\w$]*", step["name"])
    }
    mine = {key: chain for row in static for key, chain in _chains(row, known)}
    theirs = {key: chain for row in running for key, chain in _chains(row, known)}
    both = mine.keys() & theirs.keys()
    assert {key: mine[key] for key in both} == {key: theirs[key] for key in both}


def _chains(row: dict[str, Any], known: set[str]) -> list[tuple[object, list[str]]]:
    if row["framework"] != "express":
        return []
    steps = row["chain"]
    if "handlers" in row:  # written by Express: names, inline middlewares apart
        names = [*steps, *row["handlers"][:-1]]
    else:
        before = [None, *(step["kind"] for step in steps)]
        names = [
            step["name"]
            for step, last in zip(steps, before, strict=False)
            if step["kind"] == "middleware" and last != "wrapper"
        ]
    return [(key, [name for name in names if name in known]) for key in keys(row)]


def test_registration_lines() -> None:
    """Where an Express route is registered, as far as its call stands on one line."""
    app = FIXTURES / "shapes/express/exports"
    static = run(app, "routes", "--format", "json")
    running = json.loads((app / "expected-routes.json").read_text("utf-8"))
    places = [(row["registered"]["file"], row["registered"]["line"]) for row in static]
    assert places == [(row["registered"]["file"], row["registered"]["line"]) for row in running]


def test_every_app_is_listed() -> None:
    manifests = {"requirements.txt", "package.json"}
    folders = {
        path.parent.relative_to(FIXTURES).as_posix()
        for path in FIXTURES.rglob("*")
        if path.name in manifests and "node_modules" not in path.parts
    }
    inside = {folder for folder in folders if not any(folder.startswith(a + "/") for a in APPS)}
    assert inside == set(APPS)
