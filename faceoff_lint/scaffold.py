"""The files that a new rule begins with. They fail until somebody has filled them in."""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass
from pathlib import Path

from faceoff_lint.errors import FaceoffError
from faceoff_lint.registry import Registry

__all__ = ["New", "next_code", "plan"]

_NAME = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")
_CODE = re.compile(r"([A-Z]{2,8})([0-9]{3,4})")
_USED = re.compile(r"@rule\(\s*[\"']([A-Z]{2,8})([0-9]{3,4})[\"']")
OWN_PREFIX = "OWN"

_RULE = '''\
"""{code}; TODO: what the module does besides asking the model, or nothing."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import {practice}, WARNING, Finding, Web, rule


@rule(
    "{code}",
    practice={practice},
    severity=WARNING,
    why="TODO: what happens at run time because of it.",
    help="TODO: what to do about it.",
)
def {function}(web: Web) -> Iterator[Finding]:
    """TODO: what is wrong, in one sentence."""
    for row in web.table:
        if row.path == "TODO":
            yield Finding(row.span, f"TODO: what is wrong with `{{row.path}}`")
    raise NotImplementedError("TODO: find the places that are wrong, then remove this line")
'''

_PAGE = """\
# {code} {name}

## What it does

TODO: when the rule reports, exactly.

## Why

TODO: what happens at run time, the practice it serves, and its source.

## What to do

TODO: the way out, and how to accept a finding.

## Known limits

TODO: what it misses, and where it may be wrong.

## Examples

### Flagged: TODO: what is wrong here

{flagged}
### Not flagged: TODO: what looks like it and is innocent

{unflagged}"""

_FLASK = """\
```python title="app.py"
from flask import Flask

app = Flask(__name__)


@app.get("/one"){comment}
def one():
    return "one"
```
"""

_EXPRESS = """\
```js title="app.js"
const express = require('express');

const app = express();
app.get('/one', (req, res) => res.send('one'));{comment}
app.listen(3000);
```
"""

_TEST = '''\
"""Every rule of this folder: its page, and each example of it through the whole linter."""

from __future__ import annotations

from pathlib import Path

import pytest
from faceoff_lint import testing

RULES = testing.rules(Path(__file__).parent)


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_page(rule):
    testing.check_page(rule)


@pytest.mark.parametrize(("rule", "example"), testing.examples(RULES), ids=str)
def test_example(rule, example, tmp_path):
    testing.check_example(rule, example, tmp_path, RULES)
'''


@dataclass(frozen=True)
class New:
    """A rule to be made: its code, name and files with their texts."""

    code: str
    name: str
    files: dict[Path, str]


def next_code(folder: Path, prefix: str = OWN_PREFIX) -> str:
    """The code after the highest with this prefix in a folder's rules; ``…101`` in an empty one."""
    used = [
        int(number)
        for path in sorted(folder.glob("*.py"))
        for found, number in _USED.findall(path.read_text("utf-8", "replace"))
        if found == prefix
    ]
    return f"{prefix}{max(used, default=100) + 1}"


def plan(
    name: str, framework: str, code: str | None, folder: Path, known: Registry, *, tests: bool
) -> New:
    """What to write for a new rule. ``tests``: a module of tests too, where there is none.

    Raises ``FaceoffError`` for a name or code that can't be, or that is taken.
    """
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        raise FaceoffError(f"`{name}` is no name for a rule: lower case, with dashes")
    name, function = name.replace("_", "-"), name.replace("-", "_")
    code = code or next_code(folder)
    match = _CODE.fullmatch(code)
    if match is None:
        raise FaceoffError(f"`{code}` is no code: 2 to 8 capitals and 3 or 4 digits")
    belongs = {"FLK": "flask", "EXP": "express"}.get(match[1], framework)
    if belongs != framework:
        raise FaceoffError(f"codes with {match[1]} are of rules for {belongs}")
    for key in (code, name):
        if key in known.by_key:
            raise FaceoffError(f"there is a rule `{key}` already: {known.by_key[key].page}")
    example = _FLASK if framework == "flask" else _EXPRESS
    mark = "#" if framework == "flask" else "//"
    texts = {
        "code": code,
        "name": name,
        "function": function,
        "practice": "ROUTING" if framework == "flask" else "MIDDLEWARE",
        "flagged": example.format(comment=f"  {mark} expect: {code}"),
        "unflagged": example.format(comment=""),
    }
    files = {
        folder / f"{function}.py": _RULE.format(**texts),
        folder / f"{function}.md": _PAGE.format(**texts),
    }
    for path in files:
        if path.exists():
            raise FaceoffError(f"{path} is there already")
    if tests and not (folder / "test_rules.py").exists():
        files[folder / "test_rules.py"] = _TEST
    return New(code, name, files)
