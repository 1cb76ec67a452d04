"""One line on standard error that says how far a long run is, and goes away when it ends."""

from __future__ import annotations

import os
import shutil
import sys
import threading
from collections.abc import Iterator, Mapping, Sized
from contextlib import contextmanager
from typing import TextIO

from faceoff_lint.progress import SILENT, Progress
from faceoff_lint.terminal import cells, display_width

__all__ = ["Line", "shown", "wanted"]

_DELAY = 0.5  # seconds; what is faster needs no line
_EVERY = 0.1


def wanted(environ: Mapping[str, str], *, tty: bool, quiet: int, verbose: int) -> bool:
    """Whether anyone sees such a line: a person at a terminal who asked for nothing else."""
    bare = environ.get("TERM") == "dumb" or environ.get("CI", "") not in ("", "0", "false")
    return tty and not bare and not quiet and not verbose


@contextmanager
def shown(quiet: int = 0, verbose: int = 0) -> Iterator[Progress]:
    """Progress on standard error for a while, where it is ``wanted``."""
    if not wanted(os.environ, tty=sys.stderr.isatty(), quiet=quiet, verbose=verbose):
        yield SILENT
        return
    line = Line(sys.stderr)
    try:
        yield line
    finally:
        line.close()


class Line(Progress):
    """Draws from a thread of its own, so that the run is not held up and pays nothing.

    ``delay`` and ``every``: seconds before the first drawing, and between two.
    """

    def __init__(self, stream: TextIO, delay: float = _DELAY, every: float = _EVERY) -> None:
        self._stream = stream
        self._delay, self._every = delay, every
        self._now: tuple[str, Sized, int] = ("", (), 0)
        self._drawn = ""
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def step(self, what: str, done: Sized = (), total: int = 0) -> None:
        """As ``Progress.step``."""
        self._now = (what, done, total)

    def close(self) -> None:
        """Erase the line and end."""
        self._stop.set()
        self._thread.join()
        if self._drawn:
            self._write("")

    def _run(self) -> None:
        wait = self._delay
        while not self._stop.wait(wait):
            wait = self._every
            text = self._text()
            if text != self._drawn:
                self._write(text)

    def _text(self) -> str:
        what, done, total = self._now
        count = f" {min(len(done), total)}/{total}" if total else ""
        room = shutil.get_terminal_size().columns - 1
        text = ""
        for cell in cells(f"{what}{count}"):
            room -= display_width(cell)
            if room < 0:
                break
            text += cell
        return text

    def _write(self, text: str) -> None:
        try:
            self._stream.write(f"\r\x1b[K{text}")
            self._stream.flush()
        except (OSError, ValueError):
            self._stop.set()  # nobody is there any more
        self._drawn = text
