"""Jinja templates as text, template folders, and the endpoints that are asked for."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent

import pytest

from faceoff_lint.model import Endpoints, Templates, Web
from faceoff_lint.model.jinja import references

Make = Callable[[dict[str, str]], Web]

PIECES = {
    "{% extends 'a.html' %}": ["extends a.html"],
    '{%- include "a.html" with context -%}': ["include a.html"],
    "{% include 'a.html' ignore missing %}": [],
    "{% include ['a.html', 'b.html'] %}": [],
    "{% extends 'a.html' if x else 'b.html' %}": [],
    "{% import 'm.html' as m %}{% from 'n.html' import n %}": ["import m.html", "from n.html"],
    "{# {% extends 'a.html' %} #}": [],
    "{% raw %}{{ url_for('a') }}{% endraw %}{{ url_for('b') }}": ["url_for b"],
    "{{ url_for('a' ~ x) }}{{ my.url_for('a') }}{{ my_url_for('a') }}": [],
    "{{ '}}' ~ url_for('a', q='%}', id=x[1](y=2)) }}": ["url_for a q id"],
    "{{ url_for('a', **values) }}": ["url_for a **"],
    "{% if config.X %}{{ url_for('a') }}{% else %}{{ url_for('b') }}{% endif %}"
    "{{ url_for('c') }}": [
        "url_for a?", "url_for b?", "url_for c",
    ],
    "{% if current_user.admin %}{{ url_for('a') }}{% endif %}": ["url_for a"],
    "{% macro url_for(x) %}{% endmacro %}{{ url_for('a') }}": [],
    "{{ unfinished": [],
}  # fmt: skip


@pytest.mark.parametrize("text", PIECES)
def test_references(text: str) -> None:
    found = []
    for r in references(text):
        assert text[r.start + 1 : r.end - 1] == r.name
        names = ["**"] if r.keywords is None else list(r.keywords)
        found.append(" ".join([r.kind, r.name, *names]) + ("?" if r.guarded else ""))
    assert found == PIECES[text]


def test_folders_and_files(put_together: Make) -> None:
    web = put_together({
        "shop/__init__.py": dedent("""
            from flask import Flask, render_template
            from shop.pages import bp
            app = Flask(__name__, template_folder="views")
            app.register_blueprint(bp)
            @app.get("/")
            def index(): return render_template("a.html")
        """),
        "shop/pages/__init__.py": dedent("""
            from flask import Blueprint
            bp = Blueprint("pages", __name__, template_folder="html")
        """),
        "shop/views/a.html": "{% extends 'pages/b.html' %}",
        "shop/views/unused.html": "{% extends 'gone.html' %}",
        "shop/pages/html/pages/b.html": "",
    })  # fmt: skip
    templates = Templates.of(web)
    assert templates.closed
    assert templates.exists("pages/b.html")
    assert templates.exists("/a.html")
    assert not templates.exists("../views/a.html")
    assert [r.name for _, r in templates.references] == ["pages/b.html"]


def test_endpoints(put_together: Make) -> None:
    web = put_together({
        "app.py": dedent("""
            from flask import Blueprint, Flask, url_for
            bp = Blueprint("bp", __name__)
            @bp.get("/")
            def index(): return url_for("bp.index" if 1 else ".other", **{})
            app = Flask(__name__)
            app.register_blueprint(bp)
        """),
    })  # fmt: skip
    endpoints = Endpoints.of(web)
    assert [(a.endpoint, a.keywords) for a in endpoints.asked] == [
        ("bp.index", None), (".other", None),
    ]  # fmt: skip
    missing = [n for n in ("bp.index", "bp.gone", "index", ".index", "no.index", "static")
               if endpoints.missing(n)]  # fmt: skip
    assert missing == ["bp.gone", "index", "no.index"]


def test_a_blueprint_of_a_library_leaves_other_names_open(put_together: Make) -> None:
    web = put_together({
        "app.py": dedent("""
            from flask import Flask
            from some_library import blueprint
            app = Flask(__name__)
            app.register_blueprint(blueprint)
            @app.get("/")
            def index(): ...
        """),
    })  # fmt: skip
    assert not Endpoints.of(web).missing("no.index")
