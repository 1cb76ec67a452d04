"""What discovery tells the analysis: services, their framework versions, their files."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Requirement", "Service"]


@dataclass(frozen=True, slots=True)
class Requirement:
    """A package a service depends on.

    ``low`` and ``high`` bound the versions the declaration allows: ``low`` inclusive, ``high``
    exclusive, as tuples of numbers; None where open. An exact version (a lock file, an installed
    copy, a pin) has ``exact`` set. ``spec`` is the declaration as written, ``file`` its place.
    """

    name: str
    low: tuple[int, ...] | None = None
    high: tuple[int, ...] | None = None
    exact: tuple[int, ...] | None = None
    spec: str = ""
    file: str = ""
    offset: int = 0
    dev: bool = False

    @property
    def known(self) -> bool:
        """Whether anything is known about the version."""
        return self.exact is not None or self.low is not None or self.high is not None

    def below(self, *version: int) -> bool | None:
        """Whether every allowed version is below ``version``; None when some are and some not."""
        if self.exact is not None:
            return self.exact < version
        if self.high is not None and self.high <= version:
            return True
        if self.low is not None and self.low >= version:
            return False
        return None

    @property
    def text(self) -> str:
        """The version to show: ``4.22.3``, ``4`` (lowest allowed of a range), or empty."""
        best = self.exact or self.low
        return ".".join(map(str, best)) if best else ""


@dataclass(slots=True)
class Service:
    """One Flask or Express project inside the tree.

    ``root``: its folder relative to the run's root (``""`` for the root itself), with ``/``.
    ``files``: its source files, relative to the run's root, sorted by path bytes, with tests,
    examples, migrations … left in; ``role(path)`` of discovery tells those apart (see ``roles``).
    ``entries``: files a manifest or convention names as entry points, best first.
    ``node``: the lowest Node version promised (``engines.node``, ``.nvmrc``), None when unknown.
    ``manifest``: the parsed package.json for Express (empty for Flask).
    ``roles``: path → ``product``, ``test``, ``example``, ``migration``, ``script``, ``template``,
    ``frontend``, ``generated``; a path not listed is ``product``.
    ``workspace``: the repository's own npm packages, name → folder.
    """

    framework: str
    root: str
    files: list[str]
    entries: list[str] = field(default_factory=list)
    packages: dict[str, Requirement] = field(default_factory=dict)
    node: tuple[int, ...] | None = None
    manifest: dict[str, object] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    workspace: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """``flask:backend`` or ``express:.``: how findings name their service."""
        return f"{self.framework}:{self.root or '.'}"

    @property
    def version(self) -> Requirement | None:
        """What is known about the framework's own version."""
        return self.packages.get(self.framework)

    def package(self, name: str) -> Requirement | None:
        """The requirement of a package by its normalised name (``flask-sqlalchemy``)."""
        return self.packages.get(name)
