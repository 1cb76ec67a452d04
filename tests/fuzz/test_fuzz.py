"""A short run of every target, the same each time. The long one: ``python -m tests.fuzz``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from . import material, tree
from .__main__ import run
from .engines import ENGINES, available
from .ledger import Ledger, signature
from .mutation import mutate, soup
from .targets import TARGETS

ROOT = Path(__file__).parents[2]
COUNTS = {
    "python": 60, "javascript": 60, "typescript": 60, "flask": 16, "express": 16,
    "comments-python": 20, "comments-javascript": 20, "comments-typescript": 20, "fixes-flask": 8,
    "fixes-express": 8, "settings": 150,
    "cache": 6, "workers": 6, "watch": 16,
}  # fmt: skip


@pytest.mark.parametrize("name", TARGETS)
def test_plain_numbers(name: str) -> None:
    target = TARGETS[name]
    for number in range(COUNTS[name]):
        text = target.make(Random(f"{name} {number}"))
        try:
            target.check(text)
        except Exception as error:
            error.add_note(f"{name} {number}: {text!r}")
            raise


@pytest.mark.parametrize("name", TARGETS)
def test_numbers_of_hypothesis(name: str) -> None:
    target = TARGETS[name]

    @settings(
        max_examples=COUNTS[name] // 2,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.randoms(use_true_random=False))
    def holds(rng: Random) -> None:
        target.check(target.make(rng))

    holds()


@pytest.mark.parametrize("name", TARGETS)
def test_the_same_numbers_make_the_same_text(name: str) -> None:
    for number in range(10):
        one, other = (TARGETS[name].make(Random(number)) for _ in range(2))
        assert one == other


def test_most_programs_can_be_read() -> None:
    """Inputs that no parser takes would reach nothing behind it."""
    from faceoff_lint import ir
    from faceoff_lint.deep import run_deep
    from faceoff_lint.reading import lower_text

    def read(language: str, suffix: str) -> int:
        texts = (TARGETS[language].generate(Random(n)).removeprefix("\ufeff") for n in range(40))
        return sum(isinstance(lower_text(text, suffix), ir.Module) for text in texts)

    assert run_deep(lambda: read("python", ".py")) > 24
    assert run_deep(lambda: read("javascript", ".jsx")) > 24
    assert run_deep(lambda: read("typescript", ".ts")) > 20


def test_material_is_there() -> None:
    for language in ("python", "javascript", "typescript"):
        assert len(material.texts(language)) > 200
    assert len(material.projects()) > 300
    assert material.configurations()


def test_a_tree_is_what_was_joined() -> None:
    files = {"a.py": "x\n", "b/c.js": "y\r\n", "d.txt": ""}
    assert tree.split(tree.join(files)) == files
    assert tree.split("x\n==== b.py\ny") == {"app.py": "x\n", "b.py": "y"}
    assert tree.split("") == {}
    assert tree.split("==== ../b.py\ny") == {"app.py": "==== ../b.py\ny"}


def test_changes_end() -> None:
    for number in range(300):
        rng = Random(number)
        assert len(mutate(rng, "", (), "python")) < 41_000
        assert soup(rng, "javascript")


def test_what_a_ledger_keeps(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)

    def check(text: str) -> None:
        assert "x" not in text, text

    assert ledger.attempt("a", check)
    assert not ledger.attempt("bxx", check)
    assert not ledger.attempt("x", check)
    assert not ledger.attempt("cx", check)
    assert ledger.executions == 4
    assert ledger.current == "cx"
    [kept] = ledger.failures
    assert kept.read_text() == "x"


def test_failures_are_told_apart_by_their_place() -> None:
    def caught(text: str) -> str:
        try:
            if text:
                raise ValueError(text)
            raise ValueError
        except ValueError as error:
            return signature(error)

    assert caught("a") == caught("b")
    assert caught("a") != caught("")


@pytest.mark.slow
def test_the_command(tmp_path: Path) -> None:
    arguments = ["--seconds", "3", "--engine", "mutate", "--target", "settings"]
    command = [sys.executable, "-m", "tests.fuzz", *arguments, "--into", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    [row] = [line.split() for line in done.stdout.splitlines() if line.startswith("settings")]
    assert row[1] == "mutate"
    assert int(row[2]) > 0
    assert row[4:] == ["0", "0"]


def test_an_engine_that_ends_at_once_is_said(tmp_path: Path) -> None:
    outcome = run("no-such-target", "mutate", 5, tmp_path, 1)
    assert outcome.broken
    assert outcome.executions == 0


def test_engines() -> None:
    assert available("mutate")
    assert available("hypothesis")
    assert set(ENGINES) == {"mutate", "hypothesis", "atheris"}
