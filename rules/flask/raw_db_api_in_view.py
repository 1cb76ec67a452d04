"""FLK601; what requests reach, and what lives on ``g``, is ``faceoff_lint.flow.views``."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    DATABASE,
    INFO,
    WARNING,
    CallSite,
    Finding,
    Flow,
    Function,
    Lit,
    Reached,
    Views,
    Web,
    ir,
    rule,
)

_CONNECT = {
    "sqlite3.connect", "psycopg2.connect", "psycopg.connect", "pymysql.connect", "pymysql.Connect",
    "MySQLdb.connect", "MySQLdb.Connect", "mysql.connector.connect",
}  # fmt: skip
_UPKEEP = ("PRAGMA", "ATTACH", "DETACH", "VACUUM")


@rule(
    "FLK601",
    practice=DATABASE,
    severity=WARNING,
    why="A driver's connection has no pool, no session and no end that Flask knows of.",
    help="Let Flask-SQLAlchemy open, share and close the connections: `db.session`.",
)
def raw_db_api_in_view(web: Web) -> Iterator[Finding]:
    """A view, or a helper of one, opens a database connection by hand."""
    views = Views.of(web)
    for reached in views.reach(_connect):
        flow, what = views.flow, reached.what
        on_g = views.kept_on_g(reached.hit)
        if not on_g and (_is_private(flow, reached) or not views.configured(reached.hit)):
            continue  # an address from data: a product that queries other people's databases
        severity, message = None, f"`{what}` opens a connection by hand in {reached.where}"
        if on_g and views.closes_after_request:
            severity = INFO
            message = f"`{what}` keeps a connection on `g`, and a teardown closes it: consider "
            message += "Flask-SQLAlchemy, which does both, and pools"
        elif on_g:
            message += ", keeps it on `g`, and no teardown closes it"
        elif not any(_closes(site) for f in _functions(reached) for site in flow.calls(f)):
            message += ", and only the garbage collector closes it"
        yield Finding(
            reached.site.span,
            message,
            label="a raw connection",
            related=reached.frames,
            severity=severity,
        )


def _connect(site: CallSite) -> str | None:
    """The driver's function that a call is; in-memory databases are left out."""
    in_memory = site.args is not None and site.args.get(0, "database") == Lit(":memory:")
    return None if in_memory else next((p for p in site.paths if p in _CONNECT), None)


def _is_private(flow: Flow, reached: Reached[str]) -> bool:
    """Whether it serves a cache, or only the upkeep of a database file."""
    function = reached.site.function
    values = reached.site.args.all if reached.site.args is not None else []
    names = [function.name, function.module.name.rpartition(".")[2]]
    names += [v.value for v in values if isinstance(v, Lit) and isinstance(v.value, str)]
    if any("cache" in name.lower() for name in names):
        return True
    sql = [
        site.node.args[0].value.value
        for f in _functions(reached)
        for site in flow.calls(f)
        if isinstance(site.node.func, ir.Attr) and site.node.func.name.startswith("execute")
        and site.node.args and isinstance(site.node.args[0].value, ir.Const)
    ]  # fmt: skip
    return bool(sql) and all(str(text).lstrip().upper().startswith(_UPKEEP) for text in sql)


def _functions(reached: Reached[str]) -> list[Function]:
    """The functions on the way from the view to the call."""
    return list({id(s.function): s.function for s in reached.hit.path}.values())


def _closes(site: CallSite) -> bool:
    func = site.node.func
    return (
        isinstance(func, ir.Attr) and func.name == "close"
    ) or "contextlib.closing" in site.paths
