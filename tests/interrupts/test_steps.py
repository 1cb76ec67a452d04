"""A run is ended, or the disk is full, at each of the steps in which it touches files.

What a user has is then as it was or as it was to become, file by file; nothing is left lying about;
and the next run says what it would have said.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from faceoff_lint.writing import SUFFIX

from .harness import Outcome, Project, Runner, modes, processes, snapshot
from .zygote import WRITING

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="forks, and looks into /proc"),
]

FILLING = ("write", "fsync", "replace", "link")
"""The steps for which a disk can be too full."""
CODES = {"SIGINT": 130, "SIGTERM": 143, "SIGHUP": 129, "SIGKILL": -9}
CHECK = ("check", "--isolated", "--jobs", "1", "--output-format", "concise")
FIX = (*CHECK, "--no-cache", "--fix", "--unsafe-fixes")
BASELINE = ("baseline", "--isolated", "--jobs", "1")
OLD = '{\n  "version": 1,\n  "accepted": []\n}\n'
REPORT = (*CHECK, "--no-cache", "--output-format", "sarif", "--output-file", "report")


def with_old(name: str, text: str = OLD) -> Callable[[Project], None]:
    """A file is there that the run replaces."""

    def prepare(project: Project) -> None:
        (project.folder / name).write_text(text)
        (project.folder / name).chmod(0o600)

    return prepare


def nothing(project: Project) -> None:
    """The files of the app, and no other."""


COMMANDS = {
    "fix": (FIX, nothing),
    "add-ignore": ((*CHECK, "--no-cache", "--add-ignore", "--reason", "x"), nothing),
    "baseline": (BASELINE, with_old("faceoff-baseline.json")),
    "new baseline": (BASELINE, nothing),
    "init": (("init",), nothing),
    "init --pyproject": (
        ("init", "--pyproject"),
        with_old("pyproject.toml", "[tool.x]\na = 1\n"),
    ),
    "report": (REPORT, with_old("report", "old")),
    "new rule": (("new-rule", "no-such-thing"), nothing),
}


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with Runner() as made:
        yield made


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def every_step(
    runner: Runner,
    project: Project,
    command: str,
    *actions: str,
    after: bool = False,
    steps: tuple[str, ...] = WRITING,
    lasting: bool = False,
) -> Iterator[tuple[Outcome, Outcome]]:
    """A run to the end, and one that is disturbed, for each step; what both leave is looked at.

    The steps take turns in what of ``actions`` happens to them.
    """
    arguments, prepare = COMMANDS[command]
    if "--no-cache" not in arguments:
        runner.run(project, *arguments)  # what it puts into the cache is the matter of others
    project.reset(cache=False)
    prepare(project)
    before, mode = snapshot(project.folder), modes(project.folder)
    whole = runner.run(project, *arguments, steps=steps)
    assert whole.code in (0, 1), whole.err
    done, done_modes = snapshot(project.folder), modes(project.folder)
    assert done != before
    assert whole.steps
    for at, action in zip(range(1, len(whole.steps) + 1), itertools.cycle(actions), strict=False):
        project.reset(cache=False)
        prepare(project)
        outcome = runner.run(
            project, *arguments, at=at, action=action, after=after, steps=steps, lasting=lasting
        )
        found = snapshot(project.folder)
        assert before.keys() <= found.keys() <= done.keys()
        for name, content in found.items():
            assert content in (before.get(name), done[name]), (name, at, whole.steps)
        for name, number in modes(project.folder).items():
            assert number == mode.get(name, done_modes[name])
        assert "Traceback" not in outcome.err
        left = leftovers(project)
        assert len(left) <= (action == "SIGKILL"), left
        assert processes(outcome.session) == []
        yield whole, outcome


def leftovers(project: Project) -> list[Path]:
    return [path for path in project.home.rglob("*") if path.name.endswith(SUFFIX)]


@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "add-ignore"])
def test_killed(command: str, runner: Runner, project: Project) -> None:
    for _, outcome in every_step(runner, project, command, "SIGKILL"):
        assert outcome.code == -9


@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "baseline"])
def test_asked_to_end(command: str, runner: Runner, project: Project) -> None:
    """Before a step by the one signal, behind it by the other: no place in between is left out."""
    number = list(COMMANDS).index(command)
    action, after = [("SIGINT", False), ("SIGTERM", True)][number % 2]
    for _, outcome in every_step(runner, project, command, action, after=after):
        assert outcome.code == CODES[action]
        assert outcome.err == ""


def test_interrupted_while_reading_and_printing(runner: Runner, project: Project) -> None:
    sent = ("SIGINT", "SIGTERM", "SIGHUP")
    done = every_step(runner, project, "fix", *sent, steps=("read", "print"))
    for action, (_, outcome) in zip(itertools.cycle(sent), done, strict=False):
        assert outcome.code == CODES[action]
        assert "rror" not in outcome.err


@pytest.mark.parametrize("command", COMMANDS)
def test_the_disk_is_full(command: str, runner: Runner, project: Project) -> None:
    """For a moment. What follows may succeed; what is said is one line."""
    for whole, outcome in every_step(runner, project, command, "ENOSPC", steps=FILLING):
        if outcome.code == whole.code:
            # Where links can't be made the file is put in place otherwise.
            assert "link" in outcome.steps
            assert "replace" in outcome.steps
            continue
        assert outcome.code == 2
        (line,) = [line for line in outcome.err.splitlines() if "No space left" in line]
        assert line.startswith("error: ")


@pytest.mark.parametrize("command", ["fix", "init"])
def test_the_disk_stays_full(command: str, runner: Runner, project: Project) -> None:
    for _, outcome in every_step(runner, project, command, "ENOSPC", steps=FILLING, lasting=True):
        assert outcome.code == 2
        assert outcome.err.count("No space left") in (1, 2)  # a line for each file


@pytest.mark.parametrize(
    ("action", "after"),
    [("SIGKILL", False), ("SIGTERM", True)],
)
def test_the_cache_is_of_use_afterwards(
    action: str, after: bool, runner: Runner, project: Project
) -> None:
    expected = runner.run(project, *CHECK)
    assert len(expected.out.splitlines()) > 3
    for at in range(1, sum(step in WRITING for step in expected.steps) + 1):
        project.reset()
        outcome = runner.run(project, *CHECK, at=at, action=action, after=after, steps=WRITING)
        assert outcome.code == CODES[action]
        assert outcome.err == ""
        assert len(leftovers(project)) <= (action == "SIGKILL")
        assert processes(outcome.session) == []
        again = runner.run(project, *CHECK)
        assert (again.code, again.out, again.err) == (1, expected.out, expected.err)
    # And what the last one has kept is whole.
    third = runner.run(project, *CHECK)
    assert "read" not in third.steps
    assert third.out == expected.out


def test_a_cache_that_finds_the_disk_full(runner: Runner, project: Project) -> None:
    expected = runner.run(project, *CHECK)
    for at in range(1, sum(step in WRITING for step in expected.steps) + 1):
        project.reset()
        outcome = runner.run(
            project, *CHECK, at=at, action="ENOSPC", lasting=at % 2 == 1, steps=WRITING
        )
        assert (outcome.code, outcome.out, outcome.err) == (1, expected.out, expected.err)
        again = runner.run(project, *CHECK)
        assert (again.code, again.out, again.err) == (1, expected.out, expected.err)
