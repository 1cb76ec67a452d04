"""Finds the rules, built-in and installed, and says which of them a selection turns on.

Rules come in by the entry-point group ``faceoff_lint.rules``: each entry names a package, whose
modules hold one rule each. The built-in rules have no other door.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
import traceback
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib import metadata
from types import ModuleType

from faceoff_lint.engine import ENGINE_RULES
from faceoff_lint.errors import RuleError, UnknownSelector
from faceoff_lint.rule import Rule

__all__ = ["GROUP", "PRESETS", "Registry", "Selection", "imported", "load", "of", "rules_of"]

GROUP = "faceoff_lint.rules"

PRESETS = {
    "recommended": "what is right often enough to be on without asking",
    "strict": "every rule",
    "upgrade": "what breaks in the framework's next version",
}

_EXACT = 1000


@dataclass(frozen=True)
class Selection:
    """One layer of what is selected: the configuration file's, or the command line's.

    ``select`` None keeps what the layer below selected (the default set at the bottom).
    """

    select: Sequence[str] | None = None
    extend_select: Sequence[str] = ()
    ignore: Sequence[str] = ()


@dataclass(frozen=True)
class Registry:
    """All known rules, the engine's own included, sorted by code."""

    rules: tuple[Rule, ...]

    @cached_property
    def by_key(self) -> dict[str, Rule]:
        """Each rule under its code and under its name."""
        return {key: rule for rule in self.rules for key in (rule.code, rule.name)}

    @cached_property
    def _practices(self) -> dict[str, list[Rule]]:
        practices: dict[str, list[Rule]] = {}
        for rule in self.rules:
            practices.setdefault(rule.practice.slug, []).append(rule)
        return practices

    def get(self, key: str) -> Rule:
        """The rule with this code (in any case) or name. Raises ``UnknownSelector``."""
        rule = self.by_key.get(key) or self.by_key.get(key.upper()) or self.by_key.get(key.lower())
        if rule is None:
            raise UnknownSelector(key, self._suggest(key, list(self.by_key)))
        return rule

    def matching(self, selector: str) -> dict[Rule, int]:
        """The rules a selector names, with how exactly it names them (higher is more exact).

        A selector is a code, a name, the beginning of codes, ``ALL``, ``practice:SLUG`` or
        ``preset:NAME``.
        Raises ``UnknownSelector`` when it names none.
        """
        if selector == "ALL":
            return dict.fromkeys(self.rules, 0)
        exact = self.by_key.get(selector)
        if exact is not None:
            return {exact: _EXACT}
        kind, colon, slug = selector.partition(":")
        if colon:
            if kind == "practice" and slug in self._practices:
                return dict.fromkeys(self._practices[slug], 1)
            if kind == "preset" and slug in PRESETS:
                return dict.fromkeys(self.preset(slug), 0)
            slugs = [f"practice:{known}" for known in self._practices]
            slugs += [f"preset:{known}" for known in PRESETS]
            raise UnknownSelector(selector, self._suggest(selector, slugs))
        found = {
            r: 1 + len(selector) for r in self.rules if selector and r.code.startswith(selector)
        }
        if not found:
            raise UnknownSelector(selector, self._suggest(selector, [*self.by_key, "ALL"]))
        return found

    def preset(self, name: str) -> list[Rule]:
        """The rules of a preset (``PRESETS``)."""
        if name == "strict":
            return list(self.rules)
        if name == "upgrade":
            return [rule for rule in self.rules if rule.upgrade]
        return [rule for rule in self.rules if rule.default]

    def check(self, selectors: Iterable[str]) -> None:
        """Raise ``UnknownSelector`` for the first selector that names no rule."""
        for selector in selectors:
            self.matching(selector)

    def selected(self, layers: Sequence[Selection]) -> frozenset[Rule]:
        """The rules that are on, lower layers first.

        Inside a layer the more exact selector wins, and ``ignore`` wins a draw: ``ignore = FLK5``
        with ``select = FLK501`` leaves FLK501 on. A layer with ``select`` starts from nothing.
        The engine's reports of files it could not read stay on unless ignored.
        """
        on = {rule for rule in self.rules if rule.default}
        for layer in layers:
            if layer.select is not None:
                on = {rule for rule in self.rules if rule.always}
            wanted = self._ranks([*(layer.select or ()), *layer.extend_select])
            unwanted = self._ranks(layer.ignore)
            on |= wanted.keys()
            on -= {rule for rule, rank in unwanted.items() if rank >= wanted.get(rule, -1)}
        return frozenset(on)

    def upgrading(self, layers: Sequence[Selection]) -> bool:
        """Whether the preset `upgrade` is selected: rules then speak of the next version."""
        chosen: Sequence[str] = ()
        for layer in layers:
            chosen = [*(chosen if layer.select is None else layer.select), *layer.extend_select]
        return "preset:upgrade" in chosen

    def _ranks(self, selectors: Iterable[str]) -> dict[Rule, int]:
        ranks: dict[Rule, int] = {}
        for selector in selectors:
            for rule, rank in self.matching(selector).items():
                ranks[rule] = max(rank, ranks.get(rule, -1))
        return ranks

    @staticmethod
    def _suggest(word: str, known: list[str]) -> str:
        folded = {key.casefold(): key for key in known}
        word = word.casefold()
        close = difflib.get_close_matches(word, folded, n=5, cutoff=0.6)
        if any(char.isdigit() for char in word):
            # Codes are alike all over; the one with the same beginning is likelier meant.
            close.sort(key=lambda key: key[:4] != word[:4])
        return folded[close[0]] if close else ""


def load(more: Iterable[Rule] = ()) -> Registry:
    """All installed rules, and ``more``. Raises ``RuleError`` for a pack that cannot be used."""
    rules: list[Rule] = list(ENGINE_RULES)
    entries = sorted(metadata.entry_points(group=GROUP), key=lambda e: (e.name, e.value))
    for module in dict.fromkeys(entry.value.partition(":")[0] for entry in entries):
        with imported(module):
            package = importlib.import_module(module)
        rules += rules_of(package)
    return of([*rules, *more])


@contextmanager
def imported(name: str) -> Iterator[None]:
    """Make a ``RuleError`` of whatever the import of a module of rules raises."""
    try:
        yield
    except RuleError:
        raise
    except (Exception, SystemExit) as error:
        reason = f"{error}" if isinstance(error, ImportError) else _reason(error)
        raise RuleError(f"the rules of `{name}` cannot be imported: {reason}") from error


def _reason(error: BaseException) -> str:
    """The error in one line, with the line of code that raised it."""
    text = f"{type(error).__name__}: {error}".partition("\n")[0].rstrip(": ")
    frames = traceback.extract_tb(error.__traceback__)
    if not frames or isinstance(error, SyntaxError):
        return text
    return f"{text} ({frames[-1].filename}, line {frames[-1].lineno})"


def of(rules: Iterable[Rule]) -> Registry:
    """A registry of exactly these rules. Raises ``RuleError`` when a code or name occurs twice."""
    seen: dict[str, Rule] = {}
    for rule in rules:
        for key in (rule.code, rule.name):
            if key in seen:
                raise RuleError(f"two rules are called `{key}`: {seen[key].page} and {rule.page}")
            seen[key] = rule
    return Registry(tuple(sorted(set(seen.values()), key=lambda r: r.code)))


def rules_of(package: ModuleType) -> list[Rule]:
    """The rules in a package's modules, at any depth. Raises ``RuleError`` as ``load`` does.

    Modules whose names begin with an underscore, and tests, are passed over.
    """
    modules = [package]
    if hasattr(package, "__path__"):
        modules = list(_modules(package))
    rules: list[Rule] = []
    for module in modules:
        here = [v for v in vars(module).values() if isinstance(v, Rule) and _home(v, module)]
        if len(here) != 1:
            held = ", ".join(rule.code for rule in here) or "none"
            raise RuleError(f"{module.__name__} must hold one rule, and holds {held}")
        rules += here
    return rules


def _home(rule: Rule, module: ModuleType) -> bool:
    return getattr(rule.function, "__module__", None) == module.__name__


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda i: i.name):
        if info.name.startswith(("_", "test_")) or info.name == "conftest":
            continue
        name = f"{package.__name__}.{info.name}"
        with imported(name):
            module = importlib.import_module(name)
        if info.ispkg:
            yield from _modules(module)
        else:
            yield module
