"""FLK510; methods are the route table's, calls ``faceoff_lint.flow``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from faceoff_lint.rule import (
    ROUTING,
    WARNING,
    CallSite,
    Finding,
    Flow,
    Function,
    Related,
    Row,
    Span,
    Web,
    ir,
    rule,
)

_CHANGES = re.compile(
    r"(?:^|[_/-])(?:un)?(?:delete|remove|add|create|update|edit|toggle|approve|reject|ban|follow"
    r"|like|vote|upvote|downvote|cancel|enable|disable|publish|hide|archive|restore|move|save|clear"
    r"|purge|revoke|join|leave|star|pin|lock|promote|demote|destroy|drop|block|mute|close|reopen"
    r"|accept|decline|complete|buy|pay|send|rename|empty|increase|decrease)(?:$|[_/-])"
)
_MEANT = re.compile(
    r"token|code|key|hash|secret|signature|confirm|verif|activat|callback|oauth|auth|log_?(?:in|out)"
    r"|sign_?(?:in|out)|unsubscribe|invit|reset|webhook|cron|seed|init|test|debug"
)
_TRACKING = re.compile(r"last_|view|hit|click|count|visit|seen|access|read|timestamp|updated")


@rule(
    "FLK510",
    practice=ROUTING,
    severity=WARNING,
    why="GET is meant to be harmless: crawlers, prefetching and image tags follow such links.",
    help="Take POST or DELETE, and send a form with a CSRF token.",
)
def state_change_on_get(web: Web) -> Iterator[Finding]:
    """A route that takes GET only, and says that it changes something, commits the change."""
    reported: set[Span] = set()
    for row in web.table:
        handler = row.route.handler
        function = handler.function if handler is not None and handler.cls is None else None
        if function is None or row.methods != ("GET",) or not row.exact:
            continue
        header = function.header
        if header in reported or not web.is_product(header) or not _says_so(row, function):
            continue
        site = _commit(Flow.of(web), function)
        if site is None:
            continue
        reported.add(header)
        yield Finding(
            header,
            f"GET `{row.path}` changes the database: whatever follows the link changes it, and "
            "no CSRF check runs",
            label="GET only",
            related=(Related(site.span, "the change is committed here"),),
        )


def _says_so(row: Row, function: Function) -> bool:
    """Whether path or name speak of a change, and not of one that links in mails are meant for."""
    texts = (row.path.lower(), function.name.lower())
    return any(map(_CHANGES.search, texts)) and not any(map(_MEANT.search, texts))


def _commit(flow: Flow, function: Function) -> CallSite | None:
    """Where the view, or a method it calls, commits; forms and tracking columns are left out."""
    nodes = list(ir.own(function.node))
    names = {n.name for n in nodes if isinstance(n, ir.Attr)}
    if names & {"validate_on_submit", "method"}:
        return None
    written = [
        n.target.name for n in nodes if isinstance(n, ir.Assign) and isinstance(n.target, ir.Attr)
    ]
    deletes = names & {"add", "delete", "add_all", "remove", "append"}
    if written and not deletes and all(map(_TRACKING.search, written)):
        return None
    for hit in flow.reach(function, _commits, depth=3, closures=False):
        return hit.path[0]
    return None


def _commits(site: CallSite) -> bool | None:
    """``db.session.commit()``."""
    func = site.node.func
    if not isinstance(func, ir.Attr) or func.name != "commit":
        return None
    owner = func.obj
    name = owner.name if isinstance(owner, ir.Attr) else getattr(owner, "id", "")
    return True if name.lower().endswith("session") else None
