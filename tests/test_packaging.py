"""What is installed: the hand-written list of packages, data files, entry points, the wheel."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
import tomli

from faceoff_lint import __version__, registry
from faceoff_lint.registry import GROUP

ROOT = Path(__file__).parents[1]
PROJECT = tomli.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def packages_in_the_tree() -> set[str]:
    found = set()
    for name, folder in (("faceoff_lint", "faceoff_lint"), ("faceoff_rules", "rules")):
        for init in (ROOT / folder).rglob("__init__.py"):
            inside = init.parent.relative_to(ROOT / folder).parts
            found.add(".".join((name, *inside)))
    return found


def test_the_list_of_packages_is_the_tree() -> None:
    assert set(PROJECT["tool"]["setuptools"]["packages"]) == packages_in_the_tree()


def test_every_folder_with_modules_is_a_package() -> None:
    for folder in ("faceoff_lint", "rules"):
        for module in (ROOT / folder).rglob("*.py"):
            assert (module.parent / "__init__.py").exists(), module


def test_data_files_are_in_the_list() -> None:
    data = PROJECT["tool"]["setuptools"]["package-data"]
    for page in (ROOT / "rules").rglob("*.md"):
        package = ".".join(("faceoff_rules", *page.parent.relative_to(ROOT / "rules").parts))
        assert "*.md" in data[package], page
    assert {"py.typed", "pages/*.md"} <= set(data["faceoff_lint"])
    assert (ROOT / "faceoff_lint/py.typed").exists()


def test_builtin_rules_come_in_by_the_entry_point() -> None:
    (entry,) = (e for e in metadata.entry_points(group=GROUP) if e.name == "builtin")
    assert entry.value == "faceoff_rules"
    assert {rule.code[:2] for rule in registry.load().rules} >= {"FO"}


def test_version_is_said_once() -> None:
    assert metadata.version("faceoff-lint") == __version__
    assert re.search(rf"^## {re.escape(__version__)}\b", _read("CHANGELOG.md"), re.MULTILINE)


def test_every_dependency_is_explained() -> None:
    explained = _read("docs/dependencies.md")
    for requirement in PROJECT["project"]["dependencies"]:
        name = re.split(r"[^\w-]", requirement)[0]
        assert f"| {name} |" in explained


def test_readme_commands_exist() -> None:
    """The two commands the README promises: one lints a sample app, the other runs the tests."""
    readme = _read("README.md")
    assert "./try" in readme
    assert "./check" in readme
    assert (ROOT / "try").stat().st_mode & 0o111
    assert "./check" in _read(".ci/run")


def _read(path: str) -> str:
    return (ROOT / path).read_text("utf-8")


@pytest.mark.slow
def test_wheel_holds_modules_pages_and_types(tmp_path: Path) -> None:
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "-w",
        f"{tmp_path}",
        f"{ROOT}",
    ]
    subprocess.run(build, check=True, timeout=300)
    (wheel,) = tmp_path.glob("faceoff_lint-*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        "faceoff_lint/py.typed",
        "faceoff_lint/faceoff-lint.schema.json",
        "faceoff_lint/pages/syntax_error.md",
        "faceoff_rules/py.typed",
    }
    for folder, package in (("faceoff_lint", "faceoff_lint"), ("rules", "faceoff_rules")):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in (".py", ".md"):
                wanted.add(f"{package}/{path.relative_to(ROOT / folder).as_posix()}")
    assert wanted <= names
    assert not [name for name in names if name.startswith(("tests/", "fixtures/"))]
    target = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    code = "import faceoff_rules.flask, faceoff_lint; print(faceoff_rules.__file__)"
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(target)!r}); {code}"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.startswith(str(target))
