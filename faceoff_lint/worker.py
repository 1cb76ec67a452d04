"""The process that parses: texts in, modules out, one JSON line each.

It touches no file: the supervisor (``pool``) sends it the text. Whatever a text does to it —
an endless parse, a crash, all the memory — costs that text only, and the supervisor starts another.

A request is ``{"text": …, "suffix": …}``; the answer ``{"module": …}`` as ``ir.to_data`` gives
it, or ``{"failure": [kind, message, offset, line, column]}``, behind a ``seal``. The first line
says that it is ready.
"""

from __future__ import annotations

import gc
import io
import json
import os
import signal
import sys
import zlib
from typing import IO

from faceoff_lint import ir
from faceoff_lint.deep import PARSER_STACKS, start_deep
from faceoff_lint.lowering import deep_recursion
from faceoff_lint.reading import Failure, lower_text

__all__ = ["READY", "answer", "main", "seal"]

READY = "ready"

# Cycles in esprima's trees are collected in bulk, not while a tree is built.
_COLLECT_EVERY = 50


def main(cpu_seconds: float, memory_mb: int, nesting: int, life: int = -1) -> None:
    """Answer requests on standard input until it ends.

    ``cpu_seconds`` bounds the processor time of each text, ``memory_mb`` the address space of the
    process; both only where the system knows such limits. ``nesting``: levels, as in ``Limits``.
    ``life``: the descriptor of a pipe that ends when this process is to end; -1: there is none.
    """
    _end_with_the_other(life)
    _limit_memory(memory_mb)
    # A terminal sends it to all processes; who started this one ends it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Nothing that is printed by accident may get among the answers.
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="ascii", newline="\n")
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    requests = io.TextIOWrapper(sys.stdin.buffer, encoding="ascii", newline="\n")
    gc.disable()
    start_deep(lambda: _serve(requests, out, cpu_seconds, nesting), PARSER_STACKS).join()


def _serve(requests: IO[str], out: IO[str], cpu_seconds: float, nesting: int) -> None:
    out.write(json.dumps(READY) + "\n")
    out.flush()
    with deep_recursion():
        for number, line in enumerate(requests, 1):
            request = json.loads(line)
            _arm(cpu_seconds)
            written = answer(lower_text(request["text"], request["suffix"], nesting))
            _arm(0)
            out.write(f"{seal(number, written)}{written}\n")
            out.flush()
            if number % _COLLECT_EVERY == 0:
                gc.collect()


def seal(number: int, written: str) -> str:
    """What stands before the answer to the n-th request, from 1: it is this one's, and whole."""
    return f"{number} {zlib.crc32(written.encode('ascii')):08x} "


def answer(outcome: ir.Module | Failure | None) -> str:
    """What is written for an outcome: one line of JSON."""
    outcome = outcome or Failure("crash", "no outcome")
    if not isinstance(outcome, Failure):
        try:
            return json.dumps({"module": ir.to_data(outcome)}, separators=(",", ":"))
        except (RecursionError, MemoryError):
            outcome = Failure("too-deep", "nested too deeply to be read")
    parts = [outcome.kind, outcome.message, outcome.offset, outcome.line, outcome.column]
    return json.dumps({"failure": parts})


def _arm(seconds: float) -> None:
    """Let the system end this process after so much processor time; 0 takes that back.

    A handler of Python's would not run: the parsers hold the interpreter.
    """
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)


def _end_with_the_other(life: int) -> None:
    """Let the system end this process when the other end of a pipe closes, as at the other's end.

    While a text is parsed nothing here would notice: the parsers hold the interpreter. Linux only;
    elsewhere this process ends after that text, when nobody takes the answer.
    """
    if sys.platform != "linux" or life < 0:
        return
    import fcntl

    try:
        fcntl.fcntl(life, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(life, fcntl.F_SETSIG, signal.SIGKILL)
        # Nothing is ever written to this pipe: its end is all that can happen.
        fcntl.fcntl(life, fcntl.F_SETFL, fcntl.fcntl(life, fcntl.F_GETFL) | os.O_ASYNC)
    except OSError:
        return


def _limit_memory(memory_mb: int) -> None:
    if sys.platform == "win32":
        return
    import resource

    # No core files, and no more memory than granted where the system can be told.
    for name, value in (("RLIMIT_CORE", 0), ("RLIMIT_AS", memory_mb << 20)):
        limit = getattr(resource, name)
        try:
            _, hard = resource.getrlimit(limit)
            if hard != resource.RLIM_INFINITY:
                value = min(value, hard)
            resource.setrlimit(limit, (value, hard))
        except (OSError, ValueError):
            continue
