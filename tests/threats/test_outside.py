"""Nothing outside the scanned tree is read or written, whatever its settings and links say.

Each run notes what it opens, starts and executes.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.interrupts.harness import Outcome, Project, Runner

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="forks; links"),
]

SECRET = "hunter2"


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with Runner() as made:
        yield made


class Scene(Project):
    """A project, and beside it what is none of its business."""

    def __post_init__(self) -> None:
        super().__post_init__()
        (self.folder / ".git").mkdir()  # not one of git's, but the root of what is scanned
        self.outside = self.home / "outside"
        self.outside.mkdir()
        self.put("secret.toml", f'{SECRET} = 1\nignore = ["{SECRET}"]\n')
        self.put("secret.json", json.dumps({SECRET: 1, "version": 1, "accepted": [SECRET]}))

    def put(self, name: str, text: str) -> Path:
        """A file outside."""
        path = self.outside / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def link(self, name: str, target: Path) -> None:
        """A link of the tree's, in the place of what is there."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.symlink_to(target)

    def state(self) -> dict[str, object]:
        """All that is outside, to the time of its change."""
        found: dict[str, object] = {}
        for path in [self.outside, *self.outside.rglob("*")]:
            status = path.lstat()
            found[str(path)] = (status.st_mode, status.st_mtime_ns, status.st_ctime_ns)
        return found

    def run(self, runner: Runner, *arguments: str) -> Outcome:
        """A run of a command, looked at from all sides."""
        before = self.state()
        outcome = runner.run(
            self, *arguments, audit=True,
            environment={
                "HOME": str(self.outside), "XDG_CONFIG_HOME": str(self.outside / ".config"),
            },
        )  # fmt: skip
        assert self.state() == before
        assert SECRET not in outcome.out + outcome.err
        assert "Traceback" not in outcome.err
        assert outcome.events
        for event, value in outcome.events:
            inside = "\0" not in value and os.path.realpath(value).startswith(str(self.outside))
            if event in ("open", "os.listdir", "os.scandir"):
                assert not inside, (event, value)
            elif event in ("exec", "import"):
                assert not value.startswith(str(self.home)), (event, value)
            elif event == "subprocess.Popen":
                assert value.endswith("git") or value == sys.executable, value
            elif event == "os.mkdir":
                assert value == str(self.home / "cache"), value
            else:
                assert event in ("os.rename", "os.remove", "os.link"), (event, value)
                assert not inside
        return outcome


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


# --- settings -------------------------------------------------------------------------------------

PLACES = [
    "/etc/passwd", "{outside}/secret.toml", "../outside/secret.toml", "~/secret.toml",
    "$HOME/secret.toml", "${HOME}/secret.toml", "%APPDATA%/secret.toml",
    "a/../../outside/secret.toml",
    "file://{outside}/secret.toml", "https://example.org/secret.toml", "link.toml",
    "linked/secret.toml", "linked/secret.json", "", ".", "..", "/", "//host/share/secret.toml",
    "\\\\host\\share\\secret.toml", "C:\\secret.toml", "a\0b", "-", "|id", "$(id)", "`id`",
    "/dev/stdin", "/proc/self/environ", "fifo.toml", "x" * 5000,
]  # fmt: skip
FILES = {
    "faceoff-lint.toml": "{key} = {value}\n",
    "pyproject.toml": "[tool.faceoff-lint]\n{key} = {value}\n",
    "package.json": '{{"dependencies": {{"express": "4"}}, "faceoff-lint": {{"{key}": {value}}}}}',
}


def configure(scene: Scene, file: str, key: str, value: object) -> None:
    text = json.dumps(value)
    (scene.folder / file).write_text(FILES[file].format(key=key, value=text))


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("key", ["extend", "baseline"])
def test_settings_that_name_other_files(file: str, key: str, scene: Scene, runner: Runner) -> None:
    scene.link("link.toml", scene.outside / "secret.toml")
    scene.link("linked", scene.outside)
    os.mkfifo(scene.folder / "fifo.toml")
    own = file == "faceoff-lint.toml"
    for place in PLACES if own else PLACES[:14:3]:
        configure(scene, file, key, place.format(outside=scene.outside, HOME="{HOME}"))
        written = key == "baseline" and place.startswith(("/", "..", "link", "a/", "C:", "x"))
        for command in ("check", "baseline") if own and written else ("check",):
            outcome = scene.run(runner, command)
            if key == "baseline" and command == "baseline" and outcome.code == 0:
                # It is written where the settings say, inside the tree.
                assert not place.startswith(("/", "..", "link"))
                continue
            assert outcome.code == 2, (place, outcome.err)
            assert "error" in outcome.err


CODE = [
    "plugins", "plugin", "load-plugins", "rules-folder", "rule-folders", "trusted-rules", "extends",
    "python", "executable", "command", "hooks", "cluster", "cache", "cache-dir", "cache_dir",
    "output-file", "output", "report", "import", "preload", "env", "root", "git", "include",
]  # fmt: skip


@pytest.mark.parametrize("file", FILES)
def test_settings_that_name_code_or_where_to_write(file: str, scene: Scene, runner: Runner) -> None:
    (scene.folder / "evil.py").write_text("open('owned', 'w')\n")
    for key in CODE if file == "pyproject.toml" else CODE[::5]:
        configure(scene, file, key, "./evil.py")
        outcome = scene.run(runner, "check")
        assert outcome.code == 2
        assert f"`{key}`" in outcome.err


def test_modules_of_the_tree_are_not_imported(scene: Scene, runner: Runner) -> None:
    trap = f"open({str(scene.outside / 'owned')!r}, 'w')\n"
    for name in (
        "click.py", "json.py", "esprima.py", "libcst.py", "sitecustomize.py", "usercustomize.py",
        "faceoff_lint.py", "faceoff_rules.py", "conftest.py", "setup.py", "tomli/__init__.py",
        "rules/__init__.py", "faceoff_lint_rules.py", "app.py",
    ):  # fmt: skip
        path = scene.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"from flask import Flask\n{trap}app = Flask(__name__)\n")
    for name in ("faceoff-lint.config.js", ".faceoff-lintrc.js", "node_modules/express/index.js"):
        (scene.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (scene.folder / name).write_text("require('fs').writeFileSync('../outside/owned', '')\n")
    assert scene.run(runner, "check").code == 1
    assert scene.run(runner, "check", "--fix", "--unsafe-fixes").code == 1


# --- links ----------------------------------------------------------------------------------------

LINKED = {
    "app.js": None, "more.js": None, "lib/routes.js": None, "routes.py": None,
    "package.json": f'{{"name": "{SECRET}", "dependencies": {{"express": "^5.0.0"}}}}',
    "package-lock.json": '{"packages": {"node_modules/express": {"version": "5.0.1"}}}',
    "yarn.lock": 'express@^4.19.0:\n  version "5.0.1"\n',
    "pnpm-workspace.yaml": f"packages:\n  - {SECRET}\n",
    "node_modules/express/package.json": '{"version": "5.0.1"}',
    ".nvmrc": "10", ".gitignore": "*.js\n", "tsconfig.json": '{"compilerOptions": {}}',
    "base.json": '{"compilerOptions": {"baseUrl": "."}}',
    "requirements.txt": f"flask==0.1\n{SECRET}\n", "Pipfile.lock": "{}", "poetry.lock": "",
    "setup.cfg": "", "setup.py": "", "Procfile": f"web: gunicorn {SECRET}:app\n",
    "Dockerfile": f"CMD gunicorn {SECRET}:app\n", "docker-compose.yml": "",
    ".flaskenv": "FLASK_APP=a",
    ".env": "", "templates/index.html": f"{{% extends '{SECRET}.html' %}}",
    "faceoff-lint.toml": f'ignore = ["{SECRET}"]\n',
    "pyproject.toml": f'[tool.faceoff-lint]\nignore = ["{SECRET}"]\n',
    "faceoff-baseline.json": '{"version": 1, "accepted": []}',
}  # fmt: skip
COMMANDS = [
    ("check",),
    ("check", "--fix", "--unsafe-fixes"),
    ("check", "--add-ignore"),
    ("routes",),
    ("baseline",),
    ("check", "--baseline", "faceoff-baseline.json"),
    ("init",),
    ("init", "--pyproject"),
    ("config",),
]
FLASK = """\
from flask import Flask, render_template
app = Flask(__name__)
@app.get("/")
def index():
    return render_template("index.html")
"""


def fill(scene: Scene) -> None:
    """An app of each kind, that would look at all of these files."""
    scene.reset(cache=False)
    (scene.folder / ".git").mkdir()
    (scene.folder / "views.py").write_text(FLASK)
    (scene.folder / "index.ts").write_text("import x from '@/lib/routes'\nimport y from './app'\n")
    (scene.folder / "tsconfig.json").write_text(
        '{"extends": ["./base.json", "../outside/base.json", "/etc/passwd"],'
        ' "compilerOptions": {"paths": {"@/*": ["../outside/*", "./*"]}, "outDir": "../outside"},'
        ' "references": [{"path": "../outside"}]}'
    )
    for name, text in LINKED.items():
        inside = scene.folder / name
        original = inside.read_text() if inside.exists() else f"// {SECRET}\n"
        scene.put(name, original if text is None else text)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_files_that_are_links_out(command: tuple[str, ...], scene: Scene, runner: Runner) -> None:
    """One after the other, then all at once."""
    for names in [*([name] for name in LINKED if command == ("check",)), list(LINKED)]:
        fill(scene)
        for name in names:
            scene.link(name, scene.outside / name)
        scene.run(runner, *command)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_folders_that_are_links_out(command: tuple[str, ...], scene: Scene, runner: Runner) -> None:
    fill(scene)
    for name in ("lib", "node_modules", "templates", "src", "migrations", ".config", ".vscode"):
        scene.link(name, scene.outside)
    (scene.folder / "app.js").write_text(
        (scene.folder / "app.js").read_text() + "require('./lib/more')(app);\n"
    )
    scene.run(runner, *command)


WRITES = [
    ("check", "--output-format", "json", "--output-file", "report"),
    ("check", "--output-format", "sarif", "--output-file", "reports/report"),
    ("baseline", "--file", "report"),
    ("baseline", "--file", "reports/report"),
    ("new-rule", "some-rule"),
    ("new-rule", "some-rule", "--folder", "reports"),
]


@pytest.mark.parametrize("command", WRITES, ids=" ".join)
def test_files_that_the_user_names_and_the_tree_leads_out(
    command: tuple[str, ...], scene: Scene, runner: Runner
) -> None:
    """A pull request may have put a link where a workflow writes its report."""
    scene.link("report", scene.put("report", "old"))
    scene.link("reports", scene.outside)
    scene.link("lint-rules", scene.outside)
    outcome = scene.run(runner, *command)
    assert outcome.code == 2
    assert "link" in outcome.err


def test_links_inside_the_tree_are_followed(scene: Scene, runner: Runner) -> None:
    (scene.folder / "real").write_text("old")
    scene.link("report", Path("real"))
    outcome = scene.run(
        runner, "check", "--output-format", "json", "--output-file", "report", "--output-format",
        "concise",
    )  # fmt: skip
    assert outcome.code == 1
    assert (scene.folder / "report").is_symlink()
    assert json.loads((scene.folder / "real").read_text())
