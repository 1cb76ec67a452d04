"""Prints the static route table: as text for readers, as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from click import style

from faceoff_lint.reports import relative
from faceoff_lint.terminal import defuse_json, display_width, printable, printable_path

__all__ = ["relocated", "render_json", "render_text"]

Row = Mapping[str, Any]
"""One route as JSON data; the README describes the keys."""


def relocated(rows: Iterable[Row], folder: str) -> list[Row]:
    """The rows with their paths relative to a folder that is given relative to the run's root."""
    return [_relocated(row, folder) for row in rows]


def _relocated(data: Any, folder: str) -> Any:
    if isinstance(data, list):
        return [_relocated(item, folder) for item in data]
    if not isinstance(data, Mapping):
        return data
    moved = {key: _relocated(value, folder) for key, value in data.items()}
    if isinstance(moved.get("file"), str):
        moved["file"] = relative(moved["file"], folder)
    if isinstance(moved.get("app"), str):  # "path" or "path:variable"
        file, colon, variable = moved["app"].rpartition(":")
        if not colon or "/" in variable or "." in variable:
            file, colon, variable = moved["app"], "", ""
        moved["app"] = f"{relative(file, folder)}{colon}{variable}"
    return moved


def render_json(rows: Iterable[Row]) -> Iterator[str]:
    """All routes as one JSON list, in registration order."""
    yield defuse_json(json.dumps(list(rows), indent=2))


def render_text(summary: str, rows: Sequence[Row]) -> Iterator[str]:
    """One service: what it is, then a line a route, app by app; what is not sure is marked."""
    yield style(printable(summary), bold=True)
    table = [_cells(row) for row in rows]
    widths = [max(map(display_width, column), default=0) for column in zip(*table, strict=True)]
    apps = [str(row.get("app", "")) for row in rows]
    shown = ""
    for app, cells in zip(apps, table, strict=True):
        if len(set(apps)) > 1 and app != shown:
            shown = app
            yield f"  {style(printable_path(app), underline=True)}"
        padded = (
            cell + " " * (width - display_width(cell))
            for cell, width in zip(cells, widths, strict=True)
        )
        yield ("  " + "  ".join(padded)).rstrip()
    if not table:
        yield "  no routes"


def _cells(row: Row) -> tuple[str, ...]:
    handler = row.get("handler") or {}
    steps = [step for step in row.get("chain") or () if step.get("kind") != "error"]
    chain = [str(step.get("name") or step.get("kind") or "?") for step in steps]
    marks = ["conditional"] if row.get("conditional") else []
    marks += ["partial"] if row.get("confidence") == "partial" else []
    place = (
        f"{printable_path(str(handler['file']))}:{handler['line']}" if handler.get("file") else ""
    )
    return (
        printable(",".join(row.get("methods") or ["ANY"])),
        printable(str(row.get("path", ""))),
        printable(str(row.get("endpoint") or handler.get("name") or "")),
        place,
        printable(" > ".join(chain)) + (f" ({', '.join(marks)})" if marks else ""),
    )
