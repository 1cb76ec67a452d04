"""The few errors users see. Each ends a run with exit code 2 and a message that can be acted on."""

from __future__ import annotations

__all__ = ["ConfigError", "FaceoffError", "NothingToLint", "RuleError", "UnknownSelector"]


class FaceoffError(Exception):
    """An error to show to the user: one line of message, further lines of detail."""

    def __init__(self, message: str, detail: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.detail = detail


class ConfigError(FaceoffError):
    """A configuration file that cannot be used. ``detail`` shows the line with a caret."""


class UnknownSelector(FaceoffError):
    """A code, name, prefix or practice that no rule has."""

    def __init__(self, selector: str, suggestion: str = "") -> None:
        hint = f"; did you mean `{suggestion}`?" if suggestion else ""
        super().__init__(f"no rule has the code, name or prefix `{selector}`{hint}")
        self.selector = selector
        self.suggestion = suggestion


class RuleError(FaceoffError):
    """A rule or rule pack that is put together wrongly: its author's mistake."""


class NothingToLint(FaceoffError):
    """There is no file to read under the given paths."""
