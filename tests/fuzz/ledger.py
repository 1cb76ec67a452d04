"""What a child process found, kept where it survives the process: in a folder."""

from __future__ import annotations

import hashlib
import mmap
import os
import struct
import traceback
from pathlib import Path

__all__ = ["Ledger", "signature"]

_COUNT = struct.Struct("<Q")


def signature(error: BaseException) -> str:
    """What tells one failure from another: its kind and the innermost of our lines.

    An internal error has the traceback in its message: then the first lines of that.
    """
    message = str(error)
    if message.startswith("an internal error"):
        return "\n".join(message.split("\n")[:4])
    own = [
        f"{Path(frame.filename).name}:{frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if "site-packages" not in frame.filename
    ]
    return f"{type(error).__name__} {' '.join(own[-2:])}"


class Ledger:
    """Executions, the text being tried, and failing texts: one for each signature."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._count = folder / "count"
        if not self._count.exists():
            self._count.write_bytes(_COUNT.pack(0))
        with self._count.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), _COUNT.size)
        self._current = os.open(folder / "current", os.O_RDWR | os.O_CREAT, 0o600)

    @property
    def executions(self) -> int:
        """How many texts were tried, by all processes so far."""
        found: int = _COUNT.unpack(self._map[:])[0]
        return found

    def begin(self, text: str) -> None:
        """A text is about to be tried: it is what is found should the process die."""
        data = text.encode("utf-8", "surrogatepass")
        os.pwrite(self._current, data, 0)
        os.ftruncate(self._current, len(data))
        self._map[:] = _COUNT.pack(self.executions + 1)

    @property
    def current(self) -> str:
        """The text that was begun last."""
        return (self.folder / "current").read_bytes().decode("utf-8", "surrogatepass")

    def fail(self, text: str, what: str, why: str) -> bool:
        """Keep a failing text; a shorter one of the same signature replaces it. True when new."""
        name = hashlib.sha256(what.encode()).hexdigest()[:12]
        kept = self.folder / f"{name}.txt"
        new = not kept.exists()
        data = text.encode("utf-8", "surrogatepass")
        if new or len(data) < kept.stat().st_size:
            kept.write_bytes(data)
            (self.folder / f"{name}.why").write_text(why, "utf-8", errors="backslashreplace")
        return new

    def attempt(self, text: str, check: object) -> bool:
        """Try a text; whether all was well."""
        assert callable(check)
        self.begin(text)
        try:
            check(text)
        except Exception as error:
            why = "".join(traceback.format_exception(error))
            self.fail(text, signature(error), why)
            return False
        return True

    @property
    def failures(self) -> list[Path]:
        """The failing texts, one for each signature."""
        return sorted(self.folder.glob("*.txt"))
