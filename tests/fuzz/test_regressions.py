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
}


@pytest.mark.parametrize("name", FOUND)
def test_it_holds_now(name: str) -> None:
    target, text = FOUND[name]
    TARGETS[target].check(text)
