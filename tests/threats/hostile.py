"""A project whose file names, routes, comments and settings try to speak to terminals and CI."""

from __future__ import annotations

from pathlib import Path

from tests.nasty import trees

__all__ = ["DEMANDS", "make"]

DEMANDS = (
    "\x1b[2J\x1b]0;owned\x07\x9b31m\x08\x7f\r\v\f\x85\u2028\u2029\u202e\u2066\u061c "
    "::error file=x,line=1::owned ##[error]owned ##vso[task.setvariable variable=a]b "
    "##teamcity[buildStatus text='owned'] <script>alert(1)</script> ]]> &bogus; %0A%0D |n' `x` "
    "[a](javascript:b) ![c](http://d) <!-- e --> \ufffe\uffff\x01\x02\x1f"
)
"""All in one text; it holds no line end, quote or backslash."""


def make(root: Path) -> Path:
    """Write it; both apps have findings in files with hostile names, and fixes."""
    root.mkdir(parents=True)
    trees.make_names(root)
    said = DEMANDS.replace("'", "").replace("\r", "").replace("\v", "").replace("\f", "")
    escaped = "".join(c if " " <= c <= "~" else f"\\u{ord(c):04x}" for c in said)
    name = "::error::views\x1b[31m ##vso[task]"
    (root / "pkg").mkdir()
    (root / "pkg" / "__init__.py").write_text("")
    (root / "pkg" / f"{name}.py").write_text(f"'''{said}'''\nimport flask\ndef f(:\n")
    (root / "requirements.txt").write_text(f"flask==3.1\n{said}\n")
    (root / "app.py").write_text(
        f"""from flask import Flask, Blueprint
app = Flask(__name__)  # {said}
never = Blueprint("never {escaped}", __name__)
TEXT = '''
::error::at the line's start
   ::set-env name=A::indented
##[group]x
'''; app.config["SECRET_KEY"] = "{escaped}"
@app.get("/a/{escaped}")
def one():  # {said}
    return ""
::error = 1
""".replace("::error = 1", "")
        + f"""
@app.get("/a/{escaped}")
def two():  # faceoff: ignore[{said.replace("[", "(").replace("]", ")")}]
    return ""
@app.route("/b/<nope:x>", methods=["{escaped}"])
def three(y): # faceoff: ignore
    return ""
'''
::warning::beside a finding
'''; app.run(debug=True); '''
::notice::behind it {said}
'''
"""
    )
    (root / "package.json").write_text(
        '{"dependencies": {"express": "^4.0.0"}, "name": "::error::n"}'
    )
    (root / f"{name}.js").write_text(
        f"""// {said.replace(chr(0x2028), "").replace(chr(0x2029), "")}
const express = require('express')
const app = express() /*
::error::at a line's start
*/
app.get('/a/{escaped}', async (req, res) => {{ await fetch('{escaped}'); res.send('x') }})
app.get('/a/{escaped}', (req, res) => {{ res.send('x') }})
app.use((err, req, res) => {{ res.send(`{said.replace("`", "")}`) }})
app.get('*', (req, res) => res.send('{escaped}')) // faceoff: ignore[x]
app.use(require('./' + '{escaped}'))
app.listen(3000)
"""
    )
    return root
