"""Settings, from ``faceoff-lint.toml``, ``pyproject.toml`` or ``package.json``.

Whatever a file says that is not understood is an error that shows the place: a misspelt key that
is passed over would switch a rule off without anyone knowing.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from faceoff_lint.errors import ConfigError, UnknownSelector
from faceoff_lint.locate import Document, Key
from faceoff_lint.registry import PRESETS, Registry, Selection
from faceoff_lint.rule import OptionValue, Rule
from faceoff_lint.source import Source

__all__ = ["Override", "Settings", "find", "load", "rebase"]

_FILES: dict[str, tuple[str, ...]] = {
    "faceoff-lint.toml": (),
    "pyproject.toml": ("tool", "faceoff-lint"),
    "package.json": ("faceoff-lint",),
}
_MAX_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Override:
    """Settings for the files that match ``paths``, patterns as in .gitignore."""

    paths: tuple[str, ...]
    ignore: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run is told. ``options``: rule code → option → value. ``file``: where it was read.

    ``baseline``: the full path of a file of accepted findings. ``exclude`` and the
    overrides' paths are relative to the folder of ``file``.
    """

    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    overrides: tuple[Override, ...] = ()
    options: Mapping[str, Mapping[str, OptionValue]] = field(default_factory=dict)
    baseline: Path | None = None
    file: Path | None = None

    @property
    def selection(self) -> Selection:
        """The layer that the file adds to what is selected."""
        return Selection(self.select, self.extend_select, self.ignore)


def find(start: Path) -> tuple[Path, dict[str, Any], Document] | None:
    """The nearest configuration file of ``start`` or a folder above it, parsed.

    Looks no further than the root of the repository. A ``pyproject.toml`` or ``package.json``
    without a section of ours is passed over. Raises ``ConfigError``.
    """
    start = start.resolve()
    for folder in (start, *start.parents):
        for name in _FILES:
            found = _read(folder / name, explicit=False)
            if found is not None:
                return (folder / name, *found)
        if (folder / ".git").exists():
            return None
    return None


def load(start: Path, registry: Registry, config: Path | None = None) -> Settings:
    """The settings for a run that starts at the folder ``start``.

    ``config`` names the file to read instead of looking for one. Raises ``ConfigError``.
    """
    if config is None:
        found = find(start)
        if found is None:
            return Settings()
        path, data, document = found
    else:
        parsed = _read(config, explicit=True)
        if parsed is None:
            raise ConfigError(f"{config} holds no settings of faceoff-lint")
        path, (data, document) = config.resolve(), parsed
    return _Reader(document, registry).settings(data, path)


def rebase(pattern: str, folder: Path, root: Path) -> str | None:
    """A pattern relative to ``folder`` as one relative to ``root``; None when it can't match there.

    Patterns without a slash before their end match at any depth and stay as they are.
    """
    bare = pattern.removeprefix("!")
    mark = pattern[: len(pattern) - len(bare)]
    if "/" not in bare.rstrip("/") or bare.startswith("**/"):
        return pattern
    bare = bare.removeprefix("./").removeprefix("/")
    folder, root = folder.resolve(), root.resolve()
    if folder.is_relative_to(root):
        return mark + "/" + str(PurePosixPath(folder.relative_to(root).as_posix()) / bare)
    if not root.is_relative_to(folder):
        return None
    inside = root.relative_to(folder).as_posix()
    if bare.startswith(f"{inside}/"):
        return mark + bare.removeprefix(inside)
    if f"{inside}/".startswith(bare.rstrip("*").rstrip("/") + "/"):
        return mark + "/**"
    return None


def _read(path: Path, *, explicit: bool) -> tuple[dict[str, Any], Document] | None:
    """The settings in a file and its text; None when there are none."""
    base = _FILES.get(path.name, ()) if path.suffix != ".json" else _FILES["package.json"]
    try:
        if not explicit and not path.is_file():
            return None
        with path.open("rb") as file:
            raw = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from error
    if len(raw) > _MAX_BYTES:
        raise ConfigError(f"{path} is larger than {_MAX_BYTES >> 20} MiB")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if base and b"faceoff-lint" not in raw:
            return None
        raise ConfigError(f"{path} is not UTF-8: byte {error.start} cannot be decoded") from error
    document = Document(Source(str(path), text), base)
    if base and "faceoff-lint" not in text:
        return None
    # A link may lead to a file that is nobody's configuration: don't quote it.
    quote = explicit or path.resolve().name == path.name
    data: Any = _parse_json(document, quote) if document.is_json else _parse_toml(document, quote)
    for depth, key in enumerate(base, 1):
        if not isinstance(data, dict):
            return None
        if key not in data:
            return None
        data = data[key]
        if not isinstance(data, dict) and depth == len(base):
            raise ConfigError(f"`{key}` in {path} must be a table of settings")
    return data, document


def _parse_toml(document: Document, quote: bool) -> Any:
    import tomli

    try:
        return tomli.loads(document.source.text.replace("\r\n", "\n"))
    except tomli.TOMLDecodeError as error:
        reason = getattr(error, "msg", "") or str(error).partition(" (at ")[0]
        place = document.source.offset(getattr(error, "lineno", 1), getattr(error, "colno", 1))
        raise _syntax_error(document, reason, place, quote) from error


def _parse_json(document: Document, quote: bool) -> Any:
    try:
        return json.loads(document.source.text)
    except (json.JSONDecodeError, RecursionError) as error:
        reason = getattr(error, "msg", "nested too deeply")
        raise _syntax_error(document, reason, getattr(error, "pos", 0), quote) from error


def _syntax_error(document: Document, reason: str, place: int, quote: bool) -> ConfigError:
    kind = "JSON" if document.is_json else "TOML"
    path, position = document.source.path, document.source.position(place)
    if not quote:
        return ConfigError(f"{path}:{position.line}:{position.column} is not valid {kind}")
    return ConfigError(f"not valid {kind}: {reason}", document.frame(place, place + 1))


class _Reader:
    """Turns a parsed table into settings, or says what is wrong with it, and where."""

    def __init__(self, document: Document, registry: Registry) -> None:
        self.document = document
        self.registry = registry

    def settings(self, data: dict[str, Any], path: Path) -> Settings:
        readers: dict[str, Callable[[tuple[Key, ...], Any], Any]] = {
            "preset": self._preset,
            "select": self._selectors,
            "extend-select": self._selectors,
            "ignore": self._selectors,
            "exclude": self._strings,
            "baseline": self._path,
            "overrides": self._overrides,
            "rules": self._rules,
        }
        self._known((), data, readers)
        values = {key: readers[key]((key,), value) for key, value in data.items()}
        select = values.get("select")
        if "preset" in values:
            select = (f"preset:{values['preset']}", *(select or ()))
        return Settings(
            select=select,
            extend_select=values.get("extend-select", ()),
            ignore=values.get("ignore", ()),
            exclude=values.get("exclude", ()),
            overrides=values.get("overrides", ()),
            options=values.get("rules", {}),
            file=path,
            baseline=path.parent / values["baseline"] if "baseline" in values else None,
        )

    def _error(self, message: str, keys: tuple[Key, ...], value: str | None = None) -> ConfigError:
        return ConfigError(message, self.document.frame(*self.document.find(keys, value)))

    def _known(self, keys: tuple[Key, ...], table: Any, allowed: Iterable[str]) -> None:
        allowed = list(allowed)
        if not isinstance(table, dict):
            raise self._error(f"`{keys[-1]}` must be a table, not {_kind(table)}", keys)
        for key in table:
            if key not in allowed:
                known = ", ".join(f"`{name}`" for name in allowed)
                detail = _did_you_mean(key, allowed) or f"; known are {known}"
                raise self._error(f"unknown key `{key}`{detail}", (*keys, key))

    def _strings(self, keys: tuple[Key, ...], value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            wrong = value
            if isinstance(value, list):
                wrong = next(item for item in value if not isinstance(item, str))
            hint = f"; write [{json.dumps(value)}]" if isinstance(value, str) else ""
            raise self._error(
                f"`{keys[-1]}` must be a list of strings, not {_kind(wrong, value)}{hint}", keys
            )
        return tuple(value)

    def _path(self, keys: tuple[Key, ...], value: Any) -> str:
        """A file below the configuration's folder."""
        if not isinstance(value, str) or not value:
            raise self._error(f"`{keys[-1]}` must be a path, not {_kind(value)}", keys)
        if PurePosixPath(value).is_absolute() or ".." in PurePosixPath(value).parts:
            raise self._error(f"`{keys[-1]}` must lie below this file's folder", keys, value)
        return value

    def _preset(self, keys: tuple[Key, ...], value: Any) -> str:
        if not isinstance(value, str):
            raise self._error(f"`preset` must be a string, not {_kind(value)}", keys)
        if value not in PRESETS:
            known = ", ".join(f"`{name}`" for name in PRESETS)
            detail = _did_you_mean(value, list(PRESETS)) or f"; known are {known}"
            raise self._error(f"unknown preset `{value}`{detail}", keys, value)
        return value

    def _selectors(self, keys: tuple[Key, ...], value: Any) -> tuple[str, ...]:
        selectors = self._strings(keys, value)
        for selector in selectors:
            try:
                self.registry.matching(selector)
            except UnknownSelector as error:
                raise self._error(error.message, keys, selector) from error
        return selectors

    def _overrides(self, keys: tuple[Key, ...], value: Any) -> tuple[Override, ...]:
        if not isinstance(value, list):
            raise self._error(f"`overrides` must be a list of tables, not {_kind(value)}", keys)
        found = []
        for index, table in enumerate(value):
            here = (*keys, index)
            self._known(here, table, ("paths", "ignore"))
            for needed in ("paths", "ignore"):
                if needed not in table:
                    raise self._error(f"an override needs `{needed}`", here)
            paths = self._strings((*here, "paths"), table["paths"])
            found.append(Override(paths, self._selectors((*here, "ignore"), table["ignore"])))
        return tuple(found)

    def _rules(self, keys: tuple[Key, ...], value: Any) -> dict[str, dict[str, OptionValue]]:
        self._known(keys, value, value if isinstance(value, dict) else ())
        found: dict[str, dict[str, OptionValue]] = {}
        for key, options in value.items():
            here = (*keys, key)
            try:
                rule = self.registry.get(key)
            except UnknownSelector as error:
                raise self._error(error.message, here) from error
            if isinstance(options, dict) and options and not rule.options:
                raise self._error(f"`{rule.name}` has no options", here)
            self._known(here, options, rule.options)
            if rule.code in found:
                raise self._error(f"`{rule.name}` is set twice, by code and by name", here)
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
            raise self._error(f"`{name}` must be {_kind(default)}, not {_kind(value)}", keys)
        if isinstance(value, int | float) and value < 0:
            raise self._error(f"`{name}` must not be negative", keys)
        checked: OptionValue = value
        return checked


def _kind(value: Any, whole: Any = None) -> str:
    kinds = {bool: "a boolean", int: "a whole number", float: "a number", str: "a string"}
    kinds |= {list: "a list", dict: "a table"}
    name = kinds.get(type(value), "null" if value is None else type(value).__name__)
    return f"a list with {name} in it" if isinstance(whole, list) else name


def _did_you_mean(word: str, known: list[str]) -> str:
    close = difflib.get_close_matches(word.replace("_", "-"), known, n=1, cutoff=0.6)
    return f"; did you mean `{close[0]}`?" if close else ""
