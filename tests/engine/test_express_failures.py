"""Which error middleware hears an error, and which handlers can fail."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent

import pytest

from faceoff_lint.flow import Failures
from faceoff_lint.model import Web

Make = Callable[[dict[str, str]], Web]

HEAD = "const express = require('express');\nconst app = express();\n"
PACKAGE = '{ "dependencies": { "express": "^4.22.0" } }'
ON_ERROR = "(err, req, res, next) => res.sendStatus(500)"


def failures(put_together: Make, body: str) -> Failures:
    text = HEAD + dedent(body).replace("ON_ERROR", ON_ERROR) + "\napp.listen(3000);\n"
    return Failures.of(put_together({"app.js": text, "package.json": PACKAGE}))


HEARD = {
    "behind it": ("app.get('/x', h);\napp.use(ON_ERROR);", "yes"),
    "before it": ("app.use(ON_ERROR);\napp.get('/x', h);", "no"),
    "none": ("app.get('/x', h);", "no"),
    "for another path": ("app.get('/x', h);\napp.use('/y', ON_ERROR);", "no"),
    "for its path": ("app.get('/x/y', h);\napp.use('/x', ON_ERROR);", "yes"),
    "an unknown library's": ("app.get('/x', h);\napp.use(require('some-thing')());", "unknown"),
    "in development": (
        "app.get('/x', h);\nif (process.env.NODE_ENV !== 'production') app.use(ON_ERROR);",
        "no",
    ),
    "the parent's": (
        "const r = express.Router();\nr.get('/x', h);\napp.use('/r', r);\napp.use(ON_ERROR);",
        "yes",
    ),
    "a sibling's": (
        "const r = express.Router(), s = express.Router();\nr.get('/x', h);\ns.use(ON_ERROR);\n"
        "app.use('/r', r);\napp.use('/s', s);",
        "no",
    ),
}


@pytest.mark.parametrize("name", HEARD)
def test_heard(put_together: Make, name: str) -> None:
    body, answer = HEARD[name]
    known = failures(put_together, body + "\nfunction h(req, res) { throw new Error('x'); }")
    route = next(known.web.routes)
    assert known.heard(route.owner, route.event, route.paths[0]).value == answer


FAILS = {
    "(req, res) => res.json({ a: 1 })": "no",
    "(req, res, next) => next()": "no",
    "(req, res, next) => next('route')": "no",
    "(req, res) => { console.log(new Date().toISOString()); res.sendStatus(404); }": "no",
    "(req, res, next) => next(new Error('x'))": "yes",
    "(req, res) => { throw new Error('x'); }": "yes",
    "(req, res) => { try { throw new Error('x'); } catch (e) { res.end(); } }": "no",
    "(req, res) => res.json(JSON.parse(req.query.q))": "yes",
    "(req, res) => res.json(helper())": "yes",
    "(req, res, next) => Promise.reject(new Error('x')).catch(next)": "yes",
    "async (req, res) => { throw new Error('x'); }": "unknown",
    "require('express-async-handler')(async (req, res) => { throw new Error('x'); })": "yes",
    "express.json()": "yes",
    "require('some-thing')()": "unknown",
}


@pytest.mark.parametrize("handler", FAILS)
def test_can_fail(put_together: Make, handler: str) -> None:
    body = f"app.get('/x', {handler});\nfunction helper() {{ throw new Error('y'); }}"
    known = failures(put_together, body)
    assert known.can_fail(next(known.web.routes)).value == FAILS[handler]


FINAL = {
    ON_ERROR: True,
    "(err, req, res, next) => { if (res.headersSent) return next(err); res.end(); }": True,
    "(err, req, res, next) => { if (err.code !== 'X') return next(err); res.end(); }": False,
    "(err, req, res, next) => { console.error(err); next(err); }": False,
}


@pytest.mark.parametrize("handler", FINAL)
def test_final(put_together: Make, handler: str) -> None:
    known = failures(put_together, f"app.use({handler});")
    assert known.final(known.web.apps[0].uses[0]) is FINAL[handler]
