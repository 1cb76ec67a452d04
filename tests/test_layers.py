"""The rooms and who may enter them: the import contracts, and what rules may import."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest
import tomli

ROOT = Path(__file__).parents[1]
RULES = sorted(p for p in (ROOT / "rules").rglob("*.py") if p.name != "__init__.py")


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.add("." * node.level + (node.module or ""))
    return found


def test_every_module_has_its_layer() -> None:
    project = tomli.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    layers = project["tool"]["importlinter"]["contracts"][0]["layers"]
    named = {name for layer in layers for name in re.findall(r"\w+", layer)}
    modules = {p.stem for p in (ROOT / "faceoff_lint").glob("*.py")} - {"__init__"}
    modules |= {p.parent.name for p in (ROOT / "faceoff_lint").glob("*/__init__.py")}
    assert modules <= named


@pytest.mark.parametrize("path", RULES, ids=lambda p: p.stem)
def test_rules_import_the_rule_module_and_the_standard_library_only(path: Path) -> None:
    for name in imports(path):
        top = name.partition(".")[0]
        assert name == "faceoff_lint.rule" or top in sys.stdlib_module_names, name


@pytest.mark.parametrize("path", RULES, ids=lambda p: p.stem)
def test_a_rule_is_two_files_with_one_name(path: Path) -> None:
    assert path.with_suffix(".md").exists()


def test_no_page_without_a_rule() -> None:
    for page in (ROOT / "rules").rglob("*.md"):
        assert page.with_suffix(".py").exists(), page


def test_the_engine_names_no_rule() -> None:
    """No module of the engine mentions a rule's code, except the decorator's own docstring."""
    for path in (ROOT / "faceoff_lint").rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        docstrings = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                names_one = re.fullmatch(r"(FLK|EXP)\d{3}", node.value)
                assert id(node) in docstrings or not names_one, f"{path}:{node.lineno}"
