"""Runs a rule's page: public, for the rules of rule packs as for the built-in ones.

With pytest::

    from faceoff_lint import testing

    RULES = testing.rules("my_pack")  # or testing.rules(Path("folder"))

    @pytest.mark.parametrize("rule", RULES, ids=str)
    def test_page(rule): testing.check_page(rule)

    @pytest.mark.parametrize(("rule", "example"), testing.examples(RULES), ids=str)
    def test_example(rule, example, tmp_path): testing.check_example(rule, example, tmp_path)

Every check raises ``AssertionError`` with what to change. Proofs (``read_page(rule).proofs``) are
data: running them needs the real frameworks, which is up to the test-suite.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterable
from pathlib import Path

from faceoff_lint import config, registry, rule_folders
from faceoff_lint.config.schema import option_rows
from faceoff_lint.engine import ENGINE_RULES
from faceoff_lint.errors import NothingToLint
from faceoff_lint.finding import Edit, Finding
from faceoff_lint.fixes import apply_edits, diff_lines
from faceoff_lint.lint import Job, lint
from faceoff_lint.page import Example, ExampleFile, Expected, Page, PageError, ProofRun, read
from faceoff_lint.page import expectations as expectations
from faceoff_lint.registry import Selection
from faceoff_lint.reports import Report
from faceoff_lint.rule import Rule

__all__ = [
    "Example", "ExampleFile", "Expected", "Page", "PageError", "ProofRun", "check_example",
    "check_page", "examples", "expectations", "lint_folder", "read_page", "rules", "write_example",
]  # fmt: skip

_SECTIONS = ("What it does", "Why", "What to do", "Options", "Known limits", "Examples", "Proof")
_OPTIONAL = ("Options", "Proof")


def rules(package: str | Path) -> list[Rule]:
    """The rules in a package or a folder, by code.

    Raises ``RuleError`` when one is put together wrongly.
    """
    if isinstance(package, Path):
        found = rule_folders.load(package)
    else:
        found = registry.rules_of(importlib.import_module(package))
    return sorted(found, key=lambda rule: rule.code)


def read_page(rule: Rule) -> Page:
    """A rule's page. Raises ``PageError``."""
    return read(rule.page)


def examples(rules: Iterable[Rule]) -> list[tuple[Rule, Example]]:
    """Every example of every rule's page; a rule without a page (``check_page``) has none.

    Raises ``PageError``.
    """
    paged = [rule for rule in rules if rule.page.exists()]
    return [(rule, example) for rule in paged for example in read_page(rule).examples]


def check_page(rule: Rule) -> None:
    """Check title, sections and examples of a rule's page."""
    page = read_page(rule)
    problems: list[str] = []
    title = f"{rule.code} {rule.name}"
    if page.title != title:
        problems.append(f"the title is `# {page.title}`, not `# {title}`")
    present = [name for name in _SECTIONS if name in page.sections]
    for name in _SECTIONS:
        needed = name not in _OPTIONAL or (name == "Options" and rule.options)
        if needed and not page.sections.get(name):
            problems.append(f"section `## {name}` is missing or empty")
    if extra := [name for name in page.sections if name not in _SECTIONS]:
        problems.append(f"unknown sections: {', '.join(extra)}")
    elif list(page.sections) != present:
        problems.append(f"the order of sections is {', '.join(present)}")
    rows = option_rows(rule)
    for option, default in rule.options.items():
        shown = json.dumps(default)
        if rows.get(option, ("", ""))[0] != shown:
            row = f"| `{option}` | `{shown}` | … |"
            problems.append(f"the table under `## Options` needs a row `{row}`")
    problems += (f"option `{row}` is not one of the rule's" for row in rows.keys() - rule.options)
    for flagged, kind in ((True, "Flagged"), (False, "Not flagged")):
        if not any(example.flagged is flagged for example in page.examples):
            problems.append(f"there is no example `### {kind}: …`")
    for example in page.examples:
        own = [expected for expected in example.expected if expected.code == rule.code]
        if example.flagged and not own:
            problems.append(f"line {example.line}: a flagged example needs `expect: {rule.code}`")
        if not example.flagged and own:
            problems.append(f"line {example.line}: expects {rule.code}, but is not flagged")
    problems += _unwritten(rule)
    fixes = any(example.fix is not None for example in page.examples)
    if fixes != (rule.fixable != "none"):
        wanted = "no example shows its fix" if rule.fixable != "none" else "an example shows a fix"
        problems.append(f"the rule says fixable={rule.fixable!r}, and {wanted}")
    assert not problems, "\n".join([f"{rule.page}:", *(f"  {problem}" for problem in problems)])


def _unwritten(rule: Rule) -> list[str]:
    """What `faceoff-lint new-rule` has left to be written, and nobody has yet."""
    lines = enumerate(rule.page.read_text("utf-8").splitlines(), 1)
    found = [f"line {number} still says TODO" for number, line in lines if "TODO:" in line]
    texts = {"docstring": rule.summary, "why": rule.why, "help": rule.help}
    return found + [f"the {name} still says TODO" for name, text in texts.items() if "TODO" in text]


def write_example(example: Example, folder: Path) -> None:
    """Write an example's files below a folder."""
    for file in example.files:
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text, "utf-8", newline="")


def lint_folder(folder: Path, rules: Iterable[Rule], select: Iterable[str]) -> Report:
    """Lint a folder in this process with these rules, of which ``select`` are on.

    A ``faceoff-lint.toml`` in the folder is honoured. A folder without Flask or Express gives an
    empty report.
    """
    known = registry.of([*ENGINE_RULES, *rules])
    file = folder / "faceoff-lint.toml"
    settings = config.load(folder, known, file) if file.exists() else config.Settings()
    try:
        return lint(Job(folder, (), settings, Selection(tuple(select)), jobs=1), known)
    except NothingToLint:
        return Report(folder)


def check_example(
    rule: Rule, example: Example, folder: Path, others: Iterable[Rule] = ()
) -> Report:
    """Write an example to an empty folder, lint it, and compare findings and fix.

    ``others``: rules that the example expects too. The fix is compared where the page shows one.
    Returns the report.
    """
    write_example(example, folder)
    codes = {rule.code, *(expected.code for expected in example.expected)}
    engine = {one.code for one in ENGINE_RULES}
    used = [rule, *(other for other in others if other.code in codes - {rule.code} - engine)]
    known = engine | {one.code for one in used}
    report = lint_folder(folder, used, sorted(codes & known))
    where = f"{rule.page}:{example.line}: {example.heading}"
    problems = _compare(report, example)
    if example.fix is not None:
        problems += _compare_fix(report, rule, example)
    assert not problems, "\n".join([where, *problems])
    return report


def _compare(report: Report, example: Example) -> list[str]:
    """The differences between the findings and the ``expect`` comments, as a diff."""
    missing = sorted(example.expected, key=lambda e: (e.file, e.line, e.code))
    surplus: list[Finding] = []
    for finding in report.findings:
        match = next((expected for expected in missing if _meets(report, finding, expected)), None)
        if match is None:
            surplus.append(finding)
        else:
            missing.remove(match)
    if not missing and not surplus:
        return []
    lines = ["  findings differ (- expected and not reported, + reported and not expected):"]
    for expected in missing:
        text = f' "{expected.message}"' if expected.message else ""
        lines.append(f"  - {expected.file}:{expected.line}: {expected.code}{text}")
    for finding in surplus:
        line = report.start(finding.span).line
        lines.append(f"  + {finding.span.file}:{line}: {finding.code} {finding.message}")
    if report.summaries:
        lines += ["  understood as:", *(f"    {summary}" for summary in report.summaries)]
    else:
        lines.append("  no Flask or Express app was found in the example")
    return lines


def _meets(report: Report, finding: Finding, expected: Expected) -> bool:
    return (
        finding.code == expected.code
        and finding.span.file == expected.file
        and report.start(finding.span).line == expected.line
        and expected.message in finding.message
    )


def _fixes(report: Report, code: str) -> list[Edit]:
    found = [f.fix for f in report.findings if f.code == code and f.fix is not None]
    return [edit for fix in found for edit in fix.edits]


def _compare_fix(report: Report, rule: Rule, example: Example) -> list[str]:
    edits = _fixes(report, rule.code)
    actual: list[str] = []
    for file in dict.fromkeys(edit.span.file for edit in edits):
        before = report.source(file).text
        after = apply_edits(before, (edit for edit in edits if edit.span.file == file))
        actual += diff_lines(before, after)
    wanted = [line.rstrip() for line in example.fix or () if line.startswith(("-", "+"))]
    wanted = [line for line in wanted if not line.startswith(("--- ", "+++ "))]
    if [line.rstrip() for line in actual if line.startswith(("-", "+"))] == wanted:
        return []
    shown = "\n".join(['```diff title="fix"', *actual, "```"])
    return [
        f"  the fix differs; what the rule does now, to be read and put into the page:\n{shown}"
    ]
