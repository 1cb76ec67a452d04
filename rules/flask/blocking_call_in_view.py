"""FLK305; what requests reach is ``faceoff_lint.flow.views``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from faceoff_lint.rule import (
    LOAD,
    SAFE,
    WARNING,
    CallArgs,
    CallSite,
    External,
    Finding,
    Fix,
    ListValue,
    Lit,
    Options,
    Reached,
    Value,
    Views,
    Web,
    ir,
    rule,
)

_REQUESTS = re.compile(
    r"requests\.(?:(?:sessions\.)?[Ss]ession\(\)\.|api\.)?(?:get|post|put|patch|delete|head|options|request)"
)
_SESSION_MOUNT = re.compile(r"requests\.(?:sessions\.)?[Ss]ession\(\)\.mount")
_PROCESSES = {f"subprocess.{name}" for name in ("run", "call", "check_call", "check_output")}
_QUICK = {
    "cat", "chmod", "chown", "cp", "date", "df", "echo", "hostname", "id", "ln", "ls", "mkdir",
    "mv", "nproc", "ps", "pwd", "rm", "rmdir", "stat", "touch", "true", "uname", "uptime", "wc",
    "which", "whoami",
}  # fmt: skip
_TELLING = {"--help", "--version", "-V", "-version"}
_MEANT = re.compile(r"delay|sleep|slow|wait|drip|timeout", re.IGNORECASE)


@rule(
    "FLK305",
    practice=LOAD,
    severity=WARNING,
    why="A worker answers nobody else while it waits, and nothing bounds how long it waits.",
    help="Bound the wait (`timeout=`), or hand the work to a task queue.",
    options={"timeout": 0},
    fixable="safe",
)
def blocking_call_in_view(web: Web, options: Options) -> Iterator[Finding]:
    """A request reaches a call that can hold its worker for as long as it likes."""
    views = Views.of(web)
    adapted = any(_adapts(c.path.removesuffix("()"), c.args) for c in web.external_calls)
    adapted = adapted or bool(views.reach(lambda s: _adapts(s.paths[0], s.args) or None))
    for reached in views.reach(_unbounded):
        if not reached.what and not _sleeps(views, reached):
            continue
        if web.calls("socket.setdefaulttimeout") and "urlopen" in reached.what:
            continue
        if adapted and "ession()" in reached.what:
            continue
        name = reached.what or "time.sleep"
        yield Finding(
            reached.site.span,
            f"`{name}`{' without a timeout' if reached.what else ''} holds the worker of "
            f"{reached.where}",
            label="no other request is answered meanwhile",
            related=reached.frames,
            why="" if reached.what else "A worker answers nobody else while it sleeps.",
            fix=_bound(web, reached, options["timeout"]),
        )


def _unbounded(site: CallSite) -> str | None:
    """The library function of a call without a bound; empty for ``time.sleep``."""
    args = site.args
    if args is None or args.open:
        return None
    for callee in site.callees:
        path = callee.path if isinstance(callee, External) else ""
        if path == "time.sleep":
            return ""
        if path == "python.input":
            return "input"
        absent = args.get(2 if path == "urllib.request.urlopen" else -1, "timeout")
        unset = absent is None or absent == Lit(None)
        if unset and path == "urllib.request.urlopen":
            return path
        if unset and path in _PROCESSES and not _ends_at_once(args.get(0, "args")):
            return path
        if unset and _REQUESTS.fullmatch(path):
            return path
        if path.startswith("httpx.") and absent == Lit(None):
            return path
    return None


def _adapts(path: str, args: CallArgs | None) -> bool:
    """Whether a call mounts an adapter on a session that may have a timeout of its own."""
    adapter = args.get(1, "adapter") if args is not None else None
    plain = isinstance(adapter, External) and adapter.path.endswith(".HTTPAdapter()")
    return _SESSION_MOUNT.fullmatch(path) is not None and not plain


def _ends_at_once(command: Value | None) -> bool:
    """Whether a program only looks at local files or tells its version: it does not wait."""
    parts = command.items if isinstance(command, ListValue) else [command]
    words = [p.value for p in parts if isinstance(p, Lit) and isinstance(p.value, str)]
    if len(words) == 1 and not isinstance(command, ListValue):
        words = words[0].split()
    return bool(words) and (words[0] in _QUICK or not _TELLING.isdisjoint(words))


def _sleeps(views: Views, reached: Reached[str]) -> bool:
    """Whether ``time.sleep`` takes a second or more, or as long as the request says.

    Not where the delay is the purpose, and not where something bounds it.
    """
    view, site = reached.view, reached.site
    if any(_MEANT.search(t) for t in (*view.paths, view.handler.name, site.function.name)):
        return False
    value = site.args.get(0, "secs") if site.args is not None else None
    if isinstance(value, Lit):
        return isinstance(value.value, (int, float)) and value.value >= 1
    if isinstance(value, External) and value.path == "python.min()":
        return False
    if value is not None and views.from_request(value):
        return True
    names = {n.id for a in site.node.args for n in ir.find(a, ir.Name)}
    return reached.hit.direct and not names.isdisjoint(views.variables(view))


def _bound(web: Web, reached: Reached[str], seconds: int) -> Fix | None:
    """Add the configured timeout; there is no good value without a configuration."""
    site = reached.site
    has_one = site.args is not None and site.args.get(-1, "timeout") is not None
    if seconds <= 0 or has_one or reached.what in ("", "input"):
        return None
    edit = web.with_argument(site.span.file, site.node, f"timeout={seconds}")
    return Fix(f"Wait at most {seconds} seconds", (edit,), SAFE) if edit is not None else None
