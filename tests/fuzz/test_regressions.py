"""What fuzzing found once, as small as it gets: each broke the property of its target."""

from __future__ import annotations

import pytest

from faceoff_lint import ir
from faceoff_lint.flow.paths import explore
from faceoff_lint.reading import lower_text

from .targets import TARGETS

EXPRESS = '==== package.json\n{"dependencies": {"express": "4"}}\n==== app.mjs\n'
APP = EXPRESS.replace("app.mjs", "app.js") + "const app = require('express')();\nlet a = [];\n"
FLASK = "from flask import Flask\napp = Flask(__name__)\n"
HELLO = "==== app.js\nconst express = require('express');\n\nconst app = express();\n" + "".join(
    f"app.get('/{n}', (req, res) => res.json([]));\n" for n in range(5)
)
ROUTERS = (
    "const r0 = require('express').Router();\nr0.get('/', (req, res) => res.end());\n"
    + "".join(
        f"const r{n} = require('express').Router();\n"
        f"r{n}.use('/a', r{n - 1});\nr{n}.use('/b', r{n - 1});\napp.use(r{n});\n"
        for n in range(1, 30)
    )
)
BLUEPRINTS = (
    "from flask import Blueprint\nb0 = Blueprint('b0', __name__)\n"
    "@b0.route('/')\ndef f():\n    return ''\n"
    + "".join(
        f"b{n} = Blueprint('b{n}', __name__)\nb{n}.register_blueprint(b{n - 1}, url_prefix='/a')\n"
        f"b{n}.register_blueprint(b{n - 1}, url_prefix='/b', name='x')\n"
        for n in range(1, 30)
    )
    + "app.register_blueprint(b29)\n"
)

FOUND = {
    # What doubles took all memory of the process that must not fail.
    "text-that-doubles": ("express", APP + "let s = 'a';\nfor (;;) { s = s + s; }\n"),
    "text-that-doubles-by-line": ("flask", FLASK + "s = 'a'\n" + "s = f'{s}{s}'\n" * 60),
    "text-that-squares": (
        "flask",
        FLASK + "s = 'aaaaaaaa'\n" + "s = s.replace('a', s)\n" * 9,
    ),
    "list-that-doubles": ("express", APP + "a = [1];\n" + "a = [...a, ...a];\n" * 60),
    "list-that-takes-in-itself": ("flask", FLASK + "a = [1]\n" + "a.extend(a)\na += a\n" * 30),
    "list-of-arguments": ("express", APP + "a = [1];\n" + "a.push(...a, ...a);\n" * 60),
    # Arrays in arrays were looked through for ever, or for as good as that.
    "list-in-itself": ("express", APP + "a.push(a);\napp.use(a);\napp.get(a, a);\n"),
    "lists-in-lists": ("express", APP + "a = '/x';\n" + "a = [a, a];\n" * 60 + "app.use(a, a);\n"),
    "choices-in-lists": (
        "express",
        APP + "const u = process.env.X ? a : '/x';\na.push(u, u);\napp.use(u, a);\n",
    ),
    # Routers that are mounted twice in routers that are … have more routes than there is time.
    "mounts-that-double": ("express", APP + ROUTERS),
    "registrations-that-double": ("flask", FLASK + BLUEPRINTS),
    # A comment that never ends holds the rest of the file: a fix removed it.
    "comment-without-end": ("comments-javascript", "f();\n/* faceoff: ignore[FLK501]\nif (x) y\n"),
    # What was written stood between a carriage return and its line feed.
    "line-ends-of-a-fix": ("fixes-express", HELLO.replace("\n", "\r\n")),
    # Numbers that are too large for a float, or for text.
    "vast-sum": ("flask", FLASK + f"x = {'9' * 400} + 0.5\n"),
    "vast-text": ("flask", FLASK + f"x = {'9' * 4_000}\n" + "x = x + x\n" * 1_200 + "f'{x}'\n"),
    "infinite-slice": ("express", APP + "app.get('/x'.slice(1e999), app);\n"),
    # What is passed on of a module that isn't seen was looked up when no code runs any more.
    "re-export": ("express", EXPRESS + "import 'express';\nexport { a as b } from './x.json';\n"),
    # Modules that pass on a name from each other were asked in turn, for ever.
    "re-export-cycle": (
        "express",
        EXPRESS + "import 'express';\nexport { a } from './b.mjs';\n"
        "==== b.mjs\nexport { a } from './app.mjs';\n",
    ),
    # The parser's message quotes the template to its end, over several lines.
    "template-message": ("javascript", "a.`\nb`"),
    # What Python's own parsers refuse was no error of the file's.
    "huge-number-toml": ("settings", f"preset = {'9' * 5_000}\n"),
    "huge-number-json": (
        "settings",
        f'==== package.json\n{{"faceoff-lint": {{"preset": {"9" * 5_000}}}}}\n',
    ),
    "deep-toml": ("settings", f"preset = {'[' * 3_000}{']' * 3_000}\n"),
    # Read, and could not be shown again.
    "huge-option": ("settings", f"[rules.missing-blueprints]\nmax-app-routes = 0x{'f' * 5_000}\n"),
    # Names that no file can have.
    "long-path": ("settings", f"extend = '{'a' * 300}'\n"),
    "surrogate-path": (
        "settings",
        '==== package.json\n{"faceoff-lint": {"extend": "\\ud800"}}\n',
    ),
    # Fixes that mend nothing come again in each round.
    "another-blueprint-of-the-name": (
        "fixes-flask",
        "from flask import Blueprint, Flask\n"
        'pages = Blueprint("pages", __name__)\n'
        '@pages.get("/")\ndef index():\n    return ""\n'
        'pages = Blueprint("others", __name__)\n'
        "app = Flask(__name__)\napp.register_blueprint(pages)\n",
    ),
    "left-before-the-end": (
        "fixes-express",
        "const express = require('express');\nconst app = express();\n"
        "app.get('/', async (req, res, next) => {\n  try {\n    res.json(await load());\n"
        "  } catch (err) {\n    if (quiet) return;\n    console.log(err);\n  }\n});\n"
        "app.listen(3000);\n",
    ),
}


def test_the_ways_out_of_a_function_are_in_the_order_of_its_text() -> None:
    """They were in the order of memory, so that two runs spoke of different ones first."""
    returns = "".join(f"    if x == {n}:\n        return {n}\n" for n in range(40))
    module = lower_text(f"def f(x):\n{returns}", ".py")
    assert isinstance(module, ir.Module)
    [function] = (node for node in ir.walk(module) if isinstance(node, ir.Func))
    ways = explore(function.body, 0, lambda node, state: state)
    assert ways is not None
    starts = [way.node.start for way in ways if way.node is not None]
    assert starts == sorted(starts)


@pytest.mark.parametrize("name", FOUND)
def test_it_holds_now(name: str) -> None:
    target, text = FOUND[name]
    TARGETS[target].check(text)
