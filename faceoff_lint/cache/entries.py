"""Many small entries in one file, which is only ever appended to.

An entry is its length and a CRC-32 of the rest (4 bytes each, little endian), a key of 16 bytes,
and a compressed text. What stands behind a damaged entry is not read: the file is then written
anew.
Of the designs tried (a file an entry, SQLite, this) this one is as fast to read as SQLite, keeps
what several runs write at the same time, and can be read where nothing may be written.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Iterator

from faceoff_lint.cache.folder import Folder

__all__ = ["Entries"]

_MAGIC = b"faceoff-lint entries 1\n"
_HEAD = struct.Struct("<II")
_KEY = 16
_LIMIT = 256 * 2**20
_MAX_ENTRY = 64 * 2**20
_WASTE = 8 * 2**20  # bytes of entries that were not used before the file is written anew


class Entries:
    """The entries of one project under one identity."""

    def __init__(self, folder: Folder, project: str, identity: str) -> None:
        digest = hashlib.blake2b(
            f"{identity}\0{project}".encode("utf-8", "surrogateescape"), digest_size=16
        )
        self._folder = folder
        self._name = f"{digest.hexdigest()}.entries"
        self._known: dict[bytes, bytes] = {}
        self._used: set[bytes] = set()
        self._new: dict[bytes, bytes] = {}
        self._whole = True
        self._load()

    def _load(self) -> None:
        data = self._folder.read(self._name, _LIMIT)
        if data is None:
            self._whole = not self._folder.has(self._name)
            return
        place = 0
        while place < len(data):
            if data.startswith(_MAGIC, place):
                place += len(_MAGIC)  # again where two runs began the file at once
                continue
            body = place + _HEAD.size
            if body > len(data):
                break
            length, crc = _HEAD.unpack_from(data, place)
            end = body + length
            if length < _KEY or end > len(data) or zlib.crc32(data[body:end]) != crc:
                break
            self._known[data[body : body + _KEY]] = data[body + _KEY : end]
            place = end
        self._whole = place == len(data)

    def get(self, key: bytes) -> str | None:
        """The text under a key of 16 bytes; None when there is none, or it is damaged."""
        packed = self._known.get(key)
        if packed is None:
            return None
        try:
            opener = zlib.decompressobj()
            data = opener.decompress(packed, _MAX_ENTRY)
            if not opener.eof or opener.unconsumed_tail:
                return None
            self._used.add(key)
            return data.decode("ascii")
        except (zlib.error, UnicodeDecodeError):
            return None

    def put(self, key: bytes, text: str) -> None:
        """Remember an ASCII text; ``save`` writes it."""
        self._new[key] = zlib.compress(text.encode("ascii"), 1)

    def save(self) -> None:
        """Write what is new, and drop what is not used any more once it is much."""
        unused = sum(len(v) for k, v in self._known.items() if k not in self._used)
        if not self._whole or unused > max(_WASTE, sum(map(len, self._known.values())) // 2):
            kept = {k: v for k, v in self._known.items() if k in self._used} | self._new
            self._folder.write(self._name, _MAGIC + b"".join(_packed(kept)))
        elif self._new:
            start = b"" if self._folder.has(self._name) else _MAGIC
            self._folder.append(self._name, start + b"".join(_packed(self._new)))
        else:
            return
        self._known |= self._new
        self._used |= self._new.keys()
        self._new = {}
        self._whole = True
        self._folder.trim()


def _packed(entries: dict[bytes, bytes]) -> Iterator[bytes]:
    for key, value in entries.items():
        body = key + value
        yield _HEAD.pack(len(body), zlib.crc32(body)) + body
