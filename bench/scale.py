"""``python -m bench.scale``: what a made-up app costs as it grows; linear cost doubles with size.

Each part is a Blueprint (or Router) with a few routes, a model and a helper in files of their own,
registered by one factory.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.measure import measure

_BLUEPRINT = '''from flask import Blueprint, jsonify, request

from app.helpers{n} import load{n}

bp{n} = Blueprint("part{n}", __name__, url_prefix="/part{n}")


@bp{n}.route("/")
def index():
    """All of them."""
    return jsonify([item for item in load{n}(None)])


@bp{n}.route("/<int:key>", methods=["GET", "PUT"])
def one(key):
    found = load{n}(key)
    if found is None:
        return jsonify(error="not found"), 404
    if request.method == "PUT":
        found.update(request.get_json())
    return jsonify(found)
'''
_HELPERS = '''import json

ITEMS = {{}}


def load{n}(key):
    """From the file, or all."""
    if not ITEMS:
        for name in ("a", "b"):
            ITEMS[name] = json.dumps({{"part": {n}, "name": name}})
    return ITEMS.get(key) if key is not None else list(ITEMS.values())
'''
_FACTORY = """from flask import Flask

{imports}


def create_app():
    app = Flask(__name__)
{registrations}
    return app
"""
_ROUTER = """const express = require('express')
const {{ load{n} }} = require('./helpers{n}')
const router = express.Router()

router.get('/', async (req, res, next) => {{
  try {{
    res.json(await load{n}(null))
  }} catch (error) {{
    next(error)
  }}
}})

router.put('/:key', (req, res, next) => {{
  load{n}(req.params.key).then((found) => {{
    if (!found) return res.status(404).end()
    res.json(Object.assign(found, req.body))
  }}).catch(next)
}})

module.exports = router
"""
_JS_HELPERS = """const fs = require('fs/promises')

exports.load{n} = async function (key) {{
  const items = JSON.parse(await fs.readFile('items{n}.json', 'utf8'))
  return key === null ? items : items.find((item) => item.key === key)
}}
"""
_SERVER = """const express = require('express')
const app = express()
app.use(express.json())
{mounts}
app.use((err, req, res, next) => res.status(500).json({{ error: 'failed' }}))
app.listen(3000)
"""


def _flask(root: Path, parts: int) -> int:
    (root / "app").mkdir(parents=True)
    (root / "requirements.txt").write_text("flask==3.1.0\n")
    imports = "\n".join(f"from app.part{n} import bp{n}" for n in range(parts))
    registrations = "\n".join(f"    app.register_blueprint(bp{n})" for n in range(parts))
    files = {"app/__init__.py": _FACTORY.format(imports=imports, registrations=registrations)}
    for n in range(parts):
        files[f"app/part{n}.py"] = _BLUEPRINT.format(n=n)
        files[f"app/helpers{n}.py"] = _HELPERS.format(n=n)
    return _write(root, files)


def _express(root: Path, parts: int) -> int:
    root.mkdir(parents=True)
    manifest = '{"main": "server.js", "dependencies": {"express": "5.1.0"}}'
    mounts = "\n".join(f"app.use('/part{n}', require('./part{n}'))" for n in range(parts))
    files = {"package.json": manifest, "server.js": _SERVER.format(mounts=mounts)}
    for n in range(parts):
        files[f"part{n}.js"] = _ROUTER.format(n=n)
        files[f"helpers{n}.js"] = _JS_HELPERS.format(n=n)
    return _write(root, files)


def _write(root: Path, files: dict[str, str]) -> int:
    for name, text in files.items():
        (root / name).write_text(text)
    return sum(text.count("\n") for text in files.values())


def main(sizes: Sequence[int] = (100, 200, 400, 800)) -> None:
    """Print a row for each size of both kinds of app."""
    print("| app | parts | lines | CPU s | CPU ms a 1,000 lines | peak MiB |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    check = [sys.executable, "-P", "-m", "faceoff_lint.cli", "check", "--isolated", "--no-cache"]
    for name, make in (("Flask", _flask), ("Express", _express)):
        for parts in sizes:
            with tempfile.TemporaryDirectory(prefix="scale-") as scratch:
                root = Path(scratch, "project")
                lines = make(root, parts)
                cost = measure([*check, "--quiet", "--exit-zero", str(root)], Path(scratch))
                each = cost.cpu * 1_000_000 / lines
                print(
                    f"| {name} | {parts} | {lines:,} | {cost.cpu:.2f} | {each:.0f} "
                    f"| {cost.memory:.0f} |",
                    flush=True,
                )


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or (100, 200, 400, 800))
