"""A report made by hand: every renderer is tested on it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from faceoff_lint.finding import Applicability, Edit, Finding, Fix, Related, Severity
from faceoff_lint.reports import Report
from faceoff_lint.rule import ROUTING, Rule
from faceoff_lint.source import Source, Span

USERS = """\
@bp.route("/users/<id>", methods=["GET", "POST"])
def user(id):
    return show(id)


@bp.route("/users/<id>", methods=["GET"])
def again(id):
    return show(id)
"""

RULE = Rule(
    code="FLK501",
    name="duplicate-route",
    summary="Two views, one URL.",
    practice=ROUTING,
    severity=Severity.ERROR,
    why="Werkzeug takes the first rule of the same shape.",
    page=Path("duplicate_route.md"),
)


def span(source: Source, text: str, nth: int = 0) -> Span:
    """The nth place of a text in a source."""
    start = -1
    for _ in range(nth + 1):
        start = source.text.index(text, start + 1)
    return Span(source.path, start, start + len(text))


@pytest.fixture
def report() -> Report:
    users = Source("app/users.py", USERS)
    first, second = (
        span(users, "@bp.route"),
        span(users, '@bp.route("/users/<id>", methods=["GET"])'),
    )
    finding = Finding(
        second,
        "route GET /users/<id> is already handled",
        (Related(first, "first registered here"),),
        Fix("Remove the second", (Edit(span(users, '"GET"', 1), '"PUT"'),), Applicability.SAFE),
        label="this view never runs",
        help='remove "GET" from the first, or rename one path',
        code="FLK501",
        name="duplicate-route",
        practice="routing",
        service="flask:.",
    )
    return Report(
        Path("/root"),
        (finding,),
        {"app/users.py": users},
        {"FLK501": RULE},
        ("Flask 3.1 app `app/__init__.py`: 3 blueprints, 41 routes",),
    )


@pytest.fixture(scope="session")
def ask(node: Path) -> Callable[..., Any]:
    """What ``validate.mjs`` answers to a question."""

    def _ask(**question: Any) -> Any:
        done = subprocess.run(
            ["node", node / "validate.mjs"],
            input=json.dumps(question),
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        return json.loads(done.stdout)

    return _ask
