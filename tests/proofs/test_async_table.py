"""The sample apps of asynchronous errors, on the real framework: what their paths say happens.

In ``fixtures/async`` a route's name begins with what a request does to the app: ``crash`` (the
process ends), ``hang`` (no answer comes) or ``fine`` (an answer comes, and the process lives). That
findings stand where the app crashes or hangs, and nowhere else, is checked by ``test_fixtures.py``.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import pytest

from .harness import Experiment, holds, observe, prepare

FIXTURES = Path(__file__).parents[2] / "fixtures" / "async"
APPS = ("express4", "express5")
EXPECTED = {"crash": ["exit 1"], "hang": ["hang"], "fine": ["alive"]}

pytestmark = pytest.mark.proof


@pytest.fixture(scope="module", autouse=True)
def _frameworks() -> None:
    prepare()


@cache
def files(app: str) -> dict[str, str]:
    folder = FIXTURES / app
    paths = [p for p in folder.rglob("*") if p.is_file() and "node_modules" not in p.parts]
    return {p.relative_to(folder).as_posix(): p.read_text("utf-8") for p in sorted(paths)}


def requests(app: str, kind: str) -> list[str]:
    rows = json.loads((FIXTURES / app / "expected-routes.json").read_text("utf-8"))
    found = []
    for row in rows:
        if f"/{kind}-" not in row["path"]:
            continue
        for method in row["methods"]:
            path = re.sub(r":\w+", "1", row["path"])
            verb = "GET" if method == "ALL" else method
            found.append(f"{verb} {path}?username=a&password=b")
    assert found
    return sorted(set(found))


def one_by_one() -> list[tuple[str, str, str]]:
    return [(app, k, r) for app in APPS for k in ("crash", "hang") for r in requests(app, k)]


@pytest.mark.parametrize(("app", "kind", "request_line"), one_by_one())
def test_lost(app: str, kind: str, request_line: str) -> None:
    outcome = observe(Experiment(app, files(app), [request_line]))
    failed = [line for line in EXPECTED[kind] if not holds(line, outcome)]
    assert not failed, f"{request_line}: {failed} do not hold: {outcome}"


@pytest.mark.parametrize("app", APPS)
def test_heard(app: str) -> None:
    """No sound shape takes the process down: all of them in one run."""
    outcome = observe(Experiment(app, files(app), requests(app, "fine")))
    assert holds("alive", outcome), outcome
    assert outcome.answer is not None, outcome
