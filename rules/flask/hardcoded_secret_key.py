"""FLK802; what a setting ends up with is the model's ``App.decided``."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    ERROR,
    PRODUCTION,
    UNSAFE,
    WARNING,
    App,
    Edit,
    Finding,
    Fix,
    Lit,
    Related,
    Setting,
    Span,
    Web,
    ir,
    rule,
)


@rule(
    "FLK802",
    practice=PRODUCTION,
    severity=ERROR,
    why="Who can read the source can sign sessions: log in as anybody, for instance.",
    help="Take it from the environment or an instance file, and refuse to start without it.",
    fixable="unsafe",
)
def hardcoded_secret_key(web: Web) -> Iterator[Finding]:
    """The secret key that signs sessions stands in the source."""
    seen: set[Span] = set()
    for app in web.apps:
        for one in (app, *app.merged):
            found = one.decided("SECRET_KEY", "secret_key") if isinstance(one, App) else None
            if found is None or found.place in seen or found.for_developers:
                continue
            value = found.value
            if not isinstance(value, Lit) or not isinstance(value.value, str) or not value.value:
                continue
            if not web.is_product(found.place) or not web.is_product(app.span):
                continue
            seen.add(found.place)
            fallback = isinstance(value, Setting)
            loaded = (Related(found.event.span, f"`{found.holder}` is loaded here"),)
            yield Finding(
                found.place,
                "without the environment's word the secret key is one that stands in the source"
                if fallback
                else "the secret key stands in the source",
                label="known to every reader",
                related=loaded if found.holder else (),
                fix=None if fallback else _fix(web, found.place, value.value),
                severity=WARNING if fallback else None,
            )


def _fix(web: Web, place: Span, key: str) -> Fix | None:
    """``os.environ["SECRET_KEY"]``, where ``os`` is imported."""
    record = web.modules.records.get(place.file)
    if record is None:
        return None
    has_os = any(isinstance(n, ir.Import) and n.module == "os" and not n.names[0].name
                 for n in record.module.body)  # fmt: skip
    if not has_os:
        return None
    for node in ir.walk(record.module):
        inside = place.start <= node.start and node.end <= place.end
        if isinstance(node, ir.Const) and inside and node.value == key:
            edit = Edit(Span(place.file, node.start, node.end), 'os.environ["SECRET_KEY"]')
            return Fix("Take it from the environment", (edit,), UNSAFE)
    return None
