# ruff: noqa: E501
"""The targets: how to make a text, and what is to hold for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from random import Random

from faceoff_lint.lowering import language_of

from . import apps, comments, configs, disturbed, material, tree
from .express_programs import express_program, express_project
from .flask_programs import flask_program, flask_project
from .mutation import mutate, soup
from .reading import lowers
from .writer import reads

__all__ = ["TARGETS", "Target"]


@dataclass(frozen=True)
class Target:
    """``check`` raises for a text that breaks the property. ``generate`` makes a whole text,
    ``seeds`` are whole texts to change; ``language`` says what tokens there are.
    ``first`` names the first file where texts are trees. ``plain``: a text is used as generated.
    """

    name: str
    language: str
    check: Callable[[str], object]
    generate: Callable[[Random], str]
    seeds: Callable[[], tuple[str, ...]]
    first: str = ""
    plain: bool = False

    def make(self, rng: Random) -> str:
        """A text: generated, a changed seed, a changed generated one, or tokens in no order."""
        if self.plain:
            return self.generate(rng)
        seeds = self.seeds()
        kind = rng.randrange(40)
        if not kind or (kind < 4 and not self.first):
            return soup(rng, self.language)
        if kind < 10:
            return self.generate(rng)
        if kind < 20 or not seeds:
            return self._changed(rng, self.generate(rng))
        return self._changed(rng, seeds[rng.randrange(len(seeds))])

    def change(self, rng: Random, text: str) -> str:
        """A text made of one that did well: changed, or spliced with a new one."""
        if self.plain or rng.randrange(8) == 7:
            return self.make(rng)
        return self._changed(rng, text)

    def _changed(self, rng: Random, text: str) -> str:
        if not self.first or not rng.randrange(4):
            return mutate(rng, text, self.seeds(), self.language)
        # Trees are for what lies behind the parsers: most should get through those.
        broken = self._broken(text)
        for _ in range(4):
            changed = mutate(rng, text, self.seeds(), self.language, 4)
            if self._broken(changed) <= broken:
                return changed
        return text

    def _broken(self, text: str) -> int:
        """How many of a tree's files no parser takes."""
        files = tree.split(text, self.first).items()
        return sum(
            not reads(one.removeprefix("\ufeff"), PurePosixPath(path).suffix)
            for path, one in files
            if language_of(PurePosixPath(path).suffix)
        )


def _script(rng: Random) -> str:
    return express_program(rng, (".js", ".js", ".jsx", ".mjs")[rng.randrange(4)])


def _typed(rng: Random) -> str:
    return express_program(rng, (".ts", ".tsx")[rng.randrange(2)])


def _both(check: Callable[[str, str], object], *suffixes: str) -> Callable[[str], object]:
    def run(text: str) -> None:
        for suffix in suffixes:
            check(text, suffix)

    return run


def _of(language: str) -> Callable[[], tuple[str, ...]]:
    return lambda: material.texts(language)


def _projects(file: str, suffixes: tuple[str, ...]) -> Callable[[], tuple[str, ...]]:
    def seeds() -> tuple[str, ...]:
        return tuple(
            text
            for text in material.projects()
            if any(name.endswith(suffixes) for name in tree.split(text, file))
        )

    return seeds


_PY, _JS = (".py",), (".js", ".ts", ".mjs", ".cjs")
_flask = _projects("app.py", _PY)
_express = _projects("app.js", _JS)


def _trees(make: Callable[[Random], dict[str, str]]) -> Callable[[Random], str]:
    return lambda rng: tree.join(make(rng))


TARGETS: dict[str, Target] = {
    one.name: one
    for one in (
        Target("python", "python", _both(lowers, ".py"), flask_program, _of("python")),
        Target("javascript", "javascript", _both(lowers, ".js", ".jsx"), _script, _of("javascript")),
        Target("typescript", "typescript", _both(lowers, ".ts", ".tsx"), _typed, _of("typescript")),
        Target("flask", "python", lambda text: apps.analyses(text, "app.py"), _trees(flask_project), _flask, "app.py"),
        Target("express", "javascript", lambda text: apps.analyses(text, "app.js"), _trees(express_project), _express, "app.js"),
        Target("comments-python", "python", _both(comments.suppresses, ".py"), flask_program, _of("python")),
        Target("comments-javascript", "javascript", _both(comments.suppresses, ".jsx"), _script, _of("javascript")),
        Target("comments-typescript", "typescript", _both(comments.suppresses, ".ts"), _typed, _of("typescript")),
        Target("fixes-flask", "python", lambda text: apps.fixes(text, "app.py"), _trees(flask_project), _flask, "app.py"),
        Target("fixes-express", "javascript", lambda text: apps.fixes(text, "app.js"), _trees(express_project), _express, "app.js"),
        Target("settings", "plain", configs.configures, _trees(configs.configuration), material.configurations),
        Target("cache", "plain", disturbed.caches, disturbed.story, tuple, plain=True),
        Target("workers", "plain", disturbed.workers, disturbed.story, tuple, plain=True),
        Target("watch", "plain", disturbed.changes, disturbed.story, tuple, plain=True),
    )
}  # fmt: skip
