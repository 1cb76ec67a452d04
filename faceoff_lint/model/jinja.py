"""Jinja templates as text: the templates and endpoints that they name in so many words.

Nothing is executed. Source: Jinja documentation, "Template Designer Documentation" (delimiters,
comments, raw blocks, whitespace control, extends, include, import).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Reference", "references"]

_OPEN = re.compile(r"\{%|\{\{|\{#")
_STRING = r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'"
_END = {"{%": re.compile(_STRING + r"|%\}", re.S), "{{": re.compile(_STRING + r"|\}\}", re.S)}
_ENDRAW = re.compile(r"\{%[-+]?\s*endraw\s*[-+]?%\}")
_KEYWORD = re.compile(r"[-+]?\s*(\w+)")
_LITERAL = re.compile(r"\s*(?:\"([^\"\\]*)\"|'([^'\\]*)')")
_AFTER = {
    "extends": re.compile(r"\s*[-+]?\Z"),
    "include": re.compile(r"\s*(?:with(?:out)?\s+context\s*)?[-+]?\Z"),
    "import": re.compile(r"\s+as\s"),
    "from": re.compile(r"\s+import\s"),
}
_URL_FOR = re.compile(r"(?<![\w.])url_for\s*\(\s*(?:\"([^\"\\]*)\"|'([^'\\]*)')\s*(?=[,)])")
_OWN_URL_FOR = re.compile(r"\{%[-+]?\s*(?:set|macro)\s+url_for\b|\bimport\b[^%]*\burl_for\b")
_ARGUMENTS = re.compile(_STRING + r"|\*\*|[()\[\]{}]|(?<![\w.])(\w+)\s*=(?!=)", re.S)
# A condition on such words asks whether something is there at all.
_GUARD = re.compile(
    r"config|defined|blueprint|view_functions|endpoint|enable|feature|setting|\bin\b"
    r"|plugin|installed|has_|available|\bis_\w+_(?:on|enabled)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Reference:
    """A literal in a template: ``start`` and ``end`` of it, quotes included.

    ``kind``: ``extends``, ``include``, ``import``, ``from`` or ``url_for``. ``keywords``: what is
    passed to ``url_for`` by name; None where ``**`` may pass more. ``guarded``: it stands under a
    condition that may ask whether the thing is there.
    """

    kind: str
    name: str
    start: int
    end: int
    keywords: tuple[str, ...] | None = ()
    guarded: bool = False


def references(text: str) -> Iterator[Reference]:
    """What a template names; nothing when it has a ``url_for`` of its own."""
    own = _OWN_URL_FOR.search(text) is not None
    conditions: list[str] = []
    for kind, start, end in _pieces(text):
        content = text[start:end]
        match = _KEYWORD.match(content) if kind == "{%" else None
        keyword = match[1] if match else ""
        if keyword == "if":
            conditions.append(content)
        elif keyword in ("elif", "else") and conditions:
            conditions[-1] += content
        elif keyword == "endif" and conditions:
            conditions.pop()
        guarded = any(_GUARD.search(c) for c in conditions)
        if match and keyword in _AFTER:
            literal = _LITERAL.match(content, match.end())
            if literal and _AFTER[keyword].match(content, literal.end()):
                at = literal.start() + len(literal[0]) - len(literal[0].lstrip())
                name = literal[1] if literal[1] is not None else literal[2]
                yield Reference(keyword, name, start + at, start + literal.end(), (), guarded)
        elif not own:
            yield from _urls(content, start, guarded)


def _urls(content: str, offset: int, guarded: bool) -> Iterator[Reference]:
    for match in _URL_FOR.finditer(content):
        group = 1 if match[1] is not None else 2
        start, end = match.start(group) - 1, match.end(group) + 1
        # An inline condition guards as a block does.
        inline = " if " in content and _GUARD.search(content.partition(" if ")[2]) is not None
        yield Reference(
            "url_for", match[group], offset + start, offset + end,
            _keywords(content, match.end()), guarded or inline,
        )  # fmt: skip


def _keywords(content: str, start: int) -> tuple[str, ...] | None:
    """The keywords of a call from within its parentheses on; None with ``**``."""
    found: list[str] = []
    depth = 1
    for match in _ARGUMENTS.finditer(content, start):
        token = match[0]
        if token == "**" and depth == 1:
            return None
        if token in "([{":
            depth += 1
        elif token in ")]}":
            depth -= 1
            if depth == 0:
                return tuple(found)
        elif match[1] and depth == 1:
            found.append(match[1])
    return None


def _pieces(text: str) -> Iterator[tuple[str, int, int]]:
    """The statements and expressions of a template: their delimiter and what is inside."""
    at = 0
    while (opening := _OPEN.search(text, at)) is not None:
        kind, start = opening[0], opening.end()
        if kind == "{#":
            at = text.find("#}", start) + 2
            if at == 1:
                return
            continue
        closing = next((m for m in _END[kind].finditer(text, start) if m[0][0] in "%}"), None)
        if closing is None:
            return
        at = closing.end()
        if kind == "{%" and text[start : closing.start()].strip(" \t\r\n-+") == "raw":
            ending = _ENDRAW.search(text, at)
            if ending is None:
                return
            at = ending.end()
            continue
        yield kind, start, closing.start()
