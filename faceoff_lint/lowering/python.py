"""Python: text to the intermediate representation, by libcst.

One parse, one run of libcst's code generator for the positions, one walk over the fields that
carry meaning. Visitors, metadata providers and matchers of libcst cost several times the parse.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any

import libcst as cst
from libcst._exceptions import CSTLogicError

from faceoff_lint import ir
from faceoff_lint.lowering.failure import ParseFailure, TooDeep
from faceoff_lint.lowering.python_expressions import Expressions
from faceoff_lint.lowering.python_positions import Positions, locate
from faceoff_lint.lowering.python_tree import parse_tree
from faceoff_lint.source import Source

__all__ = ["lower_python"]

_AUGMENTED: dict[type[cst.CSTNode], str] = {
    cst.AddAssign: "+=", cst.SubtractAssign: "-=", cst.MultiplyAssign: "*=",
    cst.MatrixMultiplyAssign: "@=", cst.DivideAssign: "/=", cst.FloorDivideAssign: "//=",
    cst.ModuloAssign: "%=", cst.PowerAssign: "**=", cst.LeftShiftAssign: "<<=",
    cst.RightShiftAssign: ">>=", cst.BitAndAssign: "&=", cst.BitOrAssign: "|=",
    cst.BitXorAssign: "^=",
}  # fmt: skip

# What libcst raises on text it can't read, beside its own syntax error.
_PARSER_ERRORS = (SyntaxError, CSTLogicError, UnicodeError, LookupError, ValueError, TypeError)

_PLACE = re.compile(r"error at (\d+):(\d+)")
_MAX_MESSAGE = 200

# What the parser and the generator are told for the time of one text, they tell the whole process.
_ALONE = Lock()


def lower_python(text: str) -> ir.Module:
    """The module of a Python file's text (decoded, without a byte order mark).

    Raises ``ParseFailure`` for text that is no Python libcst can read, or nested too deeply.
    Where the place of things in the text can't be told exactly, the module has a note over
    ``(0, 0)`` that its positions are approximate.
    """
    if text.startswith("\ufeff"):
        # A second byte order mark: Python refuses it, libcst takes it off and counts from there.
        raise ParseFailure("invalid character U+FEFF")
    try:
        with _ALONE:
            tree = _parse(text)
            positions = locate(text, tree)
            body = _Statements(positions).stmts(tree.body)
    except RecursionError:
        raise TooDeep from None
    module = ir.Module(0, len(text), "python", body)
    if not positions.exact:
        module.notes.append((0, 0, "positions are approximate"))
    if "faceoff" in text:
        module.comments = _comments(text)
    return module


def _parse(text: str) -> cst.Module:
    try:
        return parse_tree(text)
    except (cst.ParserSyntaxError, *_PARSER_ERRORS) as error:
        raise _failure(text, error) from None
    except BaseException as error:
        # A panic of the native parser is no Exception; everything else goes on its way.
        if type(error).__name__ == "PanicException":
            raise ParseFailure("the Python parser gave up on this text") from None
        raise


def _failure(text: str, error: Exception) -> ParseFailure:
    """The failure to report: with Python's own message and place if Python refuses the text too.

    libcst tells the place of some errors only, and then all the tokens it would have taken.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "<text>", "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    except SyntaxError as refusal:
        message = str(refusal.msg).partition("\n")[0][:_MAX_MESSAGE]
        return ParseFailure.at_line(text, refusal.lineno or 1, refusal.offset or 1, message)
    except (ValueError, RecursionError, MemoryError, OverflowError):
        pass
    place = _PLACE.search(str(error))
    if place is None:
        return ParseFailure("not readable as Python")
    return ParseFailure.at_line(text, int(place[1]), int(place[2]) + 1, "not readable as Python")


def _comments(text: str) -> list[tuple[int, int]]:
    """The extents of all comments."""
    source = Source("", text)
    result: list[tuple[int, int]] = []
    # tokenize counts lines as readline gives them; it knows \n and \r\n only.
    if "\r" in text.replace("\r\n", ""):
        return _scan_comments(text)
    try:
        for token in tokenize.generate_tokens(io.StringIO(text, newline="").readline):
            if token.type == tokenize.COMMENT:
                start = source.offset(token.start[0], token.start[1] + 1)
                result.append((start, start + len(token.string.rstrip("\r\n"))))
    except (tokenize.TokenError, SyntaxError):
        return _scan_comments(text)
    return result


def _scan_comments(text: str) -> list[tuple[int, int]]:
    """Comments by a plain scan that skips strings, for text ``tokenize`` refuses."""
    pattern = re.compile(
        r"#[^\r\n]*|'''(?:[^\\]|\\.)*?'''|\"\"\"(?:[^\\]|\\.)*?\"\"\""
        r"|'(?:[^\\'\r\n]|\\.)*'|\"(?:[^\\\"\r\n]|\\.)*\"",
        re.DOTALL,
    )
    return [m.span() for m in pattern.finditer(text) if m[0].startswith("#")]


class _Statements(Expressions):
    """Lowers statements."""

    def __init__(self, positions: Positions) -> None:
        super().__init__(positions)

    def stmts(self, nodes: Sequence[cst.CSTNode]) -> list[ir.Stmt]:
        """Statements in order; lines with several small statements come apart."""
        result: list[ir.Stmt] = []
        for node in nodes:
            if isinstance(node, cst.SimpleStatementLine):
                for small in node.body:
                    _STATEMENTS[type(small)](self, small, result)
            else:
                _STATEMENTS[type(node)](self, node, result)
        return result

    def _suite(self, node: cst.BaseSuite) -> list[ir.Stmt]:
        return self.stmts(node.body)

    def _orelse(self, node: cst.Else | None) -> list[ir.Stmt]:
        return [] if node is None else self._suite(node.body)

    # --- small statements ------------------------------------------------------------------------

    def _expression(self, node: cst.Expr, out: list[ir.Stmt]) -> None:
        out.append(ir.ExprStmt(*self.at.span(node), self.expr(node.value)))

    def _assign(self, node: cst.Assign, out: list[ir.Stmt]) -> None:
        start, end = self.at.span(node)
        targets = [target.target for target in node.targets]
        lowered = [self.expr(target) for target in targets]
        value = self.expr(node.value)
        for target, target_node in zip(reversed(lowered), reversed(targets), strict=True):
            value = ir.Assign(self.at.outer(target_node)[0], end, target, value)
        out.append(ir.ExprStmt(start, end, value))

    def _annotated(self, node: cst.AnnAssign, out: list[ir.Stmt]) -> None:
        start, end = self.at.span(node)
        target, annotation = self.expr(node.target), self.annotation(node.annotation)
        value: ir.Expr
        if node.value is None:
            value = ir.Opaque(start, end, [target, annotation], "annotation")
        else:
            value = ir.Assign(start, end, target, self.expr(node.value), "=", annotation)
        out.append(ir.ExprStmt(start, end, value))

    def _augmented(self, node: cst.AugAssign, out: list[ir.Stmt]) -> None:
        start, end = self.at.span(node)
        target, value = self.expr(node.target), self.expr(node.value)
        assign = ir.Assign(start, end, target, value, _AUGMENTED[type(node.operator)])
        out.append(ir.ExprStmt(start, end, assign))

    def _type_alias(self, node: cst.TypeAlias, out: list[ir.Stmt]) -> None:
        start, end = self.at.span(node)
        value = self.expr(node.value)
        # The value is evaluated lazily, if ever.
        opaque = ir.Opaque(value.start, value.end, [value], "type")
        out.append(ir.ExprStmt(start, end, ir.Assign(start, end, self.expr(node.name), opaque)))

    def _pass(self, node: cst.Pass, out: list[ir.Stmt]) -> None:
        out.append(ir.Block(*self.at.span(node), []))

    def _break(self, node: cst.Break, out: list[ir.Stmt]) -> None:
        out.append(ir.Break(*self.at.span(node)))

    def _continue(self, node: cst.Continue, out: list[ir.Stmt]) -> None:
        out.append(ir.Continue(*self.at.span(node)))

    def _return(self, node: cst.Return, out: list[ir.Stmt]) -> None:
        out.append(ir.Return(*self.at.span(node), self.opt(node.value)))

    def _raise(self, node: cst.Raise, out: list[ir.Stmt]) -> None:
        out.append(ir.Throw(*self.at.span(node), self.opt(node.exc)))

    def _assert(self, node: cst.Assert, out: list[ir.Stmt]) -> None:
        start, end = self.at.span(node)
        parts = [self.expr(part) for part in (node.test, node.msg) if part is not None]
        out.append(ir.ExprStmt(start, end, ir.Opaque(start, end, parts, "assert")))

    def _scope(self, node: cst.Global | cst.Nonlocal, out: list[ir.Stmt]) -> None:
        kind = "global" if isinstance(node, cst.Global) else "nonlocal"
        names = [item.name.value for item in node.names]
        out.append(ir.Scope(*self.at.span(node), kind, names))

    def _del(self, node: cst.Del, out: list[ir.Stmt]) -> None:
        target = self.expr(node.target)
        targets = target.items if isinstance(target, ir.List) else [target]
        out.append(ir.Delete(*self.at.span(node), targets))

    def _import(self, node: cst.Import | cst.LazyImport, out: list[ir.Stmt]) -> None:
        for alias in node.names:
            # ``import a, b`` is two statements, each with its own part of the text.
            start, end = self.at.span(node if len(node.names) == 1 else alias)
            module = _dotted(alias.name)
            local = _bound(alias) or module.partition(".")[0]
            name = ir.ImportName(*self.at.span(alias), "", local)
            out.append(ir.Import(start, end, module, [name]))

    def _import_from(self, node: cst.ImportFrom | cst.LazyImportFrom, out: list[ir.Stmt]) -> None:
        start, end = self.at.span(node)
        names: list[ir.ImportName] = []
        if isinstance(node.names, cst.ImportStar):
            # Its star is the last character: no parentheses may surround it.
            names.append(ir.ImportName(end - 1, end, "*", ""))
        else:
            if node.rpar is not None:
                # The generator records no extent for the closing parenthesis.
                end = self.at.token(node.rpar) + 1
            for alias in node.names:
                name = _dotted(alias.name)
                names.append(ir.ImportName(*self.at.span(alias), name, _bound(alias) or name))
        module = "" if node.module is None else _dotted(node.module)
        out.append(ir.Import(start, end, module, names, len(node.relative)))

    # --- compound statements ---------------------------------------------------------------------

    def _if(self, node: cst.If, out: list[ir.Stmt]) -> None:
        start, end = self.at.span(node)
        test, body = self.expr(node.test), self._suite(node.body)
        orelse: list[ir.Stmt] = []
        if isinstance(node.orelse, cst.If):
            self._if(node.orelse, orelse)
        else:
            orelse = self._orelse(node.orelse)
        out.append(ir.If(start, end, test, body, orelse))

    def _while(self, node: cst.While, out: list[ir.Stmt]) -> None:
        start, end = self.at.span(node)
        test, body = self.expr(node.test), self._suite(node.body)
        out.append(ir.While(start, end, test, body, self._orelse(node.orelse), []))

    def _for(self, node: cst.For, out: list[ir.Stmt]) -> None:
        start, end = self.at.span(node)
        target, iterable = self.expr(node.target), self.expr(node.iter)
        body, orelse = self._suite(node.body), self._orelse(node.orelse)
        is_async = node.asynchronous is not None
        out.append(ir.For(start, end, target, iterable, body, orelse, "in", "", is_async))

    def _try(self, node: cst.Try | cst.TryStar, out: list[ir.Stmt]) -> None:
        start, end = self.at.span(node)
        body = self._suite(node.body)
        handlers = [
            ir.Handler(
                *self.at.span(handler),
                self.opt(handler.type),
                None if handler.name is None else self.expr(handler.name.name),
                self._suite(handler.body),
            )
            for handler in node.handlers
        ]
        orelse = self._orelse(node.orelse)
        final = None if node.finalbody is None else self._suite(node.finalbody.body)
        out.append(ir.Try(start, end, body, handlers, orelse, final))

    def _with(self, node: cst.With, out: list[ir.Stmt]) -> None:
        start, end = self.at.span(node)
        items = [
            ir.WithItem(
                *self.at.span(item),
                self.expr(item.item),
                None if item.asname is None else self.expr(item.asname.name),
            )
            for item in node.items
        ]
        is_async = node.asynchronous is not None
        out.append(ir.With(start, end, items, self._suite(node.body), is_async))

    def _function(self, node: cst.FunctionDef, out: list[ir.Stmt]) -> None:
        start, end = self.at.span(node)
        decorators = [self.expr(decorator.decorator) for decorator in node.decorators]
        params = self._params(node.params)
        self.yields.append(False)
        body = self._suite(node.body)
        func = ir.Func(
            start, end, node.name.value, params, body, "def",
            is_async=node.asynchronous is not None, is_generator=self.yields.pop(),
            decorators=decorators, name_start=self.at.span(node.name)[0],
            # The body begins right after the colon.
            header_end=self.at.mark(node.body) - 1,
        )  # fmt: skip
        out.append(ir.FuncDecl(self.decorated(node, start), end, func))

    def _class(self, node: cst.ClassDef, out: list[ir.Stmt]) -> None:
        start, end = self.at.span(node)
        decorators = [self.expr(decorator.decorator) for decorator in node.decorators]
        bases: list[ir.Expr] = []
        for arg in node.bases:
            value = self.expr(arg.value)
            bases.append(ir.Spread(*self.at.span(arg), value) if arg.star else value)
        cls = ir.Class(
            start, end, node.name.value, bases, self._suite(node.body), [], decorators,
            [self._arg(arg) for arg in node.keywords], self.at.span(node.name)[0],
        )  # fmt: skip
        out.append(ir.ClassDecl(self.decorated(node, start), end, cls))

    def decorated(self, node: cst.FunctionDef | cst.ClassDef, start: int) -> int:
        """Where the whole declaration begins: at its first decorator, if any."""
        return self.at.span(node.decorators[0])[0] if node.decorators else start

    # --- match -----------------------------------------------------------------------------------

    def _match(self, node: cst.Match, out: list[ir.Stmt]) -> None:
        start, end = self.at.span(node)
        subject = self.expr(node.subject)
        cases = [
            ir.Case(
                *self.at.span(case),
                self.pattern(case.pattern),
                self.opt(case.guard),
                self._suite(case.body),
            )
            for case in node.cases
        ]
        out.append(ir.Switch(start, end, subject, cases, falls=False))

    def pattern(self, node: cst.MatchPattern) -> list[ir.Expr]:
        """The tests of a case; none for ``_``."""
        if isinstance(node, cst.MatchAs) and node.pattern is None and node.name is None:
            return []
        if isinstance(node, cst.MatchOr):
            alternatives = [self.pattern(element.pattern) for element in node.patterns]
            # An alternative that always matches makes the whole pattern one.
            if not all(alternatives):
                return []
            return [test for tests in alternatives for test in tests]
        if isinstance(node, (cst.MatchValue, cst.MatchSingleton)):
            return [self.expr(node.value)]
        names: list[ir.Expr] = []
        self.bound_names(node, names)
        # The parentheses of a tuple are its own.
        start, end = self.at.inner(node) if isinstance(node, cst.MatchTuple) else self.at.span(node)
        return [ir.Opaque(start, end, names, "pattern")]

    def bound_names(self, node: cst.CSTNode, out: list[ir.Expr]) -> None:
        """Collects the names that a pattern binds."""
        if isinstance(node, cst.MatchAs):
            if node.pattern is not None:
                self.bound_names(node.pattern, out)
            if node.name is not None:
                out.append(self.expr(node.name))
        elif isinstance(node, cst.MatchStar):
            if node.name is not None:
                out.append(self.expr(node.name))
        elif isinstance(node, cst.MatchSequenceElement):
            self.bound_names(node.value, out)
        elif isinstance(node, (cst.MatchSequence, cst.MatchOr)):
            for element in node.patterns:
                self.bound_names(element, out)
        elif isinstance(node, cst.MatchMapping):
            for item in node.elements:
                self.bound_names(item.pattern, out)
            if node.rest is not None:
                out.append(self.expr(node.rest))
        elif isinstance(node, cst.MatchClass):
            for positional in node.patterns:
                self.bound_names(positional, out)
            for keyword in node.kwds:
                self.bound_names(keyword.pattern, out)
        elif isinstance(node, cst.MatchOrElement):
            self.bound_names(node.pattern, out)


def _dotted(node: cst.BaseExpression) -> str:
    """``a.b.c`` of an import."""
    parts: list[str] = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        node = node.value
    assert isinstance(node, cst.Name)
    return ".".join([node.value, *reversed(parts)])


def _bound(alias: cst.ImportAlias) -> str:
    """The name after ``as``, or empty."""
    if alias.asname is None:
        return ""
    assert isinstance(alias.asname.name, cst.Name)
    return alias.asname.name.value


_STATEMENTS: dict[type[cst.CSTNode], Callable[[_Statements, Any, list[ir.Stmt]], None]] = {
    cst.Expr: _Statements._expression,
    cst.Assign: _Statements._assign,
    cst.AnnAssign: _Statements._annotated,
    cst.AugAssign: _Statements._augmented,
    cst.TypeAlias: _Statements._type_alias,
    cst.Pass: _Statements._pass,
    cst.Break: _Statements._break,
    cst.Continue: _Statements._continue,
    cst.Return: _Statements._return,
    cst.Raise: _Statements._raise,
    cst.Assert: _Statements._assert,
    cst.Global: _Statements._scope,
    cst.Nonlocal: _Statements._scope,
    cst.Del: _Statements._del,
    cst.Import: _Statements._import,
    cst.LazyImport: _Statements._import,
    cst.ImportFrom: _Statements._import_from,
    cst.LazyImportFrom: _Statements._import_from,
    cst.If: _Statements._if,
    cst.While: _Statements._while,
    cst.For: _Statements._for,
    cst.Try: _Statements._try,
    cst.TryStar: _Statements._try,
    cst.With: _Statements._with,
    cst.FunctionDef: _Statements._function,
    cst.ClassDef: _Statements._class,
    cst.Match: _Statements._match,
}
