"""The npm package: which program its command finds, with the real Node and made-up programs."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from faceoff_lint import __version__

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "integrations/npm"
BIN = PACKAGE / "bin/faceoff-lint.js"
NODE = str(shutil.which("node"))


def program(file: Path, text: str = 'echo "$0" "$@"; exit 7') -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)
    return file


def environment(*path: Path, **more: str) -> dict[str, str]:
    folders = [str(folder) for folder in path]
    return {"PATH": os.pathsep.join(folders), "HOME": "/nowhere", **more}


def run(
    folder: Path, *args: str, env: dict[str, str], bin: Path = BIN
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [NODE, str(bin), *args],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_installed_on_the_path(tmp_path: Path) -> None:
    found = program(tmp_path / "tools/faceoff-lint")
    done = run(tmp_path, "a b", "--x", env=environment(tmp_path / "tools"))
    assert (done.stdout, done.returncode) == (f"{found} a b --x\n", 7)


def test_environments_come_before_the_path(tmp_path: Path) -> None:
    program(tmp_path / "tools/faceoff-lint")
    env = environment(tmp_path / "tools")
    project = tmp_path / "project/inner"
    (tmp_path / "project/.git").mkdir(parents=True)
    outside = program(tmp_path / ".venv/bin/faceoff-lint")
    project.mkdir()
    assert run(project, env=env).stdout.split()[0] != str(outside)
    upper = program(tmp_path / "project/venv/bin/faceoff-lint")
    assert run(project, env=env).stdout.split() == [str(upper)]
    inner = program(project / ".venv/bin/faceoff-lint")
    assert run(project, env=env).stdout.split() == [str(inner)]
    active = program(tmp_path / "active/bin/faceoff-lint")
    env["VIRTUAL_ENV"] = str(tmp_path / "active")
    assert run(project, env=env).stdout.split() == [str(active)]
    named = program(tmp_path / "named")
    assert run(project, env={**env, "FACEOFF_LINT": str(named)}).stdout.split() == [str(named)]
    done = run(project, env={**env, "FACEOFF_LINT": "named"})
    assert done.returncode == 2
    assert "not the full path of a program" in done.stderr


def test_without_a_repository_only_the_folder_itself_is_looked_at(tmp_path: Path) -> None:
    program(tmp_path / ".venv/bin/faceoff-lint")
    (tmp_path / "inner").mkdir()
    if any((folder / ".git").exists() for folder in tmp_path.parents):
        pytest.skip("the temporary folder lies in a repository")
    assert run(tmp_path / "inner", env=environment()).returncode == 2


def test_it_does_not_find_itself(tmp_path: Path) -> None:
    """As npm links it: into node_modules/.bin of a project, and into a folder of programs."""
    linked = tmp_path / "node_modules/.bin"
    linked.mkdir(parents=True)
    (linked / "faceoff-lint").symlink_to(BIN)
    everywhere = tmp_path / "bin"
    everywhere.mkdir()
    (everywhere / "faceoff-lint").symlink_to(BIN)
    node = tmp_path / "node"
    node.mkdir()
    (node / "node").symlink_to(NODE)
    env = environment(linked, everywhere, node, Path("/usr/bin"), Path("/bin"))
    done = run(tmp_path, env=env, bin=linked / "faceoff-lint")
    if "uvx" not in done.stdout + done.stderr:
        assert done.returncode == 2
    # Another copy of this package, which the look at the file doesn't recognise.
    copy = tmp_path / "copy"
    shutil.copytree(PACKAGE, copy)
    (everywhere / "faceoff-lint").unlink()
    (everywhere / "faceoff-lint").symlink_to(copy / "bin/faceoff-lint.js")
    done = run(tmp_path, env=env)
    assert done.returncode == 2
    assert "found itself" in done.stderr


def test_uvx_then_pipx(tmp_path: Path) -> None:
    pipx = program(tmp_path / "pipx/pipx")
    env = environment(tmp_path / "uv", tmp_path / "pipx")
    spec = f"faceoff-lint=={__version__}"
    done = run(tmp_path, "check", env=env)
    assert done.stdout == f"{pipx} run --spec {spec} faceoff-lint check\n"
    uvx = program(tmp_path / "uv/uvx")
    done = run(tmp_path, "check", env=env)
    assert done.stdout == f"{uvx} --from {spec} faceoff-lint check\n"
    assert done.returncode == 7


def test_nothing_found_says_what_to_install(tmp_path: Path) -> None:
    done = run(tmp_path, env=environment(tmp_path))
    assert done.returncode == 2
    assert "pip install faceoff-lint" in done.stderr
    assert done.stdout == ""


def test_relative_and_node_modules_entries_of_the_path_are_passed_over(tmp_path: Path) -> None:
    program(tmp_path / "tools/faceoff-lint")
    program(tmp_path / "node_modules/.bin/faceoff-lint")
    env = environment(Path("tools"), tmp_path / "node_modules/.bin")
    assert run(tmp_path, env=env).returncode == 2


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signals_are_passed_through(tmp_path: Path, sent: signal.Signals) -> None:
    # Python, as a shell can't take back that a signal was ignored when it was started.
    program(
        tmp_path / "tools/faceoff-lint",
        f"exec {sys.executable} -c '\n"
        "import os, signal, time\n"
        "def got(number, frame):\n"
        '    os.write(1, b"got\\n")\n'
        "    signal.signal(number, signal.SIG_DFL)\n"
        "    os.kill(os.getpid(), number)\n"
        f"signal.signal({sent.value}, got)\n"
        'os.write(1, b"ready\\n")\n'
        "while True: time.sleep(1)'",
    )
    process = subprocess.Popen(
        [NODE, str(BIN)],
        cwd=tmp_path,
        env=environment(tmp_path / "tools", Path("/usr/bin"), Path("/bin")),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(sent)
    try:
        out, _ = process.communicate(timeout=60)
    finally:
        process.kill()
    assert out == "got\n"
    assert process.returncode == -sent


def test_package_has_this_version_and_no_scripts(tmp_path: Path) -> None:
    package = json.loads((PACKAGE / "package.json").read_text("utf-8"))
    assert package["version"] == __version__
    assert "scripts" not in package
    assert "dependencies" not in package
    done = subprocess.run(
        ["npm", "pack", "--dry-run", "--json", "--offline"],
        cwd=PACKAGE,
        env={**os.environ, "npm_config_cache": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    (packed,) = json.loads(done.stdout)
    names = {file["path"] for file in packed["files"]}
    assert names == {"package.json", "README.md", "LICENSE", "bin/faceoff-lint.js"}


def test_the_real_linter_through_node(tmp_path: Path, command: Path) -> None:
    done = run(tmp_path, "--version", env=environment(command.parent, Path("/usr/bin")))
    assert done.stdout.strip().endswith(__version__)


@pytest.mark.slow
def test_installed_by_npm_and_run_by_npx(tmp_path: Path, command: Path) -> None:
    """As a project has it: npx puts node_modules/.bin, with the command itself, on the PATH."""

    def npm(*args: str, path: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            args,
            cwd=tmp_path,
            env={
                "PATH": path,
                "HOME": str(tmp_path),
                "npm_config_cache": str(tmp_path / "cache"),
                "npm_config_update_notifier": "false",
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    system = os.pathsep.join([str(Path(NODE).parent), "/usr/bin", "/bin"])
    (tmp_path / "package.json").write_text('{"name": "app", "private": true}')
    packed = npm("npm", "pack", "--silent", str(PACKAGE), path=system)
    assert packed.returncode == 0, packed.stderr
    done = npm("npm", "install", "--offline", f"./{packed.stdout.strip()}", path=system)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "node_modules/.bin/faceoff-lint").exists()
    call = ("npx", "--no-install", "faceoff-lint", "--version")
    done = npm(*call, path=f"{command.parent}{os.pathsep}{system}")
    assert (done.returncode, done.stdout.split()[-1]) == (0, __version__), done.stderr
    if not (shutil.which("uvx", path=system) or shutil.which("pipx", path=system)):
        done = npm(*call, path=system)
        assert done.returncode == 2
        assert "was not found" in done.stderr
