"""What a command costs: processor time of all its processes, time on the clock, memory."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Cost", "measure"]

# Runs the command as its only child, so that the figures of children are that command's.
_WRAPPER = """
import json, resource, subprocess, sys, time
start = time.monotonic()
try:
    done = subprocess.run(sys.argv[2:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          timeout=float(sys.argv[1]))
    code, said = done.returncode, done.stderr[-300:].decode("utf-8", "replace")
except subprocess.TimeoutExpired:
    code, said = -999, "timeout"
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([code, used.ru_utime + used.ru_stime, time.monotonic() - start,
                  used.ru_maxrss / 1024, said]))
"""


@dataclass(frozen=True)
class Cost:
    """``cpu`` and ``wall`` in seconds; ``memory``: MiB of the largest of the processes."""

    code: int
    cpu: float
    wall: float
    memory: float
    said: str = ""

    @property
    def failed(self) -> bool:
        """Whether the command could not do its work: linters end with 0 or 1."""
        return self.code not in (0, 1)


def measure(
    command: Sequence[str | Path],
    cwd: Path,
    env: Mapping[str, str] | None = None,
    timeout: float = 1800,
) -> Cost:
    """Run a command to its end and say what it cost."""
    import json

    wrapped = [sys.executable, "-c", _WRAPPER, str(timeout), *map(str, command)]
    time.sleep(0.2)
    done = subprocess.run(
        wrapped, cwd=cwd, env={**os.environ, **(env or {})}, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    return Cost(*json.loads(done.stdout))
