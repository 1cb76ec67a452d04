"""Reading many files at once, so that no file can harm another or the run.

The supervisor (this process) reads and decodes files, and never parses: that happens in processes
of their own (``isolation``), on this machine or wherever an executor
takes it. What a cache holds is not parsed again.
"""

from __future__ import annotations

import gc
import hashlib
import json
import logging
import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import TYPE_CHECKING

from faceoff_lint import disk, ir
from faceoff_lint.deep import PARSER_STACKS, run_deep, start_deep
from faceoff_lint.limits import Limits
from faceoff_lint.lowering import deep_recursion
from faceoff_lint.reading import Failure, ReadError, ReadResult, lower_source, read_source
from faceoff_lint.source import Source

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

    from faceoff_lint.cache import Entries
    from faceoff_lint.isolation import Terms

__all__ = ["Reader", "lower_apart"]

_log = logging.getLogger(__name__)

_MAX_JOBS = 8
# What a text always gives, and so may be remembered of it.
_LASTING = frozenset({"syntax", "unsupported", "too-deep"})
# What reading an answer of another form raises.
_NO_ANSWER = (ValueError, TypeError, KeyError, IndexError, RecursionError)


class Reader:
    """Reads and lowers the files below ``root``, each once.

    ``jobs``: how many workers at most (default: the processors, up to 8). ``limits``: what files
    may cost. ``cache``: entries of earlier runs. ``executor`` takes the per-file step instead of
    processes of this machine; it stays open. Use it as a context manager, or call ``close``. One
    thread may use it at a time.
    """

    def __init__(
        self,
        root: Path,
        jobs: int | None = None,
        limits: Limits | None = None,
        cache: Entries | None = None,
        executor: Executor | None = None,
    ) -> None:
        disk.forget()
        self.root = root
        self.results: dict[str, ReadResult] = {}
        self.limits = limits or Limits()
        self._jobs = max(1, min(_MAX_JOBS, _processors()) if jobs is None else jobs)
        self._cache = cache
        self.given: Mapping[str, bytes] = {}
        """The content of files that is read in place of what is on disk."""
        self._executor = executor
        self._can_start = bool(sys.executable)
        self._fresh: list[tuple[bytes, ReadResult]] = []
        seconds = self.limits.total_seconds
        self._deadline = time.monotonic() + seconds if seconds else None

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
        """Let the cache know what was read. That stays readable."""
        if self._cache is not None:
            for key, result in self._fresh:
                self._cache.put(key, _payload(result))
            self._fresh.clear()
            self._cache.save()

    @property
    def late(self) -> bool:
        """Whether the time of the whole run is used up."""
        return self._deadline is not None and time.monotonic() > self._deadline

    def read(self, path: str) -> ReadResult:
        """The result for one file (relative to the root, with ``/``); remembered. Never raises
        for what the file is or holds."""
        return self.read_many([path])[path]

    def read_many(self, paths: Iterable[str]) -> dict[str, ReadResult]:
        """The results for all paths, in their order, as ``read`` gives them."""
        wanted = list(dict.fromkeys(paths))
        sources = [s for p in wanted if p not in self.results and (s := self._source(p))]
        if sources:
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
        if self.late:
            failure = Failure("timeout", "the time of the run was used up before it was read")
            self.results[path] = ReadResult(path, failure=failure)
            return None
        try:
            return read_source(
                self.root, path, self.limits.file_size_kb * 1024, self.given.get(path)
            )
        except ReadError as error:
            self.results[path] = ReadResult(path, failure=error.failure)
            return None

    def _lower(self, sources: list[Source]) -> None:
        if self._cache is not None:
            sources = [source for source in sources if not self._recalled(source)]
        if sources and (self._can_start or self._executor is not None):
            sources = self._lower_away(sources)
        if sources:
            self._lower_here(sources)

    def _lower_here(self, sources: list[Source]) -> None:
        """In this process, in a thread with a stack that no nesting exhausts.

        Only where the system lets us start no other process.
        """
        errors: list[BaseException] = []

        def work() -> None:
            try:
                for source in sources:
                    result = lower_source(source, self.limits.nesting)
                    self.results[source.path] = result
                    if self._cache is not None and _lasting(result):
                        self._fresh.append((self._key(source), result))
            except BaseException as error:
                errors.append(error)

        start_deep(work, PARSER_STACKS).join()
        if errors:
            raise errors[0]

    def _lower_away(self, sources: list[Source]) -> list[Source]:
        """By an executor. Returns the sources that are left because it could not take them."""
        from faceoff_lint.isolation import CannotStart, lower_isolated, shared

        terms = _terms(self.limits)
        executor = self._executor or shared(self._jobs)
        tasks: list[tuple[Source, Future[str]]] = []
        left: list[Source] = []
        # The longest first, so that none is left over for one worker at the end.
        for source in sorted(sources, key=lambda source: (-len(source.text), source.path)):
            suffix = PurePosixPath(source.path).suffix
            try:
                tasks.append((source, executor.submit(lower_isolated, source.text, suffix, terms)))
            except RuntimeError as error:
                _log.info("%s cannot be handed on: %s", source.path, error)
                left.append(source)
        for source, future in tasks:
            try:
                answer = future.result()
                self._take(source, answer)
            except CannotStart:
                self._can_start = False
                left.append(source)
            except Exception as error:
                # The executor's failure, not the file's: it is read here, or by another process.
                _log.info("%s was not read by the executor: %r", source.path, error)
                left.append(source)
        if left and self._executor is not None and self._can_start:
            self._executor = None
            return self._lower_away(left)
        order = {source.path: number for number, source in enumerate(sources)}
        return sorted(left, key=lambda source: order[source.path])

    def _take(self, source: Source, answer: str) -> None:
        """Make a worker's answer the result of a file.

        Raises for what is no answer, if other than this machine's workers may have given it.
        """
        try:
            result = _result(source, answer)
        except _NO_ANSWER:
            if self._executor is not None:
                raise
            failure = Failure("crash", "the parser's answer for this file can't be read")
            result = ReadResult(source.path, source, None, failure)
        self.results[source.path] = result
        if self._cache is not None and _lasting(result):
            self._cache.put(self._key(source), answer)

    def glance(self, path: str) -> ReadResult:
        """What ``read`` would give, for a file that is no part of what is linted: not kept."""
        known = self.results.get(path)
        result = known or self.read(path)
        if known is None:
            del self.results[path]
        return result

    def _recalled(self, source: Source) -> bool:
        """Whether the cache knows the file's text."""
        assert self._cache is not None
        answer = self._cache.get(self._key(source))
        if answer is None:
            return False
        try:
            result = _result(source, answer)
        except _NO_ANSWER:
            return False
        self.results[source.path] = result
        return True

    def _key(self, source: Source) -> bytes:
        head = f"{PurePosixPath(source.path).suffix}\0{self.limits.nesting}\0"
        text = (head + source.text).encode("utf-8", "surrogatepass")
        return hashlib.blake2b(text, digest_size=16).digest()


def lower_apart(source: Source) -> ReadResult:
    """The result for a text that is in no file yet, read apart like all others."""
    from faceoff_lint.isolation import CannotStart, lower_isolated, shared

    suffix = PurePosixPath(source.path).suffix
    try:
        task = shared(1).submit(lower_isolated, source.text, suffix, _terms(Limits()))
        answer = task.result()
    except CannotStart:
        return run_deep(lambda: lower_source(source))
    return run_deep(lambda: _result(source, answer))


def _terms(limits: Limits) -> Terms:
    from faceoff_lint.isolation import Terms

    return Terms(limits.file_seconds, limits.worker_memory_mb, limits.nesting)


def _result(source: Source, answer: str) -> ReadResult:
    data = json.loads(answer)
    if "failure" in data:
        kind, message, *place = data["failure"]
        texts = isinstance(kind, str) and isinstance(message, str)
        if not texts or not all(isinstance(number, int) for number in place):
            raise ValueError("not a failure")
        return ReadResult(source.path, source, None, Failure(kind, message, *place))
    module = ir.from_data(data["module"])
    if not isinstance(module, ir.Module):
        raise ValueError("not a module")
    return ReadResult(source.path, source, module)


def _lasting(result: ReadResult) -> bool:
    return result.failure is None or result.failure.kind in _LASTING


def _payload(result: ReadResult) -> str:
    """What a worker would have answered."""
    from faceoff_lint.worker import answer

    return answer(result.module if result.module is not None else result.failure)


def _processors() -> int:
    count: Callable[[], int | None] | None = getattr(os, "process_cpu_count", None)
    if count is not None:
        return count() or 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1
