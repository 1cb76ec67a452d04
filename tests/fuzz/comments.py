"""What holds for suppressions: read in any text; mended and written, the code stays the same."""

from __future__ import annotations

from collections.abc import Sequence

from faceoff_lint import fixing, ir
from faceoff_lint.deep import run_deep
from faceoff_lint.finding import Edit, Finding
from faceoff_lint.fixes import apply_edits
from faceoff_lint.reading import Failure, lower_text
from faceoff_lint.source import Source, Span
from faceoff_lint.suppressions import Outcome, apply, insertions
from faceoff_lint.suppressions.read import read

from .apps import in_process
from .material import REGISTRY
from .reading import same_code

__all__ = ["suppresses"]

_CODES = ("FLK501", "EXP301", "FLK801", "EXP102")
_ABOUT = ("FO010", "FO011", "FO012")
_MOST = 4


def suppresses(text: str, suffix: str) -> None:
    """Comments are read and judged; their fixes, and ``--add-ignore``, keep the code as it is."""
    text = text.removeprefix("\ufeff")
    with in_process():
        run_deep(lambda: _suppresses(text, suffix))


def _suppresses(text: str, suffix: str) -> None:
    source = Source(f"app{suffix}", text)
    module = lower_text(text, suffix)
    if isinstance(module, Failure):
        # Nobody asks for the comments of such a file; whatever passes for some must be read.
        everything = [(0, len(text))]
        read(source, everything, REGISTRY.by_key.__contains__)
        return
    findings = _findings(module, source)
    outcome = _judged(findings, source, module)
    for one in outcome.findings:
        assert 0 <= one.span.start <= one.span.end <= len(text), one
    _mended(source, module, findings, outcome)
    _added(source, module, findings)


def _findings(module: ir.Module, source: Source) -> list[Finding]:
    """Findings at a few places over the whole file, always the same."""
    nodes = [
        node
        for node in ir.walk(module)
        if isinstance(node, ir.Call | ir.Func | ir.Stmt) and node.start < node.end
    ]
    step = max(1, len(nodes) // _MOST)
    return [
        Finding(Span(source.path, one.start, one.end), "x", code=_CODES[at % len(_CODES)])
        for at, one in enumerate(nodes[::step])
    ]


def _judged(findings: Sequence[Finding], source: Source, module: ir.Module) -> Outcome:
    return apply(findings, {source.path: (source, module.comments)}, REGISTRY, lambda rule: True)


def _mended(
    source: Source, module: ir.Module, findings: Sequence[Finding], outcome: Outcome
) -> None:
    """The fixes of comments: the code stays, and no finding that was suppressed comes back."""
    about = [one for one in outcome.findings if one.code in _ABOUT]
    made = fixing.plan(about, {source.path: source}, unsafe=False)
    if not made.edits:
        assert not made.problems, made.problems
        return
    assert not made.problems, made.problems
    edits = made.edits[source.path]
    after = Source(source.path, apply_edits(source.text, edits))
    again = lower_text(after.text, f".{source.path.rpartition('.')[2]}")
    assert isinstance(again, ir.Module), (again, "a comment's fix broke the file")
    # In JSX a comment goes with its braces; elsewhere these are a block without anything in it.
    assert same_code(module, again, blocks=False), ("a comment's fix changed the code", edits)


def _added(source: Source, module: ir.Module, findings: Sequence[Finding]) -> None:
    """What is written suppresses what it says, and the code stays."""
    suffix = f".{source.path.rpartition('.')[2]}"
    left = [one for one in _judged(findings, source, module).findings if one.code in _CODES]
    added = insertions(left, {source.path: source}, REGISTRY, "for now")
    if not added.findings:
        return
    made = fixing.plan(added.findings, {source.path: source}, unsafe=False)
    assert not made.problems, made.problems
    edits = made.edits[source.path]
    after = Source(source.path, apply_edits(source.text, edits))
    again = lower_text(after.text, suffix)
    assert isinstance(again, ir.Module), (again, "a comment broke the file")
    assert same_code(module, again), ("a comment changed the code", edits)
    # The same places in the new text, in the order of the old.
    places = {(one.span.start, one.code) for one in made.fixed}
    moved = [
        Finding(Span(source.path, _moved(start, edits), _moved(start, edits)), "", code=code)
        for start, code in sorted(places)
    ]
    judged = _judged(moved, after, again)
    assert judged.suppressed == len(moved), ("written, and not suppressed", moved, edits)


def _moved(start: int, edits: Sequence[Edit]) -> int:
    shift = 0
    for edit in edits:
        if edit.span.end <= start:
            shift += len(edit.text) - (edit.span.end - edit.span.start)
    return start + shift
