"""JavaScript: each construct, its meaning and its places."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from faceoff_lint import ir
from faceoff_lint.lowering import ParseFailure, UnsupportedLanguage, lower

Lowered = Callable[[str, str], ir.Module]
Only = Callable[[str, str], Any]

# Each is lowered, all its spans are checked, and it goes through JSON and back.
CONSTRUCTS = [
    "",
    "// only",
    "/* a */",
    "x=1",
    "'😀'; b.c",
    "if(a)b\nelse c\n",
    "if (a) { b /* c */ }",
    "for(;;);",
    "for (let i = 0, j; i < 1; i++) { x() }",
    "for (a = 0; ; ) {}",
    "(((a)))",
    "a\n/b/g",
    "x={get:1,set:2,async:3,static:4,get a(){},set a(v){}}",
    "x={async b(){},*c(){},async*d(){},[e]:1,'f':2,3:4,...g}",
    "async x=>x\nasync(x)\nasync\nx",
    "label: for(;;){continue label}",
    "with(a)b",
    "a?.[0]?.(1)?.b",
    "class A{static{x()};static async *[x](){};get;set;static;async;'q'=1;#p;static #s=2;#m(){} z}",
    "export default class extends A {}",
    "export default ()=>1",
    "export default async function(){}",
    "import a,{b as c, 'd-e' as f} from 'x' with {type: 'json'}",
    "import * as y from 'x'\nimport 'z'",
    "export const a = 1, b = 2",
    "export const c = 1",
    "export function f(){}\nexport class G{}",
    "let a; export {a, a as b, a as 'c'}",
    "export * from 'x'\nexport * as ns from 'y'",
    "export {default as q} from 'z'",
    "await x",
    "function*f(){yield\nyield* a\nconst x = yield}",
    "(a,b=1,...c)=>({})",
    "a => b => c",
    "({a,b:{c=1},...d}=e)",
    "[a,,b=1,...c]=d",
    "const {a, b: [c], ...d} = e",
    "new a.b(c)\nnew a\nnew (a())()",
    "a`b${c}d`",
    "String.raw`\\u${1}`",
    "`a\r\nb${`${c}`}`",
    "1n;.5;0x1F;0b1;0o7;1e9;1_000",
    "/[/]/u;/(?<n>a)\\k<n>/v",
    "try{a}catch{b}",
    "try{a}catch({message}){b}finally{c}",
    "switch(a){case 1:b;default:c}",
    "do a\nwhile(b)\nc",
    "throw a",
    "debugger",
    "let async;async=1",
    "var \\u{61}=1",
    "a ??= b; c ||= d; e &&= f; g **= h",
    "import.meta.url",
    "function f(){new.target}",
    "import('x', {with: {}})",
    "delete a.b,void 0,typeof c,!d,-e,+f,~g",
    "a\n++b",
    "async function f(){for await(const x of y);}",
    "/* a */ x /* b */ ; /* c */",
    "x = (a /* z */)\n",
    "x = a /* b */\n",
    "let x = function(){ return }",
    "(function(){})()",
    "(() => {})()",
    "for (let x in y) {}",
    "(a /* => */) /* => */ => /* => */ (b)",
    "async (a) /* c */ => b",
    "{ }",
    "a: b",
    "a.if.class",
    "class A extends B{constructor(){super(...a); super.x}}",
    "while (a) { if (b) break; else continue }",
    "a ? b : c; a && b || c; a ?? b; a instanceof b; 'x' in b",
    "class Z{#x; m(){return #x in y}}",
    "x=<a/>",
    "{ let a = 1 } { return_() }",
    "function f() { throw a }",
    "function f() { return a /* b */ }",
]


@pytest.mark.parametrize("text", CONSTRUCTS)
def test_spans_and_round_trip(text: str, lowered: Lowered) -> None:
    module = lowered(text, ".js")
    assert module.language == "javascript"
    assert module.notes == []
    assert (module.start, module.end) == (0, len(text))


def test_places_count_code_points(only: Only) -> None:
    text = "'😀😀', b.c('é')"
    call = only(text, ".js").items[1]
    assert text[call.start : call.end] == "b.c('é')"


def test_methods(only: Only) -> None:
    text = (
        "class A extends B { static async *m(a) {} get [k]() {} constructor() {} #p = 1;"
        " static { x } }"
    )
    cls = only(text, ".js").cls
    members = cls.members
    funcs = [m.value for m in members if isinstance(m.value, ir.Func)]
    assert [f.kind for f in funcs] == ["method", "getter", "constructor", "method"]
    method = funcs[0]
    assert text[method.start : method.header_end] == "async *m(a) "
    assert (method.name, method.is_async, method.is_generator) == ("m", True, True)
    assert [m.static for m in members] == [True, False, False, False, True]
    assert members[3].key is not None
    assert text[members[3].start : members[3].end] == "#p = 1;"
    assert members[4].key is None
    assert cls.name == "A"
    assert text[cls.name_start] == "A"


@pytest.mark.parametrize(
    ("text", "header", "expression_body"),
    [
        ("async (a, b = (1)) => a", "async (a, b = (1)) ", True),
        ("a => ({})", "a ", True),
        ("() /* => */ => { }", "() /* => */ ", False),
        ("(a /* => */) => b", "(a /* => */) ", True),
    ],
)
def test_arrows(text: str, header: str, expression_body: bool, only: Only) -> None:
    func = only(text, ".js")
    assert text[: func.header_end] == header
    assert text.startswith("=>", func.header_end)
    assert func.expression_body is expression_body
    assert func.kind == "arrow"


def test_declarations(lowered: Lowered) -> None:
    text = "export const a = 1, b = 2; let c = 3;\nvar d\n"
    module = lowered(text, ".js")
    found = [(text[s.start : s.end], s.exported) for s in module.body if isinstance(s, ir.Declare)]
    assert found == [("a = 1", True), ("b = 2", True), ("let c = 3;", False), ("var d", False)]


def test_modules(lowered: Lowered) -> None:
    module = lowered(
        "import a, * as b from 'x'; import {c as d} from 'y'; import 'z';"
        "export {a as e}; export {f as g} from 'y'; export * as n from 'q'; export default a + 1;",
        ".mjs",
    )
    imports = [s for s in module.body if isinstance(s, ir.Import)]
    assert [(i.module, i.level, [(n.name, n.local) for n in i.names]) for i in imports] == [
        ("x", -1, [("default", "a"), ("*", "b")]),
        ("y", -1, [("c", "d")]),
        ("z", -1, []),
    ]
    exports = [s for s in module.body if isinstance(s, ir.Export)]
    assert [(e.source, [(n.name, n.local) for n in e.names], e.value is None) for e in exports] == [
        (None, [("e", "a")], True),
        ("y", [("g", "f")], True),
        (None, [], False),
    ]
    (everything,) = (s for s in module.body if isinstance(s, ir.ExportAll))
    assert (everything.source, everything.name) == ("q", "n")


def test_templates(only: Only) -> None:
    text = "tag`a${b}\\n`"
    call = only(text, ".js")
    (argument,) = call.args
    parts = argument.value.parts
    assert [text[p.start : p.end] for p in parts] == ["a", "b", "\\n"]
    assert parts[2].value == "\n"


@pytest.mark.parametrize(
    ("literal", "value"), [("1n", 1), ("0x1_0", 16), ("'\\u{1F600}'", "😀"), ("null", None)]
)
def test_constants(literal: str, value: object, only: Only) -> None:
    node = only(literal, ".js")
    assert isinstance(node, ir.Const)
    assert node.value == value


def test_keys(only: Only) -> None:
    entries = only("({a, 'b': 1, 2: 3, 1.5: 4, [c]: 5, ...d, e() {}, get f() {}})", ".js").entries
    keys = [getattr(entry.key, "value", None) for entry in entries]
    assert keys == ["a", "b", "2", "1.5", None, None, "e", "f"]
    assert [entry.kind for entry in entries][-2:] == ["method", "get"]
    assert entries[5].key is None


def test_optional_chains_and_spreads(only: Only) -> None:
    call = only("a?.b?.(...c)", ".js")
    assert call.optional
    assert call.func.optional
    assert call.args[0].spread == "*"


def test_goals(lowered: Lowered) -> None:
    assert lowered("module.exports = 1", ".js").goal == "module"
    script = lowered("with (a) b; return", ".js")
    assert (script.goal, script.notes) == ("script", [])
    assert lowered("import 'x'", ".js").goal == "module"
    assert lowered("a <!-- b\n", ".js").goal == "script"


def test_errors_that_leave_the_tree_whole_are_notes(lowered: Lowered) -> None:
    text = "x; let a = 1; let a = 2;"
    ((start, _, message),) = lowered(text, ".js").notes
    assert text[start:].startswith("a = 2")
    assert "a" in message


def test_hashbang_and_comments(lowered: Lowered) -> None:
    text = "#!/usr/bin/env faceoff\n'// no'; x // faceoff: ignore\n/* b */"
    module = lowered(text, ".js")
    found = [text[start:end] for start, end in module.comments]
    assert found == ["// faceoff: ignore", "/* b */"]
    assert lowered("x // a", ".js").comments == []


def test_elements(only: Only) -> None:
    text = "x = <div a='b' {...p} c={d}>t{e}<><F.G h={i}/></>{/* c */}{...s}</div>"
    for suffix in (".jsx", ".js"):
        opaque = only(text, suffix).value
        assert opaque.what == "jsx"
        names = [n.id for n in ir.walk(opaque) if isinstance(n, ir.Name)]
        assert names == ["p", "d", "e", "i", "s"]


@pytest.mark.parametrize("text", ["'abc", "`abc", "/abc", "a\nx\0y", "f("])
def test_failures_have_a_place(text: str) -> None:
    with pytest.raises(ParseFailure) as caught:
        lower(text, ".js")
    assert 0 <= caught.value.offset <= len(text)
    assert caught.value.line >= 1
    assert not caught.value.message.startswith("Line")


def test_languages_without_a_reader() -> None:
    with pytest.raises(UnsupportedLanguage):
        lower("x", ".vue")
    with pytest.raises(UnsupportedLanguage):
        lower("x", "")


def test_deep_chains_do_not_crash() -> None:
    assert len(lower("x" + " + a" * 500, ".js").body) == 1
