"""The installed command in a process of its own: imports, pipes, encodings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("libcst", "esprima")


def imported(code: str) -> set[str]:
    """The modules a fresh interpreter has after some code."""
    code += "\nimport sys; print(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    "code",
    [
        "import faceoff_lint.cli",
        "import faceoff_lint.lint, faceoff_lint.registry; faceoff_lint.registry.load()",
    ],
)
def test_parsers_are_not_imported_before_a_file_is_read(code: str) -> None:
    assert not imported(code) & set(HEAVY)


def test_the_command_line_alone_imports_little() -> None:
    modules = imported("import faceoff_lint.cli")
    assert not {"tomli", "pathspec", "faceoff_lint.lint", "faceoff_lint.registry"} & modules


@pytest.mark.parametrize("args", [["--version"], ["--help"], ["rule", "FLK501"], ["rule", "fo001"]])
def test_commands_that_need_no_rules_import_none(args: list[str]) -> None:
    run = f"from faceoff_lint.cli import cli\ntry: cli({args!r})\nexcept SystemExit: pass"
    modules = imported(run)
    assert not {"faceoff_rules", "faceoff_lint.registry", "faceoff_lint.lint", "json"} & modules


def test_a_closed_pipe_ends_quietly(command: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [command, "rule", "FO001", "--output-format", "json"],
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
        timeout=60,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")


def test_an_encoding_that_lacks_a_character_is_no_error(command: Path, tmp_path: Path) -> None:
    env = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    folder = tmp_path / "日本"
    folder.mkdir()
    done = subprocess.run(
        [command, "check", folder], env=env, capture_output=True, check=False, timeout=60
    )
    assert done.returncode == 2
    assert b"\\u65e5\\u672c" in done.stderr


def test_the_scanned_folder_is_not_imported_from(command: Path, tmp_path: Path) -> None:
    for name in ("json", "click", "libcst", "flask"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('imported from the scanned tree')")
    done = subprocess.run(
        [command, "check", "."], cwd=tmp_path, capture_output=True, check=False, timeout=60
    )
    assert b"imported from" not in done.stdout + done.stderr


KEYS = [
    "framework", "version", "app", "methods", "path", "endpoint", "handler", "registered",
    "chain", "conditional", "confidence",
]  # fmt: skip


def test_a_whole_run(command: Path, tmp_path: Path) -> None:
    """Nothing made up for the test: two small projects, from the files to the output."""
    files = {
        "back/requirements.txt": "flask==3.1.0\n",
        "back/app.py": "from flask import Flask\napp = Flask(__name__)\n\n"
        "@app.get('/<int:n>')\ndef show(n):\n    return str(n)\n",
        "back/broken.py": "import flask\ndef f(:\n",
        "front/package.json": '{"dependencies": {"express": "5.1.0"}}',
        "front/app.js": "const app = require('express')();\n"
        "app.post('/x', function save(req, res) { res.send('x'); });\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)

    def run(*args: str, code: int) -> str:
        done = subprocess.run(
            [command, *args], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    rows = json.loads(run("routes", "--format", "json", code=0))
    assert all(list(row) == KEYS for row in rows)
    assert [(row["framework"], row["methods"], row["path"]) for row in rows] == [
        ("flask", ["GET"], "/<int:n>"),
        ("express", ["POST"], "/x"),
    ]
    assert [row["handler"]["file"] for row in rows] == ["back/app.py", "front/app.js"]
    assert "POST  /x" in run("routes", "front", code=0)
    shown = run("check", "--select", "FO", "--output-format", "concise", code=1)
    assert shown.splitlines()[0].startswith("Flask 3.1 app `back/app.py`: 0 blueprints, 1 route")
    assert "back/broken.py:2:7: error FO001" in shown
