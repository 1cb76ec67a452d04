"""Reads a rule's page: sections, examples with their expected findings, proofs.

The format is described in docs/rule-pages.md. ``read`` raises ``PageError`` with the line where
a page departs from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from faceoff_lint.errors import RuleError

__all__ = [
    "Example",
    "ExampleFile",
    "Expected",
    "Page",
    "PageError",
    "ProofRun",
    "expectations",
    "read",
]

_HEADING = re.compile(r"(#{1,6})[ \t]+(.*?)[ \t]*#*")
_FENCE = re.compile(r"[ ]{0,3}(`{3,})[ \t]*([\w+-]*)[ \t]*(.*)")
_TITLE = re.compile(r'title="([^"]+)"')
_EXPECT = re.compile(
    r"(?:#|//|/\*|\{#|<!--)[ \t]*expect:[ \t]*(?P<what>[A-Z].*?)[ \t]*(?:\*/|#\}|-->)?[ \t]*$"
)
_EXPECTED = re.compile(
    r'(?P<code>[A-Z]{2,8}[0-9]{3,4})(?:[ \t]+"(?P<text>[^"]*)")?[ \t]*(?:,[ \t]*|$)'
)

_FRAMEWORKS = ("flask", "express4", "express5")
_EXPECTATIONS = re.compile(
    r"status \d{3}|body (?:contains|lacks) .+|header [\w-]+: .+|no header [\w-]+"
    r"|hang|exit -?\d+|alive|starts|start fails(?: .+)?|output (?:contains|lacks) .+"
    r"|blocks|does not block"
)


class PageError(RuleError):
    """A page that is not written as docs/rule-pages.md says."""


@dataclass(frozen=True, slots=True)
class Expected:
    """A finding that must be there: ``line`` is 1-based, ``message`` a part of its message."""

    file: str
    line: int
    code: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class ExampleFile:
    """A file of an example, without its ``expect`` comments."""

    path: str
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Example:
    """``heading`` as written (``Flagged: …``); ``line``: where it stands in the page, 1-based.

    ``fix``: the lines of the expected diff, None when the page has none for this example.
    """

    heading: str
    flagged: bool
    line: int
    files: tuple[ExampleFile, ...]
    expected: tuple[Expected, ...]
    fix: tuple[str, ...] | None = None

    def __str__(self) -> str:
        return self.heading


@dataclass(frozen=True, slots=True)
class ProofRun:
    """One run on a real framework; the keys of a proof's ``[[run]]``."""

    example: str
    frameworks: tuple[str, ...]
    expect: tuple[str, ...]
    requests: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    meanwhile: str | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    entry: str | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """A rule's page. ``sections``: text under each ``##`` heading, in order."""

    path: Path
    title: str
    sections: Mapping[str, str]
    examples: tuple[Example, ...]
    proofs: tuple[ProofRun, ...]

    def example(self, heading: str) -> Example:
        """The example with this heading. Raises ``KeyError``."""
        return next((e for e in self.examples if e.heading == heading), None) or _missing(heading)


def _missing(heading: str) -> Example:
    raise KeyError(heading)


@dataclass
class _Block:
    """A fenced block, with the headings it stands under."""

    line: int
    language: str
    info: str
    text: str
    section: str
    subsection: str
    subsection_line: int


def read(path: Path) -> Page:
    """Read a page. Raises ``PageError``, also when there is no such file."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PageError(f"{path}: the rule's page cannot be read: {error}") from error
    title, sections, blocks, headings = _split(path, text)
    grouped: dict[tuple[int, str], list[_Block]] = {
        (line, heading): [] for section, heading, line in headings if section == "Examples"
    }
    proofs: list[ProofRun] = []
    for block in blocks:
        if block.language == "proof":
            proofs += _proofs(path, block)
        elif block.section == "Examples":
            key = (block.subsection_line, block.subsection)
            if key not in grouped:
                raise PageError(f"{path}:{block.line}: this block stands under no example")
            grouped[key].append(block)
    examples = tuple(_example(path, *key, own) for key, own in grouped.items())
    names = [example.heading for example in examples]
    for example in examples:
        if names.count(example.heading) > 1:
            raise PageError(f"{path}:{example.line}: two examples are called `{example.heading}`")
    for proof in proofs:
        if proof.example not in names:
            raise PageError(f"{path}:{proof.line}: there is no example `{proof.example}`")
    return Page(path, title, sections, examples, tuple(proofs))


def expectations(path: str, text: str) -> tuple[str, list[Expected]]:
    """A file's text without its ``expect`` comments, and what they expect.

    Raises ``ValueError`` for a comment that can't be read.
    """
    found: list[Expected] = []
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines, 1):
        bare = line.rstrip("\r\n")
        match = _EXPECT.search(bare)
        if match is None:
            continue
        what, place = match["what"], 0
        while place < len(what):
            one = _EXPECTED.match(what, place)
            if one is None:
                raise ValueError(f"{path}:{number}: cannot read `expect: {what}`")
            found.append(Expected(path, number, one["code"], one["text"] or ""))
            place = one.end()
        lines[number - 1] = bare[: match.start()].rstrip() + line[len(bare) :]
    return "".join(lines), found


def _split(
    path: Path, text: str
) -> tuple[str, dict[str, str], list[_Block], list[tuple[str, str, int]]]:
    """Title, sections, fenced blocks, and the ``###`` headings with their section and line."""
    title = section = subsection = ""
    subsection_line = 0
    sections: dict[str, list[str]] = {}
    blocks: list[_Block] = []
    headings: list[tuple[str, str, int]] = []
    lines = text.splitlines()
    number = 0
    while number < len(lines):
        line = lines[number]
        number += 1
        fence = _FENCE.fullmatch(line)
        if fence:
            first, body = number, []
            while number < len(lines) and lines[number].strip() != fence[1]:
                body.append(lines[number])
                number += 1
            if number == len(lines):
                raise PageError(f"{path}:{first}: this block is never closed")
            number += 1
            joined = "".join(f"{row}\n" for row in body)
            blocks.append(
                _Block(first, fence[2], fence[3], joined, section, subsection, subsection_line)
            )
            sections.setdefault(section, []).extend(lines[first - 1 : number])
            continue
        heading = _HEADING.fullmatch(line)
        level = len(heading[1]) if heading else 0
        if heading and level == 1 and not title:
            title = heading[2]
        elif heading and level == 2:
            section, subsection = heading[2], ""
            if section in sections:
                raise PageError(f"{path}:{number}: two sections are called `{section}`")
            sections[section] = []
        else:
            if heading and level == 3:
                subsection, subsection_line = heading[2], number
                headings.append((section, subsection, number))
            sections.setdefault(section, []).append(line)
    sections.pop("", None)
    joined_sections = {name: "\n".join(rows).strip() for name, rows in sections.items()}
    return title, joined_sections, blocks, headings


def _example(path: Path, line: int, heading: str, blocks: list[_Block]) -> Example:
    kind, colon, _ = heading.partition(":")
    if kind not in ("Flagged", "Not flagged") or not colon:
        raise PageError(f"{path}:{line}: an example's heading is `Flagged: …` or `Not flagged: …`")
    files: list[ExampleFile] = []
    expected: list[Expected] = []
    fix: tuple[str, ...] | None = None
    for block in blocks:
        title = _TITLE.fullmatch(block.info.strip())
        if title is None:
            raise PageError(f'{path}:{block.line}: a block of an example needs title="file"')
        if block.language == "diff":
            fix = tuple(block.text.splitlines())
            continue
        name = title[1]
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts or "\\" in name:
            raise PageError(f"{path}:{block.line}: `{name}` leaves the example's folder")
        if any(file.path == name for file in files):
            raise PageError(f"{path}:{block.line}: this example has two files `{name}`")
        try:
            text, found = expectations(name, block.text)
        except ValueError as error:
            raise PageError(f"{path}:{block.line}: {error}") from error
        files.append(ExampleFile(name, block.language, text))
        expected += found
    if not files:
        raise PageError(f"{path}:{line}: this example has no files")
    return Example(heading, kind == "Flagged", line, tuple(files), tuple(expected), fix)


def _proofs(path: Path, block: _Block) -> Iterator[ProofRun]:
    import tomli

    where = f"{path}:{block.line}"
    try:
        data = tomli.loads(block.text)
    except tomli.TOMLDecodeError as error:
        raise PageError(f"{where}: the proof is not valid TOML: {error}") from error
    runs = data.pop("run", None)
    if data or not isinstance(runs, list) or not runs:
        raise PageError(f"{where}: a proof holds [[run]] tables and nothing else")
    for run in runs:
        yield _proof(where, block.line, dict(run))


def _proof(where: str, line: int, run: dict[str, Any]) -> ProofRun:
    def take(key: str, kind: type, default: Any = None) -> Any:
        value = run.pop(key, default)
        if value is not default and not isinstance(value, kind):
            raise PageError(f"{where}: `{key}` of a proof must be {kind.__name__}")
        return value

    def texts(key: str) -> tuple[str, ...]:
        value = run.pop(key, [])
        value = [value] if isinstance(value, str) else value
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise PageError(f"{where}: `{key}` of a proof must be text or a list of texts")
        return tuple(value)

    proof = ProofRun(
        example=take("example", str, ""),
        frameworks=texts("frameworks"),
        expect=texts("expect"),
        requests=texts("request"),
        headers=take("headers", dict, {}),
        body=take("body", str),
        meanwhile=take("meanwhile", str),
        env=take("env", dict, {}),
        entry=take("entry", str),
        line=line,
    )
    if run:
        raise PageError(f"{where}: a proof has no key `{next(iter(run))}`")
    if not proof.frameworks or not set(proof.frameworks) <= set(_FRAMEWORKS):
        raise PageError(f"{where}: `frameworks` of a proof are some of {', '.join(_FRAMEWORKS)}")
    for expect in proof.expect:
        if not _EXPECTATIONS.fullmatch(expect):
            raise PageError(f"{where}: a proof cannot expect `{expect}`")
    if not proof.expect:
        raise PageError(f"{where}: a proof needs `expect`")
    for request in (*proof.requests, *([proof.meanwhile] if proof.meanwhile else [])):
        if not re.fullmatch(r"[A-Z]+ /\S*", request):
            raise PageError(f"{where}: a request is `METHOD /path`, not `{request}`")
    return proof
