"""Which file a specifier names: Node's and TypeScript's ways."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from faceoff_lint.interpreter.resolution import Resolver
from faceoff_lint.reading import ReadError, is_file, read_source

Make = Callable[..., Resolver]


class Disk:
    """Files as the run sees them."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def text(self, path: str) -> str | None:
        try:
            return read_source(self.root, path).text
        except ReadError:
            return None

    def is_file(self, path: str) -> bool:
        return is_file(self.root, path)


@pytest.fixture
def resolver(tmp_path: Path) -> Make:
    """Writes files (text, or an object for JSON) and resolves among those below ``root``."""

    def make(
        files: dict[str, object], *, root: str = "", workspace: dict[str, str] | None = None
    ) -> Resolver:
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            text = content if isinstance(content, str) else json.dumps(content)
            path.write_text(text, "utf-8")
        known = {name for name in files if not root or name.startswith(root + "/")}
        return Resolver(known, Disk(tmp_path), workspace, root)

    return make


@pytest.mark.parametrize(
    ("specifier", "importer", "found"),
    [
        ("./a", "x.js", "a.js"),
        ("./a", "x.ts", "a.ts"),
        ("./a.js", "x.js", "a.js"),
        ("./a.js", "x.ts", "a.ts"),
        ("./b.js", "x.js", "b.ts"),
        ("./m.mjs", "x.mts", "m.mts"),
        ("./c", "x.js", "c/index.ts"),
        ("./c/", "x.js", "c/index.ts"),
        ("./d", "x.js", "d/lib/start.js"),
        ("..", "c/deep/x.js", "c/index.ts"),
        (".", "c/x.js", "c/index.ts"),
        ("../a", "c/x.js", "a.js"),
        ("./e.config", "x.ts", "e.config.ts"),
        ("./view", "x.ts", "view.tsx"),
        ("/c/index", "x.js", "c/index.ts"),
        ("./www", "bin/x.js", "bin/www"),
        ("./missing", "x.js", None),
        ("./data.json", "x.js", None),
        ("../outside", "x.js", None),
        ("./types", "x.ts", None),
        ("express", "x.js", None),
        ("", "x.js", None),
    ],
)
def test_relative(resolver: Make, specifier: str, importer: str, found: str | None) -> None:
    files = resolver(
        {
            "a.js": "", "a.ts": "", "b.ts": "", "m.mts": "", "c/index.ts": "", "c/x.js": "",
            "d/package.json": {"main": "./lib/start"}, "d/lib/start.js": "", "d/index.js": "",
            "e.config.ts": "", "view.tsx": "", "bin/www": "", "data.json": {}, "types.d.ts": "",
        }
    )  # fmt: skip
    assert files.find(specifier, importer) == found


def test_files_of_types_only(resolver: Make) -> None:
    files = resolver({"types.d.ts": "", "api/index.d.ts": "", "a.ts": ""})
    assert files.is_types("./types", "a.ts")
    assert files.is_types("./types.js", "a.ts")
    assert files.is_types("./api", "a.ts")
    assert not files.is_types("./missing", "a.ts")


def test_aliases_of_a_configuration(resolver: Make) -> None:
    config = """{
      // "paths": of the base are replaced
      "extends": ["./config/base", "./missing.json"],
      "compilerOptions": {
        "paths": {
          "@/*": ["./src/*", "./generated/*",], /* in order */
          "@/special/*": ["./special/*"],
          "exact": ["./src/exact.ts"],
          "*.view": ["./views/*"],
        },
      },
    }"""
    files = resolver(
        {
            "tsconfig.json": config,
            "config/base.json": {"compilerOptions": {"baseUrl": "..", "paths": {"~/*": ["src/*"]}}},
            "src/a.ts": "", "generated/b.ts": "", "special/a.ts": "", "src/exact.ts": "",
            "views/home.tsx": "", "src/deep/x.ts": "", "src/special/a.ts": "",
        }
    )  # fmt: skip
    importer = "src/deep/x.ts"
    assert files.find("@/a", importer) == "src/a.ts"
    assert files.find("@/b", importer) == "generated/b.ts"
    assert files.find("@/special/a", importer) == "special/a.ts"
    assert files.find("exact", importer) == "src/exact.ts"
    assert files.find("home.view", importer) == "views/home.tsx"
    assert files.find("src/a", importer) == "src/a.ts"  # baseUrl, inherited
    assert files.find("@/missing", importer) is None
    assert files.find("lodash", importer) is None


def test_the_nearest_configuration_holds(resolver: Make) -> None:
    paths = {"compilerOptions": {"paths": {"@/*": ["./src/*"]}}}
    files = resolver(
        {
            "tsconfig.json": paths, "src/a.ts": "",
            "packages/b/tsconfig.json": paths, "packages/b/src/a.ts": "",
        }
    )  # fmt: skip
    assert files.find("@/a", "packages/b/src/x.ts") == "packages/b/src/a.ts"
    assert files.find("@/a", "src/x.ts") == "src/a.ts"


def test_references_and_circles(resolver: Make) -> None:
    files = resolver(
        {
            "tsconfig.json": {"files": [], "references": [{"path": "./tsconfig.app.json"}]},
            "tsconfig.app.json": {
                "extends": "./tsconfig.app.json",
                "compilerOptions": {"paths": {"@/*": ["${configDir}/src/*"]}},
            },
            "src/a.ts": "",
        }
    )
    assert files.find("@/a", "src/x.ts") == "src/a.ts"


@pytest.mark.parametrize("text", ["", "[]", "{", '{"compilerOptions": {"paths": 1}}', "\0"])
def test_configurations_that_cannot_be_used(resolver: Make, text: str) -> None:
    assert resolver({"tsconfig.json": text, "a.ts": ""}).find("@x/a", "b.ts") is None


def test_aliases_without_a_configuration(resolver: Make) -> None:
    files = resolver({"server/src/a.js": ""}, root="server")
    assert files.find("@/a", "server/src/x.js") == "server/src/a.js"
    assert files.find("~/src/a", "server/src/x.js") == "server/src/a.js"


def test_jsconfig_and_module_aliases(resolver: Make) -> None:
    files = resolver(
        {
            "jsconfig.json": {"compilerOptions": {"baseUrl": "src"}},
            "package.json": {"_moduleAliases": {"@lib": "src/lib", "@root": "."}},
            "src/models/user.js": "", "src/lib/db.js": "", "src/lib/index.js": "",
        }
    )  # fmt: skip
    assert files.find("models/user", "src/x.js") == "src/models/user.js"
    assert files.find("@lib/db", "src/x.js") == "src/lib/db.js"
    assert files.find("@lib", "src/x.js") == "src/lib/index.js"
    assert files.find("@root/src/lib/db", "src/x.js") == "src/lib/db.js"
    assert files.find("@library", "src/x.js") is None


def test_imports_of_a_package(resolver: Make) -> None:
    imports = {
        "#db": {"types": "./x.d.ts", "node": ["./missing.js", "./src/db.js"]},
        "#lib/*": "./dist/lib/*.js",
        "#lib/special/*": "./special/*.js",
    }
    files = resolver(
        {
            "package.json": {"imports": imports},
            "tsconfig.json": {"compilerOptions": {"outDir": "dist", "rootDir": "src"}},
            "src/db.ts": "", "src/lib/a.ts": "", "special/b.js": "", "x.d.ts": "",
        }
    )  # fmt: skip
    assert files.find("#db", "src/x.ts") == "src/db.ts"
    assert files.find("#lib/a", "src/x.ts") == "src/lib/a.ts"
    assert files.find("#lib/special/b", "src/x.ts") == "special/b.js"
    assert files.find("#other", "src/x.ts") is None


def test_packages_of_the_repository(resolver: Make) -> None:
    files = resolver(
        {
            "packages/api/src/x.ts": "",
            "packages/a/package.json": {"main": "dist/index.js"},
            "packages/a/src/index.ts": "", "packages/a/src/deep/b.ts": "",
            "packages/b/package.json": {
                "exports": {
                    ".": {"import": {"types": "./t.d.ts", "default": "./lib/main.js"}},
                    "./tools/*": "./lib/tools/*.js",
                }
            },
            "packages/b/src/main.ts": "", "packages/b/src/tools/t.ts": "",
            "packages/c/package.json": {}, "packages/c/index.js": "",
            "packages/d/package.json": {"exports": "./main.mjs"}, "packages/d/main.mjs": "",
        },
        root="packages/api",
        workspace={
            "a": "packages/a", "@x/b": "packages/b", "c": "packages/c", "d": "packages/d",
            "e": "packages/missing",
        },
    )  # fmt: skip
    importer = "packages/api/src/x.ts"
    assert files.find("a", importer) == "packages/a/src/index.ts"
    assert files.find("a/dist/deep/b", importer) == "packages/a/src/deep/b.ts"
    assert files.find("a/deep/b", importer) == "packages/a/src/deep/b.ts"
    assert files.find("@x/b", importer) == "packages/b/src/main.ts"
    assert files.find("@x/b/tools/t", importer) == "packages/b/src/tools/t.ts"
    assert files.find("c", importer) == "packages/c/index.js"
    assert files.find("d", importer) == "packages/d/main.mjs"
    assert files.find("e", importer) is None
    assert files.find("@x/other", importer) is None


def test_files_above_the_service(resolver: Make, tmp_path: Path) -> None:
    files = resolver({"install/web.js": "", "src/start.js": ""}, root="install")
    assert files.find("../src/start", "install/web.js") == "src/start.js"
    (tmp_path / "src/link.js").symlink_to("/etc/hostname")
    (tmp_path / "src/node_modules/p").mkdir(parents=True)
    (tmp_path / "src/node_modules/p/index.js").write_text("")
    assert files.find("../src/link", "install/web.js") is None
    assert files.find("../src/node_modules/p", "install/web.js") is None
    assert files.find("../src", "install/web.js") is None


def test_compiled_files_are_their_sources(resolver: Make) -> None:
    files = resolver({"src/a.js": "", "src/b.ts": "", "bin/x": "", "lib/own.js": ""})
    assert files.find("../dist/a", "bin/x") == "src/a.js"
    assert files.find("../build/b.js", "bin/x") == "src/b.ts"
    assert files.find("../lib/a", "bin/x") is None  # there is a folder of that name
