"""Nasty input: each case has the outcome it states, and none costs more than itself."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from faceoff_lint import registry
from faceoff_lint.errors import NothingToLint
from faceoff_lint.limits import Limits
from faceoff_lint.lint import Job, lint
from faceoff_lint.pool import Reader
from faceoff_lint.reading import ReadResult

from . import crashes, nesting, texts, trees
from .case import FO001, FO002, FO003, PASSED_OVER, READ, Case
from .manifests import MANIFESTS

FIXTURES = Path(__file__).parents[2] / "fixtures"
CASES = [*nesting.cases(), *texts.cases()]
HEAVY = list(crashes.cases())

pytestmark = pytest.mark.skipif(os.name == "nt", reason="made of what POSIX systems hold")


def outcome(result: ReadResult) -> str:
    """What became of a file."""
    if result.failure is None:
        assert result.module is not None
        return READ
    return {
        "syntax": FO001,
        "unreadable": FO002,
        "undecodable": FO002,
        "minified": PASSED_OVER,
        "unsupported": PASSED_OVER,
    }.get(result.failure.kind, FO003)


def seeded(case: Case) -> Case:
    """The case in a file that speaks of a framework: a run reads no others."""
    speaks = {"py": b"\nfrom flask import Flask\n", "js": b"\n// require('express')\n"}
    return replace(case, content=case.content + speaks.get(case.name.rpartition(".")[2], b""))


def write(folder: Path, cases: list[Case]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for case in cases:
        (folder / case.name).write_bytes(case.content)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, ReadResult]]:
    """All texts, read in one go."""
    root = tmp_path_factory.mktemp("nasty")
    write(root, CASES)
    with Reader(root, jobs=2) as reader:
        yield reader.read_many([case.name for case in CASES])


def test_names_are_given_once() -> None:
    names = [case.name for case in [*CASES, *HEAVY]]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_outcome(case: Case, results: dict[str, ReadResult]) -> None:
    result = results[case.name]
    assert outcome(result) == case.outcome, result.failure
    assert result.failure is None or result.failure.kind not in ("crash", "timeout")
    if result.failure is not None and result.source is not None:
        assert 0 <= result.failure.offset <= len(result.source.text)
        assert result.failure.message.isprintable()


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is bounded on Linux only")
def test_what_kills_parsers_costs_itself(tmp_path: Path) -> None:
    write(tmp_path, HEAVY)
    good = [f"good{i:02}.py" for i in range(30)] + [f"good{i:02}.js" for i in range(30)]
    for name in good:
        (tmp_path / name).write_text("a = 1\n")
    # A few seconds and little memory, so that the test ends soon; the outcome is the same.
    limits = Limits(file_seconds=5, worker_memory_mb=800)
    with Reader(tmp_path, jobs=2, limits=limits) as reader:
        read = reader.read_many(sorted([*good, *(case.name for case in HEAVY)]))
    assert {name: outcome(read[name]) for name in good} == dict.fromkeys(good, READ)
    assert {case.name: outcome(read[case.name]) for case in HEAVY} == {
        case.name: case.outcome for case in HEAVY
    }


# --- folders -------------------------------------------------------------------------------------


def test_things_that_are_no_files(tmp_path: Path) -> None:
    trees.make_things(tmp_path)
    with Reader(tmp_path) as reader:
        read = reader.read_many(trees.THINGS)
    for name, (_, _, wanted) in trees.THINGS.items():
        if name == "unreadable.py" and os.access(tmp_path / name, os.R_OK):
            wanted = READ  # root reads all
        if wanted == READ or name.endswith((".py", ".js")):
            assert outcome(read[name]) == wanted, name
        else:
            assert read[name].module is None, name


# --- the whole run -------------------------------------------------------------------------------


def run(folder: Path, *arguments: str) -> Any:
    command = [str(Path(sys.executable).with_name("faceoff-lint")), *arguments]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, timeout=500, check=False, stdin=subprocess.DEVNULL
    )
    assert done.returncode in (0, 1), done.stderr.decode(errors="replace")[-2000:]
    assert b"Traceback" not in done.stderr
    return json.loads(done.stdout)


@pytest.mark.slow
@pytest.mark.parametrize("app", ["flask-shop/bad", "express-shop/bad"])
def test_a_good_app_among_nasty_files(app: str, tmp_path: Path) -> None:
    """The app's findings stay what they were, to the byte; the rest is as stated."""
    check = ("check", "--isolated", "--output-format", "json", "--jobs", "2")
    root = tmp_path / "app"
    shutil.copytree(FIXTURES / app, root)
    before = run(root, *check)
    assert before
    nasty = root / "nasty"
    cases = [case for case in CASES if case.outcome != READ or len(case.content) < 2_000]
    # A module imported by a computed name may be anything: what is missing is unknown then.
    cases = [case for case in cases if case.name != "moderate-imports.js"]
    write(nasty, [seeded(case) for case in cases])
    with Reader(root, jobs=2) as reader:
        read = reader.read_many([f"nasty/{case.name}" for case in cases])
    wanted = {path: outcome(result) for path, result in read.items()}
    names = root / "names"
    names.mkdir()
    wanted |= {f"names/{name}": code for name, code in trees.make_names(names).items()}
    things = root / "things"
    things.mkdir()
    trees.make_things(things)
    wanted |= {f"things/{name}": said for name, (_, said, _) in trees.THINGS.items()}
    for kind in ("folder.py", "folder.js", "setup.cfg"):
        wanted[f"things/{kind}/inside.py"] = FO001
    found = run(root, *check)
    own = [f for f in found if not f["file"].startswith(("nasty/", "names/", "things/"))]
    assert json.dumps(own, indent=1) == json.dumps(before, indent=1)
    strange = [f for f in found if f not in own]
    for finding in strange:
        assert finding["code"] == wanted[finding["file"]], finding
    # Nothing said by one about another, and none that was read is lost.
    assert len({f["file"] for f in strange}) == len(strange)
    suffix = ".py" if app.startswith("flask") else ".js"
    said = {path for path, code in wanted.items() if code.startswith("FO")}
    said = {path for path in said if path.endswith(suffix)}
    reported = {f["file"] for f in strange}
    assert len(said & reported) > 100
    assert said <= reported | {"things/unreadable.py"} if suffix == ".py" else True


# --- manifests -----------------------------------------------------------------------------------

FLASK = b"from flask import Flask\napp = Flask(__name__)\n@app.get('/a')\ndef a(): return 'a'\n"
EXPRESS = b"const app = require('express')()\napp.get('/b', (q, s) => s.send('b'))\napp.listen(1)\n"
MANIFEST_CASES = [(name, case) for name, table in MANIFESTS.items() for case in table]


@pytest.mark.parametrize(("name", "case"), MANIFEST_CASES, ids=str)
def test_manifest(name: str, case: str, tmp_path: Path) -> None:
    for folder, file, content in (("py", "app.py", FLASK), ("js", "app.js", EXPRESS)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / file).write_bytes(content)
        (tmp_path / folder / name).write_bytes(MANIFESTS[name][case])
    (tmp_path / "ts.ts").write_bytes(b"export const a = 1\n")
    (tmp_path / "js" / "import.ts").write_bytes(b"import '@/ts'; import 'a/b'; import '#a'\n")
    try:
        report = lint(Job(tmp_path), registry.load())
    except NothingToLint:
        pytest.fail("the apps are not found")
    assert report.frameworks == ("express", "flask") or set(report.frameworks) == {
        "express",
        "flask",
    }
    assert not [f for f in report.findings if f.code == "FO090"]
    assert all(note.isprintable() for note in report.notes)
