"""Version specifiers of PEP 440, Poetry and npm as bounds.

Only as much as rules ask: the lowest and highest version a declaration allows. ``low`` and exact
versions are padded to three numbers and ``high`` loses its trailing zeros, so that comparing them
with a tuple of any length (``(3,)``, ``(2, 3)``) comes out as expected.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Bounds", "npm_bounds", "numbers", "pep440_bounds", "poetry_bounds"]

Version = tuple[int, ...]

_NUMBERS = re.compile(r"[vV]?\s*(?:\d+!)?(\d{1,9}(?:\.\d{1,9}){0,5})")
_CLAUSE = re.compile(r"(===|==|~=|!=|<=|>=|<|>|\^|~)?\s*([^\s,]+)")
_COMPARATOR = re.compile(r"(<=|>=|<|>|=|\^|~>|~)?\s{0,16}v?([0-9xX*][^\s]*)")
_HYPHEN = re.compile(r"^\s*v?([0-9][^\s]*)\s+-\s+v?([0-9][^\s]*)\s*$")


@dataclass(frozen=True, slots=True)
class Bounds:
    """``low`` inclusive, ``high`` exclusive, or one ``exact`` version; None where open."""

    low: Version | None = None
    high: Version | None = None
    exact: Version | None = None


def numbers(text: str) -> Version | None:
    """The release numbers at the start of a version, at least three: ``2.0rc1`` → (2, 0, 0)."""
    match = _NUMBERS.match(text.strip())
    return _padded(tuple(int(part) for part in match[1].split("."))) if match else None


def pep440_bounds(spec: str) -> Bounds:
    """Bounds of ``>=2.2,<3``; several clauses hold together."""
    bounds = Bounds()
    for clause in spec.split(","):
        match = _CLAUSE.match(clause.strip())
        if match:
            bounds = _both(bounds, _pep440_clause(match[1] or "==", match[2]))
    return bounds


def poetry_bounds(spec: str) -> Bounds:
    """Bounds of Poetry's notation: PEP 440's, and ``^3.0``, ``~2.2``, a bare version, ``*``."""
    parts = [_poetry_part(part) for part in spec.split("||")]
    return _either(parts)


def npm_bounds(spec: str) -> Bounds:
    """Bounds of an npm range; unknown (all open) for tags, URLs and workspace links."""
    spec = spec.strip()
    if spec.startswith("npm:"):
        spec = spec.rpartition("@")[2]
    if spec.startswith("workspace:"):
        spec = spec.removeprefix("workspace:")
    return _either([_npm_part(part.strip()) for part in spec.split("||")])


def _pep440_clause(operator: str, version: str) -> Bounds:
    parts = _parts(version)
    if not parts:
        return Bounds()
    wild = version.rstrip().endswith(".*")
    if operator in ("==", "==="):
        if wild:
            return Bounds(_padded(parts), _stripped(_bump(parts, len(parts) - 1)))
        return Bounds(exact=_padded(parts))
    if operator == "~=":
        return Bounds(_padded(parts), _stripped(_bump(parts, max(len(parts) - 2, 0))))
    if operator == "^":
        return Bounds(_padded(parts), _stripped(_caret(parts)))
    if operator == "~":
        return Bounds(_padded(parts), _stripped(_bump(parts, min(1, len(parts) - 1))))
    return _comparison(operator, parts)


def _poetry_part(spec: str) -> Bounds:
    bounds = Bounds()
    for clause in spec.split(","):
        clause = clause.strip()
        if clause in ("", "*"):
            continue
        match = _CLAUSE.match(clause)
        if match:
            version = match[2]
            if version.endswith(".*") and not match[1]:
                bounds = _both(bounds, _pep440_clause("==", version))
            else:
                bounds = _both(bounds, _pep440_clause(match[1] or "==", version))
    return bounds


def _npm_part(spec: str) -> Bounds:
    hyphen = _HYPHEN.match(spec)
    if hyphen:
        low, high = _parts(hyphen[1]), _parts(hyphen[2])
        if len(high) >= 3:
            return _both(Bounds(_padded(low)), _comparison("<=", high))
        return Bounds(_padded(low), _stripped(_bump(high, len(high) - 1)) if high else None)
    if "://" in spec or spec.startswith(("file:", "link:", "git", "github:", "http")):
        return Bounds()
    bounds = Bounds()
    for match in _COMPARATOR.finditer(spec):
        bounds = _both(bounds, _npm_comparator(match[1] or "", match[2]))
    return bounds


def _npm_comparator(operator: str, version: str) -> Bounds:
    parts = _parts(version)
    if not parts:
        return Bounds()
    if operator == "^":
        return Bounds(_padded(parts), _stripped(_caret(parts)))
    if operator in ("~", "~>"):
        return Bounds(_padded(parts), _stripped(_bump(parts, min(1, len(parts) - 1))))
    if operator in ("", "="):
        if len(parts) >= 3:
            return Bounds(exact=_padded(parts))
        return Bounds(_padded(parts), _stripped(_bump(parts, len(parts) - 1)))
    if operator == ">" and len(parts) < 3:
        return Bounds(_padded(_bump(parts, len(parts) - 1)))
    if operator == "<=" and len(parts) < 3:
        return Bounds(None, _stripped(_bump(parts, len(parts) - 1)))
    return _comparison(operator, parts)


def _comparison(operator: str, parts: Version) -> Bounds:
    if operator in (">=", ">"):
        return Bounds(_padded(parts))
    if operator == "<":
        return Bounds(None, _stripped(parts))
    if operator == "<=":
        return Bounds(None, (*_padded(parts), 1))
    return Bounds()  # "!=" excludes a version, and bounds nothing


def _parts(version: str) -> Version:
    """The leading numbers as written; ``4.x`` and ``4.*`` give (4,)."""
    match = _NUMBERS.match(version.strip())
    return tuple(int(part) for part in match[1].split(".")) if match else ()


def _padded(parts: Version) -> Version:
    return parts + (0,) * (3 - len(parts))


def _stripped(parts: Version) -> Version:
    while len(parts) > 1 and parts[-1] == 0:
        parts = parts[:-1]
    return parts


def _bump(parts: Version, index: int) -> Version:
    return (*parts[:index], parts[index] + 1)


def _caret(parts: Version) -> Version:
    for index, part in enumerate(parts):
        if part or index == len(parts) - 1:
            return _bump(parts, index)
    return parts


def _both(one: Bounds, other: Bounds) -> Bounds:
    if other.exact or one.exact:
        return one if one.exact else other
    lows = [low for low in (one.low, other.low) if low is not None]
    highs = [high for high in (one.high, other.high) if high is not None]
    return Bounds(max(lows, default=None), min(highs, default=None))


def _either(options: list[Bounds]) -> Bounds:
    if len(options) == 1:
        return options[0]
    lows = [option.exact or option.low for option in options]
    highs = [(*option.exact, 1) if option.exact else option.high for option in options]
    low = None if None in lows else min(low for low in lows if low is not None)
    high = None if None in highs else max(high for high in highs if high is not None)
    return Bounds(low, high)
