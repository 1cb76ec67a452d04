"""``faceoff-lint new-rule``: what it writes fails until it is filled in, and then works."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from faceoff_lint import registry, scaffold, testing
from faceoff_lint.cli import cli
from faceoff_lint.errors import FaceoffError

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def run(*args: object) -> Result:
    return CliRunner().invoke(cli, [str(arg) for arg in args])


@pytest.mark.parametrize(
    ("framework", "file", "word"), [("flask", "app.py", '"/one"'), ("express", "app.js", "'/one'")]
)
def test_it_fails_until_it_is_filled_in(
    here: Path, tmp_path: Path, framework: str, file: str, word: str
) -> None:
    done = run("new-rule", "no-one-route", "--framework", framework)
    assert done.exit_code == 0, done.output
    folder = here / "lint-rules"
    assert {path.name for path in folder.iterdir()} == {
        "no_one_route.py",
        "no_one_route.md",
        "test_rules.py",
    }
    (rule,) = testing.rules(folder)
    assert (rule.code, rule.name, rule.framework) == ("OWN101", "no-one-route", framework)
    with pytest.raises(AssertionError, match="still says TODO"):
        testing.check_page(rule)
    examples = testing.examples([rule])
    assert [example.flagged for _, example in examples] == [True, False]
    for number, (_, example) in enumerate(examples):
        with pytest.raises(AssertionError, match="NotImplementedError"):
            testing.check_example(rule, example, tmp_path / f"before-{number}")
    (here / file).write_text(next(iter(examples[0][1].files)).text)
    done = run("check", "--rules", folder)
    assert done.exit_code == 2
    assert "rule OWN101 (no-one-route) failed with NotImplementedError" in done.stdout

    code = (folder / "no_one_route.py").read_text()
    code = code.replace('"TODO"', '"/one"')
    lines = [line for line in code.splitlines() if "NotImplementedError" not in line]
    (folder / "no_one_route.py").write_text("\n".join(lines).replace("TODO: ", ""))
    page = (folder / "no_one_route.md").read_text().replace("TODO: ", "")
    before, mark, after = page.partition("### Not flagged")
    (folder / "no_one_route.md").write_text(
        before + mark + after.replace(word, word[0] + "/two" + word[0])
    )
    (rule,) = testing.rules(folder)
    testing.check_page(rule)
    for number, (_, example) in enumerate(testing.examples([rule])):
        testing.check_example(rule, example, tmp_path / f"after-{number}")
    done = run("check", "--rules", folder, "--select", "OWN101")
    assert done.exit_code == 1
    assert "what is wrong with `/one`" in done.stdout


def test_the_tests_it_writes_run(here: Path) -> None:
    run("new-rule", "some-rule")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "lint-rules"],
        cwd=here,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 1
    assert "3 failed" in done.stdout
    assert "still says TODO" in done.stdout


def test_what_it_writes_has_the_house_style(here: Path) -> None:
    for framework in ("flask", "express"):
        run("new-rule", f"{framework}-rule", "--framework", framework)
    for command in (["format", "--check"], ["check", "--select", "E,F,I,UP,B"]):
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "ruff",
                *command,
                "--line-length=100",
                "--isolated",
                "lint-rules",
            ],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stdout


def test_codes_go_on_and_tests_are_written_once(here: Path) -> None:
    run("new-rule", "first")
    (here / "lint-rules/test_rules.py").write_text("# mine\n")
    done = run("new-rule", "second_one", "--rules", "lint-rules")
    assert done.exit_code == 0, done.output
    assert [rule.code for rule in testing.rules(here / "lint-rules")] == ["OWN101", "OWN102"]
    assert (here / "lint-rules/test_rules.py").read_text() == "# mine\n"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["Bad Name"], "`Bad Name` is no name for a rule"),
        (["class"], "`class` is no name"),
        (["x", "--code", "own1"], "`own1` is no code"),
        (["x", "--code", "FLK501"], "there is a rule `FLK501` already"),
        (["duplicate-route"], "there is a rule `duplicate-route` already"),
        (["x", "--code", "EXP999"], "codes with EXP are of rules for express"),
    ],
)
def test_what_cannot_be_is_refused(here: Path, args: list[str], message: str) -> None:
    done = run("new-rule", *args)
    assert done.exit_code == 2
    assert message in done.stderr
    assert not (here / "lint-rules").exists()


def test_nothing_is_overwritten(here: Path) -> None:
    (here / "rules").mkdir()
    (here / "rules/some_rule.md").write_text("mine")
    done = run("new-rule", "some-rule", "--folder", "rules")
    assert (done.exit_code, "is there already" in done.stderr) == (2, True)
    assert [path.name for path in (here / "rules").iterdir()] == ["some_rule.md"]


def test_in_a_checkout_it_is_a_built_in_rule_with_its_line(here: Path) -> None:
    """A copy of this tree, as the one that is imported."""
    for name in ("faceoff_lint", "rules"):
        shutil.copytree(
            ROOT / name, here / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules")
        )
    shutil.copy(ROOT / "pyproject.toml", here)
    (here / "docs").mkdir()
    run_it = (
        "import sys, importlib.util as u, runpy\n"
        f"sys.path.insert(0, {str(here)!r})\n"
        f"s = u.spec_from_file_location('faceoff_rules', {str(here / 'rules/__init__.py')!r},"
        f" submodule_search_locations=[{str(here / 'rules')!r}])\n"
        "m = sys.modules['faceoff_rules'] = u.module_from_spec(s); s.loader.exec_module(m)\n"
        "import faceoff_lint\n"
        f"assert faceoff_lint.__file__.startswith({str(here)!r})\n"
        "from faceoff_lint.cli import cli; cli(sys.argv[1:])"
    )

    def new(*args: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", run_it, "new-rule", *args],
            cwd=here,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    done = new("late-thing")
    assert (done.returncode, "give --code" in done.stderr) == (2, True), done.stderr
    done = new("late-thing", "--code", "FLK199")
    assert done.returncode == 0, done.stderr
    assert (here / "rules/flask/late_thing.py").is_file()
    assert (here / "rules/flask/late_thing.md").is_file()
    assert not (here / "rules/flask/test_rules.py").exists()
    assert "| [FLK199](../rules/flask/late_thing.md) | late-thing | TODO" in (
        here / "docs/rules.md"
    ).read_text("utf-8")


def test_a_name_with_both_signs() -> None:
    known = registry.of([])
    with pytest.raises(FaceoffError):
        scaffold.plan("a--b", "flask", None, Path("x"), known, tests=False)
    made = scaffold.plan("a_b-c", "flask", None, Path("x"), known, tests=False)
    assert (made.name, {path.name for path in made.files}) == ("a-b-c", {"a_b_c.py", "a_b_c.md"})
