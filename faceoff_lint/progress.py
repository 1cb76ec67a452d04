"""Who watches a run: told what is being done, never asked."""

from __future__ import annotations

from collections.abc import Sized

__all__ = ["SILENT", "Progress"]


class Progress:
    """An observer of a run; this one ignores what it is told."""

    def step(self, what: str, done: Sized = (), total: int = 0) -> None:
        """The run now does ``what``. ``done`` grows towards ``total`` while it does, if that can
        be told; it is looked at, not copied."""


SILENT = Progress()
