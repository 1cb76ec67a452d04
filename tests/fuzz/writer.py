"""What programs are written with: choices, nesting, odd layout."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import TypeVar

from faceoff_lint import ir
from faceoff_lint.deep import run_deep
from faceoff_lint.reading import lower_text

__all__ = ["Writer", "indented", "reads"]

T = TypeVar("T")


class Writer:
    """Writes one text. Its choices are the random numbers', so that the same give the same text.

    ``depth`` bounds nesting, ``budget`` the number of things written: the end comes whatever the
    numbers are.
    """

    def __init__(self, rng: Random, depth: int = 4, budget: int = 220) -> None:
        self.rng = rng
        self.depth = depth
        self.budget = budget
        self.within: frozenset[str] = frozenset()

    def pick(self, choices: Sequence[T]) -> T:
        """One of some."""
        return choices[self.rng.randrange(len(choices))]

    def one(self, *choices: Callable[[], str]) -> str:
        """What one of some writes."""
        return self.pick(choices)()

    def rarely(self, one_in: int = 6) -> bool:
        """True once in so many times (never when all random numbers are 0)."""
        return self.rng.randrange(one_in) == one_in - 1

    def inside(self, place: str, write: Callable[[], str]) -> str:
        """Something written inside of what ``place`` names: a loop, or a kind of function.

        Now and then nothing is made of it: then what belongs elsewhere stands here.
        """
        before = self.within
        if not self.rarely(40):
            self.within = frozenset(place.split()) | (before if place == "loop" else frozenset())
        try:
            return write()
        finally:
            self.within = before

    def allowed(self, *choices: tuple[str, str]) -> str:
        """One of the texts whose place this is; each comes with the place, empty for anywhere."""
        return self.pick([text for place, text in choices if not place or place in self.within])

    def some(self, write: Callable[[], str], most: int = 3, least: int = 0) -> list[str]:
        """A few of one kind."""
        return [write() for _ in range(least + self.rng.randrange(most - least + 1))]

    def readable(self, write: Callable[[], str], suffix: str) -> str:
        """What parses by itself of three tries, else nothing; now and then whatever comes."""
        for _ in range(3):
            text = write()
            if self.rarely(25) or reads(text, suffix):
                return text
        return ""

    def deeper(self, simple: Callable[[], str], compound: Sequence[Callable[[], str]]) -> str:
        """Something compound, or simple where depth or budget are used up."""
        self.budget -= 1
        if self.depth <= 0 or self.budget <= 0 or not self.rng.randrange(3):
            return simple()
        self.depth -= 1
        try:
            return self.pick(compound)()
        finally:
            self.depth += 1

    def laid_out(self, text: str, comment: str) -> str:
        """The finished text with the odd line ends, marks and comments of real files."""
        if self.rarely(5):
            text = text.replace("\n", self.pick(("\r\n", "\r\n", "\r")))
        if self.rarely(9):
            text = "\ufeff" + text
        if self.rarely(9):
            text = text.rstrip("\r\n")
        if self.rarely(9):
            text = f"{comment} {self.pick(('é', '变量', chr(0x1F600)))}\n{text}"
        return text


def reads(text: str, suffix: str) -> bool:
    """Whether a parser takes a text."""
    return isinstance(run_deep(lambda: lower_text(text, suffix)), ir.Module)


def indented(lines: str, by: str = "    ") -> str:
    """Each line further in."""
    return "".join(f"{by}{line}\n" for line in lines.split("\n") if line)
