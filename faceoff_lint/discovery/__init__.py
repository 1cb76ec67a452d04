"""Which files and services are there: the first step of a run.

``discover`` lists files as git would show them, reads each at most once, and finds the services: a
service is one Flask or Express project inside the tree, with its framework's version. A tree may
hold many, of both kinds. Nothing here parses source code; byte patterns decide.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from faceoff_lint import disk
from faceoff_lint.discovery.express import (
    Package,
    compiled_files,
    express_services,
    is_front_end,
    mentions_express,
    node_packages,
    typescript_configs,
)
from faceoff_lint.discovery.files import list_files
from faceoff_lint.discovery.flask import flask_services, mentions_flask
from faceoff_lint.discovery.python import is_manifest
from faceoff_lint.discovery.roles import content_role, path_role
from faceoff_lint.discovery.tree import Tree, ancestors, below, folder_of
from faceoff_lint.service import Service

__all__ = ["JAVASCRIPT", "PYTHON", "TYPESCRIPT", "Discovery", "discover"]

PYTHON = (".py",)
JAVASCRIPT = (".js", ".mjs", ".cjs", ".jsx")
TYPESCRIPT = (".ts", ".mts", ".cts", ".tsx")
_DECLARATIONS = (".d.ts", ".d.mts", ".d.cts")

_COUNTING_ROLES = ("product", "script", "example")


@dataclass(slots=True)
class Discovery:
    """What there is to lint.

    ``files``: the source files asked for, relative to ``root``, sorted by path bytes. A service
    always has all its files, also those outside the paths asked for: whether a blueprint is
    registered cannot be told from half a project.
    """

    root: Path
    services: list[Service] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def discover(root: Path, paths: Sequence[str] = (), exclude: Sequence[str] = ()) -> Discovery:
    """Files and services below ``root`` that concern ``paths`` (default: all of it).

    ``paths`` are files or folders, absolute or relative to ``root``; those outside it are noted and
    left out. ``exclude`` holds patterns in .gitignore's notation. Under pre-commit only tracked
    files count.
    """
    found = Discovery(root)
    tracked_only = os.environ.get("PRE_COMMIT") == "1"
    asked = _asked(root, paths, found.notes)
    for scope, wanted in _scopes(root, asked).items():
        listed = list_files(os.fspath(root / scope), tracked_only)
        files = [posixpath.join(scope, path) for path in listed]
        _add(found, Tree(root, _without(files, exclude)), wanted)
    found.files = sorted(set(found.files), key=os.fsencode)
    found.services.sort(key=lambda service: (os.fsencode(service.root), service.framework))
    return found


def _asked(root: Path, paths: Sequence[str], notes: list[str]) -> list[str]:
    """The paths relative to the root, with ``/``; the empty one is the root itself."""
    if not paths:
        return [""]
    base = os.path.realpath(root)
    found = []
    for path in paths:
        full = os.path.realpath(os.path.join(base, path))
        relative = os.path.relpath(full, base).replace(os.sep, "/")
        if relative.startswith("../") or relative == "..":
            notes.append(f"{path}: lies outside {root}")
        elif not disk.kind(full):
            notes.append(f"{path}: no such file or folder")
        else:
            found.append("" if relative == "." else relative)
    return found


def _scopes(root: Path, asked: list[str]) -> dict[str, list[str]]:
    """The folders to look through, each with the asked paths in it.

    A path inside a project is widened to the project: the nearest folder with a manifest.
    """
    scopes: dict[str, list[str]] = {}
    for path in asked:
        folder = path if disk.kind(os.fspath(root / path)) == "folder" else folder_of(path)
        above = ancestors(folder)
        scope = next((one for one in above if _has_manifest(root / one)), folder)
        scopes.setdefault(scope, []).append(path)
    for inner in sorted(scopes, key=len, reverse=True):
        outer = next((scope for scope in scopes if scope != inner and below(inner, scope)), None)
        if outer is not None:
            scopes[outer].extend(scopes.pop(inner))
    return scopes


def _has_manifest(folder: Path) -> bool:
    names = disk.entries(os.fspath(folder)) or ()
    return any(name == "package.json" or is_manifest(name) for name, _ in names)


def _without(files: list[str], exclude: Sequence[str]) -> list[str]:
    from faceoff_lint.discovery.globs import matcher

    excluded = matcher(exclude)
    return [path for path in files if not (excluded and excluded(path))]


def _add(found: Discovery, tree: Tree, wanted: list[str]) -> None:
    """Find the services of one tree and add those that concern the wanted paths."""
    python = [path for path in tree.files if path.endswith(PYTHON)]
    javascript = [path for path in tree.files if path.endswith((*JAVASCRIPT, *TYPESCRIPT))]
    javascript = [path for path in javascript if not path.endswith(_DECLARATIONS)]
    configs = typescript_configs(tree)
    compiled = compiled_files(tree, configs)
    javascript = [path for path in javascript if path not in compiled]
    javascript += [path for path in tree.files if _is_node_script(tree, path)]
    javascript.sort(key=os.fsencode)
    found.files += [p for p in [*python, *javascript] if any(below(p, w) for w in wanted)]
    packages = node_packages(tree, found.notes)
    python_roles, python_mentions = _look(tree, python, wanted, {})
    node_roles, node_mentions = _look(tree, javascript, wanted, packages)
    services = flask_services(tree, python, python_mentions, found.notes)
    services += express_services(tree, javascript, node_mentions, packages, configs)
    roles = python_roles | node_roles
    mentioned = {*python_mentions, *node_mentions}
    for service in services:
        own = set(service.files)
        for entry in service.entries:
            if roles.get(entry) == "script":
                del roles[entry]  # what a manifest starts is the product
        service.roles = {path: roles[path] for path in service.files if path in roles}
        service.entries = [path for path in service.entries if service.roles.get(path) != "test"]
        if not any(
            service.roles.get(path, "product") in _COUNTING_ROLES for path in mentioned & own
        ):
            continue
        if any(below(path, want) or below(want, service.root) for want in wanted for path in own):
            found.services.append(service)


def _is_node_script(tree: Tree, path: str) -> bool:
    """``bin/www`` and its like: no suffix, and a hashbang that names node."""
    folder, _, name = path.rpartition("/")
    if "." in name or folder.rpartition("/")[2] != "bin":
        return False
    first = tree.read(path)[:80].partition(b"\n")[0]
    return first.startswith(b"#!") and b"node" in first


def _look(
    tree: Tree, files: list[str], wanted: list[str], packages: dict[str, Package]
) -> tuple[dict[str, str], list[str]]:
    """The roles of files (those that are not plain product), and which mention a framework."""
    roles: dict[str, str] = {}
    mentions: list[str] = []
    inits = {folder_of(path) for path in files if path.endswith("/__init__.py")}
    front_ends = {folder for folder, package in packages.items() if is_front_end(package)}
    for path in files:
        folder = folder_of(path)
        base = max((want for want in wanted if below(path, want)), key=len, default="")
        inside = path[len(base) + 1 :] if base and base != path else path if not base else ""
        role = path_role(inside or path.rpartition("/")[2], folder in inits)
        mention, told = False, None
        if role not in ("template", "generated"):
            full = os.path.join(tree.root, path)
            mention, told = _told(full, path, role in (None, "frontend"))
        if role in (None, "frontend") and mention:
            role = "generated" if told == "generated" else None
        elif role is None:
            owner = next((above for above in ancestors(folder) if above in packages), None)
            role = "frontend" if owner in front_ends else told
        if role:
            roles[path] = role
        if mention and role not in ("generated", "frontend"):
            mentions.append(path)
    return roles, mentions


@disk.observed_content
def _told(data: bytes, path: str, of_role: bool) -> tuple[bool, str | None]:
    """Whether a source file mentions its language's framework, and its content's role if asked."""
    mention = mentions_flask(data) if path.endswith(PYTHON) else mentions_express(data)
    return mention, content_role(path, data) if of_role else None
