"""From a parsed table to settings, or to an error that shows the place."""

from __future__ import annotations

import dataclasses
import difflib
import json
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from faceoff_lint.config.settings import REFUSED, Entry, Kind, Override, Settings, settings_of
from faceoff_lint.errors import ConfigError, UnknownSelector
from faceoff_lint.limits import Limits
from faceoff_lint.locate import Document, Key
from faceoff_lint.registry import PRESETS, Registry
from faceoff_lint.rule import OptionValue, Rule

__all__ = ["SettingsReader"]

_NO_CODE = (
    "a repository names no code to run; name the folder on the command line (`--rules DIR`)"
    " or in your own settings (docs/own-rules.md)"
)


class SettingsReader:
    """Turns a parsed table into settings, or says what is wrong with it, and where."""

    def __init__(self, document: Document, registry: Registry) -> None:
        self.document = document
        self.registry = registry
        self._readers: dict[Kind, Callable[[tuple[Key, ...], Any], Any]] = {
            "boolean": self._boolean,
            "extend": self._extend,
            "preset": self._preset,
            "selectors": self._selectors,
            "patterns": self._strings,
            "path": self._path,
            "overrides": self._overrides,
            "limits": self._limits,
            "rules": self._rules,
        }

    def settings(self, data: dict[str, Any], path: Path) -> Settings:
        """What a file says, without the files that it extends. Raises ``ConfigError``."""
        values = self._table((), data, settings_of(Settings))
        for name in ("extend", "baseline"):
            if name in values:
                values[name] = path.parent / values[name]
        return Settings(**values, file=path, entries=tuple(self._entries(data, path)))

    def error(self, message: str, keys: tuple[Key, ...], value: str | None = None) -> ConfigError:
        """An error that shows the place of a key, or of a string value in it."""
        return ConfigError(message, self.document.frame(*self.document.find(keys, value)))

    def _table(self, keys: tuple[Key, ...], data: Any, known: dict[str, Any]) -> dict[str, Any]:
        """The checked values of a table by the names of their fields."""
        self._known(keys, data, known)
        return {
            known[name].field: self._readers[known[name].kind]((*keys, name), value)
            for name, value in data.items()
        }

    def _entries(self, data: dict[str, Any], path: Path) -> Iterator[Entry]:
        """Each value with its place; of the tables `limits` and `rules`, what is in them."""
        for keys, value in _leaves(data):
            line = self.document.source.position(self.document.find(keys)[0]).line
            if keys[0] == "rules":
                keys = (keys[0], self.registry.get(keys[1]).name, *keys[2:])
            yield Entry(keys, value, path, line)

    def _known(self, keys: tuple[Key, ...], table: Any, allowed: Iterable[str]) -> None:
        allowed = list(allowed)
        if not isinstance(table, dict):
            raise self.error(f"`{keys[-1]}` must be a table, not {_kind(table)}", keys)
        for key in table:
            if key in REFUSED and not keys:
                raise self.error(f"`{key}` cannot be set here: {_NO_CODE}", (key,))
            if key not in allowed:
                known = ", ".join(f"`{name}`" for name in allowed)
                detail = _did_you_mean(key, allowed) or f"; known are {known}"
                raise self.error(f"unknown key `{key}`{detail}", (*keys, key))

    def _strings(self, keys: tuple[Key, ...], value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            wrong = value
            if isinstance(value, list):
                wrong = next(item for item in value if not isinstance(item, str))
            hint = f"; write [{json.dumps(value)}]" if isinstance(value, str) else ""
            raise self.error(
                f"`{keys[-1]}` must be a list of strings, not {_kind(wrong, value)}{hint}", keys
            )
        return tuple(value)

    def _boolean(self, keys: tuple[Key, ...], value: Any) -> bool:
        if not isinstance(value, bool):
            raise self.error(f"`{keys[-1]}` must be true or false, not {_kind(value)}", keys)
        return value

    def _path(self, keys: tuple[Key, ...], value: Any) -> str:
        """A file below the configuration's folder."""
        if not isinstance(value, str) or not value:
            raise self.error(f"`{keys[-1]}` must be a path, not {_kind(value)}", keys)
        if not _can_be(value):
            raise self.error(f"`{keys[-1]}` must be a path that can be", keys)
        if PurePosixPath(value).is_absolute() or ".." in PurePosixPath(value).parts:
            raise self.error(f"`{keys[-1]}` must lie below this file's folder", keys, value)
        return value

    def _preset(self, keys: tuple[Key, ...], value: Any) -> str:
        if not isinstance(value, str):
            raise self.error(f"`preset` must be a string, not {_kind(value)}", keys)
        if value not in PRESETS:
            known = ", ".join(f"`{name}`" for name in PRESETS)
            detail = _did_you_mean(value, list(PRESETS)) or f"; known are {known}"
            raise self.error(f"unknown preset `{value}`{detail}", keys, value)
        return value

    def _selectors(self, keys: tuple[Key, ...], value: Any) -> tuple[str, ...]:
        selectors = self._strings(keys, value)
        for selector in selectors:
            try:
                self.registry.matching(selector)
            except UnknownSelector as error:
                raise self.error(error.message, keys, selector) from error
        return selectors

    def _extend(self, keys: tuple[Key, ...], value: Any) -> str:
        """A file; whether it is one of the repository is the loader's to say."""
        if not isinstance(value, str) or not value:
            raise self.error(f"`{keys[-1]}` must be a path, not {_kind(value)}", keys)
        if not _can_be(value):
            raise self.error(f"`{keys[-1]}` must be a path that can be", keys)
        if PurePosixPath(value).is_absolute():
            raise self.error(f"`{keys[-1]}` must be relative to this file's folder", keys, value)
        return value

    def _overrides(self, keys: tuple[Key, ...], value: Any) -> tuple[Override, ...]:
        if not isinstance(value, list):
            raise self.error(f"`overrides` must be a list of tables, not {_kind(value)}", keys)
        known = settings_of(Override)
        found = []
        for index, table in enumerate(value):
            here = (*keys, index)
            values = self._table(here, table, known)
            if "paths" not in values:
                raise self.error("an override needs `paths`", here)
            if len(values) == 1:
                raise self.error("an override needs `ignore` or `extend-select`", here)
            found.append(Override(**values))
        return tuple(found)

    def _limits(self, keys: tuple[Key, ...], value: Any) -> Limits:
        known = {one.name.replace("_", "-"): one for one in dataclasses.fields(Limits)}
        self._known(keys, value, known)
        values: dict[str, Any] = {}
        for name, limit in value.items():
            one, here = known[name], (*keys, name)
            whole = isinstance(one.default, int)
            if type(limit) is not int and (whole or type(limit) is not float):
                wanted = "a whole number" if whole else "a number"
                raise self.error(f"`{name}` must be {wanted}, not {_kind(limit)}", here)
            low, high = one.metadata["low"], one.metadata["high"]
            if not low <= limit <= high:
                raise self.error(f"`{name}` must be between {low} and {high}", here)
            values[one.name] = limit if whole else float(limit)
        return Limits(**values)

    def _rules(self, keys: tuple[Key, ...], value: Any) -> dict[str, dict[str, OptionValue]]:
        self._known(keys, value, value if isinstance(value, dict) else ())
        found: dict[str, dict[str, OptionValue]] = {}
        for key, options in value.items():
            here = (*keys, key)
            try:
                rule = self.registry.get(key)
            except UnknownSelector as error:
                raise self.error(error.message, here) from error
            if isinstance(options, dict) and options and not rule.options:
                raise self.error(f"`{rule.name}` has no options", here)
            self._known(here, options, rule.options)
            if rule.code in found:
                raise self.error(f"`{rule.name}` is set twice, by code and by name", here)
            found[rule.code] = {
                name: self._option(rule, name, (*here, name), set_to)
                for name, set_to in options.items()
            }
        return found

    def _option(self, rule: Rule, name: str, keys: tuple[Key, ...], value: Any) -> OptionValue:
        default = rule.options[name]
        if isinstance(default, list):
            return list(self._strings(keys, value))
        if isinstance(default, float) and type(value) is int:
            return float(value)
        if type(value) is not type(default):
            raise self.error(f"`{name}` must be {_kind(default)}, not {_kind(value)}", keys)
        if isinstance(value, int | float) and value < 0:
            raise self.error(f"`{name}` must not be negative", keys)
        if isinstance(value, int) and value.bit_length() > 63:
            raise self.error(f"`{name}` is too large", keys)
        checked: OptionValue = value
        return checked


def _can_be(path: str) -> bool:
    """Whether a text can name a file at all; what is too long is for the system to say."""
    try:
        return b"\0" not in os.fsencode(path)
    except UnicodeEncodeError:
        return False


def _leaves(data: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, value in data.items():
        if name in ("limits", "rules"):
            yield from (((name, *keys), one) for keys, one in _below(value))
        else:
            yield (name,), value


def _below(table: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from (((name, *keys), one) for keys, one in _below(value))
        else:
            yield (name,), value


def _kind(value: Any, whole: Any = None) -> str:
    kinds = {bool: "a boolean", int: "a whole number", float: "a number", str: "a string"}
    kinds |= {list: "a list", dict: "a table"}
    name = kinds.get(type(value), "null" if value is None else type(value).__name__)
    return f"a list with {name} in it" if isinstance(whole, list) else name


def _did_you_mean(word: str, known: list[str]) -> str:
    close = difflib.get_close_matches(word.replace("_", "-"), known, n=1, cutoff=0.6)
    return f"; did you mean `{close[0]}`?" if close else ""
