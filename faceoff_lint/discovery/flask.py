"""Flask services: which folders hold one, and what their manifests declare."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterable, Iterator

from faceoff_lint import disk
from faceoff_lint.discovery.entries import FLASK_CONFIG, flask_entries
from faceoff_lint.discovery.python import (
    ManifestError,
    is_manifest,
    merge,
    normalise,
    requirements,
)
from faceoff_lint.discovery.roles import path_role
from faceoff_lint.discovery.tree import Tree, ancestors, below, folder_of
from faceoff_lint.discovery.versions import numbers
from faceoff_lint.service import Requirement, Service

__all__ = ["flask_services", "mentions_flask"]

_MENTION = re.compile(
    rb"^[ \t]*(?:from[ \t]++flask|import[ \t](?:[\w., \t]*,)?[ \t]*+flask)", re.MULTILINE
)
_INSTALLED = re.compile(r"^(?P<name>[\w.]+)-(?P<version>\d[\w.+!]*)\.dist-info$")


def mentions_flask(data: bytes) -> bool:
    """Whether a file imports Flask or one of its extensions."""
    return b"flask" in data and _MENTION.search(data) is not None


def flask_services(
    tree: Tree, files: list[str], mentions: list[str], notes: list[str]
) -> list[Service]:
    """The Flask services among Python files; ``mentions`` are those that import Flask."""
    if not mentions:
        return []
    manifests = _manifests(tree, notes)
    packages = {folder_of(path) for path in files if path.endswith("/__init__.py")}
    roots = _roots(mentions, manifests, packages)
    services = []
    for root in sorted(roots, key=os.fsencode):
        inner = [other for other in roots if other != root and below(other, root)]
        owned = [
            path
            for path in files
            if below(path, root) and not any(below(path, other) for other in inner)
        ]
        owned_set = set(owned)
        service = Service("flask", root, owned)
        service.packages = _packages(tree, root, manifests, inner)
        own = {path: tree.read(path) for path in mentions if path in owned_set}
        service.entries = flask_entries(root, owned, _config(tree, root), own)
        services.append(service)
    return services


def _manifests(tree: Tree, notes: list[str]) -> dict[str, list[Requirement]]:
    """The requirements declared in each folder (``requirements/`` counts for the one above)."""
    found: dict[str, list[Requirement]] = {}
    for path in tree.files:
        if not is_manifest(path):
            continue
        folder = folder_of(path)
        if posixpath.basename(folder) == "requirements":
            folder = folder_of(folder)
        declared = found.setdefault(folder, [])
        try:
            declared.extend(requirements(path, tree.text(path)))
        except ManifestError as error:
            notes.append(f"{path}: {error}")
        tree.forget(path)
    return found


def _roots(
    mentions: list[str], manifests: dict[str, list[Requirement]], packages: set[str]
) -> set[str]:
    """The folder of each service: the nearest manifest that lists Flask, the nearest manifest, or
    the folder that the importing files have in common."""
    listing = {
        folder
        for folder, declared in manifests.items()
        if any(requirement.name.startswith("flask") for requirement in declared)
    }
    roots: set[str] = set()
    homeless: list[str] = []
    for path in mentions:
        above = [folder for folder in ancestors(folder_of(path)) if _may_be_root(folder, packages)]
        home = next((folder for folder in above if folder in listing), None)
        if home is None:
            home = next((folder for folder in above if folder in manifests), None)
        if home is None:
            homeless.append(path)
        else:
            roots.add(home)
    if homeless:
        product = [path for path in homeless if path_role(path) in (None, "script")] or homeless
        common = posixpath.commonpath([folder_of(path) for path in product])
        while common in packages:
            common = folder_of(common)
        roots.add(common)
    return roots


def _may_be_root(folder: str, packages: set[str]) -> bool:
    """A manifest inside a package, or beside tests or docs, makes no service of its own."""
    if folder and path_role(f"{folder}/x.py") in ("test", "migration"):
        return False
    return folder not in packages and posixpath.basename(folder) not in ("docs", "doc")


def _packages(
    tree: Tree, root: str, manifests: dict[str, list[Requirement]], inner: Iterable[str]
) -> dict[str, Requirement]:
    """What holds for a service: its own manifests, then those above it, then those below."""
    inner = tuple(inner)
    found: dict[str, Requirement] = {}
    for folder in ancestors(root):
        for name, requirement in merge(manifests.get(folder, [])).items():
            found.setdefault(name, requirement)
    inside: list[Requirement] = []
    for folder, declared in manifests.items():
        if folder != root and below(folder, root) and not any(below(folder, o) for o in inner):
            inside.extend(declared)
    for name, requirement in merge(inside).items():
        known = found.get(name)
        if known is None or (requirement.known and not known.known):
            found[name] = requirement
    for requirement in _installed(tree, root):
        known = found.get(requirement.name)
        if known is not None and known.exact is None:
            found[requirement.name] = requirement
    return found


def _installed(tree: Tree, root: str) -> Iterator[Requirement]:
    """What a virtual environment beside the code holds, told by its folder names."""
    for name in (".venv", "venv"):
        lib = os.path.join(root, name, "lib")
        pythons = [entry for entry, _ in _entries(tree, lib) if entry.startswith("python")]
        if not pythons:
            continue
        for entry, _ in _entries(tree, os.path.join(lib, pythons[0], "site-packages")):
            match = _INSTALLED.match(entry)
            if match:
                exact = numbers(match["version"])
                yield Requirement(normalise(match["name"]), exact=exact, spec=match["version"])


def _entries(tree: Tree, folder: str) -> list[tuple[str, bool]]:
    root = os.fspath(tree.root)
    found = disk.entries(os.path.join(root, folder)) if disk.stays_inside(root, folder) else None
    return found or []


def _config(tree: Tree, root: str) -> dict[str, str]:
    found = {}
    for name in FLASK_CONFIG:
        text = tree.stray(posixpath.join(root, name))
        if text is not None:
            found[name] = text
    return found
