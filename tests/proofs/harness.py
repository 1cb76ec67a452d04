"""Runs an example on the real framework and tells what happened.

``observe`` writes the files to a folder of its own, starts the app in a process of its own, sends
the requests and returns an ``Outcome``; ``holds`` judges one line of a proof's ``expect`` by it.
"""

from __future__ import annotations

import fcntl
import http.client
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
NODE = HERE / "node"
START_LIMIT = 20.0
HANG_LIMIT = 1.5
SETTLE = 0.25
FRAMEWORKS = ("flask", "express4", "express5")

_FLASK_ENTRIES = ("app.py", "wsgi.py")
_NODE_ENTRIES = tuple(
    f"{name}.{end}" for name in ("app", "server", "index") for end in ("js", "mjs", "cjs")
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server sent back. Header names are lower case."""

    status: int
    body: str
    headers: Mapping[str, str]
    took: float = 0.0


@dataclass(slots=True)
class Outcome:
    """What an example did.

    ``exit_code`` is set when the process ended by itself; ``hang`` when the last request got no
    answer in time while the process lived; ``blocked`` when ``meanwhile`` was sent.
    """

    started: bool = False
    answer: Answer | None = None
    hang: bool = False
    exit_code: int | None = None
    alive: bool = False
    blocked: bool | None = None
    output: str = ""


@dataclass(frozen=True, slots=True)
class Experiment:
    """An example's files and what to do with them."""

    framework: str
    files: Mapping[str, str]
    requests: Sequence[str] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    meanwhile: str | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    entry: str | None = None


def prepare() -> None:
    """Install the frameworks for Node, one process at a time; nothing to do when they are there."""
    with (NODE / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        subprocess.run([HERE / "setup.sh"], check=True, stdout=subprocess.DEVNULL, timeout=600)


def observe(experiment: Experiment) -> Outcome:
    """Do an experiment."""
    with tempfile.TemporaryDirectory(prefix="proof-") as name:
        folder = Path(name) / "app"
        for path, text in experiment.files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, "utf-8")
        return _run(experiment, folder, Path(name) / "output")


def _run(experiment: Experiment, folder: Path, log: Path) -> Outcome:
    outcome = Outcome()
    with _process(experiment, folder, log) as process:
        port = _port(process, log)
        outcome.started = port is not None
        if port is not None:
            _ask(experiment, process, port, outcome)
            if experiment.requests:
                time.sleep(SETTLE)
            outcome.alive = process.poll() is None and not outcome.hang and _answers(port)
        outcome.exit_code = process.poll()
    outcome.output = log.read_text("utf-8", "replace")
    return outcome


@contextmanager
def _process(experiment: Experiment, folder: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    command, env = _command(experiment, folder)
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**env, **experiment.env},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _command(experiment: Experiment, folder: Path) -> tuple[list[str], dict[str, str]]:
    env = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG", "TMPDIR")}
    if experiment.framework == "flask":
        entry = experiment.entry or _flask_entry(experiment.files)
        return [sys.executable, str(HERE / "serve_flask.py"), entry], env
    entry = experiment.entry or _first(experiment.files, _NODE_ENTRIES)
    modules = NODE / f"v{experiment.framework[-1]}"
    (folder / "node_modules").symlink_to(modules / "node_modules")
    env |= {"PROOF_MODULES": str(modules), "PROOF_ENTRY": entry, "PORT": "0"}
    return ["node", "-r", str(NODE / "preload.cjs"), entry], env


def _first(files: Mapping[str, str], names: Sequence[str]) -> str:
    found = next((name for name in names if name in files), None)
    if found is None:
        raise ValueError(f"no entry among {sorted(files)}: say `entry`")
    return found


def _flask_entry(files: Mapping[str, str]) -> str:
    packages = [name for name in files if re.fullmatch(r"\w+/__init__\.py", name)]
    if any(name in files for name in _FLASK_ENTRIES) or len(packages) != 1:
        return _first(files, _FLASK_ENTRIES)
    return packages[0].partition("/")[0]


def _port(process: subprocess.Popen[bytes], log: Path) -> int | None:
    """The port the app tells, or None when it ends or stays silent."""
    deadline = time.monotonic() + START_LIMIT
    while time.monotonic() < deadline:
        ended = process.poll() is not None
        match = re.search(rb"@@listening (\d+)\n", log.read_bytes())
        if match:
            return int(match[1])
        if ended:
            return None
        time.sleep(0.02)
    return None


def _ask(
    experiment: Experiment, process: subprocess.Popen[bytes], port: int, outcome: Outcome
) -> None:
    """Send the requests; the last one is judged."""
    other: list[float] = []
    for number, request in enumerate(experiment.requests, 1):
        last = number == len(experiment.requests)
        thread = None
        if last and experiment.meanwhile:
            thread = threading.Thread(
                target=_later, args=(port, experiment.meanwhile, other), daemon=True
            )
            thread.start()
        try:
            outcome.answer = _send(port, request, experiment.headers, experiment.body)
        except TimeoutError:
            outcome.hang = last and process.poll() is None
        except (OSError, http.client.HTTPException):
            outcome.answer = None  # a reset connection: the process dies, or closed it
            with suppress(subprocess.TimeoutExpired):
                process.wait(1)
        finished = time.monotonic()
        if thread is not None:
            thread.join(HANG_LIMIT)
            # Who waited for the other was answered after it; 50 ms are noise.
            outcome.blocked = not other or other[0] > finished - 0.05


def _later(port: int, request: str, finished: list[float]) -> None:
    time.sleep(0.1)
    with suppress(OSError, http.client.HTTPException):
        _send(port, request, {}, None)
        finished.append(time.monotonic())


def _answers(port: int) -> bool:
    try:
        _send(port, "GET /--is-anybody-there", {}, None)
    except (OSError, http.client.HTTPException):
        return False
    return True


def _send(port: int, request: str, headers: Mapping[str, str], body: str | None) -> Answer:
    method, _, path = request.partition(" ")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=HANG_LIMIT)
    begun = time.monotonic()
    try:
        data = body.encode() if body is not None else None
        connection.request(method, path, body=data, headers=dict(headers))
        response = connection.getresponse()
        parts: list[bytes] = []
        while part := response.read1(65536):
            parts.append(part)
            # An endless answer keeps sending: each part is in time, the whole never.
            if time.monotonic() - begun > HANG_LIMIT:
                raise TimeoutError
        text = b"".join(parts).decode("utf-8", "replace")
        found = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, text, found, time.monotonic() - begun)
    finally:
        connection.close()


# --- judging -------------------------------------------------------------------------------------


def holds(expectation: str, outcome: Outcome) -> bool:
    """Whether one line of ``expect`` describes an outcome. Unknown lines raise ``ValueError``."""
    simple = {
        "hang": outcome.hang,
        "alive": outcome.alive,
        "starts": outcome.started,
        "start fails": not outcome.started,
        "blocks": outcome.blocked is True,
        "does not block": outcome.blocked is False,
    }
    if expectation in simple:
        return simple[expectation]
    for prefix, judge in _JUDGES:
        if expectation.startswith(prefix):
            return judge(expectation.removeprefix(prefix), outcome)
    raise ValueError(f"unknown expectation: {expectation}")


def _status(text: str, outcome: Outcome) -> bool:
    return outcome.answer is not None and outcome.answer.status == int(text)


def _body_contains(text: str, outcome: Outcome) -> bool:
    return outcome.answer is not None and text in outcome.answer.body


def _body_lacks(text: str, outcome: Outcome) -> bool:
    return outcome.answer is not None and text not in outcome.answer.body


def _no_header(name: str, outcome: Outcome) -> bool:
    return outcome.answer is not None and name.strip().lower() not in outcome.answer.headers


def _header(text: str, outcome: Outcome) -> bool:
    name, _, value = text.partition(":")
    if outcome.answer is None:
        return False
    return outcome.answer.headers.get(name.strip().lower()) == value.strip()


def _exit(text: str, outcome: Outcome) -> bool:
    return outcome.started and outcome.exit_code == int(text)


def _start_fails(text: str, outcome: Outcome) -> bool:
    return not outcome.started and text in outcome.output


def _output_contains(text: str, outcome: Outcome) -> bool:
    return text in outcome.output


def _output_lacks(text: str, outcome: Outcome) -> bool:
    return text not in outcome.output


_JUDGES = (
    ("status ", _status),
    ("body contains ", _body_contains),
    ("body lacks ", _body_lacks),
    ("no header ", _no_header),
    ("header ", _header),
    ("exit ", _exit),
    ("start fails ", _start_fails),
    ("output contains ", _output_contains),
    ("output lacks ", _output_lacks),
)
