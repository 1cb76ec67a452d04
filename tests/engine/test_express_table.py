"""The static route table of Express apps, in the shapes that projects use."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent

import pytest

from faceoff_lint.model import Web
from faceoff_lint.values import MAYBE, NO, YES

Routes = Callable[[dict[str, str]], list[str]]
Make = Callable[[dict[str, str]], Web]

HEAD = "const express = require('express');\nconst app = express();\n"

SHAPES = {
    "middleware in order": (
        """
        app.use(express.json());
        app.get('/a', (req, res) => res.send('a'));
        app.use('/b', function only(req, res, next) { next(); });
        app.get('/b/c', auth, function last(req, res) {});
        function auth(req, res, next) { next(); }
        """,
        ["GET /a <anonymous> < express.json()", "GET /b/c last < express.json(), only, auth"],
    ),
    "a chain of verbs": (
        """
        app.route('/x').get(h).post([h, h2]).all(h);
        function h(q, s) {}
        function h2(q, s) {}
        """,
        ["GET /x h", "POST /x h2 < h", "ALL /x h"],
    ),
    "nested routers": (
        """
        const a = express.Router(), b = new express.Router();
        b.delete('/:id', function del(req, res) {});
        a.use('/b', b);
        app.use('/a', a);
        """,
        ["DELETE /a/b/:id del"],
    ),
    "paths as arrays, templates and expressions": (
        """
        const version = 'v1';
        const h = function h(q, s) {};
        app.get(['/a', '/b'], h);
        app.get(`/${version}/c`, h);
        app.get(/^\\/d$/, h);
        app.get(process.env.PREFIX + '/e', h);
        """,
        ["GET /a h", "GET /b h", "GET /v1/c h", "GET /^\\/d$/ h", "GET /<?>/e h"],
    ),
    "prefixes from the environment": (
        """
        const h = function h(q, s) {};
        const base = process.env.BASE || '/base';
        app.get(`${base}/x`, h);
        app.get((process.env.OTHER ?? '/other') + '/y', h);
        """,
        ["GET /base/x h", "GET /other/y h"],
    ),
    "a mount loop": (
        """
        const r = express.Router();
        r.get('/', function home(q, s) {});
        const routes = [{ path: '/one', route: r }, { path: '/two', route: r }];
        routes.forEach((each) => app.use(each.path, each.route));
        for (const [path, route] of Object.entries({ '/three': r })) app.use(path, route);
        new Map([['/four', r]]).forEach((route, path) => app.use(path, route));
        """,
        ["GET /one home", "GET /two home", "GET /three home", "GET /four home"],
    ),
    "computed verbs": (
        """
        const h = function h(q, s) {};
        for (const verb of ['get', 'post']) app[verb]('/v', h);
        app.put.call(app, '/c', h);
        """,
        ["GET /v h", "POST /v h", "PUT /c h"],
    ),
    "a registrar helper": (
        """
        function page(router, path, middlewares, controller) {
          router.get(path, ...middlewares, controller);
          router.get('/api' + path, middlewares, controller);
        }
        const a = function a(q, s, n) { n(); };
        page(app, '/x', [a], function show(q, s) {});
        """,
        ["GET /x show < a", "GET /api/x show < a"],
    ),
    "what comes late": (
        """
        const h = function h(q, s) {};
        (async () => {
          await ready();
          app.get('/late', h);
        })();
        app.get('/early', h);
        """,
        ["GET /early h", "GET /late h"],
    ),
    "a promise's callback": (
        """
        const h = function h(q, s) {};
        require('mongoose').connect('x').then(() => { app.get('/late', h); app.listen(1); });
        app.get('/early', h);
        """,
        ["GET /early h", "GET /late h"],
    ),
    "a class that owns its router": (
        """
        class Controller {
          router = express.Router();
          constructor(prefix) { this.prefix = prefix; this.routes(); }
          routes() { this.router.get(`${this.prefix}/x`, this.show.bind(this)); }
          show(req, res) {}
        }
        class Users extends Controller {
          constructor() { super('/users'); this.router.post('/users', this.add); }
          add = (req, res) => {};
        }
        app.use(new Users().router);
        """,
        ["GET /users/x show", "POST /users add"],
    ),
    "constructor functions and prototypes": (
        """
        function Server() { this.app = express(); }
        Server.prototype.setup = function () { this.app.get('/p', function p(q, s) {}); };
        new Server().setup();
        """,
        ["GET /p p"],
    ),
    "settings are no routes": (
        """
        app.set('port', 3000);
        app.listen(app.get('port'));
        """,
        [],
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_shape(shape: str, express_routes: Routes) -> None:
    text, expected = SHAPES[shape]
    assert express_routes({"app.js": HEAD + dedent(text)}) == expected


ROUTER = "const router = require('express').Router();\nrouter.get('/x', function x(q, s) {});\n"
EXPORTS = {
    "module.exports = router": ("module.exports = router;", "require('./r')"),
    "exports.router": ("exports.router = router;", "require('./r').router"),
    "an object": ("module.exports = { router };", "require('./r').router"),
    "both": ("exports = module.exports = router;", "require('./r')"),
    "a function of the app": (
        "module.exports = (app, deps) => { app.use(router); return router; };",
        "require('./r')(app, {})",
    ),
    "a factory": ("module.exports = () => router;", "require('./r.js')()"),
    "a barrel": ("module.exports = router;", "require('./barrel').r"),
    "a folder": ("module.exports = router;", "require('./folder')"),
}


@pytest.mark.parametrize("case", EXPORTS)
def test_exports(case: str, express_routes: Routes) -> None:
    export, require = EXPORTS[case]
    use = f"{require};" if "(app" in require else f"app.use('/r', {require});"
    files = {
        "app.js": HEAD + use + "\nmodule.exports = app;",
        "r.js": ROUTER + export,
        "barrel.js": "module.exports = { r: require('./r') };",
        "folder/index.js": "module.exports = require('../r');",
    }
    prefix = "" if "(app" in require else "/r"
    assert express_routes(files) == [f"GET {prefix}/x x"]


ES_EXPORTS = {
    "default": ("export default router;", "import r from './r.js';"),
    "named": ("export { router as r };", "import { r } from './r.js';"),
    "declared": ("export const r = router;", "import { r } from './r.js';"),
    "namespace": ("export const r = router;", "import * as all from './r.js'; const r = all.r;"),
    "barrel": ("export const r = router;", "import { r } from './barrel.js';"),
    "dynamic": ("export default router;", "const { default: r } = await import('./r.js');"),
}


@pytest.mark.parametrize("case", ES_EXPORTS)
def test_es_exports(case: str, express_routes: Routes) -> None:
    export, load = ES_EXPORTS[case]
    router = "import { Router } from 'express';\nconst router = Router();\n"
    files = {
        "app.js": f"import express from 'express';\n{load}\nconst app = express();\n"
        "app.use(r);\napp.listen(3000);",
        "r.js": router + "router.get('/x', function x(q, s) {});\n" + export,
        "barrel.js": "export * from './r.js';",
        "package.json": '{"type": "module", "dependencies": {"express": "^5"}}',
    }
    assert express_routes(files) == ["GET /x x"]


SERVED = {
    "mounted": ("app.use('/r', require('./r'));", YES),
    "forgotten": ("", NO),
    "required, not mounted": ("require('./r');", NO),
    "handed to a library": ("require('library')(app, require('./r'));", MAYBE),
    "a folder loader": (
        "require('fs').readdirSync('.').filter((f) => f !== 'app.js')"
        ".forEach((f) => app.use(require('./' + f)));",
        YES,
    ),
    "a loader of some other folder": (
        "require('fs').readdirSync(process.env.DIR).forEach((f) => app.use(require('./' + f)));",
        MAYBE,
    ),
}


@pytest.mark.parametrize("case", SERVED)
def test_served(case: str, put_together: Make) -> None:
    use, expected = SERVED[case]
    files = {"app.js": HEAD + use + "\napp.listen(1);", "r.js": ROUTER + "module.exports = router;"}
    web = put_together(files)
    (group,) = [g for g in web.groups if g.var == "router"]
    assert group.served is expected


def test_look_alikes_are_not_express(put_together: Make) -> None:
    files = {
        "app.js": HEAD + "app.get('/real', (q, s) => s.end());\napp.listen(1);",
        "other.js": "const { App } = require('@tinyhttp/app');\nconst app = new App();\n"
        "app.get('/no', (q, s) => s.end());\nconst express = 'no';\n"
        "const axios = require('axios');\naxios.get('/no', () => {});",
    }
    assert [r.path for r in put_together(files).table] == ["/real"]


def test_error_middlewares_that_would_hear(put_together: Make) -> None:
    text = """
    const r = express.Router();
    r.use(function early(err, q, s, n) { n(err); });
    r.get('/x', (q, s) => s.end());
    r.use(function own(err, q, s, n) { n(err); });
    app.use('/r', r);
    app.get('/y', (q, s) => s.end());
    app.use('/r', function limited(err, q, s, n) { n(err); });
    app.use(function last(err, q, s, n) { s.end(); });
    app.listen(1);
    """
    x, y = put_together({"app.js": HEAD + dedent(text)}).table
    assert [s.name for s in x.errors] == ["own", "limited", "last"]
    assert [s.name for s in y.errors] == ["last"]


def test_members_that_are_passed_on_from_a_commonjs_module(
    express_routes: Callable[[dict[str, str]], list[str]],
) -> None:
    """Exports are asked for once all is evaluated, whatever they turn out to be."""
    rows = express_routes(
        {
            "package.json": (
                '{"type": "module", "main": "app.js", "dependencies": {"express": "^5"}}'
            ),
            "app.js": (
                "import express from 'express'\n"
                "import { path } from './barrel.js'\n"
                "const app = express()\n"
                "app.get(path, (req, res) => res.send('x'))\n"
                "app.listen(3000)\n"
            ),
            "barrel.js": "export { path, nothing } from './paths.cjs' // of express\n",
            "paths.cjs": "module.exports = { path: '/users' } // of express\n",
        }
    )
    assert [row.rpartition(" ")[0] for row in rows] == ["GET /users"]
