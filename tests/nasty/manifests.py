# ruff: noqa: E501
"""Manifests, lock files and settings of a scanned project, wrong in every way.

The project they belong to has a good Flask app and a good Express app. Whatever the manifest says,
both are found, and nothing fails.
"""

from __future__ import annotations

import json
from typing import Any

__all__ = ["MANIFESTS"]

DEEP = 100_000
WRONG: list[Any] = [
    None,
    True,
    0,
    -1.5,
    "",
    "x",
    [],
    {},
    [[]],
    [None],
    {"": None},
    {"a": {"b": []}},
]

JSON_TEXTS: dict[str, bytes] = {
    "empty": b"",
    "blank": b" \n",
    "not-json": b"{,}",
    "cut": b'{"dependencies": {"express": "^4',
    "list": b"[]",
    "number": b"1",
    "null": b"null",
    "deep-lists": b"[" * DEEP + b"]" * DEEP,
    "deep-dicts": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "deep-inside": b'{"dependencies": {"express": ' + b"[" * DEEP + b"]" * DEEP + b"}}",
    "huge-number": b'{"version": ' + b"9" * 100_000 + b"}",
    "huge-float": b'{"version": 1e999999, "b": -1e999999}',
    "not-a-number": b'{"version": NaN, "b": Infinity}',
    "invalid-bytes": b'{"name": "\xff\xfe"}',
    "utf-16": '{"name": "a"}'.encode("utf-16"),
    "bom": b'\xef\xbb\xbf{"dependencies": {"express": "^4.0.0"}}',
    "nuls": b"\0" * 100,
    "surrogates": b'{"name": "\\ud800", "main": "\\udfff"}',
    "duplicates": b'{"name": 1, "name": "a", "dependencies": 1, "dependencies": {}}',
    "big": b'{"a": "' + b"x" * 3_000_000 + b'"}',
    "many-keys": json.dumps({f"k{i}": i for i in range(50_000)}).encode(),
    "comments": b'{// a\n "a": 1, /* b */ }',
}

_PACKAGE_KEYS = (
    "name", "version", "main", "type", "exports", "imports", "dependencies", "devDependencies",
    "peerDependencies", "optionalDependencies", "engines", "workspaces", "scripts", "bin", "module",
    "types", "browser", "directories", "files",
)  # fmt: skip
_VERSIONS = (
    "", "*", "x", "latest", "^", "~", ">=", "^4", "4.x.x", ">4 <3", "|| ||", "1 - ", "npm:express@4",
    "file:../..", "file:/etc", "link:/", "git+ssh://x", "http://x/y.tgz", "workspace:*", "9" * 5000,
    "1." * 5000, "^1.2.3 " * 3000, ">=1 " * 3000, "|| " * 3000, "\0", "\x1b[31m", "4.0.0-" + "a-" * 3000,
    "v=4", "^^4", "99999999999999999999.0.0", "٤.٠.٠", "4.²", "1e3", "-1", "0x4.0.0", " " * 5000,
)  # fmt: skip


def _package(**keys: Any) -> bytes:
    return json.dumps({"name": "a", "dependencies": {"express": "^4.0.0"}, **keys}).encode()


def _everywhere(keys: tuple[str, ...]) -> dict[str, bytes]:
    """One file for each wrong value, under all keys."""
    return {
        f"wrong-{i:02}": json.dumps(dict.fromkeys(keys, value)).encode()
        for i, value in enumerate(WRONG)
    }


PACKAGES = {
    **JSON_TEXTS,
    **_everywhere(_PACKAGE_KEYS),
    **{f"version-{i:02}": _package(dependencies={"express": v}) for i, v in enumerate(_VERSIONS)},
    **{f"node-{i:02}": _package(engines={"node": v}) for i, v in enumerate(_VERSIONS)},
    "main-out": _package(main="../../../../etc/passwd", bin={"a": "/etc/passwd"}),
    "main-self": _package(main="package.json", bin="."),
    "exports-deep": _package(exports=json.loads('{"a":' * 400 + "1" + "}" * 400)),
    "exports-stars": _package(
        exports={"./*/*/*": "./*/*/*/*", "*": "*", "./a*b*": "./" + "*" * 500}
    ),
    "imports-cycle": _package(imports={"#a": "#b", "#b": "#a", "#*": "#*"}),
    "imports-out": _package(imports={"#a": "../../../etc/passwd", "#b": "/etc/passwd"}),
    "workspaces-up": _package(
        workspaces=["..", "/", "../**", "**", "*/" * 50, "[", "{a,b" * 20, "!"]
    ),
    "workspaces-stars": _package(workspaces=["**/" * 30 + "x"]),
    "scripts": _package(
        scripts={"start": "node " * 5000, "a": "node ../../../etc/passwd", "b": "$("}
    ),
}

LOCKS = {
    **JSON_TEXTS,
    **_everywhere(("packages", "dependencies", "lockfileVersion", "name")),
    "self": b'{"packages": {"": {}, "node_modules/express": {"version": "'
    + b"4." * 20_000
    + b'"}}}',
    "yarn": b"express@^4.0.0:\n" * 5_000,
    "quotes": b'"' * 100_000,
    "colons": b":" * 100_000,
    "spaces": b" " * 100_000 + b"x",
    "lines": b"\n" * 100_000,
    "indented": b"".join(b" " * i + b"express:\n" for i in range(500)),
    "importers": b"importers:\n\n  .:\n" + b"    dependencies:\n" * 5_000,
    "brackets": b'"express": ["express@' * 5_000,
}

REQUIREMENTS = {
    "empty": b"",
    "invalid-bytes": b"flask\xff==1\n",
    "utf-16": "flask==3.0\n".encode("utf-16"),
    "nuls": b"\0" * 1000,
    "cr": b"flask==3.0\rclick\r",
    "self": b"-r requirements.txt\n-c requirements.txt\n",
    "out": b"-r ../../../../etc/passwd\n-r /etc/passwd\n-e /\n-r /dev/zero\n",
    "urls": b"flask @ file:///etc/passwd\nhttps://" + b"a" * 50_000 + b"\n",
    "long-name": b"a" * 200_000 + b"\n",
    "dashes": b"a-" * 50_000 + b"!\n",
    "dots": b"flask" + b".-_" * 30_000 + b"\n",
    "operators": b"flask" + b">=<!~" * 20_000 + b"\n",
    "commas": b"flask==" + b"1," * 50_000 + b"\n",
    "extras": b"flask" + b"[" * 50_000 + b"\n",
    "spaces": b" " * 100_000 + b"flask" + b" " * 100_000 + b"==3\n",
    "backslashes": b"flask==3 \\\n" * 10_000,
    "versions": "".join(f"flask=={v}\n" for v in _VERSIONS).encode("utf-8", "surrogatepass"),
    "ranges": "".join(f"flask>={v},<{v}\n" for v in _VERSIONS).encode(),
    "hashes": b"flask==3.0 --hash=sha256:" + b"0" * 200_000 + b"\n",
    "big": b"# x\n" * 700_000,
}

_TOML_TEXTS = {
    "empty": b"",
    "not-toml": b"[[[",
    "cut": b'[project]\ndependencies = ["flask',
    "deep": b"a = " + b"[" * DEEP + b"]" * DEEP,
    "deep-tables": b"a = " + b"{a=" * 1_000 + b"1" + b"}" * 1_000,
    "dotted": b"a" + b".a" * 20_000 + b" = 1\n",
    "header": b"[" + b"a." * 20_000 + b"a]\n",
    "huge-number": b"a = " + b"9" * 100_000 + b"\n",
    "huge-date": b"a = 9999-99-99T99:99:99Z\n",
    "invalid-bytes": b"a = '\xff'\n",
    "utf-16": "a = 1\n".encode("utf-16"),
    "nuls": b"\0" * 100,
    "cr": b"a = 1\rb = 2\r",
    "bom": b"\xef\xbb\xbf[project]\ndependencies = ['flask']\n",
    "big": b"# x\n" * 700_000,
}


def _toml_value(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{k}" = {_toml_value(v)}' for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml_value, value)) + "]"
    return "''" if value is None else json.dumps(value)


def _wrong_toml(keys: tuple[str, ...]) -> dict[str, bytes]:
    return {
        f"wrong-{key.replace('.', '-')}-{i:02}": f"{key} = {_toml_value(value)}\n".encode()
        for key in keys
        for i, value in enumerate(WRONG)
    }


PYPROJECTS = {
    **_TOML_TEXTS,
    **_wrong_toml((
        "project", "project.dependencies", "project.optional-dependencies", "dependency-groups",
        "project.name", "project.requires-python", "project.scripts", "tool", "tool.poetry",
        "tool.poetry.dependencies", "tool.poetry.group", "tool.poetry.group.a", "tool.uv",
        "tool.poetry.group.a.dependencies", "tool.poetry.dependencies.flask", "tool.pdm",
        "tool.poetry.dev-dependencies", "tool.pdm.dev-dependencies", "tool.uv.dev-dependencies",
    )),
}  # fmt: skip

PIPFILES = {
    **_TOML_TEXTS,
    **_wrong_toml(("packages", "packages.flask", "dev-packages", "requires")),
}

TSCONFIGS = {
    **JSON_TEXTS,
    **_everywhere(("extends", "compilerOptions", "references", "include", "files", "exclude")),
    **{
        f"option-{i:02}": json.dumps({"compilerOptions": dict.fromkeys(
            ("paths", "baseUrl", "rootDir", "outDir", "rootDirs", "module", "allowJs"), value)}).encode()
        for i, value in enumerate(WRONG)
    },
    **{
        f"path-{i:02}": json.dumps({"compilerOptions": {"paths": {"*": value, "a*b*": value}}}).encode()
        for i, value in enumerate(WRONG)
    },
    "extends-self": b'{"extends": "./tsconfig.json"}',
    "extends-many": json.dumps({"extends": ["./tsconfig.json"] * 1000}).encode(),
    "extends-out": b'{"extends": "../../../../etc/passwd"}',
    "extends-root": b'{"extends": "/etc/passwd"}',
    "extends-zero": b'{"extends": "/dev/zero"}',
    "extends-nul": b'{"extends": "a\\u0000b"}',
    "base-out": b'{"compilerOptions": {"baseUrl": "../../../..", "paths": {"*": ["/*", "../../*"]}}}',
    "base-nul": b'{"compilerOptions": {"baseUrl": "\\u0000", "paths": {"\\u0000*": ["\\u0000"]}}}',
    "stars": json.dumps({"compilerOptions": {"baseUrl": ".", "paths": {"*" * 500: ["*" * 500]}}}).encode(),
    "comment-open": b"{ /* " + b"*" * 200_000,
    "comments": b"//\n" * 100_000 + b"{}",
    "slashes": b'{"a": "' + b"\\/" * 100_000 + b'"}',
    "quotes": b'"' * 100_001,
    "trailing": b"{" + b"," * 100_000 + b"}",
}  # fmt: skip

SETUPS = {
    "empty": b"",
    "no-header": b"a = 1\n",
    "percent": b"[options]\ninstall_requires =\n  flask%(x)s\n",
    "interpolation": b"[options]\ninstall_requires = ${a}\na = %(install_requires)s\n",
    "duplicates": b"[options]\na=1\na=2\n[options]\ninstall_requires = flask\n",
    "default": b"[DEFAULT]\ninstall_requires = flask\n[options.extras_require]\n",
    "brackets": b"[" * 100_000,
    "continued": b"[options]\ninstall_requires =\n" + b" flask\n" * 50_000,
    "long-line": b"[options]\ninstall_requires = " + b"a" * 500_000 + b"\n",
    "equals": b"[options]\n" + b"=" * 100_000 + b"\n",
    "invalid-bytes": b"[options]\na = \xff\n",
    "nuls": b"\0" * 1000,
    "cr": b"[options]\rinstall_requires = flask\r",
}

POETRY_LOCKS = {
    "empty": b"",
    "names": b'name = "flask"\n' * 20_000,
    "version": b'name = "flask"\nversion = "' + b"3." * 30_000 + b'"\n',
    "quotes": b'name = "' * 20_000,
    "nuls": b"\0" * 1000,
}

ENV_FILES = {
    "nuls": b"\0" * 1000,
    "app": b"FLASK_APP=../../../../etc/passwd\nFLASK_APP=/etc/passwd:app\n",
    "equals": b"=" * 100_000,
    "long": b"FLASK_APP=" + b"a." * 100_000 + b":" * 1000 + b"\n",
    "escapes": b"FLASK_APP=\x1b[31m:::error::\n",
    "invalid-bytes": b"FLASK_APP=\xff\xfe\n",
}

PROCFILES = {
    "nuls": b"\0" * 1000,
    "web": b"web: gunicorn " * 10_000,
    "node": b"web: node " + b"../" * 10_000 + b"etc/passwd\n",
    "spaces": b"web:" + b" " * 100_000 + b"node x\n",
    "dashes": b"web: gunicorn " + b"--x " * 20_000 + b"app:app\n",
    "from": b"FROM node:" + b"9" * 10_000 + b"\nCMD [" + b'"node",' * 10_000 + b"]\n",
    "continued": b"CMD node \\\n" * 20_000,
}

MANIFESTS: dict[str, dict[str, bytes]] = {
    "package.json": PACKAGES,
    "package-lock.json": LOCKS,
    "npm-shrinkwrap.json": JSON_TEXTS,
    "yarn.lock": LOCKS,
    "pnpm-lock.yaml": LOCKS,
    "bun.lock": LOCKS,
    "requirements.txt": REQUIREMENTS,
    "pyproject.toml": PYPROJECTS,
    "Pipfile": PIPFILES,
    "Pipfile.lock": {**JSON_TEXTS, **_everywhere(("default", "develop", "_meta"))},
    "poetry.lock": POETRY_LOCKS,
    "uv.lock": POETRY_LOCKS,
    "setup.cfg": SETUPS,
    "setup.py": {**REQUIREMENTS, "quotes": b"'\"" * 50_000},
    "tsconfig.json": TSCONFIGS,
    "jsconfig.json": JSON_TEXTS,
    ".flaskenv": ENV_FILES,
    ".env": ENV_FILES,
    ".nvmrc": {f"{i:02}": v.encode() for i, v in enumerate(_VERSIONS)},
    "Procfile": PROCFILES,
    "Dockerfile": PROCFILES,
    "docker-compose.yml": PROCFILES,
    ".gitignore": {"nuls": b"\0" * 100, "stars": b"**/" * 200 + b"x\n", "brackets": b"[" * 2_000,
                   "bytes": b"\xff\xfe\n", "negated": b"!*\n!" + b"!" * 1000 + b"\n",
                   "evil": b"*a" * 12 + b"b\n"},
}  # fmt: skip
