"""What happens to a file between the look at it and the writing of its fix is not lost."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from faceoff_lint import writing
from faceoff_lint.finding import Applicability, Edit, Finding, Fix
from faceoff_lint.fixing import Plan, plan, write
from faceoff_lint.source import Source, Span

pytestmark = pytest.mark.skipif(os.name == "nt", reason="links, pipes and modes of POSIX")

OLD, NEW = "bad = 1\n", "good = 1\n"


class Case:
    """A project with one file to be fixed, and what somebody else does meanwhile."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "project"
        self.file = self.root / "inner" / "app.py"
        self.outside = folder / "outside"
        self.file.parent.mkdir(parents=True)
        self.outside.mkdir()
        self.file.write_text(OLD)
        (self.outside / "app.py").write_text(OLD)
        self.source = Source("inner/app.py", OLD)
        edit = Edit(Span(self.source.path, 0, 3), "good")
        finding = Finding(edit.span, "x", fix=Fix("", (edit,), Applicability.SAFE))
        self.plan: Plan = plan([finding], {self.source.path: self.source}, unsafe=False)

    def write(self) -> Plan:
        """Write the fix; nothing outside is touched, and nothing is left behind."""
        write(self.plan, self.root, {self.source.path: self.source})
        assert [path.name for path in self.outside.iterdir()] == ["app.py"]
        assert (self.outside / "app.py").read_text() == OLD
        assert not list(self.root.rglob(f"*{writing.SUFFIX}"))
        return self.plan


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


def change(case: Case) -> None:
    case.file.write_text("bad = 2\n")


def grow(case: Case) -> None:
    with case.file.open("a") as file:
        file.write("more = 1\n")


def empty(case: Case) -> None:
    case.file.write_text("")


def delete(case: Case) -> None:
    case.file.unlink()


def replace(case: Case) -> None:
    case.file.with_name("new").write_text("mine = 1\n")
    case.file.with_name("new").replace(case.file)


def link(case: Case) -> None:
    case.file.unlink()
    case.file.symlink_to(case.outside / "app.py")


def pipe(case: Case) -> None:
    case.file.unlink()
    os.mkfifo(case.file)


def folder(case: Case) -> None:
    case.file.unlink()
    case.file.mkdir()


def device(case: Case) -> None:
    case.file.unlink()
    case.file.symlink_to("/dev/zero")


CHANGES = [change, grow, empty, delete, replace, link, pipe, folder, device]


def at(
    moment: str, case: Case, act: Callable[[Case], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let it happen before the first look, or when the new content has been written beside."""
    if moment == "before":
        act(case)
        return
    real = os.fsync

    def fsync(handle: int) -> None:
        real(handle)
        act(case)

    monkeypatch.setattr(os, "fsync", fsync)


def look(path: Path) -> tuple[int, str]:
    """What kind of thing is there, and what it holds or leads to."""
    try:
        kind = stat.S_IFMT(path.lstat().st_mode)
    except FileNotFoundError:
        return 0, ""
    text = os.readlink(path) if stat.S_ISLNK(kind) else ""
    return kind, path.read_text() if stat.S_ISREG(kind) else text


@pytest.mark.parametrize("moment", ["before", "while writing"])
@pytest.mark.parametrize("act", CHANGES, ids=lambda act: act.__name__)
def test_what_others_do_stays(
    act: Callable[[Case], None], moment: str, case: Case, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    wanted = Case(tmp_path / "other")
    act(wanted)
    at(moment, case, act, monkeypatch)
    made = case.write()
    assert not made.edits
    assert "changed meanwhile" in made.problems[0] or "link out" in made.problems[0]
    found, expected = look(case.file), look(wanted.file)
    assert found == (expected[0], expected[1].replace(str(tmp_path / "other"), str(tmp_path)))


@pytest.mark.parametrize("name", ["inner", "project"])
def test_a_folder_is_swapped_for_a_link(
    name: str, case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file outside has the same name and content; the one that was looked at is changed."""
    swapped = case.file.parent if name == "inner" else case.root
    (case.outside / "inner").mkdir()
    shutil.copy(case.outside / "app.py", case.outside / "inner" / "app.py")

    def swap(case: Case) -> None:
        swapped.rename(tmp_path / "moved")
        swapped.symlink_to(case.outside)

    at("while writing", case, swap, monkeypatch)
    write(case.plan, case.root, {case.source.path: case.source})
    assert {path.read_text() for path in case.outside.rglob("*.py")} == {OLD}
    moved = tmp_path / "moved" / ("app.py" if name == "inner" else "inner/app.py")
    assert moved.read_text() == NEW
    assert not list(tmp_path.rglob(f"*{writing.SUFFIX}"))


def test_a_folder_that_is_a_link_already(case: Case, tmp_path: Path) -> None:
    case.file.parent.rename(tmp_path / "moved")
    (case.root / "inner").symlink_to(case.outside)
    assert "link out of the project" in case.write().problems[0]


def test_a_mode_that_changes_meanwhile_stays(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    at("while writing", case, lambda case: case.file.chmod(0o751), monkeypatch)
    assert case.write().edits
    assert (case.file.read_text(), stat.S_IMODE(case.file.stat().st_mode)) == (NEW, 0o751)


def test_other_names_of_a_file_keep_the_old_text(case: Case, tmp_path: Path) -> None:
    """One of them may be outside: writing into the file would change it there."""
    os.link(case.file, tmp_path / "outside.py")
    assert case.write().edits
    assert (case.file.read_text(), (tmp_path / "outside.py").read_text()) == (NEW, OLD)


def test_a_file_that_may_not_be_written_to(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though its folder would let it be replaced. (For root everything may be written to.)"""
    case.file.chmod(0o444)
    if os.getuid() == 0:
        monkeypatch.setattr(os, "access", lambda *args, **kwargs: False)
    assert "read-only" in case.write().problems[0]
    assert (case.file.read_text(), stat.S_IMODE(case.file.stat().st_mode)) == (OLD, 0o444)


def test_a_folder_that_may_not_be_written_to(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    if os.getuid() == 0:
        real = os.open

        def refuse(path: str, flags: int, *args: int, **kwargs: int) -> int:
            if flags & os.O_CREAT:
                raise PermissionError(13, "Permission denied")
            return real(path, flags, *args, **kwargs)

        monkeypatch.setattr(os, "open", refuse)
    else:
        case.file.parent.chmod(0o555)
    made = case.write()
    assert "Permission denied" in made.problems[0]
    assert made.refused == ["inner/app.py"]
    assert case.file.read_text() == OLD


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root gives away")
def test_the_owner_stays(case: Case) -> None:
    os.chown(case.file, 65534, 65533)
    case.file.chmod(0o640)
    assert case.write().edits
    status = case.file.stat()
    assert (status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)) == (65534, 65533, 0o640)


def contents(folder: Path) -> dict[Path, bytes]:
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.slow
def test_two_at_the_same_time(tmp_path: Path, command: Path) -> None:
    """Each file is one run's or the other's, and both come to the same end."""
    bad = Path(__file__).parents[2] / "fixtures" / "express-shop" / "bad"
    one, two = (Path(shutil.copytree(bad, tmp_path / name)) for name in ("one", "two"))
    arguments = [str(command), "check", "--isolated", "--fix", "--unsafe-fixes"]
    subprocess.run(arguments, cwd=one, capture_output=True, check=False)
    both = [
        subprocess.Popen(arguments, cwd=two, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    for process in both:
        _, err = process.communicate(timeout=300)
        assert process.returncode == 1
        assert b"Traceback" not in err
    # One may have been told that a file has changed, and have left a fix to the next run.
    subprocess.run(arguments, cwd=two, capture_output=True, check=False)
    assert contents(one) == contents(two)
