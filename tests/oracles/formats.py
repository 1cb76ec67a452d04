"""Whether other programs read the reports on whole applications.

``python -m tests.oracles.formats PATH...`` lints each, writes its report in every format and has
each read by something that is not ours: junitparser, an XML reader, the validators of reviewdog's
format and of SARIF (its schema and GitHub's rules), GitHub's own escaping, a reader of markdown,
the shape that GitLab asks for. What is read back must be the findings. ``tests/reports/setup.sh``
installs what is needed.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from faceoff_lint import registry
from faceoff_lint.lint import Job, lint
from faceoff_lint.output import FORMATS
from faceoff_lint.registry import Selection
from faceoff_lint.reports import Report
from tests.reports.readers import (
    READERS,
    check_rdjson,
    check_sarif_schema,
    github_command,
    multitool,
    rendered,
    rows,
)

_NODE = Path(__file__).parents[1] / "reports/node"


def check(report: Report, folder: Path) -> None:
    """Write all formats of a report and read them back; raises ``AssertionError`` and others."""
    for form in FORMATS:
        text = rendered(report, form)
        if form in READERS:
            assert sorted(READERS[form](text)) == rows(report, form), form
    check_rdjson(_NODE, rendered(report, "rdjson"), folder)
    sarif = rendered(report, "sarif")
    check_sarif_schema(_NODE, json.loads(sarif))
    path = folder / "report.sarif"
    path.write_text(sarif, "utf-8")
    said = multitool(_NODE, path)
    assert said == [], said
    lines = rendered(report, "github").splitlines()
    assert _ask(commands=[github_command(line) for line in lines])["commands"] == lines
    pieces = _ask(markdown=rendered(report, "markdown"))["markdown"]
    assert not {one["type"] for one in pieces} & {"link_open", "image", "html_block"}


def _ask(**question: Any) -> Any:
    done = subprocess.run(
        ["node", _NODE / "validate.mjs"],
        input=json.dumps(question), capture_output=True, text=True, check=True,
    )  # fmt: skip
    return json.loads(done.stdout)


def main(paths: Sequence[str]) -> int:
    """Print a line for each application; 1 when a reader had something to say."""
    bad = 0
    for path in paths:
        root = Path(path).resolve()
        report = lint(Job(root, [root], selection=Selection(("ALL",))), registry.load())
        with tempfile.TemporaryDirectory(prefix="formats-") as folder:
            problem = _tried(lambda: check(report, Path(folder)))  # noqa: B023
        bad += bool(problem)
        count = f"{len(report.findings)} findings in {len(FORMATS)} formats"
        print(f"{root.name}: {count}: {problem or 'read'}")
        sys.stdout.flush()
    return int(bad > 0)


def _tried(work: Callable[[], None]) -> str:
    try:
        work()
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:2000]
    return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
