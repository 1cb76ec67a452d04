"""FLK505; which endpoints there are, and who asks for them, is ``model.endpoints``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from faceoff_lint.rule import (
    ERROR,
    ROUTING,
    Endpoints,
    Finding,
    Related,
    Row,
    Web,
    rule,
    rule_values,
)

_DEFAULTS = re.compile(r"url_default_functions|\bdef\s+(?:inject_url_defaults|url_for)\b")
_HOOKS = ("url_defaults", "app_url_defaults")


@rule(
    "FLK505",
    practice=ROUTING,
    severity=ERROR,
    why="A URL can be built only with a value for each of its variables.",
    help="Pass the value: `url_for(endpoint, name=value)`.",
)
def missing_url_values(web: Web) -> Iterator[Finding]:
    """A URL is asked for without a value that its rule needs."""
    if any(hook.name in _HOOKS for group in web.everything for hook in group.hooks):
        return
    if any(_DEFAULTS.search(source.text) for source in web.sources.values()):
        return
    endpoints = Endpoints.of(web)
    for asked in endpoints.asked:
        rows = endpoints.rows.get(asked.endpoint, [])
        if asked.keywords is None or not rows:
            continue
        needed = [_needed(row) for row in rows]
        if any(n is None or n <= set(asked.keywords) for n in needed):
            continue
        missing = min((n - set(asked.keywords) for n in needed if n), key=len)
        names = ", ".join(f"`{n}`" for n in sorted(missing))
        rule_ = next(r for r, n in zip(rows, needed, strict=True) if n and missing <= n)
        yield Finding(
            asked.span,
            f"the URL of `{asked.endpoint}` needs {names} (`{rule_.path}`): BuildError, status 500",
            label=f"without {names}",
            related=(Related(rule_.span, f"the rule `{rule_.path}`"),),
        )


def _needed(row: Row) -> set[str] | None:
    """The variables that a rule can't do without; None when they are not known."""
    values = rule_values(row)
    return None if values is None else set(values[0]) - set(values[1])
