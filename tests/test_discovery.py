"""Services, their folders, versions, entries and files, on small trees."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from faceoff_lint.discovery import Discovery, discover

Tree = Callable[[dict[str, str]], Path]

FLASK = "from flask import Flask\napp = Flask(__name__)\n"
EXPRESS = "const express = require('express');\nconst app = express();\n"


def package(**fields: object) -> str:
    return json.dumps({"name": "x", "dependencies": {"express": "^4.18.2"}, **fields})


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    def write(files: dict[str, str]) -> Path:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        return tmp_path

    return write


def names(found: Discovery) -> list[str]:
    return [service.name for service in found.services]


def test_nothing_to_lint(tree: Tree) -> None:
    found = discover(tree({"README.md": "x", "lib.py": "import json\n", "a.js": "let a = 1\n"}))
    assert names(found) == []
    assert found.files == ["a.js", "lib.py"]


def test_flask_service_of_a_requirements_file(tree: Tree) -> None:
    found = discover(
        tree({"requirements.txt": "flask>=2.2,<3\nrequests\n", "app.py": FLASK, "util.py": ""})
    )
    (service,) = found.services
    assert service.name == "flask:."
    assert service.files == ["app.py", "util.py"]
    assert service.entries == ["app.py"]
    assert service.version is not None
    assert (service.version.low, service.version.high) == ((2, 2, 0), (3,))
    assert service.package("requests") is not None


def test_flask_without_a_manifest_starts_at_the_parent_of_the_package(tree: Tree) -> None:
    found = discover(
        tree(
            {
                "backend/shop/__init__.py": FLASK,
                "backend/shop/users/__init__.py": "",
                "backend/shop/users/views.py": "from flask import Blueprint\n",
                "notes/x.py": "",
            }
        )
    )
    assert names(found) == ["flask:backend"]
    assert found.services[0].entries == ["backend/shop/__init__.py"]


def test_requirements_inside_a_package_make_no_service(tree: Tree) -> None:
    found = discover(
        tree(
            {
                "requirements.txt": "flask\n",
                "run.py": "from app import app\n",
                "app/__init__.py": FLASK,
                "app/requirements.txt": "flask==3.0.0\n",
            }
        )
    )
    assert names(found) == ["flask:."]


def test_requirements_of_a_folder_without_code_count_for_the_code(tree: Tree) -> None:
    found = discover(tree({"deploy/requirements.txt": "Flask==2.1.3\n", "site.py": FLASK}))
    (service,) = found.services
    assert service.version is not None
    assert service.version.exact == (2, 1, 3)
    assert service.version.file == "deploy/requirements.txt"


def test_lock_beats_pin_beats_range(tree: Tree) -> None:
    root = tree(
        {
            "pyproject.toml": '[project]\nname = "x"\ndependencies = ["flask>=2"]\n',
            "requirements.txt": "flask==2.3.0\n",
            "uv.lock": 'version = 1\n\n[[package]]\nname = "flask"\nversion = "3.1.1"\n',
            "app.py": FLASK,
        }
    )
    version = discover(root).services[0].version
    assert version is not None
    assert version.exact == (3, 1, 1)
    (root / "uv.lock").unlink()
    version = discover(root).services[0].version
    assert version is not None
    assert version.exact == (2, 3, 0)


def test_installed_flask_beats_a_range(tree: Tree) -> None:
    root = tree(
        {
            "requirements.txt": "flask\n",
            "app.py": FLASK,
            ".venv/lib/python3.12/site-packages/flask-2.2.5.dist-info/METADATA": "",
        }
    )
    version = discover(root).services[0].version
    assert version is not None
    assert version.exact == (2, 2, 5)


def test_express_service(tree: Tree) -> None:
    found = discover(
        tree(
            {
                "package.json": package(
                    main="lib/server.js",
                    scripts={"start": "NODE_ENV=production node -r dotenv/config ./src/www.js"},
                    engines={"node": ">=18"},
                ),
                "src/www.js": "require('./app')\n",
                "src/app.js": EXPRESS,
                "lib/server.js": "",
            }
        )
    )
    (service,) = found.services
    assert service.name == "express:."
    assert service.entries == ["src/www.js", "lib/server.js", "src/app.js"]
    assert service.node == (18, 0, 0)
    assert service.version is not None
    assert service.version.below(5) is True
    assert service.manifest["main"] == "lib/server.js"


def test_generator_app_has_its_start_script(tree: Tree) -> None:
    found = discover(
        tree(
            {
                "package.json": package(scripts={"start": "node ./bin/www"}),
                "bin/www": "#!/usr/bin/env node\nrequire('../app')\n",
                "bin/tool": "#!/bin/sh\n",
                "app.js": EXPRESS,
            }
        )
    )
    assert found.services[0].entries == ["bin/www", "app.js"]
    assert found.files == ["app.js", "bin/www"]


NPM_LOCK = json.dumps(
    {
        "lockfileVersion": 3,
        "packages": {
            "node_modules/express": {"version": "4.21.0"},
            "packages/api/node_modules/express": {"version": "5.1.0"},
        },
    }
)
NPM_LOCK_1 = '{"dependencies": {"express": {"version": "4.17.3"}}}'
YARN_1 = 'accepts@^1:\n  version "1.3.8"\n\nexpress@^4.17.1, express@^4.18.2:\n  version "4.19.0"\n'
YARN_BERRY = '"express@npm:^4.18.2":\n  version: 4.20.0\n  resolution: "express@npm:4.20.0"\n'
PNPM_9 = """\
lockfileVersion: '9.0'

importers:

  .:
    devDependencies:
      express:
        specifier: ^4.0.0
        version: 4.1.0

  packages/api:
    dependencies:
      cors:
        specifier: ^2.8.5
        version: 2.8.5
      express:
        specifier: ^4.18.2
        version: 4.21.2(supports-color@8.1.1)

packages:
"""
PNPM_5 = "lockfileVersion: 5.4\n\ndependencies:\n  cors: 2.8.5\n  express: 4.18.3\n\npackages:\n"


@pytest.mark.parametrize(
    ("folder", "lock", "text", "exact"),
    [
        ("", "package-lock.json", NPM_LOCK, (4, 21, 0)),
        ("packages/api", "package-lock.json", NPM_LOCK, (5, 1, 0)),
        (
            "",
            "package-lock.json",
            '{"dependencies": {"express": {"version": "4.17.3"}}}',
            (4, 17, 3),
        ),
        ("", "yarn.lock", YARN_1, (4, 19, 0)),
        ("packages/api", "yarn.lock", YARN_BERRY, (4, 20, 0)),
        ("packages/api", "pnpm-lock.yaml", PNPM_9, (4, 21, 2)),
        ("", "pnpm-lock.yaml", PNPM_5, (4, 18, 3)),
        ("", "bun.lock", '"express": ["express@5.0.1", "", {}, ""],', (5, 0, 1)),
        ("", "package-lock.json", "not json", None),
    ],
)
def test_node_locks(
    tree: Tree, folder: str, lock: str, text: str, exact: tuple[int, ...] | None
) -> None:
    inside = f"{folder}/" if folder else ""
    root = tree({f"{inside}package.json": package(), f"{inside}app.js": EXPRESS, lock: text})
    version = discover(root).services[0].version
    assert version is not None
    assert version.exact == exact


def test_installed_express(tree: Tree) -> None:
    root = tree(
        {
            "package.json": package(),
            "app.js": EXPRESS,
            "node_modules/express/package.json": '{"version": "4.16.4"}',
            "node_modules/express/index.js": EXPRESS,
        }
    )
    found = discover(root)
    assert found.files == ["app.js"]
    version = found.services[0].version
    assert version is not None
    assert version.exact == (4, 16, 4)


def test_many_services_in_one_repository(tree: Tree) -> None:
    found = discover(
        tree(
            {
                "package.json": json.dumps({"name": "root", "workspaces": ["services/*"]}),
                "services/api/package.json": package(),
                "services/api/index.js": EXPRESS,
                "services/web/package.json": '{"name": "web", "dependencies": {"react": "18"}}',
                "services/web/src/App.jsx": "import React from 'react'\n",
                "services/mail/pyproject.toml": '[project]\ndependencies = ["flask"]\n',
                "services/mail/mail/__init__.py": FLASK,
                "services/auth/requirements/base.txt": "flask~=3.0\n",
                "services/auth/app.py": FLASK,
            }
        )
    )
    assert names(found) == ["express:services/api", "flask:services/auth", "flask:services/mail"]
    assert found.services[0].files == ["services/api/index.js"]


def test_a_front_end_beside_the_server(tree: Tree) -> None:
    found = discover(
        tree(
            {
                "package.json": package(),
                "server.js": EXPRESS,
                "client/package.json": '{"name": "c", "dependencies": {"react": "18"}}',
                "client/src/index.js": "import React from 'react'\n",
                "public/app.js": "document.getElementById('x')\n",
                "views/page.js": "$(document).ready(function () {})\n",
            }
        )
    )
    (service,) = found.services
    assert service.roles == {
        "client/src/index.js": "frontend",
        "public/app.js": "frontend",
        "views/page.js": "frontend",
    }


def test_a_front_end_alone_is_no_service(tree: Tree) -> None:
    found = discover(
        tree(
            {
                "package.json": '{"name": "x", "dependencies": {"react": "18", "express": "4"}}',
                "src/index.js": "import React from 'react'\n",
            }
        )
    )
    assert names(found) == []


def test_only_tests_mention_the_framework(tree: Tree) -> None:
    found = discover(tree({"package.json": package(), "index.js": "", "test/app.test.js": EXPRESS}))
    assert names(found) == []


def test_roles(tree: Tree) -> None:
    found = discover(
        tree(
            {
                "requirements.txt": "flask\n",
                "app/__init__.py": FLASK,
                "app/docs/__init__.py": "",
                "app/docs/views.py": "from flask import Blueprint\n",
                "docs/conf.py": "",
                "tests/test_app.py": FLASK,
                "migrations/env.py": "from flask import current_app\n",
                "scripts/seed.py": "",
                "{{cookiecutter.name}}/app.py": "from flask import {{x}}\n",
                "gen/api_pb2.py": "",
            }
        )
    )
    (service,) = found.services
    assert service.roles == {
        "docs/conf.py": "example",
        "gen/api_pb2.py": "generated",
        "migrations/env.py": "migration",
        "scripts/seed.py": "script",
        "tests/test_app.py": "test",
        "{{cookiecutter.name}}/app.py": "template",
    }


def test_a_folder_asked_for_by_name_is_judged_from_there(tree: Tree) -> None:
    root = tree(
        {
            "examples/shop/requirements.txt": "flask\n",
            "examples/shop/app.py": FLASK,
            "other.py": FLASK,
        }
    )
    found = discover(root, ["examples/shop"])
    assert names(found) == ["flask:examples/shop"]
    assert found.services[0].roles == {}
    assert found.files == ["examples/shop/app.py"]


def test_a_path_inside_a_project_brings_the_whole_project(tree: Tree) -> None:
    root = tree(
        {"requirements.txt": "flask\n", "app/__init__.py": FLASK, "app/views.py": "x = 1\n"}
    )
    found = discover(root, ["app/views.py"])
    assert found.files == ["app/views.py"]
    assert found.services[0].files == ["app/__init__.py", "app/views.py"]


def test_paths_that_are_not_there_or_outside_are_noted(tree: Tree) -> None:
    found = discover(tree({"a/app.py": FLASK}) / "a", ["nothing", ".."])
    assert len(found.notes) == 2
    assert found.files == []


def test_broken_manifests_are_noted(tree: Tree) -> None:
    found = discover(
        tree({"pyproject.toml": "[x", "package.json": "{", "app.py": FLASK, "a.js": EXPRESS})
    )
    assert sorted(note.partition(":")[0] for note in found.notes) == [
        "package.json",
        "pyproject.toml",
    ]
    assert names(found) == ["express:.", "flask:."]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (".flaskenv", "FLASK_APP=shop.web\n", "shop/web.py"),
        ("Procfile", "web: gunicorn -w 4 'shop:create_app()'\n", "shop/__init__.py"),
        ("Dockerfile", 'CMD ["gunicorn", "-b", ":80", "shop.web:app"]\n', "shop/web.py"),
        ("Dockerfile", 'CMD ["python", "serve.py"]\n', "serve.py"),
    ],
)
def test_flask_entries_from_configuration(tree: Tree, name: str, text: str, expected: str) -> None:
    root = tree(
        {name: text, "shop/__init__.py": FLASK, "shop/web.py": "", "serve.py": "", "app.py": ""}
    )
    assert discover(root).services[0].entries[0] == expected


def test_a_flask_file_of_any_name_is_an_entry(tree: Tree) -> None:
    found = discover(tree({"api.py": FLASK, "models.py": "from flask import g\n"}))
    assert found.services[0].entries == ["api.py"]
