"""What one run may cost: the bounds that a user can set, with their defaults.

Each field is a key of the table ``[limits]``, with dashes; ``bounded`` says what it may hold.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

__all__ = ["Limits"]


def bounded(default: float, low: float, high: float, help: str) -> Any:
    """A field with the values it may have (both ends included), and a sentence about it."""
    return field(default=default, metadata={"low": low, "high": high, "help": help})


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on files, on the processes that read them, and on the run."""

    file_size_kb: int = bounded(
        512, 1, 65_536, "Larger files are not read. In units of 1024 bytes."
    )
    file_seconds: float = bounded(
        20.0, 0.1, 3_600, "Processor time that reading one file may take, in seconds."
    )
    worker_memory_mb: int = bounded(
        2_048, 256, 65_536, "Address space of each process that reads files, in MiB."
    )
    nesting: int = bounded(
        100, 10, 300, "Files whose brackets nest deeper are not read. Levels, counted from 1."
    )
    total_seconds: float = bounded(
        900.0, 0, 86_400, "Time on the clock that a run may take, in seconds; 0 for no bound."
    )
