"""Erased TypeScript against the compiler's own types blanked out: the same syntax trees.

The other side is ts-blank-space, which asks the TypeScript compiler what is a type, read by acorn.
The corpus: the sources that npm packages ship, and our own sample app.
"""

from __future__ import annotations

import fcntl
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from faceoff_lint.lowering import ParseFailure, deep_recursion, lower
from faceoff_lint.lowering.typescript_erasure import erase

HERE = Path(__file__).parents[1] / "typescript"
NODE = HERE / "node"
SAMPLE = Path(__file__).parents[2] / "fixtures/shapes/express/typescript/src"

# These ship their sources: classes, overloads and namespaces; types upon types; an Express adapter.
PACKAGES = ("rxjs/src", "zod/src", "@trpc/server/src")

# Shares of the files: of those the compiler accepts, read; of those that can be compared, equal.
READ = 0.998
EQUAL = 0.998

Tree = list[list[Any]]


@pytest.fixture(scope="module")
def compared() -> dict[str, Tree | None]:
    """The compiler's tree of each file; None where it cannot be had by blanking out types."""
    with (NODE / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        subprocess.run([HERE / "setup.sh"], check=True, stdout=subprocess.DEVNULL, timeout=600)
    folders = [NODE / "node_modules" / package for package in PACKAGES]
    files = [
        str(path)
        for folder in (*folders, SAMPLE)
        for path in sorted(folder.rglob("*.[mc]ts")) + sorted(folder.rglob("*.ts"))
        if ".d." not in path.name
    ]
    done = subprocess.run(
        ["node", NODE / "blank.mjs"],
        input=json.dumps(files),
        capture_output=True,
        text=True,
        timeout=600,
        check=True,
    )
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


@pytest.mark.slow
def test_trees_are_equal(compared: dict[str, Tree | None]) -> None:
    trees = {path: tree for path, tree in compared.items() if tree is not None}
    assert len(trees) > 500
    different = [path for path, tree in trees.items() if tree_of(text_of(path)) != plain(tree)]
    assert len(different) <= (1 - EQUAL) * len(trees), different


@pytest.mark.slow
def test_all_can_be_read(compared: dict[str, Tree | None]) -> None:
    failed = [path for path in compared if not readable(path)]
    assert len(failed) <= (1 - READ) * len(compared), failed


def readable(path: str) -> bool:
    try:
        lower(text_of(path), Path(path).suffix)
    except ParseFailure:
        return False
    return True


def text_of(path: str) -> str:
    return Path(path).read_bytes().decode("utf-8-sig")


def tree_of(text: str) -> Tree:
    """The node types and starts of what esprima makes of the erased text."""
    import esprima

    code = erase(text).code
    hashbang = re.match(r"#!.*", code)
    code = " " * hashbang.end() + code[hashbang.end() :] if hashbang else code
    try:
        with deep_recursion():
            tree = esprima.parseModule(code, range=True, tolerant=True, positionEncoding="scalar")
            return plain([[node.type, node.range[0]] for node in nodes(tree)])
    except esprima.Error:
        return []


def nodes(tree: Any) -> Iterator[Any]:
    stack = [tree]
    while stack:
        current = stack.pop()
        if isinstance(current, list):
            stack.extend(current)
        elif fields := getattr(current, "__dict__", None):
            if isinstance(fields.get("type"), str) and "range" in fields:
                yield current
            stack.extend(value for key, value in fields.items() if key not in ("range", "errors"))


def plain(tree: Tree) -> Tree:
    """Sorted, without what the two parsers place differently, and without semicolons that stand
    where a type stood."""
    left_out = ("EmptyStatement", "Program", "TemplateElement")
    return sorted(([kind, start] for kind, start in tree if kind not in left_out), key=str)
