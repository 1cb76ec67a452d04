"""A look at a text's shape before any parser sees it.

Parsers recurse, and some take time or memory beyond all bounds on a few dozen characters. One
linear scan over brackets, strings and comments finds the texts that would do so.
"""

from __future__ import annotations

import re

__all__ = ["shape_problem"]

_MAX_DEPTH = 100
# libcst quadruples its work with each level of a match pattern or del target.
_MAX_PATTERN_DEPTH = 8
# libcst's work on a().b().c() … grows with the square of its length.
_MAX_CHAIN = 400
# So does its work on a.b.c …, and esprima's on labels.
_MAX_RUN = 1_000
# Longer regular expressions are taken for divisions: looking further for the end of each slash
# would take quadratic time.
_MAX_REGEX = 1_000

# Strings and comments always match, to the end of the line or text where they are not closed:
# a scan that had to come back from them would take quadratic time.
_PYTHON = re.compile(
    r"#[^\r\n]*+"
    r"|(?P<string>(?P<prefix>\b[A-Za-z]{1,3})?(?:"
    r"'''(?:[^\\]|\\.)*?(?:'''|\Z)|\"\"\"(?:[^\\]|\\.)*?(?:\"\"\"|\Z)"
    r"|'(?:[^\\'\r\n]|\\.)*+'?|\"(?:[^\\\"\r\n]|\\.)*+\"?))"
    r"|(?P<bracket>[()\[\]{}])",
    re.DOTALL,
)
_JAVASCRIPT = re.compile(
    r"//[^\r\n\u2028\u2029]*+|/\*.*?(?:\*/|\Z)"
    r"|'(?:[^\\'\r\n]|\\.)*+'?|\"(?:[^\\\"\r\n]|\\.)*+\"?"
    r"|(?P<slash>/)|(?P<tick>`)|(?P<bracket>[()\[\]{}])",
    re.DOTALL,
)
_TEMPLATE_TEXT = re.compile(r"(?:[^\\`$]|\\.|\$(?!\{))*+(?P<end>`|\$\{|\Z|\\)", re.DOTALL)
_REGEX = re.compile(r"/(?:[^\\/\[\r\n]|\\[^\r\n]|\[(?:[^\]\\\r\n]|\\[^\r\n])*+\])*+/", re.DOTALL)
_REGEX_AFTER = re.compile(
    r"(?:^|[(,=:\[!&|?{;+\-*%~^<>/]|\b(?:return|typeof|case|in|of|delete|void|throw|new|else|do"
    r"|await|yield|instanceof))$"
)
_BLANKS = " \t\r\n"
_CONTINUES = re.compile(r"[ \t\r\n\\]*+(?:\?\.|[.(\[])")
_CONTINUES_LINE = re.compile(r"[ \t]*+(?:\\\r?\n[ \t]*+)*+[.(\[]")
_PATTERN = re.compile(
    r"(?:^|[;:\r])[ \t\f]*+(?:del\b|case\b(?![ \t]*+(?:=[^=]|[.:,)])))", re.MULTILINE
)
_BRACKET_OR_NEWLINE = re.compile(r"[()\[\]{}\n]")
_BRACES = re.compile(r"\{\{|\}\}|[()\[\]{}]")
_ATTRIBUTES = re.compile(r"(?:\.[ \t\r\n\\]*+\w++[ \t\r\n\\]*+)++")
_LABELS = re.compile(r"(?<![\w$])(?:[\w$]++[ \t\r\n]*+:[ \t\r\n]*+)++")


def shape_problem(text: str, language: str, nesting: int = _MAX_DEPTH) -> tuple[int, str] | None:
    """Why a text must not be given to its parser: an offset and a message; None when it may.

    ``language``: ``python``, or anything else for JavaScript and TypeScript. ``nesting``: how many
    brackets may be open at once.
    """
    if language == "python":
        return (
            _scan_python(text, nesting)
            or _scan_patterns(text)
            or _long_run(text, _ATTRIBUTES, ".", "names")
        )
    return _scan_javascript(text, nesting) or _long_run(text, _LABELS, ":", "labels or conditions")


def _long_run(text: str, run: re.Pattern[str], mark: str, what: str) -> tuple[int, str] | None:
    """A run of one thing after the other that is longer than parsers bear."""
    if text.count(mark) > _MAX_RUN:
        for match in run.finditer(text):
            if match[0].count(mark) > _MAX_RUN:
                return match.start(), f"too long a chain of {what}"
    return None


class _Depth:
    """Open brackets, and the length of the chain of calls and subscripts at each depth."""

    __slots__ = ("chains", "nesting")

    def __init__(self, nesting: int) -> None:
        self.chains = [0]
        self.nesting = nesting

    def open(self) -> str:
        """Notes an opening bracket; the problem with it, or empty."""
        self.chains.append(0)
        return "nested too deeply" if len(self.chains) > self.nesting + 1 else ""

    def close(self, continues: bool) -> str:
        """Notes a closing bracket, after which the expression may go on; as ``open``."""
        chains = self.chains
        if len(chains) > 1:
            chains.pop()
        chains[-1] = chains[-1] + 1 if continues else 0
        return "too long a chain of calls" if chains[-1] > _MAX_CHAIN else ""


def _scan_python(text: str, nesting: int) -> tuple[int, str] | None:
    depth = _Depth(nesting)
    for match in _PYTHON.finditer(text):
        bracket = match["bracket"]
        problem = ""
        if bracket is None:
            prefix = match["prefix"]
            # The expressions inside an f-string nest as well.
            if prefix and _deep_braces(match["string"], nesting):
                problem = "nested too deeply"
        elif bracket in "([{":
            problem = depth.open()
        else:
            inside = len(depth.chains) > 2
            pattern = _CONTINUES if inside else _CONTINUES_LINE
            problem = depth.close(pattern.match(text, match.end()) is not None)
        if problem:
            return match.start(), problem
    return None


def _deep_braces(string: str, nesting: int) -> bool:
    if sum(map(string.count, "([{")) <= nesting:
        return False
    depth = 0
    for match in _BRACES.finditer(string):
        if match[0] in "([{":
            depth += 1
            if depth > nesting:
                return True
        elif match[0] in ")]}":
            depth = max(0, depth - 1)
    # ``{{{{…`` is a run of plain braces, or of nested sets after one of them.
    return "{" * (2 * nesting) in string


def _scan_patterns(text: str) -> tuple[int, str] | None:
    """Match patterns and del targets, which libcst reads over and over."""
    if "case" not in text and "del" not in text:
        return None
    for start in _PATTERN.finditer(text):
        depth = 0
        for match in _BRACKET_OR_NEWLINE.finditer(text, start.end()):
            if match[0] in "([{":
                depth += 1
                if depth > _MAX_PATTERN_DEPTH:
                    return match.start(), "a pattern or del target nested too deeply"
            elif match[0] != "\n":
                depth = max(0, depth - 1)
            elif depth == 0:
                break
    return None


def _scan_javascript(text: str, nesting: int) -> tuple[int, str] | None:
    depth = _Depth(nesting)
    # Depths at which a ``}`` goes back into a template literal.
    templates: list[int] = []
    position = 0
    while match := _JAVASCRIPT.search(text, position):
        position = match.end()
        problem = ""
        bracket = match["bracket"]
        if match["tick"]:
            position, problem = _template(text, position, depth, templates)
        elif match["slash"]:
            position = _after_slash(text, match.start())
        elif bracket is not None and bracket in "([{":
            problem = depth.open()
        elif bracket is not None:
            if bracket == "}" and templates and templates[-1] == len(depth.chains):
                templates.pop()
                depth.close(False)
                position, problem = _template(text, position, depth, templates)
            else:
                problem = depth.close(_CONTINUES.match(text, position) is not None)
        if problem:
            return match.start(), problem
    return None


def _template(text: str, position: int, depth: _Depth, templates: list[int]) -> tuple[int, str]:
    """Goes on inside a template literal, to its end or its next ``${``."""
    match = _TEMPLATE_TEXT.match(text, position)
    if match is None:
        return len(text), ""
    problem = ""
    if match["end"] == "${":
        problem = depth.open()
        templates.append(len(depth.chains))
    return match.end(), problem


def _after_slash(text: str, start: int) -> int:
    """The offset after a regular expression, or after a division's slash."""
    before = start
    while before > 0 and text[before - 1] in _BLANKS and start - before < 1000:
        before -= 1
    if not _REGEX_AFTER.search(text[max(0, before - 12) : before]):
        return start + 1
    match = _REGEX.match(text, start, start + _MAX_REGEX)
    return match.end() if match else start + 1
