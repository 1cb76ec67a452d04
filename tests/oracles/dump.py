"""Start a real app and read its route table (``flask_routes.py``, ``express_dump.cjs``)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
NODE = HERE.parent / "proofs" / "node"
TYPESCRIPT = HERE.parent / "typescript" / "node" / "register.cjs"

Row = dict[str, Any]


class DumpError(Exception):
    """An app that could not be put together; the message is its output's end."""


def flask_table(
    path: Path, app: str, *, python: str = sys.executable, import_root: str = ""
) -> list[Row]:
    """The rules of a Flask app; ``python`` may be another environment's interpreter."""
    command = [python, str(HERE / "flask_routes.py"), "--app", app]
    done = subprocess.run(
        [*command, "--import-root", import_root, str(path)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return _rows(done.stdout, done.stderr)


def express_table(
    path: Path, entry: str, framework: str | None = None, env: Mapping[str, str] | None = None
) -> list[Row]:
    """The routes of an Express app. With ``framework`` (``express4``, ``express5``) it runs on the
    proofs' copy, through a ``node_modules`` folder that is there for the time of the dump. A
    TypeScript entry needs ``tests/typescript/setup.sh``."""
    command = ["node", "-r", str(HERE / "express_dump.cjs"), entry]
    if entry.endswith((".ts", ".cts")):
        command[1:1] = ["--enable-source-maps", "-r", str(TYPESCRIPT)]
    link = path / "node_modules"
    lent = framework is not None and not link.exists()
    if lent and framework is not None:
        link.symlink_to(NODE / f"v{framework[-1]}" / "node_modules")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "routes.json"
        variables = {"DUMP_OUT": str(out), "DUMP_ROOT": str(path), "PORT": "0", **(env or {})}
        try:
            done = subprocess.run(
                command,
                cwd=path,
                env={**os.environ, **variables},
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
        finally:
            if lent:
                link.unlink()
        return _rows(out.read_text("utf-8") if out.exists() else "", done.stdout + done.stderr)


def _rows(text: str, output: str) -> list[Row]:
    try:
        rows = json.loads(text)
    except ValueError:
        raise DumpError(output[-2000:]) from None
    if not isinstance(rows, list):
        raise DumpError(f"not a route table: {text[:200]}")
    return rows
