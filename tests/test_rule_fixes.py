"""Where fixes stand, which the examples of rule pages don't tell: they name lines, not places."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from faceoff_lint import registry
from faceoff_lint.lint import Job
from faceoff_lint.mending import fix
from faceoff_lint.registry import Selection

Write = Callable[..., Path]

APP = """\
const express = require('express');
const app = express();
app.get('/export', (req, res, next) => {
  res.write('first row');
  setTimeout(() => next(new Error('broken')), 10);
});
function onError(err, req, res, next) {
  'use strict';
  %sres.status(500).json({ error: 'export failed' });
}
app.use(onError);
module.exports = app;
"""


def test_nothing_is_written_before_a_directive(write: Write) -> None:
    """A function is strict only while its directive comes first."""
    root = write({"app.js": APP % ""})
    job = Job(root, selection=Selection(("EXP207",)), jobs=1)
    _, fixed, problems, _ = fix(job, registry.load(), unsafe=False)
    assert (len(fixed), problems) == (1, [])
    asked = "if (res.headersSent) return next(err);\n  "
    assert (root / "app.js").read_text() == APP % asked


FLOATING = """\
const express = require('express');
const app = express();
async function save(order) {
  throw new Error('disk full');
}
app.post('/orders', async (req, res) => {
  %s save(req.body);
  res.sendStatus(201);
});
app.listen(3000);
"""


@pytest.mark.parametrize("before", ["void", "void "])
def test_await_takes_the_place_of_void(before: str, write: Write) -> None:
    root = write({"app.js": FLOATING % before})
    job = Job(root, selection=Selection(("EXP301",)), jobs=1)
    fix(job, registry.load(), unsafe=True)
    assert (root / "app.js").read_text() == FLOATING % "await"


GUARDS = """\
from flask import Flask
from flask_cors import cross_origin
from flask_login import login_required

app = Flask(__name__)


%s
def treasure():
    return "gold"
"""


def test_decorators_keep_their_order_when_they_move(write: Write) -> None:
    route, guards = '@app.get("/treasure")', "@cross_origin()\n@login_required"
    root = write({"app.py": GUARDS % f"{guards}\n{route}"})
    job = Job(root, selection=Selection(("FLK401",)), jobs=1)
    _, fixed, problems, _ = fix(job, registry.load(), unsafe=False)
    assert (len(fixed), problems) == (2, [])
    assert (root / "app.py").read_text() == GUARDS % f"{route}\n{guards}"
