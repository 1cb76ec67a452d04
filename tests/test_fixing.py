"""``--fix``: what is written, what stays as it was, and what is left alone."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from faceoff_lint.finding import Applicability, Edit, Finding, Fix
from faceoff_lint.fixing import diff, plan, write
from faceoff_lint.lowering import lower
from faceoff_lint.source import Source, Span

FIXTURES = Path(__file__).parents[1] / "fixtures"
BAD = sorted(path.relative_to(FIXTURES).as_posix() for path in FIXTURES.glob("*/bad"))
SAFE, UNSAFE = Applicability.SAFE, Applicability.UNSAFE


def mend(source: Source, old: str, new: str, kind: Applicability = SAFE) -> Finding:
    """A finding whose fix replaces the only place of a text."""
    start = source.text.index(old)
    span = Span(source.path, start, start + len(old))
    return Finding(span, old, fix=Fix("Mend it", (Edit(span, new),), kind))


def saved(path: Path, text: str, *, encoding: str = "utf-8", bom: bool = False) -> Source:
    path.write_bytes((b"\xef\xbb\xbf" if bom else b"") + text.encode(encoding))
    return Source(path.name, text, bom, encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
@pytest.mark.parametrize("bom", [False, True])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_everything_else_stays_to_the_byte(
    encoding: str, bom: bool, end: str, tmp_path: Path
) -> None:
    if bom and encoding != "utf-8":
        pytest.skip("a byte order mark is UTF-8's")
    head = "# coding: latin-1" if encoding == "latin-1" else "# é"
    text = end.join([head, "x = 'é'\t ", "bad = 1", "", "y = 2"])
    path = tmp_path / "app.py"
    source = saved(path, text, encoding=encoding, bom=bom)
    before = path.read_bytes()
    finding = mend(source, "bad = 1", "good = 1\nmore = 'ü'")
    made = plan([finding], {"app.py": source}, unsafe=False)
    write(made, tmp_path, {"app.py": source})
    wanted = before.replace(b"bad = 1", f"good = 1{end}more = 'ü'".encode(encoding))
    assert (path.read_bytes(), made.problems) == (wanted, [])


def test_mode_and_link_stay(tmp_path: Path) -> None:
    source = saved(tmp_path / "real.py", "bad = 1\n")
    os.chmod(tmp_path / "real.py", 0o755)
    (tmp_path / "app.py").symlink_to("real.py")
    source = Source("app.py", source.text)
    made = plan([mend(source, "bad", "good")], {"app.py": source}, unsafe=False)
    write(made, tmp_path, {"app.py": source})
    assert (tmp_path / "app.py").is_symlink()
    assert (tmp_path / "real.py").read_text() == "good = 1\n"
    assert stat.S_IMODE((tmp_path / "real.py").stat().st_mode) == 0o755
    assert sorted(p.name for p in tmp_path.iterdir()) == ["app.py", "real.py"]


def test_unsafe_fixes_only_when_asked(tmp_path: Path) -> None:
    source = saved(tmp_path / "app.py", "bad = 1\n")
    finding = mend(source, "bad", "good", UNSAFE)
    assert not plan([finding], {"app.py": source}, unsafe=False).edits
    assert plan([finding], {"app.py": source}, unsafe=True).fixed == [finding]


def test_fixes_that_meet_wait_for_the_next_round(tmp_path: Path) -> None:
    source = saved(tmp_path / "app.py", "a = b + c\n")
    whole, part = mend(source, "b + c", "d"), mend(source, "c", "e")
    made = plan([whole, part], {"app.py": source}, unsafe=False)
    assert made.fixed == [whole]


def test_equal_edits_count_once(tmp_path: Path) -> None:
    source = saved(tmp_path / "app.py", "from flask import Flask\na = 1\nb = 2\n")
    end = Span("app.py", 23, 23)
    findings = [
        Finding(f.span, f.message, fix=Fix("", (*f.fix.edits, Edit(end, ", jsonify")), SAFE))
        for f in (mend(source, "a = 1", "a = 3"), mend(source, "b = 2", "b = 4"))
        if f.fix is not None
    ]
    made = plan(findings, {"app.py": source}, unsafe=False)
    write(made, tmp_path, {"app.py": source})
    wanted = "from flask import Flask, jsonify\na = 3\nb = 4\n"
    assert (tmp_path / "app.py").read_text() == wanted


def test_a_fix_that_breaks_the_syntax_is_dropped_with_its_other_parts(tmp_path: Path) -> None:
    one = saved(tmp_path / "one.py", "a = 1\n")
    two = saved(tmp_path / "two.py", "b = 1\n")
    edits = (Edit(Span("one.py", 0, 1), "c"), Edit(Span("two.py", 4, 5), "("))
    finding = Finding(edits[0].span, "x", fix=Fix("", edits, SAFE))
    made = plan([finding], {"one.py": one, "two.py": two}, unsafe=False)
    assert (made.edits, made.fixed) == ({}, [])
    assert made.problems == ["two.py: it would no longer parse; its fixes are left out"]


def test_a_file_that_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    source = saved(tmp_path / "app.py", "bad = 1\n")
    made = plan([mend(source, "bad", "good")], {"app.py": source}, unsafe=False)
    (tmp_path / "app.py").write_text("other = 1\n")
    write(made, tmp_path, {"app.py": source})
    assert (tmp_path / "app.py").read_text() == "other = 1\n"
    assert not made.edits
    assert "changed meanwhile" in made.problems[0]


def test_a_link_out_of_the_project_is_left_alone(tmp_path: Path) -> None:
    inside = tmp_path / "project"
    inside.mkdir()
    source = saved(tmp_path / "outside.py", "bad = 1\n")
    (inside / "app.py").symlink_to("../outside.py")
    source = Source("app.py", source.text)
    made = plan([mend(source, "bad", "good")], {"app.py": source}, unsafe=False)
    write(made, inside, {"app.py": source})
    assert (tmp_path / "outside.py").read_text() == "bad = 1\n"
    assert "link out of the project" in made.problems[0]


def test_a_folder_that_cannot_be_written_costs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = saved(tmp_path / "app.py", "bad = 1\n")
    made = plan([mend(source, "bad", "good")], {"app.py": source}, unsafe=False)

    def full(source: object, target: object, **folders: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    write(made, tmp_path, {"app.py": source})
    assert (tmp_path / "app.py").read_text() == "bad = 1\n"
    assert [p.name for p in tmp_path.iterdir()] == ["app.py"]
    assert "No space left on device" in made.problems[0]
    assert made.refused == ["app.py"]


def test_the_diff_is_what_would_be_written(tmp_path: Path) -> None:
    source = saved(tmp_path / "app.py", "a = 1\nbad = 1\n")
    made = plan([mend(source, "bad", "good")], {"app.py": source}, unsafe=False)
    lines = list(diff(made, {"app.py": source}))
    assert lines[:2] == ["--- a/app.py", "+++ b/app.py"]
    assert lines[-2:] == ["-bad = 1", "+good = 1"]


def check(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("faceoff-lint")), "check", "--isolated"]
    return subprocess.run(
        [*command, *arguments], cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.slow
@pytest.mark.parametrize("app", BAD)
def test_sample_apps(app: str, tmp_path: Path) -> None:
    folder = tmp_path / "app"
    shutil.copytree(FIXTURES / app, folder)
    before = contents(folder)
    shown = check(folder, "--diff", "--unsafe-fixes")
    assert contents(folder) == before
    first = check(folder, "--fix", "--unsafe-fixes", "--output-format", "json")
    after = contents(folder)
    changed = [name for name in before if before[name] != after[name]]
    assert after.keys() == before.keys()
    assert (shown.returncode == 1) is bool(changed), shown.stderr
    for name in changed:
        assert f"--- a/{name}" in shown.stdout
        suffix = Path(name).suffix
        if suffix in (".py", ".js", ".mjs", ".ts"):
            lower(after[name].decode(), suffix)
    second = check(folder, "--fix", "--unsafe-fixes", "--output-format", "json")
    assert (contents(folder), second.stdout) == (after, first.stdout)
    assert "Nothing to fix." in second.stderr


MANY = """\
from flask import Flask, jsonify

app = Flask(__name__)


@app.get("items")
def items():
    return jsonify([])


if __name__ == "__main__":
    app.run(debug=True)
"""


def test_diff_only_shows_with_fix_or_without(tmp_path: Path) -> None:
    """And says how much it would do, and what the other option would do besides."""
    (tmp_path / "app.py").write_text(MANY)
    select = ["--select", "FLK506,FLK801"]
    shown = check(tmp_path, *select, "--diff")
    assert shown.stderr == "Would fix 1 finding in 1 file; 1 more with --unsafe-fixes.\n"
    again = check(tmp_path, *select, "--fix", "--diff")
    assert (again.stdout, again.stderr) == (shown.stdout, shown.stderr)
    assert check(tmp_path, *select, "--diff", "-q").stderr == ""
    both = check(tmp_path, *select, "--diff", "--unsafe-fixes")
    assert both.stderr == "Would fix 2 findings in 1 file.\n"
    none = check(tmp_path, "--select", "FLK801", "--diff")
    assert none.stderr == "Nothing to fix; 1 with --unsafe-fixes.\n"
    assert (none.returncode, both.returncode) == (0, 1)
    ignored = check(tmp_path, *select, "--add-ignore", "--diff")
    assert ignored.stderr == "Would ignore 2 findings in 1 file.\n"
    assert (tmp_path / "app.py").read_text() == MANY


def test_unsafe_fixes_need_an_option_that_fixes(tmp_path: Path) -> None:
    done = check(tmp_path, "--unsafe-fixes")
    assert done.returncode == 2
    assert "Usage:" in done.stderr


def test_git_takes_the_diff(tmp_path: Path) -> None:
    """With tabs, a form feed, and no line end at the end of the file."""
    (tmp_path / "package.json").write_text('{"dependencies": {"express": "^4.19.0"}}')
    (tmp_path / "app.js").write_text(
        "const app = require('express')();\n\x0c\n"
        "app.use((req, res) => {\n\tres.status(404).json(1);\n});\n"
        "async function work() {\n\tthrow new Error();\n}\n"
        "app.get('/', async (req, res) => {\n\twork();\n\tres.send('1');\n});\n"
        "app.listen(1)"
    )
    told = check(tmp_path, "--select", "EXP301", "--unsafe-fixes", "--diff").stdout
    assert "\\ No newline" in told
    made = subprocess.run(
        ["git", "apply", "-p1", "-"], cwd=tmp_path, input=told, text=True, capture_output=True,
        check=False,
    )  # fmt: skip
    assert (made.returncode, made.stderr) == (0, ""), told
    applied = contents(tmp_path)
    assert check(tmp_path, "--select", "EXP301", "--unsafe-fixes", "--diff").stdout == ""
    assert b"await work();" in applied["app.js"] or b"catch" in applied["app.js"]


def test_the_diff_marks_a_last_line_without_end(tmp_path: Path) -> None:
    source = Source("a.py", "a\nb")
    made = plan([mend(source, "b", "c", SAFE)], {"a.py": source}, unsafe=False)
    mark = "\\ No newline at end of file"
    assert [*diff(made, {"a.py": source})][-4:] == ["-b", mark, "+c", mark]
