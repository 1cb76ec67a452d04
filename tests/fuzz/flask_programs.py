# ruff: noqa: E501
"""Python programs: plausible Flask apps out of all of the language."""

from __future__ import annotations

import re
from random import Random

from . import material
from .mutation import blocks
from .writer import Writer, indented

__all__ = ["flask_program", "flask_project"]

NAMES = (
    "app", "bp", "api", "db", "socketio", "request", "g", "session", "current_app", "user", "users", "x",
    "data", "name", "item", "result", "fn", "view", "config", "client", "User", "Base", "é", "变量", "𝒳y", "self",
)  # fmt: skip
VIEWS = ("index", "users", "user", "create", "delete_user", "view", "é")
MODULES = (
    "flask", "app", "views", "models", "shop.views", "shop", "os", "time", "requests", "json", "werkzeug",
    "flask_sqlalchemy", "flask_restful", "flask_socketio", "flask_login", "asyncio", "functools", "a.b.c",
)  # fmt: skip
IMPORTED = (
    "Flask", "Blueprint", "request", "g", "abort", "redirect", "url_for", "render_template", "session",
    "current_app", "jsonify", "SQLAlchemy", "Resource", "Api", "MethodView", "SocketIO", "emit", "bp", "app",
    "create_app", "views", "wraps", "send_file", "stream_with_context", "User", "register",
)  # fmt: skip
PATHS = (
    "/", "", "/users", "/users/<id>", "/users/<int:id>", "/users/<int:id>/", "/<path:p>", "/a/<a>/<b>",
    "/users/<", "/<int(min=1):n>", "//", "/é", "users", "/<id>/<id>", "/<any(a,b):x>", "/a\\n", "/%s", "/{}",
)  # fmt: skip
STRINGS = (
    "'x'", '"é"', "'\\u0041\\n'", "r'\\d'", "'''a\nb'''", '"""doc"""', "b'x'", "'a' 'b'", "rb'\\x'", "''",
    "'\U0001f600'", "u'x'", "'\\N{BULLET}'", "'\\ud800'", "'# faceoff: ignore[FLK501]'", "'%s' % x",
)  # fmt: skip
LISTS = ("*", "(a,\n    b as c,\n)", "x", "(x as y)")
NUMBERS = (
    "0",
    "1",
    "404",
    "-1",
    "1_000",
    "0xff",
    "1e3",
    "1e999",
    "2j",
    "True",
    "None",
    "...",
    "10**9",
)
OPERATORS = ("+", "-", "*", "/", "%", "//", "**", "@", "|", "&", "^", "<<", ">>")
COMPARISONS = ("==", "!=", "<", ">", "<=", ">=", "in", "not in", "is", "is not")


class _Python(Writer):
    def name(self) -> str:
        return self.pick(NAMES[:8] if self.rng.randrange(2) else NAMES)

    def path(self) -> str:
        path = repr(self.pick(PATHS))
        return f"f{path}" if self.rarely(9) else path

    def simple(self) -> str:
        return self.one(
            self.name, self.name, lambda: self.pick(STRINGS), lambda: self.pick(NUMBERS)
        )

    def expr(self) -> str:
        e = self.expr
        return self.deeper(
            self.simple,
            (
                lambda: f"{self.base()}.{self.name()}",
                lambda: f"{self.base()}.{self.name()}({self.args()})",
                lambda: f"{self.name()}({self.args()})",
                self.call,
                self.call,
                lambda: f"{self.base()}[{self.one(e, self.slice)}]",
                lambda: f"({e()} {self.pick(OPERATORS)} {e()})",
                lambda: f"({e()} {self.pick(COMPARISONS)} {e()} {self.pick(COMPARISONS)} {e()})",
                lambda: f"({e()} {self.pick(('and', 'or'))} {e()})",
                lambda: f"(not {e()})",
                lambda: f"({e()} if {e()} else {e()})",
                lambda: f"(lambda {self.parameters(plain=True)}: {e()})",
                lambda: f"[{', '.join(self.some(self.item))}]",
                lambda: f"({', '.join(self.some(self.item))},)",
                lambda: f"{{{e()}, {self.item()}}}",
                lambda: f"{{{', '.join(self.some(self.entry))}}}",
                lambda: f"[{e()} {self.clauses()}]",
                lambda: f"{{{e()}: {e()} {self.clauses()}}}",
                lambda: f"({e()} {self.clauses()})",
                lambda: f"({self.allowed(('', ''), ('async', 'await '))}{e()})",
                lambda: (
                    f"({self.allowed(('', ''), ('def', 'yield '), ('def', 'yield from '))}{e()})"
                ),
                lambda: f"({self.name()} := {e()})",
                self.formatted,
            ),
        )

    def base(self) -> str:
        return self.one(self.name, self.call, lambda: f"({self.expr()})")

    def formatted(self) -> str:
        mark = self.pick(('"', "'", '"""'))
        inner = self.pick(
            ("x", "x!r", "x:>{y}", "x=", "d['k']" if mark != "'" else "d[0]", "f(1)", "{'a': 1}")
        )
        return f"{self.pick(('f', 'rf', 'F'))}{mark}a{{{inner}}}{{{{b}}}}{mark}"

    def slice(self) -> str:
        return self.pick(("1:2", ":", "::2", "1:2, ...", "*x", ":-1"))

    def item(self) -> str:
        return f"*{self.name()}" if self.rarely(6) else self.expr()

    def entry(self) -> str:
        return f"**{self.name()}" if self.rarely(6) else f"{self.expr()}: {self.expr()}"

    def clauses(self) -> str:
        text = f"for {self.target()} in {self.expr()}"
        if self.rarely(3):
            text += f" if {self.expr()}"
        if self.rarely(5):
            text += f" for {self.name()} in {self.name()}"
        return f"async {text}" if "async" in self.within and self.rarely(5) else text

    def args(self) -> str:
        parts = self.some(self.item, 2)
        parts += self.some(lambda: f"{self.name()}={self.expr()}", 2)
        if self.rarely(6):
            parts.append(f"**{self.name()}")
        gap = self.pick((", ", ", ", ",\n        ", " , "))
        return gap.join(parts)

    def call(self) -> str:
        """What set-up code and handlers call."""
        n, p, e = self.name, self.path, self.expr
        return self.one(
            lambda: f"Flask(__name__, {self.args()})",
            lambda: f"Blueprint({p()}, __name__, url_prefix={p()})",
            lambda: f"{n()}.register_blueprint({n()}, url_prefix={e()})",
            lambda: f"{n()}.add_url_rule({p()}, {p()}, {e()}, methods=['GET', {e()}])",
            lambda: f"{n()}.errorhandler({self.pick(('404', '500', 'Exception', 'NotFound', n()))})({n()})",
            lambda: f"{n()}.before_request({n()})",
            lambda: f"{n()}.init_app({n()})",
            lambda: f"{n()}.config.update({self.args()})",
            lambda: f"{n()}.route({p()}, methods={e()})({e()})",
            lambda: f"render_template({e()}, **{n()})",
            lambda: f"redirect({self.pick(('request.args', 'session'))}.get({e()}))",
            lambda: f"url_for({p()}, {self.args()})",
            lambda: f"abort({self.pick(NUMBERS)})",
            lambda: f"db.session.{self.pick(('add', 'commit', 'rollback', 'query', 'execute'))}({self.args()})",
            lambda: f"User.query.get({e()}).name",
            lambda: f"requests.get({e()}, timeout={self.pick(NUMBERS)})",
            lambda: f"time.sleep({e()})",
            lambda: f"emit({self.args()})",
            lambda: f"importlib.import_module({e()})",
            lambda: f"getattr({n()}, {e()})",
            lambda: f"map({e()}, {e()})",
            lambda: f"{self.base()}.run(debug={e()})",
            lambda: f"api.add_resource({n()}, {p()}, {p()})",
            lambda: f"{n()}.as_view({p()})",
            lambda: f"super().{n()}({self.args()})",
        )  # fmt: skip

    def target(self) -> str:
        n = self.name
        return self.one(
            n, n, n,
            lambda: f"{n()}, {n()}",
            lambda: f"({n()}, *{n()})",
            lambda: f"[{n()}, {n()}]",
            lambda: f"{n()}.{n()}",
            lambda: f"{n()}[{self.simple()}]",
        )  # fmt: skip

    def parameters(self, *, plain: bool = False) -> str:
        names = iter(self.rng.sample(NAMES, 10))
        parts = [next(names) for _ in range(self.rng.randrange(3))]
        if parts and self.rarely(8):
            parts.append("/")
        if self.rarely(3):
            parts.append(f"{next(names)}={self.simple()}")
        if not plain and self.rarely(4):
            parts.append(
                f"{next(names)}: {self.pick(('int', 'list[int]', repr('User'), 'a | b'))} = 1"
            )
        if self.rarely(5):
            parts.append(self.pick((f"*{next(names)}", f"*, {next(names)}")))
        if self.rarely(6):
            parts.append(f"**{next(names)}")
        return ", ".join(parts)

    def decorator(self) -> str:
        n, p = self.name, self.path
        return "@" + self.one(
            lambda: f"{n()}.route({p()})",
            lambda: f"{n()}.route({p()}, methods=['POST', {self.simple()}], endpoint={p()})",
            lambda: f"{n()}.{self.pick(('get', 'post', 'delete', 'before_request', 'after_request'))}({p()})",
            lambda: f"{n()}.errorhandler({self.pick(('404', 'Exception', '500'))})",
            lambda: f"socketio.on({p()})",
            lambda: self.pick(("login_required", "wraps(fn)", "property", "staticmethod", "app.cli.command()")),
            lambda: f"{n()}",
            lambda: f"({self.expr()})",
        )  # fmt: skip

    def function(self) -> str:
        text = "".join(f"{one}\n" for one in self.some(self.decorator, 2))
        start = "async " if self.rarely(4) else ""
        text += f"{start}def {self.name()}({self.parameters()})"
        text += self.pick(("", "", "", " -> str", " -> list['User']"))
        doc = '    """Doc."""\n' if self.rarely(6) else ""
        write = self.small if self.rarely(9) else lambda: f"\n{doc}{self.block()}"
        return f"{text}: " + self.inside(f"{start}def", write)

    def class_(self) -> str:
        bases = self.pick(
            (
                "",
                "()",
                "(Base)",
                "(MethodView)",
                "(Resource)",
                "(db.Model, metaclass=M)",
                "(Exception)",
            )
        )
        mark = f"{self.decorator()}\n" if self.rarely(8) else ""
        return f"{mark}class {self.name()}{bases}:\n{self.inside('class', self.block)}"

    def loop(self) -> str:
        return self.inside("loop", self.block)

    def block(self) -> str:
        return indented("\n".join(self.some(self.statement, 4, 1))) or "    pass\n"

    def small(self) -> str:
        n, e = self.name, self.expr
        return self.one(
            e, e, self.call, self.call,
            lambda: f"{self.target()} = {e()}",
            lambda: f"{n()} = {n()} = {e()}",
            lambda: f"{n()} {self.pick(OPERATORS)}= {e()}",
            lambda: f"{n()}: int = {e()}",
            lambda: f"{n()}.config[{self.simple()}] = {e()}",
            lambda: f"{self.allowed(('def', 'return '), ('', 'x = '))}{e()}",
            lambda: f"{self.allowed(('def', 'return '), ('', 'x = '))}{e()}, {self.pick(NUMBERS)}",
            lambda: self.allowed(
                ("", "pass"), ("def", "return"), ("", "raise"), ("loop", "break"), ("loop", "continue"),
                ("def", "global Base"), ("", "pass"),
            ),
            lambda: f"raise {e()} from {n()}",
            lambda: f"assert {e()}, {e()}",
            lambda: f"del {self.name()}, {self.name()}.x, {self.name()}[{e()}]",
            lambda: f"import {self.pick(MODULES)}{self.pick(('', ' as x', ', os'))}",
            lambda: f"from {self.pick(('', '.', '..'))}{self.pick(MODULES)} import {self.pick(IMPORTED)}"
            f"{self.pick(('', ' as x', f', {self.pick(IMPORTED)}'))}",
            lambda: f"from {self.pick(('.', '..', 'flask'))} import {self.pick(LISTS)}",
            lambda: f"type {n()} = {e()}",
        )  # fmt: skip

    def statement(self) -> str:
        e, b = self.expr, self.block
        text = self.deeper(
            self.small,
            (
                self.small,
                self.small,
                self.function,
                self.function,
                self.function,
                self.class_,
                lambda: f"if {e()}:\n{b()}",
                lambda: f"if {e()}:\n{b()}elif {e()}:\n{b()}else:\n{b()}",
                lambda: f"for {self.target()} in {e()}:\n{self.loop()}",
                lambda: (
                    f"for {self.target()} in ({self.name()}, {self.name()}):\n{self.loop()}else:\n{b()}"
                ),
                lambda: f"while {e()}:\n{self.loop()}",
                lambda: (
                    f"try:\n{b()}except {self.pick(('Exception', '(A, B)', 'HTTPException'))} as x:\n{b()}"
                ),
                lambda: f"try:\n{b()}except:\n{b()}else:\n{b()}finally:\n{b()}",
                lambda: f"try:\n{b()}except* {self.name()}:\n    pass\n",
                lambda: f"with {e()} as {self.name()}, {e()}:\n{b()}",
                lambda: f"{self.allowed(('', ''), ('async', 'async '))}with {e()}:\n{b()}",
                lambda: f"match {e()}:\n" + indented("".join(self.some(self.case, 3, 1))),
                lambda: f"if __name__ == '__main__':\n{b()}",
            ),
        )
        if self.rarely(25):
            text = f"{text.rstrip()}  # faceoff: ignore[{self.pick(('FLK501', 'FLK102', 'FLK801', 'FLK3', 'x'))}]"
        if self.rarely(14) and "\n" not in text:
            text += f"; {self.small()}"
        return text

    def case(self) -> str:
        pattern = self.pick((
            "_", "1", "'a' | 'b'", "[a, *rest]", "{'k': v, **rest}", "User(name=n)", "(a, b) as c", "None", "x.y",
        ))  # fmt: skip
        guard = f" if {self.expr()}" if self.rarely(4) else ""
        return f"case {pattern}{guard}:\n{self.block()}"

    def view(self) -> str:
        """A function that answers a request, with the parameters that its path asks for."""
        path = self.pick(PATHS)
        names = ", ".join(dict.fromkeys(re.findall(r"<(?:\w+:)?(\w+)>", path)))
        methods = self.pick(("", "", ", methods=['POST']", ", methods=['GET', 'PUT']"))
        start = "async " if self.rarely(8) else ""
        body = self.inside(f"{start}def", lambda: f"{self.block()}    return {self.expr()}\n")
        marks = f"{self.decorator()}\n" if self.rarely(5) else ""
        route = f"@{self.pick(('app', 'bp', 'api', 'app'))}.route({path!r}{methods})"
        return f"{route}\n{marks}{start}def {self.pick(VIEWS)}({names}):\n{body}"

    def borrowed(self) -> str:
        """A part of what fixtures and rule pages hold: what rules look for."""
        return self.pick(blocks(self.pick(material.texts("python"))) or ["pass"])

    def program(self) -> str:
        head = self.pick((
            "from flask import Flask, Blueprint, request, abort, redirect, render_template, url_for\n"
            "app = Flask(__name__)\nbp = Blueprint('bp', __name__)\n",
            "from flask import *\nfrom flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy()\n"
            "def create_app(config=None):\n    app = Flask(__name__)\n    db.init_app(app)\n    return app\n"
            "app = create_app()\n",
            "from flask import Blueprint, request\nimport time, requests\nbp = Blueprint('bp', __name__)\n",
            "import flask\napp = flask.Flask('x')\napi = flask.Blueprint('api', 'x', url_prefix='/api')\n"
            "app.register_blueprint(api)\n",
            "",
        ))  # fmt: skip
        parts = (self.view, self.view, self.call, self.borrowed, self.borrowed, self.statement)
        body = "\n".join(self.some(lambda: self.readable(self.pick(parts), ".py"), 9, 2))
        return self.laid_out(f"{head}{body}\n", "#")


def flask_program(rng: Random) -> str:
    """One module."""
    return _Python(rng).program()


def flask_project(rng: Random) -> dict[str, str]:
    """An app of a few modules."""
    files = {"app.py": flask_program(rng)}
    for path in ("views.py", "shop/__init__.py", "shop/views.py", "models.py"):
        if rng.randrange(3) == 2:
            files[path] = _Python(rng, budget=90).program()
    if rng.randrange(2):
        version = (
            "flask==3.0.0",
            "flask",
            "flask>=1,<2",
            "Flask==0.12\nflask-restful",
            "flask[async]~=2.0",
        )
        files["requirements.txt"] = version[rng.randrange(len(version))] + "\n"
    return files
