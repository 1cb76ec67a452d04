"""Runs recursive work where it may recurse deeply: walks of IR follow the nesting of the source."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Callable
from typing import TypeVar

__all__ = ["PARSER_STACKS", "run_deep", "start_deep"]

T = TypeVar("T")

# Bytes. The largest the system grants is taken; pages that are never touched cost nothing.
_STACK_SIZES = (512 * 2**20, 256 * 2**20, 64 * 2**20)
PARSER_STACKS = (256 * 2**20, 64 * 2**20, 16 * 2**20)
_RECURSION = 60_000
_LOOK = 0.2  # seconds


def run_deep(work: Callable[[], T]) -> T:
    """The result of ``work``, run in a thread with a large stack and a high recursion limit.

    Raises what ``work`` raises. Nested calls run at once, in the thread they are in. Nothing is
    collected as garbage meanwhile: a run keeps nearly all it makes until its end, and looking
    through millions of nodes again and again took a quarter of its time.
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
    collecting = gc.isenabled()
    gc.disable()
    try:
        thread = start_deep(target, _STACK_SIZES)
        while thread.is_alive():
            # A signal that comes just when the wait begins would not end it.
            thread.join(_LOOK)
    finally:
        sys.setrecursionlimit(limit)
        if collecting:
            gc.enable()
    if errors:
        raise errors[0]
    return results[0]


_state = threading.local()


def start_deep(work: Callable[[], None], sizes: tuple[int, ...]) -> threading.Thread:
    """A started daemon thread with the first stack of ``sizes`` (bytes) that the system grants.

    A daemon, as an interrupt of the main thread need not wait for it. The recursion limit is the
    caller's affair.
    """
    before = threading.stack_size()
    for size in (*sizes, before):
        try:
            threading.stack_size(size)
            thread = threading.Thread(target=work, daemon=True)
            thread.start()
        except (ValueError, RuntimeError):
            continue
        finally:
            threading.stack_size(before)
        return thread
    raise RuntimeError("no thread could be started")
