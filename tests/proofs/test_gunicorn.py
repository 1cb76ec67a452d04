"""What gunicorn's workers do to Flask-SocketIO's sessions (FLK701)."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

APP = """\
from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app)
"""
LISTENING = re.compile(rb"Listening at: http://127\.0\.0\.1:(\d+)")
BOOTING = re.compile(rb"Booting worker with pid: (\d+)")


def ask(request: str | urllib.request.Request) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, list[int]]]:
    """The URL for polling, and the workers' process numbers."""
    (tmp_path / "app.py").write_text(APP)
    log = tmp_path / "log"
    command = ["-m", "gunicorn", "-w", "2", "--threads", "4", "-b", "127.0.0.1:0", "app:app"]
    with log.open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, *command], cwd=tmp_path, stdout=output, stderr=output,
            start_new_session=True,
        )  # fmt: skip
    try:
        deadline = time.monotonic() + 60
        while len(workers := [int(n) for n in BOOTING.findall(log.read_bytes())]) < 2:
            assert server.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        found = LISTENING.search(log.read_bytes())
        assert found is not None
        yield f"http://127.0.0.1:{found[1].decode()}/socket.io/?EIO=4&transport=polling", workers
    finally:
        os.killpg(server.pid, signal.SIGCONT)
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)


@pytest.mark.proof
@pytest.mark.skipif(sys.platform == "win32", reason="gunicorn needs fork")
def test_a_session_is_known_to_one_worker(served: tuple[str, list[int]]) -> None:
    url, (first, second) = served
    # Which worker takes a connection is the kernel's to say: let there be one at a time.
    os.kill(second, signal.SIGSTOP)
    status, body = ask(url)
    assert status == 200
    sid = json.loads(body[body.index("{") :])["sid"]
    join = urllib.request.Request(f"{url}&sid={sid}", data=b"40", method="POST")
    assert ask(join)[0] == 200, "the worker that opened the session knows it"
    os.kill(second, signal.SIGCONT)
    os.kill(first, signal.SIGSTOP)
    status, body = ask(join)
    assert (status, "Invalid session" in body or "session" in body.lower()) == (400, True), body
