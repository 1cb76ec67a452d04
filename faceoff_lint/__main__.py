"""Where the process begins: ``faceoff-lint``, and ``python -m faceoff_lint``.

A signal that comes while the command is still being imported would show a traceback of Python's.
So this imports next to nothing, and says what a signal means before anything else is loaded.
"""

from __future__ import annotations

import os
import signal
from types import FrameType

__all__ = ["main"]


def main() -> None:
    """Import the command and run it."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        # Who starts us with a signal ignored (`nohup`) wants it to be.
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _end)
    from faceoff_lint.cli import main as command

    command()


def _end(number: int, frame: FrameType | None) -> None:
    """End at once: nothing was begun that could be left half done. ``cli.process`` takes over."""
    os._exit(128 + number)


if __name__ == "__main__":
    main()
