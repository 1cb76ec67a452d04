"""``check --watch``: what starts it again, what doesn't, and how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from faceoff_lint.cli import watch
from faceoff_lint.lint import Job
from faceoff_lint.registry import Registry

Write = Callable[..., Path]

APP = "from flask import Flask\napp = Flask(__name__)\napp.run(debug=True)\n"
WAITING = "Waiting for a change (Ctrl-C ends).\n"


class Watching:
    """The command in a process of its own, which is killed if it says nothing for minutes."""

    def __init__(self, command: Path, folder: Path, *args: str) -> None:
        self.process = subprocess.Popen(
            [command, "check", "--watch", "--output-format", "concise", *args],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            bufsize=1,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        self._watchdog = threading.Timer(300, self.process.kill)
        self._watchdog.start()

    def round(self) -> str:
        """What one run prints."""
        assert self.process.stdout is not None
        lines: list[str] = []
        for line in self.process.stdout:
            if line == WAITING:
                return "".join(lines)
            lines.append(line)
        raise AssertionError(f"it ended: {lines}")

    def end(self) -> int:
        """The exit code after Ctrl-C."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(120)

    def close(self) -> None:
        self._watchdog.cancel()
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def project(write: Write) -> Path:
    return write({"app.py": APP, "requirements.txt": "flask==3.1.0\n"})


@pytest.fixture
def start(command: Path, project: Path) -> Iterator[Callable[..., Watching]]:
    started: list[Watching] = []

    def _start(*args: str) -> Watching:
        started.append(Watching(command, project, *args))
        return started[-1]

    yield _start
    for one in started:
        one.close()


pytestmark = pytest.mark.skipif(os.name == "nt", reason="interrupts are sent otherwise there")


def test_every_change_starts_a_run(start: Callable[..., Watching], project: Path) -> None:
    watching = start()
    assert "app.py:3" in watching.round()
    (project / "app.py").write_text(APP.replace("debug=True", ""))
    first = watching.round()
    assert "No findings" in first
    assert "\x1b" not in first
    (project / "more.py").write_text("import flask\ndef f(:\n")
    assert "more.py:2:7: error FO001" in watching.round()
    (project / "faceoff-lint.toml").write_text('ignore = ["FO001"\n')
    assert "error: not valid TOML" in watching.round()
    (project / "faceoff-lint.toml").write_text('ignore = ["FO001"]\n')
    assert "No findings" in watching.round()
    (project / "requirements.txt").write_text("flask==2.3.0\n")
    assert "Flask 2.3" in watching.round()
    assert watching.end() == 130


def test_nothing_to_lint_yet(start: Callable[..., Watching], project: Path) -> None:
    (project / "app.py").unlink()
    (project / "requirements.txt").unlink()
    watching = start()
    assert "nothing to lint" in watching.round()
    (project / "app.py").write_text(APP)
    assert "app.py:3" in watching.round()
    assert watching.end() == 130


def test_a_file_that_becomes_an_app(start: Callable[..., Watching], project: Path) -> None:
    """Written in place, which changes no folder."""
    (project / "app.py").write_text("x = 1\n")
    (project / "requirements.txt").unlink()
    watching = start()
    assert "nothing to lint" in watching.round()
    (project / "app.py").write_text(APP)
    assert "app.py:3" in watching.round()
    assert watching.end() == 130


def test_the_first_file_of_a_folder(write: Write) -> None:
    """A folder that holds no source yet is looked at as well."""
    root = write({"app.py": APP, "requirements.txt": "flask==3.1.0\n", "docs/a.md": "# A\n"})
    for name in ("empty/inner", ".hidden", "node_modules/x", "logs"):
        (root / name).mkdir(parents=True)
    (root / ".gitignore").write_text("logs/\n")
    known = Registry(())
    names = watch.watched(root, lambda: (Job(root), known))
    folders = {os.path.relpath(name, root) for name in names if os.path.isdir(name)}
    assert folders == {".", "docs", "empty", "empty/inner"}
    (root / "app.py").unlink()
    (root / "requirements.txt").unlink()
    names = watch.watched(root, lambda: (Job(root), known))
    assert os.fspath(root / "empty/inner") in names


def test_what_the_run_writes_starts_no_run(start: Callable[..., Watching], project: Path) -> None:
    watching = start("--output-format", "json", "--output-file", "found.json")
    watching.round()
    (project / "app.py").write_text(APP.replace("debug=True", ""))
    assert "No findings" in watching.round()
    (project / "app.py").write_text(APP)
    # Had the report started a run, this round would still show no findings.
    assert "app.py:3" in watching.round()
    assert watching.end() == 130


def test_what_is_looked_at(known: Registry, project: Path) -> None:
    (project / "shop").mkdir()
    (project / "shop/a.py").write_text("x\n")
    (project / "shop/notes.md").write_text("x\n")
    (project / "out.json").write_text("[]")
    names = watch.watched(project, lambda: (Job(project), known), [project / "out.json"])
    shown = [os.path.relpath(name, project) for name in names]
    assert shown == [".", "app.py", "requirements.txt", "shop", "shop/a.py"]


def test_the_state_of_what_is_gone(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("1")
    before = watch.state([str(file), str(tmp_path / "b")])
    assert list(before) == [str(file)]
    file.write_text("12")
    assert watch.state([str(file)]) != before
    file.unlink()
    assert watch.state([str(file)]) == {}
