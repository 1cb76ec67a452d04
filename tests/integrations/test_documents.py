"""The pages of docs/integrations and others: what a reader copies from them must be right."""

from __future__ import annotations

import dataclasses
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import tomli
from click.testing import CliRunner

from faceoff_lint import config, registry
from faceoff_lint.cli import cli
from faceoff_lint.config.settings import Settings, settings_of
from faceoff_lint.limits import Limits
from faceoff_lint.output import FORMATS

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs").rglob("*.md"))
INTEGRATIONS = sorted((ROOT / "docs/integrations").glob("*.md"))
_BLOCK = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)
_SCHEMAS = {
    ".github/workflows/": "vendor.github-workflows",
    ".gitlab-ci.yml": "vendor.gitlab-ci",
    "azure-pipelines.yml": "vendor.azure-pipelines",
}


def blocks(*languages: str) -> Iterator[tuple[str, str, str]]:
    """Page and number, title and text of each block in these languages."""
    for page in [ROOT / "README.md", *PAGES]:
        for number, match in enumerate(_BLOCK.finditer(page.read_text("utf-8")), 1):
            if match[1] in languages and match[2]:
                yield f"{page.name}:{number}", match[2], match[3]


def test_there_are_pages_and_the_readme_names_each() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert len(INTEGRATIONS) >= 8
    for page in INTEGRATIONS:
        assert f"docs/integrations/{page.name}" in readme, page.name


@pytest.mark.parametrize("page", INTEGRATIONS, ids=lambda page: page.stem)
def test_every_block_of_a_format_says_which_file_it_is(page: Path) -> None:
    for match in _BLOCK.finditer(page.read_text("utf-8")):
        assert match[2] or match[1] in ("sh", "vim", "text", "console"), match[0]


@pytest.mark.parametrize(("where", "title", "text"), [*blocks("yaml")], ids=lambda one: one[:30])
def test_yaml_is_valid(where: str, title: str, text: str, tmp_path: Path) -> None:
    file = tmp_path / "file.yaml"
    file.write_text(text)
    if title == ".pre-commit-config.yaml":
        command = [sys.executable, "-m", "pre_commit", "validate-config", str(file)]
    else:
        schema = next(name for start, name in _SCHEMAS.items() if title.startswith(start))
        command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("where", "title", "text"), [*blocks("json")], ids=lambda one: one[:30])
def test_json_is_valid(where: str, title: str, text: str) -> None:
    assert json.loads(text)


@pytest.mark.parametrize(("where", "title", "text"), [*blocks("toml")], ids=lambda one: one[:30])
def test_toml_is_valid(where: str, title: str, text: str, tmp_path: Path) -> None:
    """And a configuration is one that faceoff-lint reads."""
    assert tomli.loads(text)
    (tmp_path / ".git").mkdir()
    (tmp_path / "lint").mkdir()
    (tmp_path / "faceoff-lint.toml").write_text("ignore = []\n")
    file = tmp_path / title
    file.parent.mkdir(parents=True, exist_ok=True)
    if file.name in ("faceoff-lint.toml", "pyproject.toml"):
        if file == tmp_path / "faceoff-lint.toml":
            (tmp_path / "lint/base.toml").write_text("ignore = []\n")
        file.write_text(text)
        config.load(file.parent, registry.load(), file)


def test_every_link_leads_somewhere() -> None:
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *PAGES]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[\w-]+)?\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_problem_matcher_matches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (text,) = (text for _, title, text in blocks("json") if title == ".vscode/tasks.json")
    (task,) = json.loads(text)["tasks"]
    pattern = task["problemMatcher"]["pattern"]
    assert task["command"] == "faceoff-lint --output-format concise"
    monkeypatch.chdir(ROOT / "fixtures/flask-shop/bad")
    done = CliRunner().invoke(cli, ["-q", "--output-format", "concise"])
    lines = done.stdout.splitlines()
    assert lines
    for line in lines:
        match = re.match(pattern["regexp"], line)
        assert match, line
        assert (ROOT / "fixtures/flask-shop/bad" / match[pattern["file"]]).is_file()
        assert match[pattern["severity"]] in ("error", "warning", "info")


def test_lint_staged_passes_absolute_paths(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only findings in the files given, though the whole project is read, from any folder."""
    shop = ROOT / "fixtures/flask-shop/bad"
    monkeypatch.chdir(shop / "shop")
    everything = CliRunner().invoke(cli, ["-q", "--output-format", "jsonl", str(shop)])
    files = {json.loads(line)["file"] for line in everything.stdout.splitlines()}
    chosen = sorted(files)[:2]
    assert len(files) > len(chosen)
    given = [str(shop / file) for file in chosen]
    done = CliRunner().invoke(cli, ["-q", "--output-format", "jsonl", *given])
    found = {json.loads(line)["file"] for line in done.stdout.splitlines()}
    assert found == {str((shop / file).relative_to(ROOT)) for file in chosen}


def test_every_key_is_in_the_documentation() -> None:
    page = (ROOT / "docs/configuration.md").read_text("utf-8")
    for name, one in settings_of(Settings).items():
        shown = {"overrides": "[[overrides]]", "limits": "[limits]", "rules": "[rules.NAME]"}
        assert f"| `{shown.get(name, name)}` |" in page, one
    for limit in dataclasses.fields(Limits):
        name = limit.name.replace("_", "-")
        assert f"| `{name}` |" in page
        (row,) = (line for line in page.splitlines() if line.startswith(f"| `{name}` |"))
        assert row.endswith(f"| {limit.default:g} |"), row


_COMMAND = re.compile(r"^(?:\$ |- run: |\s*- |sh ')?(?:npx (?:--no-install )?)?(faceoff-lint .*)$")


def commands() -> Iterator[tuple[str, list[str]]]:
    """Every call of the linter in the blocks of the documentation, as its words."""
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *PAGES]:
        for match in _BLOCK.finditer(page.read_text("utf-8")):
            for line in match[3].replace("\\\n", " ").splitlines():
                found = _COMMAND.match(line.strip().partition("  #")[0])
                if match[1] in ("sh", "console", "yaml", "groovy") and found:
                    call = re.split(r" [|>] |'$", found[1])[0]
                    yield f"{page.name}: {call}", shlex.split(call)[1:]


@pytest.mark.parametrize(("where", "words"), [*commands()], ids=lambda one: str(one)[:50])
def test_every_option_in_the_documentation_exists(where: str, words: list[str]) -> None:
    context = click.Context(cli)
    named = words and words[0] in cli.list_commands(context)
    command = cli.get_command(context, words[0] if named else "check")
    assert command is not None
    known = {name for param in command.params for name in (*param.opts, *param.secondary_opts)}
    known |= {"--help", "-h"} | (set() if named else {"--version"})
    for word in words:
        if word.startswith("-") and word != "--":
            assert word.partition("=")[0] in known, word


def test_the_page_of_commands_has_all_of_them() -> None:
    page = (ROOT / "docs/commands.md").read_text("utf-8")
    context = click.Context(cli)
    for name in cli.list_commands(context):
        assert f"faceoff-lint {name}" in page or name == "check", name
    check = cli.get_command(context, "check")
    assert check is not None
    rows = "".join(line.partition(" | ")[0] for line in page.splitlines() if line[:3] == "| `")
    for param in check.params:
        long = [name for name in param.opts if name.startswith("--")]
        assert not long or f"`{long[0]}" in rows, param.name


def test_the_readme_stays_short() -> None:
    """It is the front door; tables and references are pages of docs/."""
    readme = (ROOT / "README.md").read_text("utf-8")
    assert len(readme.splitlines()) <= 120
    assert "| --- |" not in readme
    assert f"[{len(FORMATS)} output formats]" in readme


def test_every_page_is_named_by_another() -> None:
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *PAGES]
    for page in PAGES:
        others = "".join(one.read_text("utf-8") for one in pages if one != page)
        assert page.name in others, page.name


def test_there_are_commands_in_the_documentation() -> None:
    assert len([*commands()]) > 25
