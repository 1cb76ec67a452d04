"""The pages' configurations of lint-staged, run by the real lint-staged in a repository."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/integrations/husky.md"
CONFIGURATIONS = re.findall(
    r'^```\w+ title="(lint-staged\.config\.mjs|package\.json)"\n(.*?)^```$',
    PAGE.read_text("utf-8"),
    re.MULTILINE | re.DOTALL,
)
APP = "const fs = require('fs');\nconst app = require('express')();\n"
OLD = "app.get('/old', (req, res) => res.send(fs.readFileSync('old')));\n"
NEW = "app.get('/new', (req, res) => res.send(fs.readFileSync('new')));\n"


def test_the_page_has_both_ways() -> None:
    assert [title for title, _ in CONFIGURATIONS] == ["lint-staged.config.mjs", "package.json"]


@pytest.mark.slow
@pytest.mark.parametrize(("title", "text"), CONFIGURATIONS)
def test_what_is_staged_is_linted(title: str, text: str, node: Path, tmp_path: Path) -> None:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "PRE_COMMIT"))}
    clean["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{clean['PATH']}"
    for role in ("AUTHOR", "COMMITTER"):
        clean |= {f"GIT_{role}_NAME": "t", f"GIT_{role}_EMAIL": "t@example.org"}

    def call(*args: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            args, cwd=tmp_path, env=clean, capture_output=True, text=True, check=False, timeout=120
        )

    def staged() -> subprocess.CompletedProcess[str]:
        call("git", "add", "-A")
        return call(
            str(shutil.which("node")), f"{node}/node_modules/lint-staged/bin/lint-staged.js"
        )

    (tmp_path / "app.js").write_text(APP + OLD)
    (tmp_path / "other.js").write_text("module.exports = 1;\n")
    manifest: dict[str, Any] = {"dependencies": {"express": "^5.0.0"}}
    if title == "package.json":
        manifest |= json.loads(text)
    else:
        (tmp_path / title).write_text(text)
    (tmp_path / "package.json").write_text(json.dumps(manifest))
    for args in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "before"]):
        assert call("git", *args).returncode == 0

    # What was there before does not stand in the way of a change elsewhere.
    (tmp_path / "other.js").write_text("module.exports = 2;\n")
    done = staged()
    assert done.returncode == 0, done.stdout + done.stderr

    (tmp_path / "app.js").write_text(APP + OLD + NEW)
    done = staged()
    told = done.stdout + done.stderr
    assert done.returncode == 1, told
    assert "--> app.js:4:" in told
    assert ("--> app.js:3:" in told) is (title == "package.json"), told  # all of a staged file
