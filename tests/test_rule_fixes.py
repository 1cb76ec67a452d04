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
    _, fixed, problems = fix(job, registry.load(), unsafe=False)
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
