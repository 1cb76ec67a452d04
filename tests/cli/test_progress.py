"""The line that says how far a run is: drawn late, erased, and only where someone sees it."""

from __future__ import annotations

import io
import os
import sys
import threading
from pathlib import Path

import pytest

from faceoff_lint.cli.progress import Line, wanted

ERASE = "\r\x1b[K"


class Screen(io.StringIO):
    """A stream that can be waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.drawn = threading.Semaphore(0)

    def write(self, text: str) -> int:
        count = super().write(text)
        self.drawn.release()
        return count

    def next(self) -> str:
        """All there is, once something new has come."""
        assert self.drawn.acquire(timeout=60)
        return self.getvalue()


def test_a_line_is_drawn_anew_and_erased() -> None:
    screen, done = Screen(), ["a"]
    line = Line(screen, delay=0, every=0.001)
    line.step("flask:. reading", done, 3)
    shown = screen.next()
    if not shown.endswith("1/3"):  # the thread was faster than the first step
        shown = screen.next()
    assert shown.endswith(f"{ERASE}flask:. reading 1/3")
    done.append("b")
    assert screen.next().endswith(f"{ERASE}flask:. reading 2/3")
    line.step("rules \x1b[31mflask:.")
    assert screen.next().endswith(f"{ERASE}rules \\x1b[31mflask:.")
    line.close()
    assert screen.getvalue().endswith(f"flask:.{ERASE}")


def test_a_short_run_draws_nothing() -> None:
    screen = Screen()
    line = Line(screen, delay=3600)
    line.step("reading")
    line.close()
    assert screen.getvalue() == ""


def test_a_line_is_no_longer_than_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "10")
    screen = Screen()
    line = Line(screen, delay=3600)
    line.step("日本" * 10)
    assert line._text() == "日本日本"
    line.close()


@pytest.mark.parametrize(
    ("environ", "tty", "quiet", "verbose", "shown"),
    [
        ({}, True, 0, 0, True),
        ({}, False, 0, 0, False),
        ({}, True, 1, 0, False),
        ({}, True, 0, 1, False),
        ({"CI": "true"}, True, 0, 0, False),
        ({"CI": "false"}, True, 0, 0, True),
        ({"TERM": "dumb"}, True, 0, 0, False),
    ],
)
def test_who_sees_it(
    environ: dict[str, str], tty: bool, quiet: int, verbose: int, shown: bool
) -> None:
    assert wanted(environ, tty=tty, quiet=quiet, verbose=verbose) is shown


SLOW = """
import sys
from faceoff_lint import lint
from faceoff_lint.cli import main, progress
progress.Line.__init__.__defaults__ = (0, 0.01)
build = lint._build
def slow(service, reader):
    reader.read_many(service.files)
    sys.stdin.readline()  # until the line has been seen
    return build(service, reader)
lint._build = slow
sys.argv = ["faceoff-lint", "check", "--isolated"]
main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_at_a_terminal(tmp_path: Path) -> None:
    import pty
    import subprocess

    (tmp_path / "app.py").write_text("from flask import Flask\napp = Flask(__name__)\n")
    ours, theirs = pty.openpty()
    env = {k: v for k, v in os.environ.items() if k != "CI"} | {"TERM": "xterm", "COLUMNS": "80"}
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW],
        cwd=tmp_path, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=theirs,
    )  # fmt: skip
    os.close(theirs)
    watchdog = threading.Timer(120, process.kill)
    watchdog.start()
    shown = b""
    while b"flask:.: reading 1/1" not in shown:
        shown += os.read(ours, 1000)
    out, _ = process.communicate(b"\n")
    watchdog.cancel()
    try:
        while piece := os.read(ours, 1000):
            shown += piece
    except OSError:
        pass  # Linux says so when the other end is closed
    os.close(ours)
    assert process.returncode == 0
    assert shown.endswith(b"\r\x1b[K")
    assert b"\x1b" not in out
