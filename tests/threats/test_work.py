"""No text makes our own code work out of proportion: regular expressions, patterns of paths."""

from __future__ import annotations

import random
import re
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from pathspec import GitIgnoreSpec

from faceoff_lint.discovery.globs import matcher
from faceoff_lint.discovery.tsconfig import TsConfigs
from faceoff_lint.lowering import lower

from . import patterns

PROCESSOR_SECONDS = 200


def growth(work: Callable[[int], object], size: int) -> float:
    """How much more processor time four times the size takes; 4 is proportion."""

    def seconds(size: int) -> float:
        best = float("inf")
        for _ in range(3):
            start = time.process_time()
            work(size)
            best = min(best, time.process_time() - start)
        return best

    whole = seconds(4 * size)
    return whole / max(seconds(size), 0.001)


# --- regular expressions --------------------------------------------------------------------------


@pytest.mark.slow
def test_every_regular_expression_is_linear() -> None:
    """On 100 KB made for each; a process of its own, as a bad one would never end."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.threats.patterns"],
        cwd=patterns.ROOT, capture_output=True, text=True, timeout=1200, check=False,
    )  # fmt: skip
    lines = done.stdout.splitlines()
    assert [line for line in lines if line.startswith("!")] == []
    assert lines[-1] == "done", (lines[-1], done.stderr)
    assert len(lines) > 150


def test_every_use_of_regular_expressions_is_known() -> None:
    """None comes in by another name, and none is put together where it can't be seen."""
    code = {
        path: path.read_text("utf-8")
        for room in patterns.ROOMS
        for path in (patterns.ROOT / room).rglob("*.py")
    }
    for path, text in code.items():
        assert not re.search(r"^\s*(?:from re import|import re as|import regex)", text, re.M), path
    assert len(list(patterns.calls())) > 150


@pytest.mark.parametrize(
    ("pattern", "method"),
    [
        (r"[ \t]+$", "finditer"),
        (r"\s*\s*x", "match"),
        (r"<(\w+):[^>]*>", "finditer"),
        (r"^\s+version", "finditer"),
        (r"a.*?b.*?c", "match"),
        (r"\{\w*[^{}]*\}", "match"),
    ],
)
def test_bad_ones_are_found(pattern: str, method: str) -> None:
    used = patterns.Used("here", re.compile(pattern, re.M), frozenset([method]))
    assert patterns.slow(used)
    good = patterns.Used("here", re.compile(r"\w++(?:[ \t]*+,)?"), frozenset(["match"]))
    assert not patterns.slow(good)


TEXTS: dict[str, Callable[[int], str]] = {
    "comments in a string": lambda n: f"x = '{'/*' * n}'\ny\n",
    "spaces": lambda n: f"x = 1{' ' * n}\ny{' ' * n}",
    "lines": lambda n: "x\n" + "\n" * n + "y\n",
    "slashes": lambda n: f"x = '{'/' * n}'\ny\n",
    "names": lambda n: "a" * n + "\n",
    "comments": lambda n: "/* */ // \n" * (n // 8) + "x\n",
    "braces": lambda n: "{}\n" * (n // 3),
    "template": lambda n: "x = `" + "${a}" * (n // 4) + "`\ny\n",
    "regex": lambda n: "x = /" + "[/]" * (n // 3) + "/\ny\n",
}


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("suffix", [".js", ".ts"])
def test_reading_is_linear(text: str, suffix: str) -> None:
    """What walks over a text step by step, beside the patterns."""
    assert growth(lambda size: lower(TEXTS[text](size), suffix), 4_000) < 9


# --- patterns of paths, which the scanned tree gives ----------------------------------------------

GLOBS = ["**/" * 30 + "a", "*a" * 60, "/".join(["**", "a"] * 20), "a*" * 40 + "/b", "*/" * 60 + "x",
         "**/*a*b*c*d*e*f/**/*", "[a-z]*" * 30, "(a+)+$", "a{1,9}" * 20, "?" * 200,
         "**/a/" * 20 + "no", "**/*a/" * 20 + "*a*no"]  # fmt: skip
PATHS = ["a/" * 60 + "b", "a" * 250, "/".join(["aaaa"] * 200), "ab" * 120 + "/" + "c" * 200]


@pytest.mark.slow
def test_patterns_of_paths() -> None:
    """``exclude``, the ``paths`` of overrides and .gitignore go through one matcher."""
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_CPU, (60, 60))\n"
        "from faceoff_lint.discovery.globs import matcher\n"
        f"for glob in {GLOBS!r}:\n"
        f"    for path in {PATHS!r}:\n"
        "        matcher([glob])(path)\n"
        "print('done')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "done\n", done.stderr


PIECES = [
    "a",
    "b",
    "*",
    "**",
    "/",
    "/",
    "?",
    "[ab]",
    "[a-b]*",
    "**/",
    "/**/",
    "*a",
    "\\*",
    ".",
    "!",
]


def test_patterns_of_paths_mean_what_they_did() -> None:
    chance = random.Random(1)
    yes = 0
    for _ in range(1500):
        lines = ["".join(chance.choices(PIECES, k=chance.randint(1, 9))) for _ in range(2)]
        try:
            plain = GitIgnoreSpec.from_lines(lines)
        except ValueError:
            continue
        test = matcher(lines)
        assert test is not None
        for _ in range(20):
            path = "".join(chance.choices("aaabb./*", k=chance.randint(1, 14)))
            path = re.sub("/+", "/", path).lstrip("/") or "a"
            assert test(path) == plain.match_file(path), (lines, path)
            yes += test(path)
    assert yes > 2000


def test_aliases_and_workspaces() -> None:
    star = "*" * 200 + "/" + "a*" * 100
    text = f'{{"compilerOptions": {{"paths": {{"{star}": ["{star}"], "@/*": ["{star}/*"]}}}}}}'
    config = TsConfigs({"tsconfig.json": text}.get).load("tsconfig.json")
    assert config is not None
    assert growth(lambda size: list(config.aliased("@/" + "a" * size)), 2_000) < 20
