"""The JSON Schema of the settings: it says what the reader says, and is where tools look for it."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import tomli
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from faceoff_lint import config, registry
from faceoff_lint.config.schema import schema, tool_schema
from faceoff_lint.engine import ENGINE_RULES
from faceoff_lint.errors import ConfigError
from faceoff_lint.registry import Registry

from .conftest import Write

ROOT = Path(__file__).parents[1]
SHIPPED = ROOT / "faceoff_lint/faceoff-lint.schema.json"
PROJECT = tomli.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def built_in() -> Registry:
    rules = registry.rules_of(importlib.import_module("faceoff_rules"))
    return registry.of([*ENGINE_RULES, *rules])


def test_the_copy_in_the_package_is_up_to_date() -> None:
    """If not: `faceoff-lint config --schema > faceoff_lint/faceoff-lint.schema.json`."""
    assert SHIPPED.read_text("utf-8") == json.dumps(schema(built_in()), indent=2) + "\n"
    assert SHIPPED.name in PROJECT["tool"]["setuptools"]["package-data"]["faceoff_lint"]


def test_it_is_a_schema() -> None:
    jsonschema.Draft7Validator.check_schema(json.loads(SHIPPED.read_text("utf-8")))


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("", True),
        ('preset = "strict"', True),
        ('preset = "strictest"', False),
        ('select = ["FLK501", "FLK5", "duplicate-route", "practice:async", "ALL"]', True),
        ('ignore = ["FLK999"]', False),
        ('ignore = ["duplicate-rout"]', False),
        ('ignore = "FLK501"', False),
        ('exclude = ["a", "!b"]', True),
        ("exclude = [1]", False),
        ('baseline = "x.json"', True),
        ('baseline = ""', False),
        ("require-reason = true", True),
        ('require-reason = "yes"', False),
        ('[[overrides]]\npaths = ["a"]\nignore = ["FLK"]', True),
        ('[[overrides]]\npaths = ["a"]\nextend-select = ["FLK"]', True),
        ('[[overrides]]\npaths = ["a"]', False),
        ('[[overrides]]\nignore = ["FLK"]', False),
        ('[[overrides]]\npaths = ["a"]\nignore = []\nselect = []', False),
        ("[limits]\nnesting = 20\nfile-seconds = 1.5", True),
        ("[limits]\nnesting = 20.5", False),
        ("[limits]\nnesting = 1000", False),
        ("[limits]\nnest = 1", False),
        ("[rules.missing-blueprints]\nmax-app-routes = 3", True),
        ("[rules.no-such-rule]\nx = 1", False),
        ("[rules.missing-blueprints]\nmax-app-routes = -1", False),
        ("[rules.missing-blueprints]\nmax-app-routes = true", False),
        ("[rules.missing-blueprints]\nmax = 1", False),
        ("[rules.repeated-middleware]\nmin-share = 1", True),
        ("selct = []", False),
    ],
)
def test_it_agrees_with_the_reader(write: Write, text: str, right: bool) -> None:
    known = built_in()
    validator = jsonschema.Draft7Validator(schema(known))
    root = write({"faceoff-lint.toml": text})
    try:
        config.load(root, known)
        read = True
    except ConfigError:
        read = False
    assert (read, validator.is_valid(tomli.loads(text))) == (right, right)


def test_rules_of_other_packs_may_be_named_by_code() -> None:
    validator = jsonschema.Draft7Validator(json.loads(SHIPPED.read_text("utf-8")))
    assert validator.is_valid({"select": ["ACME101", "ACME"], "rules": {"ACME101": {"x": 1}}})


def test_with_the_tests_own_rules(known: Registry) -> None:
    made = schema(known)
    options = made["properties"]["rules"]["properties"]["ugly-thing"]["properties"]
    assert {name: one["type"] for name, one in options.items()} == {
        "limit": "integer",
        "names": "array",
        "share": "number",
        "strict": "boolean",
        "kind": "string",
    }


def test_every_option_is_described() -> None:
    rules = json.loads(SHIPPED.read_text("utf-8"))["properties"]["rules"]["properties"]
    options = [one for rule in rules.values() for one in rule["properties"].values()]
    assert options
    assert all(one["description"] for one in options)


@pytest.mark.parametrize(
    ("section", "right"),
    [('ignore = ["FLK501"]', True), ('ignor = ["FLK501"]', False), ("ignore = [1]", False)],
)
def test_validate_pyproject_checks_by_it(section: str, right: bool) -> None:
    from validate_pyproject import api, errors
    from validate_pyproject.plugins import PluginWrapper

    entry = PROJECT["project"]["entry-points"]["validate_pyproject.tool_schema"]
    module, _, name = entry["faceoff-lint"].partition(":")
    function = getattr(importlib.import_module(module), name)
    assert function is tool_schema
    plugin: Any = function
    validator = api.Validator(plugins=[], extra_plugins=[PluginWrapper("faceoff-lint", plugin)])
    data = tomli.loads(f"[tool.faceoff-lint]\n{section}\n")
    if right:
        validator(data)
    else:
        with pytest.raises(errors.ValidationError):
            validator(data)


_NAMES = st.sampled_from(
    ["extend", "preset", "select", "extend-select", "ignore", "exclude", "baseline", "overrides",
     "require-reason", "limits", "rules", "paths", "nesting", "file-seconds", "ugly-thing",
     "FLK502", "limit", "names", "share", "strict", "kind", "nonsense"]
)  # fmt: skip
# JSON Schema takes 3.0 for a whole number; the reader does not.
_FRACTIONS = st.floats(-1, 400).filter(lambda number: not number.is_integer())
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 400) | _FRACTIONS | st.text(max_size=3)
    | st.sampled_from(["FLK", "FLK501", "bad-thing", "ALL", "strict", "preset:upgrade", "a/b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


_TABLES = st.fixed_dictionaries(
    {},
    optional={
        "limits": st.dictionaries(_NAMES, _VALUES, max_size=2),
        "rules": st.dictionaries(_NAMES, st.dictionaries(_NAMES, _VALUES, max_size=2), max_size=1),
        "overrides": st.lists(st.dictionaries(_NAMES, _VALUES, max_size=3), max_size=2),
    },
)


@given(st.dictionaries(_NAMES, _VALUES, max_size=3) | _TABLES)
@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_whatever_stands_in_a_file_reader_and_schema_agree(
    known: Registry, write: Write, data: dict[str, Any]
) -> None:
    """And nothing but a ``ConfigError`` comes of it."""
    root = write({"package.json": json.dumps({"faceoff-lint": data})})
    try:
        config.load(root, known)
        read = True
    except ConfigError as error:
        read = "extend" in data and "`extend` names" in error.message
        if "extend" in data and "`extend` must" in error.message:
            return  # where a path leads is beyond a schema
    if "baseline" in data and not read:
        return
    assert jsonschema.Draft7Validator(schema(known)).is_valid(data) == read
