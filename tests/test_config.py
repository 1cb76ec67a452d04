"""Settings: where they are found, what they hold, and how errors show the place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from faceoff_lint import config, reading
from faceoff_lint.config import Override, Settings
from faceoff_lint.errors import ConfigError
from faceoff_lint.limits import Limits
from faceoff_lint.lowering import shape
from faceoff_lint.registry import Registry, Selection

from .conftest import Write

FULL = """\
select = ["FLK", "EXP301"]
extend-select = ["FLK601"]
ignore = ["ugly-thing"]
exclude = ["vendor/"]

[[overrides]]
paths = ["legacy/**"]
ignore = ["FLK5"]

[rules.ugly-thing]
limit = 9
names = ["x", "y"]
share = 1
strict = true
"""


def load(known: Registry, text: str, write: Write, name: str = "faceoff-lint.toml") -> Settings:
    return config.load(write({name: text}), known)


def message(known: Registry, text: str, write: Write, name: str = "faceoff-lint.toml") -> str:
    with pytest.raises(ConfigError) as caught:
        load(known, text, write, name)
    return f"{caught.value.message}\n{caught.value.detail}"


def test_everything_is_read(known: Registry, write: Write) -> None:
    settings = load(known, FULL, write)
    assert settings.select == ("FLK", "EXP301")
    assert settings.extend_select == ("FLK601",)
    assert settings.ignore == ("ugly-thing",)
    assert settings.exclude == ("vendor/",)
    assert settings.overrides == (Override(("legacy/**",), ("FLK5",)),)
    assert settings.options == {
        "FLK502": {"limit": 9, "names": ["x", "y"], "share": 1.0, "strict": True}
    }


def test_pyproject_and_package_json(known: Registry, write: Write) -> None:
    toml = '[tool.other]\na = 1\n[tool.faceoff-lint]\nselect = ["FLK"]\n'
    assert load(known, toml, write, "pyproject.toml").select == ("FLK",)
    package = json.dumps({"name": "x", "faceoff-lint": {"rules": {"FLK502": {"limit": 4}}}})
    root = write({"package.json": package}, "other")
    assert config.load(root, known).options == {"FLK502": {"limit": 4}}


def test_nearest_file_with_settings_wins_up_to_the_repository(
    known: Registry, write: Write
) -> None:
    root = write(
        {
            "faceoff-lint.toml": 'ignore = ["EXP"]',
            "repo/.git/HEAD": "",
            "repo/package.json": '{"name": "x"}',
            "repo/a/faceoff-lint.toml": 'ignore = ["FLK"]',
            "repo/a/pyproject.toml": "[tool.black]\n",
            "repo/a/b/package.json": "{}",
        }
    )
    assert config.load(root / "repo/a/b", known).ignore == ("FLK",)
    assert config.load(root / "repo", known) == Settings()


def test_given_file(known: Registry, write: Write) -> None:
    root = write({"faceoff-lint.toml": 'ignore = ["EXP"]', "my.toml": 'ignore = ["FLK"]'})
    assert config.load(root, known, root / "my.toml").ignore == ("FLK",)


def test_given_file_without_settings(known: Registry, write: Write) -> None:
    root = write({"pyproject.toml": "[tool.black]\n"})
    with pytest.raises(ConfigError, match="holds no settings"):
        config.load(root, known, root / "pyproject.toml")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('selct = ["FLK"]', "unknown key `selct`; did you mean `select`?\n--> {file}:1:1"),
        ('extend_select = ["FLK"]', "unknown key `extend_select`; did you mean `extend-select`?"),
        ("zzz = 1", "unknown key `zzz`; known are `extend`, `preset`, `select`"),
        ('select = "FLK"', '`select` must be a list of strings, not a string; write ["FLK"]'),
        ("select = [1]", "not a list with a whole number in it"),
        (
            'ignore = [\n  "FLK501",\n  "FLK59",\n]',
            "no rule has the code, name or prefix `FLK59`; did you mean `FLK50",
        ),
        ("[rules]\nugly-thin = {}", "`ugly-thin`; did you mean `ugly-thing`?\n--> {file}:2:1"),
        ("[rules.ugly-thing]\nlimt = 1", "unknown key `limt`; did you mean `limit`?"),
        ("[rules.ugly-thing]\nlimit = true", "`limit` must be a whole number, not a boolean"),
        ("[rules.ugly-thing]\nlimit = -1", "`limit` must not be negative"),
        ('[rules.ugly-thing]\nlimit = "3"', "`limit` must be a whole number, not a string"),
        ("[rules.bad-thing]\nx = 1", "`bad-thing` has no options"),
        ("[rules]\nFLK502 = {}\nugly-thing = {}", "is set twice"),
        ("rules = 3", "`rules` must be a table, not a whole number"),
        ("overrides = 3", "`overrides` must be a list of tables"),
        ('[[overrides]]\npaths = ["a"]', "an override needs `ignore` or `extend-select`"),
        ('[[overrides]]\nignore = ["FLK"]', "an override needs `paths`"),
        ("[limits]\nnestin = 3", "unknown key `nestin`; did you mean `nesting`?"),
        ("[limits]\nnesting = 3.5", "`nesting` must be a whole number, not a number"),
        ("[limits]\nnesting = 301", "`nesting` must be between 10 and 300\n--> {file}:2:1"),
        ('[limits]\nfile-seconds = "3"', "`file-seconds` must be a number, not a string"),
        ('rules-folder = "x"', "`rules-folder` cannot be set here: a repository names no code"),
        ('trusted-rules = ["x"]', "`trusted-rules` cannot be set here"),
        (
            '[[overrides]]\npaths = ["a"]\nignore = []\n[[overrides]]\npath = []',
            "unknown key `path`; did you mean `paths`?\n--> {file}:5:1",
        ),
        ("select = [", "not valid TOML"),
    ],
)
def test_errors_name_the_place(known: Registry, write: Write, text: str, expected: str) -> None:
    shown = message(known, text, write)
    file = write({}) / "faceoff-lint.toml"
    assert expected.replace("{file}", str(file)) in shown.replace(" -->", "-->")
    assert f"{file}:" in shown


def test_limits(known: Registry, write: Write) -> None:
    text = "[limits]\nfile-size-kb = 64\nfile-seconds = 3\ntotal-seconds = 1.5\n"
    assert load(known, text, write).limits == Limits(
        file_size_kb=64, file_seconds=3.0, total_seconds=1.5
    )
    assert load(known, "", write).limits == Limits()


def test_the_defaults_of_limits_are_those_of_the_readers() -> None:
    assert Limits().file_size_kb * 1024 == reading.DEFAULT_LIMIT
    assert shape.shape_problem("(" * Limits().nesting + ")" * Limits().nesting, "python") is None
    assert shape.shape_problem("(" * (Limits().nesting + 1), "python") is not None


def test_extend_adds_lists_and_replaces_values(known: Registry, write: Write) -> None:
    root = write(
        {
            ".git/HEAD": "",
            "lint/base.toml": """
                preset = "strict"
                ignore = ["FLK5"]
                exclude = ["vendor/", "x/"]
                baseline = "old.json"
                [limits]
                nesting = 50
                file-seconds = 2
                [rules.ugly-thing]
                limit = 9
                strict = true
            """,
            "faceoff-lint.toml": """
                extend = "lint/base.toml"
                ignore = ["EXP"]
                exclude = ["!x/", "a/b"]
                [limits]
                nesting = 60
                [rules.FLK502]
                limit = 4
                [[overrides]]
                paths = ["a"]
                ignore = ["FLK"]
            """,
        }
    )
    settings = config.load(root, known)
    assert settings.layers == (
        Selection(("preset:strict",), (), ("FLK5",)),
        Selection(None, (), ("EXP",)),
    )
    assert {rule.code for rule in known.selected(settings.layers)} & {"FLK501", "EXP301"} == set()
    assert settings.exclude == ("vendor/", "x/", "!x/", "a/b")
    assert settings.baseline == root / "lint/old.json"
    assert (settings.limits.nesting, settings.limits.file_seconds) == (60, 2.0)
    assert settings.options == {"FLK502": {"limit": 4, "strict": True}}
    said = {".".join(entry.keys): (entry.file.name, entry.line) for entry in settings.entries}
    assert said["rules.ugly-thing.limit"] == ("faceoff-lint.toml", 8)
    assert said["rules.ugly-thing.strict"] == ("base.toml", 11)
    assert said["limits.nesting"] == ("faceoff-lint.toml", 6)


def test_patterns_of_an_extended_file_stay_relative_to_it(known: Registry, write: Write) -> None:
    root = write(
        {
            ".git/HEAD": "",
            "faceoff-lint.toml": """
                exclude = ["back/old/", "front/x"]
                [[overrides]]
                paths = ["back/a/*.py", "front/**"]
                ignore = ["FLK"]
                [[overrides]]
                paths = ["front/**"]
                ignore = ["EXP"]
            """,
            "back/pyproject.toml": '[tool.faceoff-lint]\nextend = "../faceoff-lint.toml"\n',
        }
    )
    settings = config.load(root / "back", known)
    assert settings.exclude == ("/old/",)
    assert settings.overrides == (Override(("/a/*.py",), ("FLK",)),)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"faceoff-lint.toml": 'extend = "b.toml"'}, "names a file that is not there"),
        ({"faceoff-lint.toml": "extend = 3"}, "must be a path, not a whole number"),
        ({"faceoff-lint.toml": 'extend = "/etc/x.toml"'}, "must be relative"),
        ({"faceoff-lint.toml": 'extend = "../../x.toml"'}, "a file of the same repository"),
        ({"faceoff-lint.toml": 'extend = "link.toml"'}, "a file of the same repository"),
        (
            {"faceoff-lint.toml": 'extend = "pyproject.toml"', "pyproject.toml": "[tool.x]"},
            "a file without settings",
        ),
        (
            {"faceoff-lint.toml": 'extend = "b.toml"', "b.toml": 'extend = "faceoff-lint.toml"'},
            "extends itself: faceoff-lint.toml → b.toml → faceoff-lint.toml",
        ),
    ],
)
def test_extend_errors(known: Registry, write: Write, files: dict[str, str], expected: str) -> None:
    (write({}, "outside") / "x.toml").write_text("ignore = []")
    root = write({".git/HEAD": "", **files})
    (root / "link.toml").symlink_to(root.parent / "outside/x.toml")
    with pytest.raises(ConfigError) as caught:
        config.load(root, known)
    assert expected in caught.value.message
    assert "^" in caught.value.detail


@pytest.mark.parametrize("git", [True, False])
def test_a_link_that_leads_out_is_not_read(known: Registry, write: Write, git: bool) -> None:
    write({"x.toml": 'password = "hunter2"\n', "p.toml": "[tool.faceoff-lint]\npass = 1\n"}, "o")
    root = write({".git/HEAD": ""} if git else {})
    (root / "pyproject.toml").symlink_to(root.parent / "o/p.toml")
    assert config.load(root, known) == Settings()
    (root / "faceoff-lint.toml").symlink_to(root.parent / "o/x.toml")
    with pytest.raises(ConfigError, match="leads out of the repository") as caught:
        config.load(root, known)
    assert "hunter2" not in f"{caught.value.message}{caught.value.detail}"
    # Who names it on the command line wants it.
    (root.parent / "o/x.toml").write_text("ignore = []\n")
    assert config.load(root, known, root / "faceoff-lint.toml").file is not None


def test_a_link_inside_the_repository_is_followed(known: Registry, write: Write) -> None:
    root = write({".git/HEAD": "", "lint/faceoff-lint.toml": 'ignore = ["FLK"]\n', "back/x": ""})
    (root / "back/faceoff-lint.toml").symlink_to(root / "lint/faceoff-lint.toml")
    assert config.load(root / "back", known).ignore == ("FLK",)


def test_caret_stands_under_the_value(known: Registry, write: Write) -> None:
    shown = message(known, 'ignore = [\n  "FLK501",\n\t"FLK59",\n]', write)
    assert shown.splitlines()[-2:] == ['3 |     "FLK59",', "  |     ^^^^^^^"]


def test_errors_in_package_json_show_the_place(known: Registry, write: Write) -> None:
    text = json.dumps({"select": 1, "faceoff-lint": {"ignore": ["X9"]}}, indent=2)
    shown = message(known, text, write, "package.json")
    assert "package.json:5:7" in shown
    assert shown.splitlines()[-1].strip(" |") == "^^^^"


def test_broken_manifest_of_others_is_passed_over(known: Registry, write: Write) -> None:
    assert load(known, "{ broken", write, "package.json") == Settings()
    assert "not valid JSON" in message(known, '{"faceoff-lint": ', write, "package.json")
    assert load(known, '{"dependencies": {"faceoff-lint": "1"}}', write, "package.json") == (
        Settings()
    )


def test_a_link_to_something_else_is_not_quoted(known: Registry, write: Write) -> None:
    root = write({"secret": "root:x:0:0 = hunter2 ="})
    (root / "faceoff-lint.toml").symlink_to(root / "secret")
    with pytest.raises(ConfigError) as caught:
        config.load(root, known)
    assert "hunter2" not in caught.value.message + caught.value.detail


def test_undecodable_and_unreadable(known: Registry, write: Write) -> None:
    root = write({"faceoff-lint.toml": b"select = ['\xff']"})
    with pytest.raises(ConfigError, match="not UTF-8"):
        config.load(root, known)
    with pytest.raises(ConfigError, match="cannot read"):
        config.load(root, known, root / "missing.toml")


@pytest.mark.parametrize(
    ("pattern", "folder", "root", "expected"),
    [
        ("*.py", "/r", "/r/a", "*.py"),
        ("vendor/", "/r", "/r/a", "vendor/"),
        ("a/x.py", "/r", "/r/a", "/x.py"),
        ("b/x.py", "/r", "/r/a", None),
        ("a/**", "/r", "/r/a/b", "/**"),
        ("x/*.py", "/r/a", "/r", "/a/x/*.py"),
        ("!/x/y.py", "/r", "/r", "!/x/y.py"),
        ("x/y", "/q", "/r", None),
    ],
)
def test_rebase(pattern: str, folder: str, root: str, expected: str | None) -> None:
    assert config.rebase(pattern, Path(folder), Path(root)) == expected
