"""TypeScript projects: sources, compiled files, entries behind them, roles."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from faceoff_lint.discovery import discover
from faceoff_lint.discovery.roles import content_role, path_role
from faceoff_lint.service import Service

EXPRESS = "import express from 'express';\nconst app = express();\n"

One = Callable[[dict[str, object]], Service]


@pytest.fixture
def one(tmp_path: Path) -> One:
    """Writes files (text, or an object for JSON) and gives the one service they make."""

    def make(files: dict[str, object]) -> Service:
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            text = content if isinstance(content, str) else json.dumps(content)
            path.write_text(text, "utf-8")
        (service,) = discover(tmp_path).services
        return service

    return make


def package(**fields: object) -> dict[str, object]:
    return {"name": "x", "dependencies": {"express": "^5.1.0"}, **fields}


def test_sources(one: One) -> None:
    service = one(
        {
            "package.json": package(), "src/a.ts": EXPRESS, "src/b.mts": "", "src/c.cts": "",
            "src/d.tsx": "", "src/e.js": "", "src/f.d.ts": "", "src/g.d.mts": "",
        }
    )  # fmt: skip
    assert service.files == ["src/a.ts", "src/b.mts", "src/c.cts", "src/d.tsx", "src/e.js"]


def test_compiled_files_are_left_out(one: One) -> None:
    service = one(
        {
            "package.json": package(main="lib/index.js"),
            "tsconfig.json": "{ /* … */ 'x' }".replace("'x'", '"extends": "./base.json",'),
            "base.json": {"compilerOptions": {"outDir": "lib", "rootDir": "src"}},
            "src/index.ts": EXPRESS, "lib/index.js": EXPRESS, "lib/by-hand.js": EXPRESS,
        }
    )  # fmt: skip
    assert service.files == ["lib/by-hand.js", "src/index.ts"]
    assert service.entries == ["src/index.ts"]


@pytest.mark.parametrize(
    "fields",
    [
        {"main": "dist/start.js"},
        {"main": "./out/start"},
        {"scripts": {"start": "node dist/start.js"}},
        {"scripts": {"start": "node -r dotenv/config --enable-source-maps ./dist/start"}},
        {"scripts": {"start": "NODE_ENV=production node dist/src/start.js"}},
        {"scripts": {"dev": "ts-node src/start.ts"}},
        {"scripts": {"dev": "ts-node -r tsconfig-paths/register src/start.ts"}},
        {"scripts": {"dev": "tsx watch src/start.ts"}},
        {"scripts": {"dev": "nodemon --watch src --exec ts-node src/start.ts"}},
        {"scripts": {"dev": "nodemon --exec 'ts-node src/start.ts'"}},
        {"scripts": {"dev": "ts-node-dev --respawn --transpile-only src/start.ts"}},
        {"bin": {"x": "./build/start.js"}},
        {"exports": {".": {"import": "./dist/start.mjs", "require": "./dist/start.js"}}},
    ],
)
def test_entries(one: One, fields: dict[str, object]) -> None:
    service = one(
        {"package.json": package(**fields), "src/start.ts": EXPRESS, "src/other.ts": EXPRESS}
    )
    assert service.entries[:1] == ["src/start.ts"]


def test_entries_without_a_manifest_s_help(one: One) -> None:
    service = one({"package.json": package(), "src/server.ts": EXPRESS, "src/app.ts": EXPRESS})
    assert service.entries == ["src/server.ts", "src/app.ts"]


def test_the_repository_s_packages(one: One) -> None:
    service = one(
        {
            "package.json": {"name": "root", "workspaces": ["packages/*"]},
            "packages/api/package.json": package(name="@x/api"),
            "packages/api/src/index.ts": EXPRESS,
            "packages/core/package.json": {"name": "@x/core"},
            "packages/core/src/index.ts": "",
        }
    )
    assert service.root == "packages/api"
    assert service.workspace == {
        "root": "",
        "@x/api": "packages/api",
        "@x/core": "packages/core",
    }


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("src/a.test.ts", "test"),
        ("src/a.spec.tsx", "test"),
        ("src/a.e2e-spec.ts", "test"),
        ("src/a-test.mts", "test"),
        ("vite.config.ts", "script"),
        ("jest.config.ts", "script"),
        ("frontend/src/app.ts", "frontend"),
        ("src/latest.ts", None),
    ],
)
def test_roles_of_paths(path: str, role: str | None) -> None:
    assert path_role(path) == role


@pytest.mark.parametrize(
    ("path", "text", "role"),
    [
        ("a.ts", "import { Component } from '@angular/core';", "frontend"),
        ("a.tsx", "import { useState } from 'react';", "frontend"),
        ("a.tsx", "export const A = () => <b />;", "frontend"),
        ("a.tsx", "import express from 'express'; import React from 'react';", None),
        ("a.ts", "export const a = 1;", None),
    ],
)
def test_roles_of_contents(path: str, text: str, role: str | None) -> None:
    assert content_role(path, text.encode()) == role
