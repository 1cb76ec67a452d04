"""Which rules there are, and which of them a selection turns on."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from faceoff_lint import registry
from faceoff_lint.errors import RuleError, UnknownSelector
from faceoff_lint.registry import Registry, Selection
from faceoff_lint.rule import Rule

ALWAYS = {"FO001", "FO002", "FO003", "FO090"}
DEFAULT = ALWAYS | {"FLK501", "FLK502", "FLK901", "EXP301", "FO010", "FO011", "FO012", "FO013"}


def codes(known: Registry, *layers: Selection) -> set[str]:
    return {rule.code for rule in known.selected(layers)}


def test_default_set(known: Registry) -> None:
    assert codes(known) == DEFAULT


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("FLK501", {"FLK501"}),
        ("bad-thing", {"FLK501"}),
        ("FLK5", {"FLK501", "FLK502"}),
        ("EXP", {"EXP301"}),
        ("practice:async", {"EXP301"}),
        ("practice:blueprints", {"FLK601"}),
        ("FO01", {"FO010", "FO011", "FO012", "FO013"}),
    ],
)
def test_select(known: Registry, selector: str, expected: set[str]) -> None:
    assert codes(known, Selection([selector])) == expected | ALWAYS


def test_select_all_turns_on_what_is_off_by_default(known: Registry) -> None:
    assert codes(known, Selection(["ALL"])) == {rule.code for rule in known.rules}


def test_extend_select_and_ignore(known: Registry) -> None:
    assert codes(known, Selection(None, ["FLK601"], ["FLK50"])) == (DEFAULT | {"FLK601"}) - {
        "FLK501",
        "FLK502",
    }


def test_more_exact_selector_wins(known: Registry) -> None:
    assert "FLK501" in codes(known, Selection(["FLK501"], (), ["FLK5"]))
    assert "FLK501" not in codes(known, Selection(["FLK"], (), ["FLK501"]))
    assert "FLK501" not in codes(known, Selection(["FLK501"], (), ["FLK501"]))


def test_upper_layer_selects_anew_and_ignores_on_top(known: Registry) -> None:
    file = Selection(["FLK501", "EXP"], (), ["FLK502"])
    assert codes(known, file, Selection(["FLK502"])) == ALWAYS | {"FLK502"}
    assert codes(known, file, Selection(None, (), ["EXP301"])) == ALWAYS | {"FLK501"}


def test_unread_files_stay_reported_unless_ignored(known: Registry) -> None:
    assert "FO001" in codes(known, Selection(["FLK501"]))
    assert "FO001" not in codes(known, Selection(None, (), ["FO001"]))


@pytest.mark.parametrize(
    ("wrong", "suggestion"),
    [
        ("EXP302", "EXP301"),
        ("bad-thin", "bad-thing"),
        ("practice:asinc", "practice:async"),
        ("all", "ALL"),
        ("xyzzy", ""),
        ("", ""),
    ],
)
def test_unknown_selector_suggests(known: Registry, wrong: str, suggestion: str) -> None:
    with pytest.raises(UnknownSelector) as caught:
        known.matching(wrong)
    assert caught.value.suggestion == suggestion


def test_get_takes_code_in_any_case_and_name(known: Registry) -> None:
    assert known.get("flk501") is known.get("FLK501") is known.get("bad-thing")


def test_duplicate_code_is_refused(rules: dict[str, Rule]) -> None:
    with pytest.raises(RuleError, match="two rules are called `FLK501`"):
        registry.of([rules["FLK501"], rules["FLK501"]])


GOOD = '''\
from faceoff_lint.rule import Practice, Severity, rule

@rule("TST101", practice=Practice("p", "P", "flask"), severity=Severity.INFO, why="Because.")
def {name}(web):
    """A test."""
    return ()
'''


def _pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str]) -> None:
    package = tmp_path / "rule_pack_for_test"
    package.mkdir()
    for name, text in files.items():
        (package / name).write_text(text)
    info = tmp_path / "pack-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: pack\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{registry.GROUP}]\npack = rule_pack_for_test\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in list(sys.modules):
        if name.startswith("rule_pack_for_test"):
            monkeypatch.delitem(sys.modules, name)


def test_installed_pack_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"__init__.py": "", "nice_rule.py": GOOD.format(name="nice_rule"), "_helper.py": ""}
    _pack(tmp_path, monkeypatch, files)
    rule = registry.load().get("nice-rule")
    assert (rule.code, rule.summary) == ("TST101", "A test.")
    assert rule.page == tmp_path / "rule_pack_for_test" / "nice_rule.md"


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"__init__.py": "", "one.py": GOOD.format(name="other")}, "same name"),
        ({"__init__.py": "", "one.py": ""}, "must hold one rule, and holds none"),
        ({"__init__.py": "", "one.py": "import nothing_like_this"}, "cannot be imported"),
        ({"__init__.py": "import nothing_like_this"}, "cannot be imported"),
    ],
)
def test_broken_pack_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], message: str
) -> None:
    _pack(tmp_path, monkeypatch, files)
    with pytest.raises(RuleError, match=message):
        registry.load()
