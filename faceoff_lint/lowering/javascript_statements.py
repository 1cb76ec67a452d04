"""JavaScript statements: ESTree, as esprima gives it, to the intermediate representation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from faceoff_lint import ir
from faceoff_lint.lowering.javascript_expressions import Expressions, Fields

__all__ = ["Statements"]


class Statements(Expressions):
    """Lowers the statements of one text."""

    def module(self, tree: Any, goal: str) -> ir.Module:
        """The whole program."""
        return ir.Module(0, len(self.text), "javascript", self.stmts(tree.__dict__["body"]), goal)

    def stmts(self, nodes: list[Any]) -> list[ir.Stmt]:
        """Statements in order."""
        result: list[ir.Stmt] = []
        for node in nodes:
            self.stmt(node, result)
        return result

    def stmt(self, node: Any, out: list[ir.Stmt]) -> None:
        """One statement, which may become several."""
        n = node.__dict__
        start, end = n["range"]
        _STATEMENTS[n["type"]](self, n, start, end, out)

    def body(self, node: Any) -> list[ir.Stmt]:
        """The statements of a block, or the one statement that stands in its place."""
        if node is None:
            return []
        n = node.__dict__
        return self.stmts(n["body"] if n["type"] == "BlockStatement" else [node])

    # --- simple statements -----------------------------------------------------------------------

    def _expression(self, n: Fields, start: int, end: int, out: list[ir.Stmt]) -> None:
        value = self.expr(n["expression"])
        out.append(ir.ExprStmt(start, self.trim(value.end, end), value))

    def _variables(
        self, n: Fields, start: int, end: int, out: list[ir.Stmt], exported: bool = False
    ) -> None:
        kind, declarators = n["kind"], n["declarations"]
        for node in declarators:
            d = node.__dict__
            target, value = self.expr(d["id"]), self.opt(d["init"])
            low, high = d["range"]
            if len(declarators) == 1:
                # A lone declaration is its whole statement; several have their own parts of it.
                low, high = start, self.trim(high, end)
            out.append(ir.Declare(low, high, kind, target, value, exported))

    def _function_declaration(
        self, n: Fields, start: int, end: int, out: list[ir.Stmt], exported: str = ""
    ) -> None:
        out.append(ir.FuncDecl(start, end, self._function(n, *n["range"]), exported))

    def _class_declaration(
        self, n: Fields, start: int, end: int, out: list[ir.Stmt], exported: str = ""
    ) -> None:
        out.append(ir.ClassDecl(start, end, self._class(n, *n["range"]), exported))

    def _return(self, n: Fields, start: int, end: int, out: list[ir.Stmt]) -> None:
        value = self.opt(n["argument"])
        inner = value.end if value is not None else start + len("return")
        out.append(ir.Return(start, self.trim(inner, end), value))

    def _throw(self, n: Fields, start: int, end: int, out: list[ir.Stmt]) -> None:
        value = self.expr(n["argument"])
        out.append(ir.Throw(start, self.trim(value.end, end), value))

    def _break(self, n: Fields, start: int, end: int, out: list[ir.Stmt]) -> None:
        end, label = self._jump(n, start + len("break"), end)
        out.append(ir.Break(start, end, label))

    def _continue(self, n: Fields, start: int, end: int, out: list[ir.Stmt]) -> None:
        end, label = self._jump(n, start + len("continue"), end)
        out.append(ir.Continue(start, end, label))

    def _jump(self, n: Fields, inner: int, end: int) -> tuple[int, str]:
        if n["label"] is None:
            return self.trim(inner, end), ""
        label = n["label"].__dict__
        return self.trim(label["range"][1], end), label["name"]

    def _debugger(self, n: Fields, start: int, end: int, out: list[ir.Stmt]) -> None:
        end = self.trim(start + len("debugger"), end)
        out.append(ir.ExprStmt(start, end, ir.Opaque(start, end, [], "debugger")))

    def _empty(self, n: Fields, start: int, end: int, out: list[ir.Stmt]) -> None:
        out.append(ir.Block(start, end, []))

    # --- control flow ----------------------------------------------------------------------------

    def _block(self, n: Fields, start: int, end: int, out: list[ir.Stmt]) -> None:
        out.append(ir.Block(start, end, self.stmts(n["body"])))

    def _labeled(self, n: Fields, start: int, end: int, out: list[ir.Stmt]) -> None:
        body = self.stmts([n["body"]])
        end = self.end_of(body, end)
        out.append(ir.Block(start, end, body, n["label"].__dict__["name"]))

    def _with(self, n: Fields, start: int, end: int, out: list[ir.Stmt]) -> None:
        # Names inside may be the object's: nothing can be said of them, but they are kept.
        scope = self.expr(n["object"])
        body = self.stmts([n["body"]])
        end = self.end_of(body, end)
        out.append(ir.Block(start, end, [ir.ExprStmt(scope.start, scope.end, scope), *body]))

    def _if(self, n: Fields, start: int, end: int, out: list[ir.Stmt]) -> None:
        test, body = self.expr(n["test"]), self.body(n["consequent"])
        orelse = self.body(n["alternate"])
        end = self.end_of(orelse or body, end)
        out.append(ir.If(start, end, test, body, orelse))

    def _for(self, n: Fields, start: int, end: int, out: list[ir.Stmt]) -> None:
        init: list[ir.Stmt] = []
        if n["init"] is not None:
            i = n["init"].__dict__
            low, high = i["range"]
            if i["type"] == "VariableDeclaration":
                # esprima's extent includes the loop's own semicolon.
                last = i["declarations"][-1].__dict__["range"][1]
                self._variables(i, low, last, init)
            else:
                init.append(ir.ExprStmt(low, high, self.expr(n["init"])))
        test, update = self.opt(n["test"]), self.opt(n["update"])
        body = self.body(n["body"])
        end = self.end_of(body, end)
        out.append(ir.While(start, end, test, body, [], init, update))

    def _for_each(self, n: Fields, start: int, end: int, out: list[ir.Stmt]) -> None:
        left = n["left"].__dict__
        declares = ""
        if left["type"] == "VariableDeclaration":
            declares = left["kind"]
            target = self.expr(left["declarations"][0].__dict__["id"])
        else:
            target = self.expr(n["left"])
        iterable, body = self.expr(n["right"]), self.body(n["body"])
        kind = "of" if n["type"] == "ForOfStatement" else "keys"
        is_async = kind == "of" and bool(n["allowAwait"])
        end = self.end_of(body, end)
        out.append(ir.For(start, end, target, iterable, body, [], kind, declares, is_async))

    def _while(self, n: Fields, start: int, end: int, out: list[ir.Stmt]) -> None:
        test, body = self.expr(n["test"]), self.body(n["body"])
        out.append(ir.While(start, self.end_of(body, end), test, body, [], []))

    def _do_while(self, n: Fields, start: int, end: int, out: list[ir.Stmt]) -> None:
        body, test = self.body(n["body"]), self.expr(n["test"])
        end = self.trim(test.end, end)
        out.append(ir.While(start, end, test, body, [], [], None, True))

    def _switch(self, n: Fields, start: int, end: int, out: list[ir.Stmt]) -> None:
        subject = self.expr(n["discriminant"])
        cases: list[ir.Case] = []
        for node in n["cases"]:
            c = node.__dict__
            low, high = c["range"]
            tests = [] if c["test"] is None else [self.expr(c["test"])]
            body = self.stmts(c["consequent"])
            inner = tests[0].end if tests else low + len("default")
            cases.append(
                ir.Case(low, body[-1].end if body else self.trim(inner, high), tests, None, body)
            )
        out.append(ir.Switch(start, end, subject, cases))

    def _try(self, n: Fields, start: int, end: int, out: list[ir.Stmt]) -> None:
        body = self.body(n["block"])
        handlers: list[ir.Handler] = []
        if n["handler"] is not None:
            h = n["handler"].__dict__
            target = self.opt(h["param"])
            low, high = h["range"]
            handlers.append(ir.Handler(low, high, None, target, self.body(h["body"])))
        final = None if n["finalizer"] is None else self.body(n["finalizer"])
        out.append(ir.Try(start, end, body, handlers, [], final))

    def end_of(self, body: list[ir.Stmt], end: int) -> int:
        """The end of a statement that ends with ``body``, which may have lost its last blanks."""
        if not body or self.text[end - 1] in ";}":
            return end
        return min(end, body[-1].end)

    # --- modules ---------------------------------------------------------------------------------

    def _import_declaration(self, n: Fields, start: int, end: int, out: list[ir.Stmt]) -> None:
        names: list[ir.ImportName] = []
        for node in n["specifiers"]:
            s = node.__dict__
            if s["type"] == "ImportDefaultSpecifier":
                name = "default"
            elif s["type"] == "ImportNamespaceSpecifier":
                name = "*"
            else:
                name = _module_name(s["imported"])
            low, high = s["range"]
            names.append(ir.ImportName(low, high, name, _module_name(s["local"])))
        source = n["source"].__dict__
        end = self.trim(source["range"][1], end)
        out.append(ir.Import(start, end, source["value"], names, -1))

    def _export_named(self, n: Fields, start: int, end: int, out: list[ir.Stmt]) -> None:
        if n["declaration"] is not None:
            d = n["declaration"].__dict__
            if d["type"] == "VariableDeclaration":
                self._variables(d, start, end, out, exported=True)
            elif d["type"] == "ClassDeclaration":
                self._class_declaration(d, start, end, out, "named")
            else:
                self._function_declaration(d, start, end, out, "named")
            return
        names: list[ir.ImportName] = []
        for node in n["specifiers"]:
            s = node.__dict__
            low, high = s["range"]
            exported, local = _module_name(s["exported"]), _module_name(s["local"])
            names.append(ir.ImportName(low, high, exported, local))
        source, inner = None, start + len("export")
        if n["source"] is not None:
            source, inner = n["source"].__dict__["value"], n["source"].__dict__["range"][1]
        out.append(ir.Export(start, self.trim(inner, end), names, source))

    def _export_default(self, n: Fields, start: int, end: int, out: list[ir.Stmt]) -> None:
        d = n["declaration"].__dict__
        if d["type"] == "FunctionDeclaration":
            self._function_declaration(d, start, end, out, "default")
        elif d["type"] == "ClassDeclaration":
            self._class_declaration(d, start, end, out, "default")
        else:
            value = self.expr(n["declaration"])
            out.append(ir.Export(start, self.trim(value.end, end), [], None, value))

    def _export_all(self, n: Fields, start: int, end: int, out: list[ir.Stmt]) -> None:
        source = n["source"].__dict__
        name = "" if n["exported"] is None else _module_name(n["exported"])
        end = self.trim(source["range"][1], end)
        out.append(ir.ExportAll(start, end, source["value"], name))


def _module_name(node: Any) -> str:
    """A name in an import or export, which may be written as a string."""
    n = node.__dict__
    return str(n["name"] if n["type"] == "Identifier" else n["value"])


_STATEMENTS: dict[str, Callable[[Statements, Fields, int, int, list[ir.Stmt]], None]] = {
    "BlockStatement": Statements._block,
    "BreakStatement": Statements._break,
    "ClassDeclaration": Statements._class_declaration,
    "ContinueStatement": Statements._continue,
    "DebuggerStatement": Statements._debugger,
    "DoWhileStatement": Statements._do_while,
    "EmptyStatement": Statements._empty,
    "ExportAllDeclaration": Statements._export_all,
    "ExportDefaultDeclaration": Statements._export_default,
    "ExportNamedDeclaration": Statements._export_named,
    "ExpressionStatement": Statements._expression,
    "ForInStatement": Statements._for_each,
    "ForOfStatement": Statements._for_each,
    "ForStatement": Statements._for,
    "FunctionDeclaration": Statements._function_declaration,
    "IfStatement": Statements._if,
    "ImportDeclaration": Statements._import_declaration,
    "LabeledStatement": Statements._labeled,
    "ReturnStatement": Statements._return,
    "SwitchStatement": Statements._switch,
    "ThrowStatement": Statements._throw,
    "TryStatement": Statements._try,
    "VariableDeclaration": Statements._variables,
    "WhileStatement": Statements._while,
    "WithStatement": Statements._with,
}
