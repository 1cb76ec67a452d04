"""What was understood of a service, and what was not, in lines for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from faceoff_lint.model.web import Web

__all__ = ["summary", "unknowns"]


def summary(web: Web) -> str:
    """One line: ``Flask 3.1 app `app/__init__.py`: 3 blueprints, 41 routes``."""
    version = web.service.version
    title = web.service.framework.capitalize()
    if version is not None and version.text:
        title += " " + ".".join(version.text.split(".")[:2])
    apps = [a for a in web.apps if a.root and a.has_setup] or web.apps
    kinds = ("blueprint", "namespace") if web.framework == "flask" else ("router",)
    groups = [g for g in web.groups if g.kind in kinds]
    what = "blueprint" if web.framework == "flask" else "router"
    counts = f"{_count(len(groups), what)}, {_count(len(web.table), 'route')}"
    if not apps:
        where = f" in `{web.service.root}`" if web.service.root else ""
        return f"{title} code{where} without an app that could be found: {counts}"
    files = list(dict.fromkeys(a.file for a in apps))
    shown = ", ".join(f"`{f}`" for f in files[:3])
    more = f" and {len(files) - 3} more" if len(files) > 3 else ""
    return f"{title} app{'s' if len(files) > 1 else ''} {shown}{more}: {counts}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def unknowns(web: Web) -> list[str]:
    """See ``Web.unknowns``."""
    seen = dict.fromkeys([*web.open, *web.machine.gave_up])
    lines = [f"{span.file or '.'}:{web.line(span)}: {reason}" for reason, span in seen]
    return [*lines, f"{web.machine.steps} steps of the interpreter used"]
