"""Who imports whom, as the text of all Python files of a service says it.

Wider than what the interpreter saw: imports in functions that nobody entered, and in files that it
had no reason to read, count as well.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from faceoff_lint import ir
from faceoff_lint.frameworks.events import ListenEvent
from faceoff_lint.source import Span

if TYPE_CHECKING:
    from faceoff_lint.model.web import Web

__all__ = ["Imports", "Link"]

_LOADERS = re.compile(r"\b(?:importlib|pkgutil|import_module|__import__|import_string|exec|execfile"
                      r"|find_modules|run_path|run_module|entry_points|iter_entry_points"
                      r"|load_module|pluggy|stevedore)\b")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Link:
    """One import of a project file. ``top``: it runs while its file is being imported.

    ``names``: what a ``from`` import takes, local names; ``node`` is the statement.
    """

    file: str
    target: str
    node: ir.Import
    top: bool

    @property
    def span(self) -> Span:
        """The import statement."""
        return Span(self.file, self.node.start, self.node.end)


class Imports:
    """The import statements of a service; ``Imports.of(web)`` gives the one instance."""

    def __init__(self, web: Web) -> None:
        self.web = web
        self._modules: dict[str, ir.Module | None] = {}

    @staticmethod
    def of(web: Web) -> Imports:
        """The imports of a service, read at first use."""
        found = web.memo.get("imports")
        if not isinstance(found, Imports):
            found = web.memo["imports"] = Imports(web)
        return found

    def module(self, file: str) -> ir.Module | None:
        """The IR of any file of the service; None when it can't be read."""
        record = self.web.modules.records.get(file)
        if record is not None:
            return record.module
        if file not in self._modules:
            read = self.web.modules.reading.module(file)
            self._modules[file] = read[1] if read is not None else None
        return self._modules[file]

    @cached_property
    def links(self) -> list[Link]:
        """Every import of a project file, in files of all roles."""
        return [link for file in self.web.service.files for link in self._links(file)]

    @cached_property
    def incoming(self) -> dict[str, list[Link]]:
        """The imports of each file."""
        found: dict[str, list[Link]] = {}
        for link in self.links:
            if link.file != link.target:
                found.setdefault(link.target, []).append(link)
        return found

    @cached_property
    def outgoing(self) -> dict[str, list[Link]]:
        """The imports in each file."""
        found: dict[str, list[Link]] = {}
        for link in self.links:
            found.setdefault(link.file, []).append(link)
        return found

    def _links(self, file: str) -> Iterator[Link]:
        module = self.module(file)
        if module is None or module.language != "python":
            return
        late = {id(n) for f in ir.walk(module) if isinstance(f, ir.Func) for n in ir.walk(f)}
        for node in ir.walk(module):
            if isinstance(node, ir.Import):
                for target in dict.fromkeys(self._targets(file, node)):
                    yield Link(file, target, node, id(node) not in late)

    def _targets(self, file: str, node: ir.Import) -> Iterator[str]:
        """The files that an import statement runs, packages on the way included."""
        for dotted in [node.module, *(f"{node.module}.{n.name}" for n in node.names if n.name)]:
            if node.level:
                yield from self._relative(file, dotted.strip("."), node.level)
                continue
            parts = dotted.split(".")
            for index in range(len(parts)):
                found = self.web.modules.find_python(".".join(parts[: index + 1]), file)
                if found is not None and not found.endswith("/"):
                    yield found

    def _relative(self, file: str, dotted: str, level: int) -> Iterator[str]:
        folder = posixpath.dirname(file)
        for _ in range(level - 1):
            folder = posixpath.dirname(folder)
        parts = [p for p in dotted.split(".") if p]
        for index in range(len(parts) + 1):
            stem = "/".join(p for p in (folder, *parts[:index]) if p)
            for path in (f"{stem}/__init__.py", f"{stem}.py"):
                if path.lstrip("/") in self.web.modules.files:
                    yield path.lstrip("/")

    # --- questions ---------------------------------------------------------------------------

    def above(self, file: str) -> set[str]:
        """The file and all that import it, directly or not, tests left out."""
        found: set[str] = set()
        stack = [file]
        while stack:
            current = stack.pop()
            if current not in found and self.web.role(current) != "test":
                found.add(current)
                stack += [link.file for link in self.incoming.get(current, [])]
        return found

    @cached_property
    def programs(self) -> set[str]:
        """Files that a server or a person may start: entry points, ``__main__``, app makers."""
        web = self.web
        found = set(web.service.entries)
        found.update(app.file for app in web.apps)
        found.update(e.span.file for a in web.apps for e in a.events if isinstance(e, ListenEvent))
        for path, record in web.modules.records.items():
            if record is not None and "__main__" in record.source.text:
                found.add(path)
            if web.role(path) == "script" or posixpath.basename(path) == "__main__.py":
                found.add(path)
        return found

    @cached_property
    def dynamic(self) -> bool:
        """Whether some product file may import modules by computed names."""
        return any(
            record is not None
            and self.web.role(path) in ("product", "script")
            and _LOADERS.search(record.source.text) is not None
            for path, record in self.web.modules.records.items()
        )

    def named(self, file: str) -> bool:
        """Whether a string, or an import that could not be followed, may mean a file."""
        stem = file.removesuffix(".py").removesuffix("/__init__")
        tails = {posixpath.basename(stem), stem.replace("/", ".")}
        for path in self.web.service.files:
            module = self.module(path)
            for node in ir.walk(module) if module is not None and path != file else ():
                if isinstance(node, ir.Const) and isinstance(node.value, str):
                    text = node.value.partition(":")[0].removesuffix(".py").replace("/", ".")
                    if "." in text and text.rpartition(".")[2] in tails:
                        return True
                elif isinstance(node, ir.Import) and not any(self._targets(path, node)):
                    names = [node.module.rpartition(".")[2], *(n.name for n in node.names)]
                    if not tails.isdisjoint(names):
                        return True
        return False
