"""JavaScript expressions: ESTree, as esprima gives it, to the intermediate representation.

esprima's nodes answer None for any attribute they don't have, so a misspelt field would never
fail. Every field is therefore read from the node's own dictionary (``n`` below), where it must
exist.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from faceoff_lint import ir

__all__ = ["Expressions", "Fields"]

# A node's fields by name: the one place where esprima's untyped tree enters.
Fields = dict[str, Any]

_TRIVIA = r"(?:[\s\ufeff]|//[^\n\r\u2028\u2029]*|/\*.*?\*/)"
_SKIP = re.compile(_TRIVIA + "*", re.DOTALL)
_TO_ARROW = re.compile(rf"(?:{_TRIVIA}|async\b|[(),])*", re.DOTALL)
_OTHER = r"([^\s\ufeff/]++|.)"
_TRIVIA_OR_OTHER = re.compile(rf"{_TRIVIA}+|{_OTHER}", re.DOTALL)
# Where no comment ends any more: a look for its end from each `/*` of a string would be slow.
_LINE_OR_OTHER = re.compile(rf"(?:[\s\ufeff]|//[^\n\r\u2028\u2029]*)+|{_OTHER}", re.DOTALL)

_LOGICAL = {"&&": "and", "||": "or", "??": "??"}
_METHOD_KINDS = {"get": "getter", "set": "setter", "constructor": "constructor"}
# Longer numbers are refused by int() (and by json) since Python 3.11.
_MAX_DIGITS = 4000


class Expressions:
    """Lowers the expressions of one text. The statements' class builds on it."""

    def __init__(self, text: str) -> None:
        self.text = text

    def stmts(self, nodes: list[Any]) -> list[ir.Stmt]:
        """Statements in order: lowered by the class that builds on this one."""
        raise NotImplementedError

    def expr(self, node: Any) -> ir.Expr:
        """Any expression or pattern."""
        n = node.__dict__
        start, end = n["range"]
        return _EXPRESSIONS[n["type"]](self, n, start, end)

    def opt(self, node: Any) -> ir.Expr | None:
        """An expression that may be missing."""
        return None if node is None else self.expr(node)

    def skip(self, offset: int) -> int:
        """The first offset from ``offset`` on that is no white space or comment."""
        match = _SKIP.match(self.text, offset)
        return match.end() if match else offset

    def trim(self, inner: int, end: int) -> int:
        """``end`` without trailing white space and comments, which esprima includes where a
        semicolon was left out. ``inner``: an offset that is surely inside."""
        if end <= inner or self.text[end - 1] in ";})":
            return max(inner, end)
        last, closing = inner, self.text.rfind("*/", inner, end)
        while inner < end:
            known = _TRIVIA_OR_OTHER if inner < closing else _LINE_OR_OTHER
            match = known.match(self.text, inner, end)
            if match is None:
                break
            inner = match.end()
            if match[1] is not None:
                last = inner
        return last

    # --- leaves ----------------------------------------------------------------------------------

    def _identifier(self, n: Fields, start: int, end: int) -> ir.Expr:
        return ir.Name(start, end, n["name"])

    def _private(self, n: Fields, start: int, end: int) -> ir.Expr:
        return ir.Name(start, end, "#" + n["name"])

    def _this(self, n: Fields, start: int, end: int) -> ir.Expr:
        return ir.Name(start, end, "this")

    def _super(self, n: Fields, start: int, end: int) -> ir.Expr:
        return ir.Name(start, end, "super")

    def _literal(self, n: Fields, start: int, end: int) -> ir.Expr:
        if "regex" in n:
            regex = n["regex"].__dict__
            return ir.Regex(start, end, regex["pattern"], regex["flags"])
        if end - start > _MAX_DIGITS and not isinstance(n["value"], str):
            return ir.Opaque(start, end, [], "number")
        if "bigint" in n:
            return ir.Const(start, end, int(n["bigint"]))
        return ir.Const(start, end, n["value"])

    def _template(self, n: Fields, start: int, end: int) -> ir.Expr:
        parts: list[ir.Expr] = []
        expressions = n["expressions"]
        for index, quasi in enumerate(n["quasis"]):
            q = quasi.__dict__
            low, high = q["range"]
            value = q["value"].__dict__
            # A tagged template may hold escapes that mean nothing: those keep the source's text.
            cooked = value["raw"] if value["cooked"] is None else value["cooked"]
            if cooked:
                # The extent includes the backquote or brace before and the ``${`` after.
                parts.append(ir.Const(low + 1, high - (1 if q["tail"] else 2), cooked))
            if index < len(expressions):
                parts.append(self.expr(expressions[index]))
        return ir.Template(start, end, parts)

    def _tagged(self, n: Fields, start: int, end: int) -> ir.Expr:
        template = self.expr(n["quasi"])
        return ir.Call(
            start, end, self.expr(n["tag"]), [ir.Arg(template.start, template.end, template)]
        )

    def _meta(self, n: Fields, start: int, end: int) -> ir.Expr:
        prop = n["property"].__dict__
        return ir.Attr(start, end, self.expr(n["meta"]), prop["name"], False, prop["range"][0])

    # --- operators -------------------------------------------------------------------------------

    def _unary(self, n: Fields, start: int, end: int) -> ir.Expr:
        op = n["operator"]
        return ir.Unary(start, end, "not" if op == "!" else op, self.expr(n["argument"]))

    def _update(self, n: Fields, start: int, end: int) -> ir.Expr:
        return ir.Unary(start, end, n["operator"], self.expr(n["argument"]))

    def _binary(self, n: Fields, start: int, end: int) -> ir.Expr:
        return ir.Binary(start, end, n["operator"], self.expr(n["left"]), self.expr(n["right"]))

    def _logical(self, n: Fields, start: int, end: int) -> ir.Expr:
        op = _LOGICAL[n["operator"]]
        return ir.Logical(start, end, op, self.expr(n["left"]), self.expr(n["right"]))

    def _conditional(self, n: Fields, start: int, end: int) -> ir.Expr:
        test, body = self.expr(n["test"]), self.expr(n["consequent"])
        return ir.Cond(start, end, test, body, self.expr(n["alternate"]))

    def _assignment(self, n: Fields, start: int, end: int) -> ir.Expr:
        target, value = self.expr(n["left"]), self.expr(n["right"])
        return ir.Assign(start, end, target, value, n["operator"])

    def _sequence(self, n: Fields, start: int, end: int) -> ir.Expr:
        return ir.Seq(start, end, [self.expr(item) for item in n["expressions"]])

    def _await(self, n: Fields, start: int, end: int) -> ir.Expr:
        return ir.Await(start, end, self.expr(n["argument"]))

    def _yield(self, n: Fields, start: int, end: int) -> ir.Expr:
        value = self.opt(n["argument"])
        inner = value.end if value is not None else start + len("yield")
        return ir.Yield(start, self.trim(inner, end), value, bool(n["delegate"]))

    # --- access and calls ------------------------------------------------------------------------

    def _member(self, n: Fields, start: int, end: int) -> ir.Expr:
        obj, optional = self.expr(n["object"]), bool(n["optional"])
        if n["computed"]:
            return ir.Index(start, end, obj, self.expr(n["property"]), optional)
        prop = n["property"].__dict__
        name = "#" + prop["name"] if prop["type"] == "PrivateIdentifier" else prop["name"]
        return ir.Attr(start, end, obj, name, optional, prop["range"][0])

    def _chain(self, n: Fields, start: int, end: int) -> ir.Expr:
        return self.expr(n["expression"])

    def _call(self, n: Fields, start: int, end: int) -> ir.Expr:
        func = self.expr(n["callee"])
        return ir.Call(start, end, func, self._args(n["arguments"]), False, bool(n["optional"]))

    def _new(self, n: Fields, start: int, end: int) -> ir.Expr:
        return ir.Call(start, end, self.expr(n["callee"]), self._args(n["arguments"]), True)

    def _args(self, nodes: list[Any]) -> list[ir.Arg]:
        result: list[ir.Arg] = []
        for node in nodes:
            n = node.__dict__
            start, end = n["range"]
            if n["type"] == "SpreadElement":
                result.append(ir.Arg(start, end, self.expr(n["argument"]), None, "*"))
            else:
                result.append(ir.Arg(start, end, self.expr(node)))
        return result

    def _import(self, n: Fields, start: int, end: int) -> ir.Expr:
        return ir.ImportExpr(start, end, self.expr(n["source"]))

    # --- collections and patterns ----------------------------------------------------------------

    def _array(self, n: Fields, start: int, end: int) -> ir.Expr:
        items: list[ir.Expr] = []
        last = start + 1
        for node in n["elements"]:
            item = ir.Name(last, last, "undefined") if node is None else self.expr(node)
            items.append(item)
            last = item.end
        return ir.List(start, end, items)

    def _spread(self, n: Fields, start: int, end: int) -> ir.Expr:
        return ir.Spread(start, end, self.expr(n["argument"]))

    def _with_default(self, n: Fields, start: int, end: int) -> ir.Expr:
        return ir.Pattern(start, end, self.expr(n["left"]), self.expr(n["right"]))

    def _object(self, n: Fields, start: int, end: int) -> ir.Expr:
        return ir.Dict(start, end, [self._property(node.__dict__) for node in n["properties"]])

    def _property(self, n: Fields) -> ir.Entry:
        start, end = n["range"]
        if n["type"] != "Property":
            return ir.Entry(start, end, None, self.expr(n["argument"]))
        kind = "method" if n["method"] else n["kind"]
        key = self.key(n)
        if kind == "init":
            return ir.Entry(start, end, key, self.expr(n["value"]))
        return ir.Entry(start, end, key, self.method(n, start, key, kind), kind)

    def key(self, n: Fields) -> ir.Expr:
        """The key of a property, method or field: a Const string unless it is computed."""
        if n["computed"]:
            return self.expr(n["key"])
        key = n["key"].__dict__
        start, end = key["range"]
        if key["type"] == "PrivateIdentifier":
            return ir.Const(start, end, "#" + key["name"])
        if key["type"] == "Identifier":
            return ir.Const(start, end, key["name"])
        if "bigint" in key:
            return ir.Const(start, end, str(key["bigint"]))
        value = key["value"]
        if isinstance(value, float) and value.is_integer() and abs(value) < 1e21:
            value = int(value)
        return ir.Const(start, end, str(value))

    # --- functions and classes -------------------------------------------------------------------

    def _function(self, n: Fields, start: int, end: int) -> ir.Func:
        name = n["id"]
        func = self._callable(n, start, end, "function")
        if name is not None:
            func.name = name.__dict__["name"]
            func.name_start = name.__dict__["range"][0]
        return func

    def _arrow(self, n: Fields, start: int, end: int) -> ir.Expr:
        func = self._callable(n, start, end, "arrow")
        after = func.params[-1].end if func.params else start
        match = _TO_ARROW.match(self.text, after)
        func.header_end = match.end() if match else start
        return func

    def method(self, n: Fields, start: int, key: ir.Expr, kind: str) -> ir.Func:
        """The function of a method; it begins at its modifiers (but not at ``static``)."""
        func = self._callable(
            n["value"].__dict__, start, n["range"][1], _METHOD_KINDS.get(kind, "method")
        )
        func.name = str(key.value) if isinstance(key, ir.Const) else ""
        func.name_start = key.start
        return func

    def _callable(self, n: Fields, start: int, end: int, kind: str) -> ir.Func:
        params = [self._param(node) for node in n["params"]]
        body_node = n["body"].__dict__
        body: list[ir.Stmt]
        expression_body = body_node["type"] != "BlockStatement"
        if expression_body:
            value = self.expr(n["body"])
            body = [ir.Return(value.start, value.end, value)]
        else:
            body = self.stmts(body_node["body"])
        return ir.Func(
            start, end, "", params, body, kind, bool(n["isAsync"]), bool(n["generator"]),
            [], expression_body, start, body_node["range"][0],
        )  # fmt: skip

    def _param(self, node: Any) -> ir.Param:
        n = node.__dict__
        start, end = n["range"]
        if n["type"] == "RestElement":
            return ir.Param(start, end, self.expr(n["argument"]), None, "*")
        if n["type"] == "AssignmentPattern":
            return ir.Param(start, end, self.expr(n["left"]), self.expr(n["right"]))
        return ir.Param(start, end, self.expr(node))

    def _class(self, n: Fields, start: int, end: int) -> ir.Class:
        bases = [] if n["superClass"] is None else [self.expr(n["superClass"])]
        members = [self._class_member(m.__dict__) for m in n["body"].__dict__["body"]]
        cls = ir.Class(start, end, "", bases, [], members, name_start=start)
        if n["id"] is not None:
            name = n["id"].__dict__
            cls.name, cls.name_start = name["name"], name["range"][0]
        return cls

    def _class_member(self, n: Fields) -> ir.Member:
        start, end = n["range"]
        if n["type"] == "StaticBlock":
            body = self.stmts(n["body"])
            brace = self.skip(start + len("static"))
            func = ir.Func(start, end, "", [], body, "method", name_start=start, header_end=brace)
            return ir.Member(start, end, None, func, True)
        static = bool(n["static"])
        key = self.key(n)
        if n["type"] == "MethodDefinition":
            begin = self.skip(start + len("static")) if static else start
            return ir.Member(start, end, key, self.method(n, begin, key, n["kind"]), static)
        value = self.opt(n["value"])
        inner = value.end if value is not None else key.end
        return ir.Member(start, self.trim(inner, end), key, value, static)

    # --- elements --------------------------------------------------------------------------------

    def _jsx(self, n: Fields, start: int, end: int) -> ir.Expr:
        parts: list[ir.Expr] = []
        self.jsx_parts(n, parts)
        return ir.Opaque(start, end, parts, "jsx")

    def jsx_parts(self, n: Fields, out: list[ir.Expr]) -> None:
        """Collects the expressions written in an element: attributes, then children."""
        if n["type"] == "JSXElement":
            for attribute in n["openingElement"].__dict__["attributes"]:
                a = attribute.__dict__
                if a["type"] == "JSXSpreadAttribute":
                    out.append(self.expr(a["argument"]))
                elif a["value"] is not None:
                    self._jsx_part(a["value"], out)
        for child in n["children"]:
            self._jsx_part(child, out)

    def _jsx_part(self, node: Any, out: list[ir.Expr]) -> None:
        n = node.__dict__
        kind = n["type"]
        if kind in ("JSXElement", "JSXFragment"):
            out.append(self._jsx(n, *n["range"]))
        elif (
            kind in ("JSXExpressionContainer", "JSXSpreadChild")
            and n["expression"].__dict__["type"] != "JSXEmptyExpression"
        ):
            out.append(self.expr(n["expression"]))


_EXPRESSIONS: dict[str, Callable[[Expressions, Fields, int, int], ir.Expr]] = {
    "ArrayExpression": Expressions._array,
    "ArrayPattern": Expressions._array,
    "ArrowFunctionExpression": Expressions._arrow,
    "AssignmentExpression": Expressions._assignment,
    "AssignmentPattern": Expressions._with_default,
    "AwaitExpression": Expressions._await,
    "BinaryExpression": Expressions._binary,
    "CallExpression": Expressions._call,
    "ChainExpression": Expressions._chain,
    "ClassExpression": Expressions._class,
    "ConditionalExpression": Expressions._conditional,
    "FunctionExpression": Expressions._function,
    "Identifier": Expressions._identifier,
    "ImportExpression": Expressions._import,
    "JSXElement": Expressions._jsx,
    "JSXFragment": Expressions._jsx,
    "Literal": Expressions._literal,
    "LogicalExpression": Expressions._logical,
    "MemberExpression": Expressions._member,
    "MetaProperty": Expressions._meta,
    "NewExpression": Expressions._new,
    "ObjectExpression": Expressions._object,
    "ObjectPattern": Expressions._object,
    "PrivateIdentifier": Expressions._private,
    "RestElement": Expressions._spread,
    "SequenceExpression": Expressions._sequence,
    "SpreadElement": Expressions._spread,
    "Super": Expressions._super,
    "TaggedTemplateExpression": Expressions._tagged,
    "TemplateLiteral": Expressions._template,
    "ThisExpression": Expressions._this,
    "UnaryExpression": Expressions._unary,
    "UpdateExpression": Expressions._update,
    "YieldExpression": Expressions._yield,
}
