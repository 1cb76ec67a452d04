"""The JSON Schema of the settings, made of the settings class and of the rules there are.

``faceoff-lint config --schema`` prints it; a copy with the built-in rules lies in the package, for
editors. validate-pyproject asks ``tool_schema``.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Any

from faceoff_lint.config.settings import Override, Setting, Settings, settings_of
from faceoff_lint.limits import Limits
from faceoff_lint.registry import PRESETS, Registry, load
from faceoff_lint.rule import OptionValue, Rule

__all__ = ["ADDRESS", "option_rows", "schema", "tool_schema"]

ADDRESS = (
    "https://raw.githubusercontent.com/faceoff-lint/faceoff-lint/main/faceoff_lint/"
    "faceoff-lint.schema.json"
)
"""Where editors find the copy."""

# Codes of rules of other packs, which the copy in the package can't know.
_FOREIGN = r"^(?!FLK|EXP|FO)[A-Z]{2,8}"
_OPTION_ROW = re.compile(r"^\| `([\w-]+)` \| `([^`]*)` \| (.+?) \|$", re.MULTILINE)


def schema(registry: Registry) -> dict[str, Any]:
    """The schema of a table of settings, in draft 7, with these rules."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": ADDRESS,
        "title": "faceoff-lint",
        "description": "Settings of faceoff-lint, a linter for Flask and Express apps.",
        **_table(settings_of(Settings), registry),
        "definitions": {"selector": _selector(registry)},
    }


def tool_schema(tool_name: str) -> Mapping[str, Any]:
    """What validate-pyproject asks for ``[tool.faceoff-lint]``, with all installed rules."""
    return schema(load())


def option_rows(rule: Rule) -> dict[str, tuple[str, str]]:
    """Default and meaning of the options that a rule's page describes, in a table."""
    text = rule.page.read_text("utf-8").partition("\n## Options\n")[2]
    rows = _OPTION_ROW.findall(text.partition("\n## ")[0])
    return {name: (default, meaning) for name, default, meaning in rows}


def _table(known: Mapping[str, Setting], registry: Registry) -> dict[str, Any]:
    table: dict[str, Any] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            name: {"description": one.help, **_value(one, registry)} for name, one in known.items()
        },
    }
    needed = [name for name, one in known.items() if one.needed]
    return table | {"required": needed} if needed else table


def _value(setting: Setting, registry: Registry) -> dict[str, Any]:
    match setting.kind:
        case "boolean":
            return {"type": "boolean"}
        case "extend" | "path":
            return {"type": "string", "minLength": 1}
        case "preset":
            return {"enum": list(PRESETS)}
        case "selectors":
            return {"type": "array", "items": {"$ref": "#/definitions/selector"}}
        case "patterns":
            return {"type": "array", "items": {"type": "string"}}
        case "overrides":
            return {"type": "array", "items": _override(registry)}
        case "limits":
            return _limits()
        case "rules":
            return _rules(registry)


def _override(registry: Registry) -> dict[str, Any]:
    table = _table(settings_of(Override), registry)
    choices = [name for name in table["properties"] if name not in table["required"]]
    return {**table, "anyOf": [{"required": [name]} for name in choices]}


def _limits() -> dict[str, Any]:
    properties = {}
    for one in dataclasses.fields(Limits):
        properties[one.name.replace("_", "-")] = {
            "description": one.metadata["help"],
            "type": "integer" if isinstance(one.default, int) else "number",
            "minimum": one.metadata["low"],
            "maximum": one.metadata["high"],
            "default": one.default,
        }
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _selector(registry: Registry) -> dict[str, Any]:
    """All that names rules; beginnings of codes in the order of codes."""
    names: dict[str, None] = {"ALL": None}
    names.update((f"preset:{preset}", None) for preset in PRESETS)
    names.update((f"practice:{rule.practice.slug}", None) for rule in registry.rules)
    for rule in registry.rules:
        names.update((rule.code[:end], None) for end in range(1, len(rule.code) + 1))
    names.update((rule.name, None) for rule in registry.rules)
    return {"anyOf": [{"enum": list(names)}, {"type": "string", "pattern": f"{_FOREIGN}[0-9]*$"}]}


def _rules(registry: Registry) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for rule in registry.rules:
        if rule.options:
            rows = option_rows(rule) if rule.page.is_file() else {}
            options = {
                name: {"description": rows.get(name, ("", ""))[1], **_option(default)}
                for name, default in rule.options.items()
            }
            table = {
                "description": rule.summary,
                "type": "object",
                "additionalProperties": False,
                "properties": options,
            }
            properties |= {rule.name: table, rule.code: table}
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "patternProperties": {f"{_FOREIGN}[0-9]+$": {"type": "object"}},
    }


def _option(default: OptionValue) -> dict[str, Any]:
    if isinstance(default, list):
        return {"type": "array", "items": {"type": "string"}, "default": default}
    if isinstance(default, bool):
        return {"type": "boolean", "default": default}
    if isinstance(default, str):
        return {"type": "string", "default": default}
    kind = "integer" if isinstance(default, int) else "number"
    return {"type": kind, "minimum": 0, "default": default}
