"""Several formats in one run, files, and what a run prints in GitHub Actions."""

from __future__ import annotations

import json
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

APP = "from flask import Flask\napp = Flask(__name__)\nBAD = 1\n"


@pytest.fixture
def run(known: Registry, write: Write, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(write({"app.py": APP}))

    def _run(*args: object, **env: str) -> Result:
        return CliRunner().invoke(cli, [str(arg) for arg in args], env=env)

    return _run


def test_each_file_belongs_to_the_format_before_it(run: Run) -> None:
    result = run(
        "check",
        *("--output-format=json", "--output-file", "a.json"),
        *("--output-format", "concise"),
        *("--output-format", "jsonl", "--output-file=b.jsonl"),
    )
    assert result.exit_code == 1
    assert result.stdout.splitlines()[2] == "app.py:3:1: error FLK501 this is BAD"
    (finding,) = json.loads(Path("a.json").read_text())
    assert finding == json.loads(Path("b.jsonl").read_text())
    assert sorted(os.listdir()) == ["a.json", "app.py", "b.jsonl"]


def test_with_files_only_standard_output_is_empty(run: Run) -> None:
    result = run("--output-format", "full", "--output-file", "a.txt")
    assert result.stdout == ""
    assert result.stderr.startswith("Flask app: 1 files\n")
    assert Path("a.txt").read_text().startswith("error[FLK501]: this is BAD\n")
    assert run("-qq", "--output-format", "json", "--output-file", "a.json").output == ""
    assert Path("a.json").exists()


def test_a_file_never_holds_colours(run: Run) -> None:
    run("check", "--output-format", "full", "--output-file", "a.txt", FORCE_COLOR="1")
    assert "\x1b" not in Path("a.txt").read_text()


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--output-file", "a"], "follows the --output-format it is for"),
        (["--output-file", "a", "--output-format", "json"], "follows the --output-format"),
        (
            ["--output-format", "json", "--output-file", "a", "--output-file", "b"],
            "follows the --output-format",
        ),
        (["--output-format", "json", "--output-format", "full"], "at most one --output-format"),
        (
            [
                *("--output-format", "json", "--output-file", "a"),
                *("--output-format", "full", "--output-file", "./a"),
            ],
            "two formats cannot go to one file",
        ),
        (["--output-format", "yaml"], "Invalid value for '--output-format'"),
    ],
)
def test_usage(run: Run, args: list[str], message: str) -> None:
    result = run("check", *args)
    assert result.exit_code == 2
    assert message in result.stderr
    assert os.listdir() == ["app.py"]


def test_a_file_is_replaced_whole_and_keeps_its_mode(run: Run) -> None:
    target = Path("real.json")
    target.write_text("old" * 10_000)
    target.chmod(0o600)
    Path("link.json").symlink_to("real.json")
    before = target.stat().st_ino
    run("check", "--output-format", "json", "--output-file", "link.json")
    assert json.loads(target.read_text())[0]["code"] == "FLK501"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert target.stat().st_ino != before  # another file took its place: never half of it
    assert Path("link.json").is_symlink()
    assert sorted(os.listdir()) == ["app.py", "link.json", "real.json"]


def test_a_file_that_cannot_be_written(run: Run) -> None:
    result = run("check", "--output-format", "json", "--output-file", "no/such/a.json")
    assert result.exit_code == 2
    assert "error: cannot write" in result.stderr
    assert "No such file or directory" in result.stderr
    assert "Traceback" not in result.stderr


def test_devices_are_written_to_and_stay(run: Run) -> None:
    result = run("check", "--output-format", "json", "--output-file", os.devnull)
    assert result.exit_code == 1
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


def test_a_jobs_summary_is_added_to(run: Run) -> None:
    summary = Path("summary.md")
    summary.write_text("# before\n")
    args = ["check", "--output-format", "markdown", "--output-file", "summary.md"]
    run(*args, GITHUB_STEP_SUMMARY=str(summary.absolute()))
    assert summary.read_text().startswith("# before\n## faceoff-lint\n")
    run(*args)
    assert summary.read_text().startswith("## faceoff-lint\n")


def test_in_github_actions_annotations_are_the_default(run: Run) -> None:
    result = run("check", GITHUB_ACTIONS="true")
    assert result.exit_code == 1
    assert result.stdout.startswith("::error file=app.py,line=3,")
    assert result.stdout.count("\n") == 1
    assert "error[FLK501]: this is BAD\n" in result.stderr
    assert result.stderr.endswith("1 finding: 1 error (1 fixable with --fix).\n")
    assert not [line for line in result.stderr.splitlines() if line.startswith("::")]
    assert run("check", "-q", GITHUB_ACTIONS="true").stderr == ""
    asked = run("check", "--output-format", "concise", GITHUB_ACTIONS="true")
    assert "::error" not in asked.output
    assert "1  FLK501" in run("check", "--statistics", GITHUB_ACTIONS="true").stdout


def test_statistics_change_what_is_printed_only(run: Run) -> None:
    result = run("check", "-q", "--statistics", "--output-format", "jsonl", "--output-file", "a")
    assert result.stdout == "1  FLK501  bad-thing\n"
    assert json.loads(Path("a").read_text())["code"] == "FLK501"


def test_a_diff_in_github_actions_holds_no_command(run: Run) -> None:
    Path("app.py").write_text(f'{APP[:-8]}BAD = """\n  ::notice::y\n"""\n')
    lines = run("check", "--diff", GITHUB_ACTIONS="true").stdout.splitlines()
    assert '+GOOD = """' in lines
    assert "   \\::notice::y" in lines
    assert "   ::notice::y" in run("check", "--diff").stdout.splitlines()
