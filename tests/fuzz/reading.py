"""What holds for reading: any text gives a module or a failure, and the module tells the truth."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

from faceoff_lint import ir
from faceoff_lint.deep import run_deep
from faceoff_lint.reading import Failure, lower_text
from faceoff_lint.source import Source
from faceoff_lint.worker import answer

_QUOTED = re.compile(r"[A-Za-z]{0,2}(?P<mark>'{3}|\"{3}|['\"`])(?P<inner>.*)(?P=mark);?", re.DOTALL)

__all__ = ["check_module", "lowers", "same_code"]


def lowers(text: str, suffix: str) -> ir.Module | Failure:
    """Reading a text never raises, is deterministic, and says where things are."""
    text = text.removeprefix("\ufeff")
    return run_deep(lambda: _lowers(text, suffix))


def _lowers(text: str, suffix: str) -> ir.Module | Failure:
    outcome = lower_text(text, suffix)
    line = answer(outcome)
    assert line == answer(lower_text(text, suffix)), "read twice, and not the same"
    if isinstance(outcome, Failure):
        _check_failure(outcome, text)
        return outcome
    data = json.loads(line)["module"]
    back = ir.from_data(data)
    assert line == answer(back), "what is written is not what is read back"
    check_module(outcome, text)
    return outcome


def _check_failure(failure: Failure, text: str) -> None:
    assert failure.kind in ("syntax", "too-deep"), failure
    assert 0 <= failure.offset <= len(text), failure
    place = Source("", text).position(failure.offset)
    assert (place.line, place.column) == (failure.line, failure.column), failure
    assert failure.message, failure
    assert len(failure.message.splitlines()) == 1, failure


def check_module(module: ir.Module, text: str) -> None:
    """Spans lie inside the text, and in what they are part of; names are where they are said."""
    size = len(text)
    for start, end in module.comments:
        assert 0 <= start < end <= size, (start, end)
        assert text[start] in "#/<-", text[start:end]
    for start, end, message in module.notes:
        assert 0 <= start <= end <= size, message
        assert message
    exact = not any(note[2] == "positions are approximate" for note in module.notes)
    for node in ir.walk(module):
        assert 0 <= node.start <= node.end <= size, _shown(node, text)
        if exact:
            for child in ir.children(node):
                if not _apart(node, child):
                    assert node.start <= child.start, (_shown(node, text), _shown(child, text))
                    assert child.end <= node.end, (_shown(node, text), _shown(child, text))
            _check_names(node, text)


def _apart(node: ir.Node, child: ir.Node) -> bool:
    """Whether a part may lie outside: decorators come before what they are on, and TypeScript's
    types are put back into what was read without them."""
    if isinstance(node, ir.Param):
        return child is node.annotation
    return isinstance(node, ir.Func | ir.Class) and any(child is one for one in node.decorators)


def _check_names(node: ir.Node, text: str) -> None:
    match node:
        case ir.Name() if node.start < node.end:
            assert _says(text, node.start, node.id), _shown(node, text)
        case ir.Attr() if node.name:
            assert node.start <= node.name_start <= node.end, _shown(node, text)
            assert _says(text, node.name_start, node.name), _shown(node, text)
        case ir.Const(value=str() as value) if node.start < node.end:
            assert _quotes(text[node.start : node.end], value), _shown(node, text)
        case ir.Call() if not node.new and not _tagged(node):
            # A decorator and TypeScript's `import =` are calls only to us.
            said = text[node.start : node.end]
            assert said.endswith(")") or said.startswith(("@", "import")), _shown(node, text)
        case ir.Func() | ir.Class() if node.name and node.name_start != node.start:
            assert _says(text, node.name_start, node.name), _shown(node, text)


def _tagged(call: ir.Call) -> bool:
    """Whether a call is a template with something before it."""
    return len(call.args) == 1 and isinstance(call.args[0].value, ir.Template)


def _quotes(said: str, value: str) -> bool:
    """Whether a piece of text stands for a string, as far as that can be told by looking."""
    if said == value or "\\" in said or "&" in said or said[0] in "0123456789.[":
        return True
    match = _QUOTED.fullmatch(said)
    if match is None:
        # Of an f-string or template, or several strings in a row.
        plain = said.replace("{{", "{").replace("}}", "}")
        return len(plain) >= len(value) or unicodedata.normalize("NFKC", said) == value
    inner = match["inner"].replace("\r\n", "\n").replace("\r", "\n")
    return inner == value or match["mark"] in match["inner"] or match["inner"] == value


def _says(text: str, start: int, name: str) -> bool:
    """Whether a name stands at a place, as such or by escapes, or in other characters for it.

    TypeScript's ``export =`` says ``exports``.
    """
    if text.startswith(name, start) or (name == "exports" and text.startswith("export", start)):
        return True
    written = text[start : start + 12 * len(name) + 2]
    return "\\" in written or unicodedata.normalize("NFKC", written).startswith(name)


def _shown(node: ir.Node, text: str) -> str:
    kind, what = type(node).__name__, text[node.start : node.end]
    name = getattr(node, "name", getattr(node, "id", ""))
    return f"{kind} {name!r} [{node.start}:{node.end}] of {len(text)}: {what[:80]!r}"


def same_code(one: ir.Module, other: ir.Module, *, blocks: bool = True) -> bool:
    """Whether two modules are the same code, wherever things stand.

    ``blocks``: whether blocks without anything in them count.
    """
    notes = [[note for *_, note in module.notes] for module in (one, other)]
    shapes = [ir.shape(module) for module in (one, other)]
    if not blocks:
        shapes = [_without_blocks(shape) for shape in shapes]
    return shapes[0] == shapes[1] and notes[0] == notes[1]


def _without_blocks(shape: Any) -> Any:
    if not isinstance(shape, tuple):
        return shape
    return tuple(_without_blocks(one) for one in shape if one != _EMPTY_BLOCK)


_EMPTY_BLOCK = ir.shape(ir.Block(0, 0, []))
