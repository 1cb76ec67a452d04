"""Subclasses of Flask's classes, and registrations in files that do not name Flask."""

from __future__ import annotations

from collections.abc import Callable

from faceoff_lint.model import Web
from faceoff_lint.values import MAYBE, NO, Lit

Make = Callable[[dict[str, str]], Web]
Routes = Callable[[dict[str, str]], list[str]]

MODULES = """
from flask import Blueprint, Flask

class Base(Blueprint):
    def __init__(self, name, import_name, **kwargs):
        kwargs.setdefault("url_prefix", "/" + name)
        self.below = []
        super().__init__(name, import_name, **kwargs)

    def register(self, app, options):
        super().register(app, options)
        for child in self.below:
            app.register_blueprint(child)

class Mixin:
    def __init__(self):
        super().__init__()

class Node(Base, Mixin):
    def __init__(self, import_name, **kwargs):
        Base.__init__(self, "node-%s" % self.kind, import_name, **kwargs)
        Mixin.__init__(self)

    @property
    def kind(self):
        return self.KIND

class Columns(Node):
    KIND = "columns"

class Tables(Base):
    def register(self, app, options):
        self.below.append(columns)
        super().register(app, options)

columns = Columns(__name__)
tables = Tables("tables", __name__)

@columns.get("/x")
def x(): return ""

@tables.get("/y")
def y(): return ""

app = Flask(__name__)
app.register_blueprint(tables)
"""


def test_blueprints_that_name_and_register_themselves(flask_routes: Routes) -> None:
    assert sorted(flask_routes({"app.py": MODULES})) == [
        "GET /node-columns/x node-columns.x",
        "GET /tables/y tables.y",
    ]


def test_what_a_subclass_is_called_with_is_not_taken_for_a_name(flask_routes: Routes) -> None:
    text = """
from flask import Blueprint, Flask
from elsewhere import settings

class Area(Blueprint):
    def __init__(self, label):
        super().__init__(settings.name(label), __name__, **settings.rest(label))

area = Area("not-the-name")

@area.get("/x")
def x(): return ""

app = Flask(__name__)
app.register_blueprint(area)
"""
    assert flask_routes({"app.py": text}) == ["GET {?}/x {?}.x ?"]


def test_old_style_constructor(flask_routes: Routes) -> None:
    text = """
from flask import Blueprint, Flask

class Area(Blueprint):
    def __init__(self, label):
        Blueprint.__init__(self, label, __name__, url_prefix="/" + label)

area = Area("news")

@area.get("/x")
def x(): return ""

app = Flask(__name__)
app.register_blueprint(area)
"""
    assert flask_routes({"app.py": text}) == ["GET /news/x news.x"]


def test_a_registering_file_without_the_word_flask(put_together: Make) -> None:
    files = {
        "base.py": "from flask import Flask\napp = Flask(__name__)\n",
        "pages.py": "from flask import Blueprint\npages = Blueprint('pages', __name__)\n"
        "@pages.get('/')\ndef index(): return ''\n",
        "server_main.py": "from base import app\nfrom pages import pages\n"
        "app.register_blueprint(pages)\n",
    }
    web = put_together(files)
    assert [row.path for row in web.table] == ["/"]


def test_a_partial_may_be_called_out_of_sight(put_together: Make) -> None:
    text = """
from functools import partial
from flask import Blueprint, Flask
app = Flask(__name__)
pages = Blueprint("pages", __name__)
lost = Blueprint("lost", __name__)
later = partial(print, pages)
"""
    web = put_together({"app.py": text})
    assert {g.name: g.served for g in web.groups} == {"pages": MAYBE, "lost": NO}


def test_the_last_word_on_a_setting(put_together: Make) -> None:
    head = "from flask import Flask\napp = Flask(__name__)\n"
    settings = "DEBUG = True\nclass Config:\n    DEBUG = False\n"
    cases = {
        "app.debug = True\n": True,
        "app.config.update(DEBUG=True)\n": True,
        "app.config['DEBUG'] = True\napp.config['DEBUG'] = False\n": False,
        "app.config.from_object('settings')\n": True,
        "app.config.from_object('settings.Config')\n": False,
        "import settings\napp.config.from_object(settings.Config())\n": False,
        "app.debug = True\napp.config.from_pyfile('x.cfg')\n": None,
        "app.debug = True\napp.config.from_prefixed_env()\n": None,
        "import os\nif os.environ.get('X'):\n    app.debug = True\n": None,
        "app.debug = True\napp.config[object()] = 1\n": None,
    }
    for text, wanted in cases.items():
        web = put_together({"app.py": head + text, "settings.py": settings})
        found = web.apps[0].decided("DEBUG", "debug")
        assert (found.value if found else None) == (Lit(wanted) if wanted is not None else None), (
            text
        )


def test_socketio_starts_the_app(put_together: Make) -> None:
    text = """
from flask import Flask
from flask_socketio import SocketIO
app = Flask(__name__)
socketio = SocketIO()
socketio.init_app(app)
if __name__ == "__main__":
    socketio.run(app, debug=True)
"""
    (app,) = put_together({"app.py": text}).apps
    assert [event.how for event in app.listens] == ["socketio.run"]
