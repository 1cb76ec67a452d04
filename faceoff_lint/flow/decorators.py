"""Flask: what decorators do to the arguments and the result of a view."""

from __future__ import annotations

from collections.abc import Callable

from faceoff_lint import ir
from faceoff_lint.model.handlers import Handler, resolve
from faceoff_lint.values import ClassValue, External, Function, ListValue, Value

__all__ = ["keeps_arguments", "keeps_result", "methods_of_class"]

# By package and last name: decorators that call the view with what they get, and give back what it
# gives (or an answer of their own).
_PLAIN = {
    "flask_login": {"login_required", "fresh_login_required"},
    "flask_security": {
        "login_required", "auth_required", "roles_required", "roles_accepted", "http_auth_required",
        "permissions_required", "permissions_accepted", "auth_token_required",
        "anonymous_user_required",
        "unauth_csrf",
    },
    "flask_user": {"login_required", "roles_required", "roles_accepted"},
    "flask_jwt_extended": {
        "jwt_required", "jwt_optional", "fresh_jwt_required", "jwt_refresh_token_required",
    },
    "flask_jwt": {"jwt_required"},
    "flask_limiter": {"limit", "shared_limit", "exempt"},
    "flask_caching": {"cached", "memoize"},
    "flask_cache": {"cached", "memoize"},
    "flask_cors": {"cross_origin"},
    "flask_httpauth": {"login_required"},
    "flask_principal": {"require"},
    "flask_allows": {"requires"},
    "flask_wtf": {"exempt"},
    "flasgger": {"swag_from"},
    "flask": {"copy_current_request_context"},
}  # fmt: skip
# These keep the arguments, but make the answer out of the result.
_ANSWERING = {
    "flask_restx": {
        "marshal_with", "marshal_list_with", "expect", "doc", "response", "param", "deprecated",
        "hide", "produces", "header", "vendor", "representation",
    },
    "flask_restful": {"marshal_with", "marshal_with_field"},
    "flask_smorest": {"response", "doc", "alt_response"},
}  # fmt: skip
_ANSWERING["flask_restplus"] = _ANSWERING["flask_restx"]


def _named(value: Value, known: dict[str, set[str]]) -> bool:
    if not isinstance(value, External):
        return False
    path = value.path.replace("()", "")
    return path.rpartition(".")[2] in known.get(path.partition(".")[0], ())


def keeps_arguments(wrapper: Value) -> bool:
    """Whether a decorator surely calls the view with exactly the arguments it gets."""
    if isinstance(wrapper, Function):
        return _hands_through(wrapper)
    return _named(wrapper, _PLAIN) or _named(wrapper, _ANSWERING)


def keeps_result(wrapper: Value) -> bool:
    """Whether a decorator surely gives back what the view gives, or an answer of its own."""
    if isinstance(wrapper, Function):
        return _hands_through(wrapper) and _hands_back(wrapper)
    return _named(wrapper, _PLAIN)


def _stars(closure: Function) -> dict[str, str] | None:
    """The names of ``*args`` and ``**kwargs`` when a function takes just these."""
    found = {p.kind: p.target.id for p in closure.node.params if isinstance(p.target, ir.Name)}
    return found if set(found) == {"*", "**"} and len(closure.node.params) == 2 else None


def _hands_through(closure: Function) -> bool:
    """``def wrapper(*args, **kwargs)``: each call that spreads these hands on both, unchanged."""
    stars = _stars(closure)
    if stars is None or closure.bound:
        return False
    hands_on = False
    handed: set[int] = set()
    for node in ir.walk(closure.node):
        if isinstance(node, ir.Call) and any(a.spread for a in node.args):
            given = [(a.spread, a.value.id) for a in node.args if isinstance(a.value, ir.Name)]
            if given != [(s, n) for s, n in stars.items()] or len(given) != len(node.args):
                return False
            hands_on = True
            handed.update(id(a.value) for a in node.args)
    names = set(stars.values())
    used = (n for s in closure.node.body for n in ir.walk(s))
    return hands_on and not any(
        isinstance(n, ir.Name) and n.id in names and id(n) not in handed for n in used
    )


def _hands_back(closure: Function) -> bool:
    """Whether every call of the view is what the closure returns."""
    stars = _stars(closure) or {}
    returned = [n.value for n in ir.find(closure.node, ir.Return) if n.value is not None]
    for node in ir.walk(closure.node):
        spread = isinstance(node, ir.Call) and any(a.spread for a in node.args)
        if spread and stars and not any(node is value for value in returned):
            return False
    return True


def methods_of_class(
    cls: ClassValue,
    names: list[str],
    keeps: Callable[[Value], bool] = keeps_arguments,
) -> list[Handler] | None:
    """The methods of a class-based view as handlers; None when something may wrap them unseen.

    ``keeps``: what decorators of the class must be known to leave as it is.
    """
    for attribute in ("decorators", "method_decorators"):
        value = cls.lookup(attribute)
        if value is None:
            continue
        if not isinstance(value, ListValue) or value.open:
            return None
        if not all(keeps(item) for item in value.items):
            return None
    found = [cls.lookup(name) for name in names]
    return [resolve(value) for value in found if value is not None]
