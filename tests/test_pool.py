"""Reading many files: workers, and what happens when one dies."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from distributed import Client

from faceoff_lint import ir, isolation
from faceoff_lint.limits import Limits
from faceoff_lint.lowering import deep_recursion
from faceoff_lint.pool import Reader
from faceoff_lint.reading import ReadResult

SHOP = Path(__file__).parents[1] / "fixtures/express-shop/bad"

# A worker that dies, hangs, burns time or prints when a text says so.
_FRAGILE = (
    "import json,os,sys,time;"
    "a=json.loads(sys.argv[1]);"
    "sys.path.extend(a['path']);"
    "import faceoff_lint.worker as w;"
    "real=w.lower_text;\n"
    "def fragile(text, suffix, nesting):\n"
    "    if 'DIE' in text: os.abort()\n"
    "    if 'HANG' in text: time.sleep(1000)\n"
    "    if 'BURN' in text:\n"
    "        while True: pass\n"
    "    print('noise')\n"
    "    return real(text, suffix, nesting)\n"
    "w.lower_text=fragile\n"
    "w.main(a['cpu'],a['memory'],a['nesting'])"
)


def write(root: Path, files: dict[str, str]) -> list[str]:
    for path, text in files.items():
        (root / path).write_text(text, encoding="utf-8", newline="")
    return list(files)


def summary(results: dict[str, ReadResult]) -> str:
    """All that was read, as text that can be compared."""
    return json.dumps(
        [
            (path, result.module and ir.to_data(result.module), repr(result.failure))
            for path, result in results.items()
        ]
    )


def kinds(results: dict[str, ReadResult]) -> dict[str, str]:
    return {
        path: result.failure.kind if result.failure else "ok" for path, result in results.items()
    }


FILES = {
    "a.py": "def f(a, *b): return a.b('é')\r\n",
    "b.js": "export const f = async (a) => `x${a}`\n",
    "c.py": "def f(:",
    "d.js": "f(",
    "e.vue": "x",
    "f.py": "(" * 1300,
    "g.py": "match a:\n case " + "(" * 12 + "a" + ")" * 12 + ": pass",
    "h.py": "",
    "i.min.js": "x",
    "j.py": "x" + " + a" * 1000,
}


def test_here_and_in_workers_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [*write(tmp_path, FILES), "missing.py"]
    with monkeypatch.context() as patch:
        patch.setattr(isolation, "_BOOT", "raise SystemExit(1)")
        with Reader(tmp_path) as reader:
            here = reader.read_many(paths)
    for jobs in (1, 3):
        with Reader(tmp_path, jobs=jobs) as reader:
            away = reader.read_many(paths)
        with deep_recursion():
            assert summary(away) == summary(here)
    assert list(here) == paths
    assert kinds(here) == {
        "a.py": "ok",
        "b.js": "ok",
        "c.py": "syntax",
        "d.js": "syntax",
        "e.vue": "unsupported",
        "f.py": "too-deep",
        "g.py": "too-deep",
        "h.py": "ok",
        "i.min.js": "minified",
        "j.py": "ok",
        "missing.py": "unreadable",
    }


def test_results_are_remembered(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    with Reader(tmp_path) as reader:
        first = reader.read("a.py")
        (tmp_path / "a.py").unlink()
        assert reader.read("a.py") is first
        assert reader.read_many(["a.py", "b.js", "a.py"])["a.py"] is first
    assert first.module is not None
    assert first.source is not None
    assert first.source.text == FILES["a.py"]


def test_this_process_parses_nothing(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    code = (
        "import sys\nfrom pathlib import Path\nfrom faceoff_lint.pool import Reader\n"
        "with Reader(Path(sys.argv[1])) as reader:\n"
        "    assert reader.read('a.py').module and reader.read('b.js').module\n"
        "print({'libcst', 'esprima', 'tree_sitter'} & set(sys.modules))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("set()\n", "")


def test_a_glance_is_not_kept(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    with Reader(tmp_path) as reader:
        assert reader.glance("a.py").module is not None
        assert reader.results == {}
        read = reader.read("a.py")
        assert reader.glance("a.py") is read


def test_a_death_costs_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "_BOOT", _FRAGILE)
    files = {f"{n:02}.py": f"x = {n}" for n in range(12)}
    files["03.py"] = files["07.py"] = "DIE"
    paths = write(tmp_path, files)
    with Reader(tmp_path, jobs=2) as reader:
        results = reader.read_many(paths)
        assert kinds(results) == {
            path: "crash" if path in ("03.py", "07.py") else "ok" for path in paths
        }
        assert reader.read_many(["00.py"])["00.py"].module is not None


@pytest.mark.parametrize("text", ["HANG", "BURN"])
def test_an_endless_parse_costs_one_file(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(isolation, "_BOOT", _FRAGILE)
    paths = write(tmp_path, {"a.py": text, "b.py": "x"})
    with Reader(tmp_path, jobs=1, limits=Limits(file_seconds=0.5)) as reader:
        assert kinds(reader.read_many(paths)) == {"a.py": "timeout", "b.py": "ok"}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is bounded on Linux only")
def test_all_the_memory_costs_one_file(tmp_path: Path) -> None:
    # Nested lambdas take libcst memory that grows with the square of their number.
    paths = write(tmp_path, {"a.py": "lambda:" * 20_000 + "a", "b.py": "x"})
    with Reader(tmp_path, jobs=1, limits=Limits(worker_memory_mb=700)) as reader:
        assert kinds(reader.read_many(paths)) == {"a.py": "crash", "b.py": "ok"}


def test_without_workers_files_are_read_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(isolation, "_BOOT", "raise SystemExit(1)")
    paths = write(tmp_path, FILES)
    with Reader(tmp_path) as reader:
        assert kinds(reader.read_many(paths))["a.py"] == "ok"


def test_workers_run_nothing_of_the_scanned_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = write(tmp_path, {"json.py": "raise SystemExit", "libcst.py": "raise SystemExit"})
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with Reader(tmp_path, jobs=1) as reader:
        assert set(kinds(reader.read_many(paths)).values()) == {"ok"}


def test_limits_hold_for_size_nesting_and_the_whole_run(tmp_path: Path) -> None:
    paths = write(tmp_path, {"big.py": "x = 1\n" * 400, "deep.py": "f" + "(" * 20 + ")" * 20})
    limits = Limits(file_size_kb=1, nesting=15)
    with Reader(tmp_path, limits=limits) as reader:
        assert kinds(reader.read_many(paths)) == {"big.py": "too-large", "deep.py": "too-deep"}
        assert not reader.late
    with Reader(tmp_path, limits=Limits(total_seconds=1e-9)) as reader:
        assert reader.late
        assert set(kinds(reader.read_many(paths)).values()) == {"timeout"}


class Broken(Executor):
    """An executor that loses every task, some when they are handed on."""

    def __init__(self) -> None:
        self.asked = 0

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.asked += 1
        if self.asked % 2:
            raise RuntimeError("closed")
        future: Future[Any] = Future()
        future.set_exception(OSError("the machine is gone"))
        return future


@pytest.mark.slow
def test_any_executor_reads_alike(tmp_path: Path) -> None:
    paths = [*write(tmp_path, FILES), "missing.py"]
    with Reader(tmp_path) as reader, deep_recursion():
        expected = summary(reader.read_many(paths))
    with (
        ThreadPoolExecutor(2) as threads,
        ProcessPoolExecutor(2, get_context("spawn")) as processes,
    ):
        broken = Broken()
        for executor in (threads, processes, broken):
            with Reader(tmp_path, executor=executor) as reader, deep_recursion():
                assert summary(reader.read_many(paths)) == expected
        assert broken.asked > 2


@pytest.mark.slow
def test_a_cluster_reads_alike(tmp_path: Path) -> None:
    paths = write(tmp_path, FILES)
    with Reader(tmp_path) as reader, deep_recursion():
        expected = summary(reader.read_many(paths))
    code = (
        "import sys\n"
        "from distributed import LocalCluster\n"
        "if __name__ == '__main__':\n"
        "    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as c:\n"
        "        print(c.scheduler_address, flush=True)\n"
        "        sys.stdin.read()\n"
    )
    script = tmp_path / "cluster_script.py"
    script.write_text(code)
    with subprocess.Popen(
        [sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        cwd=tmp_path,
    ) as cluster:  # fmt: skip
        assert cluster.stdout is not None
        address = cluster.stdout.readline().strip()
        assert address.startswith("tcp://127.0.0.1")
        check = [
            sys.executable, "-m", "faceoff_lint.cli", "check", "--isolated", "--no-cache",
            "--output-format", "json", str(SHOP),
        ]  # fmt: skip
        plain = subprocess.run(check, capture_output=True, text=True, check=False)
        away = subprocess.run(
            [*check, "--cluster", address, "-v"], capture_output=True, text=True, check=False
        )
        assert plain.returncode == 1, plain.stderr
        assert (away.stdout, away.returncode) == (plain.stdout, 1), away.stderr
        assert "was not read by the executor" not in away.stderr
        with Client(address) as client:
            executor = client.get_executor(pure=False)
            with Reader(tmp_path, executor=executor) as reader, deep_recursion():
                assert summary(reader.read_many(paths)) == expected
            ran = client.run(lambda: "faceoff_lint.isolation" in __import__("sys").modules)
            assert list(ran.values()) == [True, True]
        cluster.communicate()


def test_without_dask_or_a_cluster_the_message_says_so() -> None:
    code = (
        "import sys\nsys.modules['distributed'] = None\nfrom faceoff_lint.cli import main\nmain()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "check", "--no-cache", "--cluster", "tcp://[::1]:9", SHOP],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "pip install faceoff-lint[dask]" in done.stderr


def test_an_answer_that_is_not_of_this_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a process has said too much costs no other file; what it says wrongly its own."""
    texts = {f"{n}.js": f"f({n});" for n in range(4)}
    write(tmp_path, texts)
    with Reader(tmp_path, jobs=1) as reader:
        expected = summary(reader.read_many(texts))
    receive = isolation._Process._receive
    heard: list[str | None] = []

    def late(self: isolation._Process, most: int) -> str | None:
        heard.append(receive(self, most))
        # From its second text on, a process gives the answer before.
        return heard[-1] if self.asked < 2 else heard[-2]

    monkeypatch.setattr(isolation._Process, "_receive", late)
    with Reader(tmp_path, jobs=1, limits=Limits(file_seconds=19)) as reader:
        assert summary(reader.read_many(texts)) == expected

    def wrong(self: isolation._Process, most: int) -> str | None:
        line = receive(self, most)
        return line and line.replace('"0"', '"1"').replace(",0]", ",7]")

    monkeypatch.setattr(isolation._Process, "_receive", wrong)
    with Reader(tmp_path, jobs=1, limits=Limits(file_seconds=18)) as reader:
        found = reader.read_many(texts)
    failures = {path: result.failure for path, result in found.items() if result.failure}
    assert failures
    assert {one.kind for one in failures.values()} == {"crash"}
    assert "can't be read" in next(iter(failures.values())).message


def test_an_answer_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not taken in to its end."""
    write(tmp_path, {"a.js": "f(1);" * 50, "b.js": ""})
    monkeypatch.setattr(isolation, "_ANSWER_RATIO", 1)
    monkeypatch.setattr(isolation, "_ANSWER_BASE", 200)
    with Reader(tmp_path, jobs=1) as reader:
        assert kinds(reader.read_many(["a.js", "b.js"])) == {"a.js": "crash", "b.js": "ok"}


@pytest.mark.parametrize(
    "answer",
    [None, 7, "", "[", "[" * 100_000, "{}", "[]", '"failure"', '{"module": 1}', '{"module": []}',
     '{"module": [0]}', '{"module": [0, 1, 2, 3, 4, 5, 6, 7]}', '{"failure": 1}',
     '{"failure": "abc"}', '{"failure": [1, "x"]}', '{"failure": ["crash", "x", "0", 1, 1]}'],
)  # fmt: skip
def test_answers_of_another_form(
    answer: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From this machine it is the file's failure; an executor is not asked again."""

    class Strange(Executor):
        def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            future: Future[Any] = Future()
            future.set_result(answer)
            return future

    write(tmp_path, {"a.js": "f(1);"})
    with Reader(tmp_path, executor=Strange()) as reader:
        assert kinds(reader.read_many(["a.js"])) == {"a.js": "ok"}
    monkeypatch.setattr(isolation, "shared", lambda threads: Strange())
    with Reader(tmp_path) as reader:
        assert kinds(reader.read_many(["a.js"])) == {"a.js": "crash"}
