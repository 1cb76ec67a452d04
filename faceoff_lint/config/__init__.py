"""Settings, from ``faceoff-lint.toml``, ``pyproject.toml`` or ``package.json``.

Whatever a file says that is not understood is an error that shows the place: a misspelt key that
is passed over would switch a rule off without anyone knowing.
"""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

from faceoff_lint.config.files import Parsed, find, read, repository
from faceoff_lint.config.reader import SettingsReader
from faceoff_lint.config.settings import Entry, Override, Settings
from faceoff_lint.errors import ConfigError
from faceoff_lint.registry import Registry

__all__ = ["Entry", "Override", "Settings", "find", "load", "nested", "rebase"]


def load(start: Path, registry: Registry, config: Path | None = None) -> Settings:
    """The settings for a run that starts at the folder ``start``.

    ``config`` names the file to read instead of looking for one. Raises ``ConfigError``.
    """
    parsed = find(start) if config is None else read(config, explicit=True)
    if parsed is None:
        if config is not None:
            raise ConfigError(f"{config} holds no settings of faceoff-lint")
        return Settings()
    settings = _settings(parsed, registry, ())
    return dataclasses.replace(settings, sole=config is not None)


def nested(folder: Path, above: Path, registry: Registry) -> Settings | None:
    """The settings of the nearest file of ``folder`` or the folders between it and ``above``.

    None when there is no such file. Raises ``ConfigError``.
    """
    parsed = find(folder, above)
    return _settings(parsed, registry, ()) if parsed is not None else None


def _settings(parsed: Parsed, registry: Registry, below: tuple[Path, ...]) -> Settings:
    """What a file says, on top of what the files say that it extends.

    ``below``: the files that led here by extending one another.
    """
    path = parsed.path.resolve()
    reader = SettingsReader(parsed.document, registry)
    own = reader.settings(parsed.data, parsed.path)
    # Where the file is found counts, not where a link leads.
    folder = parsed.path.parent.resolve()
    root = repository(folder) or folder
    if own.baseline is not None and not own.baseline.resolve().is_relative_to(root):
        raise reader.error("`baseline` must name a file of the same repository", ("baseline",))
    if own.extend is None:
        return own
    chain = (*below, path)
    other = own.extend.resolve()
    if other in chain:
        names = " → ".join(one.name for one in (*chain, other))
        raise reader.error(f"a file extends itself: {names}", ("extend",))
    if not other.is_relative_to(root):
        raise reader.error("`extend` must name a file of the same repository", ("extend",))
    if not os.path.isfile(other):
        raise reader.error("`extend` names a file that is not there", ("extend",))
    found = read(own.extend, explicit=True)
    if found is None:
        raise reader.error("`extend` names a file without settings of faceoff-lint", ("extend",))
    return _inherit(_settings(found, registry, chain), own)


def _inherit(base: Settings, own: Settings) -> Settings:
    """Lists add up, single values replace; ``preset`` and ``select`` start anew (``layers``)."""
    assert base.file is not None
    assert own.file is not None
    here, there = own.file.parent, base.file.parent
    overrides = [
        dataclasses.replace(one, paths=paths)
        for one in base.overrides
        if (paths := _moved(one.paths, there, here))
    ]
    said = {entry.keys for entry in own.entries}
    limits = {keys[1].replace("-", "_") for keys in said if keys[0] == "limits"}
    codes = base.options.keys() | own.options.keys()
    adds = {e.keys for e in base.entries if len(e.keys) == 1 and isinstance(e.value, list)}
    kept = [entry for entry in base.entries if entry.keys in adds or entry.keys not in said]
    return dataclasses.replace(
        own,
        below=base.layers,
        exclude=(*_moved(base.exclude, there, here), *own.exclude),
        overrides=(*overrides, *own.overrides),
        baseline=own.baseline or base.baseline,
        require_reason=(own if ("require-reason",) in said else base).require_reason,
        limits=dataclasses.replace(
            base.limits, **{name: getattr(own.limits, name) for name in limits}
        ),
        options={c: {**base.options.get(c, {}), **own.options.get(c, {})} for c in codes},
        entries=(*kept, *own.entries),
    )


def _moved(patterns: tuple[str, ...], folder: Path, root: Path) -> tuple[str, ...]:
    moved = (rebase(pattern, folder, root) for pattern in patterns)
    return tuple(pattern for pattern in moved if pattern is not None)


def rebase(pattern: str, folder: Path, root: Path, *, inside: bool = False) -> str | None:
    """A pattern relative to ``folder`` as one relative to ``root``; None when it can't match there.

    Patterns without a slash before their end match at any depth and stay as they are, unless they
    are to match only ``inside`` the folder.
    """
    bare = pattern.removeprefix("!")
    mark = pattern[: len(pattern) - len(bare)]
    folder, root = folder.resolve(), root.resolve()
    anywhere = "/" not in bare.rstrip("/") or bare.startswith("**/")
    if anywhere:
        if not inside or not folder.is_relative_to(root) or folder == root:
            return pattern
        return f"{mark}/{folder.relative_to(root).as_posix()}/**/{bare.removeprefix('**/')}"
    bare = bare.removeprefix("./").removeprefix("/")
    if folder.is_relative_to(root):
        return f"{mark}/{folder.relative_to(root).as_posix()}/{bare}".replace("/./", "/", 1)
    if not root.is_relative_to(folder):
        return None
    within = root.relative_to(folder).as_posix()
    if bare.startswith(f"{within}/"):
        return mark + bare.removeprefix(within)
    if f"{within}/".startswith(bare.rstrip("*").rstrip("/") + "/"):
        return mark + "/**"
    return None
