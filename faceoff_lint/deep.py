"""Runs recursive work where it may recurse deeply: walks of IR follow the nesting of the source."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import TypeVar

__all__ = ["run_deep"]

T = TypeVar("T")

# Bytes. The largest the system grants is taken; pages that are never touched cost nothing.
_STACK_SIZES = (512 * 2**20, 256 * 2**20, 64 * 2**20)
_RECURSION = 60_000


def run_deep(work: Callable[[], T]) -> T:
    """The result of ``work``, run in a thread with a large stack and a high recursion limit.

    Raises what ``work`` raises. Nested calls run at once, in the thread they are in.
    """
    if getattr(_state, "deep", False):
        return work()
    results: list[T] = []
    errors: list[BaseException] = []

    def target() -> None:
        _state.deep = True
        try:
            results.append(work())
        except BaseException as error:
            errors.append(error)

    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, _RECURSION))
    try:
        _start(target).join()
    finally:
        sys.setrecursionlimit(limit)
    if errors:
        raise errors[0]
    return results[0]


_state = threading.local()


def _start(target: Callable[[], None]) -> threading.Thread:
    """A started daemon thread: an interrupt of the main thread need not wait for it."""
    before = threading.stack_size()
    for size in (*_STACK_SIZES, 0):
        try:
            threading.stack_size(size)
            thread = threading.Thread(target=target, daemon=True)
            thread.start()
        except (ValueError, RuntimeError):
            continue
        finally:
            threading.stack_size(before)
        return thread
    raise RuntimeError("no thread could be started")
