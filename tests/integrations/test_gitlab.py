"""The GitLab template: its form, and its script with the variables that GitLab sets."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "integrations/gitlab/faceoff-lint.gitlab-ci.yml"
JOB: dict[str, Any] = yaml.safe_load(TEMPLATE.read_text("utf-8"))["faceoff-lint"]
SHOP = ROOT / "fixtures/flask-shop/bad"


def run(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    (script,) = JOB["script"]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    given = {**JOB["variables"], "FACEOFF_VERSION": "installed", **variables}
    return subprocess.run(
        ["sh", "-e", "-c", script],
        cwd=folder,
        env={**os.environ, "PATH": path, **given},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_template_is_valid() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.gitlab-ci"]
    done = subprocess.run(
        [*command, str(TEMPLATE)], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_report_is_where_the_job_says(tmp_path: Path) -> None:
    done = run(tmp_path, FACEOFF_PATHS=str(SHOP))
    assert done.returncode == 1, done.stderr
    assert "error[" in done.stdout
    report = JOB["artifacts"]["reports"]["codequality"]
    assert json.loads((tmp_path / report).read_text())[0]["check_name"]
    assert JOB["artifacts"]["when"] == "always"


def test_exit_codes(tmp_path: Path) -> None:
    assert run(tmp_path, FACEOFF_PATHS=str(SHOP), FACEOFF_FAIL="false").returncode == 0
    assert run(tmp_path, FACEOFF_ARGS="--select NOPE", FACEOFF_FAIL="false").returncode == 2


def test_words_are_split_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("from flask import Flask\napp = Flask(__name__)\n")
    mark = tmp_path / "ran"
    done = run(tmp_path, FACEOFF_ARGS=f"--ignore *;$(touch$IFS{mark})")
    assert done.returncode == 2
    assert "`*;$(touch" in done.stderr
    assert not mark.exists()


def test_only_new_findings_of_a_merge_request(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        FACEOFF_PATHS=str(SHOP),
        FACEOFF_ONLY_NEW="true",
        CI_MERGE_REQUEST_DIFF_BASE_SHA="HEAD",
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("version", "asked"), [("", "faceoff-lint"), ("1.2.3", "faceoff-lint==1.2.3")]
)
def test_installs_the_version_that_is_asked_for(tmp_path: Path, version: str, asked: str) -> None:
    """With a Python whose `venv` and `pip` only say what they were asked for."""
    said = tmp_path / "said"
    fake = tmp_path / "tools/python3"
    fake.parent.mkdir()
    fake.write_text(
        "#!/bin/sh\n"
        f'echo "$@" >> {said}\n'
        'if [ "$3" = venv ]; then\n'
        '  mkdir -p "$4/bin"; cp "$0" "$4/bin/python"\n'
        '  printf "#!/bin/sh\\necho linted \\"\\$@\\"\\n" > "$4/bin/faceoff-lint"\n'
        '  chmod +x "$4/bin/faceoff-lint"\n'
        "fi\n"
    )
    fake.chmod(0o755)
    path = f"{fake.parent}{os.pathsep}/usr/bin{os.pathsep}/bin"
    done = run(tmp_path, FACEOFF_VERSION=version, TMPDIR=str(tmp_path), PATH=path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("linted check --output-format full")
    venv, pip = said.read_text().splitlines()
    assert venv.startswith(f"-I -m venv {tmp_path}/")
    assert pip == f"-I -m pip install --quiet {asked}"


def test_every_variable_is_described() -> None:
    page = (ROOT / "docs/integrations/gitlab.md").read_text("utf-8")
    for name in JOB["variables"]:
        assert name == "GIT_DEPTH" or f"| `{name}` |" in page, name
