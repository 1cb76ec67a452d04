"""Living with the command: exit codes by warnings, lists of files, texts of editors, hints."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from faceoff_lint import output
from faceoff_lint.cli import cli
from faceoff_lint.cli.run import told_run
from faceoff_lint.registry import Registry
from faceoff_lint.reports import Report
from faceoff_lint.terminal import hyperlink, hyperlinks

Write = Callable[..., Path]
Run = Callable[..., Result]

APP = "from flask import Flask\napp = Flask(__name__)\n"
CONCISE = ("--output-format", "concise")


@pytest.fixture
def run(known: Registry, monkeypatch: pytest.MonkeyPatch) -> Run:
    def _run(*args: object, cwd: Path, stdin: bytes | None = None, **env: str) -> Result:
        monkeypatch.chdir(cwd)
        return CliRunner().invoke(cli, [str(arg) for arg in args], input=stdin, env=env)

    return _run


def test_verbose_tells_the_settings_and_how_much_was_read(run: Run, write: Write) -> None:
    root = write({"app.py": APP, "b.py": "x = 1\n"})
    told = run("check", "-v", cwd=root).stderr
    assert "note: settings: no configuration file, defaults\n" in told
    assert "of 2 source files read\n" in told
    assert told_run(Report(root)).startswith("nothing has changed since an earlier run")
    (root / "faceoff-lint.toml").write_text("")
    assert "note: settings: faceoff-lint.toml\n" in run("check", "-v", cwd=root).stderr
    assert "none are read" in run("check", "-v", "--isolated", cwd=root).stderr
    assert run("check", cwd=root).stderr == ""


# --- warnings that are allowed -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "allowed", "code"),
    [
        ("", 0, 0),
        ("UGLY\n", 0, 1),
        ("UGLY\n", 1, 0),
        ("UGLY\nUGLY\n", 1, 1),
        ("BAD\n", 5, 1),
        ("BAD\nUGLY\nUGLY\n", 1, 1),
    ],
)
def test_max_warnings(run: Run, write: Write, text: str, allowed: int, code: int) -> None:
    root = write({"app.py": APP + text})
    result = run("check", "--max-warnings", allowed, cwd=root)
    assert result.exit_code == code
    too_many = text.count("UGLY") > allowed
    assert ("are allowed" in result.stderr) is too_many
    assert run("check", "--max-warnings", allowed, "--exit-zero", cwd=root).exit_code == 0


def test_max_warnings_says_how_many(run: Run, write: Write) -> None:
    root = write({"app.py": f"{APP}UGLY\nUGLY\n"})
    result = run("check", "--max-warnings", 1, cwd=root)
    assert result.stderr == "note: 2 warnings, and 1 are allowed\n"
    assert run("check", "-q", "--max-warnings", 1, cwd=root).stderr == ""
    assert run("check", "--max-warnings", -1, cwd=root).exit_code == 2


# --- which files ---------------------------------------------------------------------------------


def test_show_files(run: Run, write: Write) -> None:
    files = {
        "app.py": f"{APP}BAD\n",
        "shop/a.py": "x\n",
        "shop/b.md": "",
        "requirements.txt": "flask\n",
        "old/c.py": "x\n",
        ".gitignore": "old/\n",
    }
    root = write(files)
    result = run("check", "--show-files", cwd=root)
    assert (result.exit_code, result.stdout) == (0, "app.py\nshop/a.py\n")
    assert run("check", "shop", "--show-files", cwd=root).stdout == "shop/a.py\n"
    lost = run("check", "--show-files", cwd=write({"a.txt": ""}, "other"))
    assert (lost.exit_code, lost.stdout) == (2, "")


def test_under_pre_commit_untracked_files_are_left_out(run: Run, write: Write) -> None:
    root = write({"app.py": f"{APP}BAD\n", "requirements.txt": "flask\n"})
    for args in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *args], cwd=root, check=True, timeout=60)
    (root / "new.py").write_text("BAD\n")
    seen = run("check", *CONCISE, cwd=root)
    assert "new.py:1:1" in seen.stdout
    hooked = run("check", *CONCISE, cwd=root, PRE_COMMIT="1")
    assert "app.py:3:1" in hooked.stdout
    assert "new.py" not in hooked.stdout
    assert run("check", "--show-files", cwd=root, PRE_COMMIT="1").stdout == "app.py\n"


# --- the content of an editor --------------------------------------------------------------------


@pytest.fixture
def project(write: Write) -> Path:
    return write({"app.py": f"{APP}BAD\n", "shop.py": "UGLY\n", "requirements.txt": "flask\n"})


def test_stdin_replaces_one_file_and_only_it_is_reported(run: Run, project: Path) -> None:
    args = ("check", "--stdin-filename", "app.py", "--output-format", "json")
    result = run(*args, cwd=project, stdin=f"{APP}\n\nBAD = UGLY\n".encode())
    rows = [(row["code"], row["file"], row["line"]) for row in json.loads(result.stdout)]
    assert rows == [("FLK501", "app.py", 5), ("FLK502", "app.py", 5)]
    assert result.exit_code == 1
    clean = run(*args, cwd=project, stdin=APP.encode())
    assert (clean.exit_code, json.loads(clean.stdout)) == (0, [])
    assert (project / "app.py").read_text() == f"{APP}BAD\n"


def test_stdin_with_diff(run: Run, project: Path) -> None:
    text = f"{APP}x = BAD\n"
    result = run("check", "--stdin-filename", "app.py", "--diff", cwd=project, stdin=text.encode())
    assert result.exit_code == 1
    assert result.stdout.splitlines()[:2] == ["--- a/app.py", "+++ b/app.py"]
    assert result.stdout.splitlines()[-2:] == ["-x = BAD", "+x = GOOD"]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_stdin_with_fix_gives_the_text(run: Run, project: Path, end: str, mark: bytes) -> None:
    text = f"{APP}x = BAD\ny = UGLY  # \xe9".replace("\n", end)
    result = run(
        "check", "--stdin-filename", "app.py", "--fix", *CONCISE,
        cwd=project, stdin=mark + text.encode(),
    )  # fmt: skip
    assert result.stdout_bytes == mark + text.replace("BAD", "GOOD").encode()
    assert result.exit_code == 1
    assert "app.py:4:5: warning FLK502 ugly above 3" in result.stderr
    assert "Fixed 1 finding in 1 file." in result.stderr
    assert (project / "app.py").read_text() == f"{APP}BAD\n"


def test_stdin_that_does_not_parse_is_given_back(run: Run, project: Path) -> None:
    result = run("check", "--stdin-filename", "app.py", "--fix", cwd=project, stdin=b"def f(:\n")
    assert (result.exit_code, result.stdout) == (1, "def f(:\n")
    assert "FO001" in result.stderr


def test_stdin_of_a_file_of_no_app_is_no_error(run: Run, write: Write) -> None:
    root = write({"plain.py": "import os\n"})
    args = ("check", "--stdin-filename", "plain.py")
    result = run(*args, cwd=root, stdin=b"BAD\n")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "nothing to lint" in result.stderr
    assert run(*args, "--fix", cwd=root, stdin=b"BAD\n").stdout == "BAD\n"


def test_stdin_from_a_folder_below(run: Run, write: Write) -> None:
    root = write({"app.py": APP, "shop/a.py": "BAD\n", "requirements.txt": "flask\n"})
    (root / ".git").mkdir()
    result = run("check", "--stdin-filename", "a.py", *CONCISE, cwd=root / "shop", stdin=b"\nBAD\n")
    assert "a.py:2:1: error FLK501" in result.stdout


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--stdin-filename", "app.py", "shop.py"], "names the one file to report on"),
        (["--stdin-filename", "app.py", "--watch"], "standard input can't be watched"),
        (["--stdin-filename", "app.py", "--add-ignore"], "writes files"),
        (["--stdin-filename", "gone.py"], "does not exist"),
        (["--watch", "--diff"], "choose one"),
        (["--watch", "--add-ignore"], "choose one"),
        (["--unsafe-fixes"], "--unsafe-fixes needs --fix or --diff"),
    ],
)
def test_options_that_do_not_go_together(
    run: Run, project: Path, args: list[str], message: str
) -> None:
    result = run("check", *args, cwd=project, stdin=b"")
    assert result.exit_code == 2
    assert message in result.stderr


# --- who reads along -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["AI_AGENT", "CLAUDECODE", "CURSOR_AGENT", "GEMINI_CLI"])
def test_agents_get_a_line_a_finding(run: Run, project: Path, name: str) -> None:
    assert "app.py:3:1: error FLK501" in run("check", cwd=project, **{name: "1"}).stdout
    full = run("check", "--output-format", "full", cwd=project, **{name: "1"}).stdout
    assert "--> app.py:3:1" in full
    actions = run("check", cwd=project, GITHUB_ACTIONS="true", **{name: "1"}).stdout
    assert actions.startswith("::error ")


# --- the first run -------------------------------------------------------------------------------


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Standard output counts as a terminal."""

    class Sys:
        def __getattr__(self, name: str) -> object:
            import sys

            return getattr(sys, name)

        @property
        def stdout(self) -> object:
            return type("Stream", (), {"isatty": staticmethod(lambda: True)})

    monkeypatch.setattr(output, "sys", Sys())


MANY = f"{APP}BAD = 1\n" + "UGLY\n" * 5


@pytest.mark.usefixtures("terminal")
def test_the_first_run_says_what_to_try(run: Run, write: Write) -> None:
    root = write({"app.py": MANY})
    lines = run("check", cwd=root).stdout.splitlines()
    at = lines.index("What next:")
    assert lines[at - 2].startswith("6 findings: ")
    commands = [line.split("  ")[1] for line in lines[at + 1 :]]
    assert commands[:2] == ["faceoff-lint rule FLK501", "faceoff-lint baseline"]
    assert commands[-1] == "faceoff-lint check --fix"
    for command in commands:
        assert run(*command.split()[1:], "--help", cwd=root).exit_code == 0


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize(
    ("files", "args", "env"),
    [
        ({"app.py": APP + "BAD\n"}, (), {}),
        ({"app.py": MANY, "faceoff-lint.toml": ""}, (), {}),
        ({"app.py": MANY, "faceoff-baseline.json": ""}, (), {}),
        ({"app.py": MANY}, ("-q",), {}),
        ({"app.py": MANY}, ("--fix",), {}),
        ({"app.py": MANY}, CONCISE, {}),
        ({"app.py": MANY}, ("--output-format", "json"), {}),
        ({"app.py": MANY}, ("--statistics",), {}),
        ({"app.py": MANY}, (), {"CI": "true"}),
    ],
)
def test_whoever_is_settled_in_gets_no_advice(
    run: Run,
    write: Write,
    files: dict[str, str],
    args: tuple[str, ...],
    env: dict[str, str],
) -> None:
    result = run("check", *args, cwd=write(files), **env)
    assert result.exit_code == 1
    assert "What next" not in result.stdout


def test_no_advice_where_no_person_reads(run: Run, write: Write) -> None:
    assert "What next" not in run("check", cwd=write({"app.py": MANY})).stdout


# --- links ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environ", "wanted"),
    [
        ({"TERM_PROGRAM": "iTerm.app"}, True),
        ({"TERM_PROGRAM": "vscode"}, True),
        ({"TERM": "xterm-kitty"}, True),
        ({"WT_SESSION": "1"}, True),
        ({"VTE_VERSION": "6800"}, True),
        ({"VTE_VERSION": "5000"}, False),
        ({"VTE_VERSION": "0.68"}, False),
        ({"TERM": "xterm-256color"}, False),
        ({"TERM_PROGRAM": "Apple_Terminal"}, False),
        ({"TERM": "dumb", "WT_SESSION": "1"}, False),
        ({"TERM_PROGRAM": "WezTerm", "TMUX": "/tmp/x"}, False),
        ({"TERM_PROGRAM": "WezTerm", "CI": "1"}, False),
        ({"FORCE_HYPERLINK": "1"}, True),
        ({"FORCE_HYPERLINK": "0", "WT_SESSION": "1"}, False),
        ({}, False),
    ],
)
def test_terminals_that_show_links(environ: dict[str, str], wanted: bool) -> None:
    assert hyperlinks(environ, tty=True) is wanted
    assert hyperlinks(environ, tty=False) is False


def test_a_link_holds_nothing_that_a_terminal_would_obey() -> None:
    link = hyperlink("x", Path("/a b/\x1b]8;;\x07é\udcff.py"))
    assert link == "\x1b]8;;file:///a%20b/%1B%5D8%3B%3B%07%C3%A9%FF.py\x1b\\x\x1b]8;;\x1b\\"


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize("form", ["full", "concise"])
def test_places_are_links(run: Run, project: Path, form: str) -> None:
    shown = run("check", "--output-format", form, cwd=project, FORCE_HYPERLINK="1").stdout
    link = hyperlink("app.py:3:1", project / "app.py")
    assert link in shown
    assert "\x1b]8" not in run("check", "--output-format", form, cwd=project).stdout
    saved = project / "out.txt"
    args = ("--output-format", form, "--output-file", saved)
    run("check", *args, cwd=project, FORCE_HYPERLINK="1")
    assert "\x1b]8" not in saved.read_text()
    assert os.fspath(project) not in saved.read_text()
