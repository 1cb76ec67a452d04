"""A configuration file to begin with: what is set, and all else that could be, as comments.

A line that begins with ``#`` and no blank is a setting that is switched off.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from faceoff_lint.config.schema import ADDRESS, option_rows
from faceoff_lint.config.settings import Settings, settings_of
from faceoff_lint.limits import Limits
from faceoff_lint.registry import Registry
from faceoff_lint.service import Service
from faceoff_lint.terminal import printable

__all__ = ["BASELINE", "starter"]

BASELINE = "faceoff-baseline.json"
"""Where ``faceoff-lint baseline`` writes unless told otherwise."""

# Apps in such folders are somebody else's, or material for tests.
_NOT_OURS = frozenset(
    {"__fixtures__", "fixtures", "test_data", "testdata", "third-party", "third_party", "vendor"}
)
_WIDTH = 98

_PRESETS = "`strict` has every rule, `upgrade` those on what breaks in the next Flask or Express."
_NAMES = "By code, name or practice; `faceoff-lint rules` lists them."
_ACCEPT = "`faceoff-lint baseline` writes it."


def starter(
    services: Sequence[Service],
    registry: Registry,
    *,
    table: str = "",
    extend: str = "",
    baseline: bool = False,
) -> str:
    """The text of a file for these services.

    ``table``: the table that the settings stand in, ``tool.faceoff-lint``, or none. ``extend``: the
    file to add to. ``baseline``: whether there is a file of accepted findings.
    """
    helps = {name: one.help for name, one in settings_of(Settings).items()}
    lines = [f"[{table}]"] if table else [f"#:schema {ADDRESS}"]
    lines += [f"# Found: {line}" for line in _found(services)]
    excluded = ", ".join(_text(folder) for folder in _excluded(services))
    settings = [
        (bool(extend), f"extend = {_text(extend)}", helps["extend"]),
        (not extend, 'preset = "recommended"', f"{helps['preset']} {_PRESETS}"),
        (False, 'extend-select = ["practice:production"]', f"{helps['extend-select']} {_NAMES}"),
        (False, "ignore = []", helps["ignore"]),
        (bool(excluded), f"exclude = [{excluded or _text('legacy/')}]", helps["exclude"]),
        (baseline, f'baseline = "{BASELINE}"', f"{helps['baseline']} {_ACCEPT}"),
        (False, "require-reason = true", helps["require-reason"]),
    ]
    for on, line, help in settings:
        if on or not line.startswith("extend ="):
            lines += ["", *_comment(help), line if on else f"#{line}"]
    lines += _tables(services, registry, f"{table}." if table else "")
    return "\n".join(lines) + "\n"


def _found(services: Sequence[Service]) -> Iterator[str]:
    for service in services:
        version = f" {service.version.text}" if service.version and service.version.text else ""
        count = f"{len(service.files)} file{'s' * (len(service.files) != 1)}"
        where = f"in {printable(service.root)}/" if service.root else "here"
        yield f"{service.framework.title()}{version} {where} ({count})"


def _excluded(services: Sequence[Service]) -> list[str]:
    """Folders of apps that are not the project's own, if others are."""
    folders: dict[str, None] = {}
    own = 0
    for service in services:
        parts = PurePosixPath(service.root).parts
        number = next((n for n, part in enumerate(parts, 1) if part in _NOT_OURS), None)
        if number is None:
            own += 1
        else:
            folders["/".join(parts[:number]) + "/"] = None
    return list(folders) if own else []


def _tables(services: Sequence[Service], registry: Registry, prefix: str) -> Iterator[str]:
    yield from ("", "# For some files.", f"#[[{prefix}overrides]]", '#paths = ["scripts/"]',
                '#ignore = ["practice:production"]')  # fmt: skip
    yield from ("", "# What one run may cost.", f"#[{prefix}limits]")
    for limit in dataclasses.fields(Limits):
        yield f"# {limit.metadata['help']}"
        yield f"#{limit.name.replace('_', '-')} = {json.dumps(limit.default)}"
    frameworks = {service.framework for service in services}
    for rule in registry.rules:
        if rule.options and rule.framework in frameworks:
            rows = option_rows(rule) if rule.page.is_file() else {}
            yield from ("", f"# {rule.code}: {rule.summary}", f"#[{prefix}rules.{rule.name}]")
            for option, default in rule.options.items():
                if option in rows:
                    yield from _comment(rows[option][1])
                yield f"#{option} = {json.dumps(default)}"


def _comment(text: str) -> Iterator[str]:
    line = "#"
    for word in text.split():
        if len(line) + len(word) >= _WIDTH:
            yield line
            line = "#"
        line += f" {word}"
    yield line


def _text(value: str) -> str:
    """A string of TOML: JSON's escapes are TOML's, but for characters beyond the first plane."""
    return json.dumps(value, ensure_ascii=False)
