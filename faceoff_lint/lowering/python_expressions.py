"""Python expressions: libcst's nodes to the intermediate representation.

Spans leave out a node's own redundant parentheses; tuples and generators keep the innermost pair,
as in Python's own syntax tree.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import libcst as cst

from faceoff_lint import ir
from faceoff_lint.lowering.python_positions import Positions, locate_expression
from faceoff_lint.lowering.python_strings import string_value, unescape

__all__ = ["Expressions"]

_CONSTANTS: dict[str, bool | None] = {"True": True, "False": False, "None": None}

_UNARY: dict[type[cst.CSTNode], str] = {
    cst.Not: "not", cst.Minus: "-", cst.Plus: "+", cst.BitInvert: "~",
}  # fmt: skip

_BINARY: dict[type[cst.CSTNode], str] = {
    cst.Add: "+", cst.Subtract: "-", cst.Multiply: "*", cst.MatrixMultiply: "@", cst.Divide: "/",
    cst.FloorDivide: "//", cst.Modulo: "%", cst.Power: "**", cst.LeftShift: "<<",
    cst.RightShift: ">>", cst.BitOr: "|", cst.BitXor: "^", cst.BitAnd: "&",
    cst.Equal: "==", cst.LessThan: "<", cst.GreaterThan: ">", cst.LessThanEqual: "<=",
    cst.GreaterThanEqual: ">=", cst.In: "in", cst.Is: "is", cst.IsNot: "is not",
    cst.NotIn: "not in", cst.NotEqual: "!=",
}  # fmt: skip

# Longer numbers are refused by int() (and by json) since Python 3.11.
_MAX_DIGITS = 4000

# A string annotation is read as an expression when it is one line of names, brackets and the like.
_ANNOTATION = re.compile(r"[\w.\[\], |]{1,300}")
_MAX_ANNOTATION_BRACKETS = 20


class Expressions:
    """Lowers the expressions of one tree. The statements' class builds on it."""

    def __init__(self, positions: Positions) -> None:
        self.at = positions
        # One flag for each function being lowered: whether it has a yield of its own.
        self.yields: list[bool] = [False]

    def expr(self, node: cst.BaseExpression) -> ir.Expr:
        """Any expression."""
        return _EXPRESSIONS[type(node)](self, node)

    def opt(self, node: cst.BaseExpression | None) -> ir.Expr | None:
        """An expression that may be missing."""
        return None if node is None else _EXPRESSIONS[type(node)](self, node)

    # --- leaves ----------------------------------------------------------------------------------

    def _name(self, node: cst.Name) -> ir.Expr:
        start, end = self.at.span(node)
        if node.value in _CONSTANTS:
            return ir.Const(start, end, _CONSTANTS[node.value])
        return ir.Name(start, end, node.value)

    def _integer(self, node: cst.Integer) -> ir.Expr:
        start, end = self.at.span(node)
        digits = node.value.replace("_", "")
        if len(digits) > _MAX_DIGITS:
            return ir.Opaque(start, end, [], "number")
        return ir.Const(start, end, int(digits, 0))

    def _float(self, node: cst.Float) -> ir.Expr:
        return ir.Const(*self.at.span(node), float(node.value))

    def _imaginary(self, node: cst.Imaginary) -> ir.Expr:
        return ir.Opaque(*self.at.span(node), [], "complex")

    def _ellipsis(self, node: cst.Ellipsis) -> ir.Expr:
        return ir.Opaque(*self.at.span(node), [], "...")

    def _simple_string(self, node: cst.SimpleString) -> ir.Expr:
        start, end = self.at.span(node)
        value = string_value(node.value)
        if value is None:
            return ir.Opaque(start, end, [], "bytes")
        return ir.Const(start, end, value)

    # --- strings with parts ----------------------------------------------------------------------

    def _formatted_string(self, node: cst.FormattedString) -> ir.Expr:
        start, end = self.at.span(node)
        parts = self.format_parts(node.parts, node.prefix, end - len(node.end))
        return ir.Template(start, end, parts)

    def _templated_string(self, node: cst.TemplatedString) -> ir.Expr:
        # A t-string is an object of its own kind, not a string.
        start, end = self.at.span(node)
        parts = self.format_parts(node.parts, node.prefix, end - len(node.end))
        return ir.Opaque(start, end, parts, "tstring")

    def format_parts(self, parts: Any, prefix: str, end: int) -> list[ir.Expr]:
        """The parts of an f-string that end at ``end``; ``prefix`` tells whether it is raw."""
        raw = "r" in prefix.lower()
        result: list[ir.Expr] = []
        for index, part in enumerate(parts):
            start = self.at.mark(part)
            stop = self.at.mark(parts[index + 1]) if index + 1 < len(parts) else end
            if isinstance(part, (cst.FormattedStringText, cst.TemplatedStringText)):
                value = part.value.replace("{{", "{").replace("}}", "}")
                result.append(ir.Const(start, stop, unescape(value, raw=raw)))
                continue
            expression = self.expr(part.expression)
            if part.conversion or part.equal is not None or part.format_spec is not None:
                spec = self.format_parts(part.format_spec or (), prefix, stop - 1)
                result.append(ir.Opaque(start, stop, [expression, *spec], "format"))
            else:
                result.append(expression)
        return result

    def _concatenated_string(self, node: cst.ConcatenatedString) -> ir.Expr:
        start, end = self.at.span(node)
        pieces: list[cst.BaseExpression] = []
        rest: cst.BaseExpression = node
        while isinstance(rest, cst.ConcatenatedString):
            pieces.append(rest.left)
            rest = rest.right
        pieces.append(rest)
        lowered = [self.expr(piece) for piece in pieces]
        if all(isinstance(piece, ir.Const) for piece in lowered):
            return ir.Const(start, end, "".join(str(p.value) for p in lowered))  # type: ignore[attr-defined]
        parts: list[ir.Expr] = []
        for piece in lowered:
            if isinstance(piece, ir.Opaque):
                return ir.Opaque(start, end, lowered, piece.what)
            parts.extend(piece.parts if isinstance(piece, ir.Template) else [piece])
        return ir.Template(start, end, parts)

    # --- operators -------------------------------------------------------------------------------

    def _unary(self, node: cst.UnaryOperation) -> ir.Expr:
        value = self.expr(node.expression)
        return ir.Unary(*self.at.span(node), _UNARY[type(node.operator)], value)

    def _binary(self, node: cst.BinaryOperation) -> ir.Expr:
        left, right = self.expr(node.left), self.expr(node.right)
        return ir.Binary(*self.at.span(node), _BINARY[type(node.operator)], left, right)

    def _boolean(self, node: cst.BooleanOperation) -> ir.Expr:
        op = "and" if isinstance(node.operator, cst.And) else "or"
        left, right = self.expr(node.left), self.expr(node.right)
        return ir.Logical(*self.at.span(node), op, left, right)

    def _comparison(self, node: cst.Comparison) -> ir.Expr:
        start = self.at.span(node)[0]
        left, link_start = self.expr(node.left), start
        result: ir.Expr | None = None
        for target in node.comparisons:
            right = self.expr(target.comparator)
            right_start, right_end = self.at.outer(target.comparator)
            link = ir.Binary(link_start, right_end, _BINARY[type(target.operator)], left, right)
            result = link if result is None else ir.Logical(start, right_end, "and", result, link)
            left, link_start = right, right_start
        assert result is not None  # the grammar has at least one operator
        return result

    def _if_exp(self, node: cst.IfExp) -> ir.Expr:
        body, test, orelse = self.expr(node.body), self.expr(node.test), self.expr(node.orelse)
        return ir.Cond(*self.at.span(node), test, body, orelse)

    def _named(self, node: cst.NamedExpr) -> ir.Expr:
        target, value = self.expr(node.target), self.expr(node.value)
        return ir.Assign(*self.at.span(node), target, value)

    def _await(self, node: cst.Await) -> ir.Expr:
        return ir.Await(*self.at.span(node), self.expr(node.expression))

    def _yield(self, node: cst.Yield) -> ir.Expr:
        self.yields[-1] = True
        if isinstance(node.value, cst.From):
            return ir.Yield(*self.at.span(node), self.expr(node.value.item), True)
        return ir.Yield(*self.at.span(node), self.opt(node.value))

    # --- access and calls ------------------------------------------------------------------------

    def _attribute(self, node: cst.Attribute) -> ir.Expr:
        start, end = self.at.span(node)
        obj = self.expr(node.value)
        return ir.Attr(start, end, obj, node.attr.value, False, self.at.span(node.attr)[0])

    def _subscript(self, node: cst.Subscript) -> ir.Expr:
        start, end = self.at.span(node)
        obj = self.expr(node.value)
        elements = [self._subscript_element(element) for element in node.slice]
        if len(elements) == 1 and not isinstance(node.slice[0].comma, cst.Comma):
            return ir.Index(start, end, obj, elements[0])
        index = ir.List(elements[0].start, elements[-1].end, elements, "tuple")
        return ir.Index(start, end, obj, index)

    def _subscript_element(self, node: cst.SubscriptElement) -> ir.Expr:
        start, end = self.at.span(node)
        if isinstance(node.slice, cst.Index):
            value = self.expr(node.slice.value)
            return ir.Spread(start, end, value) if node.slice.star else value
        assert isinstance(node.slice, cst.Slice)
        bounds = (node.slice.lower, node.slice.upper, node.slice.step)
        return ir.Opaque(start, end, [self.expr(b) for b in bounds if b is not None], "slice")

    def _call(self, node: cst.Call) -> ir.Expr:
        start, end = self.at.span(node)
        return ir.Call(start, end, self.expr(node.func), [self._arg(arg) for arg in node.args])

    def _arg(self, node: cst.Arg) -> ir.Arg:
        start, end = self.at.span(node)
        value = self.expr(node.value)
        return ir.Arg(start, end, value, node.keyword.value if node.keyword else None, node.star)

    # --- collections -----------------------------------------------------------------------------

    def _elements(self, elements: Any) -> list[ir.Expr]:
        return [
            self._starred(element)
            if isinstance(element, cst.StarredElement)
            else self.expr(element.value)
            for element in elements
        ]

    def _starred(self, node: cst.StarredElement) -> ir.Expr:
        return ir.Spread(*self.at.span(node), self.expr(node.value))

    def _tuple(self, node: cst.Tuple) -> ir.Expr:
        start, end = self.at.inner(node)
        return ir.List(start, end, self._elements(node.elements), "tuple")

    def _list(self, node: cst.List) -> ir.Expr:
        return ir.List(*self.at.span(node), self._elements(node.elements), "list")

    def _set(self, node: cst.Set) -> ir.Expr:
        return ir.List(*self.at.span(node), self._elements(node.elements), "set")

    def _dict(self, node: cst.Dict) -> ir.Expr:
        entries: list[ir.Entry] = []
        for element in node.elements:
            key = self.expr(element.key) if isinstance(element, cst.DictElement) else None
            entries.append(ir.Entry(*self.at.span(element), key, self.expr(element.value)))
        return ir.Dict(*self.at.span(node), entries)

    # --- comprehensions --------------------------------------------------------------------------

    def _generator(self, node: cst.GeneratorExp) -> ir.Expr:
        start, end = self.at.inner(node)
        element = self.expr(node.elt)
        return ir.Comprehension(start, end, "generator", element, self._clauses(node.for_in))

    def _list_comp(self, node: cst.ListComp) -> ir.Expr:
        start, end = self.at.span(node)
        element = self.expr(node.elt)
        return ir.Comprehension(start, end, "list", element, self._clauses(node.for_in))

    def _set_comp(self, node: cst.SetComp) -> ir.Expr:
        start, end = self.at.span(node)
        element = self.expr(node.elt)
        return ir.Comprehension(start, end, "set", element, self._clauses(node.for_in))

    def _dict_comp(self, node: cst.DictComp) -> ir.Expr:
        start, end = self.at.span(node)
        key, value = self.expr(node.key), self.expr(node.value)
        return ir.Comprehension(start, end, "dict", value, self._clauses(node.for_in), key)

    def _starred_dict_comp(self, node: cst.StarredDictComp) -> ir.Expr:
        start, end = self.at.span(node)
        value = self.expr(node.value)
        return ir.Comprehension(start, end, "dict", value, self._clauses(node.for_in))

    def _clauses(self, node: cst.CompFor | None) -> list[ir.Clause]:
        result: list[ir.Clause] = []
        while node is not None:
            start = self.at.token(node)
            target, iterable = self.expr(node.target), self.expr(node.iter)
            last = node.ifs[-1].test if node.ifs else node.iter
            conditions = [self.expr(condition.test) for condition in node.ifs]
            end = self.at.outer(last)[1]
            is_async = node.asynchronous is not None
            result.append(ir.Clause(start, end, target, iterable, conditions, is_async))
            node = node.inner_for_in
        return result

    # --- functions -------------------------------------------------------------------------------

    def _lambda(self, node: cst.Lambda) -> ir.Expr:
        start, end = self.at.span(node)
        params = self._params(node.params)
        self.yields.append(False)
        value = self.expr(node.body)
        is_generator = self.yields.pop()
        return ir.Func(
            start, end, "", params, [ir.Return(value.start, value.end, value)], "lambda",
            is_generator=is_generator, expression_body=True, name_start=start,
            header_end=self.at.token(node.colon),
        )  # fmt: skip

    def _params(self, node: cst.Parameters) -> list[ir.Param]:
        result = [self._param(param, "pos") for param in node.posonly_params]
        result += [self._param(param, "any") for param in node.params]
        if isinstance(node.star_arg, cst.Param):
            result.append(self._param(node.star_arg, "*"))
        result += [self._param(param, "kw") for param in node.kwonly_params]
        if node.star_kwarg is not None:
            result.append(self._param(node.star_kwarg, "**"))
        return result

    def _param(self, node: cst.Param, kind: str) -> ir.Param:
        # libcst's own extent of a parameter ends at the name.
        start, end = self.at.span(node)
        target = ir.Name(*self.at.span(node.name), node.name.value)
        annotation = None
        if node.annotation is not None:
            annotation = self.annotation(node.annotation)
            end = self.at.outer(node.annotation.annotation)[1]
        default = None
        if node.default is not None:
            default = self.expr(node.default)
            end = self.at.outer(node.default)[1]
        return ir.Param(start, end, target, default, kind, annotation)

    def annotation(self, node: cst.Annotation) -> ir.Expr:
        """An annotation; one in quotes is read as the expression it stands for."""
        inner = node.annotation
        if isinstance(inner, cst.SimpleString) and inner.value[0] == inner.value[-1]:
            text = inner.value[1:-1]
            offset = self.at.span(inner)[0] + 1
            brackets = text.count("[")
            if _ANNOTATION.fullmatch(text) and brackets <= _MAX_ANNOTATION_BRACKETS:
                offset += len(text) - len(text.lstrip())
                try:
                    tree = cst.parse_expression(text.strip())
                except (cst.ParserSyntaxError, SyntaxError):
                    return self.expr(inner)
                located = locate_expression(self.at.text, tree, offset)
                return Expressions(located).expr(tree)
        return self.expr(inner)


_EXPRESSIONS: dict[type[cst.CSTNode], Callable[[Expressions, Any], ir.Expr]] = {
    cst.Name: Expressions._name,
    cst.Integer: Expressions._integer,
    cst.Float: Expressions._float,
    cst.Imaginary: Expressions._imaginary,
    cst.Ellipsis: Expressions._ellipsis,
    cst.SimpleString: Expressions._simple_string,
    cst.FormattedString: Expressions._formatted_string,
    cst.TemplatedString: Expressions._templated_string,
    cst.ConcatenatedString: Expressions._concatenated_string,
    cst.UnaryOperation: Expressions._unary,
    cst.BinaryOperation: Expressions._binary,
    cst.BooleanOperation: Expressions._boolean,
    cst.Comparison: Expressions._comparison,
    cst.IfExp: Expressions._if_exp,
    cst.NamedExpr: Expressions._named,
    cst.Await: Expressions._await,
    cst.Yield: Expressions._yield,
    cst.Attribute: Expressions._attribute,
    cst.Subscript: Expressions._subscript,
    cst.Call: Expressions._call,
    cst.StarredElement: Expressions._starred,
    cst.Tuple: Expressions._tuple,
    cst.List: Expressions._list,
    cst.Set: Expressions._set,
    cst.Dict: Expressions._dict,
    cst.GeneratorExp: Expressions._generator,
    cst.ListComp: Expressions._list_comp,
    cst.SetComp: Expressions._set_comp,
    cst.DictComp: Expressions._dict_comp,
    cst.StarredDictComp: Expressions._starred_dict_comp,
    cst.Lambda: Expressions._lambda,
}
