"""How many findings on real applications are right: ``docs/precision.md``.

``python -m tests.oracles.precision CHECKOUTS [--only NAME] [--todo FILE] [--prune] [--print]``

``docs/precision.toml`` lists the applications (commits there or in ``fidelity.toml``);
``CHECKOUTS`` holds their checkouts by name. Every finding of a rule that is on by default is looked
up in ``docs/precision.jsonl``, one judgement a line: application, rule, file and line, verdict
(``right``, ``wrong``, ``unsure``) and why. What has no judgement yet goes to ``--todo`` in the same
form, to be read against the code and appended; ``--prune`` drops judgements of findings that are
gone. So the next run shows only what is new.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parents[2] / "docs"
JUDGEMENTS = DOCS / "precision.jsonl"
VERDICTS = ("right", "wrong", "unsure")
HEAD = """\
# Precision

Every finding of the rules that are on by default, on real applications, judged against the code.
Made by `python -m tests.oracles.precision`; do not edit. The judgements are in
[precision.jsonl](precision.jsonl), the applications in [precision.toml](precision.toml).

*Right*: what the message says is so, and the consequence it names would follow; for advice
(severity info, maintainability rules): what it says of the code is so. *Unsure*: the reader could
not tell. The judgements are the project's own; a reader did not run the applications."""

Finding = dict[str, Any]
Key = tuple[str, str, str, int]


def listed(only: str | None) -> list[dict[str, Any]]:
    """The applications with repository, commit and folder."""
    chosen = tomllib.loads((DOCS / "precision.toml").read_text("utf-8"))
    known = {
        a["name"]: a for a in tomllib.loads((DOCS / "fidelity.toml").read_text("utf-8"))["app"]
    }
    apps = []
    for name in chosen["apps"]:
        repository, _, commit = chosen.get("commits", {}).get(name, "").partition("@")
        app = {"name": name, "repository": repository, "commit": commit, **known.get(name, {})}
        if only in (None, name):
            apps.append(app)
    return apps


def findings(app: dict[str, Any], checkouts: Path) -> list[Finding] | None:
    """The findings of the default rules in one checkout; None when it is not there."""
    path = checkouts / app.get("path", app["name"])
    if not path.is_dir():
        return None
    command = [str(Path(sys.executable).with_name("faceoff-lint")), "check", "--isolated"]
    done = subprocess.run(
        [*command, "--ignore", "practice:engine", "--output-format", "json"],
        cwd=path, capture_output=True, text=True, timeout=1800, check=False,
    )  # fmt: skip
    if done.returncode not in (0, 1):
        raise RuntimeError(f"faceoff-lint check in {path}: {done.stderr[-2000:]}")
    found: list[Finding] = json.loads(done.stdout)
    return [finding for finding in found if not finding["code"].startswith("FO")]


def judgements() -> list[dict[str, Any]]:
    """The judgements so far."""
    return [json.loads(line) for line in JUDGEMENTS.read_text("utf-8").splitlines() if line.strip()]


def key(app: str, item: dict[str, Any]) -> Key:
    """What joins a finding and its judgement."""
    return app, item["code"], item["file"], item["line"]


def rules() -> dict[str, dict[str, Any]]:
    """The rules by code, as the linter lists them."""
    command = [str(Path(sys.executable).with_name("faceoff-lint")), "rules"]
    done = subprocess.run(
        [*command, "--output-format", "json"], capture_output=True, text=True, check=True
    )
    return {row["code"]: row for row in json.loads(done.stdout)}


# --- the document --------------------------------------------------------------------------------


def document(
    apps: list[dict[str, Any]], found: dict[str, list[Finding]], known: dict[Key, dict[str, Any]]
) -> Iterator[str]:
    """The lines of ``docs/precision.md``."""
    by_rule: dict[str, Counter[str]] = {}
    by_app: dict[str, Counter[str]] = {name: Counter() for name in found}
    doubts: list[tuple[Finding, dict[str, Any]]] = []
    for name, rows in found.items():
        for row in rows:
            judged = known.get(key(name, row))
            verdict = judged["verdict"] if judged else "not judged"
            by_rule.setdefault(row["code"], Counter())[verdict] += 1
            by_app[name][verdict] += 1
            if judged is not None and verdict != "right":
                doubts.append((row, judged))
    titles = rules()
    yield HEAD
    yield ""
    yield "## By rule"
    yield ""
    yield from table(
        "rule",
        ((f"[{code}]({link(titles[code])}) {titles[code]['name']}", by_rule[code])
         for code in sorted(by_rule)),
    )  # fmt: skip
    silent = [c for c, r in titles.items() if r["default"] and c not in by_rule and c[:2] != "FO"]
    yield ""
    yield f"No findings here: {', '.join(silent)}."
    yield ""
    yield "## By application"
    yield ""
    yield from table(
        "application",
        ((f"{app['repository']} {app['commit'][:8]}", by_app[app["name"]])
         for app in apps if app["name"] in found),
    )  # fmt: skip
    if doubts:
        yield ""
        yield "## Wrong or unsure"
        yield ""
        yield "| application | rule | place | verdict | why |"
        yield "| --- | --- | --- | --- | --- |"
        for row, judged in doubts:
            place = f"`{row['file']}:{row['line']}`"
            why = judged["why"].replace("|", "\\|")
            yield f"| {judged['app']} | {row['code']} | {place} | {judged['verdict']} | {why} |"


def link(rule: dict[str, Any]) -> str:
    """Where a rule's page is, from ``docs``."""
    return f"../rules/{rule['framework']}/{rule['name'].replace('-', '_')}.md"


def table(what: str, rows: Iterable[tuple[str, Counter[str]]]) -> Iterator[str]:
    """Counts with a last line of totals."""
    yield f"| {what} | findings | right | wrong | unsure | not judged | share right |"
    yield "| --- | --: | --: | --: | --: | --: | --: |"
    total: Counter[str] = Counter()
    for title, counts in rows:
        total += counts
        yield line(title, counts)
    yield line("**all**", total)


def line(title: str, counts: Counter[str]) -> str:
    """One row: the share is of what was judged, unsure ones in the denominator."""
    judged = sum(counts[v] for v in VERDICTS)
    share = f"{counts['right'] / judged:.3f}" if judged else "–"
    cells = [counts.total(), *(counts[v] for v in VERDICTS), counts["not judged"], share]
    return f"| {title} | {' | '.join(map(str, cells))} |"


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("checkouts", type=Path)
    parser.add_argument("--only")
    parser.add_argument("--todo", type=Path, help="where to write what has no judgement")
    parser.add_argument("--prune", action="store_true")
    parser.add_argument("--print", action="store_true", help="do not write docs/precision.md")
    options = parser.parse_args()
    apps = listed(options.only)
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda app: findings(app, options.checkouts), apps))
    found = {a["name"]: r for a, r in zip(apps, results, strict=True) if r is not None}
    known = {key(j["app"], j): j for j in judgements()}
    seen = {key(name, row) for name, rows in found.items() for row in rows}
    todo = [
        {"app": name, **{k: row[k] for k in ("code", "file", "line", "message")},
         "verdict": "", "why": ""}
        for name, rows in found.items() for row in rows if key(name, row) not in known
    ]  # fmt: skip
    if options.todo is not None:
        options.todo.write_text("".join(f"{json.dumps(t)}\n" for t in todo), "utf-8")
    stale = [j for k, j in known.items() if j["app"] in found and k not in seen]
    absent = [app["name"] for app in apps if app["name"] not in found]
    print(f"{len(todo)} not judged, {len(stale)} judgements of what is gone", file=sys.stderr)
    if absent:
        print(f"no checkout: {', '.join(absent)}", file=sys.stderr)
    if options.prune:
        gone = {key(j["app"], j) for j in stale}
        kept = [j for j in judgements() if key(j["app"], j) not in gone]
        JUDGEMENTS.write_text("".join(f"{json.dumps(j)}\n" for j in kept), "utf-8")
    text = "\n".join(document(apps, found, known)) + "\n"
    if options.print or options.only or absent:
        print(text)
    else:
        (DOCS / "precision.md").write_text(text, "utf-8")
    return 1 if todo else 0


if __name__ == "__main__":
    raise SystemExit(main())
