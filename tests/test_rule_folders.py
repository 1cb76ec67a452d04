"""Rules of a user's own, from a folder: who may name it, and what its modules can do."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from faceoff_lint import rule_folders, testing, trust
from faceoff_lint.cli import cli
from faceoff_lint.errors import RuleError

from .conftest import Write

APP = """\
from flask import Flask

app = Flask(__name__)


@app.get("/admin")
def admin():
    return ""
"""

RULE = '''\
"""OWN101."""

from faceoff_lint.rule import ROUTING, WARNING, Finding, rule

from ._words import WORD


@rule("OWN101", practice=ROUTING, severity=WARNING, why="Because.", options={"path": "/admin"})
def no_admin(web, options):
    """A route is called so."""
    for row in web.table:
        if row.path == options["path"]:
            yield Finding(row.span, f"{WORD} {row.path}")
'''

PAGE = """\
# OWN101 no-admin

## What it does

Reports.

## Why

Because.

## What to do

Rename it.

## Options

| option | default | meaning |
| --- | --- | --- |
| `path` | `"/admin"` | the path |

## Known limits

None.

## Examples

### Flagged: it is called so

```python title="app.py"
from flask import Flask

app = Flask(__name__)


@app.get("/admin")  # expect: OWN101
def admin():
    return ""
```

### Not flagged: it is not

```python title="app.py"
from flask import Flask

app = Flask(__name__)


@app.get("/other")
def other():
    return ""
```
"""


@pytest.fixture
def own(write: Write) -> Path:
    """A folder with one rule, a helper, a test, and no package."""
    return write(
        {
            "no_admin.py": RULE,
            "no_admin.md": PAGE,
            "_words.py": 'WORD = "found"\n',
            "test_no_admin.py": "raise AssertionError('tests are no rules')\n",
        },
        "own",
    )


@pytest.fixture
def project(write: Write) -> Path:
    return write({".git/HEAD": "", "app.py": APP})


def run(*args: object) -> Result:
    return CliRunner().invoke(cli, [str(arg) for arg in args])


def messages(*args: object) -> list[str]:
    done = run("check", "-q", "--output-format", "jsonl", "--select", "OWN", *args)
    assert done.exit_code in (0, 1), done.output
    return [json.loads(line)["message"] for line in done.stdout.splitlines()]


def trusting(text: str) -> Path:
    file = trust.file()
    assert file is not None
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    file.chmod(0o600)
    return file


def test_every_command_takes_the_folder(own: Path, project: Path) -> None:
    assert messages("--rules", own, project) == ["found /admin"]
    (project / "faceoff-lint.toml").write_text('[rules.no-admin]\npath = "/x"\n')
    assert messages("--rules", own, project) == []
    assert run("check", project).exit_code == 2
    for command in ("config", "routes"):
        assert run(command, "--rules", own, project).exit_code == 0
        assert run(command, project).exit_code == 2
    assert "OWN101  no-admin" in run("rules", "OWN", "--rules", own).stdout
    assert run("rule", "no-admin", "--rules", own).stdout.startswith("# OWN101 no-admin")
    assert run("baseline", project, "--rules", own, "--file", project / "b.json").exit_code == 0


def test_a_changed_rule_is_not_answered_from_the_cache(
    own: Path, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FACEOFF_LINT_CACHE_DIR", str(tmp_path / "cache"))
    assert messages("--rules", own, project) == ["found /admin"]
    kept = set((tmp_path / "cache").rglob("*.run"))
    assert messages("--rules", own, project) == ["found /admin"]
    assert kept == set((tmp_path / "cache").rglob("*.run")) != set()
    (own / "_words.py").write_text('WORD = "seen"\n')
    assert messages("--rules", own, project) == ["seen /admin"]


def test_a_folder_in_the_scanned_tree_is_not_loaded_by_itself(own: Path, project: Path) -> None:
    own.rename(project / "rules")
    done = run("check", project, "--select", "OWN")
    assert (done.exit_code, "no rule has the code" in done.stderr) == (2, True)
    for key in ("trusted-rules", "rules-folder", "plugins"):
        (project / "faceoff-lint.toml").write_text(f'{key} = ["rules"]\n')
        done = run("check", project)
        assert done.exit_code == 2
        assert f"`{key}` cannot be set here: a repository names no code to run" in done.stderr
        assert "--rules DIR" in done.stderr
    (project / "faceoff-lint.toml").unlink()
    assert messages("--rules", project / "rules", project) == ["found /admin"]


def test_the_scanned_tree_cannot_be_imported_and_nothing_is_written(
    own: Path, project: Path, command: Path
) -> None:
    own.rename(project / "rules")
    (project / "_words.py").write_text("raise AssertionError('of the scanned tree')\n")
    (project / "tomllib.py").write_text("raise AssertionError('of the scanned tree')\n")
    (project / "rules/no_admin.py").write_text(
        f"import sys\nimport tomllib\nsys.stderr.write(repr(sys.path))\n{RULE}"
    )
    done = subprocess.run(
        [command, "check", "--no-cache", "--rules", "rules", "--select", "OWN"],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1, done.stderr
    path = done.stderr[done.stderr.index("[") : done.stderr.index("]") + 1]
    assert str(project) not in path
    assert "''" not in path
    assert not list(project.rglob("__pycache__"))


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"no_admin.py": "def f(:\n"}, "SyntaxError: invalid syntax (no_admin.py, line 1)"),
        ({"no_admin.py": "x = 1\ny = x.z\n"}, "'int' object has no attribute 'z'"),
        ({"no_admin.py": "x = 1\ny = x.z\n"}, "no_admin.py, line 2)"),
        ({"no_admin.py": "raise SystemExit(3)"}, "SystemExit: 3"),
        ({"no_admin.py": "import no_such_thing"}, "No module named 'no_such_thing'"),
        ({"no_admin.py": ""}, "must hold one rule, and holds none"),
        ({"no_admin.py": RULE.replace("OWN101", "FLK501")}, "two rules are called `FLK501`"),
        ({"no_admin.py": RULE.replace("no_admin", "other")}, "must have the same name"),
        ({"__init__.py": "1 / 0"}, "own/__init__` cannot be imported: ZeroDivisionError"),
    ],
)
def test_errors_name_the_module(
    own: Path, project: Path, files: dict[str, str], message: str
) -> None:
    for name, text in files.items():
        (own / name).write_text(text)
    done = run("check", "--rules", own, project)
    assert done.exit_code == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_without_rules(write: Write, project: Path) -> None:
    done = run("check", "--rules", write({"_x.py": ""}, "empty"), project)
    assert done.exit_code == 2
    assert "holds no rule; `faceoff-lint new-rule` makes one" in done.stderr
    with pytest.raises(RuleError, match="there is no folder"):
        rule_folders.load(project / "missing")


def test_a_rule_that_fails_costs_itself(own: Path, project: Path) -> None:
    (own / "no_admin.py").write_text(RULE.replace("for row", "raise OSError('x')\n    for row"))
    done = run("check", "--rules", own, project)
    assert done.exit_code == 2
    assert "rule OWN101 (no-admin) failed with OSError: x" in done.stdout


def test_the_public_tests_take_a_folder(own: Path, tmp_path: Path) -> None:
    (rule,) = testing.rules(own)
    testing.check_page(rule)
    for number, (one, example) in enumerate(testing.examples([rule])):
        testing.check_example(one, example, tmp_path / str(number))


def test_the_users_own_file_names_folders(own: Path, project: Path) -> None:
    trusting(f"trusted-rules = [{json.dumps(str(own))}]\n")
    assert messages(project) == ["found /admin"]
    assert "OWN101" in run("rules").stdout
    assert messages("--rules", own, project) == ["found /admin"]
    assert run("check", "--isolated", "--select", "OWN", project).exit_code == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('trusted-rules = ["rules"]', '"rules" is not an absolute path'),
        ('trusted-rules = ["/no/such/folder"]', '"/no/such/folder" is not a folder'),
        ('trusted-rules = "/x"', "`trusted-rules` must be a list of strings"),
        ("trusted = []", "unknown key `trusted`; known is `trusted-rules`"),
        ("trusted-rules = [", "not valid TOML"),
    ],
)
def test_mistakes_in_the_users_own_file(project: Path, text: str, message: str) -> None:
    file = trusting(text)
    done = run("check", project)
    assert done.exit_code == 2
    assert message in done.stderr
    assert f"--> {file}:1:" in done.stderr
    assert "^" in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="owners and modes")
def test_a_file_that_others_could_have_written_is_refused(
    own: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = trusting(f"trusted-rules = [{json.dumps(str(own))}]\n")
    for mode in (0o620, 0o602):
        file.chmod(mode)
        done = run("check", project)
        assert done.exit_code == 2
        assert f"others may write to {file}" in done.stderr
    file.chmod(0o600)
    own.chmod(0o777)
    assert "is a folder that everybody may write to" in run("check", project).stderr
    own.chmod(0o755)
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    assert "is not yours" in run("check", project).stderr


def test_a_file_in_the_scanned_tree_is_not_the_users(
    own: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(project / ".config"))
    trusting(f"trusted-rules = [{json.dumps(str(own))}]\n")
    done = run("check", "--no-cache", project)
    assert "is passed over: it lies in the tree that is linted" in done.stderr
    assert "OWN101" not in done.stdout


def test_a_relative_place_for_settings_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative")
    monkeypatch.setenv("HOME", "/home/somebody")
    if os.name != "nt":
        assert trust.file() == Path("/home/somebody/.config/faceoff-lint/config.toml")
