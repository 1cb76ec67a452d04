"""What fuzzing found once, as small as it gets: each broke the property of its target."""

from __future__ import annotations

import pytest

from .targets import TARGETS

EXPRESS = '==== package.json\n{"dependencies": {"express": "4"}}\n==== app.mjs\n'
APP = EXPRESS.replace("app.mjs", "app.js") + "const app = require('express')();\nlet a = [];\n"
FLASK = "from flask import Flask\napp = Flask(__name__)\n"

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
    # Numbers that are too large for a float, or for text.
    "vast-sum": ("flask", FLASK + f"x = {'9' * 400} + 0.5\n"),
    "vast-text": ("flask", FLASK + f"x = {'9' * 4_000}\n" + "x = x + x\n" * 9_000 + "f'{x}'\n"),
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
}


@pytest.mark.parametrize("name", FOUND)
def test_it_holds_now(name: str) -> None:
    target, text = FOUND[name]
    TARGETS[target].check(text)
