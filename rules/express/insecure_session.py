"""EXP802."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    EXPRESS_PRODUCTION,
    WARNING,
    DictValue,
    External,
    Finding,
    ListValue,
    Lit,
    Span,
    Value,
    Web,
    rule,
)

_SESSIONS = {"express-session()": "secret", "cookie-session()": "keys"}


@rule(
    "EXP802",
    practice=EXPRESS_PRODUCTION,
    severity=WARNING,
    why="Who can read the source can sign sessions; the default store forgets them at each restart "
    "and leaks memory; a cookie that isn't `secure` also travels unencrypted.",
    help="Take the secret from the environment, name a `store`, and set `cookie.secure`.",
)
def insecure_session(web: Web) -> Iterator[Finding]:
    """Sessions are signed with a literal, kept in memory, or sent over plain HTTP."""
    seen: set[Span] = set()
    for group in web.everything:
        for use in group.uses:
            if web.development_only(use.event.conditions) or not web.is_product(use.span):
                continue
            for handler in use.handlers:
                made = handler.value
                if not isinstance(made, External) or made.path not in _SESSIONS or not made.span:
                    continue
                problems = _problems(made)
                if problems and made.span not in seen:
                    seen.add(made.span)
                    yield Finding(made.span, f"sessions {_listed(problems)}", label=problems[0])


def _problems(made: External) -> list[str]:
    """What the options say that should not be so; empty when they aren't known."""
    given = made.args.get(0) if made.args is not None else None
    if made.args is not None and not made.args.pos and not made.args.open:
        given = DictValue()
    if not isinstance(given, DictValue):
        return []
    found: list[str] = []
    secret = given.entries.get("secret", given.entries.get(_SESSIONS[made.path]))
    if _written(secret):
        found.append("are signed with a secret that stands in the source")
    if made.path != "express-session()" or given.open:
        return found
    if "store" not in given.entries:
        found.append("are kept in the memory of one process")
    cookie = given.entries.get("cookie")
    if isinstance(cookie, DictValue) and _is_false(cookie.entries.get("secure")):
        found.append("travel over plain HTTP too")
    return found


def _written(value: Value | None) -> bool:
    """Whether a secret is a literal (or a list of such) that no deployment changes."""
    if isinstance(value, ListValue):
        return bool(value.items) and not value.open and all(_written(item) for item in value.items)
    return type(value) is Lit and isinstance(value.value, str) and bool(value.value)


def _is_false(value: Value | None) -> bool:
    return type(value) is Lit and value.value is False


def _listed(problems: list[str]) -> str:
    if len(problems) < 2:
        return problems[0]
    return f"{', '.join(problems[:-1])} and {problems[-1]}"
