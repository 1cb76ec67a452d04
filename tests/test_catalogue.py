"""The list of rules: as a table, as JSON, in ``docs/rules.md``, and the presets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from faceoff_lint import registry
from faceoff_lint.cli import cli
from faceoff_lint.engine import ENGINE_RULES
from faceoff_lint.rule import EXPRESS_VERSIONS, INFO, Finding, Options, Rule, Span, Web

DOCS = Path(__file__).parents[1] / "docs"
APP = {"app.js": "const app = require('express')();\napp.get('/', (q, s) => s.end());\n"}


def run(*arguments: str) -> list[str]:
    result = CliRunner().invoke(cli, list(arguments))
    assert result.exit_code == 0, result.output
    return result.stdout.splitlines()


def test_the_page_of_all_rules_is_the_one_made_of_them() -> None:
    made = run("rules", "--output-format", "markdown")
    assert (DOCS / "rules.md").read_text("utf-8").splitlines() == made, (
        "run `faceoff-lint rules --output-format markdown > docs/rules.md`"
    )


def test_every_link_leads_to_a_page() -> None:
    for line in run("rules", "--output-format", "markdown"):
        if line.startswith("| ["):
            target = line.partition("](")[2].partition(")")[0]
            assert (DOCS / target).resolve().is_file(), line


def test_a_table_with_headings() -> None:
    heading, *lines = run("rules")
    assert heading.split() == ["code", "name", "practice", "severity", "default", "fix"]
    assert [line.split()[0] for line in lines] == [r.code for r in registry.load().rules]


def test_selected_rules_only() -> None:
    lines = run("rules", "practice:async", "FLK101")[1:]
    assert {line.split()[2] for line in lines} == {"async", "blueprints"}


def test_as_json() -> None:
    (row,) = json.loads("\n".join(run("rules", "FLK501", "--output-format", "json")))
    assert (row["name"], row["practice"], row["default"]) == ("duplicate-route", "routing", True)


def test_presets_nest() -> None:
    known = registry.load()
    recommended, strict = (set(known.preset(n)) for n in ("recommended", "strict"))
    assert recommended <= strict == set(known.rules)
    assert known.selected([]) == recommended


def _next(web: Web, options: Options) -> list[Finding]:
    text = "next" if options["next-major"] else "now"
    return [Finding(Span(web.service.entries[0], 0, 1), text)]


@pytest.mark.parametrize(
    ("arguments", "config", "messages"),
    [
        ((), "", ["now"]),
        (("--preset", "upgrade"), "", ["next"]),
        ((), 'preset = "upgrade"', ["next"]),
        (("--select", "EXP999"), 'preset = "upgrade"', ["now"]),
        (("--preset", "upgrade"), "[rules.EXP999]\nnext-major = false", ["now"]),
        (("--preset", "upgrade", "--ignore", "EXP999"), "", []),
    ],
)
def test_the_preset_upgrade_speaks_of_the_next_version(
    arguments: tuple[str, ...],
    config: str,
    messages: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rule = Rule(
        "EXP999", "next-thing", "It changes.", EXPRESS_VERSIONS, INFO, "Because.", Path("x.md"),
        function=_next, options={"next-major": False}, upgrade=True,
    )  # fmt: skip
    monkeypatch.setattr(registry, "load", lambda: registry.of([*ENGINE_RULES, rule]))
    (tmp_path / "faceoff-lint.toml").write_text(config)
    for name, text in APP.items():
        (tmp_path / name).write_text(text)
    result = CliRunner().invoke(
        cli, ["check", str(tmp_path), "--output-format", "json", *arguments]
    )
    assert [f["message"] for f in json.loads(result.stdout)] == messages


def test_an_unknown_preset_in_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "faceoff-lint.toml").write_text('preset = "strickt"\n')
    for name, text in APP.items():
        (tmp_path / name).write_text(text)
    result = CliRunner().invoke(cli, ["check", str(tmp_path)])
    assert result.exit_code == 2
    assert "unknown preset `strickt`; did you mean `strict`?" in result.stderr
    assert 'preset = "strickt"' in result.stderr
