"""The other tools: how each is called on a tree, if it is installed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Peer", "Places", "peers"]

_ESLINT = """
const load = (name) => require(require.resolve(name, {{ paths: [{node!r}] }}))
const n = load('eslint-plugin-n'), promise = load('eslint-plugin-promise')
const security = load('eslint-plugin-security')
module.exports = [
  {{ ignores: ['**/public/**', '**/dist/**', '**/build/**', '**/*.min.js', '**/frontend/**'] }},
  n.configs['flat/recommended-script'],
  promise.configs['flat/recommended'], security.configs.recommended,
  {{ files: ['**/*.{{js,mjs,cjs}}'] }},
]
"""


@dataclass(frozen=True)
class Places:
    """Where peers are: ``node``: a folder with node_modules; ``rules``: Semgrep's rules."""

    node: Path | None
    rules: Path | None
    scratch: Path


@dataclass(frozen=True)
class Peer:
    """A tool, and the command that lints the current folder with it."""

    name: str
    command: tuple[str, ...]


def peers(kind: str, places: Places) -> Iterator[Peer]:
    """The installed peers for a ``flask`` or ``express`` tree."""
    if kind == "flask":
        yield from _found("ruff", "check", "--isolated", "--no-cache", "--exit-zero", ".")
        yield from _found("bandit", "-r", "-q", "--exit-zero", ".")
        # A whole project's files: it has no folder mode that goes below folders without packages.
        yield from _found("pylint", "-j1", "--recursive=y", "--exit-zero", "--rcfile=", ".")
    else:
        if places.node is not None:
            config = places.scratch / "eslint.config.cjs"
            config.write_text(_ESLINT.format(node=str(places.node)))
            eslint = places.node / "node_modules/.bin/eslint"
            if eslint.exists():
                yield Peer("eslint", (str(eslint), "--config", str(config), "."))
            oxlint = places.node / "node_modules/.bin/oxlint"
            if oxlint.exists():
                yield Peer("oxlint", (str(oxlint), "."))
        yield from _found("njsscan", ".")
    if places.rules is not None:
        folder = "python/flask" if kind == "flask" else "javascript/express"
        yield from _found(
            "semgrep", "scan", "--config", str(places.rules / folder), "--metrics=off",
            "--disable-version-check", "--no-git-ignore", "--quiet", "-j", "2", ".",
        )  # fmt: skip


def _found(name: str, *args: str) -> Iterator[Peer]:
    path = shutil.which(name)
    if path is not None:
        yield Peer(name, (path, *args))
