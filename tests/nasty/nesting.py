"""Every construct of both languages, nested moderately (read) and beyond all measure.

A construct is a function from a depth to a text. ``MODERATE`` is more than any real file has;
``BEYOND`` is what parsers crash, hang or run out of memory on. Some constructs are no nesting to
the parsers, as long chains of one operator: these are read at any length that fits the limits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .case import FO001, FO003, READ, Case

__all__ = ["JAVASCRIPT", "PATTERNS", "PYTHON", "cases"]

MODERATE = 20
BEYOND = 5_000

# Where other numbers tell more: Python's own limit of indentation, one line's length, and what
# parsers still bear, only slower and slower.
DEPTHS = dict.fromkeys(
    ("else-if.py", "ifs.py", "functions.py", "classes.py", "withs.py", "tries.py"), 300
) | dict.fromkeys(
    (
        "plus-chain.py", "power-chain.py", "minus.py", "not.py", "conditional.py", "lambdas.py",
        "f-strings.py", "as-chain.ts", "non-null-chain.ts", "generics.ts", "type-arguments.ts",
        "f-string-brackets.py",
    ),
    1_000,
)  # fmt: skip

Make = Callable[[int], str]


def around(before: str, middle: str, after: str, start: str = "", end: str = "\n") -> Make:
    """``before`` and ``after`` repeated around ``middle``."""
    return lambda n: start + before * n + middle + after * n + end


def many(unit: str, n: int) -> str:
    """A unit so many times, with a line end now and then: what has none is taken for minified."""
    row = max(1, 300 // len(unit))
    return "\n".join(unit * min(row, n - done) for done in range(0, n, row))


def wrapped(before: str, middle: str, after: str, start: str = "", end: str = "\n") -> Make:
    """As ``around``, with line ends."""
    return lambda n: start + many(before, n) + middle + many(after, n) + end


def indented(header: str, last: str, first: str = "", unit: str = " ") -> Make:
    """Blocks inside blocks of Python."""

    def make(n: int) -> str:
        lines = [unit * i + header.replace("%", str(i)) for i in range(n)]
        return first + "\n".join([*lines, unit * n + last]) + "\n"

    return make


# Name → (text of a depth, outcome beyond all measure).
PYTHON: dict[str, tuple[Make, str]] = {
    "parentheses": (around("(", "a", ")"), FO003),
    "tuples": (around("(", "a", ",)"), FO003),
    "lists": (around("[", "a", "]"), FO003),
    "sets": (around("{", "a", "}"), FO003),
    "dicts": (around("{1:", "a", "}"), FO003),
    "calls": (around("f(", "a", ")"), FO003),
    "call-chain": (lambda n: "a" + "()" * n + "\n", FO003),
    "method-chain": (lambda n: "a" + ".b()" * n + "\n", FO003),
    "subscript-chain": (lambda n: "a" + "[0]" * n + "\n", FO003),
    "subscripts": (around("a[", "0", "]"), FO003),
    "attribute-chain": (lambda n: "a" + ".b" * n + "\n", FO003),
    "and-chain": (lambda n: "a" + " and a" * n + "\n", READ),
    "or-chain": (lambda n: "a" + " or a" * n + "\n", READ),
    "plus-chain": (lambda n: "a" + " + a" * n + "\n", READ),
    "power-chain": (lambda n: "a" + " ** a" * n + "\n", READ),
    "compare-chain": (lambda n: "a" + " < a" * n + "\n", READ),
    "minus": (lambda n: "-" * n + "a\n", READ),
    "not": (lambda n: "not " * n + "a\n", READ),
    "await": (lambda n: "async def f():\n    " + "(await " * n + "a" + ")" * n + "\n", FO003),
    "conditional": (lambda n: "a if a else " * n + "a\n", READ),
    "lambdas": (lambda n: "lambda: " * n + "a\n", READ),
    "lambda-defaults": (around("lambda a=(", "a", "): a"), FO003),
    "comprehensions": (around("[", "a", " for a in b]"), FO003),
    "comprehension-clauses": (lambda n: "[a" + " for a in b" * n + "]\n", FO001),
    "string-concatenation": (lambda n: "'a' " * n + "\n", FO001),
    "f-strings": (around("f'{", "a", "}'"), FO003),
    "f-string-specs": (around("{a:", "{a}", "}", "f'", "'\n"), FO003),
    "f-string-brackets": (around("(", "a", ")", "f'{", "}'\n"), FO003),
    "walrus": (around("(a := ", "a", ")"), FO003),
    "starred": (around("[*", "a", "]"), FO003),
    "assignments": (lambda n: "a = " * n + "a\n", READ),
    "elif": (lambda n: "if a: pass\n" + "elif a: pass\n" * n, FO003),
    "else-if": (lambda n: "".join(f"{' ' * i}if a: pass\n{' ' * i}else:\n" for i in range(n))
                + " " * n + "pass\n", FO001),
    "ifs": (indented("if a:", "pass"), FO001),
    "functions": (indented("def f%():", "pass"), FO001),
    "classes": (indented("class C%:", "pass"), FO001),
    "withs": (indented("with a:", "pass"), FO001),
    "tries": (lambda n: indented("try:", "pass")(n) + "".join(
        " " * i + "finally: pass\n" for i in range(n - 1, -1, -1)), FO001),
    "excepts": (lambda n: "try: pass\n" + "except A: pass\n" * n, READ),
    "with-items": (lambda n: "with a" + ", a" * n + ": pass\n", READ),
    "with-parentheses": (around("(", "a", ")", "with ", ": pass\n"), FO003),
    "decorators": (lambda n: "@a\n" * n + "def f(): pass\n", READ),
    "decorator-calls": (around("a(", "", ")", "@", "\ndef f(): pass\n"), FO003),
    "parameters": (lambda n: "def f(" + ", ".join(f"a{i}" for i in range(n)) + "): pass\n", READ),
    "annotations": (around("A[", "int", "]", "a: ", "\n"), FO003),
    "imports": (lambda n: "import " + ".".join("a" * n) + "\n", FO003),
    "relative-imports": (lambda n: "from " + "." * n + " import a\n", READ),
    "globals": (lambda n: "def f():\n global " + ", ".join(f"a{i}" for i in range(n)) + "\n", READ),
    "statements": (lambda n: "a\n" * n, READ),
    "semicolons": (lambda n: "a; " * n + "a\n", READ),
    "comments": (lambda n: "# a\n" * n, READ),
    "backslashes": (lambda n: "a = \\\n" * n + "1\n", READ),
    "line-joins": (lambda n: "a = " + "\\\n" * n + "1\n", READ),
    "cases": (lambda n: "match a:\n" + "".join(f"  case {i}: pass\n" for i in range(n)), READ),
    "pattern-or": (lambda n: "match a:\n  case 1" + " | 1" * n + ": pass\n", READ),
    "type-parameters": (around("T[", "int", "]", "type A = ", "\n"), FO003),
    "returns": (around("(", "a", ")", "def f(): return "), FO003),
}  # fmt: skip

# libcst quadruples its work with each level of these: read to eight levels only.
PATTERNS: dict[str, Make] = {
    "patterns": around("(", "a", ")", "match a:\n  case ", ": pass\n"),
    "pattern-lists": around("[", "a", "]", "match a:\n  case ", ": pass\n"),
    "pattern-classes": around("A(", "a", ")", "match a:\n  case ", ": pass\n"),
    "pattern-dicts": around("{1:", "a", "}", "match a:\n  case ", ": pass\n"),
    "del-parentheses": around("(", "a", ")", "del "),
    "del-lists": around("[", "a", "]", "del "),
    "del-semicolon": around("(", "a", ")", "a; del "),
    "del-in-line": around("[", "a", "]", "if a: del "),
}

# Language by suffix: ``ts`` goes through the TypeScript reader, ``jsx`` is JavaScript with JSX.
JAVASCRIPT: dict[str, tuple[str, Make, str]] = {
    "parentheses": ("js", wrapped("(", "a", ")"), FO003),
    "arrays": ("js", wrapped("[", "a", "]"), FO003),
    "objects": ("js", wrapped("{a:", "1", "}", "x = "), FO003),
    "blocks": ("js", wrapped("{", "a", "}"), FO003),
    "calls": ("js", wrapped("f(", "a", ")"), FO003),
    "news": ("js", wrapped("new A(", "a", ")"), FO003),
    "call-chain": ("js", lambda n: "a" + many("()", n) + "\n", FO003),
    "method-chain": ("js", lambda n: "a" + many(".b()", n) + "\n", FO003),
    "promise-chain": ("js", lambda n: "a" + many(".then(x => x)", n) + "\n", FO003),
    "member-chain": ("js", lambda n: "a" + many(".b", n) + "\n", READ),
    "optional-chain": ("js", lambda n: "a" + many("?.b", n) + "\n", READ),
    "subscripts": ("js", wrapped("a[", "0", "]"), FO003),
    "subscript-chain": ("js", lambda n: "a" + many("[0]", n) + "\n", FO003),
    "and-chain": ("js", lambda n: "a" + many(" && a", n) + "\n", READ),
    "nullish-chain": ("js", lambda n: "a" + many(" ?? a", n) + "\n", READ),
    "plus-chain": ("js", lambda n: "a" + many(" + a", n) + "\n", READ),
    "power-chain": ("js", lambda n: "a" + many(" ** a", n) + "\n", READ),
    "commas": ("js", lambda n: "a" + many(", a", n) + "\n", READ),
    "not": ("js", lambda n: many("!", n) + "a\n", READ),
    "minus": ("js", lambda n: many("- ", n) + "a\n", READ),
    "typeof": ("js", lambda n: many("typeof ", n) + "a\n", READ),
    "await": ("js", lambda n: "async function f() { " + many("await ", n) + "a }\n", READ),
    "yield": ("js", lambda n: "function* f() { " + many("yield ", n) + "a }\n", READ),
    "new-chain": ("js", lambda n: many("new ", n) + "a\n", FO003),
    "ternaries": ("js", lambda n: many("a ? a : ", n) + "a\n", READ),
    "ternaries-inside": ("js", wrapped("a ? ", "a", " : a"), FO003),
    "arrows": ("js", lambda n: many("a => ", n) + "a\n", FO003),
    "arrow-bodies": ("js", wrapped("() => {", "a", "}"), FO003),
    "arrow-parameters": ("js", wrapped("(a = ", "1", ") => a"), FO003),
    "assignments": ("js", lambda n: many("a = ", n) + "a\n", READ),
    "templates": ("js", wrapped("`${", "a", "}`"), FO003),
    "template-parts": ("js", lambda n: "`" + many("${a}", n) + "`\n", READ),
    "tagged-templates": ("js", lambda n: "a" + many("`b`", n) + "\n", READ),
    "functions": ("js", wrapped("function f() {", "a", "}"), FO003),
    "function-expressions": ("js", wrapped("(function () {", "a", "})()"), FO003),
    "callbacks": ("js", wrapped("f(function (e, a) { ", "a", "})"), FO003),
    "classes": ("js", wrapped("class A { m() {", "a", "}}"), FO003),
    "class-expressions": ("js", wrapped("(class extends ", "A", " {})"), FO003),
    "ifs": ("js", lambda n: many("if (a) ", n) + "a\n", FO003),
    "else-ifs": ("js", lambda n: "if (a) a\n" + many("else if (a) a\n", n), FO003),
    "fors": ("js", lambda n: many("for (;;) ", n) + "a\n", FO003),
    "whiles": ("js", lambda n: many("while (a) ", n) + "a\n", FO003),
    "dos": ("js", lambda n: many("do ", n) + "a\n" + many(" while (a)", n), FO003),
    "withs": ("js", lambda n: many("with (a) ", n) + "a\n", FO003),
    "labels": ("js", lambda n: "\n".join(f"l{i}:" for i in range(n)) + "a\n", FO003),
    "tries": ("js", wrapped("try {", "a", "} finally {}"), FO003),
    "switches": ("js", wrapped("switch (a) { case 1:", "a", "}"), FO003),
    "cases": ("js", lambda n: "switch (a) {" + many("case 1: \n", n) + "}\n", READ),
    "object-patterns": ("js", wrapped("{a: ", "b", "}", "const ", " = c\n"), FO003),
    "array-patterns": ("js", wrapped("[", "b", "]", "const ", " = c\n"), FO003),
    "assignment-patterns": ("js", wrapped("{a: ", "b", "}", "(", " = c)\n"), FO003),
    "parameters": (
        "js",
        lambda n: "f((" + ",\n".join(f"a{i}" for i in range(n)) + ") => 1)\n",
        READ,
    ),
    "rest": ("js", wrapped("[...", "b", "]", "const ", " = c\n"), FO003),
    "spread": ("js", wrapped("[...", "b", "]"), FO003),
    "imports": ("js", wrapped("import(", "'a'", ")"), FO003),
    "statements": ("js", lambda n: many("a;\n", n), READ),
    "one-line-statements": ("js", lambda n: many("a;", n), READ),
    "comments": ("js", lambda n: many("/* a */", n) + "\n", READ),
    "regexes": ("js", lambda n: "a = /" + many("(", n) + "a" + many(")", n) + "/\n", FO003),
    "regex-classes": ("js", lambda n: "a = /" + many("[a]", n) + "/\n", FO003),
    "jsx": ("jsx", wrapped("<a>", "b", "</a>"), FO003),
    "jsx-attributes": ("jsx", wrapped("<a b={", "c", "} />"), FO003),
    "jsx-fragments": ("jsx", wrapped("<>", "b", "</>"), FO003),
    "jsx-siblings": ("jsx", lambda n: "<a>" + many("<b />", n) + "</a>\n", READ),
    "generics": ("ts", wrapped("A<", "B", ">", "let a: "), READ),
    "type-arguments": ("ts", wrapped("A<", "B", ">", "f<", ">(1)\n"), READ),
    "type-objects": ("ts", wrapped("{a: ", "B", "}", "let a: "), FO003),
    "type-tuples": ("ts", wrapped("[", "B", "]", "let a: "), FO003),
    "type-functions": ("ts", lambda n: "let a: " + many("() => ", n) + "B\n", READ),
    "type-conditionals": (
        "ts",
        lambda n: "type A = " + many("B extends C ? D : ", n) + "E\n",
        READ,
    ),
    "type-unions": ("ts", lambda n: "type A = B" + many(" | B", n) + "\n", READ),
    "type-arrays": ("ts", lambda n: "let a: B" + many("[]", n) + "\n", FO003),
    "type-templates": ("ts", wrapped("`${", "B", "}`", "type A = ", "\n"), FO003),
    "keyofs": ("ts", lambda n: "type A = " + many("keyof ", n) + "B\n", READ),
    "as-chain": ("ts", lambda n: "\n" * n + "let a = b" + " as any" * n + "\n", READ),
    "non-null-chain": ("ts", lambda n: "\n" * n + "a" + "!.b" * n + "\n", READ),
    "angle-casts": ("ts", lambda n: "let a = " + many("<A>", n) + "b\n", READ),
    "namespaces": ("ts", wrapped("namespace A {", "export const a = 1", "}"), FO003),
    "dotted-namespace": (
        "ts",
        lambda n: "namespace " + "\n.".join("a" * n) + " { export const b = 1 }\n",
        READ,
    ),
    "enums": ("ts", lambda n: "enum A {" + ",\n".join(f"a{i}" for i in range(n)) + "}\n", READ),
    "interfaces": (
        "ts",
        lambda n: "interface A {" + ";\n".join(f"a{i}: B" for i in range(n)) + "}\n",
        READ,
    ),
    "decorators": ("ts", lambda n: many("@a ", n) + "class A {}\n", READ),
    "overloads": ("ts", lambda n: many("function f(): void;\n", n) + "function f() {}\n", READ),
}


def cases() -> Iterator[Case]:
    """Every construct twice, and patterns at their limit and just past it."""
    for name, (make, outcome) in PYTHON.items():
        yield from _twice(f"{name}.py", make, outcome)
    for name, (suffix, make, outcome) in JAVASCRIPT.items():
        yield from _twice(f"{name}.{suffix}", make, outcome)
    for name, make in PATTERNS.items():
        yield Case(f"{name}-8.py", make(8).encode(), READ)
        for n in (9, 36):
            yield Case(f"{name}-{n}.py", make(n).encode(), FO003)


def _twice(name: str, make: Make, outcome: str) -> Iterator[Case]:
    yield Case(f"moderate-{name}", make(MODERATE).encode(), READ)
    yield Case(f"beyond-{name}", make(DEPTHS.get(name, BEYOND)).encode(), outcome)
