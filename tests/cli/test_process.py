"""The installed command in a process of its own: imports, pipes, encodings."""

from __future__ import annotations

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


def test_a_closed_pipe_ends_quietly(command: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [command, "rule", "--all", "--output-format", "json"],
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
