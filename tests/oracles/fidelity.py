"""How far the static model equals real running apps: ``docs/fidelity.md``.

``python -m tests.oracles.fidelity CHECKOUTS [--dumps FOLDER] [--only NAME] [--print]``

``docs/fidelity.toml`` lists the apps: public repository, commit, how each was started.
``CHECKOUTS`` holds their checkouts by name, ``--dumps`` (default ``CHECKOUTS/dumps``) the route
tables of the running apps by name, written by ``flask_routes.py`` and ``express_dump.cjs``. What
is not there is left out and said so. ``docs/async-findings.toml`` holds what was judged of the
asynchronous findings.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from faceoff_lint.lowering import lower
from faceoff_lint.scopes import Scopes

from .compare import Agreement, Key, Row, agreement, express_keys, flask_key
from .compare import static_table as static_rows

DOCS = Path(__file__).parents[2] / "docs"
RECIPE = """\
## Measuring another application

Flask: in an environment with the application and its packages (its own Python version, SQLite as
database, secrets from the environment), from anywhere:

```console
$ python tests/oracles/flask_routes.py --app 'package:create_app()' CHECKOUT > DUMPS/NAME.json
```

Express: `npm install --ignore-scripts` in the checkout, then start it with the preload. It stops by
itself at the first `listen`. `DUMP_STUBS` names packages (native ones) to replace by stubs that do
nothing; a database that cannot be reached does not matter. TypeScript is loaded with `tsx`.

```console
$ DUMP_ROOT=$PWD DUMP_OUT=DUMPS/NAME.json DUMP_STUBS=bcrypt \\
    node -r .../tests/oracles/express_dump.cjs app.js
```

Then list it in `fidelity.toml` and run `python -m tests.oracles.fidelity CHECKOUTS --dumps DUMPS`,
or compare it alone: `python -m tests.oracles.compare flask --dump DUMPS/NAME.json CHECKOUT`."""
ASYNC = ("EXP301", "EXP302", "EXP701")
JUDGEMENTS = ("right", "wrong", "unsure")


@dataclass(slots=True)
class Measured:
    """One app's two tables, compared. ``placed`` of ``both`` rows have their handler right."""

    app: dict[str, Any]
    running: int
    agreement: Agreement
    placed: int
    placeable: int
    maybe: int
    version: str


# --- route tables --------------------------------------------------------------------------------


def measure(app: dict[str, Any], checkouts: Path, dumps: Path) -> Measured | None:
    """Compare one listed app; None when its checkout or its dump is not there."""
    path = checkouts / app.get("path", app["name"])
    dump = dumps / f"{app.get('dump', app['name'])}.json"
    if not path.is_dir() or not dump.is_file():
        return None
    running = [row for row in json.loads(dump.read_text("utf-8")) if is_own(row)]
    static = [row for row in static_rows(path) if row["framework"] == app["framework"]]
    if "app" in app:
        static = [row for row in static if row["app"] == app["app"]]
    sure = [row for row in static if not row["conditional"]]
    possible = [row for row in static if row["conditional"]]
    theirs = keys(running)
    found = agreement(keys(sure), theirs)
    # Conditional rows count when their condition held.
    extra = agreement(keys(possible), found.missing)
    both = found.both + extra.both
    compared = Agreement(both, extra.missing, found.surplus)
    placed, placeable = located(static, running)
    version = app.get("version") or next((str(r["version"]) for r in static), "?")
    return Measured(app, len(theirs), compared, placed, placeable, len(extra.surplus), version)


def is_own(row: Row) -> bool:
    """Whether the project made a route, not a library on its own account."""
    return bool(row.get("own", True)) and not (row.get("registered") or {}).get("via")


def keys(rows: list[Row]) -> list[Key]:
    """Rule, methods and endpoint (Flask); method and path (Express)."""
    if rows and "handlers" not in rows[0] and rows[0].get("framework", "flask") == "flask":
        return [flask_key(row)[:3] for row in rows]
    return express_keys(rows)


def located(static: list[Row], running: list[Row]) -> tuple[int, int]:
    """Of the rows that both sides have: handlers at the right place, and how many there are.

    Flask: file and line of the ``def``. Express: the file that registers and, where the handler has
    a name at run time and nothing wraps it, that name.
    """
    mine: dict[Key, list[Row]] = {}
    for row in static:
        for key in keys([row]):
            mine.setdefault(key, []).append(row)
    right = both = 0
    for row in running:
        for key in keys([row]):
            candidates = mine.get(key, [])
            if candidates:
                both += 1
                at = next((i for i, c in enumerate(candidates) if same_place(c, row)), -1)
                right += at >= 0
                candidates.pop(max(at, 0))
    return right, both


def same_place(static: Row, running: Row) -> bool:
    """Whether two rows of one key have one handler."""
    if "handlers" not in running:
        return flask_key(static)[3:] == flask_key(running)[3:]
    if static["registered"]["file"] != (running["registered"] or {}).get("file"):
        return False
    called = (running["handlers"] or [""])[-1]
    names = [str((static["handler"] or {}).get("name"))]
    library = not (static["handler"] or {}).get("file")
    if library or any(step["kind"] == "wrapper" for step in static["chain"]):
        return True
    plain = [name.removeprefix("bound ").rpartition(".")[2] for name in (called, *names)]
    return plain[0] in ("", "<anonymous>", *plain[1:])


# --- asynchronous findings -----------------------------------------------------------------------


@dataclass(slots=True)
class Judged:
    """One app's asynchronous findings and what was judged of them."""

    name: str
    counts: Counter[str] = field(default_factory=Counter)
    left: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """All findings."""
        return self.counts.total()


def findings(path: Path) -> list[dict[str, Any]]:
    """The asynchronous findings of a checkout, each with its enclosing function."""
    command = [str(Path(sys.executable).with_name("faceoff-lint")), "check", "--isolated"]
    done = subprocess.run(
        [*command, "--select", ",".join(ASYNC), "--output-format", "json"],
        cwd=path,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if done.returncode not in (0, 1):
        raise RuntimeError(f"faceoff-lint check in {path}: {done.stderr[-2000:]}")
    found = [f for f in json.loads(done.stdout) if f["code"] in ASYNC]
    for finding in found:
        finding["function"] = enclosing(path / finding["file"], finding["line"], finding["column"])
    return found


def enclosing(file: Path, line: int, column: int) -> str:
    """The name of the innermost function around a place: as written, or what it is given to."""
    text = file.read_text("utf-8", "replace")
    module = lower(text, file.suffix)
    offset = sum(len(part) for part in text.splitlines(keepends=True)[: line - 1]) + column - 1
    return (Scopes(module).around(offset) or ["<module>"])[-1]


def judge(name: str, path: Path, judgements: list[dict[str, Any]]) -> Judged:
    """Count an app's findings by their judgements."""
    known: dict[tuple[str, str, str], list[str]] = {}
    for item in judgements:
        if item["app"] == name:
            key = (item["rule"], item["file"], item["function"])
            known.setdefault(key, []).extend([item["verdict"]] * item.get("findings", 1))
    judged = Judged(name)
    for finding in findings(path):
        verdicts = known.get((finding["code"], finding["file"], finding["function"]))
        if verdicts:
            judged.counts[verdicts.pop(0)] += 1
        else:
            judged.counts["not judged"] += 1
            place = f"{finding['file']}:{finding['line']}"
            judged.left.append(f"{finding['code']} {place} ({finding['function']})")
    judged.left += [f"gone: {' '.join(key)}" for key, rest in known.items() for _ in rest]
    return judged


# --- the document --------------------------------------------------------------------------------


def document(
    measured: list[Measured], judged: list[Judged], fixes: list[list[str]], known: dict[str, Any]
) -> Iterator[str]:
    """The lines of ``docs/fidelity.md``."""
    yield "# Fidelity"
    yield ""
    yield "The static model against real running applications. Made by"
    yield "`python -m tests.oracles.fidelity`; do not edit. What each application is and how its"
    yield "run-time table was taken stands in [fidelity.toml](fidelity.toml)."
    yield ""
    yield "A row is a rule with its methods and endpoint (Flask) or a method and path (Express),"
    yield "rows of libraries left out. *Precision*: the share of static rows that the running app"
    yield "has; *recall*: the share of its rows that the static table has. Conditional static rows"
    yield "count only where their condition held; `?` tells how many others there are. *Handlers*:"
    yield "of the rows that both have, how many are located right (Flask: file and line of the"
    yield "`def`; Express: the file that registers, and the handler's name where it has one)."
    for framework, title in (("flask", "Flask"), ("express", "Express")):
        rows = [one for one in measured if one.app["framework"] == framework]
        if rows:
            yield ""
            yield f"## {title}"
            yield ""
            yield from table(rows)
    if judged:
        yield ""
        yield "## Asynchronous errors"
        yield ""
        yield "EXP301, EXP302 and EXP701 on real Express applications. One reader judged them by"
        yield "the code around each; those of expressCart by the flagged lines and samples. The"
        yield "judgements are in [async-findings.toml](async-findings.toml). *Right*: the rejection"
        yield "can happen and nobody hears it."
        yield ""
        yield from async_table(judged)
    if fixes:
        yield ""
        yield "### Fixes found in histories"
        yield ""
        yield "| application | before | findings there | after | findings there | what was fixed |"
        yield "| --- | --- | --- | --- | --- | --- |"
        yield from (f"| {' | '.join(row)} |" for row in fixes)
    if known.get("misses"):
        yield ""
        yield "### Known misses"
        yield ""
        yield from (f"- {text}" for text in known["misses"])
    yield ""
    yield RECIPE


def table(rows: list[Measured]) -> Iterator[str]:
    """One framework's table, with totals."""
    yield (
        "| application | commit | version | style | running | found | precision | recall"
        " | handlers | missed or surplus, and why |"
    )
    yield "| --- | --- | --- | --- | --: | --: | --: | --: | --: | --- |"
    for one in rows:
        app, result = one.app, one.agreement
        maybe = f" +{one.maybe}?" if one.maybe else ""
        yield (
            f"| {app['repository']} | {app['commit'][:8]} | {one.version} | {app['style']}"
            f" | {one.running} | {result.both}{maybe} | {result.precision:.3f}"
            f" | {result.recall:.3f} | {share(one.placed, one.placeable)} | {why(one)} |"
        )
    both = sum(one.agreement.both for one in rows)
    missing = sum(len(one.agreement.missing) for one in rows)
    surplus = sum(len(one.agreement.surplus) for one in rows)
    placed, placeable = sum(o.placed for o in rows), sum(o.placeable for o in rows)
    yield (
        f"| **all {len(rows)}** | | | | {both + missing} | {both} | {both / (both + surplus):.3f}"
        f" | {both / (both + missing):.3f} | {share(placed, placeable)} | |"
    )


def why(one: Measured) -> str:
    """What is missed, as the list explains it."""
    if not one.agreement.missing and not one.agreement.surplus:
        return ""
    counts = f"{len(one.agreement.missing)} missed, {len(one.agreement.surplus)} surplus"
    return f"{counts}: {one.app.get('why', 'not looked into')}"


def share(part: int, whole: int) -> str:
    """``12/13``."""
    return f"{part}/{whole}" if whole else "–"


def async_table(judged: list[Judged]) -> Iterator[str]:
    """Findings by judgement."""
    yield "| application | findings | right | wrong | unsure | open | share right | not wrong |"
    yield "| --- | --: | --: | --: | --: | --: | --: | --: |"
    every: Counter[str] = Counter()
    for one in judged:
        every += one.counts
        yield async_row(one.name, one.counts)
    yield async_row(f"**all {len(judged)}**", every)


def async_row(name: str, counts: Counter[str]) -> str:
    """One row; the share is of what was judged."""
    told = counts["right"] + counts["wrong"] + counts["unsure"]
    part = f"{counts['right'] / told:.3f}" if told else "–"
    most = f"{(told - counts['wrong']) / told:.3f}" if told else "–"
    cells = [str(counts[k]) for k in (*JUDGEMENTS, "not judged")]
    return f"| {name} | {counts.total()} | {' | '.join(cells)} | {part} | {most} |"


def fix_rows(listed: list[dict[str, Any]], checkouts: Path) -> Iterator[list[str]]:
    """Versions before and after a fix: ``CHECKOUTS/NAME@before`` and ``CHECKOUTS/NAME@after``."""
    for fix in listed:
        row = [fix["repository"]]
        for side in ("before", "after"):
            path = checkouts / f"{fix['name']}@{side}"
            if not path.is_dir():
                break
            there = [f for f in findings(path) if f["function"] in fix["functions"]]
            row += [fix[side][:8], str(len(there))]
        else:
            yield [*row, fix["what"]]


def read(name: str) -> dict[str, Any]:
    """One of the lists in ``docs``."""
    path = DOCS / name
    return tomllib.loads(path.read_text("utf-8")) if path.exists() else {}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkouts", type=Path, help="folder of checkouts by name")
    parser.add_argument("--dumps", type=Path, help="folder of run-time tables by name")
    parser.add_argument("--only", default="", help="apps whose name holds this; writes nothing")
    options = parser.parse_args()
    listed, known = read("fidelity.toml"), read("async-findings.toml")
    measured, judged = [], []
    for app in listed["app"]:
        if options.only not in app["name"]:
            continue
        one = measure(app, options.checkouts, options.dumps or options.checkouts / "dumps")
        if one is None:
            print(f"{app['name']}: no checkout or no dump, left out")
            continue
        measured.append(one)
        tell(one)
    for name in known.get("apps", []):
        path = options.checkouts / name
        if options.only in name and path.is_dir():
            judged.append(judge(name, path, known.get("finding", [])))
            for line in judged[-1].left:
                print(f"{name}: {line}")
    if not options.only:
        fixes = list(fix_rows(known.get("fix", []), options.checkouts))
        text = "\n".join(document(measured, judged, fixes, known)) + "\n"
        (DOCS / "fidelity.md").write_text(text, "utf-8")


def tell(one: Measured) -> None:
    """Print what differs."""
    result = one.agreement
    print(
        f"{one.app['name']}: {one.running} running, precision {result.precision:.3f},"
        f" recall {result.recall:.3f}, handlers {share(one.placed, one.placeable)}"
    )
    for sign, only in (("-", result.missing), ("+", result.surplus)):
        for key in only[:40]:
            print(" ", sign, *key)


if __name__ == "__main__":
    main()
