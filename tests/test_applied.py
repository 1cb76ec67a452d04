"""Settings of services and of files: which count where, whatever folder a run starts in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from faceoff_lint.cli import cli
from faceoff_lint.registry import Registry

from .conftest import Write

FLASK = "from flask import Flask\napp = Flask(__name__)\n"
EXPRESS = "const express = require('express')\nconst app = express()\n"
PACKAGE = '{"name": "gate", "dependencies": {"express": "^4.0.0"}%s}'


@pytest.fixture
def repo(known: Registry, write: Write) -> Path:
    """Two Flask services and one of Express, each with a BAD and an UGLY line."""
    words = "# BAD\n# UGLY\n"
    return write(
        {
            ".git/HEAD": "",
            "back/requirements.txt": "flask==3.0.0\n",
            "back/app.py": FLASK + words,
            "back/inner/x.py": words,
            "admin/requirements.txt": "flask==3.0.0\n",
            "admin/app.py": FLASK + words,
            "admin/inner/x.py": words,
            "gate/package.json": PACKAGE % "",
            "gate/app.js": EXPRESS + "// BAD\n",
        }
    )


def check(folder: Path, *args: str) -> Result:
    return CliRunner().invoke(cli, ["-q", "--output-format", "jsonl", str(folder), *args])


def found(folder: Path, *args: str) -> set[str]:
    done = check(folder, *args)
    assert done.exit_code in (0, 1), done.output
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {f"{line['code']} {line['file']}" for line in lines}


def test_a_service_follows_its_own_file(repo: Path) -> None:
    assert found(repo) == {
        "FLK501 back/app.py", "FLK502 back/app.py", "FLK501 back/inner/x.py",
        "FLK502 back/inner/x.py", "FLK501 admin/app.py", "FLK502 admin/app.py",
        "FLK501 admin/inner/x.py", "FLK502 admin/inner/x.py", "EXP301 gate/app.js",
    }  # fmt: skip
    (repo / "faceoff-lint.toml").write_text('ignore = ["FLK502"]\n')
    (repo / "back/pyproject.toml").write_text('[tool.faceoff-lint]\nselect = ["FLK502"]\n')
    package = PACKAGE % ', "faceoff-lint": {"ignore": ["EXP"]}'
    (repo / "gate/package.json").write_text(package)
    assert found(repo) == {
        "FLK502 back/app.py", "FLK502 back/inner/x.py",
        "FLK501 admin/app.py", "FLK501 admin/inner/x.py",
    }  # fmt: skip
    # And says the same when it is linted alone.
    assert found(repo / "back") == {"FLK502 app.py", "FLK502 inner/x.py"}
    assert found(repo / "gate") == set()


def test_the_command_line_is_above_all_files(repo: Path) -> None:
    (repo / "back/faceoff-lint.toml").write_text('select = ["FLK502"]\n')
    both = {"FLK501 back/app.py", "FLK501 back/inner/x.py"}
    assert both <= found(repo, "--select", "FLK501")
    assert not {one for one in found(repo, "--ignore", "FLK502") if "back" in one}
    assert both <= found(repo, "--isolated")
    (repo / "mine.toml").write_text('ignore = ["FLK502"]\n')
    assert both <= found(repo, "--config", str(repo / "mine.toml"))


def test_options_overrides_and_patterns_of_a_service(repo: Path) -> None:
    (repo / "back/faceoff-lint.toml").write_text(
        'exclude = ["inner/"]\n[rules.ugly-thing]\nlimit = 77\n'
    )
    (repo / "admin/faceoff-lint.toml").write_text(
        '[[overrides]]\npaths = ["x.py"]\nignore = ["ALL"]\n'
        '[[overrides]]\npaths = ["app.py"]\nextend-select = ["FLK601"]\n'
    )
    (repo / "back/x.py").write_text("# BAD\n")
    assert found(repo) == {
        "FLK501 back/app.py", "FLK502 back/app.py", "FLK501 back/x.py", "FLK501 admin/app.py",
        "FLK502 admin/app.py", "FLK601 admin/app.py", "EXP301 gate/app.js",
    }  # fmt: skip
    messages = [json.loads(line) for line in check(repo).stdout.splitlines()]
    limits = {one["file"]: one["message"] for one in messages if one["code"] == "FLK502"}
    assert limits == {"back/app.py": "ugly above 77", "admin/app.py": "ugly above 3"}


def test_what_an_override_adds_gives_way_to_the_command_line(repo: Path) -> None:
    (repo / "faceoff-lint.toml").write_text(
        '[[overrides]]\npaths = ["back/"]\nextend-select = ["FLK601"]\nignore = ["FLK501"]\n'
    )
    here = {one for one in found(repo) if one.endswith(" back/app.py")}
    assert here == {"FLK502 back/app.py", "FLK601 back/app.py"}
    assert not [one for one in found(repo, "--ignore", "FLK601") if "FLK601" in one]
    assert not [one for one in found(repo, "--select", "FLK502") if "FLK502" not in one]
    # What an override ignores stays ignored.
    selected = found(repo, "--select", "FLK501")
    assert "FLK501 admin/app.py" in selected
    assert "FLK501 back/app.py" not in selected


def test_extend_from_a_service(repo: Path) -> None:
    (repo / "faceoff-lint.toml").write_text('ignore = ["FLK502"]\n')
    (repo / "back/faceoff-lint.toml").write_text(
        'extend = "../faceoff-lint.toml"\nextend-select = ["FLK601"]\n'
    )
    assert {one for one in found(repo) if one.endswith(" back/app.py")} == {
        "FLK501 back/app.py",
        "FLK601 back/app.py",
    }


def test_comments_are_judged_under_the_settings_of_their_service(repo: Path) -> None:
    comment = "# faceoff: ignore[FLK501]\nx = 1\n"
    (repo / "back/y.py").write_text(comment)
    (repo / "admin/y.py").write_text(comment)
    (repo / "back/faceoff-lint.toml").write_text('ignore = ["FLK501"]\nrequire-reason = true\n')
    told = {one for one in found(repo) if one.startswith("FO01")}
    # Where the rule is off, a comment about it can't be told to be unused.
    assert told == {"FO013 back/y.py", "FO010 admin/y.py"}


def test_what_is_the_runs_is_not_a_services(repo: Path) -> None:
    (repo / "back/faceoff-lint.toml").write_text("ignore = []\n[limits]\nnesting = 20\n")
    done = CliRunner().invoke(cli, [str(repo)])
    assert (
        "note: back/faceoff-lint.toml:3: `limits` counts for runs that start in that folder;"
        " this run follows the defaults\n"
    ) in done.stderr
    assert "`limits`" not in CliRunner().invoke(cli, [str(repo / "back")]).stderr


def test_an_error_in_a_services_file_ends_the_run(repo: Path) -> None:
    (repo / "back/faceoff-lint.toml").write_text("ignor = []\n")
    done = CliRunner().invoke(cli, [str(repo)])
    assert done.exit_code == 2
    assert "did you mean `ignore`" in done.stderr
    assert "back/faceoff-lint.toml:1:1" in done.stderr
    assert CliRunner().invoke(cli, [str(repo), "--isolated"]).exit_code == 1


def test_a_repository_in_the_repository_speaks_for_itself_only(repo: Path) -> None:
    (repo / "back/.git").mkdir()
    (repo / "faceoff-lint.toml").write_text('ignore = ["FLK501"]\n')
    (repo / "back/faceoff-lint.toml").write_text('extend = "../faceoff-lint.toml"\n')
    done = CliRunner().invoke(cli, [str(repo)])
    assert done.exit_code == 2
    assert "a file of the same repository" in done.stderr


def test_what_any_file_says_is_part_of_what_is_cached(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FACEOFF_LINT_CACHE_DIR", str(tmp_path / "cache"))

    def here() -> set[str]:
        return {one for one in found(repo) if one.endswith(" back/app.py")}

    assert here() == {"FLK501 back/app.py", "FLK502 back/app.py"}
    assert list((tmp_path / "cache").rglob("*.run"))
    (repo / "back/faceoff-lint.toml").write_text('extend = "../base.toml"\n')
    (repo / "base.toml").write_text('ignore = ["FLK502"]\n')
    assert here() == {"FLK501 back/app.py"}
    (repo / "base.toml").write_text('ignore = ["FLK501"]\n')
    assert here() == {"FLK502 back/app.py"}
    (repo / "back/faceoff-lint.toml").unlink()
    assert here() == {"FLK501 back/app.py", "FLK502 back/app.py"}
    (repo / "back/.git").mkdir()
    (repo / "faceoff-lint.toml").write_text('ignore = ["FLK502"]\n')
    assert here() == {"FLK501 back/app.py"}
