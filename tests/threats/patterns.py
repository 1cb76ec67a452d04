"""Every regular expression in our own code, and texts that would keep a bad one busy.

Run as a script it prints the places of those whose work grows faster than the text.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import importlib
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["SIZE", "Used", "all_used", "calls", "slow", "texts"]

ROOT = Path(__file__).parents[2]
ROOMS = {"faceoff_lint": "faceoff_lint", "rules": "faceoff_rules"}
SIZE = 100_000
FILE_NAME = 255
_MEDIUM, _SMALL = 4_000, 250
# Seconds of processor time that a linear walk over so much stays far below.
_SUSPICIOUS = {_SMALL: 0.005, _MEDIUM: 0.01, SIZE: 0.15}
_METHODS = frozenset(
    ["compile", "match", "search", "fullmatch", "sub", "subn", "split", "findall", "finditer"]
)
# Called by other names; what else is so counts as looking through the whole text.
_ONLY_MATCHED = frozenset(["_CONTINUES", "_CONTINUES_LINE", "_TRIVIA_OR_OTHER", "_LINE_OR_OTHER"])
_FILE_NAMES = frozenset(["_REQUIREMENTS", "_TOOL_FILE"])
_FROM_THE_START = frozenset(["match", "fullmatch"])


class Used(NamedTuple):
    """A pattern, where it stands, and how it is applied: ``match``, ``fullmatch``, ``finditer``.

    ``most``: how long a text can be.
    """

    place: str
    pattern: re.Pattern[Any]
    methods: frozenset[str]
    most: int = SIZE


class _Open(str):
    """What only a run knows, in a pattern that is put together: a word, whatever is done to it."""

    __slots__ = ()

    def __getattr__(self, name: str) -> _Open:
        return _Open("ab")

    def __call__(self, *args: object) -> _Open:
        return _Open("ab")

    def __add__(self, other: object) -> Any:
        return 2 + other if isinstance(other, int) else str(self) + str(other)


class _Names(dict[str, object]):
    """The names of a module; others are open."""

    def __missing__(self, name: str) -> object:
        return 2 if name == "indent" else _Open("ab")


class Call(NamedTuple):
    """A call of a function of ``re`` with a pattern; ``name``: of what it is assigned to."""

    place: str
    module: str
    name: str
    node: ast.Call


def calls() -> Iterator[Call]:
    """All of them. ``page.py`` reads the pages of rules, which are trusted as their code is."""
    for room, package in ROOMS.items():
        for path in sorted((ROOT / room).rglob("*.py")):
            if path.name == "page.py":
                continue
            inside = path.relative_to(ROOT / room).with_suffix("").parts
            module = ".".join([package, *(part for part in inside if part != "__init__")])
            tree = ast.parse(path.read_text("utf-8"))
            names = {
                id(inner): target.id
                for node in tree.body
                if isinstance(node, ast.Assign | ast.AnnAssign)
                for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
                if isinstance(target, ast.Name)
                for inner in ast.walk(node)
            }
            for node in ast.walk(tree):
                if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                    continue
                owner = node.func.value
                if isinstance(owner, ast.Name) and owner.id == "re" and node.func.attr in _METHODS:
                    place = f"{path.relative_to(ROOT)}:{node.lineno}"
                    yield Call(place, module, names.get(id(node), ""), node)


def all_used() -> list[Used]:
    """All patterns, compiled."""
    code = "\n".join(
        path.read_text("utf-8") for room in ROOMS for path in (ROOT / room).rglob("*.py")
    )
    found = []
    for place, module, name, call in calls():
        names = _Names({**vars(builtins), **vars(importlib.import_module(module))})
        flags = 0
        for node in [*call.args[1:], *(one.value for one in call.keywords)]:
            text = ast.unparse(node)
            if re.fullmatch(r"re\.[A-Z]+(?: \| re\.[A-Z]+)*", text):
                flags |= eval(text, {"re": re})  # noqa: S307 -- our own source
        given = eval(ast.unparse(call.args[0]), {}, names)  # noqa: S307 -- our own source
        pattern = re.compile(given if isinstance(given, bytes) else str(given), flags)
        assert isinstance(call.func, ast.Attribute)
        most = FILE_NAME if name in _FILE_NAMES else SIZE
        found.append(Used(place, pattern, _methods(call.func.attr, name, code), most))
    return found


def _methods(method: str, name: str, code: str) -> frozenset[str]:
    """Those that are called; all that look further than one place are as ``finditer``."""
    used = {method}
    if method == "compile":
        used = set(re.findall(rf"\b{name}(?:\[\w+\])?\.(\w+)\b", code)) if name else {"search"}
        used = {"match"} if name in _ONLY_MATCHED else used & _METHODS
    only = used & _FROM_THE_START
    return frozenset(only if only == used else {*only, "finditer"}) or frozenset(["finditer"])


# --- texts ----------------------------------------------------------------------------------------


def texts(pattern: re.Pattern[Any], size: int) -> Iterator[str]:
    """Texts of about so many characters that the pattern's loops go round in, and fail behind."""
    parser: Any = importlib.import_module("re._parser")
    source = pattern.pattern
    if isinstance(source, bytes):
        source = source.decode("latin-1")
    tree = list(parser.parse(source, pattern.flags & ~re.UNICODE))
    alphabet: set[str] = set()
    pumps: dict[tuple[str, str], None] = {}
    _walk(tree, "", alphabet, pumps)
    whole = _sample(tree)
    for char in sorted(alphabet | {" ", "\t", "\n", "a", "0"}):
        pumps["", char] = None
        if whole:
            pumps[whole, char] = None
    for part in (whole, whole[: len(whole) // 2 + 1], whole[:-1]):
        if part:
            pumps["", part] = None
            pumps["", part + "\n"] = None
            pumps["", part + " "] = None
    for start, pump in pumps:
        for end in ("", "\0", "\n\0") if size < SIZE else ("\0",):
            yield start + pump * (size // len(pump)) + end


def _walk(tree: Any, before: str, alphabet: set[str], pumps: dict[tuple[str, str], None]) -> str:
    """Note the loops in a parsed pattern, each with a text that leads to it; that of the whole."""
    for item in tree:
        name, value = str(item[0]), item[1]
        here = _sample([item])
        if len(here) == 1:
            alphabet.add(here)
        if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            least, most, body = value
            del least
            once = _sample(body)
            if once and int(most) > 20:
                for start in (before, "", once):
                    pumps[start, once] = None
                pumps["", (before + once * 2)] = None
            _walk(body, before, alphabet, pumps)
        elif name == "SUBPATTERN":
            _walk(value[3], before, alphabet, pumps)
        elif name == "ATOMIC_GROUP":
            _walk(value, before, alphabet, pumps)
        elif name == "BRANCH":
            for branch in value[1]:
                _walk(branch, before, alphabet, pumps)
        elif name in ("ASSERT", "ASSERT_NOT"):
            _walk(value[1], before, alphabet, pumps)
        before += here
    return before


def _sample(tree: Any) -> str:
    """A text that a parsed pattern matches, or nearly."""
    return "".join(map(_of_item, tree))


def _of_item(item: Any) -> str:
    name, value = str(item[0]), item[1]
    if name == "LITERAL":
        return chr(value)
    if name == "NOT_LITERAL":
        return "a" if value != ord("a") else "b"
    if name == "ANY":
        return "a"
    if name == "IN":
        return _of_class(value)
    if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        return _sample(value[2]) * max(1, min(int(value[0]), 3))
    if name == "SUBPATTERN":
        return _sample(value[3])
    if name == "ATOMIC_GROUP":
        return _sample(value)
    if name == "BRANCH":
        return max((_sample(branch) for branch in value[1]), key=len)
    return _sample(value[1]) if name == "ASSERT" and value[0] > 0 else ""


_CATEGORIES = {"CATEGORY_DIGIT": "0", "CATEGORY_SPACE": " ", "CATEGORY_WORD": "a",
               "CATEGORY_NOT_DIGIT": "a", "CATEGORY_NOT_SPACE": "a",
               "CATEGORY_NOT_WORD": "-"}  # fmt: skip


def _of_class(items: Any) -> str:
    if str(items[0][0]) != "NEGATE":
        name, value = str(items[0][0]), items[0][1]
        if name == "RANGE":
            return chr(value[0])
        return chr(value) if name == "LITERAL" else _CATEGORIES[str(value)]
    pattern: Any = importlib.import_module("re._compiler")
    parser: Any = importlib.import_module("re._parser")
    state = parser.State()
    state.str = ""
    made = pattern.compile(_subpattern(parser, state, items))
    return next((char for char in "a0 \t\n-./\"'(" if made.match(char)), "z")


def _subpattern(parser: Any, state: Any, items: Any) -> Any:
    made = parser.SubPattern(state)
    made.append((importlib.import_module("re._constants").IN, items))
    return made


# --- work -----------------------------------------------------------------------------------------


def slow(used: Used) -> str:
    """The beginning of a text for which a pattern's work grows faster than the text; or empty."""
    for size in (_SMALL, _MEDIUM, SIZE):
        if size > used.most:
            break
        for text in texts(used.pattern, size):
            if _seconds(used, text) > _SUSPICIOUS[size]:
                part = text[: len(text) // 4]
                # Four times the text, sixteen times the work and more where it is quadratic.
                whole = min(_seconds(used, text) for _ in range(3))
                quarter = min(_seconds(used, part) for _ in range(3))
                if whole > 8 * quarter:
                    return text[:60]
    return ""


def _seconds(used: Used, text: str) -> float:
    subject: Any = text.encode("utf-8") if isinstance(used.pattern.pattern, bytes) else text
    start = time.process_time()
    for method in used.methods:
        if method == "finditer":
            for _ in used.pattern.finditer(subject):
                pass
        else:
            getattr(used.pattern, method)(subject)
    return time.process_time() - start


def main() -> None:
    """Judge all of them, each line as soon as it is known."""
    for used in all_used():
        print(f"? {used.place}", flush=True)
        began = slow(used)
        if began:
            print(f"! {used.place}: {began!r} {used.pattern.pattern!r}", flush=True)
    print("done", flush=True)


if __name__ == "__main__":
    with contextlib.suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (300, 300))
    sys.setrecursionlimit(10_000)
    main()
