"""Errors of configuration show the very key or value, in every way that files can be written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from faceoff_lint import config
from faceoff_lint.cli import cli
from faceoff_lint.errors import ConfigError
from faceoff_lint.registry import Registry

from .conftest import Write

# What the caret should point at stands between « and ».
TOML = {
    'rules = {ugly-thing = {«limt» = 3}}\n': "did you mean `limit`",
    'rules.ugly-thing = {limit = 3, «limt» = 3}\n': "did you mean `limit`",
    '[rules]\nugly-thing = { names = ["limt", "}"], «limt» = 3 }\n': "did you mean `limit`",
    'overrides = [\n  {paths = ["a"], ignore = ["FLK5"]},\n  {paths = ["a"], «ignor» = []},\n]\n':
        "did you mean `ignore`",
    'overrides = [\n  {paths = ["a"], ignore = ["FLK5"]},  # {\n  «{paths = ["b"]}»,\n]\n':
        "an override needs `ignore` or",
    '[[overrides]]\npaths = ["a"]\nignore = ["FLK5"]\n[[overrides]]\npaths = ["b"]\n«ignor» = []\n':
        "did you mean `ignore`",
    'select = [ # "FLKX" and [\n  "FLK5",\n  «"FLKX"»,\n]\n': "no rule has the code",
    '[limits]\n«"nestin"» = 5\n': "did you mean `nesting`",
    "«limits.nestin» = 5\n": "did you mean `nesting`",
    'exclude = ["""\n{""", \'\'\'x = 1\n\'\'\']\n«preset» = 1\n':
        "`preset` must be a string",
}  # fmt: skip
JSON = {
    '{"devDependencies": {"faceoff-lint": "0.1.0"}, "nodemonConfig": {"ignore": ["X"]},\n'
    '"faceoff-lint": {"ignore": [«"X"»]}}': "no rule has the code",
    '{"a": {"faceoff-lint": {"presset": 1}}, "faceoff-lint":\n {«"presset"»: 1}}':
        "did you mean `preset`",
    '{"faceoff-lint": {"overrides": [{"paths": ["a"], "ignore": ["FLK5"]},\n'
    '{"paths": ["\\"}"], «"ignor"»: []}]}}': "did you mean `ignore`",
    '{"faceoff-lint": {"rules": {"FLK502": {"limit": 1}}, «"rule"»: {}}}': "did you mean `rules`",
    '{«"faceoff-lint"»: []}': "must be a table of settings",
    '{«"faceoff_lint"»: {}}': "`faceoff_lint` is not read; did you mean `faceoff-lint`?",
}  # fmt: skip
PYPROJECT = {
    '[tool]\n«faceoff-lint» = 3\n': "must be a table of settings",
    '[project]\nname = "x"\n[«tool.faceoff_lint»]\npreset = "strict"\n':
        "`faceoff_lint` is not read; did you mean `faceoff-lint`?",
    '[«tool.FaceoffLint»]\n': "did you mean `faceoff-lint`?",
    '[tool.faceoff-lint.rules.ugly-thing]\n«limt» = 3\n': "did you mean `limit`",
}  # fmt: skip
CASES = [
    *(("faceoff-lint.toml", *case) for case in TOML.items()),
    *(("package.json", *case) for case in JSON.items()),
    *(("pyproject.toml", *case) for case in PYPROJECT.items()),
]


@pytest.mark.parametrize(("name", "marked", "message"), CASES)
def test_the_caret_points_at_it(
    known: Registry, write: Write, name: str, marked: str, message: str
) -> None:
    start = marked.index("«")
    wanted = marked[start + 1 : marked.index("»")]
    line = marked.count("\n", 0, start) + 1
    column = start - marked.rfind("\n", 0, start)
    folder = write({name: re.sub("[«»]", "", marked)})
    with pytest.raises(ConfigError) as caught:
        config.load(folder, known)
    assert message in caught.value.message
    place, text, carets = caught.value.detail.split("\n")
    assert place.endswith(f"{name}:{line}:{column}")
    first = carets.index("^")
    assert text[first : first + carets.count("^")] == wanted.partition("\n")[0]


def test_a_word_in_another_table_is_not_ours(known: Registry, write: Write) -> None:
    """A dependency, a script or a text that names the linter is no table of settings."""
    text = '{"devDependencies": {"faceoff-lint": "1"}, "scripts": {"faceoff_lint": "x"}}'
    assert config.load(write({"package.json": text}), known).file is None
    text = '[tool.ruff]\nname = "faceoff_lint"\n[tool.mypy.faceoff_lint]\na = 1\n'
    assert config.load(write({"pyproject.toml": text}), known).file is None


def test_places_are_as_the_user_would_write_them(
    known: Registry, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write({"sub/faceoff-lint.toml": "x = 1\n"})
    monkeypatch.chdir(folder)
    with pytest.raises(ConfigError) as caught:
        config.load(folder / "sub", known)
    assert caught.value.detail.startswith(f" --> {Path('sub/faceoff-lint.toml')}:1:1\n")


def test_a_baseline_that_is_not_there(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    app = "from flask import Flask\napp = Flask(__name__)\n"
    toml = 'ignore = []\nbaseline = "known.json"\n'
    monkeypatch.chdir(write({"faceoff-lint.toml": toml, "app.py": app}))
    result = CliRunner().invoke(cli, ["check"])
    assert result.exit_code == 2
    assert result.stderr == (
        "error: there is no such baseline; `faceoff-lint baseline` makes it\n"
        " --> faceoff-lint.toml:2:12\n"
        '2 | baseline = "known.json"\n'
        "  |            ^^^^^^^^^^^^\n"
    )
    assert CliRunner().invoke(cli, ["baseline"]).exit_code == 0
    assert CliRunner().invoke(cli, ["check"]).exit_code == 0
