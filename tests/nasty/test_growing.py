"""Set-up code that does very much: its cost is bounded by counts, and what can be told is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from faceoff_lint import registry
from faceoff_lint.frameworks.events import MOST_RECORDED
from faceoff_lint.interpreter.core import LOOP_ROUNDS
from faceoff_lint.lint import Job, lint, understand
from faceoff_lint.model import Web
from faceoff_lint.model.bounds import MOST_ROWS

from . import growing

KNOWN = registry.load()
CUT = "groups are mounted in more ways than are followed"


def understood(root: Path, files: dict[str, str]) -> Web:
    for name, text in files.items():
        (root / name).write_text(text)
    [web] = understand(Job(root), KNOWN).webs
    return web


@pytest.mark.parametrize("make", [growing.routers, growing.blueprints])
def test_few_groups_that_mount_each_other(
    make: Callable[[int], dict[str, str]], tmp_path: Path
) -> None:
    """Each order in which they can be gone through is a way: 1 + 3 + 3 * 2 + 3 * 2 * 1."""
    web = understood(tmp_path, make(4))
    assert not web.open
    assert len(web.table) == 16
    assert "/start/to2/to1/own1" in {row.path for row in web.table}


@pytest.mark.parametrize("count", [10, 20, 40, 80])
@pytest.mark.parametrize("make", [growing.routers, growing.blueprints])
def test_many_groups_that_mount_each_other(
    make: Callable[[int], dict[str, str]], count: int, tmp_path: Path
) -> None:
    web = understood(tmp_path, make(count))
    assert [reason for reason, _ in web.open] == [CUT]
    assert len(web.table) <= MOST_ROWS
    # All are served still, and on a way that there is.
    assert {row.route.paths[0] for row in web.table} == {f"/own{n}" for n in range(count)}
    assert all(row.path.startswith("/start") and row.exact for row in web.table)
    assert web.machine.steps < 20 * count * count
    codes = {finding.code for finding in lint(Job(tmp_path), KNOWN).findings}
    assert not {code for code in codes if code.startswith("FO") or code.endswith("102")}


def test_groups_that_mount_each_other_and_nothing_else(tmp_path: Path) -> None:
    """No app registers them, and they have no routes: what is below them was counted for ever."""
    text = (
        "from flask import Blueprint, Flask\napp = Flask(__name__)\n"
        "a = Blueprint('a', __name__)\nb = Blueprint('b', __name__)\n"
        "a.register_blueprint(b)\nb.register_blueprint(a)\n"
        "@a.before_request\ndef before():\n    pass\n"
    )
    files = {"requirements.txt": "flask==3.1.0\n", "app.py": text}
    assert understood(tmp_path, files).table == []
    found = [one.message for one in lint(Job(tmp_path), KNOWN).findings if one.code == "FLK102"]
    assert len(found) == 2
    assert all("hooks and error handlers never run" in message for message in found)


@pytest.mark.parametrize("framework", ["express", "flask"])
def test_loops_in_loops(framework: str, tmp_path: Path) -> None:
    web = understood(tmp_path, growing.loops(framework, 400))
    hole = {"express": "<?>", "flask": "{?}"}[framework]
    rows = {row.path: row for row in web.table}
    assert rows["/0/0/0"].exact
    assert not rows["/0/0/0"].conditional
    # The rest is one route of which nothing is known, and what follows is what it was.
    rest = rows[f"/{hole}/{hole}/{hole}"]
    assert rest.conditional
    assert not rest.exact
    assert rows["/last"].exact
    assert not web.machine.exhausted
    assert LOOP_ROUNDS * 0.9 < len(web.table) <= LOOP_ROUNDS
    assert web.machine.steps < 20 * LOOP_ROUNDS
    assert any("more rounds than are followed" in text for text in web.unknowns())


@pytest.mark.parametrize("framework", ["express", "flask"])
def test_small_loops_in_loops_are_followed_to_the_end(framework: str, tmp_path: Path) -> None:
    web = understood(tmp_path, growing.loops(framework, 12))
    assert len(web.table) == 12**3 + 1
    assert all(row.exact and not row.conditional for row in web.table)


def test_counting_loops_and_comprehensions(tmp_path: Path) -> None:
    loop = "for (let {0} = 0; {0} < 300; {0}++) "
    text = "const app = require('express')();\n" + "".join(map(loop.format, "abcd"))
    text += "app.get(`/${a}/${b}/${c}/${d}`, app);\napp.get('/last', app);\napp.listen(1);\n"
    web = understood(tmp_path, {"package.json": growing.PACKAGE, "app.js": text})
    assert web.table[-1].path == "/last"
    assert len(web.table) <= LOOP_ROUNDS
    (tmp_path / "app.js").unlink()
    (tmp_path / "package.json").unlink()
    text = f"from flask import Flask\napp = Flask(__name__)\na = {list(range(300))}\n"
    text += "b = [f'/{x}{y}{z}' for x in a for y in a for z in a]\n"
    text += "app.add_url_rule('/last', 'last', lambda: '')\n"
    web = understood(tmp_path, {"requirements.txt": "flask==3.1.0\n", "app.py": text})
    assert [row.path for row in web.table] == ["/last"]
    assert web.machine.steps < 10 * LOOP_ROUNDS


def test_loops_of_a_module_are_not_those_of_who_imports_it(tmp_path: Path) -> None:
    """Each begins anew: a module means the same wherever it is loaded first."""
    loops = f"a = {list(range(90))}\nfor x in a:\n    for y in a:\n        {{}}\n"
    web = understood(tmp_path, {
        "requirements.txt": "flask==3.1.0\n",
        "app.py": "from flask import Flask\napp = Flask(__name__)\n"
        + loops.format("import other\nother.register(app)"),
        "other.py": loops.format("url = f'/{x}/{y}'")
        + "def register(app):\n    app.add_url_rule(url, 'last', print)\n",
    })  # fmt: skip
    assert web.table[0].path == "/89/89"


def test_callbacks_in_callbacks(tmp_path: Path) -> None:
    """What a function may take is bounded; where it registers routes, there may be more of them."""
    web = understood(tmp_path, growing.calls(400))
    assert any(reason.endswith("takes too long") for reason, _ in web.open)
    assert web.table[0].path == "/0/0/0"
    assert web.table[-1].path == "/last"
    assert 400 < len(web.table) <= MOST_RECORDED
    steps, exhausted = web.machine.steps, web.machine.exhausted
    assert not exhausted
    assert steps < 500_000


def test_more_than_is_kept(tmp_path: Path) -> None:
    """Loops beside each other take their rounds each; what all register together is bounded."""
    files = growing.loops("express", 400, depth=2)
    head, loop, tail = files["app.js"].partition("for (const x0 of all) {")
    body, last, end = tail.partition("app.get('/last'")
    files["app.js"] = head + (loop + body) * 4 + last + end
    web = understood(tmp_path, files)
    recorded, kept = web.machine.recorded, sum(len(group.events) for group in web.everything)
    assert recorded > MOST_RECORDED
    assert MOST_RECORDED * 0.9 < kept <= MOST_RECORDED
    assert {reason for reason, _ in web.open} == {"more is registered than is kept"}
