"""What Flask passes to views, what decorators keep, who imports whom, what meets in one process."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent

import pytest

from faceoff_lint.flow import Answers, called, keeps_arguments, keeps_result, passed
from faceoff_lint.model import Imports, Web, malformed, variables
from faceoff_lint.values import MAYBE, NO, YES

Make = Callable[[dict[str, str]], Web]


def test_variables() -> None:
    found = variables('/<a>/<int:b>/<any("x,y", z):c>')
    assert [(v.name, v.converter, v.arguments) for v in found] == [
        ("a", "default", ""), ("b", "int", ""), ("c", "any", '"x,y", z'),
    ]  # fmt: skip


@pytest.mark.parametrize("rule", ["/<int: id>", "/<id", "/<a>/<a>", "/<1x>"])
def test_malformed(rule: str) -> None:
    assert malformed(rule)


def test_passed_counts_prefixes_defaults_and_subdomains(put_together: Make) -> None:
    web = put_together({"app.py": dedent("""
        from flask import Blueprint, Flask
        app = Flask(__name__)
        bp = Blueprint("bp", __name__, url_prefix="/<lang>", url_defaults={"x": 1})
        @bp.get("/list", defaults={"page": 1}, subdomain="<tenant>")
        def listing(lang, x, page, tenant): ...
        app.register_blueprint(bp)
    """)})  # fmt: skip
    assert [passed(web, row) for row in web.table] == [["lang", "tenant", "page", "x"]]


DECORATORS = {
    "plain": ("def w(*args, **kwargs): return view(*args, **kwargs)", True, True),
    "guard": (
        "def w(*a, **k):\n            if not x: return 'no'\n            return view(*a, **k)",
        True,
        True,
    ),
    "adds": ("def w(*args, **kwargs): return view(1, *args, **kwargs)", False, False),
    "takes": ("def w(id, **kwargs): return view(**kwargs)", False, False),
    "reads": (
        "def w(*args, **kwargs):\n            kwargs['x'] = 1\n"
        "            return view(*args, **kwargs)",
        False,
        False,
    ),
    "wraps the result": (
        "def w(*args, **kwargs): return jsonify(view(*args, **kwargs))", True, False,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DECORATORS)
def test_decorators(name: str, put_together: Make) -> None:
    code, arguments, result = DECORATORS[name]
    web = put_together({"app.py": dedent(f"""
    from functools import wraps
    from flask import Flask, jsonify
    app = Flask(__name__)
    def deco(view):
        @wraps(view)
        {code}
        return w
    @app.get("/")
    @deco
    def index(): ...
    """)})  # fmt: skip
    (row,) = web.table
    assert row.route.handler is not None
    (wrapper,) = row.route.handler.wrappers
    assert keeps_arguments(wrapper) is arguments
    assert keeps_result(wrapper) is result
    assert [f.name for f in called(row)] == (["index"] if arguments else [])


def test_imports_in_functions_count(put_together: Make) -> None:
    web = put_together({
        "shop/__init__.py": "from flask import Flask\napp = Flask(__name__)\n",
        "shop/views.py": "from flask import Flask\nfrom . import app\n",
        "shop/cli.py": "def run():\n    from shop import views\n",
    })  # fmt: skip
    imports = Imports.of(web)
    assert imports.above("shop/views.py") == {"shop/views.py", "shop/cli.py"}
    assert [link.top for link in imports.incoming["shop/views.py"]] == [False]


def test_functions_nobody_calls_are_runs_of_their_own(put_together: Make) -> None:
    web = put_together({"app.py": dedent("""
        from flask import Blueprint, Flask
        app = Flask(__name__)
        bp = Blueprint("bp", __name__)
        def one():
            app.register_blueprint(bp)
        def two():
            app.register_blueprint(bp)
    """)})  # fmt: skip
    (app,) = web.apps
    first, second = app.mounts
    assert [name for name, _ in web.blueprints(app)] == ["bp", "bp"]
    assert not web.both(first.event, second.event)


def test_extensions_and_the_app_they_met(put_together: Make) -> None:
    web = put_together({"app.py": dedent("""
        from flask import Flask
        from flask_login import LoginManager
        from flask_mail import Mail
        from flask_sqlalchemy import SQLAlchemy
        db, mail, login = SQLAlchemy(), Mail(), LoginManager()
        app = Flask(__name__)
        db.init_app(app)
        def later(application):
            mail.init_app(application)
    """)})  # fmt: skip
    met = {e.path.rpartition(".")[2]: e.met for e in web.extensions}
    assert met == {"SQLAlchemy": YES, "Mail": MAYBE, "LoginManager": NO}
    assert web.initialises("login") is False
    assert web.initialises("mail") is True


ENDINGS = {
    "if a: return 'x'": ["None"],
    "if a: return 'x'\n        abort(404)": [],
    "if a: return 'x'\n        raise E": [],
    "for i in range(3):\n            if a: return 'x'": [],
    "for i in a:\n            if i: return 'x'": ["None"],
    "for i in a:\n            return 'x'": [],
    "while True:\n            if a: return 'x'": [],
    "try:\n            return f()\n        except E: log()": ["None"],
    "match a:\n            case True: return 'x'\n            case False: return 'y'": [],
    "return None, 404": ["None"],
    "return 'x' if a else None": ["None"],
    "return True": ["`True`"],
    "if request.method == 'GET': return 'x'": ["None HEAD"],
    "if request.method in ('GET', 'HEAD'): return 'x'": [],
    "if request.method != 'POST': return 'x'": [],
    "if always(): return 'x'": [],
    "gone()": [],
    "log()": ["None"],
    "yield 'x'": [],
}


@pytest.mark.parametrize("body", ENDINGS)
def test_paths_without_a_response(body: str, put_together: Make) -> None:
    web = put_together({"app.py": f"""
from flask import Flask, abort, request
app = Flask(__name__)
def always(): return True
def gone(): abort(404)
def log(): app.logger.info("x")
@app.get("/")
def index():
        {body}
"""})  # fmt: skip
    answers = Answers.of(web)
    (row,) = web.table
    ((function, methods),) = answers.views(row)
    found = answers.unanswered(row, function, methods)
    assert [w.what + (" HEAD" if w.methods == {"HEAD"} else "") for w in found] == ENDINGS[body]
