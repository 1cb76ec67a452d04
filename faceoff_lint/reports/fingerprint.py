"""GitHub's fingerprint of a line: what code scanning tells findings apart by, over commits."""

from __future__ import annotations

from collections import Counter

from faceoff_lint.source import Source

__all__ = ["line_hashes"]

_BLOCK = 100  # characters that a line's hash is of, blanks not counted
_FACTOR = 37
_MASK = (1 << 64) - 1
_END = 65535
_HIGHEST = pow(_FACTOR, _BLOCK, 1 << 64)


def line_hashes(source: Source) -> list[str]:
    """For each line of a file, ``hash:occurrence``; the first is line 1.

    The hash is of the 100 UTF-16 units from the start of the line on, without spaces and tabs, with
    all line ends as ``\\n``, the end of the file as 65535 and zeros behind it. It is the value that
    the upload to GitHub would compute from the file.
    """
    units = _units(source)
    starts = [0, *(at + 1 for at, unit in enumerate(units) if unit == 10)]
    units += [_END, *[0] * _BLOCK]
    sums = [0]
    for unit in units:
        sums.append((sums[-1] * _FACTOR + unit) & _MASK)
    seen: Counter[int] = Counter()
    hashes = []
    for start in starts:
        value = (sums[start + _BLOCK] - sums[start] * _HIGHEST) & _MASK
        seen[value] += 1
        hashes.append(f"{value:x}:{seen[value]}")
    return hashes


def _units(source: Source) -> list[int]:
    text = source.text
    if source.encoding.replace("_", "-").lower() not in ("utf-8", "utf-8-sig", "ascii"):
        # GitHub reads every file as UTF-8.
        text = text.encode(source.encoding, "replace").decode("utf-8", "replace")
    if source.had_bom:
        text = f"\ufeff{text}"
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace(" ", "").replace("\t", "")
    encoded = text.encode("utf-16-le", "surrogatepass")
    return [low | high << 8 for low, high in zip(encoded[::2], encoded[1::2], strict=True)]
