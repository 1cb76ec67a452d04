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

    ``via``: the target is only a package on the way to what is named; ``node`` is the statement.
    """

    file: str
    target: str
    node: ir.Import
    top: bool
    via: bool

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
    def seen(self) -> list[Link]:
        """The imports in files that the interpreter read: cheap, and most of what counts."""
        return [link for file in list(self.web.modules.records) for link in self._links(file)]

    @cached_property
    def links(self) -> list[Link]:
        """Every import of a project file, in files of all roles; reads what was not read yet."""
        known = self.web.modules.records
        rest = [file for file in self.web.service.files if file not in known]
        return [*self.seen, *(link for file in rest for link in self._links(file))]

    @cached_property
    def incoming(self) -> dict[str, list[Link]]:
        """The imports of each file."""
        found: dict[str, list[Link]] = {}
        for link in self.links:
            if link.file != link.target:
                found.setdefault(link.target, []).append(link)
        return found

    def _links(self, file: str) -> Iterator[Link]:
        module = self.module(file)
        if module is None or module.language != "python":
            return
        for node, late in _imports(module.body):
            targets: dict[str, bool] = {}
            for target, via in self._targets(file, node):
                targets[target] = targets.get(target, True) and via
            for target, via in targets.items():
                yield Link(file, target, node, not late, via)

    def _targets(self, file: str, node: ir.Import) -> Iterator[tuple[str, bool]]:
        """The files that an import statement runs, and whether each is only on the way."""
        for dotted in [node.module, *(f"{node.module}.{n.name}" for n in node.names if n.name)]:
            if node.level:
                yield from self._relative(file, dotted.strip("."), node)
                continue
            parts = dotted.split(".")
            for index in range(len(parts)):
                name = ".".join(parts[: index + 1])
                found = self.web.modules.find_python(name, file)
                if found is not None and not found.endswith("/"):
                    yield found, name not in (node.module, dotted)

    def _relative(self, file: str, dotted: str, node: ir.Import) -> Iterator[tuple[str, bool]]:
        folder = posixpath.dirname(file)
        for _ in range(node.level - 1):
            folder = posixpath.dirname(folder)
        parts = [p for p in dotted.split(".") if p]
        for index in range(len(parts) + 1):
            stem = "/".join(p for p in (folder, *parts[:index]) if p)
            named = ".".join(parts[:index]) in (node.module, dotted)
            for path in (f"{stem}/__init__.py", f"{stem}.py"):
                if path.lstrip("/") in self.web.modules.files:
                    yield path.lstrip("/"), not named

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
                elif isinstance(node, ir.Import) and not any(
                    True for _ in self._targets(path, node)
                ):
                    names = [node.module.rpartition(".")[2], *(n.name for n in node.names)]
                    if not tails.isdisjoint(names):
                        return True
        return False

    # --- cycles ------------------------------------------------------------------------------

    @cached_property
    def _eager(self) -> dict[str, list[Link]]:
        """The imports in each file that surely run while it is imported: statements of its own."""
        found: dict[str, list[Link]] = {}
        for link in self.seen:
            module = self.module(link.file)
            if module is not None and any(link.node is s for s in module.body):
                found.setdefault(link.file, []).append(link)
        return found

    def cycles(self) -> Iterator[tuple[Link, Link, str, int]]:
        """Imports of names that are not bound yet when they run, because modules import each other.

        Each as: the import in A that leads to B, the import in B of a name of A, the name, and
        where A binds it. Only where A is surely imported first.
        """
        for links in self._eager.values():
            for back in links:
                if (
                    back.target == back.file
                    or back.via
                    or self.web.role(back.file)
                    not in (
                        "product",
                        "script",
                    )
                ):
                    continue
                first = self._leads(back.target, back.file)
                for name in back.node.names if first is not None else ():
                    bound = self._bound(back, name.name) if name.name not in ("", "*") else None
                    if bound is None or first is None or first.node.start > bound:
                        continue
                    if self._is_first(back.target, back.file):
                        yield first, back, name.name, bound

    def _bound(self, link: Link, name: str) -> int | None:
        """Where the target of a ``from`` import first binds a name; None when that isn't clear."""
        dotted = link.node.module
        own = self.web.modules.records.get(link.target)
        module = self.module(link.target)
        if module is None or own is None or not _same_module(own.name, dotted, link.node.level):
            return None
        stem = posixpath.dirname(link.target)
        if link.target.endswith("__init__.py") and any(
            posixpath.join(stem, path) in self.web.modules.files
            for path in (f"{name}.py", f"{name}/__init__.py")
        ):
            return None
        places = [start for bound, start in _bindings(module.body) if bound in (name, "*")]
        if any(bound == "*" for bound, _ in _bindings(module.body)):
            return None
        return min(places, default=None)

    def _leads(self, start: str, end: str) -> Link | None:
        """The first statement in a file that surely imports another one while it is imported."""
        links = [one for one in self._eager.get(start, []) if one.target == end and not one.via]
        return min(links, key=lambda one: one.node.start, default=None)

    def _is_first(self, first: str, second: str) -> bool:
        """Whether a module surely begins before another: all ways to the other lead over it."""
        if first.endswith("/__init__.py") and second.startswith(posixpath.dirname(first) + "/"):
            return True
        if self.dynamic:
            return False
        known: dict[str, list[Link]] = {}
        for link in self.seen:
            known.setdefault(link.target, []).append(link)
        # Reading the other files is worth it only when these leave it open.
        return self._all_over(first, second, known) and self._all_over(first, second, self.incoming)

    def _all_over(self, first: str, second: str, incoming: dict[str, list[Link]]) -> bool:
        """Whether every chain of imports down to a module passes another one."""
        seen: set[str] = set()
        stack = [second]
        while stack:
            current = stack.pop()
            if current in seen or current == first:
                continue
            seen.add(current)
            above = [link.file for link in incoming.get(current, []) if link.file != current]
            above = [file for file in above if self.web.role(file) in ("product", "script")]
            if not above or current in self.programs:
                return False
            stack += above
        return True


def _imports(body: list[ir.Stmt]) -> Iterator[tuple[ir.Import, bool]]:
    """The import statements of a module, and whether each stands in a function."""
    stack: list[tuple[ir.Node, bool]] = [(node, False) for node in reversed(body)]
    while stack:
        node, late = stack.pop()
        if isinstance(node, ir.Import):
            yield node, late
        elif isinstance(node, ir.FuncDecl):
            stack += [(n, True) for n in reversed(node.func.body)]
        elif isinstance(node, ir.ClassDecl):
            stack += [(n, late) for n in reversed(node.cls.body)]
        elif not isinstance(node, (ir.ExprStmt, ir.Return, ir.Expr)):
            inner = [n for n in ir.children(node) if not isinstance(n, ir.Expr)]
            stack += [(n, late) for n in reversed(inner)]


def _same_module(name: str, dotted: str, level: int) -> bool:
    """Whether a ``from`` import names a module itself, and not a package on the way to it."""
    if level:
        return not dotted or name.rpartition(".")[2] == dotted.rpartition(".")[2]
    return name == dotted or dotted.endswith("." + name) or name.endswith("." + dotted)


def _bindings(body: list[ir.Stmt]) -> Iterator[tuple[str, int]]:
    """The names that a module's top level binds, with the end of the statement that does it."""
    for node in ir.walk_local(body):
        if isinstance(node, ir.FuncDecl):
            yield node.func.name, node.end
        elif isinstance(node, ir.ClassDecl):
            yield node.cls.name, node.end
        elif isinstance(node, ir.Import):
            for name in node.names:
                yield (name.local or name.name or node.module), node.start
        elif isinstance(node, (ir.Assign, ir.For)):
            for target in ir.walk(node.target):
                if isinstance(target, ir.Name):
                    yield target.id, node.start
        elif isinstance(node, ir.WithItem) and isinstance(node.target, ir.Name):
            yield node.target.id, node.start
