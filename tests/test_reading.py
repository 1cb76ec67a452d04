"""Reading files: what is read, what is refused, and why."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import pytest

from faceoff_lint import ir
from faceoff_lint.reading import Failure, ReadError, lower_text, read_source, shape_check


def write(root: Path, path: str, data: bytes) -> str:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_bytes(data)
    return path


def refusal(root: Path, path: str, limit: int = 1000) -> Failure:
    with pytest.raises(ReadError) as caught:
        read_source(root, path, limit)
    return caught.value.failure


def test_text_is_decoded_and_otherwise_left_alone(tmp_path: Path) -> None:
    path = write(tmp_path, "a/b.py", b"\xef\xbb\xbfx = '\xc3\xa9'\r\n")
    source = read_source(tmp_path, path)
    assert (source.path, source.text, source.had_bom) == ("a/b.py", "x = 'é'\r\n", True)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"# -*- coding: latin-1 -*-\n'\xe9'", "é"),
        (b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n'\x80'", "€"),
        (b"\xef\xbb\xbf# coding: latin-1\n'\xc3\xa9'", "é"),
    ],
)
def test_declared_encodings(tmp_path: Path, data: bytes, text: str) -> None:
    assert text in read_source(tmp_path, write(tmp_path, "a.py", data)).text


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.py", b"'\xe9'"),
        ("a.py", b"x = 1\n# coding: latin-1\n'\xe9'"),
        ("a.py", b"# coding: no-such-thing\n"),
        ("a.py", b"# coding: rot13\n"),
        ("a.py", b"# coding: punycode\n"),
        ("a.js", b"// coding: latin-1\n'\xe9'"),
        ("a.js", "x".encode("utf-16")),
    ],
)
def test_undecodable(tmp_path: Path, name: str, data: bytes) -> None:
    assert refusal(tmp_path, write(tmp_path, name, data)).kind == "undecodable"


def test_what_is_no_file_of_the_tree(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    write(tmp_path, "outside.py", b"x")
    (root / "link.py").symlink_to(tmp_path / "outside.py")
    (root / "folder.py").mkdir()
    for path in ("missing.py", "folder.py", "link.py", "../outside.py", "a\0b.py"):
        assert refusal(root, path).kind == "unreadable"


def test_a_link_inside_the_tree_is_read(tmp_path: Path) -> None:
    write(tmp_path, "a.py", b"x")
    (tmp_path / "link.py").symlink_to(tmp_path / "a.py")
    assert read_source(tmp_path, "link.py").text == "x"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs on this system")
def test_a_fifo_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    assert refusal(tmp_path, "pipe.py").kind == "unreadable"


def test_size_and_minified(tmp_path: Path) -> None:
    assert refusal(tmp_path, write(tmp_path, "a.py", b"#" * 1001)).kind == "too-large"
    assert refusal(tmp_path, write(tmp_path, "a.min.js", b"x")).kind == "minified"
    bundle = write(tmp_path, "b.js", b"f(1);" * 10_000)
    assert refusal(tmp_path, bundle, 100_000).kind == "minified"
    plain = write(tmp_path, "c.js", b"f(1);\n" * 10_000)
    assert read_source(tmp_path, plain, 100_000).text


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("(" * 1300 + ")" * 1300, "python"),
        ("[" * 101, "python"),
        ("f'" + "{a:" * 200 + "}" * 200 + "'", "python"),
        ("match a:\n case " + "(" * 12 + "a" + ")" * 12 + ": pass", "python"),
        ("del " + "(" * 12 + "a" + ")" * 12, "python"),
        ("x" + ".a()" * 1600, "python"),
        ("(x" + "\n.a()" * 1600 + ")", "python"),
        ("x" + "[0]" * 1600, "python"),
        ("(" * 101, "javascript"),
        ("`${" * 101, "javascript"),
        ("x" + "\n  .a(b)" * 1600, "javascript"),
    ],
)
def test_shapes_that_no_parser_may_see(text: str, language: str) -> None:
    failure = shape_check(text, language)
    assert failure is not None
    assert failure.kind == "too-deep"
    assert 0 <= failure.offset < len(text)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("(" * 100 + ")" * 100, "python"),
        ("'" + "(" * 200 + "'\n# " + "[" * 200 + "\n'''" + "{" * 200 + "'''", "python"),
        ("f'" + "{{a" * 150 + "'[0]", "python"),
        ("case = f(g(h(i(j(k(l(m(n(o()))))))))))", "python"),
        ("f(a)\n" * 1000 + "[b]\n" * 1000, "python"),
        ("'" + "(" * 200 + "'\n// " + "[" * 200 + "\n/*" + "{" * 200 + "*/", "javascript"),
        ("`" + "(" * 200 + "${`" + "(" * 200 + "`}`", "javascript"),
        ("x = /[(]/;\n" * 200 + "return /\\(/\n" * 200, "javascript"),
        ("x = a / (b) / c\n" * 200, "javascript"),
    ],
)
def test_shapes_that_are_fine(text: str, language: str) -> None:
    assert shape_check(text, language) is None


@pytest.mark.parametrize(
    ("text", "suffix", "kind"),
    [
        ("def f(:", ".py", "syntax"),
        ("f(", ".js", "syntax"),
        ("x\0", ".py", "syntax"),
        ("'\ud800'", ".py", "syntax"),
        ("x", ".vue", "unsupported"),
        ("(" * 1300, ".py", "too-deep"),
    ],
)
def test_failures_are_values(text: str, suffix: str, kind: str) -> None:
    outcome = lower_text(text, suffix)
    assert isinstance(outcome, Failure)
    assert outcome.kind == kind
    assert "\n" not in outcome.message


def test_the_recursion_limit_comes_back() -> None:
    before = sys.getrecursionlimit()
    results: list[ir.Module | Failure] = []
    threads = [
        threading.Thread(target=lambda: results.append(lower_text("x = 1", ".py")))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(isinstance(result, ir.Module) for result in results)
    assert sys.getrecursionlimit() == before
