"""JavaScript: text to the intermediate representation, by esprima.

The distribution is esprima-fork, which installs the module ``esprima``. Everything that knows
esprima is in this file and in its sisters ``javascript_*``.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from faceoff_lint import ir
from faceoff_lint.lowering.failure import ParseFailure, TooDeep
from faceoff_lint.lowering.javascript_statements import Statements

__all__ = ["lower_javascript"]

_HASHBANG = re.compile(r"#![^\n\r\u2028\u2029]*")
_MESSAGE = re.compile(r"^(?:Error: )?(?:Line \d+: )?")

_QUASI = "Unexpected quasi"
_MAX_MESSAGE = 200

# How the parser says that it was given more than it bears.
_TOO_DEEP = "resource limit"

# CommonJS wraps a file in a function, so this is no error in a script.
_ILLEGAL_RETURN = "Illegal return statement"


def lower_javascript(text: str, *, jsx: bool = False) -> ir.Module:
    """The module of a JavaScript file's text (decoded, without a byte order mark).

    ``jsx``: whether elements are part of the language; a text that can't be read without is tried
    with them too. ``Module.goal`` is the goal under which the text could be read: ``module``
    where both are possible, which includes most CommonJS files. Errors that leave the tree whole
    (a name declared twice) become notes. Raises ``ParseFailure`` for the others.
    """
    hashbang = _HASHBANG.match(text)
    # Blanked, not cut, so that every offset stays true.
    code = " " * hashbang.end() + text[hashbang.end() :] if hashbang else text
    tree, goal = _parse(code, jsx)
    try:
        module = Statements(text).module(tree, goal)
    except RecursionError:
        raise TooDeep from None
    except (KeyError, TypeError, AttributeError):
        # A tree that was mended after an error may lack parts.
        if not tree.errors:
            raise
        error = tree.errors[0]
        message = _plain(str(error.get("message", "")))
        raise ParseFailure.at_offset(text, int(error.get("index") or 0), message) from None
    for error in tree.errors:
        message = _plain(str(error.get("message", "")))
        if goal == "script" and message == _ILLEGAL_RETURN:
            continue
        offset = min(int(error.get("index") or 0), len(text))
        module.notes.append((offset, offset, message))
    if "faceoff" in text:
        module.comments = [(c.range[0], c.range[1]) for c in tree.comments]
    return module


def _parse(code: str, jsx: bool) -> tuple[Any, str]:
    """esprima's tree and the goal it was read under."""
    # In a script ``<!--`` begins a comment; in a module it is three operators.
    goals = ("script", "module") if "<!--" in code else ("module", "script")
    failures: list[ParseFailure] = []
    for with_jsx in (jsx,) if jsx else (False, True):
        trees: list[tuple[Any, str]] = []
        for goal in goals:
            try:
                tree = _parse_goal(code, goal, with_jsx)
            except TooDeep:
                raise
            except ParseFailure as failure:
                failures.append(failure)
                continue
            if not tree.errors:
                return tree, goal
            trees.append((tree, goal))
        if trees:
            # The one with fewer errors; a script when even, as that has no imports or exports.
            return min(trees, key=lambda pair: (len(pair[0].errors), pair[1] == "module"))
        if "<" not in code:
            break
    # The reading that came furthest is the one that was meant.
    raise max(failures, key=lambda failure: failure.offset)


def _parse_goal(code: str, goal: str, jsx: bool) -> Any:
    esprima = _esprima()
    parse = esprima.parseModule if goal == "module" else esprima.parseScript
    try:
        # Without ``tolerant`` a top-level return loses the file; without ``scalar`` offsets count
        # UTF-16 units.
        return parse(
            code,
            range=True,
            tolerant=True,
            positionEncoding="scalar",
            jsx=jsx,
            comment="faceoff" in code,
        )
    except esprima.Error as error:
        if _TOO_DEEP in str(error.message):
            raise TooDeep from None
        raise ParseFailure.at_offset(code, error.index or 0, _plain(str(error.message))) from None
    except RecursionError:
        raise TooDeep from None
    except Exception as error:
        # The parser's own mistakes on malformed text; the file is lost, the run is not.
        raise ParseFailure(f"not readable as JavaScript: {type(error).__name__}") from None


@cache
def _esprima() -> Any:
    """The parser's module, once it has shown that it is the fork."""
    import esprima

    try:
        esprima.parseScript("a?.b")
    except Exception:
        raise ImportError(
            "the module `esprima` is not the distribution esprima-fork (another distribution "
            "installs a module of the same name): uninstall `esprima`, reinstall `esprima-fork`"
        ) from None
    return esprima


def _plain(message: str) -> str:
    """esprima's message without the line, which is reported apart, and on one line.

    Of a piece of a template it quotes all, which may be most of the file.
    """
    if _QUASI in message:
        return "Unexpected template literal"
    return _MESSAGE.sub("", message, count=1).partition("\n")[0][:_MAX_MESSAGE]
