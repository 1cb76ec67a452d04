"""Nothing of the scanned tree speaks to the terminal or to the CI that shows the output."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import unicodedata
from pathlib import Path
from xml.etree import ElementTree

import pytest

from faceoff_lint.output import FORMATS

from . import hostile

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="names that this system does not hold"),
]

_DIRECTIONS = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_JSON = {"json", "gitlab", "sarif", "rdjson"}
_XML = {"junit", "checkstyle"}
_GITHUB = re.compile(r"::(?:error|warning|notice) file=[^:]+,line=\d+,[^:]*title=[^:]*::.*")
_AZURE = re.compile(r"##vso\[task\.logissue type=(?:error|warning);[^]]*\].*")
_TEAMCITY = re.compile(
    r"##teamcity\[(?:inspection|inspectionType) (?:[a-zA-Z]+='(?:[^'|]|\|.)*' ?)+\]"
)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hostile.make(tmp_path_factory.mktemp("hostile") / "tree")


def run(tree: Path, *arguments: str, **variables: str) -> tuple[int, str, str]:
    """Exit code, standard output and error of the command in the folder."""
    command = [str(Path(sys.executable).with_name("faceoff-lint")), *arguments]
    env = {k: v for k, v in os.environ.items() if k not in ("GITHUB_ACTIONS", "FORCE_COLOR")}
    env |= {"PYTHONIOENCODING": "utf-8", **variables}
    done = subprocess.run(command, cwd=tree, env=env, capture_output=True, timeout=300, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def assert_harmless(text: str, *, commands: bool = False) -> None:
    """No control character but the line end, and no command of a CI's, unless they are ours."""
    strange = {
        c for c in set(text) - {"\n"}
        if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") or c in _DIRECTIONS
    }  # fmt: skip
    assert not strange, [hex(ord(c)) for c in strange]
    if commands:
        return
    for line in text.split("\n"):
        # Three colons, of the `full` format, are no command.
        assert not re.match(r"\s*::(?!:)", line), line
        assert not re.search(r"##\w*\[", line), line


@pytest.mark.parametrize("form", FORMATS)
def test_every_format(form: str, tree: Path) -> None:
    code, out, err = run(tree, "check", "--preset", "strict", "--output-format", form)
    assert code == 1, err
    assert_harmless(err)
    own = {"github": _GITHUB, "azure": _AZURE, "teamcity": _TEAMCITY}.get(form)
    if own is not None:
        assert_harmless(out, commands=True)
        lines = out.rstrip("\n").split("\n")
        assert len(lines) > 40
        for line in lines:
            assert own.fullmatch(line), line
            assert len(re.findall(r"##(?:vso|teamcity)?\[", line)) <= 1, line
        return
    assert_harmless(out)
    if form in _JSON:
        assert json.loads(out)
    if form == "jsonl":
        assert len([json.loads(line) for line in out.splitlines()]) > 40
    if form in _XML:
        # XML 1.0 has no place for others, and no references to them.
        assert not re.search("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", out)
        tree_of_it = ElementTree.fromstring(out)
        assert len(list(tree_of_it.iter())) > 40
    if form == "markdown":
        assert not re.search("[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]", out)
        # What a reader would take for elements or links of the page's own.
        bare = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", out)
        assert "<script" not in bare
        assert "<!--" not in bare
        assert "](javascript" not in bare.replace("\\]", "").replace("\\(", "")


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "-v"),
        ("check", "-vv", "--output-format", "concise"),
        ("check", "--statistics"),
        ("check", "--diff", "--unsafe-fixes", "--preset", "strict"),
        ("check", "--since", "::error::\x1b[31m##[x]"),
        ("check", "--select", "\x1b[31m##vso[x]"),
        ("check", "--config", "::error::x\x1b[31m.toml"),
        ("check", "\x1b[31m##vso[x]"),
        ("check", "::error::views\x1b[31m ##vso[task].js"),
        ("check", "\x1b[31mred.py"),
        ("routes",),
        ("routes", "-v"),
        ("routes", "--format", "json"),
        ("rule", "\x1b[31m##[x]"),
        ("rules", "\x1b[31m##[x]"),
        ("baseline", "--file", "faceoff-baseline.json"),
        ("check", "--baseline", "faceoff-baseline.json"),
        ("check", "--baseline", "::error::\x1b[31m"),
        ("baseline", "--file", "nowhere/::error::\x1b[31m"),
        ("check", "--output-format", "json", "--output-file", "nowhere/\x1b[31m##[x]"),
        ("\x1b[31m##[x]",),
        ("check", "--no-such-\x1b[31m"),
    ],
    ids=repr,
)
@pytest.mark.parametrize("actions", ["", "true"])
def test_every_command(arguments: tuple[str, ...], actions: str, tree: Path) -> None:
    variables = {"GITHUB_ACTIONS": actions} if actions else {}
    code, out, err = run(tree, *arguments, **variables)
    assert code in (0, 1, 2)
    assert_harmless(err)
    # A diff is to be applied: only where a runner listens is it changed.
    assert_harmless(out, commands=bool(actions) or "--diff" in arguments)
    for line in out.split("\n"):
        if actions and re.match(r"\s*::(?!:)", line):
            assert _GITHUB.fullmatch(line), line
    assert "Traceback" not in err


def test_the_summary_of_a_job(tree: Path, tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    run(
        tree, "check", "--output-format", "markdown", "--output-file", str(summary),
        GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(summary),
    )  # fmt: skip
    assert_harmless(summary.read_text("utf-8"))


SETTINGS = [
    "\x1b[31m",
    '"\x1b[31m::error::" = 1\n',
    '"\\u001b[31m ##vso[x]" = 1\n',
    'select = ["\\u001b[31m ##[x]"]\n',
    'preset = "\\u001b[31m\\u2028::error::"\n',
    'extend = "\\u001b[31m##[x].toml"\n',
    'baseline = "::error::\\u001b[31m"\n',
    'exclude = ["\\u001b[31m[", "!##[x]"]\n',
    '[rules]\n"\\u001b[31m##[x]" = {a = 1}\n',
    '[[overrides]]\npaths = ["\\u001b[31m"]\nignore = ["##[x]\\u202e"]\n',
    "# ##[error]x\n::error::x\n",
    "   ::error::x\n",
    "a = ##[error]\n",
]


@pytest.mark.parametrize("name", ["faceoff-lint.toml", "pyproject.toml"])
@pytest.mark.parametrize("text", SETTINGS, ids=repr)
@pytest.mark.parametrize("actions", ["", "true"])
def test_errors_in_settings(name: str, text: str, actions: str, tmp_path: Path) -> None:
    if name == "pyproject.toml":
        text = "[tool.faceoff-lint]\n" + text.replace("[[", "[[tool.faceoff-lint.").replace(
            "[rules]", "[tool.faceoff-lint.rules]"
        )
    folder = tmp_path / "in::error::##[x]\x1b[31m"
    folder.mkdir()
    (folder / "app.py").write_text("from flask import Flask\napp = Flask(__name__)\n")
    (folder / name).write_text(text)
    code, out, err = run(folder, "check", **({"GITHUB_ACTIONS": actions} if actions else {}))
    assert code == (0 if "exclude" in text else 2), out + err
    assert_harmless(out + err)


def test_a_folder_with_a_hostile_name(tree: Path, tmp_path: Path) -> None:
    copy = tmp_path / "::error::\x1b[31m##vso[x]\nsecond"
    shutil.copytree(tree, copy)
    for arguments in (("check",), ("check", str(copy)), ("routes",), ("check", "--diff")):
        where = tmp_path if len(arguments) > 1 and arguments[1] == str(copy) else copy
        code, out, err = run(where, *arguments)
        assert code in (0, 1), err
        assert_harmless(out + err, commands="--diff" in arguments)


def test_nothing_to_lint(tmp_path: Path) -> None:
    folder = tmp_path / "::error::a\x1b[31m"
    folder.mkdir()
    (folder / "package.json").write_text("{")
    (folder / "a.py").write_text("a")
    code, out, err = run(tmp_path, "check")
    assert code == 2
    assert "not valid JSON" in err
    assert_harmless(out + err)


def test_an_error_of_our_own(tree: Path) -> None:
    """What a traceback quotes is no command either."""
    code = (
        "import sys; from faceoff_lint import lint, cli\n"
        f"def fail(*a, **k): raise ValueError({hostile.DEMANDS!r} + chr(10) + '::error::x')\n"
        "lint.lint = fail; sys.argv = ['faceoff-lint', 'check']; cli.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tree, capture_output=True, timeout=100, check=False
    )
    assert done.returncode == 2
    assert b"internal error" in done.stderr
    assert_harmless((done.stdout + done.stderr).decode())
