"""What earlier runs found out: used when it holds, never in the way."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from faceoff_lint import cache, disk, isolation, worker
from faceoff_lint import lint as lint_module
from faceoff_lint.cache import Entries, Folder
from faceoff_lint.cli import cli
from faceoff_lint.lint import Job
from faceoff_lint.lowering import deep_recursion
from faceoff_lint.output import FORMATS
from faceoff_lint.pool import Reader
from faceoff_lint.registry import Registry
from faceoff_lint.reports import Report
from faceoff_lint.runs import _PLAIN
from faceoff_lint.source import Source

SHOP = Path(__file__).parents[1] / "fixtures/express-shop/bad"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache's folder."""
    monkeypatch.setenv("FACEOFF_LINT_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHOP, tmp_path / "shop"))


def opened(root: Path) -> Folder:
    folder = Folder.open(root)
    assert folder is not None
    return folder


def key(number: int) -> bytes:
    return number.to_bytes(16, "little")


def check(shop: Path, *args: str, form: str = "json") -> Result:
    command = ["check", str(shop), "--isolated", "--output-format", form, *args]
    result = CliRunner().invoke(cli, command)
    assert result.exit_code in (0, 1), result.output
    return result


# --- entries --------------------------------------------------------------------------------------


def test_entries_come_back(home: Path, tmp_path: Path) -> None:
    folder = opened(tmp_path / "x")
    entries = Entries(folder, "project", "1")
    entries.put(key(1), "one" * 1000)
    entries.save()
    again = Entries(folder, "project", "1")
    assert (again.get(key(1)), again.get(key(2))) == ("one" * 1000, None)
    assert Entries(folder, "project", "2").get(key(1)) is None
    assert Entries(folder, "other", "1").get(key(1)) is None


def test_what_two_runs_write_at_once_is_kept(home: Path, tmp_path: Path) -> None:
    folder = opened(tmp_path / "x")
    first, second = Entries(folder, "p", "1"), Entries(folder, "p", "1")
    for number, entries in ((1, first), (2, second), (3, first)):
        entries.put(key(number), str(number))
        entries.save()
    again = Entries(folder, "p", "1")
    assert [again.get(key(n)) for n in (1, 2, 3)] == ["1", "2", "3"]


def test_many_processes_write_and_none_is_lost(home: Path, tmp_path: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom faceoff_lint.cache import Entries, Folder\n"
        "n = int(sys.argv[1])\n"
        "for i in range(20):\n"
        "    e = Entries(Folder.open(Path('/nowhere')), 'p', '1')\n"
        "    e.put((n * 100 + i).to_bytes(16, 'little'), str(n) * 500)\n"
        "    e.save()\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, str(n)]) for n in range(4)]
    assert [process.wait() for process in running] == [0] * 4
    entries = Entries(opened(tmp_path / "x"), "p", "1")
    found = [entries.get(key(n * 100 + i)) for n in range(4) for i in range(20)]
    assert found == [str(n) * 500 for n in range(4) for _ in range(20)]


def test_damage_is_a_miss_and_is_mended(home: Path, tmp_path: Path) -> None:
    folder = opened(tmp_path / "x")
    entries = Entries(folder, "p", "1")
    texts = {key(n): f"text {n} " * 20 for n in range(30)}
    for name, text in texts.items():
        entries.put(name, text)
    entries.save()
    (file,) = home.glob("*.entries")
    whole = file.read_bytes()
    chance = random.Random(1)
    for _ in range(300):
        raw = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            place = chance.randrange(len(raw))
            if chance.random() < 0.5:
                raw[place] = chance.randrange(256)
            else:
                del raw[place : place + chance.randint(1, 40)]
        file.write_bytes(raw)
        damaged = Entries(folder, "p", "1")
        for name, text in texts.items():
            assert damaged.get(name) in (None, text)
    damaged.put(key(99), "new")
    damaged.save()
    assert Entries(folder, "p", "1").get(key(99)) == "new"


@pytest.mark.parametrize(
    "data", [b"", b"\0" * 5000, b"PK\x03\x04", b"faceoff-lint entries 1\n\xff"]
)
def test_foreign_files_are_misses(home: Path, tmp_path: Path, data: bytes) -> None:
    folder = opened(tmp_path / "x")
    entries = Entries(folder, "p", "1")
    entries.put(key(1), "1")
    entries.save()
    (file,) = home.glob("*.entries")
    file.write_bytes(data)
    entries = Entries(folder, "p", "1")
    assert entries.get(key(1)) is None
    entries.put(key(2), "2")
    entries.save()
    assert Entries(folder, "p", "1").get(key(2)) == "2"


def test_what_is_not_used_any_more_goes(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache.entries, "_WASTE", 100)
    folder = opened(tmp_path / "x")
    entries = Entries(folder, "p", "1")
    for number in range(50):
        entries.put(key(number), os.urandom(50).hex())
    entries.save()
    (file,) = home.glob("*.entries")
    before = file.stat().st_size
    again = Entries(folder, "p", "1")
    assert again.get(key(7))
    again.save()
    assert file.stat().st_size < before / 10
    assert Entries(folder, "p", "1").get(key(7))


def test_the_folder_does_not_grow_without_end(home: Path, tmp_path: Path) -> None:
    folder = opened(tmp_path / "x")
    for number in range(10):
        folder.write(f"{number}.run", b"x" * 1000)
        os.utime(home / f"{number}.run", (number, number))
    folder.trim(3500)
    assert sorted(path.name for path in home.glob("*.run")) == ["7.run", "8.run", "9.run"]


# --- whether the folder can be trusted ------------------------------------------------------------


def test_no_cache_inside_the_scanned_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FACEOFF_LINT_CACHE_DIR", str(tmp_path / "tree/.cache"))
    assert Folder.open(tmp_path / "tree") is None
    assert Folder.open(tmp_path) is None
    assert not (tmp_path / "tree").exists()


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX's")
def test_no_cache_that_others_may_write_to(home: Path, tmp_path: Path) -> None:
    home.mkdir()
    home.chmod(0o777)
    assert Folder.open(tmp_path / "x") is None
    home.chmod(0o700)
    assert Folder.open(tmp_path / "x") is not None


def test_no_cache_behind_a_link(home: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    home.symlink_to(tmp_path / "elsewhere")
    assert Folder.open(tmp_path / "x") is None


def test_a_linked_entry_is_not_followed(home: Path, tmp_path: Path) -> None:
    folder = opened(tmp_path / "x")
    (tmp_path / "secret").write_text("secret")
    (home / "a.run").symlink_to(tmp_path / "secret")
    assert folder.read("a.run", 1000) is None
    folder.append("a.run", b"added")
    assert (tmp_path / "secret").read_text() == "secret"


def test_a_file_in_place_of_the_folder(home: Path, shop: Path) -> None:
    home.write_text("not a folder")
    assert Folder.open(shop) is None
    assert check(shop).exit_code == 1
    assert home.read_text() == "not a folder"


def test_a_full_disk_is_no_error(home: Path, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = check(shop, "--no-cache").stdout

    def full(*args: object, **kwargs: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    monkeypatch.setattr(os, "replace", full)
    assert check(shop).stdout == expected
    assert not [
        path for path in home.iterdir() if path.suffix in (".run", "") and path.stat().st_size
    ]


# --- files ----------------------------------------------------------------------------------------


def test_a_file_is_parsed_once(home: Path, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = sorted(path.relative_to(shop).as_posix() for path in shop.rglob("*.js"))
    (shop / "broken.js").write_text("f(")
    paths.append("broken.js")
    with Reader(shop, cache=Entries(opened(shop), "p", "1")) as reader:
        first = reader.read_many(paths)
    monkeypatch.setattr(isolation, "lower_isolated", None)
    with Reader(shop, cache=Entries(opened(shop), "p", "1")) as reader:
        second = reader.read_many(paths)
    with deep_recursion():
        for path in paths:
            one, two = first[path], second[path]
            assert one.failure == two.failure
            if one.module is not None and two.module is not None:
                assert worker.answer(one.module) == worker.answer(two.module)


def test_a_planted_entry_cannot_do_harm(home: Path, shop: Path) -> None:
    source = "const app = require('express')()\n"
    (shop / "planted.js").write_text(source)
    for text in ("{}", "[]", '{"module": [0]}', '{"module": [1, 2, 3, 4, 5, 6, 7]}', "x", '{"a"',
                 '{"failure": 3}', '{"module": ' + "[" * 5000 + "]" * 5000 + "}"):  # fmt: skip
        entries = Entries(opened(shop), "p", "1")
        with Reader(shop, cache=entries) as reader:
            result = reader._key(Source("planted.js", source))
            entries.put(result, text)
            entries.save()
            assert reader.read("planted.js").module is not None


# --- whole runs -----------------------------------------------------------------------------------


def refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    """No new run may begin."""

    def begin(*args: object, **kwargs: object) -> None:
        raise AssertionError("a new run")

    monkeypatch.setattr("faceoff_lint.lint.lint", begin)


@pytest.mark.parametrize("form", FORMATS)
def test_a_run_again_says_the_same(
    home: Path, shop: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    without = check(shop, "--no-cache", form=form)
    cold = check(shop, form=form)
    refuse(monkeypatch)
    warm = check(shop, form=form)
    assert (cold.stdout, cold.stderr, cold.exit_code) == (without.stdout, without.stderr, 1)
    assert (warm.stdout, warm.stderr, warm.exit_code) == (without.stdout, without.stderr, 1)


def test_a_run_again_imports_no_rule_and_no_parser(home: Path, shop: Path) -> None:
    code = (
        "import sys\nfrom faceoff_lint.cli import cli\n"
        "try:\n    cli(['check', '--isolated', sys.argv[1]])\nexcept SystemExit:\n    pass\n"
        "heavy = {'esprima', 'libcst', 'tree_sitter', 'faceoff_rules', 'pathspec'}\n"
        "print(*sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    loaded = [
        subprocess.run(
            [sys.executable, "-c", code, shop], capture_output=True, text=True, check=True
        ).stderr.split()
        for _ in range(2)
    ]
    assert loaded == [["faceoff_rules"], []]


def _edit(shop: Path) -> None:
    source = shop / "src/app.js"
    source.write_text(source.read_text() + "\nmore();\n")


def _remove(shop: Path) -> None:
    next(path for path in sorted(shop.rglob("*.js")) if path.name != "app.js").unlink()


def _manifest(shop: Path) -> None:
    manifest = shop / "package.json"
    manifest.write_text(manifest.read_text().replace("{", '{"private": true,', 1))


def _install(shop: Path) -> None:
    (shop / "node_modules/express").mkdir(parents=True)
    (shop / "node_modules/express/package.json").write_text('{"version": "5.1.0"}')


def _add(shop: Path) -> None:
    (shop / "other.js").write_text("x")


CHANGES = [_edit, _remove, _manifest, _install, _add]


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changes_makes_a_new_run(
    home: Path, shop: Path, change: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    check(shop)
    times = {path: path.stat() for path in shop.rglob("*")}
    change(shop)
    for path, status in times.items():
        if path.exists():
            os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    ran: list[Job] = []
    real = lint_module.lint

    def lint(job: Job, known: Registry) -> Report:
        ran.append(job)
        return real(job, known)

    monkeypatch.setattr(lint_module, "lint", lint)
    warm = check(shop)
    assert ran
    assert warm.stdout == check(shop, "--no-cache").stdout


def test_what_was_not_read_may_change_while_nothing_of_it_matters(
    home: Path, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file is looked at to tell whether it may matter; what counts is the answer to that."""
    unread = shop / "tools" / "report.js"
    unread.parent.mkdir()
    unread.write_text("const a = 1\n")
    expected = check(shop).stdout
    unread.write_text("const a = 2\n")
    with monkeypatch.context() as patched:
        refuse(patched)
        assert check(shop).stdout == expected
    # Now it does: what names Express is read.
    unread.write_text("const app = require('express')()\napp.get('/', (req, res) => res.send(1\n")
    codes = [row["code"] for row in json.loads(check(shop).stdout) if "tools" in row["file"]]
    assert codes == ["FO001"]


def test_a_configuration_that_comes_or_changes_makes_a_new_run(home: Path, shop: Path) -> None:
    def run() -> list[str]:
        result = CliRunner().invoke(cli, ["check", str(shop), "--output-format", "json"])
        return [row["code"] for row in json.loads(result.stdout)]

    codes = run()
    assert run() == codes
    (shop / "faceoff-lint.toml").write_text(f'ignore = ["{codes[0]}"]\n')
    assert run() == [code for code in codes if code != codes[0]]
    (shop / "faceoff-lint.toml").write_text(f'select = ["{codes[0]}"]\n')
    assert set(run()) == {codes[0]}
    (shop / "faceoff-lint.toml").unlink()
    assert run() == codes


def test_other_options_are_other_runs(home: Path, shop: Path) -> None:
    every = json.loads(check(shop).stdout)
    code = every[0]["code"]
    only = json.loads(check(shop, "--select", code).stdout)
    assert {row["code"] for row in only} == {code}
    assert json.loads(check(shop).stdout) == every


def test_damaged_runs_are_misses(home: Path, shop: Path) -> None:
    expected = check(shop).stdout
    (file,) = home.glob("*.run")
    whole = file.read_bytes()
    for data in (b"", whole[:-10], whole.replace(b"EXP", b"FLK"), b"\0" * 100, b"{}"):
        file.write_bytes(data)
        assert check(shop).stdout == expected


def test_a_run_that_failed_is_not_kept(
    home: Path, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("faceoff_lint.lint._build", lambda *args: 1 / 0)
    result = CliRunner().invoke(cli, ["check", "--isolated", str(shop)])
    assert result.exit_code == 2
    assert not list(home.glob("*.run"))


def test_every_part_of_a_report_is_kept() -> None:
    """A new field of Report has to be kept, or named here as none of a run's results."""
    known = {*_PLAIN, "root", "findings", "sources", "rules"}
    assert set(Report.__dataclass_fields__) - known == {
        "reads", "here", "prefix", "given", "links",
    }  # fmt: skip


def test_times_are_not_trusted_and_every_look_is_repeated(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    with disk.recording() as observed:
        disk.head(str(tmp_path / "a"), 100)
        disk.kind(str(tmp_path / "b"))
        disk.entries(str(tmp_path))
    looks = json.loads(json.dumps(observed()))
    assert disk.unchanged(looks)
    (tmp_path / "b").mkdir()
    assert not disk.unchanged(looks)
    assert not disk.unchanged([("os:system", ["true"], "", "")])
    assert not disk.unchanged([("faceoff_lint.disk:nothing", [], "", "")])


# --- the command ----------------------------------------------------------------------------------


def test_clean_removes_the_cache_and_nothing_else(home: Path, shop: Path) -> None:
    check(shop)
    result = CliRunner().invoke(cli, ["clean"])
    assert result.exit_code == 0
    assert not home.exists()
    home.mkdir()
    (home / "mine.txt").write_text("mine")
    assert CliRunner().invoke(cli, ["clean"]).exit_code == 0
    assert (home / "mine.txt").exists()
