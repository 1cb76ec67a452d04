"""A project to change, and runs on copies of it that are disturbed at one step."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from faceoff_lint.writing import SUFFIX

from . import zygote

__all__ = ["FILES", "Outcome", "Project", "Runner", "modes", "processes", "snapshot"]

_HANDLER = """\
async function work{n}() {{
  throw new Error('{n}');
}}
app.get('/{n}', async (req, res) => {{
  work{n}();
  res.send('1');
}});
"""
FILES = {
    "package.json": '{"name": "x", "dependencies": {"express": "^4.19.0"}}\n',
    "app.js": "const express = require('express');\nconst app = express();\n"
    "require('./more')(app);\n" + _HANDLER.format(n=1) + "app.listen(3000);\n",
    "more.js": "module.exports = (app) => {\n" + _HANDLER.format(n=2) + "};\n",
}
"""An app with a fix in each of two files."""

STEPS = (*zygote.WRITING, "print", "read")


@dataclass
class Outcome:
    """What a run did: its exit code (negative: the signal it died of), output, and steps."""

    code: int
    out: str
    err: str
    steps: list[str]
    session: int
    events: list[tuple[str, str]]


@dataclass
class Project:
    """A copy of the app, beside it a cache."""

    home: Path
    files: dict[str, str] = field(default_factory=lambda: dict(FILES))

    def __post_init__(self) -> None:
        self.folder = self.home / "app"
        self.reset()

    def reset(self, *, cache: bool = True) -> None:
        """The app as it was at first; ``cache``: without one."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        for name, text in self.files.items():
            (self.folder / name).write_text(text)
        (self.folder / "app.js").chmod(0o755)
        (self.folder / "more.js").chmod(0o640)
        if cache:
            shutil.rmtree(self.home / "cache", ignore_errors=True)


class Runner:
    """Starts runs; use it as a context manager."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, zygote.__file__],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def __enter__(self) -> Runner:
        return self

    def __exit__(self, *exception: object) -> None:
        self._process.communicate()
        assert self._process.returncode == 0

    def run(
        self,
        project: Project,
        *arguments: str,
        at: int = 0,
        action: str = "",
        after: bool = False,
        lasting: bool = False,
        steps: tuple[str, ...] = STEPS,
        streams: Mapping[str, str] = MappingProxyType({}),
        audit: bool = False,
        environment: Mapping[str, str] = MappingProxyType({}),
    ) -> Outcome:
        """A run of the command in the project's folder, as ``zygote.Steps`` says.

        ``streams``: a file for ``out`` or ``err``; an empty one is a pipe that nobody reads.
        ``audit``: note what is opened, started and run (``events``).
        """
        places = {name: project.home / name for name in ("out", "err", "log")}
        request: dict[str, Any] = {
            "folder": str(project.folder), "arguments": arguments, "at": at, "action": action,
            "after": after, "lasting": lasting, "steps": steps,
            "audit": str(project.home / "audit") if audit else "",
            "environment": {"FACEOFF_LINT_CACHE_DIR": str(project.home / "cache"), **environment},
            **{name: str(path) for name, path in places.items()}, **streams,
        }  # fmt: skip
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(request), file=self._process.stdin, flush=True)
        session, code = json.loads(self._process.stdout.readline())
        texts = {name: path.read_text() if path.exists() else "" for name, path in places.items()}
        noted = (project.home / "audit").read_text().splitlines() if audit else []
        events = [(event, value) for event, value in map(json.loads, noted)]
        return Outcome(code, texts["out"], texts["err"], texts["log"].split(), session, events)


def snapshot(folder: Path) -> dict[str, bytes]:
    """The content of each file, by its name; without temporary ones."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith(SUFFIX)
    }


def modes(folder: Path) -> dict[str, int]:
    """The mode of each file, by its name; without temporary ones."""
    return {name: stat.S_IMODE((folder / name).stat().st_mode) for name in snapshot(folder)}


def processes(session: int) -> list[int]:
    """The processes that a run has left behind, once those have gone that are about to."""
    for _ in range(300):
        found = [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc")))
                 if _session(pid) == session]  # fmt: skip
        if not found:
            return []
        time.sleep(0.1)
    return found


def _session(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return -1
    state, *rest = text.rpartition(")")[2].split()
    return int(rest[2]) if state != "Z" else -1
