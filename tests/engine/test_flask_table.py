"""The static route table of Flask apps, in the shapes that projects use."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent

import pytest

from faceoff_lint.model import Web
from faceoff_lint.values import MAYBE, NO, YES

Routes = Callable[[dict[str, str]], list[str]]
Make = Callable[[dict[str, str]], Web]

HEAD = "from flask import Flask, Blueprint\n"

SHAPES = {
    "single file": (
        """
        app = Flask(__name__)
        @app.route("/")
        def index(): ...
        @app.post("/items")
        def add(): ...
        @app.route("/both", methods=["get", "POST"], endpoint="two")
        def both(): ...
        """,
        ["GET / index", "POST /items add", "GET,POST /both two"],
    ),
    "one function, several rules": (
        """
        app = Flask(__name__)
        @app.get("/a")
        @app.get("/b")
        def ab(): ...
        """,
        ["GET /b ab", "GET /a ab"],
    ),
    "a factory nobody calls": (
        """
        def create_app(config=None):
            app = Flask(__name__)
            @app.get("/in")
            def inside(): ...
            return app
        """,
        ["GET /in inside"],
    ),
    "prefix of the registration replaces the constructor's": (
        """
        app = Flask(__name__)
        bp = Blueprint("shop", __name__, url_prefix="/old")
        @bp.get("/x")
        def x(): ...
        @bp.get("")
        def bare(): ...
        app.register_blueprint(bp, url_prefix="/new/")
        """,
        ["GET /new/x shop.x", "GET /new/ shop.bare"],
    ),
    "nested blueprints": (
        """
        app = Flask(__name__)
        parent = Blueprint("p", __name__, url_prefix="/p")
        child = Blueprint("c", __name__, url_prefix="/c")
        @child.get("/x")
        def x(): ...
        parent.register_blueprint(child, url_prefix="/k")
        app.register_blueprint(parent, url_prefix="/q", name="r")
        """,
        ["GET /q/k/x r.c.x"],
    ),
    "a loop over a tuple": (
        """
        app = Flask(__name__)
        a = Blueprint("a", __name__)
        b = Blueprint("b", __name__)
        for each in (a, b):
            each.add_url_rule("/v", "v", lambda: "")
        for bp, prefix in [(a, "/1"), (b, "/2")]:
            app.register_blueprint(bp, url_prefix=f"/api{prefix}")
        """,
        ["GET /api/1/v a.v", "GET /api/2/v b.v"],
    ),
    "a list built by append and comprehension": (
        """
        app = Flask(__name__)
        made = [Blueprint(n, __name__, url_prefix="/" + n) for n in ("a", "b")]
        kept = []
        for bp in made:
            bp.add_url_rule("/x", "x", print)
            kept.append(bp)
        for bp in kept:
            app.register_blueprint(bp)
        """,
        ["GET /a/x a.x ?", "GET /b/x b.x ?"],
    ),
    "classes": (
        """
        from flask.views import MethodView
        app = Flask(__name__)
        class Base(MethodView):
            def get(self): ...
        class Items(Base):
            def post(self): ...
        class Listed(MethodView):
            methods = ["PUT"]
            def get(self): ...
        app.add_url_rule("/items", view_func=Items.as_view("items"))
        app.add_url_rule("/listed", view_func=Listed.as_view("listed"))
        """,
        ["GET,POST /items items", "PUT /listed listed"],
    ),
    "a subclass of Flask": (
        """
        class Site(Flask):
            def __init__(self):
                super().__init__(__name__)
                self.setup()
            def setup(self):
                self.add_url_rule("/s", view_func=self.show)
            def show(self): ...
        app = Site()
        """,
        ["GET /s show"],
    ),
    "decorators keep or lose the name": (
        """
        from functools import wraps
        app = Flask(__name__)
        def keeps(f):
            @wraps(f)
            def wrapper(*a, **k): return f(*a, **k)
            return wrapper
        def loses(f):
            def wrapper(*a, **k): return f(*a, **k)
            return wrapper
        @app.get("/kept")
        @keeps
        def kept(): ...
        @app.get("/lost")
        @loses
        def lost(): ...
        """,
        ["GET /kept kept", "GET /lost wrapper"],
    ),
    "a home-made route decorator": (
        """
        app = Flask(__name__)
        def api(rule, **options):
            def register(view):
                app.add_url_rule("/api" + rule, view_func=view, **options)
                return view
            return register
        @api("/v", methods=["PUT"])
        def v(): ...
        """,
        ["PUT /api/v v"],
    ),
    "partial": (
        """
        from functools import partial
        app = Flask(__name__)
        post = partial(app.route, methods=["POST"])
        @post("/p")
        def p(): ...
        """,
        ["POST /p p"],
    ),
    "unknown parts": (
        """
        import os
        app = Flask(__name__)
        @app.get(f"/{os.environ['PREFIX']}/x")
        def x(): ...
        """,
        ["GET /{?}/x x ?"],
    ),
    "restx": (
        """
        from flask_restx import Api, Namespace, Resource
        app = Flask(__name__)
        bp = Blueprint("api", __name__, url_prefix="/api")
        api = Api(bp, prefix="/v1")
        ns = Namespace("things", path="/t")
        @ns.route("/", "/all")
        class ThingList(Resource):
            def get(self): ...
            def post(self): ...
        api.add_namespace(ns)
        app.register_blueprint(bp)
        """,
        [
            "GET,POST /api/v1/t/ api.things_thing_list",
            "GET,POST /api/v1/t/all api.things_thing_list",
        ],
    ),
    "classful": (
        """
        from flask_classful import FlaskView, route
        class QuotesView(FlaskView):
            def index(self): ...
            def get(self, id): ...
            def random(self): ...
            @route("/word/", methods=["POST"])
            def word(self): ...
            def _hidden(self): ...
        app = Flask(__name__)
        QuotesView.register(app)
        """,
        [
            "GET /quotes/<id>/ QuotesView:get",
            "GET /quotes/ QuotesView:index",
            "GET /quotes/random/ QuotesView:random",
            "POST /quotes/word/ QuotesView:word",
        ],
    ),
    "smorest": (
        """
        from flask_smorest import Api, Blueprint as Smorest
        from flask.views import MethodView
        app = Flask(__name__)
        api = Api(app)
        blp = Smorest("pets", "pets", url_prefix="/pets")
        @blp.route("/")
        class Pets(MethodView):
            def get(self): ...
            def post(self): ...
        api.register_blueprint(blp)
        """,
        ["GET,POST /pets/ pets.Pets"],
    ),
    "an app in a class, blueprints in a dict": (
        """
        class Server:
            def __init__(self):
                self.app = Flask(__name__)
                self.parts = {"a": Blueprint("a", __name__), "b": Blueprint("b", __name__)}
                for name, part in self.parts.items():
                    part.add_url_rule("/x", view_func=self.x)
                    self.add(part, "/" + name)
            def add(self, part, prefix):
                self.app.register_blueprint(part, url_prefix=prefix)
            def x(self): ...
        app = Server().app
        """,
        ["GET /a/x a.x", "GET /b/x b.x"],
    ),
    "a registry filled by a function, an own extension": (
        """
        REGISTRY = []
        def blueprint(name):
            bp = Blueprint(name, __name__)
            REGISTRY.append(bp)
            return bp
        a = blueprint("a")
        @a.route("/x")
        def x(): ...
        class Extension:
            def __init__(self, app=None):
                if app: self.init_app(app)
            def init_app(self, app):
                for bp in REGISTRY:
                    app.register_blueprint(bp, url_prefix="%s/v%d/%s" % ("/api", 2, bp.name))
        extension = Extension()
        def create_app():
            app = Flask(__name__)
            extension.init_app(app)
            return app
        """,
        ["GET /api/v2/a/x a.x"],
    ),
    "settings as prefixes, endpoints with a view of their own": (
        """
        class Config:
            PREFIX = "/conf"
        app = Flask(__name__)
        app.config.from_object(Config)
        bp = Blueprint("c", __name__)
        bp.add_url_rule("/x", endpoint="named")
        @bp.endpoint("named")
        def view(): ...
        app.register_blueprint(bp, url_prefix=app.config["PREFIX"])
        """,
        ["GET /conf/x c.named"],
    ),
    "restful": (
        """
        from flask_restful import Api, Resource
        app = Flask(__name__)
        class Thing(Resource):
            def delete(self, id): ...
        Api(app).add_resource(Thing, "/thing/<int:id>")
        """,
        ["DELETE /thing/<int:id> thing"],
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_shape(shape: str, flask_routes: Routes) -> None:
    text, expected = SHAPES[shape]
    assert flask_routes({"app.py": HEAD + dedent(text)}) == expected


@pytest.mark.parametrize(
    ("package", "importing"),
    [
        ("from .views import bp", "relative"),
        ("from . import views\nbp = views.bp", "relative module"),
        ("from shop.views import bp", "absolute"),
        ("import shop.views\nbp = shop.views.bp", "plain"),
        ("import shop.views as v\nbp = v.bp", "alias"),
        ("from .views import *", "star"),
        ("from importlib import import_module\nbp = import_module('shop.views').bp", "importlib"),
    ],
)
def test_import_forms(package: str, importing: str, flask_routes: Routes) -> None:
    files = {
        "shop/__init__.py": f"{HEAD}app = Flask(__name__)\n{package}\napp.register_blueprint(bp)",
        "shop/views.py": HEAD + "bp = Blueprint('b', __name__)\n@bp.get('/x')\ndef x(): ...\n",
    }
    assert flask_routes(files) == ["GET /x b.x"]


def test_modules_found_on_the_disk(flask_routes: Routes) -> None:
    files = {
        "shop/__init__.py": f"{HEAD}import pkgutil, importlib\nfrom . import parts\n"
        "def create_app():\n app = Flask(__name__)\n"
        " for _, name, _ in pkgutil.iter_modules(parts.__path__):\n"
        "  module = importlib.import_module(f'{parts.__name__}.{name}')\n"
        "  app.register_blueprint(module.bp, url_prefix='/' + name)\n return app\n",
        "shop/parts/__init__.py": "",
        "shop/parts/a.py": HEAD + "bp = Blueprint('a', __name__)\n@bp.get('/x')\ndef x(): ...",
        "shop/parts/b.py": HEAD + "bp = Blueprint('b', __name__)\n@bp.get('/y')\ndef y(): ...",
    }
    assert flask_routes(files) == ["GET /a/x a.x", "GET /b/y b.y"]


def test_pluggy_hooks(flask_routes: Routes) -> None:
    files = {
        "shop/__init__.py": f"{HEAD}import pluggy, sys\nfrom . import views\n"
        "manager = pluggy.PluginManager('shop')\nmanager.register(views)\n"
        "def create_app():\n app = Flask(__name__)\n manager.hook.load(app=app)\n return app\n",
        "shop/views.py": HEAD + "from pluggy import HookimplMarker\n"
        "impl = HookimplMarker('shop')\nbp = Blueprint('v', __name__)\n"
        "@bp.get('/x')\ndef x(): ...\n@impl\ndef load(app): app.register_blueprint(bp)\n",
    }
    assert flask_routes(files) == ["GET /x v.x"]


def test_a_reexport_wins_over_a_submodule(flask_routes: Routes) -> None:
    files = {
        "shop/__init__.py": f"{HEAD}from .thing import thing\napp = Flask(__name__)\n",
        "shop/thing.py": HEAD + "thing = Blueprint('t', __name__)\n@thing.get('/x')\ndef x(): ...",
        "run.py": "from shop import app, thing\napp.register_blueprint(thing)\n",
    }
    assert flask_routes(files) == ["GET /x t.x"]


def test_conditions_are_kept(put_together: Make) -> None:
    text = """
    import os
    app = Flask(__name__)
    if os.environ.get("X"):
        @app.get("/a")
        def a(): ...
    else:
        @app.get("/b")
        def b(): ...
    """
    web = put_together({"app.py": HEAD + dedent(text)})
    assert [(r.path, r.conditional) for r in web.table] == [("/a", True), ("/b", True)]


SERVED = {
    "registered": ("app.register_blueprint(bp)", YES),
    "forgotten": ("", NO),
    "through a parent that is served": ("p.register_blueprint(bp)\napp.register_blueprint(p)", YES),
    "through a parent that is not": ("p.register_blueprint(bp)", NO),
    "handed to a library": ("import library\nlibrary.setup(bp)", MAYBE),
    "a plugin loader": (
        "from importlib import import_module\nimport_module(app.config['PLUGIN'])",
        MAYBE,
    ),
    "under a condition": ("import os\nif os.environ.get('X'): app.register_blueprint(bp)", YES),
    "in a function nobody calls": ("def setup(target): target.register_blueprint(bp)", MAYBE),
}


@pytest.mark.parametrize("case", SERVED)
def test_served(case: str, put_together: Make) -> None:
    text, expected = SERVED[case]
    start = (
        "app = Flask(__name__)\np = Blueprint('p', __name__)\nbp = Blueprint('b', __name__)\n"
        "@bp.get('/x')\ndef x(): ...\n"
    )
    web = put_together({"app.py": HEAD + start + text})
    (group,) = [g for g in web.groups if g.name == "b"]
    assert group.served is expected


def test_two_calls_of_a_factory_make_one_app(put_together: Make) -> None:
    files = {
        "site.py": HEAD + "def make(t=False):\n app = Flask(__name__)\n"
        " app.add_url_rule('/x', 'x', lambda: '')\n return app\n",
        "wsgi.py": "from site_ import app\n",
        "site_.py": "from flask import current_app\nfrom site import make\napp = make()\n",
        "manage.py": "import flask\nfrom site import make\nother = make(True)\n",
    }
    web = put_together(files)
    assert len(web.apps) == 1
    assert [r.path for r in web.table] == ["/x"]


def test_hooks_and_error_handlers_by_scope(put_together: Make) -> None:
    text = """
    app = Flask(__name__)
    bp = Blueprint("b", __name__)
    other = Blueprint("o", __name__)
    class Gone(Exception): ...
    @bp.before_request
    def own(): ...
    @other.before_app_request
    def wide(): ...
    @app.before_request
    def first(): ...
    @bp.errorhandler(Gone)
    def gone(e): ...
    @bp.app_errorhandler(404)
    def missing(e): ...
    @app.errorhandler(500)
    def broken(e): ...
    def guard(f): return f
    from flask_login import login_required
    @bp.get("/x")
    @login_required
    def x(): ...
    @other.get("/y")
    def y(): ...
    app.register_blueprint(bp)
    app.register_blueprint(other)
    """
    x, y = put_together({"app.py": HEAD + dedent(text)}).table
    assert [s.name for s in x.chain] == ["first", "wide", "own", "flask_login.login_required"]
    assert [s.name for s in y.chain] == ["first", "wide"]
    assert [(s.name, s.key) for s in x.errors] == [
        ("gone", "Gone"),
        ("broken", "500"),
        ("missing", "404"),
    ]
    assert [s.name for s in y.errors] == ["broken", "missing"]
