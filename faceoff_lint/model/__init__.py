"""The web model: one service, put together. Rules ask it; it asks the interpreter."""

from faceoff_lint.model.build import Reads, build
from faceoff_lint.model.deployment import Deployment
from faceoff_lint.model.handlers import Handler, Step
from faceoff_lint.model.table import RouteRow, Row
from faceoff_lint.model.web import App, Group, Mount, Route, Use, Web

__all__ = [
    "App",
    "Deployment",
    "Group",
    "Handler",
    "Mount",
    "Reads",
    "Route",
    "RouteRow",
    "Row",
    "Step",
    "Use",
    "Web",
    "build",
]
