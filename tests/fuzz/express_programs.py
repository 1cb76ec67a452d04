# ruff: noqa: E501
"""JavaScript and TypeScript programs: plausible Express apps out of all of the language."""

from __future__ import annotations

from random import Random

from . import material
from .mutation import blocks
from .writer import Writer, indented

__all__ = ["express_program", "express_project"]

NAMES = (
    "app", "router", "req", "res", "next", "err", "user", "users", "ctrl", "db", "io", "x", "data", "fn", "handler",
    "wrap", "auth", "server", "config", "User", "Base", "$a", "_", "é", "变量", "𝒳y", "that",
)  # fmt: skip
MODULES = (
    "express", "./routes", "./routes/users", "./users", "../app", ".", "./db.js", "fs", "cors", "helmet", "http",
    "socket.io", "express-session", "express-async-errors", "mongoose", "@/lib/x", "./data.json",
)  # fmt: skip
PATHS = (
    "/", "", "/users", "/users/:id", "/users/:id?", "*", "/*", "/*splat", "/a/:a/:b", "/:id(\\\\d+)", "/a{/:b}",
    "/(a|b)", "//", "/é", "users", "/:", "/:a-:b", "/a?b", "/%s",
)  # fmt: skip
STRINGS = (
    "'x'", '"é"', "'\\u0041\\n'", "'\\u{1f600}'", "'a\\\nb'", "``", "`a${x}b`", "`${a}${`in ${b}`}`", "''",
    "'\U0001f600'", "'use strict'", "'// faceoff: ignore[EXP301]'", "'\\ud800'", "String.raw`\\x`",
)  # fmt: skip
NUMBERS = (
    "0",
    "1",
    "404",
    "500",
    "-1",
    "1_000",
    "0xff",
    "1e3",
    "1e999",
    "2n",
    ".5",
    "true",
    "null",
    "undefined",
    "NaN",
)
OPERATORS = (
    "+", "-", "*", "/", "%", "**", "|", "&", "^", "<<", ">>>", "==", "===", "!==", "<", ">=", "in", "instanceof",
)  # fmt: skip
VERBS = ("get", "post", "put", "delete", "all", "use", "patch")


class _Script(Writer):
    def __init__(
        self, rng: Random, *, typed: bool = False, jsx: bool = False, budget: int = 220
    ) -> None:
        super().__init__(rng, budget=budget)
        self.typed = typed
        self.jsx = jsx

    def name(self) -> str:
        return self.pick(NAMES[:8] if self.rng.randrange(2) else NAMES)

    def path(self) -> str:
        return self.pick(
            (
                f"'{self.pick(PATHS)}'",
                f"'{self.pick(PATHS)}'",
                "/^\\/a[/]b$/i",
                f"['{self.pick(PATHS)}']",
            )
        )

    def simple(self) -> str:
        return self.one(
            self.name, self.name, lambda: self.pick(STRINGS), lambda: self.pick(NUMBERS)
        )

    def type_(self) -> str:
        n = self.name
        return self.deeper(
            lambda: self.pick(
                ("any", "string", "number[]", "void", "unknown", "User", "Request", "'a'", "this")
            ),
            (
                lambda: f"Promise<{self.type_()}>",
                lambda: f"{self.type_()} | {self.type_()}",
                lambda: f"{{ {n()}: {self.type_()}; {n()}?(): {self.type_()} }}",
                lambda: f"({n()}: {self.type_()}) => {self.type_()}",
                lambda: f"[{self.type_()}, ...{self.type_()}[]]",
                lambda: f"keyof typeof {n()}",
                lambda: f"{n()} extends infer U ? U : {self.type_()}",
                lambda: f"typeof import('{self.pick(MODULES)}')",
                lambda: "`a${string}`",
                lambda: f"readonly {self.type_()}[]",
                lambda: "{ [K in keyof T]?: T[K] }",
            ),
        )

    def typed_as(self) -> str:
        return f": {self.type_()}" if self.typed and self.rarely(3) else ""

    def expr(self) -> str:
        e, n = self.expr, self.name
        compound = [
            lambda: f"{self.base()}.{n()}",
            lambda: f"{self.base()}?.{n()}",
            lambda: f"{self.base()}.{n()}({self.args()})",
            lambda: f"{n()}({self.args()})",
            lambda: f"{n()}?.({self.args()})",
            self.call, self.call, self.call, self.function, self.function,
            lambda: f"{self.base()}[{e()}]",
            lambda: f"({e()} {self.pick(OPERATORS)} {e()})",
            lambda: f"({e()} {self.pick(('&&', '||', '??'))} ({e()}))",
            lambda: f"{self.pick(('!', 'typeof ', 'void ', '-', '~', '+'))}({e()})",
            lambda: f"({e()} ? {e()} : {e()})",
            lambda: f"[{', '.join(self.some(self.item))}]",
            lambda: f"({{ {', '.join(self.some(self.entry))} }})",
            lambda: f"({self.allowed(('', ''), ('async', 'await '))}{e()})",
            lambda: f"({self.target()} = {e()})",
            lambda: f"({n()} {self.pick(('+=', '||=', '??=', '**='))} {e()})",
            lambda: f"({e()}, {e()})",
            lambda: f"new {n()}({self.args()})",
            lambda: f"new Promise((resolve, reject) => {{ {self.small()} }})",
            lambda: f"({self.class_(expression=True)})",
            lambda: f"{n()}`a${{{e()}}}`",
            lambda: f"{n()}++",
            lambda: f"import('{self.pick(MODULES)}')",
            lambda: f"({self.allowed(('', ''), ('generator', 'yield '), ('generator', 'yield* '))}{e()})",
            lambda: "/[/\\]]+(?<a>x)/giu",
        ]  # fmt: skip
        if self.typed:
            compound += [
                lambda: f"({e()} as {self.type_()})",
                lambda: f"({n()}!.{n()})",
                lambda: f"({e()} satisfies {self.type_()})",
                lambda: f"{n()}<{self.type_()}>({self.args()})",
            ]
            if not self.jsx:
                compound.append(lambda: f"(<{self.type_()}>{e()})")
        if self.jsx:
            compound += [
                lambda: (
                    f"(<p id={{{e()}}} {{...{n()}}} a='b'>{{{e()}}} text &amp; <b/>{{/* c */}}</p>)"
                ),
                lambda: f"(<>{{{e()}}}</>)",
                lambda: f"(<a.B c:d='e'>\n  {{{e()}}}\n</a.B>)",
            ]
        return self.deeper(self.simple, compound)

    def base(self) -> str:
        return self.one(self.name, self.call, lambda: f"({self.expr()})")

    def item(self) -> str:
        return f"...{self.name()}" if self.rarely(6) else self.expr()

    def entry(self) -> str:
        n, e = self.name, self.expr
        return self.one(
            n,
            lambda: f"{n()}: {e()}",
            lambda: f"'{n()}': {e()}",
            lambda: f"[{e()}]: {e()}",
            lambda: f"...{n()}",
            lambda: f"{self.pick(('', '*', 'get '))}{n()}() {self.body('function method')}",
            lambda: f"async {n()}() {self.body('function method async')}",
            lambda: f"set {n()}(v) {self.body('function method')}",
            lambda: "1: 2, if: 3",
        )  # fmt: skip

    def args(self) -> str:
        return self.pick((", ", ", ", ",\n    ")).join(self.some(self.item, 3))

    def call(self) -> str:
        """What set-up code and handlers call."""
        n, p, e, h = self.name, self.path, self.expr, self.handler
        return self.one(
            lambda: f"{n()}.{self.pick(VERBS)}({p()}, {h()})",
            lambda: f"{n()}.{self.pick(VERBS)}({p()}, {h()}, {h()})",
            lambda: f"{n()}.use({h()})",
            lambda: f"{n()}.use({p()}, {n()}, require('{self.pick(MODULES)}'))",
            lambda: f"{n()}.route({p()}).get({h()}).post({h()})",
            lambda: f"{n()}.param('id', {h()})",
            lambda: f"[{n()}, {n()}].forEach(r => app.use({p()}, r))",
            lambda: f"wrap({h()})",
            lambda: f"fs.{self.pick(('readFileSync', 'readFile', 'createReadStream'))}({self.args()})",
            lambda: f"res.{self.pick(('json', 'send', 'end', 'render', 'redirect', 'sendFile'))}({e()})",
            lambda: f"res.status({e()}).json({e()})",
            lambda: f"next({self.pick(('', 'err', n()))})",
            lambda: f"{self.base()}.then({h()}).catch({self.pick(('next', h()))})",
            lambda: f"Promise.resolve({e()}).catch(next)",
            lambda: f"setTimeout({h()}, {e()})",
            lambda: f"app.listen({e()}, {h()})",
            lambda: f"app.set('trust proxy', {e()})",
            lambda: f"io.on('connection', {h()})",
            lambda: f"process.on('{self.pick(('uncaughtException', 'SIGTERM'))}', {h()})",
            lambda: f"require({e()})",
            lambda: f"express.{self.pick(('json', 'Router', 'static', 'urlencoded'))}({self.args()})",
            lambda: f"Object.{self.pick(('keys', 'entries', 'assign'))}({e()}).map({h()})",
            lambda: f"{self.allowed(('', 'this'), ('method', 'super'))}.{n()}({self.args()})",
            lambda: f"{self.base()}.bind({n()})",
        )  # fmt: skip

    def handler(self) -> str:
        if self.rarely(3):
            return self.one(self.name, lambda: f"{self.name()}.{self.name()}", self.expr)
        start = self.pick(("", "", "async "))
        form = self.pick(
            ("(req, res)", "(req, res, next)", "(err, req, res, next)", "({ body }, res)", "req")
        )
        place = f"function {start}"
        if self.rarely(3) and form != "req":
            return f"{start}function {form} {self.body(place)}"
        write = self.rng.randrange(2)
        text = self.body(place) if write else self.inside(place, lambda: f"({self.expr()})")
        return f"{start}{form} => {text}"

    def target(self) -> str:
        n = self.name
        return self.one(
            n, n,
            lambda: f"{{ {n()}, {n()}: {n()} = {self.simple()}, ...{n()} }}",
            lambda: f"[{n()}, , {n()} = 1, ...{n()}]",
            lambda: f"{{ [{self.simple()}]: {n()}, {n()}: {{ {n()} }} }}",
            lambda: f"{{ {n()} = {self.simple()} }}",
        )  # fmt: skip

    def parameter(self) -> str:
        text = self.target() + self.typed_as()
        return f"{text} = {self.simple()}" if self.rarely(5) else text

    def parameters(self) -> str:
        parts = self.some(self.parameter, 3)
        if self.rarely(7):
            parts.append(f"...{self.name()}")
        return ", ".join(parts)

    def function(self) -> str:
        start = self.pick(("", "", "async "))
        generic = f"<T extends {self.type_()}>" if self.typed and self.rarely(7) else ""
        place = f"function {start}"
        return self.one(
            lambda: f"{start}function {generic}({self.parameters()}){self.typed_as()} {self.body(place)}",
            lambda: f"function* {self.name()}({self.parameters()}) {self.body('function generator')}",
            lambda: f"({start}({self.parameters()}){self.typed_as()} => {self.body(place)})",
            lambda: f"({start}{self.name()} => {self.inside(place, self.expr)})",
            lambda: f"({start}() => ({{ {self.entry()} }}))",
        )  # fmt: skip

    def member(self) -> str:
        n = self.name
        kind = self.pick(("", "", "static ", "async ", "get ", "*", "static async "))
        place = "function method async" if "async" in kind else "function method"
        access = (
            self.pick(("public ", "private ", "readonly ", "@Get('/x')\n  "))
            if self.typed and self.rarely(3)
            else ""
        )
        return self.one(
            lambda: f"{access if 'readonly' not in access else ''}{kind}{n()}() {self.body(place)}",
            lambda: f"constructor({access if chr(64) not in access else ''}{n()}{self.typed_as()}) {self.body(place)}",
            lambda: f"{access}{n()}{self.typed_as()} = {self.expr()};",
            lambda: f"#{n()} = {self.expr()};",
            lambda: f"static {self.body('method')}",
            lambda: f"'{n()}'() {self.body('function method')}",
            lambda: f"[{self.expr()}] = {self.simple()};",
        )  # fmt: skip

    def class_(self, *, expression: bool = False) -> str:
        base = f" extends {self.name()}" if self.rarely(3) else ""
        generic = "<T>" if self.typed and self.rarely(6) else ""
        members = "\n".join(self.some(self.member, 3))
        return f"class {self.name() if not expression or self.rarely(2) else ''}{generic}{base} {{\n{indented(members)}}}"

    def body(self, place: str = "") -> str:
        if place:
            return self.inside(place, self.body)
        return f"{{\n{indented(chr(10).join(self.some(self.statement, 3)), '  ')}}}"

    def loop(self) -> str:
        return self.body("loop")

    def small(self) -> str:
        e, n = self.expr, self.name
        return self.one(
            lambda: f"{e()};", lambda: f"{self.call()};", lambda: f"{self.call()};", self.call,
            lambda: f"{self.pick(('const', 'let', 'var'))} {self.target()}{self.typed_as()} = {e()};",
            lambda: f"{self.pick(('const', 'let', 'var'))} {n()} = {self.function()}",
            lambda: f"const {n()} = require('{self.pick(MODULES)}');",
            lambda: f"{self.allowed(('', ''), ('function', 'return '))}{e()};",
            lambda: f"throw {e()};",
            lambda: f"module.exports = {e()};",
            lambda: f"exports.{n()} = {e()};",
            lambda: f"{n()}.{n()} = {e()};",
            lambda: self.allowed(
                ("function", "return"), ("", ";"), ("loop", "break;"), ("loop", "continue;"), ("", "debugger"),
                ("", "delete a.b"),
            ),
            lambda: f"if ({e()}) {self.allowed(('', ''), ('function', 'return '))}{e()}",
        )  # fmt: skip

    def declaration(self) -> str:
        start = self.pick(("", "async "))
        signature = f"{self.name()}({self.parameters()}){self.typed_as()}"
        return f"{start}function {signature} {self.body(f'function {start}')}"

    def statement(self) -> str:
        e, b = self.expr, self.body
        compound = [
            self.small, self.small, self.small,
            self.declaration,
            self.class_,
            lambda: f"if ({e()}) {b()}",
            lambda: f"if ({e()}) {b()} else if ({e()}) {b()} else {b()}",
            lambda: f"for (const {self.target()} of {e()}) {self.loop()}",
            lambda: f"for (const {self.name()} in {e()}) {self.loop()}",
            lambda: f"for (let i = 0; i < {e()}; i++) {self.loop()}",
            lambda: f"while ({e()}) {self.loop()}",
            lambda: f"do {self.loop()} while ({e()})",
            lambda: f"try {b()} catch ({self.target()}) {b()}",
            lambda: f"try {b()} catch {b()} finally {b()}",
            lambda: f"switch ({e()}) {{ case {e()}: {self.small()}\n default: {self.small()}\n }}",
            lambda: f"l: {b()}",
            lambda: f"for {self.allowed(('', ''), ('async', 'await '))}(const {self.name()} of {e()}) {self.loop()}",
        ]  # fmt: skip
        if self.typed:
            compound += [
                lambda: f"interface {self.name()} {{ a: {self.type_()}; b(): void }}",
                lambda: f"type {self.name()}<T> = {self.type_()};",
                lambda: f"enum {self.name()} {{ A, B = 2, C = 'c' }}",
                lambda: f"declare const {self.name()}: {self.type_()};",
                lambda: f"namespace {self.name()} {{ export const a = {e()}; }}",
                lambda: (
                    f"abstract class {self.name()} {{ abstract f(): {self.type_()}; g(this: any) {b()} }}"
                ),
                lambda: (
                    f"function {self.name()}(a: string): void;\nfunction {self.name()}(a: any) {b()}"
                ),
            ]
        text = self.deeper(self.small, compound)
        if self.rarely(25):
            code = self.pick(("EXP301", "EXP102", "EXP4", "unhandled-async-error", "x"))
            comments = (f"// faceoff: ignore[{code}]", f"/* faceoff: ignore[{code}] -- y */")
            text = f"{text} {self.pick(comments)}"
        return text

    def route(self) -> str:
        """A registration of what handles requests."""
        on = self.pick(("app", "router", "app", self.name()))
        handlers = ", ".join(self.some(self.handler, 3, 1))
        return f"{on}.{self.pick(VERBS)}({self.path()}, {handlers});"

    def borrowed(self) -> str:
        """A part of what fixtures and rule pages hold: what rules look for."""
        language = "typescript" if self.typed else "javascript"
        return self.pick(blocks(self.pick(material.texts(language))) or [";"])

    def program(self, *, modules: bool) -> str:
        heads = (
            "const express = require('express');\nconst app = express();\nconst router = express.Router();\n",
            "const { Router } = require('express');\nconst router = Router();\nconst fs = require('fs');\n",
            "",
        )
        if modules:
            heads = (
                "import express, { Router } from 'express';\nimport * as fs from 'fs';\nconst app = express();\n"
                "export const router = Router();\n",
                "import { Router as R } from 'express'\nconst router = R()\nexport default router\n",
                "import x from './users'; export * from './db.js'; export { a as b } from '.';\n",
            )
        end = self.pick((
            "", "", "app.use('/a', router);\napp.listen(3000);\n", "module.exports = router;\n",
            "module.exports = { router, app };\n", "app.use((err, req, res, next) => { res.end() });\n",
        ))  # fmt: skip
        suffix = f".{'ts' if self.typed else 'js'}{'x' if self.jsx else ''}"
        parts = (self.route, self.route, self.route, self.borrowed, self.borrowed, self.statement)
        body = "\n".join(self.some(lambda: self.readable(self.pick(parts), suffix), 9, 2))
        text = f"{self.pick(heads)}{body}\n{end if not modules else ''}"
        if self.rarely(9):
            text = f"#!/usr/bin/env node\n{text}"
        return self.laid_out(text, "//")


def express_program(rng: Random, suffix: str) -> str:
    """One module, in the language of a suffix."""
    writer = _Script(rng, typed=suffix in (".ts", ".tsx"), jsx=suffix in (".jsx", ".tsx"))
    return writer.program(modules=suffix == ".mjs" or rng.randrange(2) == 1)


def express_project(rng: Random) -> dict[str, str]:
    """An app of a few modules."""
    suffix = (".js", ".js", ".ts", ".mjs")[rng.randrange(4)]
    files = {f"app{suffix}": express_program(rng, suffix)}
    for path in ("routes/index", "users", "routes/users", "db"):
        if rng.randrange(3) == 2:
            writer = _Script(rng, typed=suffix == ".ts", budget=90)
            files[path + suffix] = writer.program(modules=suffix != ".js")
    version = ("^4.18.0", "^5.0.0", "4.x", "*", "latest")[rng.randrange(5)]
    files["package.json"] = (
        f'{{"main": "app{suffix}", "dependencies": {{"express": "{version}"}}}}\n'
    )
    return files
