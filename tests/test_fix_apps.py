"""``--fix --unsafe-fixes`` on every sample app: what it changes parses, and one run is enough."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.oracles.fixing import run

FIXTURES = Path(__file__).parents[1] / "fixtures"
APPS = {app["path"] for app in tomllib.loads((FIXTURES / "apps.toml").read_text())["app"]}


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted(APPS))
def test_fixes_keep_their_promises(path: str) -> None:
    found = run(FIXTURES / path)
    assert found.problems == []
    assert bool(found.fixed) == bool(found.files)


def test_some_sample_apps_have_something_to_fix() -> None:
    assert run(FIXTURES / "express-shop/bad").fixed > 1
