"""``routes``, ``rule``, ``completion`` and ``--version``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click import unstyle
from click.testing import CliRunner

from faceoff_lint import __version__
from faceoff_lint.cli import cli
from faceoff_lint.registry import Registry
from faceoff_lint.routes import render_json, render_text

Write = Callable[..., Path]
APP = "from flask import Flask\napp = Flask(__name__)\n"


def test_version() -> None:
    result = CliRunner().invoke(cli, ["--version"])
    assert result.stdout == f"faceoff-lint, version {__version__}\n"


@pytest.mark.parametrize("args", [["--help"], ["-h"], ["check", "--help"], ["routes", "-h"]])
def test_help(args: list[str]) -> None:
    result = CliRunner().invoke(cli, args)
    assert (result.exit_code, "Usage: " in result.stdout) == (0, True)


def test_rule_shows_the_page_by_code_or_name() -> None:
    for key in ("FO001", "fo001", "syntax-error"):
        result = CliRunner().invoke(cli, ["rule", key])
        assert result.stdout.startswith("# FO001 syntax-error\n\n## What it does\n")


def test_rule_as_json() -> None:
    result = CliRunner().invoke(cli, ["rule", "--all", "--output-format", "json"])
    by_code = {row["code"]: row for row in json.loads(result.stdout)}
    assert by_code["FO010"]["name"] == "unused-suppression"
    assert by_code["FO010"]["page"].startswith("# FO010")
    one = CliRunner().invoke(cli, ["rule", "FO010", "--output-format", "json"])
    assert json.loads(one.stdout) == by_code["FO010"]


def test_all_rules_as_a_table() -> None:
    lines = CliRunner().invoke(cli, ["rule", "--all"]).stdout.splitlines()
    codes = [line.split()[0] for line in lines[1:]]
    assert codes == sorted(codes)
    assert {"FO001", "FO090"} <= set(codes)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(shell: str) -> None:
    result = CliRunner().invoke(cli, ["completion", shell])
    assert result.exit_code == 0
    assert "_FACEOFF_LINT_COMPLETE" in result.stdout


def test_completion_completes() -> None:
    env = {
        "_FACEOFF_LINT_COMPLETE": "bash_complete",
        "COMP_WORDS": "faceoff-lint rou",
        "COMP_CWORD": "1",
    }
    result = CliRunner().invoke(cli, prog_name="faceoff-lint", env=env)
    assert result.stdout == "plain,routes\n"


def test_routes(known: Registry, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write({"app.py": APP})
    monkeypatch.chdir(root.parent)
    result = CliRunner().invoke(cli, ["routes", "project"])
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "Flask app: 1 files",
        "  GET  /x  x  project/app.py:2  guard",
    ]
    result = CliRunner().invoke(cli, ["routes", "project", "--format", "json"])
    (row,) = json.loads(result.stdout)
    assert row["handler"] == {"name": "x", "file": "app.py", "line": 2}
    assert row["app"] == "app.py:app"


def test_routes_of_nothing(known: Registry, write: Write) -> None:
    result = CliRunner().invoke(cli, ["routes", str(write({"a.py": ""}))])
    assert result.exit_code == 2
    assert "nothing to lint" in result.stderr


def test_route_table() -> None:
    row = {
        "methods": ["GET", "POST"],
        "path": "/users/<id>",
        "endpoint": "users.show",
        "handler": {"name": "show", "file": "app/users.py", "line": 22},
        "chain": [{"name": "auth", "kind": "middleware"}, {"name": None, "kind": "handler"}],
        "conditional": True,
        "confidence": "partial",
    }
    bare: dict[str, Any] = {
        "methods": [],
        "path": "/\x1b[31m",
        "endpoint": None,
        "handler": None,
        "chain": [],
    }
    lines = [unstyle(line) for line in render_text("An app", [row, bare])]
    assert lines == [
        "An app",
        "  GET,POST  /users/<id>  users.show  app/users.py:22"
        "  auth > handler (conditional, partial)",
        "  ANY       /\\x1b[31m",
    ]
    assert list(render_text("Empty", []))[1] == "  no routes"
    assert json.loads("".join(render_json([{"path": "##[x]"}]))) == [{"path": "##[x]"}]
