"""Which settings count where: for each service of a run, and for each of its files.

A service follows the nearest configuration file from its own folder upwards. So a run on a whole
repository says of a service what a run in its folder says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from faceoff_lint.config import nested, rebase
from faceoff_lint.config.settings import Settings
from faceoff_lint.discovery import Discovery, discover
from faceoff_lint.discovery.globs import matcher
from faceoff_lint.finding import Finding
from faceoff_lint.registry import Registry, Selection
from faceoff_lint.rule import OptionValue, Rule
from faceoff_lint.service import Service

__all__ = ["Applied", "find_services"]

# What is the run's, not a service's.
_OF_THE_RUN = ("baseline", "limits")


class Applied:
    """The settings of a run, of its services and of their files.

    ``base`` are the run's own; ``selection`` is the command line's, above those of all files.
    ``root``: what the services' folders are relative to. Raises ``ConfigError``.
    """

    def __init__(
        self,
        base: Settings,
        selection: Selection,
        root: Path,
        registry: Registry,
        services: Sequence[Service],
    ) -> None:
        self._base = base
        self._top = selection
        self._root = root
        self._registry = registry
        self._folders: dict[str, Settings] = {}
        self._owners: dict[str, str] = {}
        self._tests: dict[int, list[Callable[[str], bool] | None]] = {}
        self._on: dict[tuple[int, tuple[int, ...]], frozenset[Rule]] = {}
        # The innermost service that has a file owns it.
        for service in sorted(services, key=lambda service: len(service.root)):
            self._folder(service.root)
            self._owners.update(dict.fromkeys(service.files, service.root))

    def of_service(self, service: Service) -> Settings:
        """What counts for what a service's rules find."""
        return self._folder(service.root)

    def of_file(self, file: str) -> Settings:
        """What counts for the comments in a file, and for whether it could be read."""
        return self._folder(self._owners[file]) if file in self._owners else self._base

    def rules(self, settings: Settings) -> frozenset[Rule]:
        """The rules to run under these settings: those that are on for some file."""
        return self._selected(settings, range(len(settings.overrides)))

    def upgrading(self, settings: Settings) -> bool:
        """Whether rules are to speak of the framework's next version."""
        return self._registry.upgrading([*settings.layers, self._top])

    def options(self, settings: Settings, rule: Rule) -> dict[str, OptionValue]:
        """What is set of a rule's options."""
        options = dict(settings.options.get(rule.code, {}))
        if self.upgrading(settings) and "next-major" in rule.options:
            options.setdefault("next-major", True)
        return options

    def keeps(self, finding: Finding) -> bool:
        """Whether a finding's rule is on where it is."""
        root = finding.service.partition(":")[2]
        settings = self.of_file(finding.span.file)
        if finding.service:
            settings = self._folder("" if root == "." else root)
        rule = self._registry.by_key[finding.code]
        matching = [
            number
            for number, test in enumerate(self._patterns(settings))
            if test is not None and test(finding.span.file)
        ]
        if rule not in self._selected(settings, matching):
            return False
        ignored = (
            selector for number in matching for selector in settings.overrides[number].ignore
        )
        return not any(rule in self._registry.matching(selector) for selector in ignored)

    def excluded(self) -> list[str]:
        """The patterns of services' own files, relative to the root of the run."""
        found: dict[str, None] = {}
        for settings in self._folders.values():
            if settings is not self._base and settings.file is not None:
                folder = settings.file.parent
                moved = (rebase(p, folder, self._root, inside=True) for p in settings.exclude)
                found.update((pattern, None) for pattern in moved if pattern is not None)
        return list(found)

    def notes(self) -> list[str]:
        """What services' own files say and only runs that start with them heed."""
        found: dict[str, None] = {}
        for settings in self._folders.values():
            if settings is not self._base:
                for entry in settings.entries:
                    if entry.keys[0] in _OF_THE_RUN:
                        place = f"{self._shown(entry.file)}:{entry.line}"
                        found[
                            f"{place}: `{entry.keys[0]}` counts for runs that start in that"
                            f" folder; this run follows {self._shown(self._base.file)}"
                        ] = None
        return list(found)

    def own(self) -> Mapping[str, Settings]:
        """The folders of services with settings of their own, and these."""
        return {
            folder: settings
            for folder, settings in sorted(self._folders.items())
            if settings is not self._base
        }

    def _shown(self, file: Path | None) -> str:
        """A file as notes name it: from the root of the run, where it lies inside."""
        if file is None:
            return "the defaults"
        path, root = file.resolve(), self._root.resolve()
        return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(file)

    def _folder(self, folder: str) -> Settings:
        if folder not in self._folders:
            self._folders[folder] = self._find(folder)
        return self._folders[folder]

    def _find(self, folder: str) -> Settings:
        top = self._base.file.parent if self._base.file is not None else self._root
        here, top = (self._root / folder).resolve(), top.resolve()
        if self._base.sole or here == top or not here.is_relative_to(top):
            return self._base
        found = nested(here, top, self._registry)
        if found is None:
            return self._base
        # Two services may follow one file.
        same = (one for one in self._folders.values() if one.file == found.file)
        return next(same, found)

    def _selected(self, settings: Settings, overrides: Iterable[int]) -> frozenset[Rule]:
        key = (id(settings), tuple(overrides))
        if key not in self._on:
            added = [Selection(None, settings.overrides[n].extend_select) for n in key[1]]
            layers = [*settings.layers, *added, self._top]
            self._on[key] = self._registry.selected(layers)
        return self._on[key]

    def _patterns(self, settings: Settings) -> list[Callable[[str], bool] | None]:
        if id(settings) not in self._tests:
            tests: list[Callable[[str], bool] | None] = []
            for override in settings.overrides:
                assert settings.file is not None
                folder, inside = settings.file.parent, settings is not self._base
                moved = (rebase(p, folder, self._root, inside=inside) for p in override.paths)
                tests.append(matcher([pattern for pattern in moved if pattern is not None]))
            self._tests[id(settings)] = tests
        return self._tests[id(settings)]


def find_services(
    root: Path, paths: Sequence[str], settings: Settings, selection: Selection, registry: Registry
) -> tuple[Discovery, Applied]:
    """The services that concern the paths, without what settings exclude, and their settings.

    Raises ``ConfigError``.
    """
    exclude = list(settings.exclude)
    if settings.file is not None:
        moved = (rebase(pattern, settings.file.parent, root) for pattern in settings.exclude)
        exclude = [pattern for pattern in moved if pattern is not None]
    found = discover(root, paths, exclude)
    applied = Applied(settings, selection, root, registry, found.services)
    inner = applied.excluded()
    if inner:
        # What services leave out is known once they are.
        found = discover(root, paths, [*exclude, *inner])
        applied = Applied(settings, selection, root, registry, found.services)
    return found, applied
