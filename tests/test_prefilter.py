"""Files that hold none of the seeds' words are read when something reaches them: that is enough."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.oracles.prefilter import compare

FIXTURES = Path(__file__).parents[1] / "fixtures"
APPS = [app["path"] for app in tomllib.loads((FIXTURES / "apps.toml").read_text())["app"]]


@pytest.mark.parametrize("path", sorted(set(APPS)))
def test_reading_everything_finds_nothing_more(path: str) -> None:
    found = compare(FIXTURES / path)
    assert (found.lost, found.gained) == ([], [])
    assert found.read <= found.all_read
