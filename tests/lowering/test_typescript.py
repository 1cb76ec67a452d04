"""TypeScript: what is blanked, what is rewritten, and what comes back in the module."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from faceoff_lint import ir
from faceoff_lint.lowering import ParseFailure, lower
from faceoff_lint.lowering.typescript_erasure import erase

# TypeScript, and the same text without its types.
ERASED = [
    ("let x: number = 1, y!: A.B<C>;", "let x         = 1, y         ;"),
    ("x!.y!()", "x .y ()"),
    ("a as B; c satisfies D; <E>f;", "a     ; c            ;    f;"),
    ("f<T>(x); new F<T, U>(x); a?.<T>()", "f   (x); new F      (x); a?.   ()"),
    ("f<typeof import('x')>(y)", "f                    (y)"),
    ("let e: import('x').Foo[]", "let e                   "),
    ("tag<T>`x`", "tag   `x`"),
    ("function f(this: X, a?: number) {}", "function f(         a         ) {}"),
    ("function f(this: X) {}", "function f(       ) {}"),
    ("function f(a: any): a is B\nfunction f(a) {}", " " * 26 + "\nfunction f(a) {}"),
    ("const f = (): {\n a: 1 } => 1", "const f = ()            => 1"),
    ("const f = async <T,\nU>(x) => x", "const f = async       (x) => x"),
    ("const a = () => <T>{a: 1}", "const a = () => 0||{a: 1}"),
    ("function f() { return <\nT>x }", "function f() { return     x }"),
    ("let t: (string) => any = 1", "let t                  = 1"),
    ("type A = 1; interface B {}", "           " + " " * 15),
    ("const x = 1\ninterface Y {}\n(foo)", "const x = 1\n;             \n(foo)"),
    ("let x = y as T\n(1)", "let x = y;    \n(1)"),
    ("let x = y as A.B.C\nfoo()", "let x = y         \nfoo()"),
    ("declare global {}; declare const x: 1", " " * 17 + ";" + " " * 19),
    ("import type A from 'a'; import B from 'b'; B", " " * 23 + " import B from 'b'; B"),
    ("import { type A, B } from 'a'; B", "import {         B } from 'a'; B"),
    ("import {type} from 'x'; type", "import {type} from 'x'; type"),
    ("export type { A } from 'a'; export type X = 1", " " * 27 + " " * 18),
    ("export { type A, B }", "export {         B }"),
    ("export type * from 'q'", " " * 22),
    ("export default interface A {}", " " * 29),
    ("export default abstract class {}", "export default          class {}"),
    ("export declare const w: 1; export as namespace Foo;", " " * 51),
    ("import x = require('y'); import z = A.B", "const  x = require('y'); const  z = A.B"),
    ("export = foo", "$$$$$$ = foo"),
    ("export=foo", "$$$$$$=foo"),
    ("enum A { B, C = 'x' }", "var  A={ $, C : 'x' }"),
    ("export const enum A {B}", "export var        A={$}"),
    ("enum A{B}", "var A={$}"),
    ("enum A { default, B, }\n(foo)", "var  A={ $$$$$$$, $,};\n(foo)"),
    ("namespace A.B { export const c = 1 }", "              {        const c = 1 }"),
    ("namespace A { export interface B {} }", " " * 37),
    ("export namespace A { foo() }", "                   { foo() }"),
    ("class A<T> extends B<T> implements C {}", "class A    extends B                 {}"),
    ("class A { private readonly a?: B = 1 }", "class A {                  a     = 1 }"),
    ("class A { declare a: B; abstract b: C }", "class A {             ;               }"),
    ("class A { [k: string]: any; m(): B; m() {} }", "class A {" + " " * 17 + ";       ; m() {} }"),
    ("class A { override async m<T>(): B {} }", "class A {          async m   ()    {} }"),
    ("class A { accessor x = 1 }", "class A {          x = 1 }"),
    ("@a() export class B { @c d() {} }", "     export class B {    d() {} }"),
    ("using x = f();", "const x = f();"),
    ("async () => { await using x = f() }", "async () => { const       x = f() }"),
    ("const 变量: string = '😀' as const", "const 变量         = '😀'         "),
]  # fmt: skip

# Read without a failure, whatever they become.
ACCEPTED = [
    "for (const x of <any[]>y) {} try {} catch (e: unknown) {}",
    "({ m<T>(a: T): void {}, async *g(): any {} })",
    "abstract class X { private abstract y(): void; constructor(); constructor(a?: any) {} }",
    "class A { static { let x: number = 1 } 'q'?: string; [s]: number = 2; get: string }",
    "let a = b! + c!; a! = 1; a!++; (a as any) = 1",
    "const o = { get x(): number { return 1 }, set x(v: number) {} }",
    "import json from './x.json' with { type: 'json' }; json",
    "let v = <const T,>(x: T) => x; let u: unique symbol; label: for (;;) {}",
    "const p = async function* <T>(this: void, ...a: T[]): AsyncGenerator<T> {}",
    "export const x = <T extends object>(p: T): asserts p is X => {}",
]


@pytest.mark.parametrize(("text", "code"), ERASED)
def test_erasure(text: str, code: str) -> None:
    assert erase(text).code == code
    assert len(code) == len(text)


@pytest.mark.parametrize("text", [text for text, _ in ERASED] + ACCEPTED)
def test_modules_have_places_and_go_through_json(text: str) -> None:
    module = lower(text, ".ts")
    for node in ir.walk(module):
        assert 0 <= node.start <= node.end <= len(text)
        if isinstance(node, ir.Attr) and node.name_start:
            assert text.startswith(node.name, node.name_start) or node.name == "exports"
    data = ir.to_data(module)
    assert ir.to_data(ir.from_data(json.loads(json.dumps(data)))) == data


def functions(text: str, suffix: str = ".ts") -> list[ir.Func]:
    return [node for node in ir.walk(lower(text, suffix)) if isinstance(node, ir.Func)]


def source(text: str, node: ir.Node) -> str:
    return text[node.start : node.end]


def assignments(func: ir.Func) -> list[str]:
    """``this.x = y`` statements of a function, calls as ``f()``."""
    found = []
    for statement in func.body:
        assert isinstance(statement, ir.ExprStmt)
        value = statement.value
        if isinstance(value, ir.Assign):
            assert isinstance(value.target, ir.Attr)
            assert isinstance(value.target.obj, ir.Name)
            assert isinstance(value.value, ir.Name)
            found.append(f"{value.target.obj.id}.{value.target.name} = {value.value.id}")
        else:
            found.append("call")
    return found


def test_parameter_properties() -> None:
    text = "class A { constructor(private readonly repo: Repo, b: B, public c = 1) { f() } }"
    (constructor,) = functions(text)
    assert assignments(constructor) == ["this.repo = repo", "this.c = c", "call"]


def test_parameter_properties_come_after_super() -> None:
    text = "class A extends B { constructor(protected repo: Repo) { f(); super(); f() } }"
    (constructor,) = functions(text)
    assert assignments(constructor) == ["call", "call", "this.repo = repo", "call"]


def test_annotations_that_are_names() -> None:
    text = "function f(a: Router, b: express.Application, c: Repo<User>, d: A | B, e?: E) {}"
    (func,) = functions(text)
    annotations = [source(text, p.annotation) if p.annotation else None for p in func.params]
    assert annotations == ["Router", "express.Application", "Repo", None, "E"]
    application = func.params[1].annotation
    assert isinstance(application, ir.Attr)
    assert isinstance(application.obj, ir.Name)
    assert (application.obj.id, application.name) == ("express", "Application")


def test_enums() -> None:
    module = lower("enum A { B, C = 5, 'd-e', F = 'f', G, H = 1 << 2, I }", ".ts")
    (declare,) = module.body
    assert isinstance(declare, ir.Declare)
    assert isinstance(declare.value, ir.Dict)
    found = [
        (entry.key.value, entry.value.value if isinstance(entry.value, ir.Const) else None)
        for entry in declare.value.entries
        if isinstance(entry.key, ir.Const)
    ]
    assert found == [
        ("B", 0), ("C", 5), ("d-e", 6), ("F", "f"), ("G", None), ("H", None), ("I", None),
    ]  # fmt: skip


def test_decorators() -> None:
    text = (
        "@Controller('/a' as const) export class A {\n"
        "  @Get<X>('/') @Auth async list(@Param() p: string): Promise<void> {}\n"
        "  @Inject() repo: Repo;\n  plain() {}\n}\n"
        "@b export default class { }\n"
    )
    module = lower(text, ".ts")
    classes = [node for node in ir.walk(module) if isinstance(node, ir.Class)]
    assert [[source(text, d) for d in cls.decorators] for cls in classes] == [
        ["Controller('/a' as const)"],
        ["b"],
    ]
    methods = {func.name: [source(text, d) for d in func.decorators] for func in functions(text)}
    assert methods == {"list": ["Get<X>('/')", "Auth"], "plain": []}


def test_export_assignment_makes_a_common_js_module() -> None:
    module = lower("import a from 'a';\nexport = a;", ".ts")
    assert module.goal == "script"
    statement = module.body[1]
    assert isinstance(statement, ir.ExprStmt)
    assert isinstance(statement.value, ir.Assign)
    target = statement.value.target
    assert isinstance(target, ir.Attr)
    assert isinstance(target.obj, ir.Name)
    assert (target.obj.id, target.name) == ("module", "exports")


def test_imports_of_types_only_are_left_out() -> None:
    text = (
        "import { A } from './a'; import { B, C } from './b'; import './c';\n"
        "import { type D } from './d'; import { E } from './e'; import { F } from './f';\n"
        "import { G } from './g';\n"
        "let x: A = B; @E class Q {} export { F }; function f(g: G) {}"
    )
    imports = [node for node in lower(text, ".ts").body if isinstance(node, ir.Import)]
    assert [(one.module, [name.local for name in one.names]) for one in imports] == [
        ("./b", ["B"]),
        ("./c", []),
        ("./e", ["E"]),
        ("./f", ["F"]),
        ("./g", ["G"]),  # a parameter's type tells what is passed
    ]


def test_imports_of_elements_stay() -> None:
    (statement, _) = lower("import { App } from './app';\nf(<App />)", ".tsx").body
    assert isinstance(statement, ir.Import)


def test_fields_with_a_type_only_do_not_hide_the_base_class_own() -> None:
    text = "class A extends B { x: number; static y: C; z; w: D = 1 }"
    (cls,) = (node for node in ir.walk(lower(text, ".ts")) if isinstance(node, ir.Class))
    assert [source(text, m.key) for m in cls.members if m.key] == ["y", "z", "w"]


def test_comments_in_types_are_kept_for_suppressions() -> None:
    text = "interface A {\n  // faceoff: ignore[EXP101]\n  a: 1;\n}\n"
    module = lower(text, ".ts")
    assert [text[start:end] for start, end in module.comments] == ["// faceoff: ignore[EXP101]"]


@pytest.mark.parametrize("suffix", [".ts", ".tsx", ".mts", ".cts", ".TS"])
def test_suffixes(suffix: str) -> None:
    assert lower("let x: number = 1", suffix).language == "javascript"


def test_elements() -> None:
    (statement,) = lower("const a = <T,>(x: T) => <b c={x as any}>{x!}</b>", ".tsx").body
    assert isinstance(statement, ir.Declare)
    with pytest.raises(ParseFailure):
        lower("const a = <b c={x}>d</b>;", ".ts")


@pytest.mark.parametrize(
    "text", ["let x: = ", "class A { m( }", "enum {", "import { type from", "f(", "@", "a as\n)"]
)
def test_failures_are_at_places_of_the_text(text: str) -> None:
    with pytest.raises(ParseFailure) as caught:
        lower(text, ".ts")
    assert 0 <= caught.value.offset <= len(text)


def test_flow() -> None:
    text = (
        "// @flow\nimport type { A } from 'a';\ntype B = {| a: ?string |};\n"
        "export function f(x: A, y?: B): Promise<?A> { return (x: any); }\n"
    )
    module = lower(text, ".js")
    assert any("types" in message for *_, message in module.notes)
    (func,) = (node for node in ir.walk(module) if isinstance(node, ir.Func))
    assert text[func.name_start] == "f"


def test_broken_javascript_is_not_taken_for_flow() -> None:
    with pytest.raises(ParseFailure) as caught:
        lower("let a = 1;\nlet b = ;\n", ".js")
    assert caught.value.line == 2


def test_decorators_in_javascript() -> None:
    (statement,) = lower("@a class B { @c d() {} }", ".js").body
    assert isinstance(statement, ir.ClassDecl)
    assert len(statement.cls.decorators) == 1


Lowered = Callable[[str, str], ir.Module]


def test_line_ends_are_kept(lowered: Lowered) -> None:
    text = "interface A {\r\n  a: 1;\r\n}\r\nlet x\r\n"
    assert erase(text).code.splitlines()[-1] == "let x"
    assert len(lowered(text, ".ts").body) == 1
