"""``faceoff-lint config``: what counts, and where it was said."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from faceoff_lint.cli import cli
from faceoff_lint.registry import Registry

Write = Callable[..., Path]
APP = "from flask import Flask\napp = Flask(__name__)\n"


@pytest.fixture
def repo(known: Registry, write: Write, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = write(
        {
            ".git/HEAD": "",
            "lint/base.toml": 'preset = "strict"\nignore = ["EXP"]\n[limits]\nnesting = 50\n',
            "faceoff-lint.toml": (
                'extend = "lint/base.toml"\nignore = ["FLK601"]\n\n[rules.FLK502]\nlimit = 7\n'
            ),
            "app.py": APP,
            "back/requirements.txt": "flask==3.0.0\n",
            "back/app.py": APP,
            "back/pyproject.toml": '[tool.faceoff-lint]\nselect = ["FLK502"]\n',
        }
    )
    monkeypatch.chdir(root)
    return root


def settings(*args: str) -> dict[str, Any]:
    done = CliRunner().invoke(cli, ["config", "--output-format", "json", *args])
    assert done.exit_code == 0, done.output
    data: dict[str, Any] = json.loads(done.stdout)
    return data


def said(data: dict[str, Any], key: str) -> list[tuple[Any, str]]:
    return [
        (one["value"], f"{one['file']}:{one['line']}" if "file" in one else one["origin"])
        for one in data["settings"]
        if one["key"] == key
    ]


def test_where_each_value_comes_from(repo: Path) -> None:
    data = settings("--ignore", "FLK901")
    assert said(data, "preset") == [("strict", "lint/base.toml:1")]
    assert said(data, "ignore") == [
        (["EXP"], "lint/base.toml:2"),
        (["FLK601"], "faceoff-lint.toml:2"),
        (["FLK901"], "command line"),
    ]
    assert said(data, "limits.nesting") == [(50, "lint/base.toml:4")]
    assert said(data, "limits.total-seconds") == [(900.0, "default")]
    assert said(data, "rules.ugly-thing.limit") == [(7, "faceoff-lint.toml:5")]
    assert said(data, "rules.ugly-thing.share") == [(0.5, "default")]
    assert data["file"] == "faceoff-lint.toml"
    on = {code for code in data["rules"] if not code.startswith("FO")}
    assert on == {"FLK501", "FLK502"}


def test_a_later_selection_makes_what_was_before_void(repo: Path) -> None:
    data = settings("--select", "FLK501,EXP301")
    assert said(data, "preset") == [(None, "default")]
    assert said(data, "select") == [(["FLK501", "EXP301"], "command line")]
    assert said(data, "ignore") == [([], "default")]
    assert {"FLK501", "EXP301"} == {c for c in data["rules"] if not c.startswith("FO")}


def test_services_with_files_of_their_own(repo: Path) -> None:
    assert settings()["services"] == [{"folder": "back", "file": "back/pyproject.toml"}]
    assert "back/ follows back/pyproject.toml" in CliRunner().invoke(cli, ["config"]).stdout
    inside = settings("back")
    assert inside["file"] == "back/pyproject.toml"
    assert said(inside, "select") == [(["FLK502"], "back/pyproject.toml:2")]
    assert inside["services"] == []


def test_isolated_and_a_given_file(repo: Path) -> None:
    alone = settings("--isolated")
    assert (alone["file"], alone["services"]) == (None, [])
    assert {one["origin"] for one in alone["settings"]} == {"default"}
    assert settings("--config", "lint/base.toml")["file"] == "lint/base.toml"


def test_text(repo: Path) -> None:
    lines = CliRunner().invoke(cli, ["config"]).stdout.splitlines()
    assert 'extend = "lint/base.toml"' in lines[0]
    (line,) = (line for line in lines if line.startswith('ignore = ["EXP"] '))
    assert line.endswith("  # lint/base.toml:2")
    assert lines[-2].endswith("rules are on.")


def test_schema(repo: Path) -> None:
    done = CliRunner().invoke(cli, ["config", "--schema"])
    assert json.loads(done.stdout)["properties"]["rules"]["properties"]["FLK502"]


def test_errors_are_those_of_a_run(repo: Path) -> None:
    (repo / "faceoff-lint.toml").write_text("ignor = []\n")
    done = CliRunner().invoke(cli, ["config"])
    assert (done.exit_code, done.stdout) == (2, "")
    assert "did you mean `ignore`?" in done.stderr
