"""Express services: which packages hold one, and what they and their lock files declare."""

from __future__ import annotations

import json
import os
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from faceoff_lint import disk
from faceoff_lint.discovery.entries import EXPRESS_CONFIG, express_entries
from faceoff_lint.discovery.node import (
    LOCK_FILES,
    dependencies,
    locked,
    node_version,
    read_manifest,
)
from faceoff_lint.discovery.roles import path_role
from faceoff_lint.discovery.tree import Tree, ancestors, below, folder_of
from faceoff_lint.discovery.tsconfig import TsConfigs
from faceoff_lint.discovery.versions import numbers
from faceoff_lint.disk import CAP
from faceoff_lint.service import Requirement, Service

__all__ = [
    "Package", "compiled_files", "express_services", "is_front_end", "mentions_express",
    "node_packages", "typescript_configs",
]  # fmt: skip

_NAMES = rb"express(?:/[\w./-]+)?|express-promise-router|express-async-router"
_MENTION = re.compile(
    rb"(?:\brequire\(\s*+|\bfrom\s*+|\bimport\s*+(?:\(\s*+)?)(['\"`])(?:" + _NAMES + rb")\1"
)
_FRONT_END = frozenset(
    {
        "react", "react-dom", "react-scripts", "vue", "nuxt", "@angular/core", "svelte", "preact",
        "next", "solid-js", "ember-source", "gatsby", "astro", "react-native", "expo",
    }
)  # fmt: skip


_SOURCE_SUFFIXES = {
    ".js": (".ts", ".tsx"), ".mjs": (".mts",), ".cjs": (".cts",), ".jsx": (".tsx",),
}  # fmt: skip


@dataclass(slots=True)
class Package:
    """One package.json."""

    folder: str
    manifest: dict[str, object]
    requirements: dict[str, Requirement] = field(default_factory=dict)


def mentions_express(data: bytes) -> bool:
    """Whether a file imports Express (or a router package of its kind)."""
    return b"express" in data and _MENTION.search(data) is not None


def is_front_end(package: Package) -> bool:
    """Whether a package depends on a front-end framework and not on Express."""
    names = package.requirements.keys()
    return "express" not in names and not _FRONT_END.isdisjoint(names)


def node_packages(tree: Tree, notes: list[str]) -> dict[str, Package]:
    """Every package.json that says something about dependencies or has a name, by folder."""
    found = {}
    for path in tree.files:
        if posixpath.basename(path) != "package.json":
            continue
        text = tree.text(path)
        try:
            manifest = read_manifest(text)
        except ValueError as error:
            if path_role(path) != "template":
                notes.append(f"{path}: not valid JSON: {error}")
            continue
        if manifest.keys() <= {"type", "private", "main", "sideEffects"}:
            continue  # a marker for module resolution
        folder = folder_of(path)
        found[folder] = Package(folder, manifest, dependencies(manifest, path, text))
    return found


def typescript_configs(tree: Tree) -> TsConfigs:
    """The TypeScript configurations of a tree."""
    return TsConfigs(lambda path: tree.text(path) if path in tree.known else None)


def compiled_files(tree: Tree, configs: TsConfigs) -> set[str]:
    """JavaScript files that a compiler made of TypeScript files which are there."""
    found = set()
    for path in tree.files:
        stem, suffix = posixpath.splitext(path)
        if suffix in _SOURCE_SUFFIXES and configs.above(folder_of(path)):
            sources = configs.sources(stem, guess=False)
            if any(
                source + one in tree.known for source in sources for one in _SOURCE_SUFFIXES[suffix]
            ):
                found.add(path)
    return found


def express_services(
    tree: Tree,
    files: list[str],
    mentions: list[str],
    packages: Mapping[str, Package],
    configs: TsConfigs,
) -> list[Service]:
    """The Express services among JavaScript and TypeScript files; ``mentions`` are those that
    import Express."""
    if not mentions:
        return []
    roots = _roots(files, mentions, packages)
    workspace = {
        name: folder
        for folder, package in sorted(packages.items(), reverse=True)
        if isinstance(name := package.manifest.get("name"), str)
    }
    services = []
    for root in sorted(roots, key=os.fsencode):
        inner = [other for other in roots if other != root and below(other, root)]
        owned = [
            path
            for path in files
            if below(path, root) and not any(below(path, other) for other in inner)
        ]
        package = packages.get(root, Package(root, {}))
        config = {
            name: text
            for name in EXPRESS_CONFIG
            if (text := tree.stray(posixpath.join(root, name))) is not None
        }
        service = Service("express", root, owned, manifest=package.manifest)
        service.packages = _versions(tree, package, packages)
        service.node = node_version(package.manifest, _version_files(tree, root))
        service.entries = express_entries(root, owned, package.manifest, config, configs.sources)
        service.workspace = workspace
        services.append(service)
    return services


def _roots(files: list[str], mentions: list[str], packages: Mapping[str, Package]) -> set[str]:
    """The folder of each service: the nearest package that lists Express, the nearest package, or
    the folder that the importing files have in common (upwards while code lies beside it)."""
    roots: set[str] = set()
    homeless = []
    for path in mentions:
        above = [folder for folder in ancestors(folder_of(path)) if folder in packages]
        listing = [folder for folder in above if "express" in packages[folder].requirements]
        if listing or above:
            roots.add((listing or above)[0])
        else:
            homeless.append(path)
    if homeless:
        common = posixpath.commonpath([folder_of(path) for path in homeless])
        holding = {folder_of(path) for path in files if path_role(path) is None}
        while common and folder_of(common) in holding:
            common = folder_of(common)
        roots.add(common)
    return roots


def _versions(
    tree: Tree, package: Package, packages: Mapping[str, Package]
) -> dict[str, Requirement]:
    """The requirements with exact versions from the lock file, or else from what is installed."""
    declared = dict(package.requirements)
    for folder in ancestors(package.folder)[1:]:
        if folder in packages:  # what a workspace's root declares holds for its members
            for name, requirement in packages[folder].requirements.items():
                declared.setdefault(name, requirement)
    if package.folder not in packages:  # the manifest is elsewhere: a template, an install folder
        for folder, other in packages.items():
            if below(folder, package.folder):
                declared = {**other.requirements, **declared}
    lock = next(
        (
            path
            for folder in ancestors(package.folder)
            for name in LOCK_FILES
            if (path := posixpath.join(folder, name)) in tree.known
        ),
        None,
    )
    text = tree.text(lock) if lock else ""
    found = {}
    for name, requirement in declared.items():
        exact = None
        if lock:
            inside = posixpath.relpath(package.folder or ".", folder_of(lock) or ".")
            inside = "" if inside == "." else inside
            exact = locked(lock, text, inside, name, requirement.spec)
        if exact is None and requirement.exact is None:
            exact = _installed(tree, package.folder, name)
        found[name] = replace(requirement, exact=exact) if exact else requirement
    return found


def _installed(tree: Tree, folder: str, name: str) -> tuple[int, ...] | None:
    for above in ancestors(folder):
        inside = os.path.join(above, "node_modules", name, "package.json")
        if not disk.stays_inside(os.fspath(tree.root), inside):
            continue
        try:
            data = disk.head(os.path.join(tree.root, inside), CAP)
            version = json.loads(data or b"").get("version")
        except (ValueError, AttributeError, RecursionError):
            continue
        return numbers(version) if isinstance(version, str) else None
    return None


def _version_files(tree: Tree, root: str) -> dict[str, str]:
    found = {}
    for folder in ancestors(root):
        for name in (".nvmrc", ".node-version"):
            text = tree.stray(posixpath.join(folder, name))
            if text is not None:
                found[posixpath.join(folder, name)] = text
    return found
