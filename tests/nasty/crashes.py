"""What hung, crashed or starved parsers when it was tried: each costs its own file."""

from __future__ import annotations

from collections.abc import Iterator

from .case import FO003, Case
from .nesting import PATTERNS

__all__ = ["cases"]

_FILES: dict[str, str] = {
    # libcst quadruples its work with each level: 61 bytes take half a minute.
    "pattern-36-seconds.py": "match a:\n case " + "(" * 22 + "a" + ")" * 22 + ":pass",
    # 2.6 KB that overflow an 8 MB stack.
    "segfault.py": "(" * 1_300 + ")" * 1_300,
    "brackets-947-mb.py": "[" * 1_000 + "]" * 1_000,
    "calls-1400-mb.py": "f(" * 800 + ")" * 800,
    "chained-calls-9-seconds.py": "a" + ".b()" * 1_600,
    "attributes.py": "a" + ".b" * 100_000,
    "imports.py": "import a" + ".b" * 100_000,
    "f-string-specs.py": "f'" + "{a:" * 4_200 + "}" * 4_200 + "'",
    "f-string-parentheses.py": "f'{" + "(" * 32_000 + ")" * 32_000 + "}'",
    "and.py": "a" + " and a" * 40_000,
    "elif.py": "if a: pass\n" + "elif a: pass\n" * 20_000,
    "lambdas.py": "lambda:" * 20_000 + "a",
    "ternaries.py": "a if a else " * 20_000 + "a",
    "powers.py": "a" + "**a" * 20_000,
    "minus.py": "-" * 60_000 + "a",
    "not.py": "not " * 60_000 + "a",
    "plus.py": "a" + "+a" * 60_000,
    "bitors.py": "a" + "|a" * 60_000,
    "labels.js": "\n".join(f"l{i}:" for i in range(9_000)) + "a",
    "ifs.js": "if(a)\n" * 40_000 + "a",
    "else-ifs.js": "if (a) a\n" + "else if (a) a\n" * 20_000,
    "arrows.js": "a=>\n" * 60_000 + "a",
    "news.js": "new\n" * 60_000 + "a",
    "jsx.jsx": "<a>\n" * 20_000 + "</a>\n" * 20_000,
    "generics.ts": "let a: " + "A<\n" * 50_000 + "B" + ">\n" * 50_000,
}


def cases() -> Iterator[Case]:
    """All of them: none can be read."""
    for name, text in _FILES.items():
        yield Case(name, text.encode(), FO003)
    for name, make in PATTERNS.items():
        yield Case(f"deeper-{name}.py", make(2_000).encode(), FO003)
