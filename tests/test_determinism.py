"""One tree, one answer: whatever the order of files, the number of workers, the cache, the hash
seed, the locale, the time zone, the folder the command is given in, and the way the path is spelt.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FIXTURES = Path(__file__).parents[1] / "fixtures"
APPS = ("flask-shop/bad", "express-shop/bad", "monorepo")
FORMATS = ("json", "sarif", "full")

# Lets the system name the entries of folders in another order.
_SHUFFLED = """
import os, random, sys
chance = random.Random(int(sys.argv.pop(1)))
scan, names = os.scandir, os.listdir
class Entries(list):
    def __enter__(self): return self
    def __exit__(self, *of): pass
    def close(self): pass
def scandir(path="."):
    with scan(path) as found:
        entries = list(found)
    chance.shuffle(entries)
    return Entries(entries)
def listdir(path="."):
    found = names(path)
    chance.shuffle(found)
    return found
os.scandir, os.listdir = scandir, listdir
from faceoff_lint.cli import main
sys.argv[0] = "faceoff-lint"
main()
"""


@pytest.fixture(params=APPS)
def app(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return Path(shutil.copytree(FIXTURES / request.param, tmp_path / "here" / "app"))


def run(
    app: Path, *args: str, cwd: Path | None = None, shuffle: str = "", **env: str
) -> dict[str, bytes]:
    """What each format says, with exit code and standard error."""
    found = {}
    boot = ["-m", "faceoff_lint.cli"] if not shuffle else ["-c", _SHUFFLED, shuffle]
    for form in FORMATS:
        done = subprocess.run(
            [sys.executable, "-P", *boot, "check", "--isolated", "--output-format", form, *args],
            cwd=cwd or app,
            env={**os.environ, **env},
            capture_output=True,
            check=False,
        )
        assert done.returncode == 1, done.stderr.decode()
        found[form] = done.stdout
        found[f"{form}: errors"] = done.stderr
    return found


@pytest.mark.slow
def test_one_tree_one_answer(app: Path, tmp_path: Path) -> None:
    expected = run(app, "--no-cache", PYTHONHASHSEED="0")
    assert len(expected["json"]) > 100
    folder = str(tmp_path / "cache")
    assert run(app, "--jobs", "1", PYTHONHASHSEED="1") == expected, "hash seed, one worker"
    assert run(app, "--jobs", "5", PYTHONHASHSEED="4711") == expected, "five workers"
    assert run(app, shuffle="1") == expected, "order of files"
    assert run(app, shuffle="2", PYTHONHASHSEED="2") == expected, "another order of files"
    assert run(app, FACEOFF_LINT_CACHE_DIR=folder) == expected, "cold cache"
    assert run(app, FACEOFF_LINT_CACHE_DIR=folder) == expected, "warm cache"
    assert run(app, LC_ALL="C", LANG="C", TZ="Asia/Kathmandu", PYTHONUTF8="0") == expected, "C"
    assert run(app, LC_ALL="tr_TR.UTF-8", LANGUAGE="tr", TZ="UTC+12") == expected, "Turkish"


@pytest.mark.slow
def test_a_path_may_be_spelt_in_many_ways(app: Path, tmp_path: Path) -> None:
    expected = run(app, ".", "--no-cache")["json"]
    (tmp_path / "link").symlink_to(app.parent)
    (tmp_path / "elsewhere").mkdir()
    spellings = {
        "absolute": (str(app), tmp_path / "elsewhere"),
        "with a slash": (f"{app}/", tmp_path),
        "upwards": ("../here/app", tmp_path / "elsewhere"),
        "roundabout": ("./here/../here/./app", tmp_path),
        "by a link": (str(tmp_path / "link/app"), tmp_path),
        "inside": (".", app),
    }
    folder = str(tmp_path / "elsewhere/cache")
    for name, (path, cwd) in spellings.items():
        for cache in ("--no-cache", "--jobs=2"):
            assert (
                run(app, path, cache, cwd=cwd, FACEOFF_LINT_CACHE_DIR=folder)["json"] == expected
            ), name
