"""The command as a process: signals from outside, streams that are closed or full, real disks."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from faceoff_lint.output import FORMATS

from .harness import Project, Runner, processes, snapshot

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="signals, shells and devices of Linux"),
]

CHECK = ("check", "--isolated", "--output-format", "concise")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with Runner() as made:
        yield made


def shell(project: Project, command: Path, line: str) -> subprocess.CompletedProcess[str]:
    """A line of bash in the project's folder; ``$LINT`` is the command."""
    return subprocess.run(
        ["bash", "-c", line], cwd=project.folder, env={**os.environ, "LINT": str(command)},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


# --- signals --------------------------------------------------------------------------------------


class Watching:
    """A run of ``check --watch`` that has come to wait for a change."""

    def __init__(self, project: Project, command: Path, before: str = "") -> None:
        self.process = subprocess.Popen(
            ["bash", "-c", f'{before} exec "$LINT" check --watch --isolated'],
            cwd=project.folder, env={**os.environ, "LINT": str(command)},
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        assert self.process.stderr is not None
        while b"Waiting" not in self.process.stderr.readline():
            assert self.process.poll() is None

    def end(self) -> tuple[int, bytes]:
        """The exit code, and what else was said."""
        _, err = self.process.communicate(timeout=100)
        return self.process.returncode, err


@pytest.mark.parametrize("sent", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_ends_it_and_its_workers(sent: str, project: Project, command: Path) -> None:
    watching = Watching(project, command)
    number = getattr(signal, sent)
    # To all of them, as a terminal does, and once more by a parent that hands it on.
    os.killpg(watching.process.pid, number)
    watching.process.send_signal(number)
    assert watching.end() == (128 + number, b"")
    assert processes(watching.process.pid) == []


def test_workers_end_with_one_that_is_killed(project: Project, command: Path) -> None:
    watching = Watching(project, command)
    watching.process.kill()
    assert watching.end()[0] == -9
    assert processes(watching.process.pid) == []


def test_a_signal_that_is_ignored_stays_so(project: Project, command: Path) -> None:
    watching = Watching(project, command, "trap '' HUP;")
    watching.process.send_signal(signal.SIGHUP)
    watching.process.send_signal(signal.SIGTERM)
    assert watching.end() == (143, b"")


BUSY = """
import sys, threading
from faceoff_lint import isolation
isolation._BOOT = isolation._BOOT.replace(
    "main(", "import faceoff_lint.worker as w;w.lower_text=lambda *a:sum(range(10**14));main(", 1
)
lower = isolation._Process.lower
def told(self, text, suffix):
    self._process.stdin.write(b'{"text": "", "suffix": ".js"}\\n')
    self._process.stdin.flush()
    print(self._process.pid, flush=True)
    threading.Event().wait()
isolation._Process.lower = told
isolation.lower_isolated("", ".js", isolation.Terms(10**6, 2048, 100))
"""


def test_a_worker_in_the_midst_of_a_text_ends_too() -> None:
    """It never looks up from its parser: the system has to end it."""
    busy = subprocess.Popen(
        [sys.executable, "-c", BUSY], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert busy.stdout is not None
    assert int(busy.stdout.readline())
    busy.kill()
    busy.communicate(timeout=100)
    assert processes(busy.pid) == []


# --- before the command has begun -----------------------------------------------------------------

# Python runs a file of this name before all else; what it finds here it asks for every import.
SEND = """\
import os, signal, sys
class Sender:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            sys.meta_path.remove(self)
            os.kill(os.getpid(), signal.{sent})
sys.meta_path.insert(0, Sender())
"""
BEGINNINGS = ("faceoff_lint.cli", "click", "faceoff_lint.cli.process", "faceoff_lint.output")


def importing(
    tmp_path: Path, command: list[str], module: str, sent: str, before: str = ""
) -> subprocess.CompletedProcess[str]:
    """``command``, to which the signal is sent when it begins to import the module."""
    folder = tmp_path / "first"
    folder.mkdir(exist_ok=True)
    (folder / "sitecustomize.py").write_text(SEND.format(module=module, sent=sent))
    return subprocess.run(
        ["bash", "-c", f'{before} exec "$@"', "bash", *command, "rule", "FLK501"],
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("sent", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_while_the_command_is_imported(sent: str, tmp_path: Path, command: Path) -> None:
    for module in BEGINNINGS:
        done = importing(tmp_path, [str(command)], module, sent)
        expected = (128 + getattr(signal, sent), "", "")
        assert (done.returncode, done.stdout, done.stderr) == expected, module
    done = importing(tmp_path, [sys.executable, "-m", "faceoff_lint"], "click", sent)
    assert (done.returncode, done.stdout, done.stderr) == expected


def test_a_signal_that_is_ignored_ends_no_import(tmp_path: Path, command: Path) -> None:
    done = importing(tmp_path, [str(command)], "click", "SIGINT", "trap '' INT;")
    assert done.returncode == 0
    assert "FLK501" in done.stdout


# --- standard streams -----------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMATS)
def test_nobody_reads(form: str, project: Project, runner: Runner) -> None:
    """The run goes on: its files are written, and its exit code is what it found."""
    arguments = (
        "check", "--isolated", "--output-format", form,
        "--output-format", "json", "--output-file", "out.json",
    )  # fmt: skip
    whole = runner.run(project, *arguments)
    report = (project.folder / "out.json").read_bytes()
    for streams in ({"out": ""}, {"out": "", "err": ""}):
        (project.folder / "out.json").unlink()
        outcome = runner.run(project, *arguments, streams=streams)
        assert outcome.code == whole.code == 1
        assert outcome.err == whole.err or not streams.get("err", "x")
        assert (project.folder / "out.json").read_bytes() == report


@pytest.mark.parametrize(
    "arguments",
    [CHECK, ("rule", "FLK501"), ("rules",), ("--help",), ("routes",), ("check", "--diff"),
     ("config",), ("rule", "no-such-rule"), ("check", "--nonsense"), ("init", "--stdout")],
    ids=" ".join,
)  # fmt: skip
def test_a_full_device(arguments: tuple[str, ...], project: Project, runner: Runner) -> None:
    whole = runner.run(project, *arguments)
    outcome = runner.run(project, *arguments, streams={"out": "/dev/full"})
    if not whole.out:
        assert (outcome.code, outcome.err) == (whole.code, whole.err)
        return
    assert outcome.code == 2
    (line,) = [line for line in outcome.err.splitlines() if "error" in line]
    assert line == "error: cannot write standard output: No space left on device"


STREAMS = {
    "| head -n 1": 1,
    "2>&1 | head -n 1": 1,
    "| true": 1,
    ">&-": 1,
    "2>&-": 1,
    ">&- 2>&-": 1,
    "<&- >&- 2>&-": 1,
    "2>/dev/full": 1,
    ">/dev/full": 2,
    ">/dev/full 2>/dev/full": 2,
    "> >(exit) 2> >(exit)": 1,
}


@pytest.mark.parametrize("streams", STREAMS)
def test_streams_of_a_shell(streams: str, project: Project, command: Path) -> None:
    done = shell(project, command, f'"$LINT" check --isolated {streams}; exit "${{PIPESTATUS[0]}}"')
    assert done.returncode == STREAMS[streams], done.stderr
    assert "Traceback" not in done.stderr
    assert "xception" not in done.stderr
    assert len(done.stderr.splitlines()) < 5


def test_a_closed_stream_is_not_taken_for_a_file(project: Project, command: Path) -> None:
    """What is opened next would get its number, and what is printed."""
    before = snapshot(project.folder)
    line = '"$LINT" check --isolated -vv --fix --unsafe-fixes --output-format json <&- >&- 2>&-'
    assert shell(project, command, line).returncode == 1
    after = snapshot(project.folder)
    assert after.keys() == before.keys()
    assert after["more.js"] == before["more.js"].replace(b"  work2()", b"  await work2()")


def test_standard_input_that_is_closed(project: Project, command: Path) -> None:
    done = shell(project, command, '"$LINT" check --isolated --stdin-filename app.js <&-')
    assert done.returncode == 0
    assert "Traceback" not in done.stderr


# --- disks ----------------------------------------------------------------------------------------

WRITES = (
    "check --isolated --no-cache --fix --unsafe-fixes",
    "check --isolated --no-cache --output-format sarif --output-file report",
    "check --isolated --no-cache --add-ignore",
    "baseline --isolated --no-cache",
    "init",
)


@pytest.mark.parametrize("arguments", WRITES)
def test_files_may_not_grow(arguments: str, project: Project, command: Path) -> None:
    """A limit of the system's, which is no full disk and no fault of the tests'."""
    (project.folder / "report").write_text("old")
    (project.folder / "faceoff-baseline.json").write_text('{"version": 1, "accepted": []}')
    before = snapshot(project.folder)
    done = shell(project, command, f'ulimit -f 0; exec "$LINT" {arguments}')
    assert done.returncode == 2, done.stderr
    lines = [line for line in done.stderr.splitlines() if "File too large" in line]
    assert len(lines) == (2 if "--fix" in arguments or "--add" in arguments else 1)
    assert all(line.startswith("error: ") for line in lines)
    assert snapshot(project.folder) == before
    assert not list(project.folder.glob(".*"))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few pages."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    options = ["-t", "tmpfs", "-o", "size=32k", "none", str(folder)]
    if (
        mount is None
        or subprocess.run([mount, *options], capture_output=True, check=False).returncode
    ):
        pytest.skip("no file systems can be made here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_that_is_really_full(
    small_disk: Path, command: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = Project(small_disk)
    before = snapshot(project.folder)
    with (small_disk / "filler").open("wb", buffering=0) as filler, suppress(OSError):
        while filler.write(b"x"):
            pass
    monkeypatch.setenv("FACEOFF_LINT_CACHE_DIR", str(small_disk / "cache"))
    for arguments in (*WRITES, "check --isolated"):
        done = shell(project, command, f'exec "$LINT" {arguments}')
        said = done.stderr.count("No space left on device")
        if arguments == "check --isolated":
            assert (done.returncode, said) == (1, 0)
        else:
            assert done.returncode == 2
            assert said in (1, 2)
        assert snapshot(project.folder) == before
        assert not list(project.folder.glob(".*"))
