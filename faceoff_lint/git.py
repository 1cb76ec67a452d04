"""Asks git about a checkout whose own configuration nobody has read.

A checkout may name programs for git to run: monitors, hooks, filters, pagers, transports. None of
them runs here.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

__all__ = ["git"]

_SAFE = (
    "--no-pager",
    "--no-optional-locks",
    "-c", "core.fsmonitor=false",
    "-c", "core.hooksPath=/dev/null",
    "-c", "core.quotepath=false",
    "-c", "safe.bareRepository=explicit",
)  # fmt: skip

_ENVIRONMENT = {
    "LC_ALL": "C",
    "GIT_TERMINAL_PROMPT": "0",
    # What a partial clone lacks is not fetched: the checkout would say by which program.
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "",
}


def git(root: Path, *arguments: str, seconds: float) -> subprocess.CompletedProcess[bytes]:
    """The outcome of a git command that only reads, run in the folder ``root``.

    Raises ``OSError`` where git can't be started, ``subprocess.TimeoutExpired`` after ``seconds``.
    """
    settings: dict[str, str] = {}
    if arguments[0] == "diff":
        # Files that may have changed would go through the checkout's own filters.
        listed = _run(
            root, ["config", "--null", "--name-only", "--get-regexp", r"^filter\."], {}, seconds
        )
        for key in listed.stdout.decode("utf-8", "surrogateescape").split("\0"):
            if key:
                settings[key] = "false" if key.endswith(".required") else ""
    return _run(root, arguments, settings, seconds)


def _run(
    root: Path, arguments: tuple[str, ...] | list[str], settings: dict[str, str], seconds: float
) -> subprocess.CompletedProcess[bytes]:
    env = {**os.environ, **_ENVIRONMENT, "GIT_CONFIG_COUNT": str(len(settings))}
    for number, (key, value) in enumerate(settings.items()):
        env |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return subprocess.run(
        ["git", *_SAFE, *arguments],
        cwd=root,
        env=env,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=seconds,
        check=False,
    )
