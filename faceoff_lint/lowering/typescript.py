"""TypeScript, and JavaScript with Flow's types: erased, then read as JavaScript.

Positions stay those of the original text.
"""

from __future__ import annotations

from faceoff_lint import ir
from faceoff_lint.lowering.failure import ParseFailure
from faceoff_lint.lowering.javascript import lower_javascript
from faceoff_lint.lowering.typescript_erasure import erase
from faceoff_lint.lowering.typescript_restore import restore

__all__ = ["lower_annotated", "lower_typescript"]


def lower_typescript(text: str, *, tsx: bool = False) -> ir.Module:
    """The module of a TypeScript file's text. ``tsx``: elements are part of the language.

    Raises ``ParseFailure`` when what is left without types is no JavaScript.
    """
    erased = erase(text, tsx=tsx)
    try:
        module = lower_javascript(erased.code, jsx=tsx)
    except ParseFailure as failure:
        if type(failure) is not ParseFailure:
            raise
        raise ParseFailure.at_offset(text, failure.offset, failure.message) from None
    restore(module, erased, text)
    return module


def lower_annotated(text: str, failure: ParseFailure) -> ir.Module:
    """The module of a JavaScript file that could not be read for ``failure``: it may hold types.

    Raises ``failure`` when it doesn't.
    """
    erased = erase(text, tsx=True)
    if erased.code == text or not (erased.sound or "@flow" in text[:2000]):
        raise failure
    try:
        module = lower_javascript(erased.code, jsx=True)
    except ParseFailure:
        raise failure from None
    restore(module, erased, text)
    module.notes.append((0, 0, "read without the types it is annotated with"))
    return module
