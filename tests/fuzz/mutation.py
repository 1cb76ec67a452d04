# ruff: noqa: E501
"""Changes a text as hands, merges and accidents do: lines, tokens, line ends, odd characters."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random

__all__ = ["ODD", "blocks", "mutate", "soup"]

_TOKEN = re.compile(r"\w+|[ \t]+|\r\n|[^\w \t]")
_WORD = re.compile(r"[^\W\d]\w*")
_BLOCKS = re.compile(r"(?:^|\n|\r)[ \t]*(?:\r\n|\r|\n)(?=\S)|(?=^====)", re.MULTILINE)
_LONGEST = 40_000

ODD = (
    "\t", "\f", "\v", "\r", "\r\n", "\n\n", "\\\n", "\\\r\n", "\0", "\x1a", "\x1b[31m", "\x85", "\xa0",
    "\xad", "\u0301", "\u200b", "\u200d", "\u2028", "\u2029", "\u202e", "\ufeff", "\U0001f600", "𝒳", "ª",
    "ﬁ", "İ", "ß", "ſ", "K", "é", "变量", "\\u0061", "\\u{61}", "\\x61", "\\N{BULLET}", "\\",
)  # fmt: skip

PYTHON_TOKENS = (
    "def", "async def", "class", "lambda", "return", "yield", "yield from", "await", "if", "elif",
    "else", "for", "while", "try", "except", "except*", "finally", "with", "match", "case", "import",
    "from", "as", "global", "nonlocal", "del", "assert", "raise", "pass", "break", "continue", "not",
    "and", "or", "in", "is", "None", "True", "...", ":=", "->", "**", "*", "//", "@", "==", "!=", "<",
    ":", ",", ";", ".", "=", "+=", "(", ")", "[", "]", "{", "}", "()", "f'", "f\"{", "'''", '"""',
    "b'", "rb'", "u'", "'", '"', "#", "0x_f", "1_0", "1e5", "1j", "0o7", "\n    ", "\n", "type",
    "app", "bp", "Flask(__name__)", "Blueprint('a', __name__)", "@app.route('/')", ".register_blueprint(",
    "url_prefix=", "methods=", "**kw", "*args", "self", "super()", "__init__", "__name__",
    "# faceoff: ignore[FLK501]", "# faceoff: disable[ALL]", "# faceoff: ignore-file[FLK102] -- x",
)  # fmt: skip
JAVASCRIPT_TOKENS = (
    "function", "async", "await", "class", "extends", "static", "get", "set", "return", "yield", "*",
    "if", "else", "for", "of", "in", "while", "do", "try", "catch", "finally", "switch", "case",
    "default", "break", "continue", "throw", "new", "delete", "typeof", "void", "instanceof", "let",
    "const", "var", "import", "export", "from", "as", "import(", "require(", "module.exports", "=>",
    "?.", "??", "??=", "||", "&&", "...", "**", "===", "=", "+=", "++", "!", "~", "?", ":", ",", ";",
    ".", "(", ")", "[", "]", "{", "}", "`", "${", "'", '"', "/", "/a/u", "//", "/*", "*/", "<!--", "-->",
    "#x", "0n", "0x1f", "1e5", "1_0", "this", "super", "null", "undefined", "app", "router", "req", "res",
    "next", ".use(", ".get('/', ", ".route('/a')", "express()", "express.Router()", "<a>", "</a>", "<>",
    "interface", "enum", "type", "namespace", "declare", "abstract", "as const", "satisfies", "!", ": any",
    "<T>", "@dec()", "public", "private", "readonly", "implements", "keyof", "is", "asserts", "infer",
    "// faceoff: ignore[EXP301]", "/* faceoff: disable[ALL] */", "/* faceoff: enable */", "\n",
)  # fmt: skip
PLAIN_TOKENS = (
    "[", "]", "{", "}", '"', "'", '"""', "=", ",", ".", ":", "#", "//", "\n", "true", "false", "null", "0",
    "-1", "1.5", "nan", "inf", "1979-05-27", "select", "ignore", "preset", "exclude", "overrides", "paths",
    "limits", "rules", "extend", "baseline", "require-reason", "extend-select", "[tool.faceoff-lint]",
    "[[overrides]]", "[limits]", "[rules.missing-blueprints]", "FLK", "EXP301", "ALL", "strict", "nesting",
    "preset:upgrade", "practice:async", "..", "/", "*", "**/", "!", "\\u0000", "\\", "faceoff-lint.toml",
)  # fmt: skip
TOKENS = {
    "python": PYTHON_TOKENS,
    "javascript": JAVASCRIPT_TOKENS,
    "typescript": JAVASCRIPT_TOKENS,
    "plain": PLAIN_TOKENS,
}


def mutate(rng: Random, text: str, others: Sequence[str], language: str, most: int = 8) -> str:
    """The text with some changes; ``others``: texts to splice in parts of."""
    for _ in range(1 + min(rng.randrange(most), rng.randrange(most))):
        change = rng.choice(_CHANGES)
        text = change(rng, text, others, language)[:_LONGEST]
    return text


def blocks(text: str) -> list[str]:
    """The parts of a text that begin at the margin, after an empty line."""
    return [block for block in _BLOCKS.split(text) if not block.startswith("====")]


def soup(rng: Random, language: str) -> str:
    """Tokens in no order at all."""
    tokens = (*TOKENS[language], *_WORDS)
    parts = []
    for _ in range(rng.randrange(1, 60)):
        parts.append(rng.choice(tokens if rng.randrange(12) else ODD))
        parts.append(rng.choice((" ", " ", "", "\n", "\n    ")))
    return "".join(parts)


_WORDS = ("a", "b", "x", "é", "app", "f(a)", "'s'", "1", "0", "/x")


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True) or [""]


def _delete_lines(rng: Random, text: str, others: Sequence[str], language: str) -> str:
    lines = _lines(text)
    at = rng.randrange(len(lines))
    del lines[at : at + rng.choice((1, 1, 1, 2, 5))]
    return "".join(lines)


def _repeat_lines(rng: Random, text: str, others: Sequence[str], language: str) -> str:
    lines = _lines(text)
    at = rng.randrange(len(lines))
    piece = lines[at : at + rng.choice((1, 1, 2, 4))]
    to = rng.choice((at, rng.randrange(len(lines))))
    lines[to:to] = piece * rng.choice((1, 1, 1, 3))
    return "".join(lines)


def _swap_lines(rng: Random, text: str, others: Sequence[str], language: str) -> str:
    lines = _lines(text)
    a, b = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[a], lines[b] = lines[b], lines[a]
    return "".join(lines)


def _splice(rng: Random, text: str, others: Sequence[str], language: str) -> str:
    if not others:
        return text
    lines, donor = _lines(text), _lines(rng.choice(others))
    at, of = rng.randrange(len(lines)), rng.randrange(len(donor))
    cut = rng.choice((0, 0, 3))
    lines[at : at + cut] = donor[of : of + rng.choice((1, 2, 5, 15))]
    return "".join(lines)


def _blocks(rng: Random, text: str, others: Sequence[str], language: str) -> str:
    """A whole block of another text, or of this one, at a place where one begins."""
    donors = blocks(rng.choice(others)) if others and rng.randrange(5) else blocks(text)
    places = [match.end() for match in _BLOCKS.finditer(text)]
    if not donors or not places:
        return text
    at = rng.choice(places)
    if text.startswith("====", at):
        at = len(text)
    return f"{text[:at]}{rng.choice(donors)}\n\n{text[at:]}"


def _truncate(rng: Random, text: str, others: Sequence[str], language: str) -> str:
    if rng.randrange(3):
        return text
    at = rng.randrange(len(text) + 1)
    return text[:at] if rng.randrange(4) else text[at:]


def _tokens(rng: Random, text: str, others: Sequence[str], language: str) -> str:
    tokens = _TOKEN.findall(text)
    if not tokens:
        return text
    at = rng.randrange(len(tokens))
    match rng.randrange(5):
        case 0:
            del tokens[at]
        case 1:
            tokens.insert(at, tokens[at])
        case 2:
            other = rng.randrange(len(tokens))
            tokens[at], tokens[other] = tokens[other], tokens[at]
        case 3:
            tokens[at] = rng.choice(TOKENS[language])
        case _:
            tokens.insert(at, f" {rng.choice(TOKENS[language])} ")
    return "".join(tokens)


def _rename(rng: Random, text: str, others: Sequence[str], language: str) -> str:
    """One occurrence of a name becomes another name of the text."""
    found = list(_WORD.finditer(text))
    if not found:
        return text
    one = rng.choice(found)
    other = (
        rng.choice(found)[0] if rng.randrange(6) else rng.choice(("é", "变量", "ﬁ", "𝒳", "\\u0061"))
    )
    return text[: one.start()] + other + text[one.end() :]


def _odd(rng: Random, text: str, others: Sequence[str], language: str) -> str:
    at = rng.randrange(len(text) + 1)
    return text[:at] + rng.choice(ODD) + text[at:]


def _line_ends(rng: Random, text: str, others: Sequence[str], language: str) -> str:
    if rng.randrange(3):
        return text
    end = rng.choice(("\r\n", "\r\n", "\r", "\n"))
    return re.sub(r"\r\n|\r|\n", end, text)


def _indent(rng: Random, text: str, others: Sequence[str], language: str) -> str:
    lines = _lines(text)
    at = rng.randrange(len(lines))
    size = rng.choice((1, 1, 3, 10))
    if rng.randrange(3):
        lines[at : at + size] = [
            rng.choice(("    ", "\t", " ")) + one for one in lines[at : at + size]
        ]
    else:
        lines[at : at + size] = [one.lstrip(" \t") for one in lines[at : at + size]]
    return "".join(lines)


def _comment(rng: Random, text: str, others: Sequence[str], language: str) -> str:
    lines = _lines(text)
    at = rng.randrange(len(lines))
    said = rng.choice(_DIRECTIVES)
    comment = (
        f"# {said}"
        if language == "python" or not rng.randrange(9)
        else rng.choice((f"// {said}", f"/* {said} */", f"{{/* {said} */}}", f"/* {said}\n */"))
    )
    bare = lines[at].rstrip("\r\n")
    end = lines[at][len(bare) :]
    if rng.randrange(2):
        lines[at] = f"{bare} {comment}{end}"
    else:
        lines.insert(at, f"{comment}{end or chr(10)}")
    return "".join(lines)


_DIRECTIVES = (
    "faceoff: ignore[FLK501]", "faceoff: ignore[EXP301, EXP102] -- why", "faceoff: ignore[ALL]",
    "faceoff: ignore-next-line[unhandled-async-error]", "faceoff: ignore-file[FLK102]",
    "faceoff: disable[FLK801]", "faceoff: enable[FLK801]", "faceoff: enable", "faceoff: disable",
    "faceoff: ignore", "faceoff: noqa FLK501", "faceoff-lint: ignore[flk501]", "faceoff: ignore[NOPE1]",
    "faceoff: ignore[FLK501", "faceoff: ignore[]", "faceoff: ignore[,]", "faceoff:ignore [FLK501] --",
    "eslint-disable-line x -- faceoff: ignore[EXP301] -- y # noqa", "faceoff: ignore-next-line [duplicate-rout]",
    "faceoff: disable[FLK501] faceoff: enable[FLK501]", "faceoff: ignore[EXP301]*", "faceoff: ignroe[EXP301]",
)  # fmt: skip


def _nest(rng: Random, text: str, others: Sequence[str], language: str) -> str:
    """A stretch within brackets, some levels deep."""
    a, b = sorted((rng.randrange(len(text) + 1), rng.randrange(len(text) + 1)))
    if b - a > 300:
        b = a + rng.randrange(300)
    left, right = rng.choice((("(", ")"), ("[", "]"), ("{", "}"), ("f(", ")"), ("`${", "}`")))
    times = rng.choice((1, 1, 2, 7, 30, 90))
    return text[:a] + left * times + text[a:b] + right * times + text[b:]


_CHANGES: tuple[Callable[[Random, str, Sequence[str], str], str], ...] = (
    _delete_lines, _repeat_lines, _swap_lines, _splice, _blocks, _blocks, _blocks, _truncate, _tokens, _tokens, _tokens,
    _rename, _rename, _odd, _line_ends, _indent, _comment, _nest,
)  # fmt: skip
