"""What holds when what a run relies on is disturbed: its cache, its workers, the files meanwhile.

A text is one number: it makes the whole story, so that a failing one can be told again.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from unittest import mock

import click

from faceoff_lint import isolation, registry
from faceoff_lint.cli import cli
from faceoff_lint.cli import watch as watching
from faceoff_lint.config import Settings
from faceoff_lint.errors import FaceoffError
from faceoff_lint.lint import Job, lint
from faceoff_lint.pool import Reader

from .apps import in_process
from .material import REGISTRY

__all__ = ["caches", "changes", "story", "workers"]

FILES = {
    "package.json": '{"dependencies": {"express": "4.21.2"}}\n',
    "app.js": "const express = require('express');\nconst app = express();\n"
    "app.use('/a', require('./a'));\napp.use('/b', require('./lib/b'));\napp.listen(3000);\n",
    "a.js": "const r = require('express').Router();\nasync function work() { throw 1; }\n"
    "r.get('/x', async (req, res) => { work(); res.send('1'); });\nmodule.exports = r;\n",
    "lib/b.js": "const r = require('express').Router();\nr.get('/x', (req, res) => {});\n"
    "r.get('/x', (req, res) => { res.send('2'); });\nmodule.exports = r;\n",
    "lib/c.js": "const express = require('express');\nif (express {\n",
}
OTHERS = (
    "const r = require('express').Router();\nr.get('/y', (req, res) => {});\nmodule.exports = r;\n",
    "const r = require('express').Router();\nr.post('/x', async () => { throw 2; });\n",
    "module.exports = (req, res) => { res.send('3'); };\n",
    "// nothing\n",
    "const express = require('express');\nfoo(\n",
)
PLACES = (
    "app.js",
    "a.js",
    "lib/b.js",
    "lib/c.js",
    "d.js",
    "lib/e.js",
    "new/f.js",
    "new/f.js",
    "package.json",
)
_ALL = registry.Selection(("ALL",))
_TEXTS = tuple(dict.fromkeys((*FILES.values(), *OTHERS, *FILES.values())))


def story(rng: Random) -> str:
    """The number of a story."""
    return str(rng.randrange(10**9))


@contextmanager
def _project() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        root = Path(folder).resolve() / "app"
        for name, text in FILES.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        yield root


def _report(root: Path) -> list[str]:
    """What a run that knows nothing says."""
    try:
        found = lint(Job(root, (), Settings(), _ALL), REGISTRY).findings
    except FaceoffError as error:
        return [error.message]
    return [f"{one.span} {one.code} {one.message}" for one in found]


# --- the cache ------------------------------------------------------------------------------------


def caches(text: str) -> None:
    """Whatever became of the cache's files, a run prints what one without a cache does."""
    rng = Random(text)
    with _project() as root, in_process():
        cache = root.parent / "cache"
        with mock.patch.dict(os.environ, FACEOFF_LINT_CACHE_DIR=str(cache)):
            seen: list[bytes] = []
            for _ in range(4):
                warm = _printed(root)
                assert warm == _printed(root, "--no-cache"), "the cache changes what a run says"
                entries = sorted(path for path in cache.iterdir() if path.is_file())
                seen += [path.read_bytes() for path in entries]
                for _ in range(rng.randrange(1, 4) if entries else 0):
                    _damage(rng, cache, rng.choice(entries), seen)
                if rng.randrange(3) == 0:
                    (root / rng.choice(PLACES[1:5])).write_text(rng.choice(OTHERS))
            assert _printed(root) == _printed(root, "--no-cache")


def _printed(root: Path, *arguments: str) -> tuple[object, str]:
    """The exit code of the command, and what it prints."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as out:
        with mock.patch.object(sys, "stdout", out), mock.patch.object(sys, "stderr", out):
            command = ["check", str(root), "--isolated", "--output-format", "json", *arguments]
            code = cli.main(command, standalone_mode=False)
        out.seek(0)
        return code, out.read()


def _damage(rng: Random, cache: Path, path: Path, seen: list[bytes]) -> None:
    """Do something to a file of the cache, which may be gone already."""
    kind = rng.randrange(8)
    if path.is_dir():
        return  # it became one before
    if kind == 0:
        path.unlink(missing_ok=True)
    elif kind == 1:
        shutil.rmtree(cache)
        cache.mkdir(mode=0o700)
    elif kind == 2:
        other = rng.choice([*cache.iterdir(), path])  # one for another, of another kind perhaps
        if other.is_file() and other != path:
            path.write_bytes(other.read_bytes())
    elif kind == 3:
        path.write_bytes(rng.choice(seen))  # of an earlier run
    elif kind == 4:
        path.unlink(missing_ok=True)
        path.mkdir()
    elif path.is_file():
        path.write_bytes(_changed(rng, path.read_bytes(), seen))


def _changed(rng: Random, data: bytes, others: list[bytes]) -> bytes:
    """Some bytes changed, cut off, taken out, doubled, or from elsewhere."""
    raw = bytearray(data)
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(len(raw) + 1)
        to = min(len(raw), at + rng.randrange(1, 200))
        kind = rng.randrange(7)
        if kind == 0:
            del raw[at:]
        elif kind == 1:
            del raw[at:to]
        elif kind == 2:
            raw[at:at] = raw[at:to]
        elif kind == 3:
            raw[at:to] = rng.randbytes(to - at)
        elif kind == 4:
            raw[at:at] = rng.choice(others)
        elif kind == 5:
            raw[at:at] = rng.choice((b"\n", b"\0", b"ready\n", b"{}\n", b"[" * 5_000, b'"\xff\n'))
        elif at < len(raw):
            raw[at] ^= 1 << rng.randrange(8)
    return bytes(raw)


# --- the workers ----------------------------------------------------------------------------------


class _Answers:
    """A worker's output, of which some lines are not what it wrote."""

    def __init__(self, rng: Random, pipe: object, disturbed: list[bool]) -> None:
        self.rng, self.pipe, self.disturbed = rng, pipe, disturbed
        self.rest = b""
        self.lines: list[bytes] = []

    def readline(self, most: int = -1) -> bytes:
        """What has come, up to a line's end or so many bytes."""
        if not self.rest:
            line: bytes = self.pipe.readline()  # type: ignore[attr-defined]
            self.lines.append(line)
            changed = _changed(self.rng, line, self.lines) if self.rng.randrange(2) else line
            if changed != line:
                self.disturbed[0] = True
                # A worker that says too little is ended by the clock, which is not waited for.
                changed += b"" if b"\n" in changed else b"\n"
            self.rest = changed
        end = self.rest.find(b"\n") + 1 or len(self.rest)
        end = min(end, most) if most >= 0 else end
        line, self.rest = self.rest[:end], self.rest[end:]
        return line

    def close(self) -> None:
        """As of the pipe."""
        self.pipe.close()  # type: ignore[attr-defined]


def workers(text: str) -> None:
    """Whatever a worker says, only the file that it was asked about is lost, and said to be."""
    rng = Random(text)
    with _project() as root:
        names = [name for name in FILES if name.endswith(".js")]
        with Reader(root) as reader:
            expected = {name: _outcome(reader, name) for name in names}
        with Reader(root, jobs=1) as reader, _wild(rng) as disturbed:
            for name in rng.choices(names, k=6):
                reader.results.pop(name, None)
                disturbed[0] = False
                found = _outcome(reader, name)
                if found != expected[name]:
                    assert disturbed[0], (name, found)
                    assert found[0] == "crash", found


@contextmanager
def _wild(rng: Random) -> Iterator[list[bool]]:
    """Let the worker of this thread answer anything, asked by a real supervisor."""
    disturbed = [False]
    start = isolation._Process._start

    def started(self: isolation._Process, command: list[str]) -> object:
        process = start(self, command)
        begun: Callable[[int], bytes] = process.stdout.readline  # type: ignore[union-attr]
        assert begun(-1)
        wild = _Answers(rng, process.stdout, disturbed)
        wild.rest = b'"ready"\n'
        process.stdout = wild  # type: ignore[assignment]
        return process

    made = isolation.LocalExecutor(1)
    with (
        mock.patch.object(isolation._Process, "_start", started),
        mock.patch.object(isolation, "shared", return_value=made),
    ):
        try:
            yield disturbed
        finally:
            made.submit(_end).result()
            made.shutdown()


def _end() -> None:
    """End the worker of the thread that calls."""
    kept = getattr(isolation._here, "process", None)
    if kept is not None:
        kept.close()
        isolation._here.process = None


def _outcome(reader: Reader, name: str) -> tuple[str, str]:
    from faceoff_lint import ir

    result = reader.read(name)
    if result.failure is not None:
        return result.failure.kind, result.failure.message
    assert result.module is not None
    return "", repr(ir.to_data(result.module))


# --- watching -------------------------------------------------------------------------------------


class _Over(Exception):
    """The story of a watch has come to its end."""


def changes(text: str) -> None:
    """However files come, change and go between two looks, the last report is what a new run says.

    The looks are real; what sleeps between them changes files instead.
    """
    rng = Random(text)
    with _project() as root, in_process():
        reports: list[list[str]] = []
        left = rng.randrange(4, 9)
        idle = 0

        def run() -> None:
            nonlocal idle
            idle = 0
            reports.append(_report(root))

        def sleep(seconds: float) -> None:
            nonlocal left, idle
            idle += 1
            if idle > 1:  # it has looked at what was done last, and seen nothing
                assert reports[-1] == _report(root), "what a watch shows is not what is there"
                if not left:
                    raise _Over
                left -= 1
                idle = 0
                for _ in range(rng.choice((1, 1, 1, 2, 3))):
                    _change(rng, root)

        def files() -> list[str]:
            return watching.watched(root, lambda: (Job(root, (), Settings(), _ALL), REGISTRY))

        with (
            mock.patch.object(watching, "time", mock.Mock(sleep=sleep)),
            mock.patch.object(click, "clear"),
            mock.patch.object(click, "echo"),
        ):
            try:
                watching.watch(run, files)
            except _Over:
                return


def _change(rng: Random, root: Path) -> None:
    """Write, replace, move or remove a file or a folder."""
    path, other = root / rng.choice(PLACES), root / rng.choice(PLACES)
    kind = rng.randrange(9)
    if kind == 0:
        path.unlink(missing_ok=True)
    elif kind > 6:
        (root / "new").mkdir(exist_ok=True)  # what comes into it later is seen too
    elif kind == 1:
        shutil.rmtree(root / rng.choice(("lib", "new")), ignore_errors=True)
    elif kind == 2 and path.exists():
        other.parent.mkdir(exist_ok=True)
        path.replace(other)
    elif kind == 3:
        path.parent.mkdir(exist_ok=True)
        made = root / "made"
        made.write_text(rng.choice(_TEXTS))
        made.replace(path)
    else:
        path.parent.mkdir(exist_ok=True)
        path.write_text(rng.choice(_TEXTS))
