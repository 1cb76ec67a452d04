"""Reading many files at once, so that no file can harm another or the run.

The supervisor (this process) reads and decodes files, and never parses one that could do harm:
that happens in workers, separate processes that each answer one text at a time. A worker that
dies or overruns its time makes a failure of exactly that file, and is replaced.
"""

from __future__ import annotations

import gc
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath
from types import TracebackType

import faceoff_lint
from faceoff_lint import ir
from faceoff_lint.deep import PARSER_STACKS, start_deep
from faceoff_lint.lowering import deep_recursion
from faceoff_lint.lowering.shape import is_calm
from faceoff_lint.reading import (
    DEFAULT_LIMIT,
    Failure,
    ReadError,
    ReadResult,
    lower_source,
    read_source,
)
from faceoff_lint.source import Source
from faceoff_lint.worker import READY

__all__ = ["DEFAULT_MEMORY_MB", "DEFAULT_TIMEOUT", "Reader"]

DEFAULT_TIMEOUT = 20.0
"""Seconds of processor time for one file."""

DEFAULT_MEMORY_MB = 2048

# A worker costs a quarter of a second to start: fewer files than this are read here.
_FEW_FILES = 40
_FEW_CHARACTERS = 400_000
_MAX_JOBS = 8
_START_TIMEOUT = 60.0

_BOOT = (
    "import json,sys;"
    "a=json.loads(sys.argv[1]);"
    "sys.path.extend(a['path']);"
    "from faceoff_lint.worker import main;"
    "main(a['cpu'],a['memory'])"
)


class _WorkerDied(Exception):
    """A worker ended without an answer. ``failure`` is what that means for the file."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


class _CannotStart(Exception):
    """No worker can be started here at all."""


class Reader:
    """Reads and lowers the files below ``root``, each once.

    ``jobs``: how many workers at most (default: the processors, up to 8). ``timeout``: seconds of
    processor time for one file; on the clock it may take three times as long. ``memory_mb``: the
    address space of a worker, where the system can bound it. ``limit_bytes``: larger files are
    not read. Use it as a context manager, or call ``close``. One thread may use it at a time.
    """

    def __init__(
        self,
        root: Path,
        jobs: int | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        memory_mb: int = DEFAULT_MEMORY_MB,
        limit_bytes: int = DEFAULT_LIMIT,
    ) -> None:
        self.root = root
        self._jobs = max(1, min(_MAX_JOBS, _processors()) if jobs is None else jobs)
        self._limit_bytes = limit_bytes
        self.results: dict[str, ReadResult] = {}
        self._idle: list[_Worker] = []
        self._watchdog = _Watchdog()
        self._settings = _Settings(_command(timeout, memory_mb), timeout, self._watchdog)
        self._can_start = bool(sys.executable)

    def __enter__(self) -> Reader:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End all workers. What was read stays readable."""
        for worker in self._idle:
            worker.close()
        self._idle.clear()
        self._watchdog.close()

    def read(self, path: str) -> ReadResult:
        """The result for one file (relative to the root, with ``/``); remembered. Never raises
        for what the file is or holds."""
        return self.read_many([path])[path]

    def read_many(self, paths: Iterable[str]) -> dict[str, ReadResult]:
        """The results for all paths, in their order, as ``read`` gives them."""
        wanted = list(dict.fromkeys(paths))
        sources = [s for p in wanted if p not in self.results and (s := self._source(p))]
        collecting = gc.isenabled()
        gc.disable()  # millions of new nodes, none of them garbage
        try:
            with deep_recursion():
                self._lower(sources)
        finally:
            if collecting:
                gc.enable()
        return {path: self.results[path] for path in wanted}

    def _source(self, path: str) -> Source | None:
        try:
            return read_source(self.root, path, self._limit_bytes)
        except ReadError as error:
            self.results[path] = ReadResult(path, failure=error.failure)
            return None

    def _lower(self, sources: list[Source]) -> None:
        if not sources:
            return
        here: list[Source] = []
        away: list[Source] = sources
        few = len(sources) <= _FEW_FILES
        if not self._can_start:
            here, away = sources, []
        elif few and sum(len(source.text) for source in sources) <= _FEW_CHARACTERS:
            # What could take long goes to a worker all the same.
            here = [source for source in sources if is_calm(source.text)]
            away = [source for source in sources if not is_calm(source.text)]
        if away:
            here += self._lower_away(away)
        if here:
            self._lower_here(here)

    def _lower_here(self, sources: list[Source]) -> None:
        """In this process, in a thread with a stack that no nesting exhausts."""
        errors: list[BaseException] = []

        def work() -> None:
            try:
                for source in sources:
                    self.results[source.path] = lower_source(source)
            except BaseException as error:
                errors.append(error)

        start_deep(work, PARSER_STACKS).join()
        if errors:
            raise errors[0]

    def _lower_away(self, sources: list[Source]) -> list[Source]:
        """In workers. Returns the sources that are left because none could be started."""
        # The longest first, so that none is left over for one worker at the end.
        tasks: queue.SimpleQueue[Source] = queue.SimpleQueue()
        for source in sorted(sources, key=lambda source: (-len(source.text), source.path)):
            tasks.put(source)
        count = min(self._jobs, len(sources))
        idle, self._idle = iter(self._idle), []
        errors: list[BaseException] = []

        def drive() -> None:
            worker = next(idle, None)
            try:
                while True:
                    try:
                        source = tasks.get_nowait()
                    except queue.Empty:
                        break
                    try:
                        worker = worker or _Worker(self._settings)
                        self.results[source.path] = worker.lower(source)
                    except _WorkerDied as death:
                        worker = None
                        self.results[source.path] = ReadResult(
                            source.path, source, None, death.failure
                        )
            except _CannotStart:
                # Its file is read here, like all that no other worker takes.
                self._can_start = False
            except BaseException as error:
                errors.append(error)
            finally:
                if worker is not None:
                    self._idle.append(worker)

        threads = [start_deep(drive, PARSER_STACKS) for _ in range(count)]
        for thread in threads:
            thread.join()
        self._idle += idle
        if errors:
            raise errors[0]
        return [source for source in sources if source.path not in self.results]


class _Settings:
    """What a worker is started with."""

    def __init__(self, command: list[str], timeout: float, watchdog: _Watchdog) -> None:
        self.command = command
        # The worker ends itself by processor time; the clock is for one that sleeps.
        self.wall_timeout = timeout * 3
        self.watchdog = watchdog


class _Worker:
    """One worker process, used by one thread at a time."""

    def __init__(self, settings: _Settings) -> None:
        self._settings = settings
        try:
            self._process = subprocess.Popen(
                settings.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError:
            raise _CannotStart from None
        settings.watchdog.watch(self._process, _START_TIMEOUT)
        if self._receive() != READY:
            self.close()
            raise _CannotStart

    def lower(self, source: Source) -> ReadResult:
        """The result for a text. Raises ``_WorkerDied``, after which this worker is of no use."""
        request = {"text": source.text, "suffix": PurePosixPath(source.path).suffix}
        self._settings.watchdog.watch(self._process, self._settings.wall_timeout)
        try:
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps(request).encode("ascii") + b"\n")
            self._process.stdin.flush()
            answer = self._receive()
        except OSError:
            answer = None
        if not isinstance(answer, dict):
            raise _WorkerDied(self._death())
        if "failure" in answer:
            return ReadResult(source.path, source, None, Failure(*answer["failure"]))
        return ReadResult(source.path, source, ir.from_data(answer["module"]))

    def _receive(self) -> object:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        self._settings.watchdog.forget(self._process)
        # A line without its end is what a dying worker got out.
        return json.loads(line) if line.endswith(b"\n") else None

    def _death(self) -> Failure:
        late = self._settings.watchdog.killed(self._process)
        self.close()
        code = self._process.returncode
        if late or code == -getattr(signal, "SIGPROF", 0):
            return Failure("timeout", "took too long to read")
        return Failure("crash", "the parser crashed on this file or ran out of memory")

    def close(self) -> None:
        """End the process, if it has not ended."""
        process = self._process
        for pipe in (process.stdin, process.stdout):
            try:
                if pipe is not None:
                    pipe.close()
            except OSError:
                continue
        if process.poll() is None:
            # It has nothing to lose: it writes no files.
            process.kill()
        process.wait()


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
        thread = self._thread
        if thread is not None:
            self._stop.set()
            thread.join()
            self._thread = None

    def _run(self) -> None:
        while not self._stop.wait(0.2):
            now = time.monotonic()
            with self._lock:
                for pid, (deadline, process) in list(self._deadlines.items()):
                    if now > deadline:
                        del self._deadlines[pid]
                        self._killed.add(pid)
                        process.kill()


def _processors() -> int:
    count: Callable[[], int | None] | None = getattr(os, "process_cpu_count", None)
    if count is not None:
        return count() or 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


def _command(timeout: float, memory_mb: int) -> list[str]:
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
    arguments = {"path": [str(package), *installed], "cpu": timeout, "memory": memory_mb}
    return [sys.executable, "-I", "-S", "-c", _BOOT, json.dumps(arguments)]
