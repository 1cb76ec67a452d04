"""The build whose interpreter is compiled to C says what the other says (docs/performance.md)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from faceoff_lint.ir.fields import CLASSES, NODE_FIELDS
from tests.nasty import nesting

ROOT = Path(__file__).resolve().parents[1]
_PLAIN = ("str", "int", "bool", "str | int | float | bool | None", "str | None", "list[str]")
_COMPILERS = ("cc", "gcc", "clang")

APPS = sorted(path for path in (ROOT / "fixtures").glob("*/*")
              if path.is_dir() and path.parent.name != "monorepo")  # fmt: skip
APPS.append(ROOT / "fixtures" / "monorepo")


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_fields_that_are_written_down_are_those_of_the_annotations(cls: type) -> None:
    annotated = [f.name for f in fields(cls)
                 if f.init and f.type not in _PLAIN and "tuple" not in str(f.type)]  # fmt: skip
    assert sorted(NODE_FIELDS[cls]) == sorted(annotated)


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The Python of an environment with a compiled build."""
    if not any(map(shutil.which, _COMPILERS)):
        pytest.skip("there is no C compiler")
    folder = tmp_path_factory.mktemp("compiled")
    source = folder / "source"
    # What a build leaves behind is not to lie in the repository.
    shutil.copytree(
        ROOT, source, ignore=shutil.ignore_patterns(".*", "tests", "node_modules", "build")
    )
    wheels = folder / "wheels"
    _run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
         "-w", wheels, source, env={"FACEOFF_LINT_COMPILE": "1"})  # fmt: skip
    (wheel,) = wheels.iterdir()
    home = folder / "environment"
    _run(sys.executable, "-m", "venv", "--without-pip", home)
    python = home / "bin" / "python"
    site = Path(
        _run(python, "-c", "import sysconfig; print(sysconfig.get_path('platlib'))").strip()
    )
    shutil.unpack_archive(wheel, site, "zip")
    # Of this environment only the libraries: what is installed for editing is found by other means.
    (site / "libraries.pth").write_text(sysconfig.get_path("platlib") + "\n")
    yield python
    shutil.rmtree(folder, ignore_errors=True)


def _run(*command: str | Path, code: int = 0, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
        env={**os.environ, **(env or {})},
    )
    assert done.returncode <= code, done.stdout + done.stderr
    return done.stdout


def _said(python: str | Path, app: Path, *command: str) -> str:
    return _run(python, "-P", "-m", "faceoff_lint.cli", *command, app, code=1)


@pytest.mark.slow
def test_its_interpreter_is_compiled(compiled: Path) -> None:
    code = "import faceoff_lint.interpreter.core as core; print(core.__file__)"
    assert Path(_run(compiled, "-P", "-c", code).strip()).suffix in (".so", ".pyd")


@pytest.mark.slow
@pytest.mark.parametrize("app", APPS, ids=lambda app: f"{app.parent.name}/{app.name}")
def test_it_finds_the_same(compiled: Path, app: Path) -> None:
    for command in (
        ("check", "--isolated", "--no-cache", "--select", "ALL", "--output-format", "json"),
        ("routes", "--isolated", "--no-cache", "--format", "json"),
    ):
        ours = _said(sys.executable, app, *command)
        assert "internal-error" not in ours
        assert _said(compiled, app, *command) == ours


@pytest.mark.slow
def test_it_bears_the_same(compiled: Path, tmp_path: Path) -> None:
    app = tmp_path / "app"
    shutil.copytree(ROOT / "fixtures" / "flask-shop" / "bad", app)
    for case in nesting.cases():
        # Words that make a file worth reading, after what the first lines may have to be.
        (app / case.name).write_bytes(case.content + b"\nflask = blueprint = express\n")
    command = ("check", "--isolated", "--no-cache", "--select", "ALL", "--output-format", "json")
    assert _said(compiled, app, *command) == _said(sys.executable, app, *command)
