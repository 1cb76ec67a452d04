"""The GitHub Action: its manifest, and its script with the variables that a runner sets."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
GIT = ("git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")

BAD = """\
from flask import Flask

app = Flask(__name__)


@app.get("/x")
def one():
    return ""


@app.get("/x")
def two():
    return ""
"""


def git(folder: Path, *args: str) -> str:
    done = subprocess.run(
        [*GIT, *args],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.stdout.strip()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with one finding."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "app.py").write_text(BAD)
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "config", "uploadpack.allowAnySHA1InWant", "true")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "All")
    return folder


def run(
    project: Path, inputs: dict[str, str] | None = None, **env: str
) -> subprocess.CompletedProcess[str]:
    """Run the first step as a runner would, with the command that is installed here."""
    given = {name: str(one.get("default", "")) for name, one in ACTION["inputs"].items()}
    given |= {"version": "installed", **(inputs or {})}
    assert set(given) == set(ACTION["inputs"])
    step = STEPS[0]
    variables = {
        name: re.sub(
            r"\$\{\{\s*inputs\.([\w-]+)\s*\}\}", lambda match: given[match[1]], str(expression)
        )
        for name, expression in step["env"].items()
        if "github.event" not in str(expression)
    }
    temporary = project.parent / "runner"
    temporary.mkdir(exist_ok=True)
    clean = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("GITHUB_", "RUNNER_", "GIT_", "FACEOFF_"))
    }
    runner = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "GITHUB_ACTIONS": "true",
        "GITHUB_ACTION_PATH": str(ROOT),
        "GITHUB_OUTPUT": str(temporary / "output"),
        "GITHUB_STEP_SUMMARY": str(temporary / "summary"),
        "GITHUB_REF": "refs/heads/main",
        "GITHUB_SHA": "",
        "RUNNER_TEMP": str(temporary),
        "FACEOFF_BASE": "",
    }
    return subprocess.run(
        ["bash", "-c", step["run"]],
        cwd=project / given["working-directory"],
        env=clean | runner | variables | env,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def outputs(project: Path) -> dict[str, str]:
    text = (project.parent / "runner/output").read_text()
    return dict(line.split("=", 1) for line in text.splitlines())


def test_manifest_is_valid() -> None:
    command = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        "vendor.github-actions",
    ]
    done = subprocess.run(
        [*command, str(ROOT / "action.yml")],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_input_gets_into_a_script() -> None:
    for step in STEPS:
        assert "${{" not in step.get("run", "")


def test_every_input_is_used_and_described() -> None:
    text = yaml.safe_dump(ACTION["runs"])
    for name, one in ACTION["inputs"].items():
        assert f"inputs.{name} " in text, name
        assert one["description"]
    page = (ROOT / "docs/integrations/github-actions.md").read_text("utf-8")
    for name in ACTION["inputs"]:
        assert f"| `{name}` |" in page, name


def test_actions_of_others_are_pinned() -> None:
    for step in STEPS:
        if "uses" in step:
            assert re.fullmatch(r"[\w/.-]+@[0-9a-f]{40}", step["uses"]), step["uses"]


def test_findings_are_annotated_and_fail_the_step(project: Path) -> None:
    done = run(project)
    assert done.returncode == 1, done.stderr
    assert "::warning file=app.py,line=12" in done.stdout
    assert outputs(project) == {"exit-code": "1"}
    assert "FLK" in (project.parent / "runner/summary").read_text()


def test_findings_need_not_fail_the_step(project: Path) -> None:
    done = run(project, {"fail-on-findings": "false", "summary": "false"})
    assert done.returncode == 0
    assert outputs(project) == {"exit-code": "1"}
    assert not (project.parent / "runner/summary").exists()
    assert run(project, {"fail-on-findings": "false", "select": "XYZ"}).returncode == 2


def test_sarif_is_written_though_there_are_findings(project: Path) -> None:
    done = run(project, {"upload-sarif": "true"})
    assert done.returncode == 1
    file = outputs(project)["sarif-file"]
    assert Path(file).parent == project.parent / "runner"
    assert json.loads(Path(file).read_text())["runs"][0]["results"]
    assert STEPS[1]["if"] == (
        "${{ always() && inputs.upload-sarif == 'true' && steps.lint.outputs.sarif-file != '' }}"
    )


def test_sarif_of_an_earlier_run_is_not_given_out(project: Path) -> None:
    (project / "x.sarif").write_text("{}")
    done = run(project, {"sarif-file": "x.sarif", "config": "missing.toml"})
    assert done.returncode == 2
    assert "sarif-file" not in outputs(project)
    done = run(project, {"sarif-file": "x.sarif"})
    assert outputs(project)["sarif-file"] == str(project / "x.sarif")


def test_paths_are_one_a_line_and_arguments_words(project: Path) -> None:
    (project / "two words").mkdir()
    (project / "two words/app.py").write_text(BAD)
    done = run(project, {"paths": "two words\n", "output-format": "concise"})
    assert "two words/app.py:12" in done.stdout
    assert "\napp.py" not in done.stdout
    done = run(project, {"args": "--exit-zero\n--statistics", "working-directory": "two words"})
    assert done.returncode == 0
    assert done.stdout.strip().startswith("1")


@pytest.mark.parametrize("name", ["paths", "args", "select", "version", "config", "output-format"])
def test_inputs_do_not_run(project: Path, name: str) -> None:
    mark = project.parent / "ran"
    done = run(project, {name: f"`touch {mark}`$(touch {mark});touch {mark}"})
    assert done.returncode == 2
    assert not mark.exists()


def test_messages_hold_no_commands(project: Path) -> None:
    done = run(project, {"version": "1\n::set-output name=x::y"})
    assert done.returncode == 2
    lines = (done.stdout + done.stderr).splitlines()
    assert [line for line in lines if line.startswith("::")] == [
        "::error title=faceoff-lint::version is not one: 1::set-output name=x::y"
    ]


def test_only_new_issues_of_a_merge_commit(project: Path, tmp_path: Path) -> None:
    git(project, "checkout", "--quiet", "-b", "change")
    (project / "other.py").write_text(BAD.replace("/x", "/y"))
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message", "Other")
    git(project, "checkout", "--quiet", "main")
    git(project, "merge", "--quiet", "--no-ff", "--message", "Merge", "change")
    # What actions/checkout makes: the merge commit alone.
    clone = tmp_path / "work" / "clone"
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{project}", str(clone))
    sha = git(clone, "rev-parse", "HEAD")
    event = {"GITHUB_REF": "refs/pull/7/merge", "GITHUB_SHA": sha, "FACEOFF_BASE": "1" * 40}
    done = run(clone, {"only-new-issues": "true", "output-format": "concise"}, **event)
    assert done.returncode == 1, done.stderr
    assert "other.py:12" in done.stdout
    assert "\napp.py" not in f"\n{done.stdout}"


def test_only_new_issues_of_a_push_and_without_a_base(project: Path) -> None:
    before = git(project, "rev-parse", "HEAD")
    (project / "readme.md").write_text("x")
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message", "Text")
    done = run(project, {"only-new-issues": "true"}, FACEOFF_BASE=before)
    assert done.returncode == 0, done.stderr
    done = run(project, {"only-new-issues": "true"}, FACEOFF_BASE="0" * 40)
    assert done.returncode == 1
    assert "::notice title=faceoff-lint::there is no commit to compare with" in done.stdout
    done = run(project, {"only-new-issues": "true"}, FACEOFF_BASE="2" * 40)
    assert done.returncode == 2
    assert "cannot fetch the commit" in done.stderr


def test_installs_this_version_or_another(project: Path, tmp_path: Path) -> None:
    """With a Python whose `venv` and `pip` only say what they were asked for."""
    tools, said = tmp_path / "tools", tmp_path / "said"
    tools.mkdir()
    fake = tools / "python3"
    fake.write_text(
        "#!/bin/bash\n"
        '[ "$1" = -c ] && exit 0\n'
        f'echo "$@" >> {shlex.quote(str(said))}\n'
        'if [ "$3" = venv ]; then\n'
        '  mkdir -p "$4/bin"; cp "$0" "$4/bin/python"\n'
        '  printf "#!/bin/bash\\necho linted \\"\\$@\\"\\n" > "$4/bin/faceoff-lint"\n'
        '  chmod +x "$4/bin/faceoff-lint"\n'
        "fi\n"
    )
    fake.chmod(0o755)
    path = f"{tools}{os.pathsep}/usr/bin{os.pathsep}/bin"
    done = run(project, {"version": ""}, PATH=path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("linted check --output-format github")
    asked = said.read_text().splitlines()
    assert asked[0] == f"-I -m venv {project.parent}/runner/faceoff-lint"
    assert asked[1] == f"-I -m pip install --quiet --disable-pip-version-check {ROOT}"
    run(project, {"version": "1.2.3"}, PATH=path)
    assert said.read_text().splitlines()[-1].endswith(" faceoff-lint==1.2.3")
    shutil.rmtree(tools)


def test_without_a_python_it_says_what_to_do(project: Path, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("bash", "tr", "sed", "git"):
        (tools / name).symlink_to(str(shutil.which(name)))
    done = run(project, {"version": ""}, PATH=str(tools))
    assert done.returncode == 2
    assert "needs Python 3.11 or newer; use actions/setup-python" in done.stderr


@pytest.mark.slow
def test_really_installs_what_the_action_was_checked_out_with(
    project: Path, tmp_path: Path, wheelhouse: Path
) -> None:
    """With the real pip, and nothing from anywhere else."""
    action = tmp_path / "action"
    listed = git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in filter(None, listed.split("\0")):
        wanted = name.startswith(("faceoff_lint/", "rules/", "integrations/")) or "/" not in name
        if wanted and (ROOT / name).is_file():
            (action / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, action / name)
    # In the tree that is linted: must not be imported while installing.
    (project / "pip.py").write_text("raise AssertionError\n")
    done = run(
        project,
        {"version": "", "output-format": "concise"},
        GITHUB_ACTION_PATH=str(action),
        PIP_NO_INDEX="1",
        PIP_FIND_LINKS=str(wheelhouse),
        PIP_CONFIG_FILE=os.devnull,
        VIRTUAL_ENV="",
    )
    assert done.returncode == 1, done.stderr
    assert "app.py:12:1: warning FLK501" in done.stdout
