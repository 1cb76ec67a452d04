"""The web model: one service, put together. Rules ask it; it asks the interpreter."""

from faceoff_lint.model.build import Reads, build
from faceoff_lint.model.deployment import Deployment
from faceoff_lint.model.endpoints import Endpoints, UrlFor
from faceoff_lint.model.flask_table import class_methods
from faceoff_lint.model.groups import App, Group, Mount, Route, Use
from faceoff_lint.model.handlers import Handler, Step
from faceoff_lint.model.imports import Imports, Link
from faceoff_lint.model.library_calls import LibraryCall, flask_names, library_calls
from faceoff_lint.model.settings import for_developers
from faceoff_lint.model.table import RouteRow, Row
from faceoff_lint.model.templates import Templates
from faceoff_lint.model.urls import CONVERTERS, Variable, malformed, variables
from faceoff_lint.model.web import Web

__all__ = [
    "CONVERTERS",
    "App",
    "Deployment",
    "Endpoints",
    "Group",
    "Handler",
    "Imports",
    "LibraryCall",
    "Link",
    "Mount",
    "Reads",
    "Route",
    "RouteRow",
    "Row",
    "Step",
    "Templates",
    "UrlFor",
    "Use",
    "Variable",
    "Web",
    "build",
    "class_methods",
    "for_developers",
    "flask_names",
    "library_calls",
    "malformed",
    "variables",
]
