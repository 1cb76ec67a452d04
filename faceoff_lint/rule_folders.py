"""Rules from a folder: a user's own, outside of any package.

Their modules run in this process, so a folder is loaded because the user named it, never because
the scanned repository did. ``sys.path`` stays as it is: rules import the standard library,
``faceoff_lint.rule``, installed packages, and one another by ``from . import``.
"""

from __future__ import annotations

import hashlib
import importlib.util
import itertools
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from faceoff_lint.errors import RuleError
from faceoff_lint.registry import imported, rules_of
from faceoff_lint.rule import Rule

__all__ = ["digest", "load"]

_NUMBERS = itertools.count(1)


def load(folder: Path) -> list[Rule]:
    """The rules of a folder's modules. Raises ``RuleError`` for what can't be used."""
    if not folder.is_dir():
        raise RuleError(f"there is no folder of rules {folder}")
    with _no_bytecode():
        rules = rules_of(_package(folder.resolve()))
    if not rules:
        raise RuleError(f"the folder {folder} holds no rule; `faceoff-lint new-rule` makes one")
    return rules


def digest(folders: Iterable[Path]) -> str:
    """What is in the folders, told short: as long as it is the same, so are their rules."""
    made = hashlib.blake2b(digest_size=16)
    for folder in folders:
        made.update(repr(os.fspath(folder)).encode())
        for path in sorted(folder.rglob("*")):
            if path.suffix in (".py", ".md") and path.is_file():
                made.update(repr((path.as_posix(), path.read_bytes())).encode())
    return made.hexdigest()


def _package(folder: Path) -> ModuleType:
    """The folder as a package of a name that nothing else has."""
    name = f"faceoff_rule_folder_{next(_NUMBERS)}"
    init = folder / "__init__.py"
    if init.is_file():
        spec = importlib.util.spec_from_file_location(
            name, init, submodule_search_locations=[os.fspath(folder)]
        )
        assert spec is not None
        assert spec.loader is not None
        package = importlib.util.module_from_spec(spec)
        sys.modules[name] = package
        with imported(f"{folder.name}/__init__"):
            spec.loader.exec_module(package)
        return package
    package = ModuleType(name)
    package.__path__ = [os.fspath(folder)]
    sys.modules[name] = package
    return package


@contextmanager
def _no_bytecode() -> Iterator[None]:
    """Nothing is written beside the rules: their folder may lie in the tree that is linted."""
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        yield
    finally:
        sys.dont_write_bytecode = before
