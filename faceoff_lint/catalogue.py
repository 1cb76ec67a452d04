"""The rules as tables: for the terminal, for programs, and for ``docs/rules.md``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from faceoff_lint.errors import RuleError
from faceoff_lint.registry import PRESETS, Registry
from faceoff_lint.rule import Rule

__all__ = ["as_data", "as_markdown", "as_table", "page"]

_FRAMEWORKS = {"flask": "Flask", "express": "Express", "any": "Both"}
_HEADINGS = ("code", "name", "practice", "severity", "default", "fix")


def _row(rule: Rule) -> tuple[str, ...]:
    default = "on" if rule.default else "off"
    fix = "" if rule.fixable == "none" else rule.fixable
    return rule.code, rule.name, rule.practice.slug, rule.severity.value, default, fix


def as_table(rules: Sequence[Rule]) -> list[str]:
    """One line a rule, in columns, below a line of headings."""
    rows = [_HEADINGS, *map(_row, rules)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
             for row in rows)  # fmt: skip
    return [line.rstrip() for line in lines]


def as_data(rule: Rule) -> dict[str, Any]:
    """What JSON says of a rule; raises ``RuleError`` as ``page`` does."""
    return {
        "code": rule.code,
        "name": rule.name,
        "summary": rule.summary,
        "framework": rule.framework,
        "practice": rule.practice.slug,
        "practice_title": rule.practice.title,
        "severity": rule.severity.value,
        "default": rule.default,
        "fixable": rule.fixable,
        "upgrade": rule.upgrade,
        "why": rule.why,
        "help": rule.help,
        "options": dict(rule.options),
        "page": page(rule),
    }


def page(rule: Rule) -> str:
    """The text of a rule's page. Raises ``RuleError`` when it can't be read."""
    try:
        return rule.page.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RuleError(f"the page of {rule.code} cannot be read: {error}") from error


def as_markdown(registry: Registry) -> list[str]:
    """``docs/rules.md``: the rules by framework and practice, with links to their pages."""
    count = {f: sum(r.framework == f for r in registry.rules) for f in ("flask", "express")}
    lines = [
        "# Rules",
        "",
        "Made by `faceoff-lint rules --output-format markdown`; do not edit.",
        "",
        f"{count['flask']} rules for Flask, {count['express']} for Express; two with the same",
        "number in both frameworks are one idea. `faceoff-lint rule CODE` shows a page, `--select`",
        "takes codes, names and `practice:…`, and `--preset` one of",
        "",
        *(f"- `{name}`: {meaning}" for name, meaning in PRESETS.items()),
        "",
        "`recommended` is the default; `↑` marks the rules of `upgrade`.",
    ]
    for framework, title in _FRAMEWORKS.items():
        practices = dict.fromkeys(r.practice for r in registry.rules if r.framework == framework)
        lines += ["", f"## {title}"]
        for practice in practices:
            lines += ["", f"### {practice.title}", "", f"`practice:{practice.slug}`", ""]
            lines += ["| code | name | | severity | default | fix |", f"|{' --- |' * 6}"]
            lines += [_markdown_row(r) for r in registry.rules if r.practice is practice]
    return lines


def _markdown_row(rule: Rule) -> str:
    code, name, _, severity, default, fix = _row(rule)
    parent = rule.page.parent.name
    folder = "../faceoff_lint/pages" if parent == "pages" else f"../rules/{parent}"
    mark = " ↑" if rule.upgrade else ""
    return (f"| [{code}]({folder}/{rule.page.name}) | {name}{mark} | {rule.summary} "
            f"| {severity} | {default} | {fix} |")  # fmt: skip
