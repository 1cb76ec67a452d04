"""Apps whose set-up code is short and does very much: the cost must not follow from that."""

from __future__ import annotations

__all__ = ["PACKAGE", "blueprints", "calls", "loops", "routers"]

PACKAGE = '{"dependencies": {"express": "4.21.2"}}'


def routers(count: int) -> dict[str, str]:
    """Express: so many routers, each of which uses all others, and a route in each."""
    lines = ["const express = require('express');", "const app = express();"]
    for n in range(count):
        lines.append(f"const r{n} = express.Router();")
        lines.append(f"r{n}.get('/own{n}', (req, res) => res.json({{}}));")
    for n in range(count):
        lines += [f"r{n}.use('/to{m}', r{m});" for m in range(count) if m != n]
    lines += ["app.use('/start', r0);", "app.listen(3000);"]
    return {"package.json": PACKAGE, "app.js": "\n".join(lines) + "\n"}


def blueprints(count: int) -> dict[str, str]:
    """Flask: so many blueprints, each of which registers all others, and a route in each."""
    lines = ["from flask import Blueprint, Flask", "app = Flask(__name__)"]
    for n in range(count):
        lines.append(f"b{n} = Blueprint('b{n}', __name__)")
        lines += [f"@b{n}.get('/own{n}')", f"def view{n}():", "    return ''"]
    for n in range(count):
        others = (m for m in range(count) if m != n)
        lines += [f"b{n}.register_blueprint(b{m}, url_prefix='/to{m}')" for m in others]
    lines.append("app.register_blueprint(b0, url_prefix='/start')")
    return {"requirements.txt": "flask==3.1.0\n", "app.py": "\n".join(lines) + "\n"}


def calls(items: int) -> dict[str, str]:
    """Express: three ``forEach`` over so many items, one in the other."""
    every = ", ".join(map(str, range(items)))
    text = (
        "const express = require('express');\nconst app = express();\n"
        f"const all = [{every}];\n"
        "all.forEach((a) => all.forEach((b) => all.forEach((c) => {\n"
        "  app.get(`/${a}/${b}/${c}`, (req, res) => res.json({}));\n})));\n"
        "app.get('/last', (req, res) => res.json({}));\napp.listen(3000);\n"
    )
    return {"package.json": PACKAGE, "app.js": text}


def loops(framework: str, items: int, depth: int = 3) -> dict[str, str]:
    """Loops over so many items, one in the other, with a registration in the innermost."""
    names = [f"x{n}" for n in range(depth)]
    if framework == "express":
        lines = ["const express = require('express');", "const app = express();"]
        lines.append(f"const all = [{', '.join(map(str, range(items)))}];")
        lines += [f"for (const {name} of all) {{" for name in names]
        path = "".join(f"/${{{name}}}" for name in names)
        lines.append(f"app.get(`{path}`, (req, res) => res.json({{}}));" + "}" * depth)
        lines += ["app.get('/last', (req, res) => res.json({}));", "app.listen(3000);"]
        return {"package.json": PACKAGE, "app.js": "\n".join(lines) + "\n"}
    lines = ["from flask import Flask", "app = Flask(__name__)", "def view(**given):"]
    lines += ["    return ''", f"every = [{', '.join(map(str, range(items)))}]"]
    lines += [f"{'    ' * n}for {name} in every:" for n, name in enumerate(names)]
    path = "".join(f"/{{{name}}}" for name in names)
    lines.append(f"{'    ' * depth}app.add_url_rule(f'{path}', f'{path}', view)")
    lines += ["@app.get('/last')", "def last():", "    return ''"]
    return {"requirements.txt": "flask==3.1.0\n", "app.py": "\n".join(lines) + "\n"}
