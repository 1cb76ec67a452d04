"""``faceoff-lint check`` over a small pipeline: what is printed where, and the exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from faceoff_lint import lint as lint_module
from faceoff_lint.cli import cli
from faceoff_lint.registry import Registry

Write = Callable[..., Path]
Run = Callable[..., Result]

APP = "from flask import Flask\napp = Flask(__name__)\n"


@pytest.fixture
def run(known: Registry, monkeypatch: pytest.MonkeyPatch) -> Run:
    def _run(*args: object, cwd: Path | None = None, **env: str) -> Result:
        if cwd is not None:
            monkeypatch.chdir(cwd)
        return CliRunner().invoke(cli, [str(arg) for arg in args], env=env)

    return _run


def found(result: Result) -> list[tuple[str, str, int]]:
    return [(row["code"], row["file"], row["line"]) for row in json.loads(result.stdout)]


def test_clean(run: Run, write: Write) -> None:
    result = run("check", ".", cwd=write({"app.py": APP}))
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "Flask app: 1 files\n\nNo findings.\n"


def test_findings_exit_with_1_and_show_what_was_understood_first(run: Run, write: Write) -> None:
    result = run("check", cwd=write({"app.py": f"{APP}BAD = 1\n"}))
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0] == "Flask app: 1 files"
    assert lines[2:4] == ["error[FLK501]: this is BAD", "  --> app.py:3:1"]
    assert lines[-1] == "1 finding: 1 error (1 fixable with --fix)."
    assert result.stderr == ""


@pytest.mark.parametrize("args", [(), (".",), ("--ignore", "EXP"), ("app.py",), ("--", ".")])
def test_check_is_the_default_command(run: Run, write: Write, args: tuple[str, ...]) -> None:
    assert "FLK501" in run(*args, cwd=write({"app.py": f"{APP}BAD = 1\n"})).stdout


def test_exit_zero(run: Run, write: Write) -> None:
    result = run("check", "--exit-zero", cwd=write({"app.py": f"{APP}BAD = 1\n"}))
    assert (result.exit_code, "FLK501" in result.stdout) == (0, True)


def test_json_keeps_standard_output_to_itself(run: Run, write: Write) -> None:
    root = write({"app.py": f"{APP}BAD = 1\n"})
    result = run("check", "--output-format", "json", cwd=root)
    (row,) = json.loads(result.stdout)
    assert (row["code"], row["name"], row["service"]) == ("FLK501", "bad-thing", "flask:.")
    assert "Flask app: 1 files" in result.stderr
    quiet = run("check", "-q", "--output-format", "json", cwd=root)
    assert (quiet.stdout, quiet.stderr) == (result.stdout, "")


def test_json_paths(run: Run, write: Write) -> None:
    root = write({"a/b/app.py": f"{APP}BAD = 1\n"})
    (root / ".git").mkdir()
    for cwd, path, expected in (
        (root, ".", "a/b/app.py"),
        (root, "a/b", "app.py"),
        (root, "a/b/app.py", "a/b/app.py"),
        (root / "a", ".", "b/app.py"),
        (root.parent, root, "a/b/app.py"),
    ):
        result = run("check", path, "--output-format", "json", cwd=cwd)
        assert [row[1] for row in found(result)] == [expected]


def test_printed_paths_open_from_here(run: Run, write: Write, tmp_path: Path) -> None:
    root = write({"a/b/app.py": f"{APP}BAD = 1\n"})
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for cwd, path, expected in (
        (root, ".", "a/b/app.py"),
        (root, "a/b", "a/b/app.py"),
        (root / "a", ".", "b/app.py"),
        (elsewhere, root, f"{root}/a/b/app.py"),
    ):
        result = run("-q", path, "--output-format", "concise", cwd=cwd)
        assert result.stdout.startswith(f"{expected}:3:1: error FLK501")


def test_github(run: Run, write: Write) -> None:
    root = write({"app.py": f"{APP}BAD = 1\n"})
    result = run("check", "--output-format", "github", cwd=root)
    assert result.stdout.startswith("::error file=app.py,line=3,")
    assert result.stdout.count("\n") == 1


def test_statistics(run: Run, write: Write) -> None:
    root = write({"app.py": f"{APP}BAD\nBAD\nUGLY\n"})
    result = run("check", "-q", "--statistics", cwd=root)
    assert result.stdout == "2  FLK501  bad-thing\n1  FLK502  ugly-thing\n"
    result = run("check", "-q", "--statistics", "--output-format", "json", cwd=root)
    assert json.loads(result.stdout)[0] == {"code": "FLK501", "name": "bad-thing", "count": 2}


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (["--select", "FLK501"], ["FLK501"]),
        (["--select", "FLK501,ugly-thing"], ["FLK501", "FLK502"]),
        (["--select", "FLK501", "--select", "FLK502"], ["FLK501", "FLK502"]),
        (["--ignore", "FLK5"], []),
        (["--extend-select", "practice:blueprints"], ["FLK501", "FLK502", "FLK601"]),
        (["--select", "ALL", "--ignore", "bad-thing"], ["FLK502", "FLK601"]),
    ],
)
def test_selection(run: Run, write: Write, args: list[str], expected: list[str]) -> None:
    root = write({"app.py": f"{APP}BAD\nUGLY\n"})
    result = run("check", *args, "--output-format", "json", cwd=root)
    assert sorted(row[0] for row in found(result)) == expected


def test_configuration_and_isolated(run: Run, write: Write) -> None:
    toml = 'ignore = ["FLK501"]\n[rules.ugly-thing]\nlimit = 8\n'
    root = write({"app.py": f"{APP}BAD\nUGLY\n", "faceoff-lint.toml": toml, "other.toml": ""})
    result = run("check", "--output-format", "json", cwd=root)
    assert [row["message"] for row in json.loads(result.stdout)] == ["ugly above 8"]
    for args in (["--isolated"], ["--config", "other.toml"]):
        result = run("check", *args, "--output-format", "json", cwd=root)
        assert [row[0] for row in found(result)] == ["FLK501", "FLK502"]


def test_overrides_and_exclude(run: Run, write: Write) -> None:
    toml = 'exclude = ["/old/"]\n[[overrides]]\npaths = ["legacy/**"]\nignore = ["FLK501"]\n'
    files = {"app.py": APP, "legacy/a.py": "BAD\nUGLY\n", "new/a.py": "BAD\n", "old/a.py": "BAD"}
    root = write({**files, "faceoff-lint.toml": toml})
    result = run("check", "--output-format", "json", cwd=root)
    assert found(result) == [("FLK502", "legacy/a.py", 2), ("FLK501", "new/a.py", 1)]


def test_only_what_was_asked_for_is_reported(run: Run, write: Write) -> None:
    root = write({"app.py": f"{APP}BAD\n", "shop/a.py": "BAD\n", "requirements.txt": "flask\n"})
    result = run("check", "shop", "--output-format", "json", cwd=root)
    assert found(result) == [("FLK501", "a.py", 1)]
    result = run("check", "app.py", "--output-format", "json", cwd=root)
    assert found(result) == [("FLK501", "app.py", 3)]


def test_suppressions(run: Run, write: Write) -> None:
    text = f"{APP}BAD  # faceoff: ignore[FLK501] -- fine\nx = 1  # faceoff: ignore[FLK501]\n"
    result = run("check", "--output-format", "concise", cwd=write({"app.py": text}))
    assert result.stdout.splitlines()[2:] == [
        "app.py:4:26: warning FO010 nothing to suppress: `FLK501` is not reported here",
        "1 finding: 1 warning (1 fixable with --fix); 1 suppressed.",
    ]


def test_files_that_cannot_be_read_cost_only_themselves(run: Run, write: Write) -> None:
    root = write(
        {
            "app.py": f"{APP}BAD\n",
            "broken.py": "import flask\ndef f(:\n",
            "latin.py": b"import flask  # caf\xe9\n",
            "deep.py": "import flask\nx = " + "(" * 300 + ")" * 300 + "\n",
        }
    )
    result = run("check", "--output-format", "json", cwd=root)
    assert result.exit_code == 1
    assert [(code, file) for code, file, _ in found(result)] == [
        ("FLK501", "app.py"),
        ("FO001", "broken.py"),
        ("FO003", "deep.py"),
        ("FO002", "latin.py"),
    ]
    assert found(result)[1][2] == 2


def test_a_rule_that_crashes_ends_in_2_and_loses_nothing_else(run: Run, write: Write) -> None:
    root = write({"app.py": f"{APP}BAD  # CRASH\nx  # faceoff: ignore[FLK901]\n"})
    result = run("check", "--output-format", "concise", cwd=root)
    assert result.exit_code == 2
    assert "rule FLK901 (crashing-thing) failed with ValueError: no such luck" in result.stdout
    assert "FLK501" in result.stdout
    assert "FO010" not in result.stdout
    assert result.stderr == ""
    assert "Traceback" in run("check", "-v", cwd=root).stderr


def test_an_analysis_that_crashes_costs_its_service(
    run: Run, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    def _fail(service: object, reader: object) -> None:
        raise RecursionError

    monkeypatch.setattr(lint_module, "_build", _fail)
    result = run("check", cwd=write({"app.py": APP}))
    assert result.exit_code == 2
    assert "the analysis of flask:. failed with RecursionError" in result.stdout
    assert "no app could be put together" in result.stdout


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"readme.txt": ""}, "nothing to lint: no Python, JavaScript or TypeScript file under"),
        ({"a.py": "import os\n"}, "nothing to lint: none of the 1 source files under"),
    ],
)
def test_nothing_to_lint(run: Run, write: Write, files: dict[str, str], message: str) -> None:
    root = write(files)
    result = run("check", cwd=root)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert message in result.stderr
    assert str(root) in result.stderr
    assert run("check", cwd=root, PRE_COMMIT="1").exit_code == 0


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["check", "nowhere"], "'nowhere' does not exist"),
        (["nowhere/app.py"], "'nowhere/app.py' does not exist"),
        (["chekc"], "No such command 'chekc'. Did you mean 'check'?"),
        (["check", "--slect", "X"], "No such option '--slect'. (Did you mean"),
        (["check", "--select", "FLK9999"], "did you mean `FLK901`?"),
        (["check", "--config", "gone.toml"], "'gone.toml' does not exist"),
        (["check", "--output-format", "xml"], "'xml' is not one of"),
        (["rule", "duplicate-rout"], "no rule has the code, name or prefix `duplicate-rout`"),
        (["rule"], "name a rule by its code or name, or say --all"),
    ],
)
def test_usage_errors(run: Run, write: Write, args: list[str], message: str) -> None:
    result = run(*args, cwd=write({"app.py": APP}))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert message in result.stderr.replace(":\n", ": ")


def test_configuration_errors_show_the_place(run: Run, write: Write) -> None:
    root = write({"app.py": APP, "faceoff-lint.toml": 'selct = ["FLK"]\n'})
    result = run("check", cwd=root)
    assert result.exit_code == 2
    assert result.stderr == (
        "error: unknown key `selct`; did you mean `select`?\n"
        " --> faceoff-lint.toml:1:1\n"
        '1 | selct = ["FLK"]\n'
        "  | ^^^^^\n"
    )


def test_unexpected_failure_is_2_with_a_request_to_report(
    run: Run, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    def _fail(*args: object) -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(lint_module, "find_services", _fail)
    result = run("check", cwd=write({"app.py": APP}))
    assert result.exit_code == 2
    assert "internal error: ZeroDivisionError: oh" in result.stderr
    assert "please report it" in result.stderr


def test_colour(run: Run, write: Write) -> None:
    root = write({"app.py": f"{APP}BAD\n"})
    assert "\x1b[" not in run("check", cwd=root).stdout
    assert "\x1b[" in run("check", cwd=root, FORCE_COLOR="1").stdout
    assert "\x1b[" not in run("check", cwd=root, FORCE_COLOR="0").stdout
    assert "\x1b[" not in run("check", cwd=root, FORCE_COLOR="1", NO_COLOR="1").stdout


def test_hostile_file_names_and_lines(run: Run, write: Write) -> None:
    root = write({"app.py": APP, "::error::\x1b[31m##[x].py": "BAD ##[error]\x1b]8;;x\x07\n"})
    for form in ("full", "concise"):
        result = run("check", "--output-format", form, cwd=root)
        assert "\x1b" not in result.stdout
        assert "##[" not in result.stdout
        assert not any(line.lstrip().startswith("::e") for line in result.stdout.splitlines())


def test_repositories_of_both_kinds(run: Run, write: Write) -> None:
    package = json.dumps({"dependencies": {"express": "^4.18.0"}})
    root = write(
        {
            "back/app.py": f"{APP}BAD\n",
            "back/requirements.txt": "flask==3.1.0\n",
            "front/package.json": package,
            "front/app.js": "const app = require('express')();\napp.get('/', BAD);\n",
        }
    )
    result = run("check", "--output-format", "json", cwd=root)
    assert found(result) == [("FLK501", "back/app.py", 3), ("EXP301", "front/app.js", 2)]
    assert "Flask app: 1 files; Express app: 1 files" in result.stderr


def test_output_is_the_same_for_any_order_of_paths(run: Run, write: Write) -> None:
    root = write({"a/app.py": f"{APP}BAD\n", "b/app.py": f"{APP}BAD\n"})
    outputs = {
        run("check", *paths, "--output-format", form, "-j", jobs, cwd=root).stdout
        for form in ("full",)
        for jobs in (1, 2)
        for paths in (["a", "b"], ["b", "a"], ["./b/", "a"], ["a", "b", "a/app.py"])
    }
    assert len(outputs) == 1
