"""Suppressions through the command line: fixed, written, asked for reasons."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from faceoff_lint.cli import cli
from faceoff_lint.registry import Registry

Write = Callable[..., Path]
Run = Callable[..., Result]

APP = "from flask import Flask\napp = Flask(__name__)\n"
CONCISE = ("--output-format", "concise")


@pytest.fixture
def run(known: Registry, monkeypatch: pytest.MonkeyPatch) -> Run:
    def _run(*args: object, cwd: Path) -> Result:
        monkeypatch.chdir(cwd)
        return CliRunner().invoke(cli, [str(arg) for arg in args])

    return _run


def test_stale_suppressions_are_fixed(run: Run, write: Write) -> None:
    text = f"{APP}# faceoff: ignore[FLK501] -- old\nx = 1  # faceoff: ignore[bad-thing, FLK502]\n"
    root = write({"app.py": text})
    result = run("check", "--fix", cwd=root)
    assert (result.exit_code, result.stderr) == (0, "Fixed 3 findings in 1 file.\n")
    assert (root / "app.py").read_text() == f"{APP}x = 1\n"


def test_add_ignore_leaves_nothing_and_the_next_run_is_clean(run: Run, write: Write) -> None:
    files = {
        "app.py": f"{APP}BAD = 1\r\nUGLY = (BAD,\n  2)",
        "front/app.js": "const a = require('express')();\na.get('/', BAD); // x\n",
        "front/package.json": '{"dependencies": {"express": "^4.18.0"}}',
        "requirements.txt": "flask\n",
    }
    root = write(files)
    os.chmod(root / "app.py", 0o700)
    result = run("check", "--add-ignore", "--reason", "for now", *CONCISE, cwd=root)
    assert result.exit_code == 0, result.stdout
    assert result.stderr == "Ignored 4 findings in 2 files.\n"
    assert "No findings; 4 suppressed." in result.stdout
    assert (root / "app.py").read_bytes().decode() == (
        f"{APP}BAD = 1  # faceoff: ignore[FLK501] -- for now\r\n"
        "UGLY = (BAD,  # faceoff: ignore[FLK502, FLK501] -- for now\n  2)"
    )
    assert (root / "front/app.js").read_text().splitlines()[1:] == [
        "// faceoff: ignore[EXP301] -- for now",
        "a.get('/', BAD); // x",
    ]
    assert stat.S_IMODE((root / "app.py").stat().st_mode) == 0o700
    before = (root / "app.py").read_bytes()
    again = run("check", "--add-ignore", *CONCISE, cwd=root)
    assert (again.exit_code, again.stderr) == (0, "Nothing to ignore.\n")
    assert (root / "app.py").read_bytes() == before


def test_add_ignore_ignores_only_what_is_reported(run: Run, write: Write) -> None:
    root = write(
        {"app.py": f"{APP}BAD\nUGLY\n", "shop/a.py": "UGLY\n", "requirements.txt": "flask"}
    )
    result = run("check", "shop", "--select", "FLK502", "--add-ignore", *CONCISE, cwd=root)
    assert result.exit_code == 0
    assert (root / "app.py").read_text() == f"{APP}BAD\nUGLY\n"
    assert (root / "shop/a.py").read_text() == "UGLY  # faceoff: ignore[FLK502]\n"


def test_add_ignore_can_be_shown_only(run: Run, write: Write) -> None:
    root = write({"app.py": f"{APP}BAD\n"})
    result = run("check", "--add-ignore", "--diff", cwd=root)
    assert result.exit_code == 1
    assert result.stdout.splitlines()[-2:] == ["-BAD", "+BAD  # faceoff: ignore[FLK501]"]
    assert (root / "app.py").read_text() == f"{APP}BAD\n"


def test_what_add_ignore_leaves_is_said_and_still_reported(run: Run, write: Write) -> None:
    root = write({"app.py": f"{APP}BAD\n", "broken.py": "import flask\ndef f(:\n"})
    result = run("check", "--add-ignore", *CONCISE, cwd=root)
    assert result.exit_code == 1
    assert "broken.py:2:7: error FO001" in result.stdout
    assert result.stderr.splitlines() == [
        "note: broken.py: 1 finding about comments or the file itself left",
        "Ignored 1 finding in 1 file.",
    ]


def test_reasons_can_be_required(run: Run, write: Write) -> None:
    root = write(
        {
            "app.py": f"{APP}BAD  # faceoff: ignore[FLK501]\n",
            "faceoff-lint.toml": "require-reason = true\n",
        }
    )
    result = run("check", *CONCISE, cwd=root)
    assert result.exit_code == 1
    assert result.stdout.splitlines()[2:] == [
        "app.py:3:8: warning FO013 this suppression gives no reason",
        "1 finding: 1 warning; 1 suppressed.",
    ]
    assert run("check", "--isolated", cwd=root).exit_code == 0
    refused = run("check", "--add-ignore", cwd=root)
    assert refused.exit_code == 2
    assert "the configuration asks for a reason: give --reason too" in refused.stderr


def test_overrides_count_for_findings_about_comments(run: Run, write: Write) -> None:
    toml = '[[overrides]]\npaths = ["old/"]\nignore = ["FO010"]\n'
    stale = "x = 1  # faceoff: ignore[FLK501]\n"
    root = write({"app.py": APP + stale, "old/a.py": stale, "faceoff-lint.toml": toml})
    result = run("check", *CONCISE, cwd=root)
    assert [line.split(":")[0] for line in result.stdout.splitlines() if "FO010" in line] == [
        "app.py"
    ]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--reason", "x"], "--reason needs --add-ignore"),
        (["--add-ignore", "--reason", ""], "can't stand in a comment: it is empty"),
        (["--add-ignore", "--reason", "a\nb"], "it holds a line break or control character"),
        (["--add-ignore", "--fix"], "choose one"),
        (["--add-ignore", "--diff", "--unsafe-fixes"], "choose one"),
    ],
)
def test_usage(run: Run, write: Write, args: list[str], message: str) -> None:
    result = run("check", *args, cwd=write({"app.py": APP}))
    assert result.exit_code == 2
    assert message in result.stderr


@pytest.mark.parametrize(("own", "code"), [("", 1), ("require-reason = false", 0)])
def test_the_setting_is_inherited(run: Run, write: Write, own: str, code: int) -> None:
    root = write(
        {
            "app.py": f"{APP}BAD  # faceoff: ignore[FLK501]\n",
            "base.toml": "require-reason = true\n",
            "faceoff-lint.toml": f'extend = "base.toml"\n{own}\n',
        }
    )
    (root / ".git").mkdir()
    assert run("check", cwd=root).exit_code == code


def test_the_setting_is_a_boolean(run: Run, write: Write) -> None:
    root = write({"app.py": APP, "faceoff-lint.toml": 'require-reason = "yes"\n'})
    result = run("check", cwd=root)
    assert result.exit_code == 2
    assert "`require-reason` must be true or false, not a string" in result.stderr
