"""``faceoff-lint init``: the file it writes is read as it is, and with every comment taken away."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import tomli
from click.testing import CliRunner, Result

from faceoff_lint import config, registry
from faceoff_lint.cli import cli

Write = Callable[..., Path]
APP = "from flask import Flask\napp = Flask(__name__)\n"
GATE = '{"name": "g", "dependencies": {"express": "^4.18.0"}}'
JS = "const app = require('express')()\n"


def run(*args: object) -> Result:
    return CliRunner().invoke(cli, ["init", *map(str, args)])


@pytest.fixture
def repo(write: Write) -> Path:
    return write(
        {
            ".git/HEAD": "",
            "back/requirements.txt": "flask==3.0.2\n",
            "back/app.py": APP,
            "gate/package.json": GATE,
            "gate/app.js": JS,
        }
    )


def test_it_says_what_was_found_and_is_read(repo: Path) -> None:
    done = run(repo)
    assert done.exit_code == 0, done.output
    text = (repo / "faceoff-lint.toml").read_text()
    assert (
        "# Found: Flask 3.0.2 in back/ (1 file)\n# Found: Express 4.18.0 in gate/ (1 file)" in text
    )
    settings = config.load(repo, registry.load())
    assert settings.preset == "recommended"
    assert {entry.keys for entry in settings.entries} == {("preset",)}
    assert max(map(len, text.splitlines()[1:])) <= 100


@pytest.mark.parametrize("table", [False, True])
def test_every_setting_in_it_can_be_switched_on(repo: Path, table: bool) -> None:
    (repo / "pyproject.toml").write_text('[project]\nname = "x"\n')
    assert run(repo, *(["--pyproject"] if table else [])).exit_code == 0
    path = repo / ("pyproject.toml" if table else "faceoff-lint.toml")
    path.write_text(re.sub(r"^#(?=[^ :])", "", path.read_text(), flags=re.MULTILINE))
    known = registry.load()
    settings = config.load(repo, known, path)
    set_to = {entry.keys for entry in settings.entries}
    options = {("rules", r.name, o) for r in known.rules for o in r.options}
    names = {"preset", "extend-select", "ignore", "exclude", "baseline", "require-reason"}
    assert {(name,) for name in (*names, "overrides")} | options <= set_to
    assert len([keys for keys in set_to if keys[0] == "limits"]) >= 5
    assert settings.limits == config.Settings().limits
    for rule in known.rules:
        if rule.options:
            assert settings.options[rule.code] == rule.options


def test_only_options_of_the_frameworks_found(write: Write) -> None:
    root = write({".git/HEAD": "", "requirements.txt": "flask==3.0.2\n", "app.py": APP})
    text = run("--stdout", root).stdout
    assert "Flask 3.0.2 here (" in text
    assert "[rules.missing-blueprints]" in text
    assert "[rules.monolithic-app]" not in text
    assert not (root / "faceoff-lint.toml").exists()


def test_it_goes_into_pyproject_behind_what_is_there(repo: Path) -> None:
    path = repo / "pyproject.toml"
    path.write_bytes(b'[project]\r\nname = "x"')
    path.chmod(0o640)
    assert run(repo, "--pyproject").exit_code == 0
    raw = path.read_bytes()
    assert raw.startswith(b'[project]\r\nname = "x"\r\n\r\n[tool.faceoff-lint]\r\n')
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert path.stat().st_mode & 0o777 == 0o640
    assert tomli.loads(raw.decode().replace("\r\n", "\n"))["tool"]["faceoff-lint"] == {
        "preset": "recommended"
    }
    assert not (repo / "faceoff-lint.toml").exists()


@pytest.mark.parametrize(
    ("files", "args", "message"),
    [
        ({"faceoff-lint.toml": "# mine\n"}, [], "holds settings already"),
        ({"pyproject.toml": "[tool.faceoff-lint]\n"}, [], "holds settings already"),
        ({"package.json": '{"faceoff-lint": {}}'}, [], "holds settings already"),
        ({}, ["--pyproject"], "there is no"),
        ({"pyproject.toml": "[tool"}, ["--pyproject"], "cannot be read as TOML"),
        ({"pyproject.toml": "tool = {x = 1}\n"}, ["--pyproject"], "has no room for a table"),
    ],
)
def test_nothing_is_overwritten(
    repo: Path, files: dict[str, str], args: list[str], message: str
) -> None:
    for name, text in files.items():
        (repo / name).write_text(text)
    before = {path: path.read_bytes() for path in repo.rglob("*") if path.is_file()}
    done = run(repo, *args)
    assert done.exit_code == 2
    assert message in done.stderr
    assert {path: path.read_bytes() for path in repo.rglob("*") if path.is_file()} == before


def test_a_link_is_not_written_through(repo: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.toml"
    outside.write_text("")
    (repo / "pyproject.toml").symlink_to(outside)
    assert run(repo, "--pyproject").exit_code == 2
    (repo / "faceoff-lint.toml").symlink_to(tmp_path / "new.toml")
    assert run(repo).exit_code == 2
    assert outside.read_text() == ""
    assert not (tmp_path / "new.toml").exists()


def test_a_service_extends_the_file_above(repo: Path) -> None:
    (repo / "faceoff-lint.toml").write_text('preset = "strict"\n')
    assert run(repo / "back").exit_code == 0
    text = (repo / "back/faceoff-lint.toml").read_text()
    assert '\nextend = "../faceoff-lint.toml"\n' in text
    assert '\n#preset = "recommended"\n' in text
    settings = config.load(repo / "back", registry.load())
    assert settings.below[0].select == ("preset:strict",)


def test_what_is_not_the_projects_own_is_excluded(repo: Path, write: Write) -> None:
    write({"third_party/shop/app.py": APP, "third_party/shop/requirements.txt": "flask\n"})
    assert '\nexclude = ["third_party/"]\n' in run(repo, "--stdout").stdout
    # Unless there is nothing else.
    assert "\n#exclude = " in run(repo / "third_party", "--stdout").stdout


def test_accepted_findings_that_are_there_are_used(repo: Path) -> None:
    (repo / "faceoff-baseline.json").write_text("{}")
    assert '\nbaseline = "faceoff-baseline.json"\n' in run(repo, "--stdout").stdout


def test_without_an_app_nothing_is_written(write: Write) -> None:
    root = write({".git/HEAD": "", "x.py": ""})
    done = run(root)
    assert (done.exit_code, "no Flask or Express project" in done.stderr) == (2, True)
    assert not (root / "faceoff-lint.toml").exists()


def test_a_folder_name_cannot_add_settings(write: Write) -> None:
    name = 'a\n[rules]\nb"'
    root = write(
        {
            ".git/HEAD": "",
            f"{name}/app.py": APP,
            f"{name}/requirements.txt": "flask\n",
        }
    )
    text = run(root, "--stdout").stdout
    assert tomli.loads(text) == {"preset": "recommended"}
