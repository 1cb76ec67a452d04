"""Shared fixtures: a project in a folder, and a small pipeline with rules made for the tests."""

from __future__ import annotations

import fcntl
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from faceoff_lint import lint as lint_module
from faceoff_lint import registry
from faceoff_lint.engine import ENGINE_RULES
from faceoff_lint.finding import Applicability, Edit, Finding, Fix, Related, Severity
from faceoff_lint.registry import Registry
from faceoff_lint.rule import ASYNC, BLUEPRINTS, ROUTING, Options, Rule
from faceoff_lint.source import Span

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write files, ``write({"app.py": "…"})``, below a folder of the test's own."""

    def _write(files: dict[str, str | bytes], folder: str = "project") -> Path:
        root = tmp_path / folder
        root.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return root

    return _write


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of the machine's own settings reaches a test."""
    for name in (
        "NO_COLOR", "FORCE_COLOR", "FORCE_HYPERLINK", "PRE_COMMIT", "CI", "GITHUB_ACTIONS",
        "GITHUB_STEP_SUMMARY", "AI_AGENT", "CLAUDECODE", "CURSOR_AGENT", "GEMINI_CLI",
    ):  # fmt: skip
        monkeypatch.delenv(name, raising=False)
    # No cache, unless a test asks for one.
    monkeypatch.setenv("FACEOFF_LINT_CACHE_DIR", os.path.join(os.devnull, "none"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))


@pytest.fixture(scope="session")
def wheelhouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Wheels of all that installing faceoff-lint needs, put together again from what is here."""
    from packaging.requirements import Requirement

    folder = tmp_path_factory.mktemp("wheels")
    needed, seen = ["setuptools", "faceoff-lint"], set()
    while needed:
        dist = metadata.distribution(needed.pop())
        if dist.name in seen:
            continue
        seen.add(dist.name)
        needed += [
            one.name
            for one in map(Requirement, dist.requires or [])
            if one.marker is None or one.marker.evaluate({"extra": ""})
        ]
        if dist.name == "faceoff-lint":
            continue
        tag = re.search("^Tag: (.+)$", dist.read_text("WHEEL") or "", re.MULTILINE)
        assert tag is not None
        name = f"{re.sub('[-_.]+', '_', dist.name)}-{dist.version}-{tag[1].strip()}.whl"
        with zipfile.ZipFile(folder / name, "w") as wheel:
            for file in dist.files or []:
                kept = ".." not in file.parts and "__pycache__" not in file.parts
                if kept and file.name not in ("INSTALLER", "REQUESTED", "direct_url.json"):
                    wheel.write(str(file.locate()), file.as_posix())
    return folder


@pytest.fixture
def command() -> Path:
    """The installed console script."""
    return Path(sys.executable).with_name("faceoff-lint" + (".exe" if os.name == "nt" else ""))


class FakeWeb:
    """A service whose files were read and not understood; enough for rules that look at text."""

    def __init__(self, service: Any, reader: Any) -> None:
        self.service = service
        self.results = reader.read_many(service.files)

    def summary(self) -> str:
        return f"{self.service.framework.title()} app: {len(self.service.files)} files"

    def unknowns(self) -> list[str]:
        return []

    def rows(self) -> list[Any]:
        return [FakeRow(self.service)]


class FakeRow:
    def __init__(self, service: Any) -> None:
        self.file = service.files[0]
        self.framework = service.framework

    def to_json(self) -> dict[str, Any]:
        place = {"file": self.file, "line": 2}
        return {
            "framework": self.framework,
            "version": None,
            "app": f"{self.file}:app",
            "methods": ["GET"],
            "path": "/x",
            "endpoint": "x",
            "handler": {"name": "x", **place},
            "registered": place,
            "chain": [{"name": "guard", "kind": "middleware", **place}],
            "conditional": False,
            "confidence": "exact",
        }


def places(web: Any, word: str) -> Iterator[Span]:
    """Where a word occurs in a service's files."""
    for path, result in web.results.items():
        text = result.source.text if result.source else ""
        start = text.find(word)
        while start >= 0:
            yield Span(path, start, start + len(word))
            start = text.find(word, start + 1)


def _make(code: str, name: str, function: Any, **given: Any) -> Rule:
    values: dict[str, Any] = {
        "summary": f"Reports {name}.",
        "practice": ROUTING,
        "severity": Severity.ERROR,
        "why": "It is a test.",
        "page": Path(f"{name}.md"),
    }
    return Rule(code=code, name=name, function=function, **(values | given))


def _bad(web: Any) -> Iterator[Finding]:
    spans = list(places(web, "BAD"))
    for span in spans:
        related = tuple(Related(other, "the other") for other in spans if other != span)
        edit = Edit(span, "GOOD")
        fix = Fix("Say GOOD", (edit,), Applicability.SAFE)
        yield Finding(span, "this is BAD", related, fix, label="here", help="say GOOD")


def _ugly(web: Any, options: Options) -> Iterator[Finding]:
    for span in places(web, "UGLY"):
        yield Finding(span, f"ugly above {options['limit']}")


def _crash(web: Any) -> Iterator[Finding]:
    if list(places(web, "CRASH")):
        raise ValueError("no such luck\nsecond line")
    yield from ()


@pytest.fixture
def rules() -> dict[str, Rule]:
    """Rules made for the tests, by code."""
    made = [
        _make("FLK501", "bad-thing", _bad),
        _make(
            "FLK502",
            "ugly-thing",
            _ugly,
            severity=Severity.WARNING,
            options={"limit": 3, "names": ["a"], "share": 0.5, "strict": False, "kind": "x"},
        ),
        _make("FLK601", "quiet-thing", _bad, practice=BLUEPRINTS, default=False),
        _make("FLK901", "crashing-thing", _crash),
        _make("EXP301", "bad-promise", _bad, practice=ASYNC),
    ]
    return {rule.code: rule for rule in made}


@pytest.fixture
def known(rules: dict[str, Rule], monkeypatch: pytest.MonkeyPatch) -> Registry:
    """A registry of the test rules, over a model that only reads files."""
    made = registry.of([*ENGINE_RULES, *rules.values()])
    monkeypatch.setattr(registry, "load", lambda more=(): made)
    monkeypatch.setattr(lint_module, "_build", FakeWeb)
    return made


@pytest.fixture(scope="session")
def node() -> Path:
    """The folder with other tools that know the formats; installed when it is first needed."""
    folder = Path(__file__).parent / "reports/node"
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        setup = folder.parent / "setup.sh"
        subprocess.run([setup], check=True, stdout=subprocess.DEVNULL, timeout=600)
    return folder
