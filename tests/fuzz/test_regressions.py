"""What fuzzing found once, as small as it gets: each broke the property of its target."""

from __future__ import annotations

import pytest

from .targets import TARGETS

EXPRESS = '==== package.json\n{"dependencies": {"express": "4"}}\n==== app.mjs\n'

FOUND = {
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
