"""``--since``: only what involves a changed line is reported, the whole project is read."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from faceoff_lint.changes import changed_since
from faceoff_lint.cli import cli
from faceoff_lint.errors import FaceoffError

APP = """\
from flask import Flask

import news

app = Flask(__name__)
app.register_blueprint(news.bp)
"""
NEWS = """\
from flask import Blueprint

bp = Blueprint("news", __name__)
old = Blueprint("old", __name__)


@old.get("/old")
def index():
    return "old"
"""


def git(root: Path, *arguments: str) -> None:
    name = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *name, *arguments], cwd=root, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    git(tmp_path, "init", "-q")
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "news.py").write_text(NEWS)
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "first")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PRE_COMMIT_FROM_REF", raising=False)
    return tmp_path


@pytest.fixture
def run() -> Callable[..., Result]:
    def check(*arguments: str, **env: str) -> Result:
        command = ["check", "--output-format", "json", "--select", "FLK102", *arguments]
        return CliRunner().invoke(cli, command, env=env)

    return check


def found(result: Result) -> list[tuple[str, int]]:
    return [(row["file"], row["line"]) for row in json.loads(result.stdout)]


def test_what_was_there_before_is_left_out(repository: Path, run: Callable[..., Result]) -> None:
    assert found(run()) == [("news.py", 4)]
    assert found(run("--since", "HEAD")) == []


def test_a_finding_counts_when_any_of_its_places_has_changed(
    repository: Path, run: Callable[..., Result]
) -> None:
    (repository / "news.py").write_text(NEWS.replace("def index():", "def index(page=1):"))
    # The blueprint stands where it stood; the route that is never served has changed.
    assert found(run("--since", "HEAD")) == [("news.py", 4)]


def test_changes_elsewhere_do_not_count(repository: Path, run: Callable[..., Result]) -> None:
    (repository / "news.py").write_text("# a head\n" + NEWS)
    assert found(run("--since", "HEAD")) == []


def test_new_files_count_whole(repository: Path, run: Callable[..., Result]) -> None:
    (repository / "app.py").write_text(APP.replace("import news", "import more, news"))
    (repository / "more.py").write_text(NEWS.replace('"news"', '"more"'))
    files = {file for file, _ in found(run("--since", "HEAD"))}
    assert files == {"more.py"}


def test_pre_commit_names_the_revision(repository: Path, run: Callable[..., Result]) -> None:
    assert found(run(PRE_COMMIT_FROM_REF="HEAD")) == []


def test_lines_of_a_renamed_file_have_not_changed(
    repository: Path, run: Callable[..., Result]
) -> None:
    git(repository, "mv", "news.py", "stories.py")
    (repository / "app.py").write_text(APP.replace("import news", "import stories as news"))
    assert found(run()) == [("stories.py", 4)]
    assert found(run("--since", "HEAD")) == []
    (repository / "stories.py").write_text(NEWS.replace("def index():", "def index(page=1):"))
    assert found(run("--since", "HEAD")) == [("stories.py", 4)]


@pytest.fixture
def branched(repository: Path) -> Path:
    """On a branch that changed a comment, while others changed the blueprint on `main`."""
    git(repository, "branch", "-M", "main")
    git(repository, "checkout", "-qb", "feature")
    (repository / "app.py").write_text(APP + "# more\n")
    git(repository, "commit", "-qam", "feature")
    git(repository, "checkout", "-q", "main")
    (repository / "news.py").write_text(NEWS.replace("old", "older"))
    git(repository, "commit", "-qam", "main")
    git(repository, "checkout", "-q", "feature")
    return repository


def test_what_others_did_since_is_no_change(branched: Path, run: Callable[..., Result]) -> None:
    assert found(run("--since", "main")) == []
    assert changed_since(branched, "main").lines == {"app.py": {7}}


def test_pre_commit_names_both_revisions(
    branched: Path, run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is pushed need not be the branch that is checked out."""
    git(branched, "checkout", "-q", "--detach", "main")
    env = {"PRE_COMMIT_FROM_REF": "main", "PRE_COMMIT_TO_REF": "feature"}
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    assert set(changed_since(branched, "main").lines) == {"news.py"}
    assert found(run(**env)) == [("news.py", 4)]


def test_a_shallow_clone_says_what_to_do(
    branched: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    clone = tmp_path_factory.mktemp("clones") / "clone"
    git(branched, "clone", "-q", "--depth", "1", branched.as_uri(), str(clone))
    with pytest.raises(FaceoffError, match=r"bad revision .* shallow: fetch the revision first"):
        changed_since(clone, "HEAD~1")
    # Without a common commit the revision itself is compared with, as in a checkout of a merge.
    git(clone, "fetch", "-q", "--depth", "1", "origin", "main")
    assert set(changed_since(clone, "FETCH_HEAD").lines) == {"app.py", "news.py"}


SETTINGS = ["diff.noprefix=true", "diff.mnemonicPrefix=true", "diff.interHunkContext=9"]


@pytest.mark.parametrize("setting", [*SETTINGS, "diff.renames=false", "diff.external=false"])
def test_the_users_settings_of_git_change_nothing(setting: str, repository: Path) -> None:
    key, value = setting.split("=")
    git(repository, "config", key, value)
    (repository / "news.py").write_text(NEWS.replace('"news"', '"n"').replace('"/old"', '"/o"'))
    assert changed_since(repository, "HEAD").lines == {"news.py": {3, 7}}


def test_a_submodule_is_a_repository_of_its_own(
    repository: Path, run: Callable[..., Result], tmp_path_factory: pytest.TempPathFactory
) -> None:
    inner = tmp_path_factory.mktemp("inner")
    git(inner, "init", "-q")
    (inner / "app.py").write_text(APP)
    (inner / "news.py").write_text(NEWS)
    git(inner, "add", "-A")
    git(inner, "commit", "-qm", "inner")
    allow = ["-c", "protocol.file.allow=always"]
    git(repository, *allow, "submodule", "--quiet", "add", inner.as_uri(), "sub")
    git(repository, "commit", "-qm", "sub")
    (repository / "sub/news.py").write_text(NEWS.replace("def index():", "def index(page=1):"))
    assert set(changed_since(repository, "HEAD").lines) == set()
    assert set(changed_since(repository / "sub", "HEAD").lines) == {"news.py"}
    assert [file for file, _ in found(run("--since", "HEAD", "sub"))] == ["news.py"]


def test_names_with_spaces_quotes_and_letters(repository: Path) -> None:
    names = ["a b.py", 'quo"te.py', "bücher.py", "tab\there.py"]
    for name in names:
        (repository / name).write_text("one = 1\ntwo = 2\n")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "names")
    for name in names:
        # Lines that look like headers of a diff are lines.
        (repository / name).write_text("one = 1\n++ b/other.py\n@@ -1 +9 @@\n")
    changes = changed_since(repository, "HEAD")
    assert changes.lines == {name: {2, 3} for name in names}


def test_removed_lines_are_noticed_beside_them(repository: Path) -> None:
    (repository / "app.py").write_text(APP.replace("import news\n", ""))
    assert changed_since(repository, "HEAD").lines == {"app.py": {2, 3}}


@pytest.mark.parametrize("revision", ["no-such-revision", "--output=x"])
def test_what_is_no_revision_is_an_error(revision: str, repository: Path) -> None:
    with pytest.raises(FaceoffError):
        changed_since(repository, revision)
    assert not (repository / "x").exists()


def test_no_repository_is_an_error(
    tmp_path: Path, run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "app.py").write_text(APP.replace("import news\n", ""))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    result = run("--since", "HEAD")
    assert result.exit_code == 2
    assert "git cannot tell what has changed" in result.stderr
