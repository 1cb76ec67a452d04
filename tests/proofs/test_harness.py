"""The harness tells apart what examples do: known facts of the frameworks."""

from __future__ import annotations

import pytest

from .harness import Experiment, holds, observe, prepare

pytestmark = pytest.mark.proof


@pytest.fixture(scope="module", autouse=True)
def _frameworks() -> None:
    prepare()


REJECTS = """\
const express = require('express');
const app = express();
app.get('/', async (req, res) => { throw new Error('lost'); });
app.get('/forget', (req, res) => { Promise.reject(new Error('floating')); res.json({}); });
app.get('/log', async (req, res) => { try { await Promise.reject(1) } catch { console.log('!') } });
app.get('/busy', (req, res) => {
  const end = Date.now() + 600; while (Date.now() < end); res.send('done');
});
app.get('/wait', (req, res) => { setTimeout(() => res.send('done'), 600); });
app.get('/echo', express.text(), (req, res) => { res.set('X-Seen', 'yes').send(req.headers.x); });
module.exports = app;
"""

PROGRAM = """\
import express from 'express';
const app = express();
app.get('/', (req, res) => res.send('esm'));
const port = process.env.PORT || 3000;
app.listen(port, () => console.log('up'));
"""


def express(framework: str, request: str, *expected: str, **more: object) -> None:
    outcome = observe(Experiment(framework, {"app.js": REJECTS}, [request], **more))  # type: ignore[arg-type]
    for line in expected:
        assert holds(line, outcome), (line, outcome)


def test_express_4_dies_of_a_rejection() -> None:
    express("express4", "GET /", "exit 1", "output contains lost")


def test_express_5_forwards_a_rejection() -> None:
    express("express5", "GET /", "status 500", "body contains lost", "alive")


@pytest.mark.parametrize("framework", ["express4", "express5"])
def test_both_die_of_a_floating_promise(framework: str) -> None:
    express(framework, "GET /forget", "exit 1")


def test_a_logged_error_hangs() -> None:
    express("express5", "GET /log", "hang", "output contains !")


def test_blocking() -> None:
    express("express4", "GET /busy", "status 200", "blocks", meanwhile="GET /echo")
    express("express4", "GET /wait", "status 200", "does not block", meanwhile="GET /echo")


def test_headers_and_bodies() -> None:
    express(
        "express4", "GET /echo", "status 200", "body contains sent", "body lacks other",
        "header x-seen: yes", "no header x-other", headers={"x": "sent"},
    )  # fmt: skip


def test_modules_that_listen_themselves() -> None:
    files = {"server.js": PROGRAM, "package.json": '{"type": "module"}'}
    outcome = observe(Experiment("express5", files, ["GET /"]))
    assert holds("body contains esm", outcome), outcome


def test_express_async_errors_needs_express_4() -> None:
    files = {"app.js": "require('express-async-errors');\n" + REJECTS}
    assert holds("status 500", observe(Experiment("express4", files, ["GET /"])))
    assert holds("start fails Cannot find module", observe(Experiment("express5", files)))


FLASK = """\
import time
from flask import Flask
app = Flask(__name__)

@app.get("/")
def view():
    return "first"

@app.get("/sleep")
def sleep():
    time.sleep(0.6)
    return "done"
"""
TWICE = FLASK + '\n@app.get("/other")\ndef view():\n    return "second"\n'
DEBUG = FLASK + '\nif __name__ == "__main__":\n    app.run(debug=True)\n'
FACTORY = "from flask import Flask\n\ndef create_app():\n    return Flask(__name__)\n"


def test_flask_answers() -> None:
    outcome = observe(Experiment("flask", {"app.py": FLASK}, ["GET /"]))
    assert holds("body contains first", outcome), outcome


def test_flask_refuses_one_endpoint_for_two_views() -> None:
    outcome = observe(Experiment("flask", {"app.py": TWICE}))
    assert holds("start fails AssertionError: View function mapping is overwriting", outcome)


def test_flask_factory_in_a_package() -> None:
    outcome = observe(Experiment("flask", {"shop/__init__.py": FACTORY}, ["GET /"]))
    assert holds("status 404", outcome), outcome


def test_flask_program_with_the_debugger() -> None:
    outcome = observe(Experiment("flask", {"app.py": DEBUG}, ["GET /console"]))
    assert holds("status 200", outcome), outcome


def test_flask_sync_worker_blocks() -> None:
    outcome = observe(Experiment("flask", {"app.py": FLASK}, ["GET /sleep"], meanwhile="GET /"))
    assert holds("blocks", outcome), outcome


def test_unknown_expectations_are_refused() -> None:
    with pytest.raises(ValueError, match="unknown expectation"):
        holds("works", observe(Experiment("flask", {"app.py": FLASK})))
