"""Edits, and the diffs that show them."""

from __future__ import annotations

import difflib
import random

import pytest

from faceoff_lint.finding import Edit
from faceoff_lint.fixes import apply_edits, diff_lines, hunks
from faceoff_lint.source import Source, Span


def edit(start: int, end: int, text: str) -> Edit:
    return Edit(Span("a", start, end), text)


def test_edits_apply_in_order_and_equal_ones_once() -> None:
    edits = [edit(4, 5, "X"), edit(0, 0, "import x\n"), edit(0, 0, "import x\n")]
    assert apply_edits("0123456", edits) == "import x\n0123X56"


def test_overlapping_and_foreign_edits_are_left_out() -> None:
    assert apply_edits("0123456", [edit(0, 3, "A"), edit(2, 5, "B"), edit(6, 99, "C")]) == "A3456"


def test_diff_keeps_lines_that_look_like_headers() -> None:
    assert diff_lines("-- old\nx\n", "++ new\nx\n") == [
        "@@ -1,2 +1,2 @@",
        "--- old",
        "+++ new",
        " x",
    ]
    assert diff_lines("same\n", "same\n") == []


@pytest.mark.parametrize("seed", range(40))
def test_hunks_hold_exactly_the_changed_lines(seed: int) -> None:
    """The windowed diff replays to the text that applying all edits gives."""
    chance = random.Random(seed)
    text = "".join(f"line {n} {chance.choice('ab')}\n" for n in range(chance.randint(1, 30)))
    text = text[: len(text) - chance.randint(0, 1)]
    edits: list[Edit] = []
    place = 0
    while place < len(text) and len(edits) < 4:
        start = chance.randint(place, len(text))
        end = min(len(text), start + chance.choice([0, 0, 3, 20]))
        edits.append(edit(start, end, chance.choice(["", "X", "new\nlines\n", "\n"])))
        place = end + 1
    source = Source("a", text)
    lines = [line for hunk in hunks(source, edits) for line in hunk]
    old, new = text.splitlines(), apply_edits(text, edits).splitlines()
    removed = {number: content for sign, number, content in lines if sign == "-"}
    added = {number: content for sign, number, content in lines if sign == "+"}
    for sign, number, content in lines:
        assert content == (old if sign == "-" else new)[number - 1]
    kept_old = [line for number, line in enumerate(old, 1) if number not in removed]
    kept_new = [line for number, line in enumerate(new, 1) if number not in added]
    assert kept_old == kept_new
    whole = difflib.SequenceMatcher(None, old, new, autojunk=False).ratio()
    assert whole == 1 or lines
