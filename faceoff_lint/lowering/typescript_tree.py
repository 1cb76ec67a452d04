"""TypeScript's trees, as tree-sitter gives them: made, searched, and asked.

Everything that knows tree-sitter is in this file and in ``typescript_erasure``. It is imported when
the first text is parsed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from faceoff_lint.lowering.typescript_query import ASSERTIONS, QUERY

if TYPE_CHECKING:
    from tree_sitter import Node, Parser, QueryCursor

__all__ = [
    "TYPES_ONLY", "captures", "comments", "decorated", "has", "in_namespace", "is_type_only",
    "leaves", "parse",
]  # fmt: skip

_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_IMPORT = re.compile(r"\bimport\s*\(\s*(?:'[^'\r\n]*'|\"[^\"\r\n]*\")\s*\)")
_TYPE_AS_NAME = re.compile(
    r"(?<=\()(?:any|boolean|never|number|object|string|symbol|unknown|void)(?=\)\s*=>)"
)

# What the grammar does not know, tried only on texts that it could not read: pattern, and what
# the match becomes (padded with blanks).
_REPAIRS = (
    (re.compile(r"\bexport\s+type\s*\*[^;'\"]*(?:'[^'\r\n]*'|\"[^\"\r\n]*\")"), ""),
    (re.compile(r"(?<=\bexport\sdefault\s)abstract(?=\s+class\b)"), ""),
    (re.compile(r"\baccessor(?=\s+[#A-Za-z_$])"), ""),
)

TYPES_ONLY = frozenset(
    ["ambient_declaration", "comment", "function_signature", "interface_declaration",
     "type_alias_declaration"]
)  # fmt: skip
"""Statements without a meaning at run time."""

_BEFORE_DECORATED = frozenset(["decorator", "comment", "export", "default"])
_DECORATED = frozenset(
    ["abstract_class_declaration", "class", "class_declaration", "method_definition"]
)


def parse(text: str, tsx: bool) -> tuple[str, Node]:
    """The root of a text's tree, and the text it is of: the same but for mended places.

    A node's byte offsets are offsets into the text, in code points.
    """
    root, code = _parse(text, tsx), text
    if root.has_error:
        for pattern, new in _REPAIRS:
            code = pattern.sub(_padded(new), code)
        if code != text:
            root = _parse(code, tsx)
    return code, root


def captures(root: Node, tsx: bool) -> dict[str, list[Node]]:
    """The nodes that ``QUERY`` names, by capture."""
    return _cursor(tsx).captures(root)


def _parse(text: str, tsx: bool) -> Node:
    # Each character outside of ASCII becomes one byte that means the same to the grammar.
    plain = text if text.isascii() else _NOT_ASCII.sub(_ascii, text)
    # The grammar takes ``f<typeof import('x')>(y)`` for two comparisons.
    if "import" in plain:
        plain = _IMPORT.sub(lambda match: "x" * len(match[0]), plain)
    # A parameter called ``string`` is a type to it: ``(string) => void``.
    if "=>" in plain:
        plain = _TYPE_AS_NAME.sub(lambda match: "x" * len(match[0]), plain)
    return _parser(tsx).parse(plain.encode("ascii")).root_node


def _padded(new: str) -> Callable[[re.Match[str]], str]:
    return lambda match: new.ljust(len(match[0]))


def _ascii(match: re.Match[str]) -> str:
    character = match[0]
    if character in "\u2028\u2029":
        return "\n"
    return " " if character.isspace() or character == "\ufeff" else "x"


@cache
def _parser(tsx: bool) -> Parser:
    import tree_sitter
    import tree_sitter_typescript as grammars

    grammar = grammars.language_tsx() if tsx else grammars.language_typescript()
    return tree_sitter.Parser(tree_sitter.Language(grammar))


@cache
def _cursor(tsx: bool) -> QueryCursor:
    import tree_sitter

    language = _parser(tsx).language
    assert language is not None
    query = QUERY if tsx else QUERY + ASSERTIONS
    return tree_sitter.QueryCursor(tree_sitter.Query(language, query))


def has(node: Node, *words: str) -> bool:
    """Whether one of a node's own tokens is one of the words."""
    return any(child.type in words for child in node.children)


def in_namespace(node: Node) -> bool:
    """Whether a statement stands directly in a namespace."""
    block = node.parent
    owner = block.parent if block is not None and block.type == "statement_block" else None
    return owner is not None and owner.type in ("internal_module", "module")


def is_type_only(namespace: Node) -> bool:
    """Whether a namespace holds nothing that exists at run time."""
    stack = [namespace]
    while stack:
        node = stack.pop()
        body = node.child_by_field_name("body")
        for child in body.named_children if body is not None else ():
            inner = child
            if child.type in ("export_statement", "expression_statement"):
                declaration = child.child_by_field_name("declaration")
                inner = next(iter(child.named_children), child)
                inner = inner if declaration is None else declaration
            if inner.type == "internal_module":
                stack.append(inner)
            elif inner.type not in TYPES_ONLY:
                return False
    return True


def leaves(node: Node) -> list[Node]:
    """The nodes without children below a node, in order."""
    stack, found = [node], []
    while stack:
        current = stack.pop()
        if current.child_count:
            stack.extend(reversed(current.children))
        else:
            found.append(current)
    return found


def decorated(decorator: Node) -> int | None:
    """The place of a decorated class or method: of its name, or of the word ``class``."""
    owner = decorator.parent
    if owner is not None and owner.type in ("class_body", "export_statement"):
        following = decorator.next_sibling
        while following is not None and following.type in _BEFORE_DECORATED:
            following = following.next_sibling
        owner = following
    if owner is None or owner.type not in _DECORATED:
        return None
    name = owner.child_by_field_name("name")
    if name is not None:
        return name.start_byte
    word = next((child for child in owner.children if child.type == "class"), None)
    return None if word is None else word.start_byte


def comments(root: Node) -> list[tuple[int, int]]:
    """The extents of all comments."""
    found = []
    stack = [root]
    while stack:
        node = stack.pop()
        if node.type == "comment":
            found.append((node.start_byte, node.end_byte))
        stack.extend(node.children)
    return sorted(found)
