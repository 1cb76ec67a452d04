"""The hook, under the real pre-commit: installed from a copy of this tree, run on a repository."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
GIT = ("git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")

APP = "from flask import Flask\n\napp = Flask(__name__)\n"


def git(folder: Path, *args: str) -> str:
    done = subprocess.run(
        [*GIT, *args], cwd=folder, check=True, capture_output=True, text=True, timeout=60
    )
    return done.stdout.strip()


def commit_all(folder: Path) -> str:
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "All")
    return git(folder, "rev-parse", "HEAD")


def copy_of_this_tree(target: Path) -> Path:
    listed = git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in filter(None, listed.split("\0")):
        wanted = name.startswith(("faceoff_lint/", "rules/")) or "/" not in name
        if wanted and (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    return target


def pre_commit(folder: Path, *args: str, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pre_commit", *args]
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "PRE_COMMIT"))}
    return subprocess.run(
        command,
        cwd=folder,
        env={**clean, **env},
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )


def test_manifest_is_valid() -> None:
    done = pre_commit(ROOT, "validate-manifest", ".pre-commit-hooks.yaml")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("name", "triggers"),
    [
        ("app.py", True), ("a/b.mts", True), ("b.cts", True), ("c.tsx", True), ("d.mjs", True),
        ("package.json", True), ("x/requirements-dev.txt", True), ("uv.lock", True),
        ("faceoff-lint.toml", True), ("sub/tsconfig.json", True),
        ("readme.md", False), ("data.json", False), ("app.pyc", False), ("my-package.json", False),
    ],
)  # fmt: skip
def test_which_files_start_the_hook(name: str, triggers: bool) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert (re.search(hook["files"], name) is not None) is triggers
    assert hook["require_serial"] is True
    assert hook["pass_filenames"] is False


@pytest.mark.slow
def test_hook_lints_the_whole_project(tmp_path: Path, wheelhouse: Path) -> None:
    hooks = copy_of_this_tree(tmp_path / "hooks")
    revision = commit_all(hooks)
    project = tmp_path / "project"
    (project / "shop").mkdir(parents=True)
    (project / "app.py").write_text(APP)
    (project / "shop" / "broken.py").write_text("import flask\ndef f(:\n")
    (project / "readme.txt").write_text("text\n")
    (project / ".pre-commit-config.yaml").write_text(
        f"repos:\n- repo: {hooks}\n  rev: {revision}\n  hooks:\n  - id: faceoff-lint\n"
    )
    commit_all(project)
    home = {
        "PRE_COMMIT_HOME": str(tmp_path / "home"),
        # Nothing from anywhere else.
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(wheelhouse),
        "PIP_CONFIG_FILE": os.devnull,
    }

    done = pre_commit(project, "run", "--files", "app.py", **home)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Flask app `app.py`" in done.stdout
    assert "error[FO001]" in done.stdout
    assert "--> shop/broken.py:2:7" in done.stdout

    # What is not tracked is not the commit's business.
    git(project, "rm", "--quiet", "--cached", "shop/broken.py")
    done = pre_commit(project, "run", "--files", "app.py", **home)
    assert done.returncode == 0, done.stdout + done.stderr

    # With two revisions, as on a push, only what lies on lines between them is reported.
    old = '\n\n@app.get("/a")\ndef a():\n    return "a"\n'
    (project / "app.py").write_text(APP + old + old.replace("def a(", "def b("))
    git(project, "add", "--update")
    git(project, "commit", "--quiet", "--message", "A duplicate")
    (project / "more.mts").write_text("export const one: number = 1;\n")
    git(project, "add", "more.mts")
    git(project, "commit", "--quiet", "--message", "More")
    done = pre_commit(project, "run", "--from-ref", "HEAD~1", "--to-ref", "HEAD", **home)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Passed" in done.stdout  # a file of the type .mts starts it
    done = pre_commit(project, "run", "--from-ref", "HEAD~2", "--to-ref", "HEAD", **home)
    assert done.returncode == 1
    assert "error[FLK501]" in done.stdout or "warning[FLK501]" in done.stdout, done.stdout

    # Files that cannot change the app don't start it, and a tree without an app is no failure.
    done = pre_commit(project, "run", "--files", "readme.txt", **home)
    assert "(no files to check)Skipped" in done.stdout
    git(project, "rm", "--quiet", "--cached", "app.py")
    (project / "tool.py").write_text("print(1)\n")
    git(project, "add", "tool.py")
    done = pre_commit(project, "run", "--files", "tool.py", **home)
    assert done.returncode == 0, done.stdout + done.stderr
