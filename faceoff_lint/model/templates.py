"""Flask: the template folders of a service, what is in them, and what templates name."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from faceoff_lint import ir
from faceoff_lint.frameworks.flask import Blueprint, FlaskApp
from faceoff_lint.model.jinja import Reference, references
from faceoff_lint.model.library_calls import imported_packages
from faceoff_lint.source import Span
from faceoff_lint.values import Lit

if TYPE_CHECKING:
    from faceoff_lint.model.groups import Group
    from faceoff_lint.model.web import Web

__all__ = ["Templates"]

_LOADERS = re.compile(
    r"\bjinja_loader\b|\bcreate_global_jinja_loader\b|\bjinja_env\.loader\b|\bjinja_environment\b"
    r"|\b(?:Choice|FileSystem|Package|Dict|Prefix|Function)Loader\b|\bjinja_options\b"
    r"|(?:block|variable)_start_string|\bflask_theme|\bsearchpath\b"
)
_OWN_URL_FOR = re.compile(r"[\"']url_for[\"']|\burl_for\s*=|\bdef\s+url_for\b")
_SUFFIXES = (".html", ".htm", ".xml", ".txt", ".j2", ".jinja", ".jinja2", ".svg", ".md", ".eml")
MAX_FILES, MAX_SIZE, MAX_DEPTH = 5000, 600_000, 10


class Templates:
    """The templates of one Flask service; ``Templates.of(web)`` gives the one instance."""

    def __init__(self, web: Web) -> None:
        self.web = web
        self._known: dict[str, bool] = {}

    @staticmethod
    def of(web: Web) -> Templates:
        """The templates of a service, looked for at first use."""
        found = web.memo.get("templates")
        if not isinstance(found, Templates):
            found = web.memo["templates"] = Templates(web)
        return found

    # --- folders -----------------------------------------------------------------------------

    @cached_property
    def folders(self) -> list[str]:
        """The template folders of apps and blueprints, as far as they are known."""
        return list(dict.fromkeys(f for g in self._groups for f in self._folders(g) or ()))

    @cached_property
    def closed(self) -> bool:
        """Whether templates come from these folders alone, libraries' own left aside."""
        if any(_LOADERS.search(source.text) for source in self.web.sources.values()):
            return False
        if not any(g.is_app and self.web.is_product(g.span) for g in self._groups):
            return False
        return bool(self.files) and all(self._folders(g) is not None for g in self._groups)

    @property
    def _groups(self) -> list[Group]:
        kinds = (FlaskApp, Blueprint)
        return [g for g in self.web.everything if isinstance(g.native, kinds)]

    def _folders(self, group: Group) -> list[str] | None:
        """Where a group's templates may be; None when that can't be told."""
        args, is_app = group.native.args, group.is_app
        given = args.get(6 if is_app else 4, "template_folder")
        name = args.get(0 if is_app else 1, "import_name")
        if args.open or "root_path" in args.kw:
            return None
        if given == Lit(None) or (given is None and not is_app):
            return []
        value = Lit("templates") if given is None else given
        root = self._root(group, name.value if isinstance(name, Lit) else None)
        if root is None or not isinstance(value, Lit) or not isinstance(value.value, str):
            return None
        # A path made from __file__ is one from the root of the run.
        tried = [posixpath.join(root, value.value), value.value.lstrip("/")]
        found = [posixpath.normpath(path) for path in tried]
        return None if any(f.startswith("..") for f in found) else found

    def _root(self, group: Group, name: object) -> str | None:
        """The folder of the module that ``import_name`` names."""
        if not isinstance(name, str):
            return None
        own = self.web.modules.records.get(group.file)
        folder = posixpath.dirname(group.file)
        if own is not None and own.name == name:
            return folder
        package = own.name if own is not None and own.is_package else ""
        package = package or (own.name.rpartition(".")[0] if own is not None else "")
        while package:
            if package == name:
                return folder
            package, folder = package.rpartition(".")[0], posixpath.dirname(folder)
        path = self.web.modules.find_python(name, group.file)
        return posixpath.dirname(path) if path is not None and not path.endswith("/") else None

    # --- files -------------------------------------------------------------------------------

    @cached_property
    def files(self) -> list[str]:
        """Every template file in the folders."""
        found: dict[str, None] = {}
        for folder in self.folders:
            for path in self._below(folder, 0):
                if len(found) < MAX_FILES:
                    found[path] = None
        return list(found)

    def _below(self, folder: str, depth: int) -> Iterator[str]:
        for name, is_folder in self.web.modules.reading.entries(folder) or ():
            path = posixpath.join(folder, name)
            if is_folder and depth < MAX_DEPTH:
                yield from self._below(path, depth + 1)
            elif not is_folder:
                yield path

    def exists(self, name: str) -> bool:
        """Whether a template of this name is in some folder."""
        if name not in self._known:
            parts = [p for p in name.split("/") if p and p != "."]
            tail = "/".join(parts)
            is_file = self.web.modules.reading.is_file
            self._known[name] = ".." not in parts and any(
                is_file(posixpath.join(folder, tail)) for folder in self.folders
            )
        return self._known[name]

    def of_library(self, name: str) -> bool:
        """Whether a name may be that of a template which a library brings: ``admin/base.html``."""
        head = re.sub(r"[\W_\d]+", "", re.sub(r"\.\w+$", "", name.split("/")[0]).lower())
        own = {r.name.partition(".")[0] for r in self.web.modules.records.values() if r is not None}
        packages = {p.lower().replace("_", "") for p in imported_packages(self.web) - own}
        return any(head in package or package in head for package in packages if head)

    # --- what templates name -----------------------------------------------------------------

    @property
    def references(self) -> list[tuple[Span, Reference]]:
        """The literals in template files that something names, each with its place."""
        return [(span, r) for span, r in self._references if self._used[span.file]]

    @cached_property
    def _used(self) -> dict[str, bool]:
        """Which template files code or other templates name in so many words."""
        named = {r.name for _, r in self._references}
        for record in self.web.modules.records.values():
            consts = ir.find(record.module, ir.Const) if record is not None else ()
            named.update(node.value for node in consts if isinstance(node.value, str))
        return {
            path: any(
                path.removeprefix(f"{folder}/") in named
                for folder in self.folders
                if path.startswith(f"{folder}/")
            )
            for path in self.files
        }

    @cached_property
    def _references(self) -> list[tuple[Span, Reference]]:
        found: list[tuple[Span, Reference]] = []
        for path in self.files:
            if not path.endswith(_SUFFIXES) or self.web.role(path) == "test":
                continue
            text = self.web.modules.reading.text(path)
            if text is None or len(text) > MAX_SIZE or ("{%" not in text and "{{" not in text):
                continue
            found += [(Span(path, r.start, r.end), r) for r in references(text)]
        return found

    @cached_property
    def own_url_for(self) -> bool:
        """Whether the code gives templates another ``url_for``."""
        return any(_OWN_URL_FOR.search(source.text) for source in self.web.sources.values())
