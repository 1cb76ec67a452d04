"""What others put where a cache may lie is not believed, and never executed."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.interrupts.harness import Outcome, Project, Runner

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="forks; owners and modes"),
]

CHECK = ("check", "--isolated", "--output-format", "concise")


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with Runner() as made:
        yield made


class Poisoned(Project):
    """A project with a cache that says that there are no findings, all sums being right."""

    def forge(self, runner: Runner) -> None:
        """Fill a cache by a run, and change what it says."""
        self.truth = runner.run(self, *CHECK)
        assert self.truth.code == 1
        self.cache = self.home / "cache"
        (kept,) = self.cache.glob("*.run")
        said = json.loads(kept.read_bytes().partition(b"\n")[2])
        assert said["report"]["findings"]
        said["report"]["findings"] = []
        seal(kept, said)

    def run(self, runner: Runner, environment: Mapping[str, str] | None = None) -> Outcome:
        """A run, of which nothing in a cache may have been executed."""
        outcome = runner.run(self, *CHECK, audit=True, environment=environment or {})
        assert "Traceback" not in outcome.err
        for event, value in outcome.events:
            assert event not in ("pickle.find_class", "os.system", "socket.connect"), value
            if event in ("exec", "import"):
                assert not value.startswith(str(self.home)), value
        assert not (self.home / "owned").exists()
        return outcome

    def assert_true(self, outcome: Outcome) -> None:
        """It says what is so."""
        assert (outcome.code, outcome.out) == (self.truth.code, self.truth.out)


def seal(path: Path, said: object) -> None:
    """Write what a run is to have said, with the right sum."""
    body = json.dumps(said).encode()
    digest = hashlib.blake2b(body, digest_size=16).hexdigest().encode()
    path.write_bytes(digest + b"\n" + body)


@pytest.fixture
def poisoned(tmp_path: Path, runner: Runner) -> Poisoned:
    made = Poisoned(tmp_path)
    made.forge(runner)
    return made


def test_the_forgery_is_a_good_one(poisoned: Poisoned, runner: Runner) -> None:
    """In the user's own folder it is believed: the tests below are not of something else."""
    assert poisoned.run(runner).code == 0


def test_a_folder_that_others_may_write_to(poisoned: Poisoned, runner: Runner) -> None:
    for mode in (0o777, 0o770, 0o702, 0o1777):
        poisoned.cache.chmod(mode)
        poisoned.assert_true(poisoned.run(runner))


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root gives away")
def test_a_folder_of_another_user(poisoned: Poisoned, runner: Runner) -> None:
    os.chown(poisoned.cache, 65534, 65534)
    poisoned.assert_true(poisoned.run(runner))


def test_a_folder_behind_a_link(poisoned: Poisoned, runner: Runner) -> None:
    poisoned.cache.rename(poisoned.home / "elsewhere")
    poisoned.cache.symlink_to("elsewhere")
    poisoned.assert_true(poisoned.run(runner))


@pytest.mark.parametrize("linked", [False, True])
@pytest.mark.parametrize("variable", ["FACEOFF_LINT_CACHE_DIR", "XDG_CACHE_HOME"])
def test_a_folder_in_the_scanned_tree(
    variable: str, linked: bool, poisoned: Poisoned, runner: Runner
) -> None:
    """Also when it is reached through a link that the tree holds."""
    inside = poisoned.folder / ".cache"
    home = poisoned.home / "elsewhere" if linked else inside
    shutil.copytree(poisoned.cache, home / "faceoff-lint")
    if linked:
        inside.symlink_to(home)
    for folder in (str(inside), f"{poisoned.folder}/x/../.cache", f"{poisoned.home}/app/.cache"):
        value = f"{folder}/faceoff-lint" if variable != "XDG_CACHE_HOME" else folder
        outcome = poisoned.run(runner, {"FACEOFF_LINT_CACHE_DIR": "", variable: value})
        poisoned.assert_true(outcome)
        assert not [v for e, v in outcome.events if e == "open" and ".cache" in v]


def test_a_relative_folder(poisoned: Poisoned, runner: Runner) -> None:
    shutil.copytree(poisoned.cache, poisoned.folder / ".cache" / "faceoff-lint")
    home = str(poisoned.home)
    relative = {"FACEOFF_LINT_CACHE_DIR": "", "XDG_CACHE_HOME": ".cache", "HOME": home}
    poisoned.assert_true(poisoned.run(runner, relative))
    relative = {"FACEOFF_LINT_CACHE_DIR": ".cache/faceoff-lint"}
    poisoned.assert_true(poisoned.run(runner, relative))


class Payload:
    """What runs a program when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {self.mark}",)


def pickled(path: Path, home: Path) -> None:
    path.write_bytes(pickle.dumps(Payload(home / "owned")))


def pickled_with_its_sum(path: Path, home: Path) -> None:
    data = pickle.dumps(Payload(home / "owned"))
    path.write_bytes(hashlib.blake2b(data, digest_size=16).hexdigest().encode() + b"\n" + data)


def fifo(path: Path, home: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def folder(path: Path, home: Path) -> None:
    path.unlink()
    path.mkdir()


def link_to(target: str) -> Callable[[Path, Path], None]:
    def replace(path: Path, home: Path) -> None:
        copied = home / f"copy of {path.name}"
        shutil.copy(path, copied)
        path.unlink()
        path.symlink_to(target or copied)

    return replace


def ask(name: str, *arguments: str) -> Callable[[Path, Path], None]:
    """A question to the disk that is to be asked again before a report is believed."""

    def replace(path: Path, home: Path) -> None:
        if path.suffix == ".run":
            said = json.loads(path.read_bytes().partition(b"\n")[2])
            said["observed"].append([name, list(arguments), "0"])
            seal(path, said)

    return replace


ENTRIES: dict[str, Callable[[Path, Path], object]] = {
    "a pickle": pickled,
    "a pickle behind its sum": pickled_with_its_sum,
    "python": lambda path, home: path.write_text(f"open({str(home / 'owned')!r}, 'w')"),
    "a link to the same": link_to(""),
    "a link to a device": link_to("/dev/zero"),
    "a link to nothing": link_to("/nowhere"),
    "a pipe": fifo,
    "a folder": folder,
    "another sum": lambda path, home: path.write_bytes(b"0" * 32 + path.read_bytes()[32:]),
    "of another version": lambda path, home: path.rename(path.with_name("0" * 32 + path.suffix)),
    "a question that is none of ours": ask("os:system", "touch owned"),
    "a question of another kind": ask("faceoff_lint.cli:main"),
    "half of it": lambda path, home: os.truncate(path, path.stat().st_size // 2),
    "nothing": lambda path, home: path.write_bytes(b""),
}


@pytest.mark.parametrize("entry", ENTRIES)
def test_planted_entries(entry: str, poisoned: Poisoned, runner: Runner) -> None:
    for path in [*poisoned.cache.glob("*.run"), *poisoned.cache.glob("*.entries")]:
        ENTRIES[entry](path, poisoned.home)
    for _ in range(2):
        poisoned.assert_true(poisoned.run(runner))


def test_names_that_modules_have(poisoned: Poisoned, runner: Runner) -> None:
    """The folder is on no path from which modules come."""
    trap = f"open({str(poisoned.home / 'owned')!r}, 'w')\n"
    for name in ("json.py", "sitecustomize.py", "faceoff_lint.py", "__init__.py", "x.pth"):
        (poisoned.cache / name).write_text(trap)
    assert poisoned.run(runner).code == 0
