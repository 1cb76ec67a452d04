"""Every rule's page: its form, and each of its examples through the whole linter."""

from __future__ import annotations

from pathlib import Path

import pytest

from faceoff_lint import registry, testing
from faceoff_lint.engine import ENGINE_RULES
from faceoff_lint.page import Example
from faceoff_lint.rule import Rule

RULES = [rule for rule in registry.load().rules if rule.function is not None]
EXAMPLES = testing.examples(RULES)


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_page(rule: Rule) -> None:
    testing.check_page(rule)


@pytest.mark.parametrize(
    ("rule", "example"), EXAMPLES, ids=[f"{rule.code}-{example}" for rule, example in EXAMPLES]
)
def test_example(rule: Rule, example: Example, tmp_path: Path) -> None:
    testing.check_example(rule, example, tmp_path, RULES)


@pytest.mark.parametrize("rule", ENGINE_RULES, ids=str)
def test_page_of_the_engines_own_code(rule: Rule) -> None:
    lines = rule.page.read_text("utf-8").splitlines()
    assert lines[0] == f"# {rule.code} {rule.name}"
    headings = [line for line in lines if line.startswith("## ")]
    assert headings == ["## What it does", "## Why", "## What to do", "## Known limits"]
