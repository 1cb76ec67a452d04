"""Where libcst's nodes stand in the text: one run of its code generator that counts characters.

libcst's own position provider takes twice the time of the parse, counts lines and columns, and
visits every bit of white space. This one adds up token lengths and keeps the nodes that the
lowering asks for.
"""

from __future__ import annotations

import re
from types import TracebackType

import libcst as cst
from libcst._nodes.internal import CodegenState

from faceoff_lint.lowering.python_tree import replaced

__all__ = ["Positions", "locate", "locate_expression"]

# Nodes without a recorded extent, of which the lowering needs the place where they begin.
_MARKED = frozenset(
    {
        cst.Colon, cst.CompFor, cst.FormattedStringExpression, cst.FormattedStringText,
        cst.IndentedBlock, cst.LeftParen, cst.RightParen, cst.SimpleStatementSuite,
        cst.TemplatedStringExpression, cst.TemplatedStringText,
    }
)  # fmt: skip

_TRIVIA = re.compile(r"(?:[ \t\f\r\n]|\\\r?\n|\\\r|#[^\r\n]*)*")

_BLANKS = " \t\f\r\n\\"


class _Record:
    """Notes the extent of a node; what the generator's ``with`` statement holds."""

    __slots__ = ("end_node", "node", "start", "start_node", "state")

    def __init__(
        self,
        state: _State,
        node: cst.CSTNode,
        start_node: cst.CSTNode | None,
        end_node: cst.CSTNode | None,
    ) -> None:
        self.state = state
        self.node = node
        self.start_node = start_node
        self.end_node = end_node
        self.start = 0

    def __enter__(self) -> None:
        self.start = self.state.offset

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            return
        spans = self.state.spans
        start, end = self.start, self.state.offset
        if self.start_node is not None:
            start = spans[id(self.start_node)][0]
        if self.end_node is not None:
            # Nodes that record nothing (a closing parenthesis) end where the generator is now.
            end = spans.get(id(self.end_node), (0, end))[1]
        spans[id(self.node)] = (start, end)


class _Parentheses:
    """A node's own parentheses around what is written of it, and its extent within them.

    What libcst's ``_parenthesize`` does with two generators, for every expression.
    """

    __slots__ = ("node", "start", "state")

    def __init__(self, node: cst.BaseExpression, state: _State) -> None:
        self.node = node
        self.state = state
        self.start = 0

    def __enter__(self) -> None:
        for parenthesis in self.node.lpar:
            parenthesis._codegen(self.state)
        self.start = self.state.offset

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            return
        self.state.spans[id(self.node)] = (self.start, self.state.offset)
        for parenthesis in self.node.rpar:
            parenthesis._codegen(self.state)


def _write(node: cst.BaseExpression, state: _State) -> _Parentheses:
    return _Parentheses(node, state)


class _State(CodegenState):
    """libcst's generator state, counting code points."""

    __slots__ = ("indent_width", "marks", "offset", "spans")

    def __init__(self, default_indent: str, default_newline: str, offset: int) -> None:
        super().__init__(default_indent=default_indent, default_newline=default_newline)
        self.offset = offset
        self.indent_width = 0
        self.spans: dict[int, tuple[int, int]] = {}
        self.marks: dict[int, int] = {}

    def increase_indent(self, value: str) -> None:
        self.indent_tokens.append(value)
        self.indent_width += len(value)

    def decrease_indent(self) -> None:
        self.indent_width -= len(self.indent_tokens.pop())

    def add_indent_tokens(self) -> None:
        self.tokens.extend(self.indent_tokens)
        self.offset += self.indent_width

    def add_token(self, value: str) -> None:
        self.tokens.append(value)
        self.offset += len(value)

    def before_codegen(self, node: cst.CSTNode) -> None:
        if type(node) in _MARKED:
            self.marks[id(node)] = self.offset

    def record_syntactic_position(  # type: ignore[override]
        self,
        node: cst.CSTNode,
        *,
        start_node: cst.CSTNode | None = None,
        end_node: cst.CSTNode | None = None,
    ) -> _Record:
        return _Record(self, node, start_node, end_node)


class Positions:
    """The extents of one tree's nodes, as offsets into ``text``. Keep the tree alive meanwhile.

    ``exact`` is false where libcst would write something else than the text.
    """

    __slots__ = ("exact", "marks", "spans", "text")

    def __init__(self, text: str, state: _State) -> None:
        self.text = text
        self.spans = state.spans
        self.marks = state.marks
        self.exact = True

    def realign(self, code: str) -> None:
        """Move all positions from ``code``, which libcst would write, to where the text has them.

        libcst loses form feeds and continued lines before a statement, and the end of a last line.
        """
        places = _places(code, self.text)
        if places is None:
            self.exact = False
            return
        self.spans = {
            key: (places[start], places[end - 1] + 1 if end > start else places[start])
            for key, (start, end) in self.spans.items()
        }
        # A mark follows what was written before it, such as the colon of a header.
        self.marks = {key: places[mark - 1] + 1 if mark else 0 for key, mark in self.marks.items()}

    def span(self, node: cst.CSTNode) -> tuple[int, int]:
        """The node's extent without its own parentheses. ``KeyError`` if none was recorded."""
        return self.spans[id(node)]

    def mark(self, node: cst.CSTNode) -> int:
        """Where a node of the marked kinds begins, white space of its own included."""
        return self.marks[id(node)]

    def token(self, node: cst.CSTNode) -> int:
        """Where the first character of a marked node stands that is no white space or comment."""
        return self.skip(self.marks[id(node)])

    def skip(self, offset: int) -> int:
        """The first offset from ``offset`` on that is no white space or comment."""
        match = _TRIVIA.match(self.text, offset)
        return match.end() if match else offset

    def outer(self, node: cst.BaseExpression) -> tuple[int, int]:
        """The node's extent with all its own parentheses."""
        if not node.lpar:
            return self.spans[id(node)]
        return self.token(node.lpar[0]), self.token(node.rpar[-1]) + 1

    def inner(self, node: cst.BaseExpression | cst.MatchTuple) -> tuple[int, int]:
        """The node's extent with its innermost parentheses only (tuples, generators)."""
        if not node.lpar:
            return self.spans[id(node)]
        return self.token(node.lpar[-1]), self.token(node.rpar[0]) + 1


def locate(text: str, module: cst.Module) -> Positions:
    """The positions of a whole module."""
    state = _State(module.default_indent, module.default_newline, 0)
    owner = next(cls for cls in cst.Name.__mro__ if "_parenthesize" in vars(cls))
    # A quarter of the generator's time.
    with replaced(owner, "_parenthesize", _write):
        module._codegen(state)
    positions = Positions(text, state)
    code = "".join(state.tokens)
    if code != text:
        positions.realign(code)
    return positions


def locate_expression(text: str, node: cst.BaseExpression, offset: int) -> Positions:
    """The positions of an expression that was parsed from the text at ``offset``."""
    state = _State("", "\n", offset)
    node._codegen(state)
    return Positions(text, state)


def _places(code: str, text: str) -> list[int] | None:
    """For each offset into ``code`` (its end included) the one into ``text``; None if they differ
    in more than blanks."""
    places: list[int] = []
    place, length = 0, len(text)
    for character in code:
        while place < length and text[place] != character and text[place] in _BLANKS:
            place += 1
        if place < length and text[place] == character:
            places.append(place)
            place += 1
        elif character in _BLANKS:
            places.append(place)
        else:
            return None
    if text[place:].strip(_BLANKS):
        return None
    places.append(place)
    return places
