"""What functions do when they run: rejections, wrappers, what a request reaches."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from faceoff_lint.flow import Flow, Leaks, Outcome
from faceoff_lint.model import Web
from faceoff_lint.values import Function

Make = Callable[[dict[str, str]], Web]

HEAD = "const express = require('express');\nconst db = require('pg');\nconst app = express();\n"


def handler(web: Web, path: str = "/") -> Function:
    (row,) = [r for r in web.table if r.path == path]
    assert row.route.handler is not None
    assert row.route.handler.function is not None
    return row.route.handler.function


REJECTS = {
    "await db.query();": True,
    "try { await db.query(); } catch (e) { res.end(); }": False,
    "try { await db.query(); } catch (e) { throw e; }": True,
    "try { await db.query(); } finally { res.end(); }": True,
    "try { a(); } catch (e) { b(); } finally { await db.release(); }": True,
    "try { return load(); } catch (e) { res.end(); }": True,
    "try { return await load(); } catch (e) { res.end(); }": False,
    "throw new Error('x');": True,
    "for await (const row of db.rows()) res.write(row);": True,
    "await db.query().catch(() => []);": False,
    "await db.query().catch(() => { throw new Error('x'); });": True,
    "await db.query().then((x) => x, () => null);": False,
    "await db.query().finally(() => {});": True,
    "await Promise.all([db.a(), db.b()]);": True,
    "await Promise.all([safe(), safe()]);": False,
    "await Promise.allSettled([db.a()]);": False,
    "await Promise.race([safe(), db.a()]);": True,
    "await Promise.all([1, 2].map(async (x) => db.get(await load(x))));": True,
    "await Promise.all([1, 2].map(async (x) => x));": False,
    "await new Promise((resolve) => setTimeout(resolve, 5));": False,
    "await new Promise((resolve, reject) => db.get(resolve, reject));": True,
    "await safe();": False,
    "await load();": True,
    "const p = safe(); await p;": False,
    "const p = db.get(); await p;": True,
    "await res.json({});": False,
    "await next();": False,
    "await recursive();": False,
    "res.end();": False,
}
HELPERS = """
async function safe() { try { await db.query(); } catch (e) { console.error(e); } }
async function load(x) { return await db.query(x); }
async function format(res, status) { if (status < 300) return res.end(); await db.log(status); }
function either(x, done) { if (typeof done === 'function') return db.get(x, done); return load(x); }
async function recursive() { await recursive(); }
"""


@pytest.mark.parametrize("body", REJECTS)
def test_can_reject(body: str, put_together: Make) -> None:
    text = f"{HEAD}{HELPERS}app.get('/', async (req, res, next) => {{ {body} }});\napp.listen(1);"
    web = put_together({"app.js": text})
    assert Flow.of(web).rejections.can_reject(handler(web)) is REJECTS[body]


FLOATS = {
    "load();": "call",
    "void load();": "call",
    "safe();": "",
    "load().catch(next);": "",
    "load().catch((e) => { throw e; });": "chain",
    "load().then((x) => res.json(x));": "chain",
    "load().then((x) => res.json(x)).catch(next);": "",
    "load().then((x) => res.json(x), next);": "",
    "load().then((x) => x).finally(() => res.end());": "chain",
    "load().catch(next).finally(() => res.end());": "",
    "return load().then((x) => res.json(x));": "",
    "const p = load(); return p;": "",
    "(async () => { await load(); })();": "iife",
    "(async () => { await load(); })().catch(next);": "",
    "(async () => { try { await load(); } catch (e) { next(e); } })();": "",
    "[1].forEach(async (x) => { await load(x); });": "callback",
    "[1].forEach(async (x) => { await safe(x); });": "",
    "setTimeout(async () => { await load(); }, 5);": "callback",
    "process.nextTick(async () => { await load(); });": "callback",
    "new Promise(async (resolve) => { resolve(await load()); });": "executor",
    "require('fs').readFile('x', async (e, d) => { await load(d); });": "callback",
    "req.on('end', async () => { await load(); });": "callback",
    "req.login({}, async () => { await load(); });": "callback",
    "req.session.save(async () => { await load(); });": "callback",
    "require('queue').add(async () => { await load(); });": "",
    "x && load();": "call",
    "[1].map(async (x) => load(x));": "callback",
    "const all = [1].map(async (x) => load(x)); return Promise.all(all);": "",
    "Promise.all([load()]);": "call",
    "Promise.allSettled([load()]);": "",
    "either(1, next);": "",
    "format(res, 200);": "",
    "format(res, 500);": "call",
}


@pytest.mark.parametrize("body", FLOATS)
def test_floating(body: str, put_together: Make) -> None:
    text = f"{HEAD}{HELPERS}app.get('/', (req, res, next) => {{ {body} }});\napp.listen(1);"
    web = put_together({"app.js": text})
    found = [f.kind for f in Leaks.of(web).floating]
    assert found == ([FLOATS[body]] if FLOATS[body] else [])


WRAPPERS = {
    "(q, s, n) => Promise.resolve(f(q, s, n)).catch(n)": Outcome.FORWARDED,
    "(q, s, n) => f(q, s, n).catch(n)": Outcome.FORWARDED,
    "(q, s, n) => { const r = f(q, s, n); return r?.catch?.(n); }": Outcome.FORWARDED,
    "(q, s, n) => f(q, s, n).then(() => {}, (e) => n(e))": Outcome.FORWARDED,
    "async (q, s, n) => { try { await f(q, s, n); } catch (e) { n(e); } }": Outcome.FORWARDED,
    "async (q, s, n) => { try { return await f(q, s); } catch (e) { fail(s, e); } }": (
        Outcome.FORWARDED
    ),
    "(q, s, n) => { try { f(q, s, n); } catch (e) { n(e); } }": Outcome.NOT_AWAITED,
    "async (q, s, n) => { try { f(q, s, n); } catch (e) { n(e); } }": Outcome.NOT_AWAITED,
    "(q, s, n) => { f(q, s, n); }": Outcome.DROPPED,
    "(q, s, n) => f(q, s, n)": Outcome.RETURNED,
    "async (q, s, n) => { await f(q, s, n); }": Outcome.RETURNED,
    "async (q, s, n) => { try { await f(q, s, n); } catch (e) { log(e); } }": Outcome.SWALLOWED,
    "(q, s, n) => f(q, s, n).catch((e) => console.error(e))": Outcome.SWALLOWED,
    "(q, s, n) => f.call(this, q, s, n).catch(n)": Outcome.FORWARDED,
}


@pytest.mark.parametrize("closure", WRAPPERS)
def test_wrappers(closure: str, put_together: Make) -> None:
    text = f"""{HEAD}
function fail(res, e) {{ res.status(500).end(); }}
function log(e) {{ console.log(e); }}
const wrap = (f) => {closure};
app.get('/', wrap(async (req, res) => {{ res.json(await db.query()); }}));
app.listen(1);
"""
    web = put_together({"app.js": text})
    (verdict,) = [Leaks.of(web).verdict(s) for s in Leaks.of(web).slots]
    assert verdict is not None
    assert verdict.outcome is WRAPPERS[closure]


def test_a_wrapper_for_async_functions_only(put_together: Make) -> None:
    text = f"""{HEAD}
const wrap = (f) => {{
  if (f && f.constructor && f.constructor.name === 'AsyncFunction') {{
    return async (q, s, n) => {{ try {{ await f(q, s, n); }} catch (e) {{ n(e); }} }};
  }}
  return (q, s, n) => {{ try {{ f(q, s, n); }} catch (e) {{ n(e); }} }};
}};
app.get('/a', wrap(async (req, res) => {{ res.json(await db.query()); }}));
app.get('/b', wrap((req, res) => {{ res.json({{}}); }}));
app.listen(1);
"""
    leaks = Leaks.of(put_together({"app.js": text}))
    assert [leaks.escaping(s) for s in leaks.slots] == [None, None]
    assert leaks.floating == []
    verdicts = [leaks.verdict(s) for s in leaks.slots]
    assert [v and leaks.is_broken(s, v) for s, v in zip(leaks.slots, verdicts, strict=True)] == [
        False,
        False,
    ]


def test_reach_gives_the_shortest_way(put_together: Make) -> None:
    files = {
        "app.js": HEAD + "const { a } = require('./a');\n"
        "app.get('/', (req, res) => { a(); });\napp.listen(1);",
        "a.js": "const fs = require('fs');\nfunction b() { [1].map((x) => fs.statSync(x)); }\n"
        "exports.a = () => { b(); b(); };",
    }
    web = put_together(files)
    flow = Flow.of(web)
    hits = list(flow.reach(handler(web), lambda s: "fs.statSync" in s.paths or None))
    assert [[web.text(s.span) for s in hit.path] for hit in hits] == [
        ["a()", "b()", "fs.statSync(x)"]
    ]


def test_tracing_leaves_no_trace(put_together: Make) -> None:
    text = (
        HEAD
        + "let n = 0;\nconst r = express.Router();\n"
        + (
            "app.get('/', (req, res) => { n = 1; app.use('/x', r); app.extra = r; res.end(); });\n"
            "app.listen(1);"
        )
    )
    web = put_together({"app.js": text})
    (app,) = web.apps
    events = len(app.native.events)
    Flow.of(web).calls(handler(web))
    assert len(app.native.events) == events
    assert "extra" not in app.native.attrs
    record = web.modules.records["app.js"]
    assert record is not None
    assert getattr(record.env.vars["n"], "value", None) == 0


def test_what_was_given_up_is_told(put_together: Make) -> None:
    text = HEAD + "app.use(require(process.env.PLUGIN));\napp.listen(1);"
    lines = put_together({"app.js": text}).unknowns()
    assert "app.js:4: a module is required by a computed path" in lines
    assert lines[-1].endswith("steps of the interpreter used")


def test_what_a_trace_imports_is_no_import_of_the_set_up(put_together: Make) -> None:
    app = (
        "from flask import Flask\napp = Flask(__name__)\n@app.get('/')\n"
        "def index():\n    from helper import text\n    return text()\n"
    )
    web = put_together({"app.py": app, "helper.py": "def text():\n    return 'x'\n"})
    flow = Flow.of(web)
    names = [f.name for f in flow.reached(f for f, _ in flow.request_functions)]
    assert names == ["index", "text"]
    assert web.importers("helper.py") == []
