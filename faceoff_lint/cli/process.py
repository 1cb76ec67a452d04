"""What the command is as a process: signals, streams that are closed or full, the exit code.

SIGINT, SIGTERM and SIGHUP end a run in an orderly way, with 128 and the signal's number: what was
begun is taken back or finished, and nothing is printed. A reader of the output that has gone away
(``| head``) ends the printing and nothing else. Output that can't be written (a full disk) is an
error, exit code 2. A stream that was closed from the start is as one to ``/dev/null``.
"""

from __future__ import annotations

import atexit
import errno
import io
import os
import select
import signal
import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

__all__ = ["Ended", "run"]

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")
# Some send a signal twice: the terminal to all, and then a parent to its child.
_TWICE = 0.5


class Ended(BaseException):
    """A signal asks for the end. No ``Exception``, so that nothing takes it for a failure."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def run(command: Callable[[], object]) -> NoReturn:
    """Run a command that ends by ``SystemExit`` or returns, and end the process."""
    opened = _streams()
    out = opened[0]
    last = 0.0

    def end(number: int, frame: FrameType | None) -> None:
        nonlocal last
        # One that got lost, in a destructor perhaps, may be sent again.
        if time.monotonic() - last > _TWICE:
            last = time.monotonic()
            raise Ended(number)

    code = 0
    try:
        _each_signal(end)
        try:
            command()
        except SystemExit as error:
            code = error.code if isinstance(error.code, int) else int(error.code is not None)
    except Ended as ended:
        code = 128 + ended.number
        for one in filter(None, opened):
            # It may have been interrupted behind the writing: not twice.
            one.over = True
    # What is left to do is short, and must be done.
    _each_signal(signal.SIG_IGN)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    if out is not None and out.problem is not None and code < 128:
        sys.stderr.write(f"error: cannot write standard output: {out.problem.strerror}\n")
        sys.stderr.flush()
        code = 2
    _leave(code)


def _leave(code: int) -> NoReturn:
    """End the process, at once where that loses nothing.

    Python would look for garbage among all nodes and values of a run and free them one by one: a
    tenth of the time of large ones. What it calls at the end is called here too.
    """
    if "faceoff_lint.lint" not in sys.modules or "distributed" in sys.modules:
        sys.exit(code)
    atexit._run_exitfuncs()
    os._exit(code)


def _each_signal(action: Any) -> None:
    for name in _SIGNALS:
        number = getattr(signal, name, None)
        # Who starts us with a signal ignored (`nohup`) wants it to be.
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, action)


class _Out(io.FileIO):
    """A stream's file that never fails.

    ``over``: nothing is written any more; ``problem``: why, unless nobody would have read it.
    """

    def __init__(self, descriptor: int) -> None:
        super().__init__(descriptor, "w", closefd=False)
        self.problem: OSError | None = None
        self.over = False

    def write(self, data: ReadableBuffer, /) -> int:
        """Write some of the data, or take it all and do nothing."""
        size = memoryview(data).nbytes
        while not self.over:
            try:
                written = super().write(data)
            except OSError as error:
                self.over = True
                # Nobody reads on, or the terminal is gone: no failure of ours.
                if error.errno not in (errno.EPIPE, errno.EIO, errno.ECONNRESET):
                    self.problem = error
                break
            if written is not None:
                return written
            select.select([], [self], [])  # its other end was made not to wait
        return size


def _streams() -> tuple[_Out | None, _Out | None]:
    """Give the process three standard streams that can be used; the files of output and error."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            # Else the next file that is opened would be taken for the stream.
            os.open(os.devnull, os.O_RDWR)
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115
    out, sys.stdout = _wrapped(sys.stdout, 1)
    err, sys.stderr = _wrapped(sys.stderr, 2)
    return out, err


def _wrapped(stream: Any, descriptor: int) -> tuple[_Out | None, Any]:
    if sys.platform == "win32" and stream is not None and stream.isatty():
        stream.reconfigure(errors="backslashreplace")  # click has its own way to the console
        return None, stream
    out = _Out(descriptor)
    return out, io.TextIOWrapper(
        io.BufferedWriter(out),
        encoding="utf-8" if stream is None else stream.encoding,
        # A name that the terminal's encoding lacks must not end the run.
        errors="backslashreplace",
        line_buffering=descriptor == 2 or (stream is not None and stream.line_buffering),
    )
