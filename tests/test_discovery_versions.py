"""Specifiers of PEP 440, Poetry and npm; manifests of Python projects."""

from __future__ import annotations

import pytest

from faceoff_lint.discovery.node import node_version
from faceoff_lint.discovery.python import ManifestError, is_manifest, requirements
from faceoff_lint.discovery.versions import Bounds, npm_bounds, pep440_bounds, poetry_bounds
from faceoff_lint.service import Requirement


@pytest.mark.parametrize(
    ("spec", "bounds"),
    [
        ("==3.1.3", Bounds(exact=(3, 1, 3))),
        ("== 2.0", Bounds(exact=(2, 0, 0))),
        ("==2.*", Bounds((2, 0, 0), (3,))),
        ("~=2.1", Bounds((2, 1, 0), (3,))),
        ("~=2.1.3", Bounds((2, 1, 3), (2, 2))),
        (">=2.2,<3", Bounds((2, 2, 0), (3,))),
        (">=2.2, <3.0.0, !=2.3.1", Bounds((2, 2, 0), (3,))),
        ("<=2.0", Bounds(None, (2, 0, 0, 1))),
        ("", Bounds()),
        ("==2.0rc1", Bounds(exact=(2, 0, 0))),
    ],
)
def test_pep440(spec: str, bounds: Bounds) -> None:
    assert pep440_bounds(spec) == bounds


@pytest.mark.parametrize(
    ("spec", "bounds"),
    [
        ("^3.0", Bounds((3, 0, 0), (4,))),
        ("^0.12.2", Bounds((0, 12, 2), (0, 13))),
        ("~2.2", Bounds((2, 2, 0), (2, 3))),
        ("2.3.1", Bounds(exact=(2, 3, 1))),
        ("3.*", Bounds((3, 0, 0), (4,))),
        ("*", Bounds()),
        (">=2,<4", Bounds((2, 0, 0), (4,))),
    ],
)
def test_poetry(spec: str, bounds: Bounds) -> None:
    assert poetry_bounds(spec) == bounds


@pytest.mark.parametrize(
    ("spec", "bounds"),
    [
        ("^4.17.1", Bounds((4, 17, 1), (5,))),
        ("~4.17.1", Bounds((4, 17, 1), (4, 18))),
        ("~4", Bounds((4, 0, 0), (5,))),
        ("4.x", Bounds((4, 0, 0), (5,))),
        ("4", Bounds((4, 0, 0), (5,))),
        ("4.17", Bounds((4, 17, 0), (4, 18))),
        ("4.17.1", Bounds(exact=(4, 17, 1))),
        ("=4.17.1", Bounds(exact=(4, 17, 1))),
        (">=4 <6", Bounds((4, 0, 0), (6,))),
        (">= 4.1", Bounds((4, 1, 0))),
        ("^4 || ^5", Bounds((4, 0, 0), (6,))),
        ("4.16.0 || ^5.1", Bounds((4, 16, 0), (6,))),
        ("4.1 - 4.9", Bounds((4, 1, 0), (4, 10))),
        ("4.1.0 - 4.9.2", Bounds((4, 1, 0), (4, 9, 2, 1))),
        ("npm:express@^5.0.0", Bounds((5, 0, 0), (6,))),
        ("5.0.0-beta.3", Bounds(exact=(5, 0, 0))),
        ("*", Bounds()),
        ("latest", Bounds()),
        ("workspace:*", Bounds()),
        ("github:expressjs/express#5.0", Bounds()),
        ("https://example.com/express-4.1.0.tgz", Bounds()),
    ],
)
def test_npm(spec: str, bounds: Bounds) -> None:
    assert npm_bounds(spec) == bounds


@pytest.mark.parametrize(
    ("spec", "version", "answer"),
    [
        ("^4.0.0", (5,), True),
        ("^5", (5, 0), False),
        (">=4", (5,), None),
        ("4.17.1", (4, 18), True),
        ("<3.0", (3,), True),
        ("<3.0", (3, 0, 0), True),
    ],
)
def test_bounds_compare_with_versions_of_any_length(
    spec: str, version: tuple[int, ...], answer: bool | None
) -> None:
    bounds = npm_bounds(spec)
    requirement = Requirement("express", bounds.low, bounds.high, bounds.exact)
    assert requirement.below(*version) is answer


MANIFESTS = {
    "requirements.txt": (
        "# comment\n-r base.txt\n-e git+file:///x#egg=Thing\n"
        'Flask_SQLAlchemy[x]>=3.0 ; python_version > "3"\nflask==3.1.3 \\\n    --hash=sha256:abc\n'
        "werkzeug @ file:///w.whl\nnot a requirement\n"
    ),
    "requirements/dev.txt": "pytest>=8\n",
    "setup.py": 'setup(install_requires=["flask>=2", "click", "Flask-Login"], name="x")\n',
    "setup.cfg": "[options]\ninstall_requires =\n    flask>=2\n    click\n",
    "pyproject.toml": (
        '[project]\ndependencies = ["Flask>=2.3"]\n'
        '[project.optional-dependencies]\ntest = ["pytest"]\n'
        '[dependency-groups]\nlint = ["ruff==0.9.1", {include-group = "x"}]\n'
    ),
    "Pipfile": (
        '[packages]\nflask = "*"\nrequests = {version = "~=2.0"}\n[dev-packages]\nx = "==1.0"\n'
    ),
    "Pipfile.lock": '{"default": {"flask": {"version": "==2.0.1"}}, "develop": {}}',
    "poetry.lock": '[[package]]\nname = "flask"\nversion = "3.0.0"\ndescription = ""\n',
}
EXPECTED = {
    "requirements.txt": [
        ("flask-sqlalchemy", ">=3.0", False),
        ("flask", "==3.1.3", False),
        ("werkzeug", "", False),
    ],
    "requirements/dev.txt": [("pytest", ">=8", True)],
    "setup.py": [("flask", ">=2", False), ("flask-login", "", False)],
    "setup.cfg": [("flask", ">=2", False), ("click", "", False)],
    "pyproject.toml": [
        ("flask", ">=2.3", False),
        ("pytest", "", True),
        ("ruff", "==0.9.1", True),
    ],
    "Pipfile": [("flask", "", False), ("requests", "~=2.0", False), ("x", "==1.0", True)],
    "Pipfile.lock": [("flask", "==2.0.1", False)],
    "poetry.lock": [("flask", "3.0.0", False)],
}


@pytest.mark.parametrize("path", MANIFESTS)
def test_python_manifests(path: str) -> None:
    assert is_manifest(path)
    found = requirements(path, MANIFESTS[path])
    assert [(r.name, r.spec, r.dev) for r in found] == EXPECTED[path]
    for requirement in found:
        written = MANIFESTS[path][requirement.offset :].lstrip("'\"").lower().replace("_", "-")
        assert written.startswith((requirement.name, f'name = "{requirement.name}"'))


def test_poetry_tables() -> None:
    text = (
        '[tool.poetry.dependencies]\npython = "^3.11"\nflask = {version = "^3.0", extras = ["x"]}\n'
    )
    flask = requirements("pyproject.toml", text)[1]
    assert (flask.name, flask.low, flask.high) == ("flask", (3, 0, 0), (4,))


@pytest.mark.parametrize(
    ("path", "text"),
    [("pyproject.toml", "[x"), ("setup.cfg", "x"), ("Pipfile.lock", "{"), ("Pipfile", "= 1")],
)
def test_unreadable_manifests(path: str, text: str) -> None:
    with pytest.raises(ManifestError):
        requirements(path, text)


@pytest.mark.parametrize(
    ("engines", "nvmrc", "version"),
    [
        (">=14.0.0", "v18.1.0", (14, 0, 0)),
        ("18 || 20", "", (18, 0, 0)),
        (None, "v18.12.1\n", (18, 12, 1)),
        (None, "lts/iron\n", (20, 0, 0)),
        (None, "node\n", None),
        ("*", "16", (16, 0, 0)),
    ],
)
def test_node_versions(engines: str | None, nvmrc: str, version: tuple[int, ...] | None) -> None:
    manifest: dict[str, object] = {"engines": {"node": engines}} if engines else {}
    assert node_version(manifest, {".nvmrc": nvmrc}) == version
