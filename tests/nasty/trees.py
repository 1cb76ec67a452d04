"""Folders with what is no plain file in them, and files with names made to be misread."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

from .case import FO001, FO002, PASSED_OVER, READ

__all__ = ["NAMES", "THINGS", "make_names", "make_things"]

NAMES: list[bytes] = [
    b"new\nline.py", b"return\rhere.py", b"\x1b[31mred.py", b"\x1b]0;title\x07.py", b"tab\there.py",
    b"colon:12:3: x.py", b"quote'\".py", b"back\\slash.py", b"back`tick`.py", b"$(touch x).py",
    b"semi;colon.py", b"pipe|.py", b"less<b>&amp;.py", b"percent%0A%s{}.py", b"-dash.py",
    b"--config=x.py", b" space .py", b"..py", b"...py", b"~.py", b"#.py", b"@x.py", b"*.py",
    b"[a].py", b"!x.py", b"::error::x.py", b"::set-output name=a::b.py", b" ::stop-commands::x.py",
    b"##[error]x.py", b"##vso[task.setvariable variable=a]b.py", b"##teamcity[x].py",
    b"\xff\xfe.py", b"caf\xe9.py", "é.py".encode(), "é.py".encode(), "变量.py".encode(),
    "right\u202eyp.txt.py".encode(), "zero\u200bwidth.py".encode(), "sep\u2028arator.py".encode(),
    "nel\u0085.py".encode(), "wide\uff0fslash.py".encode(), b"CON.py", b"UPPER.PY", b"\x7f.py",
    b"\x01.py", b"\x9b31m.py", b"x" * 252 + b".py", "é".encode() * 126 + b".py", b"]]>.py",
]  # fmt: skip
"""File names that a system may hold. All end in ``.py``."""

BROKEN = b"from flask import Flask\ndef f(:\n"


def make_names(folder: Path) -> dict[str, str]:
    """Write a broken Python file under each name that the system grants: name → outcome."""
    made: dict[str, str] = {}
    for raw in NAMES:
        try:
            with open(os.path.join(os.fsencode(folder), raw), "wb") as file:
                file.write(BROKEN)
        except (OSError, ValueError):
            continue  # the system does not know such names
        made[os.fsdecode(raw)] = FO001
    return made


def _link(to: str) -> Callable[[Path], None]:
    return lambda path: os.symlink(to, path)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as opened:
        # The name of a socket may not be long.
        before = os.getcwd()
        os.chdir(path.parent)
        try:
            opened.bind(path.name)
        finally:
            os.chdir(before)


def _unreadable(path: Path) -> None:
    path.write_bytes(b"a = 1\n")
    path.chmod(0)


def _folder(path: Path) -> None:
    path.mkdir()
    (path / "inside.py").write_bytes(BROKEN)


def _many_levels(path: Path) -> None:
    path.mkdir()
    for _ in range(60):
        path = path / "d"
        path.mkdir()
    (path / "x.py").write_bytes(b"a = 1\n")


def _link_file(path: Path) -> None:
    path.with_name("target-of-link.py").write_bytes(b"a = 1\n")
    os.symlink("target-of-link.py", path)


THINGS: dict[str, tuple[Callable[[Path], None], str, str]] = {
    # Name → (how it is made, what a run over the folder says, what reading it by name says).
    "loop.py": (_link("loop.py"), PASSED_OVER, FO002),
    "loop-a.py": (_link("loop-b.py"), PASSED_OVER, FO002),
    "loop-b.py": (_link("loop-a.py"), PASSED_OVER, FO002),
    "folder-loop": (_link("."), PASSED_OVER, FO002),
    "up.py": (_link(".."), PASSED_OVER, FO002),
    "passwd.py": (_link("/etc/passwd"), PASSED_OVER, FO002),
    "zero.py": (_link("/dev/zero"), PASSED_OVER, FO002),
    "zero.js": (_link("/dev/zero"), PASSED_OVER, FO002),
    "null.py": (_link("/dev/null"), PASSED_OVER, FO002),
    "random.js": (_link("/dev/urandom"), PASSED_OVER, FO002),
    "stdin.py": (_link("/dev/stdin"), PASSED_OVER, FO002),
    "proc.py": (_link("/proc/self/environ"), PASSED_OVER, FO002),
    "dangling.py": (_link("nowhere.py"), PASSED_OVER, FO002),
    "link-inside.py": (_link_file, PASSED_OVER, READ),
    "system": (_link("/usr"), PASSED_OVER, FO002),
    "fifo.py": (os.mkfifo, PASSED_OVER, FO002),
    "fifo.js": (os.mkfifo, PASSED_OVER, FO002),
    "socket.py": (_socket, PASSED_OVER, FO002),
    "folder.py": (_folder, PASSED_OVER, FO002),
    "folder.js": (_folder, PASSED_OVER, FO002),
    "deep": (_many_levels, PASSED_OVER, FO002),
    "unreadable.py": (_unreadable, FO002, FO002),
    "package.json": (os.mkfifo, PASSED_OVER, FO002),
    "requirements.txt": (_link("/dev/zero"), PASSED_OVER, FO002),
    "pyproject.toml": (_link("/dev/zero"), PASSED_OVER, FO002),
    "tsconfig.json": (_link("/dev/zero"), PASSED_OVER, FO002),
    ".gitignore": (_link("/dev/zero"), PASSED_OVER, FO002),
    ".flaskenv": (os.mkfifo, PASSED_OVER, FO002),
    "faceoff-lint.toml": (os.mkfifo, PASSED_OVER, FO002),
    "setup.cfg": (_folder, PASSED_OVER, FO002),
    "Procfile": (os.mkfifo, PASSED_OVER, FO002),
    "Dockerfile": (_link("/dev/zero"), PASSED_OVER, FO002),
    "templates": (_link("/"), PASSED_OVER, FO002),
}


def make_things(folder: Path) -> None:
    """Make all of them in a folder."""
    for name, (make, _, _) in THINGS.items():
        make(folder / name)
