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
from pathlib import Path

import pytest

APP = """\
from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app)
"""
SESSIONS = 30
LISTENING = re.compile(rb"Listening at: http://127\.0\.0\.1:(\d+)")


def get(request: str | urllib.request.Request) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def refused(port: int) -> int:
    """Of some sessions that are opened by polling, how many the next request does not find."""
    url = f"http://127.0.0.1:{port}/socket.io/?EIO=4&transport=polling"
    lost = 0
    for _ in range(SESSIONS):
        status, body = get(url)
        assert status == 200
        sid = json.loads(body[body.index("{") :])["sid"]
        request = urllib.request.Request(f"{url}&sid={sid}", data=b"40", method="POST")
        lost += get(request)[0] == 400
    return lost


@pytest.mark.proof
@pytest.mark.skipif(sys.platform == "win32", reason="gunicorn needs fork")
@pytest.mark.parametrize("workers", [1, 4])
def test_sessions(workers: int, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(APP)
    log = tmp_path / "log"
    command = [
        "-m",
        "gunicorn",
        "-w",
        str(workers),
        "--threads",
        "4",
        "-b",
        "127.0.0.1:0",
        "app:app",
    ]
    with log.open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, *command], cwd=tmp_path, stdout=output, stderr=output,
            start_new_session=True,
        )  # fmt: skip
    try:
        deadline = time.monotonic() + 60
        while log.read_bytes().count(b"Booting worker") < workers:
            assert server.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        found = LISTENING.search(log.read_bytes())
        assert found is not None
        lost = refused(int(found[1]))
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)
    assert (lost > 0) is (workers > 1), f"{lost} of {SESSIONS} sessions lost"
