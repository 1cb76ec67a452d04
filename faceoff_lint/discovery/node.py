"""What a Node project declares: package.json, the lock files, and the Node version."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping

from faceoff_lint.discovery.versions import npm_bounds, numbers
from faceoff_lint.service import Requirement

__all__ = ["LOCK_FILES", "dependencies", "locked", "node_version", "parse_json", "read_manifest"]

_SECTIONS = (
    ("dependencies", False),
    ("optionalDependencies", False),
    ("peerDependencies", False),
    ("devDependencies", True),
)
_LTS = {"boron": 6, "carbon": 8, "dubnium": 10, "erbium": 12, "fermium": 14, "gallium": 16,
        "hydrogen": 18, "iron": 20, "jod": 22, "krypton": 24}  # fmt: skip
_YARN_KEY = re.compile(r'^(?!\s|#)"?(?P<keys>[^\n]*?)"?:\s*$', re.MULTILINE)
_YARN_VERSION = re.compile(r'^[ \t]++"?version"?:?[ \t]++"?([^"\s]+)"?', re.MULTILINE)
_PNPM_VERSION = re.compile(r"\s*['\"]?(\d+\.\d+[^\s('\"_]*)")


def parse_json(text: str) -> object:
    """What a JSON text holds; raises ``ValueError`` also for one that nests too deeply."""
    try:
        data: object = json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return data


def read_manifest(text: str) -> dict[str, object]:
    """A package.json as a dict; raises ValueError when it is none."""
    data = parse_json(text.removeprefix("\ufeff"))
    if not isinstance(data, dict):
        raise ValueError("not an object")
    return data


def dependencies(manifest: Mapping[str, object], path: str, text: str) -> dict[str, Requirement]:
    """The requirements of a package.json by name; product before development."""
    found: dict[str, Requirement] = {}
    for section, dev in _SECTIONS:
        table = manifest.get(section)
        if not isinstance(table, dict):
            continue
        start = max(text.find(f'"{section}"'), 0)
        for name, spec in table.items():
            if not isinstance(spec, str) or name in found:
                continue
            bounds = npm_bounds(spec)
            offset = max(text.find(json.dumps(name), start), 0)
            found[name] = Requirement(
                name, bounds.low, bounds.high, bounds.exact, spec, path, offset, dev
            )
    return found


def locked(path: str, text: str, folder: str, name: str, spec: str) -> tuple[int, ...] | None:
    """The version of a package that a lock file fixes.

    ``folder``: the package.json's folder relative to the lock file's; ``spec``: its range, by which
    Yarn names its entries.
    """
    reader = LOCK_FILES[path.rpartition("/")[2]]
    version = reader(text, folder, name, spec)
    return numbers(version) if version else None


def node_version(
    manifest: Mapping[str, object], version_files: Mapping[str, str]
) -> tuple[int, ...] | None:
    """The lowest Node version promised: ``engines.node``, else ``.nvmrc`` or ``.node-version``."""
    engines = manifest.get("engines")
    declared = engines.get("node") if isinstance(engines, dict) else None
    if isinstance(declared, str):
        bounds = npm_bounds(declared)
        if bounds.exact or bounds.low:
            return bounds.exact or bounds.low
    for text in version_files.values():
        wanted = text.strip().lower().removeprefix("nodejs").removeprefix("node").strip()
        name = wanted.removeprefix("lts/")
        if name in _LTS:
            return (_LTS[name], 0, 0)
        version = numbers(wanted)
        if version:
            return version
    return None


def _npm_lock(text: str, folder: str, name: str, spec: str) -> str | None:
    try:
        data = parse_json(text)
    except ValueError:
        return None
    packages = data.get("packages") if isinstance(data, dict) else None
    if isinstance(packages, dict):
        parts = folder.split("/") if folder else []
        for depth in range(len(parts), -1, -1):
            place = "/".join([*parts[:depth], "node_modules", name])
            entry = packages.get(place)
            if isinstance(entry, dict) and isinstance(entry.get("version"), str):
                return str(entry["version"])
    tree = data.get("dependencies") if isinstance(data, dict) else None
    entry = tree.get(name) if isinstance(tree, dict) else None
    version = entry.get("version") if isinstance(entry, dict) else None
    return version if isinstance(version, str) else None


def _yarn_lock(text: str, folder: str, name: str, spec: str) -> str | None:
    wanted = {f"{name}@{spec}", f"{name}@npm:{spec}"}
    for match in _YARN_KEY.finditer(text):
        keys = {key.strip().strip('"') for key in match["keys"].split(",")}
        if not wanted.isdisjoint(keys):
            version = _YARN_VERSION.search(text, match.end())
            return version[1] if version else None
    return None


def _pnpm_lock(text: str, folder: str, name: str, spec: str) -> str | None:
    """Read by indentation: ``importers:`` / folder / dependency, or dependencies at the top."""
    start, end, indent = 0, len(text), 0
    block = re.search(r"^importers:\s*$", text, re.MULTILINE)
    if block:
        own = re.compile(rf"^  ['\"]?{re.escape(folder or '.')}['\"]?:\s*$", re.MULTILINE)
        found = own.search(text, block.end())
        if not found:
            return None
        start, indent = found.end(), 4
        after = re.search(r"^(?:  )?\S", text[start:], re.MULTILINE)
        end = start + after.start() if after else len(text)
    sections = re.compile(
        rf"^ {{{indent}}}(?:dev|optional|peer)?[dD]ependencies:\s*\n((?: {{{indent + 1},}}.*\n?)*)",
        re.MULTILINE,
    )
    entry = re.compile(
        rf"^ {{{indent + 2}}}['\"]?{re.escape(name)}['\"]?:(?P<inline>[^\n]*)\n"
        rf"(?P<below>(?: {{{indent + 4}}}[^\n]*\n?)*)",
        re.MULTILINE,
    )
    for section in sections.finditer(text, start, end):
        match = entry.search(section[1] + "\n")
        if match:
            below = re.search(r"version:(.*)", match["below"])
            version = _PNPM_VERSION.match(below[1] if below else match["inline"])
            return version[1] if version else None
    return None


def _bun_lock(text: str, folder: str, name: str, spec: str) -> str | None:
    match = re.search(rf'"{re.escape(name)}":\s*\["{re.escape(name)}@([^"]+)"', text)
    return match[1] if match else None


LOCK_FILES: dict[str, Callable[[str, str, str, str], str | None]] = {
    "package-lock.json": _npm_lock,
    "npm-shrinkwrap.json": _npm_lock,
    "yarn.lock": _yarn_lock,
    "pnpm-lock.yaml": _pnpm_lock,
    "bun.lock": _bun_lock,
}
