"""One team's days with the linter, through the installed command, git and the real pre-commit."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

Write = Callable[..., Path]
Command = Callable[..., subprocess.CompletedProcess[str]]

OLD = """\
from flask import Flask, abort

app = Flask(__name__)
ITEMS = {1: "lamp"}


@app.get("/about")
def about():
    return "about"


@app.get("/about")
def imprint():
    return "imprint"
"""

MISTAKE = """

@app.get("/items/<int:item>")
def show(item):
    try:
        if item not in ITEMS:
            abort(404)
        return ITEMS[item]
    except Exception as error:
        print("failed:", error)
        return "something went wrong", 500
"""

ACCEPTED = """

@app.get("/contact")
def contact():
    return "contact"


@app.get("/contact")
def contact_of_old():
    return "old"
"""

HOOK = {
    "repos": [
        {
            "repo": "local",
            "hooks": [
                {
                    "id": "faceoff-lint",
                    "name": "faceoff-lint",
                    "entry": "faceoff-lint check",
                    "language": "system",
                    "pass_filenames": False,
                }
            ],
        }
    ]
}


@pytest.fixture
def project(write: Write) -> Path:
    return write({"app.py": OLD, ".pre-commit-config.yaml": yaml.safe_dump(HOOK)})


@pytest.fixture
def call(project: Path, tmp_path: Path) -> Command:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "PRE_COMMIT"))}
    kept["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}"
    kept["PRE_COMMIT_HOME"] = str(tmp_path / "home")
    for role in ("AUTHOR", "COMMITTER"):
        kept |= {f"GIT_{role}_NAME": "t", f"GIT_{role}_EMAIL": "t@example.org"}

    def _call(*args: str, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            args,
            cwd=project,
            env=kept | env,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    return _call


@pytest.mark.slow
def test_a_repository_is_adopted_and_kept_clean(project: Path, call: Command) -> None:
    def lint(*args: str, **env: str) -> tuple[int, str]:
        done = call("faceoff-lint", *args, **env)
        return done.returncode, done.stdout + done.stderr

    def commit(message: str) -> tuple[int, str]:
        call("git", "add", "--all")
        done = call("git", "commit", "--quiet", "--message", message)
        return done.returncode, done.stdout + done.stderr

    app = project / "app.py"
    call("git", "init", "--quiet")
    call(sys.executable, "-m", "pre_commit", "install")

    # Adopted: what is there is accepted, and the configuration says so.
    assert lint()[0] == 1
    assert lint("baseline")[0] == 0
    assert lint("init")[0] == 0
    assert 'baseline = "faceoff-baseline.json"' in (project / "faceoff-lint.toml").read_text()
    assert lint()[0] == 0
    code, text = commit("Adopt faceoff-lint")
    assert code == 0, text

    # A new mistake is caught by the hook; what was accepted is not shown.
    app.write_text(OLD + MISTAKE)
    code, text = commit("Show items")
    assert code == 1
    assert "FLK204" in text
    assert "FLK501" not in text

    # In GitHub's format it is an annotation.
    code, text = lint(GITHUB_ACTIONS="true")
    assert code == 1
    assert "::warning file=app.py," in text or "::error file=app.py," in text
    assert "FLK204" in text

    # The fix is written, and the commit goes through.
    code, text = lint("--fix")
    assert code == 0, text
    assert "HTTPException" in app.read_text()
    assert commit("Show items")[0] == 0

    # Another is meant: suppressed, with the reason in the file.
    app.write_text(app.read_text() + ACCEPTED)
    assert commit("Contact")[0] == 1
    assert lint("--add-ignore", "--reason", "the old one is taken down in May")[0] == 0
    assert "] -- the old one is taken down in May" in app.read_text()
    assert commit("Contact")[0] == 0

    # Mended at last: the suppression is stale, which is reported, and taken out by --fix.
    app.write_text(
        app.read_text().replace('"/contact")\ndef contact_of_old', '"/old")\ndef contact_of_old')
    )
    code, text = lint()
    assert code == 1
    assert "FO010" in text
    code, text = lint("--fix")
    assert code == 0, text
    assert "faceoff:" not in app.read_text()
    assert commit("The old one has moved")[0] == 0

    # And what was accepted at the start is mended too: its entry is dropped.
    app.write_text(app.read_text().replace('"/about")\ndef imprint', '"/imprint")\ndef imprint'))
    code, text = lint()
    assert code == 0
    assert "1 accepted finding occurs no more" in text
    assert lint("baseline", "--prune")[0] == 0
    assert "0 accepted" in lint("baseline", "--prune")[1]
