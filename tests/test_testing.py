"""The runner of rule pages: what it accepts, and what it says when a page is wrong."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from faceoff_lint import testing
from faceoff_lint.page import PageError, expectations, read
from faceoff_lint.registry import Registry
from faceoff_lint.rule import Rule

PAGE = """\
# FLK501 bad-thing

## What it does

Reports it.

## Why

It is bad.

## What to do

Not that.

## Known limits

None.

## Examples

### Flagged: it is bad

```python title="app.py"
from flask import Flask
app = Flask(__name__)
BAD = 1  # expect: FLK501 "is BAD"
```

```text title="requirements.txt"
flask==3.1.0
```

```diff title="fix"
@@ -3 +3 @@
-BAD = 1
+GOOD = 1
```

### Not flagged: it is good

```python title="app.py"
from flask import Flask
app = Flask(__name__)
```

## Proof

```proof
[[run]]
example = "Flagged: it is bad"
frameworks = ["flask"]
request = ["GET /", "GET /again"]
headers = { Accept = "text/html" }
expect = ["status 500", "body lacks ok"]
```
"""


@pytest.fixture
def rule(rules: dict[str, Rule], known: Registry, tmp_path: Path) -> Rule:
    return dataclasses.replace(rules["FLK501"], page=tmp_path / "bad_thing.md", fixable="safe")


def write(rule: Rule, text: str) -> Rule:
    rule.page.write_text(text, "utf-8")
    return rule


def check_all(rule: Rule, tmp_path: Path) -> None:
    testing.check_page(rule)
    for number, (_, example) in enumerate(testing.examples([rule])):
        folder = tmp_path / f"example{number}"
        folder.mkdir()
        testing.check_example(rule, example, folder)


def test_a_page_that_is_right(rule: Rule, tmp_path: Path) -> None:
    check_all(write(rule, PAGE), tmp_path)
    page = testing.read_page(rule)
    flagged = page.example("Flagged: it is bad")
    assert [file.path for file in flagged.files] == ["app.py", "requirements.txt"]
    assert flagged.files[0].text.splitlines()[2] == "BAD = 1"
    (run,) = page.proofs
    assert run.requests == ("GET /", "GET /again")
    assert run.expect == ("status 500", "body lacks ok")
    assert run.headers == {"Accept": "text/html"}
    assert list(page.sections) == [
        "What it does", "Why", "What to do", "Known limits", "Examples", "Proof",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("# FLK501 bad", "# FLK502 bad", "the title is `# FLK502 bad-thing`, not `# FLK501"),
        ("## Why\n\nIt is bad.\n", "", "section `## Why` is missing or empty"),
        ("It is bad.\n\n## What", "\n## What", "section `## Why` is missing or empty"),
        ("## Proof", "## Proofs", "unknown sections: Proofs"),
        ("## Why\n", "## What to do\n", "two sections are called"),
        ('  # expect: FLK501 "is BAD"', "", "a flagged example needs `expect: FLK501`"),
        ("### Not flagged: it is good", "### Flagged: more", "there is no example `### Not fl"),
        ('```diff title="fix"\n@@ -3 +3 @@\n-BAD = 1\n+GOOD = 1\n```', "", "no example shows its"),
    ],
)
def test_form(rule: Rule, tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in PAGE
    with pytest.raises((AssertionError, PageError), match=message.replace("(", r"\(")):
        testing.check_page(write(rule, PAGE.replace(old, new, 1)))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'BAD = 1  # expect: FLK501 "is BAD"',
            '\nBAD = 1\nx = 1  # expect: FLK501 "is BAD"',
            '- app.py:5: FLK501 "is BAD"\n  + app.py:4: FLK501 this is BAD\n  understood as:',
        ),
        ('"is BAD"', '"is worse"', "+ app.py:3: FLK501 this is BAD"),
        ("# expect: FLK501", "# expect: FLK501, FLK502", "- app.py:3: FLK502"),
        ("from flask import Flask\napp = Flask(__name__)\nBAD", "BAD", "no Flask or Express app"),
        ("+GOOD = 1", "+BETTER = 1", "the fix differs"),
    ],
)
def test_failures_show_a_diff(rule: Rule, tmp_path: Path, old: str, new: str, message: str) -> None:
    text = PAGE.replace("flask==3.1.0", "click==8").replace(old, new, 1)
    with pytest.raises(AssertionError) as caught:
        check_all(write(rule, text), tmp_path)
    assert message in str(caught.value)
    assert f"{rule.page}:21: Flagged: it is bad" in str(caught.value)


def test_a_fix_that_the_page_hides_is_shown_ready_to_paste(rule: Rule, tmp_path: Path) -> None:
    hidden = PAGE.replace("@@ -3 +3 @@\n-BAD = 1\n+GOOD = 1\n", "")
    with pytest.raises(AssertionError) as caught:
        check_all(write(rule, hidden), tmp_path)
    assert '```diff title="fix"\n@@ -2,2 +2,2 @@\n' in str(caught.value)
    assert "\n-BAD = 1\n+GOOD = 1\n```" in str(caught.value)


def test_options_in_an_example(rules: dict[str, Rule], known: Registry, tmp_path: Path) -> None:
    text = PAGE.replace("FLK501 bad-thing", "FLK502 ugly-thing").replace("FLK501", "FLK502")
    text = text.replace("BAD = 1", "UGLY = 1").replace("is BAD", "above 7")
    toml = '```toml title="faceoff-lint.toml"\n[rules.FLK502]\nlimit = 7\n```\n\n```text'
    text = (
        text.replace("```text", toml, 1)
        .replace('```diff title="fix"\n', "")
        .replace("@@ -3 +3 @@\n-UGLY = 1\n+GOOD = 1\n```\n", "")
    )
    rule = dataclasses.replace(rules["FLK502"], page=tmp_path / "ugly_thing.md")
    (_, example), *_ = testing.examples([write(rule, text)])
    testing.check_example(rule, example, tmp_path / "x")
    with pytest.raises(AssertionError, match=r"needs a row `\| `limit` \| `3` \| … \|`"):
        testing.check_page(rule)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("### Flagged: it is bad", "### Bad", "an example's heading is"),
        ("### Not flagged: it is good", "### Flagged: it is bad", "two examples are called"),
        ('```python title="app.py"', "```python", 'needs title="file"'),
        ('title="app.py"', 'title="../app.py"', "leaves the example's folder"),
        ('title="app.py"', 'title="/app.py"', "leaves the example's folder"),
        ('title="requirements.txt"', 'title="app.py"', "two files `app.py`"),
        ("# expect: FLK501", "# expect: FLK50l", "cannot read `expect: FLK50l"),
        ('body lacks ok"]\n```', 'body lacks ok"]', "never closed"),
        ('request = ["GET /"', 'request = ["/"', "a request is `METHOD /path`, not `/`"),
        ("status 500", "status bad", "a proof cannot expect `status bad`"),
        ('["flask"]', '["flask4"]', "`frameworks` of a proof are some of"),
        ('example = "Flagged: it is bad"', 'example = "x"', "there is no example `x`"),
        ("headers =", "header =", "a proof has no key `header`"),
        ('headers = { Accept = "text/html" }', "headers = 1", "`headers` of a proof must be dict"),
        ("[[run]]", "[run]", "holds \\[\\[run\\]\\] tables"),
        ("[[run]]", "[[run", "not valid TOML"),
    ],
)
def test_pages_that_cannot_be_read(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in PAGE
    path = tmp_path / "page.md"
    path.write_text(PAGE.replace(old, new, 1))
    with pytest.raises(PageError, match=message):
        read(path)


def test_a_missing_page(tmp_path: Path) -> None:
    with pytest.raises(PageError, match="cannot be read"):
        read(tmp_path / "none.md")


def test_expectations_in_every_kind_of_comment() -> None:
    text = (
        "a  # expect: FLK501\r\n"
        "b // expect: EXP301, EXP302\n"
        '<p>{# expect: FLK504 "x, y" #}\n'
        "/* expect: EXP101 */\n"
        "# expect nothing\n"
    )
    plain, found = expectations("f", text)
    assert plain == "a\r\nb\n<p>\n\n# expect nothing\n"
    assert [(e.line, e.code, e.message) for e in found] == [
        (1, "FLK501", ""),
        (2, "EXP301", ""),
        (2, "EXP302", ""),
        (3, "FLK504", "x, y"),
        (4, "EXP101", ""),
    ]
