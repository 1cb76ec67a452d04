"""A checkout's own git configuration runs nothing, and leads nowhere else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

APP = "from flask import Flask\napp = Flask(__name__)\napp.run(debug=True)\n"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("git") is None, reason="needs git"),
    pytest.mark.skipif(os.name == "nt", reason="the programs are shell scripts"),
]


class Checkout:
    """A repository with one commit, a changed file and a trap: a program that leaves a mark."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "repository"
        self.marks = folder / "marks"
        self.trap = folder / "trap.sh"
        self.root.mkdir(parents=True)
        self.marks.mkdir()
        self.trap.write_text(f'#!/bin/sh\necho "$0 $@" > "{self.marks}/$$"\ncat\n')
        self.trap.chmod(0o755)
        self.git("init", "-q", "-b", "main")
        (self.root / "app.py").write_text(APP)
        self.git("add", ".")
        self.git("-c", "user.name=a", "-c", "user.email=b", "commit", "-qm", "c")
        (self.root / "app.py").write_text("# changed\n" + APP)

    def git(self, *arguments: str, cwd: Path | None = None) -> None:
        env = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
        env |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        subprocess.run(["git", *arguments], cwd=cwd or self.root, env=env, check=True, timeout=60)

    def run(self, *arguments: str) -> int:
        command = [str(Path(sys.executable).with_name("faceoff-lint")), *arguments]
        env = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull}
        done = subprocess.run(
            command, cwd=self.root, env=env, capture_output=True, timeout=100, check=False
        )
        assert b"Traceback" not in done.stderr
        return done.returncode

    def assert_untouched(self) -> None:
        """All that asks git, and no mark."""
        status = (self.root / ".git" / "index").read_bytes()
        assert self.run("check") == 1
        assert self.run("check", "--since", "HEAD") in (0, 1, 2)
        assert self.run("routes") == 0
        assert self.run("check", "--diff") in (0, 1)
        assert self.run("baseline", "--file", "b.json") == 0
        os.environ["PRE_COMMIT"] = "1"
        try:
            assert self.run("check") in (0, 1)
        finally:
            del os.environ["PRE_COMMIT"]
        assert [mark.read_text() for mark in self.marks.iterdir()] == []
        assert (self.root / ".git" / "index").read_bytes() == status


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_the_trap_works(checkout: Checkout) -> None:
    """Git itself falls into it: the tests below are not of something that never happens."""
    checkout.git("config", "filter.trap.clean", str(checkout.trap))
    (checkout.root / ".gitattributes").write_text("* filter=trap\n")
    checkout.git("diff", "--no-ext-diff", "--stat")
    assert list(checkout.marks.iterdir())


KEYS = [
    "core.fsmonitor", "core.pager", "pager.diff", "pager.ls-files", "core.editor",
    "core.sshCommand",
    "core.askPass", "core.gitProxy", "core.alternateRefsCommand", "diff.external", "gpg.program",
    "credential.helper", "uploadpack.packObjectsHook", "interactive.diffFilter", "alias.diff",
    "alias.ls-files", "sequence.editor", "diff.trap.command", "diff.trap.textconv",
    "filter.trap.clean", "filter.trap.smudge", "filter.trap.process", "filter.a=b.clean",
    "merge.trap.driver", "browser.x.cmd", "trailer.x.command", "core.attributesFile",
]  # fmt: skip


def test_programs_that_a_checkout_names(checkout: Checkout) -> None:
    for key in KEYS:
        checkout.git("config", key, str(checkout.trap))
    checkout.git("config", "filter.trap.required", "true")
    checkout.git("config", "diff.trap.binary", "true")
    attributes = "* filter=trap diff=trap merge=trap\n*.py filter=a=b diff=trap\n"
    (checkout.root / ".gitattributes").write_text(attributes)
    (checkout.root / ".git" / "info" / "attributes").write_text(attributes)
    checkout.assert_untouched()


def test_hooks(checkout: Checkout) -> None:
    hooks = checkout.root / ".git" / "hooks"
    own = checkout.root / "hooks"
    for folder in (hooks, own):
        folder.mkdir(exist_ok=True)
        for name in ("post-index-change", "fsmonitor-watchman", "post-checkout", "pre-commit"):
            shutil.copy(checkout.trap, folder / name)
    checkout.git("config", "core.fsmonitor", ".git/hooks/fsmonitor-watchman")
    checkout.assert_untouched()
    checkout.git("config", "core.hooksPath", "hooks")
    checkout.assert_untouched()


def test_included_settings(checkout: Checkout, tmp_path: Path) -> None:
    included = tmp_path / "included"
    included.write_text(
        f'[core]\n fsmonitor = {checkout.trap}\n[filter "trap"]\n clean = {checkout.trap}\n'
        f" process = {checkout.trap}\n[diff]\n external = {checkout.trap}\n"
    )
    checkout.git("config", "include.path", str(included))
    checkout.git("config", "extensions.worktreeConfig", "true")
    shutil.copy(included, checkout.root / ".git" / "config.worktree")
    (checkout.root / ".gitattributes").write_text("* filter=trap\n")
    checkout.assert_untouched()


def test_a_partial_clone_fetches_nothing(checkout: Checkout) -> None:
    for key, value in {
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.url": f"ext::{checkout.trap} %S",
        "remote.origin.promisor": "true",
        "remote.origin.uploadpack": str(checkout.trap),
        "protocol.ext.allow": "always",
        "core.sshCommand": str(checkout.trap),
    }.items():
        checkout.git("config", key, value)
    # The committed file's content is missing; the diff would fetch it.
    shutil.rmtree(checkout.root / ".git" / "objects")
    (checkout.root / ".git" / "objects").mkdir()
    checkout.assert_untouched()


def test_a_submodule(checkout: Checkout, tmp_path: Path) -> None:
    other = Checkout(tmp_path / "other")
    checkout.git(
        "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other.root), "sub"
    )
    inside = checkout.root / "sub"
    for key in ("core.fsmonitor", "filter.trap.clean", "filter.trap.process"):
        checkout.git("config", key, str(checkout.trap), cwd=inside)
    (inside / ".gitattributes").write_text("* filter=trap\n")
    (inside / "app.py").write_text("# changed\n" + APP)
    checkout.assert_untouched()


def test_a_bare_repository_in_the_tree(checkout: Checkout) -> None:
    """Git would take a folder that looks like a repository for one."""
    inner = checkout.root / "inner"
    inner.mkdir()
    checkout.git("init", "-q", "--bare", cwd=inner)
    checkout.git("config", "core.fsmonitor", str(checkout.trap), cwd=inner)
    checkout.git("config", "core.bare", "false", cwd=inner)
    checkout.git("config", "core.worktree", "..", cwd=inner)
    (inner / "app.py").write_text(APP)
    for folder in (inner, checkout.root):
        checkout.root, before = folder, checkout.root
        assert checkout.run("check") == 1
        assert checkout.run("check", "--since", "HEAD") in (0, 1, 2)
        checkout.root = before
    assert not list(checkout.marks.iterdir())


@pytest.mark.parametrize(
    "content",
    [
        "",
        "gitdir: /dev/zero",
        "gitdir: /",
        "gitdir: .git",
        "gitdir: ../../../../etc",
        "\0",
        "x" * 10**6,
    ],
    ids=lambda content: repr(content[:20]),
)
def test_a_git_file_that_is_none(content: str, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / ".git").write_text(content)
    assert _check(tmp_path) == 1


def test_a_git_file_that_is_a_pipe_or_device(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(APP)
    os.mkfifo(tmp_path / ".git")
    assert _check(tmp_path) == 1
    (tmp_path / ".git").unlink()
    (tmp_path / ".git").symlink_to("/dev/zero")
    assert _check(tmp_path) == 1


def test_another_work_tree(checkout: Checkout, tmp_path: Path) -> None:
    """A checkout that says its files are elsewhere: they are not linted."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "secret.py").write_text(APP + "SECRET\n")
    checkout.git("config", "core.worktree", str(elsewhere))
    command = [str(Path(sys.executable).with_name("faceoff-lint")), "check", "--output-format"]
    done = subprocess.run(
        [*command, "concise"], cwd=checkout.root, capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert b"secret" not in done.stdout + done.stderr
    assert b"app.py" in done.stdout


def _check(folder: Path) -> int:
    command = [str(Path(sys.executable).with_name("faceoff-lint")), "check"]
    return subprocess.run(
        command, cwd=folder, capture_output=True, timeout=60, check=False, stdin=subprocess.DEVNULL
    ).returncode
