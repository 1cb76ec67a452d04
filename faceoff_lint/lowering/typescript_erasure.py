"""TypeScript's types, found by tree-sitter and replaced by blanks of the same length.

What is left is JavaScript in which everything stands where it stood. What has a meaning at run
time and cannot stay as it is written (enums, decorators, parameter properties …) is rewritten in
its own place, and noted in ``Erased`` for ``typescript_restore``.

tree-sitter never rejects a text; whether what is left is JavaScript is for its parser to say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from faceoff_lint.lowering.typescript_tree import (
    TYPES_ONLY,
    captures,
    comments,
    decorated,
    has,
    in_namespace,
    is_type_only,
    leaves,
    parse,
)

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["Erased", "Reference", "erase"]

_VISIBLE = re.compile(r"[^\r\n\u2028\u2029]")
_ANY = re.compile(r".", re.DOTALL)
_TRIVIA = re.compile(r"(?:[\s\ufeff]|//[^\n\r\u2028\u2029]*|/\*.*?\*/)*", re.DOTALL)
_NUMBER = re.compile(r"-?\d+")

# Characters of white space and comments that are skipped at most.
_LOOKAHEAD = 5_000

# Before these a line that ends without a semicolon goes on.
_CONTINUING = frozenset("([`+-/*.,<")
_CALLING = frozenset("([`")

_NAMES = frozenset(["identifier", "type_identifier"])
_PROPERTY_MARKS = frozenset(["accessibility_modifier", "override_modifier", "readonly"])


@dataclass(frozen=True, slots=True)
class Reference:
    """A dotted name in a type: the offset of each part and the part."""

    parts: tuple[tuple[int, str], ...]


@dataclass(slots=True)
class Erased:
    """A text without its types. All keys are offsets into it, which are offsets into the original.

    ``code``: the JavaScript. ``decorators``: the same text with nothing but decorators' expressions
    in it, each after a ``;``; empty without decorators. ``decorated``: where each expression
    starts, and the place of what it decorates (a method's or class's name, or ``class``).
    ``members``: enum members, by place: name, and value where it is a number that counts on.
    ``properties``: parameters (place of the name) that are fields of their class too.
    ``annotations``: parameters whose type is a plain name. ``exports``: places of ``export =``.
    ``empty_imports``: imports of which only types were named. ``bare_fields``: places of fields
    that are declared without a value. ``comments``: extents. ``sound``: whether the grammar read
    all of it.
    """

    code: str
    sound: bool = True
    decorators: str = ""
    decorated: dict[int, int] = field(default_factory=dict)
    members: dict[int, tuple[str, int | None]] = field(default_factory=dict)
    properties: set[int] = field(default_factory=set)
    annotations: dict[int, Reference] = field(default_factory=dict)
    exports: set[int] = field(default_factory=set)
    empty_imports: set[int] = field(default_factory=set)
    bare_fields: set[int] = field(default_factory=set)
    comments: list[tuple[int, int]] = field(default_factory=list)


def erase(text: str, *, tsx: bool = False) -> Erased:
    """The text of a TypeScript file without its types. ``tsx``: elements are part of the language.

    Takes any text; raises nothing for what it holds.
    """
    code, root = parse(text, tsx)
    return _Eraser(code, tsx).run(root)


class _Eraser:
    """Collects what to change in one text, then changes it."""

    def __init__(self, text: str, tsx: bool) -> None:
        self.text = text
        self.tsx = tsx
        # (start, minus end, rank, new text): the outermost of two nested ones comes first.
        self.edits: list[tuple[int, int, int, str]] = []
        self.result = Erased(text)

    def run(self, root: Node) -> Erased:
        """Erase all that the tree tells of."""
        result = self.result
        result.sound = not root.has_error
        found = captures(root, self.tsx)
        for node in found.pop("type", ()):
            start, end = node.start_byte, node.end_byte
            self.edits.append((start, -end, 1, _VISIBLE.sub(" ", self.text[start:end])))
        decorators = found.pop("decorator", [])
        for name, nodes in found.items():
            handle = _HANDLERS[name]
            for node in nodes:
                handle(self, node)
        if "faceoff" in self.text:
            result.comments = comments(root)
        for node in decorators:
            self.blank(node.start_byte, node.end_byte)
        result.code = self.apply()
        if decorators:
            self.keep_decorators(decorators)
        return result

    # --- changing the text -----------------------------------------------------------------------

    def blank(self, start: int, end: int, first: str = "", *, one_line: bool = False) -> None:
        """Blank a stretch; ``first`` stands at its start. ``one_line``: line ends go as well."""
        pattern = _ANY if one_line else _VISIBLE
        new = pattern.sub(" ", self.text[start:end])
        self.edits.append((start, -end, 0, first + new[len(first) :]))

    def replace(self, start: int, end: int, new: str) -> None:
        """Put ``new`` in the place of a stretch of the same length."""
        self.edits.append((start, -end, 0, new.ljust(end - start)))

    def apply(self) -> str:
        """The text with all edits made."""
        pieces: list[str] = []
        position = 0
        for start, minus_end, _, new in sorted(self.edits):
            if start < position:
                continue
            pieces += (self.text[position:start], new)
            position = -minus_end
        pieces.append(self.text[position:])
        return "".join(pieces)

    def after(self, offset: int) -> tuple[str, bool]:
        """The next character that is no white space or comment, and whether a line ends before."""
        match = _TRIVIA.match(self.text, offset, offset + _LOOKAHEAD)
        end = match.end() if match else offset
        between = self.text[offset:end]
        return self.text[end : end + 1], "\n" in between or "\r" in between

    # --- expressions -----------------------------------------------------------------------------

    def cast(self, node: Node) -> None:
        """``value as T``, ``value satisfies T``."""
        start, end = node.children[0].end_byte, node.end_byte
        # At the end of a line the grammar takes the last part of ``as A.B.C`` for a property.
        outer = node.parent if self.text.startswith(".", end) else None
        while outer is not None and outer.type == "member_expression":
            end, outer = outer.end_byte, outer.parent
        following, on_next_line = self.after(end)
        first = ";" if on_next_line and following in _CALLING else ""
        self.blank(start, end, first)

    def assertion(self, node: Node) -> None:
        """``<T>value``."""
        types = node.children[0]
        # Without something before it an object would be the block of an arrow.
        parent = node.parent if self.after(types.end_byte)[0] == "{" else None
        first = "0||" if parent is not None and parent.type == "arrow_function" else ""
        # A line end after ``return`` would end the statement.
        self.blank(types.start_byte, types.end_byte, first, one_line=True)

    def arrow(self, node: Node) -> None:
        """No line may end between an arrow and what is before, nor after ``async``."""
        for name in ("return_type", "type_parameters"):
            types = node.child_by_field_name(name)
            if types is not None and types.start_point[0] != types.end_point[0]:
                self.blank(types.start_byte, types.end_byte, one_line=True)

    def tagged(self, node: Node) -> None:
        """``tag<T>`text` ``, which the grammar takes for two comparisons."""
        low, high = node.children[0].children[1], node.children[1]
        self.blank(low.start_byte, high.end_byte)

    def using(self, node: Node) -> None:
        """``using x = f()``, which the grammar takes for an assignment: a constant."""
        outer = node.parent.parent if node.parent is not None else None
        awaited = outer is not None and outer.type == "await_expression"
        start = outer.start_byte if outer is not None and awaited else node.start_byte
        self.replace(start, node.end_byte, "const")

    # --- statements ------------------------------------------------------------------------------

    def statement(self, node: Node) -> None:
        """A statement that only declares types."""
        following, _ = self.after(node.end_byte)
        self.blank(node.start_byte, node.end_byte, ";" if following in _CONTINUING else "")

    def specifier(self, node: Node) -> None:
        """``type A`` in a list of imports or exports, with its comma."""
        end = node.end_byte
        comma = node.next_sibling
        while comma is not None and comma.type == "comment":
            comma = comma.next_sibling
        if comma is not None and comma.type == ",":
            end = comma.end_byte
        self.blank(node.start_byte, end)
        clause = node.parent.parent if node.parent is not None else None
        if clause is None or clause.type != "import_clause" or clause.named_child_count != 1:
            return
        names = [child for child in clause.named_children[0].named_children if not child.is_extra]
        if all(has(name, "type", "typeof") for name in names) and clause.parent is not None:
            self.result.empty_imports.add(clause.parent.start_byte)

    def export(self, node: Node) -> None:
        """An export: of types only, ``export =``, or one inside a namespace."""
        kinds = [child.type for child in node.children]
        declaration = node.child_by_field_name("declaration")
        if declaration is not None:
            only_types = declaration.type in TYPES_ONLY or (
                declaration.type == "internal_module" and is_type_only(declaration)
            )
            if only_types:
                self.statement(node)
            elif declaration.type == "internal_module" or in_namespace(node):
                self.blank(node.children[0].start_byte, node.children[0].end_byte)
        elif "type" in kinds[1:2] or "as" in kinds[1:2]:
            self.statement(node)
        elif "=" in kinds[1:2]:
            word = node.children[0]
            self.replace(word.start_byte, word.end_byte, "$" * len("export"))
            self.result.exports.add(word.start_byte)

    def require(self, node: Node) -> None:
        """``import x = require("y")`` and ``import x = A.B``."""
        if has(node, "type"):
            self.statement(node)
            return
        word = node.children[0]
        self.replace(word.start_byte, word.end_byte, "const")

    def enum(self, node: Node) -> None:
        """``enum A { B, C = 'x' }`` becomes ``var A ={ $, C : 'x' }``."""
        name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        if name is None or body is None:
            return
        if body.start_byte > name.end_byte:
            self.replace(node.start_byte, name.start_byte, "var")
            self.replace(name.end_byte, body.start_byte, "=")
        else:  # no room for the sign: the name moves by one
            new = f"var {self.of(name)}="
            self.replace(node.start_byte, body.start_byte, new)
        following, _ = self.after(node.end_byte)
        if following in _CONTINUING and self.text[body.end_byte - 2] in " \t\r\n,":
            self.replace(body.end_byte - 2, body.end_byte, "};")
        count: int | None = 0
        for member in body.named_children:
            if member.type == "enum_assignment":
                count = self.enum_member(member)
            elif member.type != "comment":
                self.result.members[member.start_byte] = self.of(member).strip("\"'"), count
                self.replace(member.start_byte, member.end_byte, "$" * len(self.of(member)))
            count = None if count is None or member.type == "comment" else count + 1

    def enum_member(self, node: Node) -> int | None:
        """A member with a value; the value where it is a whole number."""
        for child in node.children:
            if child.type == "=":
                self.replace(child.start_byte, child.end_byte, ":")
        value = node.child_by_field_name("value")
        text = "" if value is None else self.of(value)
        return int(text) if len(text) < 16 and _NUMBER.fullmatch(text) else None

    def namespace(self, node: Node) -> None:
        """``namespace A.B { … }``: its block, or nothing when it holds only types."""
        body = node.child_by_field_name("body")
        if body is None or is_type_only(node):
            self.statement(node)
        else:
            self.blank(node.start_byte, body.start_byte)

    # --- classes and functions -------------------------------------------------------------------

    def member(self, node: Node) -> None:
        """A member of a class that is declared only."""
        following, _ = self.after(node.end_byte)
        self.blank(node.start_byte, node.end_byte, ";" if following in _CONTINUING else "")

    def class_field(self, node: Node) -> None:
        """A field: its marks go; one that is declared only goes whole."""
        marks = {child.type: child for child in node.children}
        if "abstract" in marks or "declare" in marks:
            self.member(node)
            return
        for mark in ("readonly", "?", "!", "accessor"):
            if mark in marks:
                self.blank(marks[mark].start_byte, marks[mark].end_byte)
        name = node.child_by_field_name("name")
        if name is not None and "type_annotation" in marks and "=" not in marks:
            self.result.bare_fields.add(name.start_byte)

    def parameter(self, node: Node) -> None:
        """``this: T`` goes; what a parameter's type and marks say is noted."""
        pattern = node.child_by_field_name("pattern")
        if pattern is None:
            return
        if pattern.type == "this":
            comma = node.next_sibling
            has_comma = comma is not None and comma.type == ","
            self.blank(node.start_byte, comma.end_byte if comma and has_comma else node.end_byte)
            return
        place = pattern.start_byte
        if pattern.type == "identifier" and any(c.type in _PROPERTY_MARKS for c in node.children):
            self.result.properties.add(place)
        annotation = node.child_by_field_name("type")
        if annotation is not None and annotation.named_child_count:
            reference = self.reference(annotation.named_children[0])
            if reference is not None:
                self.result.annotations[place] = reference

    def reference(self, node: Node | None) -> Reference | None:
        """A type that is a plain name, or a generic one's name."""
        if node is not None and node.type == "generic_type":
            node = node.child_by_field_name("name")
        if node is None:
            return None
        if node.type in _NAMES:
            return Reference(((node.start_byte, self.of(node)),))
        if node.type != "nested_type_identifier":
            return None
        parts = [(n.start_byte, self.of(n)) for n in leaves(node) if n.is_named]
        return Reference(tuple(parts))

    def of(self, node: Node) -> str:
        """A node's own text."""
        return self.text[node.start_byte : node.end_byte]

    # --- decorators ------------------------------------------------------------------------------

    def keep_decorators(self, nodes: list[Node]) -> None:
        """Note the decorators of classes and methods, and what they decorate."""
        kept = []
        for node in nodes:
            place = decorated(node)
            if place is not None and node.named_child_count:
                kept.append((node.start_byte, node.end_byte))
                self.result.decorated[node.named_children[0].start_byte] = place
        # The edits that blanked them are taken back; all that is not theirs goes.
        self.edits = [edit for edit in self.edits if (edit[0], -edit[1]) not in set(kept)]
        position = 0
        for start, end in sorted(kept):
            if start < position:  # inside another one
                continue
            self.blank(position, start)
            self.replace(start, start + 1, ";")
            position = end
        self.blank(position, len(self.text))
        self.result.decorators = self.apply()


_HANDLERS = {
    "arrow": _Eraser.arrow,
    "assertion": _Eraser.assertion,
    "cast": _Eraser.cast,
    "enum": _Eraser.enum,
    "export": _Eraser.export,
    "field": _Eraser.class_field,
    "import": _Eraser.require,
    "member": _Eraser.member,
    "namespace": _Eraser.namespace,
    "parameter": _Eraser.parameter,
    "specifier": _Eraser.specifier,
    "statement": _Eraser.statement,
    "tagged": _Eraser.tagged,
    "using": _Eraser.using,
}
