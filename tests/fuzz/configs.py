"""What holds for settings: a file gives settings, or an error that shows the place."""

from __future__ import annotations

import json
import re
import tempfile
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import jsonschema
import tomli

from faceoff_lint import baseline, config
from faceoff_lint.config.effective import effective
from faceoff_lint.config.schema import schema
from faceoff_lint.errors import ConfigError

from . import tree
from .material import REGISTRY

__all__ = ["configuration", "configures"]

FILES = {
    "faceoff-lint.toml": (),
    "pyproject.toml": ("tool", "faceoff-lint"),
    "package.json": ("faceoff-lint",),
}


# Codes of rules of other packs: the schema can't know whether there are any.
_FOREIGN = re.compile(r"\b(?!FLK|EXP|FO|ALL\b)[A-Z]{2,8}[0-9]*\b")


def configures(text: str) -> None:
    """Any files of settings are read or refused with the place; reader and schema agree."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        # An empty folder for git's: nothing above it is looked at.
        root = Path(folder)
        (root / ".git").mkdir()
        files = tree.split(text, "faceoff-lint.toml")
        tree.write(root, files)
        try:
            settings = config.load(root, REGISTRY)
            for one in effective(settings, {}, REGISTRY):
                json.dumps(one.value)
            error = None
        except ConfigError as refused:
            error = refused
            assert error.message, "an error without a word"
            assert error.detail or _whole(error), f"no place is shown: {error.message}"
        _check_schema(files, error)
        for path in files:
            if path.endswith(".json"):
                _check_baseline(root / path)


def _whole(error: ConfigError) -> bool:
    """Whether an error is about a file as a whole."""
    return "is not UTF-8" in error.message or "must be a table of settings" in error.message


def _check_schema(files: dict[str, str], error: ConfigError | None) -> None:
    if len(files) > 1:
        return  # which of them counts, and what extends what, is the loader's to say
    [(path, text)] = files.items() or [("", "")]
    data = _parsed(path, text)
    if data is None or (error is not None and ("extend" in data or "baseline" in data)):
        return  # where a path leads is beyond a schema
    if "extend" in data or _FOREIGN.search(text) or _strange_numbers(data):
        return
    valid = _validator().is_valid(data)
    assert valid == (error is None), (data, error.message if error else "read")


def _parsed(path: str, text: str) -> Any:
    """The table of settings in a file; None where there is none."""
    if path not in FILES:
        return None
    text = text.removeprefix("\ufeff")
    try:
        data = (
            json.loads(text) if path.endswith(".json") else tomli.loads(text.replace("\r\n", "\n"))
        )
    except (ValueError, RecursionError):
        return None
    for key in FILES[path]:
        data = data.get(key) if isinstance(data, dict) else None
    return data if isinstance(data, dict) else None


def _strange_numbers(data: Any) -> bool:
    """Whether there is a number that a schema can't judge: 3.0, which is whole to it, or worse."""
    if isinstance(data, float):
        return data.is_integer() or data != data
    if isinstance(data, int):
        return data.bit_length() > 63
    if isinstance(data, dict | list):
        inner = data.values() if isinstance(data, dict) else data
        return any(map(_strange_numbers, inner))
    return False


@cache
def _validator() -> jsonschema.Draft7Validator:
    return jsonschema.Draft7Validator(schema(REGISTRY))


def _check_baseline(path: Path) -> None:
    """The same text as a baseline: accepted findings, or the error that users see."""
    try:
        baseline.load(path)
    except ConfigError:
        return


def configuration(rng: Random) -> dict[str, str]:
    """A file of settings: mostly right ones."""
    pick = rng.choice
    name = pick(tuple(FILES))
    data = {key: _value(rng, key) for key in rng.sample(_KEYS, rng.randrange(5))}
    if name.endswith(".json"):
        return {name: json.dumps({"faceoff-lint": data, "name": "x"}, indent=pick((None, 2)))}
    prefix = "tool.faceoff-lint" if name == "pyproject.toml" else ""
    lines = [f"[{prefix}]"] if prefix else []
    tables = []
    for key, value in data.items():
        if isinstance(value, dict):
            tables += _table(f"{prefix}.{key}".lstrip("."), value)
        else:
            lines.append(f"{key} = {_toml(value)}")
    return {name: pick(("\n", "\n", "\r\n")).join([*lines, *tables, ""])}


_KEYS = (
    "preset", "select", "extend-select", "ignore", "exclude", "require-reason", "overrides",
    "limits", "rules", "baseline", "extend", "output-format", "selct", "é",
)  # fmt: skip
_PATHS = (
    "x.json", "faceoff-lint.toml", "../x.toml", "/etc/passwd", "y" * 300, "a\0b", "pyproject.toml",
)  # fmt: skip
_SELECTORS = (
    "FLK",
    "FLK501",
    "EXP3",
    "ALL",
    "duplicate-route",
    "practice:async",
    "preset:strict",
    "flk",
    "",
)


def _value(rng: Random, key: str) -> Any:
    pick = rng.choice
    if rng.randrange(7) == 6:
        return pick(
            (
                None,
                True,
                0,
                -1,
                1.5,
                "",
                "x",
                [],
                {},
                [[]],
                [None],
                {"a": {"b": 1}},
                10**4299,
                "\x1b[31m",
            )
        )
    texts = [pick(_SELECTORS) for _ in range(rng.randrange(4))]
    match key:
        case "preset":
            return pick(("strict", "recommended", "upgrade", "stric", "all"))
        case "exclude":
            return [pick(("a", "!b", "a/**", "/x", "[", "**/", "..", "é", "")) for _ in texts]
        case "require-reason":
            return bool(rng.randrange(2))
        case "overrides":
            found = ("paths", "ignore", "extend-select", "path")
            return [dict.fromkeys(rng.sample(found, 1 + rng.randrange(3)), texts) for _ in texts]
        case "limits":
            keys = (
                "nesting",
                "file-size-kb",
                "file-seconds",
                "total-seconds",
                "worker-memory-mb",
                "nest",
            )
            return {
                pick(keys): pick((0, 1, 20, 20.5, 10**9, -1, float("nan"), True)) for _ in texts
            }
        case "rules":
            rules = [one for one in REGISTRY.rules if one.options]
            rule = pick(rules)
            options = {
                pick((*rule.options, "no-such")): pick((1, -1, 0.5, "x", ["a"], True))
                for _ in texts
            }
            return {pick((rule.code, rule.name, "no-such-rule")): options}
        case "extend" | "baseline":
            return pick(_PATHS)
        case _:
            return texts


def _table(prefix: str, value: dict[str, Any]) -> list[str]:
    lines = [f"[{prefix}]"]
    inner = []
    for key, one in value.items():
        if isinstance(one, dict):
            inner += _table(f"{prefix}.{key}", one)
        else:
            lines.append(f"{json.dumps(key)} = {_toml(one)}")
    return lines + inner


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        inner = ", ".join(f"{json.dumps(k)} = {_toml(v)}" for k, v in value.items())
        return f"{{{inner}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, float) and value != value:
        return "nan"
    return "''" if value is None else json.dumps(value)
