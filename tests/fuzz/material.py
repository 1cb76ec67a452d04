"""What there is to begin with: the fixtures, and the examples of rule pages."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from faceoff_lint import registry, testing
from faceoff_lint.registry import Registry

from .tree import join

__all__ = ["REGISTRY", "configurations", "projects", "texts"]

_ROOT = Path(__file__).parents[2]
_LONGEST = 12_000
_SUFFIXES = {
    "python": {".py"},
    "javascript": {".js", ".mjs", ".cjs", ".jsx"},
    "typescript": {".ts", ".tsx", ".mts", ".js"},
}
_TEXT = {".py", ".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx", ".json", ".toml", ".txt"}
_BLOCK = re.compile(r"^```(toml|json)\b[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)

REGISTRY: Registry = registry.load()


@cache
def _fixtures() -> tuple[tuple[str, str], ...]:
    found = []
    for path in sorted((_ROOT / "fixtures").rglob("*")):
        if path.suffix not in _TEXT or not path.is_file() or "node_modules" in path.parts:
            continue
        if path.name not in ("expected-routes.json", "apps.toml", "package-lock.json"):
            name = path.relative_to(_ROOT / "fixtures").as_posix()
            found.append((name, path.read_bytes().decode("utf-8")))
    return tuple(found)


@cache
def _examples() -> tuple[tuple[tuple[str, str], ...], ...]:
    """The files of each example; those of packages without a framework are good material too."""
    found = testing.examples(REGISTRY.rules)
    return tuple(
        tuple((file.path, file.text) for file in example.files)
        for _, example in sorted(found, key=lambda pair: (pair[0].code, pair[1].line))
    )


@cache
def texts(language: str) -> tuple[str, ...]:
    """Source texts of a language (``typescript``: what a reader of it takes)."""
    files = [*_fixtures(), *(file for example in _examples() for file in example)]
    kept = (text for name, text in files if Path(name).suffix in _SUFFIXES[language])
    return tuple(dict.fromkeys(text for text in kept if 0 < len(text) <= _LONGEST))


@cache
def projects() -> tuple[str, ...]:
    """Whole apps and examples, each as one text (``tree``)."""
    apps: dict[str, dict[str, str]] = {}
    fixtures = _fixtures()
    folders = {
        name.rpartition("/")[0]
        for name, _ in fixtures
        if name.endswith(("package.json", "requirements.txt"))
    }
    for name, text in fixtures:
        homes = [folder for folder in folders if name.startswith(f"{folder}/")]
        if homes:
            home = min(homes, key=len)
            apps.setdefault(home, {})[name.removeprefix(f"{home}/")] = text
    joined = [join(files) for _, files in sorted(apps.items())]
    joined += [join(dict(example)) for example in _examples()]
    return tuple(dict.fromkeys(text for text in joined if len(text) <= 2 * _LONGEST))


@cache
def configurations() -> tuple[str, ...]:
    """The settings that the documentation shows, each as a tree of one file."""
    text = (_ROOT / "docs/configuration.md").read_text("utf-8")
    names = {"toml": "faceoff-lint.toml", "json": "package.json"}
    return tuple(join({names[kind]: body}) for kind, body in _BLOCK.findall(text))
