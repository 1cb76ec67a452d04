"""Baselines: what is accepted stays accepted through edits, what is new is reported."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from faceoff_lint.baseline import Baseline, Entry, load
from faceoff_lint.cli import cli
from faceoff_lint.errors import ConfigError
from faceoff_lint.lowering import lower
from faceoff_lint.scopes import Scopes

APP = """\
import requests
from flask import Flask

app = Flask(__name__)


@app.get("/a")
def first():
    return requests.get("https://a.example").text
"""
MORE = """

@app.get("/b")
def second():
    return requests.get("https://b.example").text
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    (tmp_path / ".git").mkdir()
    (tmp_path / "app.py").write_text(APP)
    monkeypatch.chdir(tmp_path)
    return lambda *args: CliRunner().invoke(cli, [str(a) for a in args])


def lines(result: Result) -> list[int]:
    found = json.loads(result.stdout)
    return [row["line"] for row in found]


CHECK = ("check", "--output-format", "json", "--baseline", "faceoff-baseline.json")


def test_only_what_is_new_is_reported(run: Callable[..., Result], tmp_path: Path) -> None:
    assert run("baseline").exit_code == 0
    clean = run(*CHECK)
    assert (lines(clean), clean.exit_code) == ([], 0)
    assert "1 accepted in the baseline" in clean.stderr
    (tmp_path / "app.py").write_text("# a new head\n\n" + APP + MORE)
    found = run(*CHECK)
    assert (lines(found), found.exit_code) == ([16], 1)


def test_what_occurs_no_more_is_said_and_pruned(run: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(APP + MORE)
    run("baseline")
    (tmp_path / "app.py").write_text(APP)
    said = run(*CHECK).stderr
    assert "1 accepted finding occurs no more" in said
    assert "  - app.py: blocking-call-in-view in `second`\n" in said
    assert run(*CHECK).stderr == said  # a run that is remembered says the same
    assert run("baseline", "--prune").stdout == ("faceoff-baseline.json: 1 accepted, 1 dropped.\n")
    assert load(tmp_path / "faceoff-baseline.json").accepted == {
        Entry("app.py", "blocking-call-in-view", "first"): 1
    }
    assert "no more" not in run(*CHECK).stderr


@pytest.mark.parametrize("prune", [[], ["--prune"]])
def test_what_a_run_cannot_judge_stays(
    prune: list[str], run: Callable[..., Result], tmp_path: Path
) -> None:
    (tmp_path / "more.py").write_text(APP)
    run("baseline")
    before = load(tmp_path / "faceoff-baseline.json").accepted
    assert before.total() == 2
    # Of other paths, of files that can't be read, of rules that are off.
    (tmp_path / "more.py").write_text("from flask import Flask\ndef broken(:\n")
    assert run("baseline", *prune, "app.py").exit_code == 0
    assert load(tmp_path / "faceoff-baseline.json").accepted == before
    run("baseline", *prune)
    assert load(tmp_path / "faceoff-baseline.json").accepted == before
    (tmp_path / "faceoff-lint.toml").write_text('ignore = ["blocking-call-in-view"]\n')
    run("baseline", *prune)
    assert load(tmp_path / "faceoff-baseline.json").accepted == before
    assert "no more" not in run(*CHECK).stderr


def test_what_a_baseline_says_is_no_command(run: Callable[..., Result], tmp_path: Path) -> None:
    text = "::error::x\x1b[1m##[group]y"
    made = Baseline(tmp_path / "faceoff-baseline.json")
    made.accepted[Entry(text, text, text)] = 1
    made.path.write_text(made.render())
    said = run(*CHECK).stderr
    assert "no more" in said
    assert not re.search(r"^\s*::|##\[|\x1b", said, re.MULTILINE), said


def test_an_entry_of_no_rule_is_stale(run: Callable[..., Result], tmp_path: Path) -> None:
    run("baseline")
    path = tmp_path / "faceoff-baseline.json"
    path.write_text(path.read_text().replace("blocking-call-in-view", "rule-of-old"))
    assert "app.py: rule-of-old in `first`" in run(*CHECK).stderr
    run("baseline", "--prune")
    assert load(path).accepted == {}


def test_pruning_accepts_nothing_new(run: Callable[..., Result], tmp_path: Path) -> None:
    run("baseline")
    (tmp_path / "app.py").write_text(APP + MORE)
    run("baseline", "--prune")
    assert len(lines(run(*CHECK))) == 1


def test_a_rule_that_is_off_makes_nothing_stale(run: Callable[..., Result]) -> None:
    run("baseline")
    assert "occur no more" not in run(*CHECK, "--select", "FLK501").stderr


def test_the_configuration_names_it(run: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "faceoff-lint.toml").write_text('baseline = "known.json"\n')
    assert run("baseline").exit_code == 0
    assert (tmp_path / "known.json").exists()
    assert run("check", "--output-format", "json").exit_code == 0


@pytest.mark.parametrize("path", ["../known.json", "/tmp/known.json"])
def test_a_configuration_cannot_lead_out_of_its_folder(
    path: str, run: Callable[..., Result], tmp_path: Path
) -> None:
    (tmp_path / "faceoff-lint.toml").write_text(f'baseline = "{path}"\n')
    result = run("check")
    assert result.exit_code == 2
    assert "must lie below this file's folder" in result.stderr


def test_one_entry_a_line_sorted() -> None:
    made = Baseline(Path("x.json"))
    made.accepted.update({Entry("b.py", "r", "é"): 1, Entry("a.py", "r", ""): 2})
    text = made.render()
    assert [line.strip()[:18] for line in text.splitlines()[3:5]] == [
        '{"file": "a.py", "', '{"file": "b.py", "',
    ]  # fmt: skip
    assert json.loads(text)["accepted"][1]["scope"] == "é"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not valid JSON"),
        ("[]", "no baseline of version 1"),
        ('{"version": 2}', "no baseline of version 1"),
        ('{"version": 1, "accepted": [{"file": "a"}]}', "entry 1"),
        (
            '{"version": 1, "accepted": [{"file": "a", "rule": "r", "scope": "", "count": 0}]}',
            "entry 1",
        ),
    ],
)  # fmt: skip
def test_what_is_no_baseline_is_an_error(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "b.json").write_text(text)
    with pytest.raises(ConfigError, match=message):
        load(tmp_path / "b.json")


def git(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    name = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false"]
    return subprocess.run(
        ["git", *name, *arguments], cwd=root, check=False, capture_output=True, text=True
    )


@pytest.mark.parametrize("union", [True, False])
def test_a_merge_keeps_what_both_sides_accept(union: bool, tmp_path: Path) -> None:
    path = tmp_path / "b.json"

    def write(*entries: Entry) -> None:
        made = Baseline(path)
        made.accepted.update(entries)
        path.write_text(made.render())
        git(tmp_path, "add", "-A")
        git(tmp_path, "commit", "-qm", "x")

    base, ours, theirs, both = (Entry(f"{name}.py", "r", "s") for name in ("a", "x", "y", "z"))
    git(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / ".gitattributes").write_text("b.json merge=union\n" if union else "")
    write(base)
    git(tmp_path, "checkout", "-qb", "other")
    write(base, theirs, both)
    git(tmp_path, "checkout", "-q", "main")
    write(base, ours, both, both)
    git(tmp_path, "merge", "-q", "other")
    if union:
        with pytest.raises(ValueError, match="Expecting"):
            json.loads(path.read_text())  # commas are missing: what is tested is needed
        assert load(path).accepted == {base: 1, ours: 1, theirs: 1, both: 2}
    else:
        with pytest.raises(ConfigError, match="merge conflict: keep the lines of both sides"):
            load(path)


def test_a_missing_baseline_is_an_error(run: Callable[..., Result]) -> None:
    result = run(*CHECK)
    assert result.exit_code == 2
    assert "there is no baseline" in result.stderr


PLACES = {
    ("class Users:\n    def get(self):\n        here\n", ".py"): "Users.get",
    ("def f():\n    x = lambda: here\n", ".py"): "f.x",
    ("here\n", ".py"): "",
    ("app.get('/users', (req, res) => { here; });", ".js"): "get /users",
    ("exports.list = wrap(async (req) => { here; });", ".js"): "list",
    ("class A { go() { here; } }", ".js"): "A.go",
    ("const a = { run: function () { here; } };", ".js"): "run",
    ("run(() => { here; });", ".js"): "",
    # Decorators belong to their function; at module level it is what the statement is about.
    ("@app.get(here)\ndef f():\n    pass\n", ".py"): "f",
    ("news = Blueprint(here)\n", ".py"): "news",
    ("app.register_blueprint(here)\n", ".py"): "register_blueprint here",
    ("const r = Router(here);", ".js"): "r",
    ("app.use(cors(here));", ".js"): "use cors",
    ("r.get('/a', here, (req, res) => {});", ".js"): "get /a",
    ("function mount(app) { app.put('/a', here); }", ".js"): "mount.put /a",
}


@pytest.mark.parametrize(("text", "suffix"), PLACES)
def test_scopes(text: str, suffix: str) -> None:
    scopes = Scopes(lower(text, suffix))
    assert scopes.at(text.index("here")) == PLACES[text, suffix]
