"""The per-file step, apart from all else: one process that parses, driven by one thread.

``lower_isolated`` is a plain function of plain arguments, so any ``concurrent.futures.Executor``
can run it, in threads, in processes, or on other machines. Whatever a text does to the process
that parses it is the answer for exactly that text.
"""

from __future__ import annotations

import atexit
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faceoff_lint
from faceoff_lint.worker import READY, seal

__all__ = ["CannotStart", "LocalExecutor", "Terms", "lower_isolated", "shared"]

_START_TIMEOUT = 60.0
# Characters of an answer, at most: for each of the text, and besides. Dense code comes to 20.
_ANSWER_RATIO = 200
_ANSWER_BASE = 1 << 20

_BOOT = (
    "import json,sys;"
    "a=json.loads(sys.argv[1]);"
    "sys.path.extend(a['path']);"
    "from faceoff_lint.worker import main;"
    "main(a['cpu'],a['memory'],a['nesting'],int(sys.argv[2]))"
)


@dataclass(frozen=True)
class Terms:
    """What one process may use: seconds of processor time for a text (three times as much on the
    clock), MiB of address space, levels of nesting."""

    file_seconds: float
    memory_mb: int
    nesting: int


class CannotStart(Exception):
    """No process can be started here at all."""


def lower_isolated(text: str, suffix: str, terms: Terms) -> str:
    """The answer of a worker for a text, as it wrote it: JSON, see ``worker``.

    When the worker dies or overruns its time, that is a failure of the text in the same form.
    The thread that calls keeps its process for the next text. Raises ``CannotStart``.
    """
    kept: _Process | None = getattr(_here, "process", None)
    command = _command(terms)
    if kept is not None and (kept.command != command or kept.closed):
        kept.close()
        kept = None
    while True:
        process, kept = kept or _Process(terms, command), None
        _here.process = process
        try:
            return process.lower(text, suffix)
        except _Died as death:
            _here.process = None
            # What a process says too much is found before the next answer, of another text.
            if not death.garbled or process.asked == 1:
                return json.dumps({"failure": [death.kind, death.message]})


def shared(threads: int) -> Executor:
    """The executor of this machine with so many processes, started when they are needed.

    They stay for later runs in this process (``--watch``, tests), and end with it.
    """
    with _lock:
        executor = _executors.get(threads)
        if executor is None:
            executor = _executors[threads] = LocalExecutor(threads)
        return executor


def _close() -> None:
    """End what this process has started, and start no more."""
    with _lock:
        _State.over = True
        started = list(_processes)
    for process in started:
        if process.parent == os.getpid():
            process.close()


class LocalExecutor(Executor):
    """Threads that drive processes of this machine.

    Its threads are daemons: an interrupted run doesn't wait for files that are still to be read.
    """

    def __init__(self, threads: int) -> None:
        self._count = threads
        self._threads: list[threading.Thread] = []
        self._tasks: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None]
        self._tasks = queue.SimpleQueue()
        self._idle = threading.Semaphore(0)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """As ``concurrent.futures.Executor`` says."""
        future: Future[Any] = Future()
        self._tasks.put((future, lambda: fn(*args, **kwargs)))
        if not self._idle.acquire(blocking=False) and len(self._threads) < self._count:
            thread = threading.Thread(target=self._run, daemon=True)
            self._threads.append(thread)
            thread.start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """As ``concurrent.futures.Executor`` says; what is queued is always cancelled."""
        while not self._tasks.empty():
            task = self._tasks.get_nowait()
            if task is not None:
                task[0].cancel()
        for _ in self._threads:
            self._tasks.put(None)
        if wait:
            for thread in self._threads:
                thread.join()

    def _run(self) -> None:
        while (task := self._tasks.get()) is not None:
            future, work = task
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(work())
                except BaseException as error:
                    future.set_exception(error)
            self._idle.release()


class _Died(Exception):
    """A process ended without an answer."""

    def __init__(self, kind: str, message: str, *, garbled: bool = False) -> None:
        super().__init__(message)
        self.kind, self.message, self.garbled = kind, message, garbled


class _Process:
    """One worker process, used by one thread at a time."""

    def __init__(self, terms: Terms, command: list[str]) -> None:
        self.terms = terms
        self.command = command
        self.closed = False
        self.parent = os.getpid()  # a fork of it must not end this
        self._life = -1
        self.asked = 0
        try:
            self._process = self._start(command)
        except (OSError, ValueError):
            raise CannotStart from None
        with _lock:
            _processes.append(self)
            over = _State.over
        if over:
            self.close()
            raise SystemExit  # of the thread: what it was to read is not wanted any more
        _watchdog.watch(self._process, _START_TIMEOUT)
        if self._receive(_ANSWER_BASE) != json.dumps(READY):
            self.close()
            raise CannotStart

    def _start(self, command: list[str]) -> subprocess.Popen[bytes]:
        """Start it; on Linux with a pipe that this process, however it ends, takes along."""
        theirs = -1
        if sys.platform == "linux":
            theirs, self._life = os.pipe()
        try:
            return subprocess.Popen(
                [*command, str(theirs)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs] if theirs >= 0 else [],
            )
        except (OSError, ValueError):
            self._let_go()
            raise
        finally:
            if theirs >= 0:
                os.close(theirs)

    def _let_go(self) -> None:
        with _lock:
            life, self._life = self._life, -1
        if life >= 0:
            os.close(life)

    def lower(self, text: str, suffix: str) -> str:
        """The answer for a text. Raises ``_Died``, after which this process is of no use."""
        request = json.dumps({"text": text, "suffix": suffix}).encode("ascii") + b"\n"
        # The worker ends itself by processor time; the clock is for one that sleeps.
        _watchdog.watch(self._process, self.terms.file_seconds * 3)
        try:
            assert self._process.stdin is not None
            self._process.stdin.write(request)
            self._process.stdin.flush()
            self.asked += 1
            line = self._receive(_ANSWER_BASE + _ANSWER_RATIO * len(text))
        except (OSError, ValueError):
            line = None
        if line is None:
            raise self._death()
        # Whatever else it says, of a parser gone wild for one, is no answer to this.
        answer = line.partition(" ")[2].partition(" ")[2]
        if line != seal(self.asked, answer) + answer:
            self.close()
            raise _Died("crash", "the parser's answer for this file can't be read", garbled=True)
        return answer

    def _receive(self, most: int) -> str | None:
        assert self._process.stdout is not None
        try:
            line = self._process.stdout.readline(most)
        except (OSError, ValueError):
            line = b""
        finally:
            _watchdog.forget(self._process)
        # A line without its end is what a dying worker got out, or one that never stops.
        whole = line.endswith(b"\n") and line.isascii()
        return line[:-1].decode("ascii") if whole else None

    def _death(self) -> _Died:
        late = _watchdog.killed(self._process)
        self.close()
        code = self._process.returncode
        if late or code == -getattr(signal, "SIGPROF", 0):
            return _Died("timeout", "took too long to read")
        return _Died("crash", "the parser crashed on this file or ran out of memory")

    def close(self) -> None:
        """End the process, if it has not ended."""
        self.closed = True
        process = self._process
        if process.poll() is None:
            # It has nothing to lose: it writes no files.
            process.kill()
        process.wait()
        self._let_go()
        for pipe in (process.stdin, process.stdout):
            try:
                if pipe is not None:
                    pipe.close()
            except OSError:
                continue
        with _lock:
            if self in _processes:
                _processes.remove(self)


class _Watchdog:
    """One thread that kills the processes that overrun their time on the clock."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._deadlines: dict[int, tuple[float, subprocess.Popen[bytes]]] = {}
        self._killed: set[int] = set()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def watch(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        """Kill the process if it is not forgotten within so many seconds."""
        with self._lock:
            self._deadlines[process.pid] = (time.monotonic() + seconds, process)
            if self._thread is None:
                self._stop.clear()
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()

    def forget(self, process: subprocess.Popen[bytes]) -> None:
        """The process has answered, or ended."""
        with self._lock:
            self._deadlines.pop(process.pid, None)

    def killed(self, process: subprocess.Popen[bytes]) -> bool:
        """Whether the process was killed for being late; asked once, as numbers are reused."""
        with self._lock:
            late = process.pid in self._killed
            self._killed.discard(process.pid)
            return late

    def close(self) -> None:
        """End the thread."""
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._stop.set()
            thread.join()

    def _run(self) -> None:
        while not self._stop.wait(0.2):
            now = time.monotonic()
            with self._lock:
                for pid, (deadline, process) in list(self._deadlines.items()):
                    if now > deadline:
                        del self._deadlines[pid]
                        self._killed.add(pid)
                        process.kill()


class _State:
    over = False
    """Whether this process ends: threads may still be at work."""


_here = threading.local()
_lock = threading.Lock()
_processes: list[_Process] = []
_executors: dict[int, LocalExecutor] = {}
_watchdog = _Watchdog()
atexit.register(_close)


def _command(terms: Terms) -> list[str]:
    """How a worker is started: apart from the current folder and from PYTHON* variables.

    ``-S`` leaves only the standard library on its path; after that come this package's own folder
    and the folders that packages are installed in, as this process knows them.
    """
    package = Path(faceoff_lint.__file__).resolve().parent.parent
    installed = [
        entry
        for entry in sys.path
        if os.path.isabs(entry) and os.path.basename(entry) in ("site-packages", "dist-packages")
    ]
    arguments = {
        "path": [str(package), *installed],
        "cpu": terms.file_seconds,
        "memory": terms.memory_mb,
        "nesting": terms.nesting,
    }
    return [sys.executable, "-I", "-S", "-c", _BOOT, json.dumps(arguments)]
