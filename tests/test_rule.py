"""The decorator refuses what the rest of the tool could not work with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from faceoff_lint.errors import RuleError
from faceoff_lint.finding import Finding
from faceoff_lint.rule import ASYNC, BLUEPRINTS, ERROR, Options, rule


def _declare(code: str = "FLK999", argument: Any = None, **given: Any) -> Any:
    def function(web: Any) -> Iterable[Finding]:
        """Summary.

        More.
        """
        return ()

    function.__module__ = "pack.function"
    values: dict[str, Any] = {"practice": BLUEPRINTS, "severity": ERROR, "why": "Because."}
    return rule(code, **(values | given))(argument or function)


def test_fills_in_what_the_function_says() -> None:
    made = _declare()
    assert (made.name, made.summary, made.framework) == ("function", "Summary.", "flask")
    assert made.page.name == "test_rule.md"
    assert str(made) == "FLK999-function"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"code": "flk1"}, "a code is"),
        ({"code": "FLK1234567"}, "a code is"),
        ({"practice": ASYNC}, "belongs to express"),
        ({"why": ""}, "needs a docstring"),
        ({"options": {"limit": 1}}, r"must take \(web, options\)"),
    ],
)
def test_refuses(given: dict[str, Any], message: str) -> None:
    with pytest.raises(RuleError, match=message):
        _declare(**given)


def test_refuses_an_option_that_cannot_be_written_in_a_file() -> None:
    def function(web: Any, options: Options) -> Iterable[Finding]:
        """Summary."""
        return ()

    function.__module__ = "function"
    with pytest.raises(RuleError, match="lower case"):
        _declare(argument=function, options={"Max_Routes": 1})


def test_options_are_filled_up_with_defaults_and_cannot_be_changed() -> None:
    seen: list[Options] = []

    def function(web: Any, options: Options) -> Iterable[Finding]:
        """Summary."""
        seen.append(options)
        return ()

    function.__module__ = "function"
    made = _declare(argument=function, options={"low": 1, "high": 9})
    made.run(object(), {"high": 5})
    assert dict(seen[0]) == {"low": 1, "high": 5}
    with pytest.raises(TypeError):
        seen[0]["low"] = 2  # type: ignore[index]


def test_everything_a_rule_may_import_is_there() -> None:
    from faceoff_lint import rule as module

    for name in module.__all__:
        assert getattr(module, name) is not None
    with pytest.raises(AttributeError):
        _ = module.nothing_like_this
