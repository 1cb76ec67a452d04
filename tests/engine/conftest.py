"""Services put together from a few lines, for tests of the interpreter, the model and the flow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from faceoff_lint.discovery import discover
from faceoff_lint.model import Web, build
from faceoff_lint.pool import Reader

Files = dict[str, str]


@pytest.fixture
def put_together(tmp_path: Path) -> Iterator[Callable[[Files], Web]]:
    """A function that writes files and gives the one service they make."""
    readers: list[Reader] = []

    def make(files: Files) -> Web:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        services = discover(tmp_path).services
        assert len(services) == 1, [s.name for s in services]
        reader = Reader(tmp_path, jobs=1)
        readers.append(reader)
        return build(services[0], reader)

    yield make
    for reader in readers:
        reader.close()


@pytest.fixture
def flask_routes(put_together: Callable[[Files], Web]) -> Callable[[Files], list[str]]:
    """``GET,POST /path endpoint`` of each row of a Flask project; ``?`` marks what isn't exact."""

    def rows(files: Files) -> list[str]:
        web = put_together(files)
        return [
            f"{','.join(r.methods)} {r.path} {r.endpoint}{'' if r.exact else ' ?'}"
            for r in web.table
        ]

    return rows


@pytest.fixture
def express_routes(put_together: Callable[[Files], Web]) -> Callable[[Files], list[str]]:
    """``GET /path handler < middleware, …`` of each row of an Express project."""

    def rows(files: Files) -> list[str]:
        web = put_together(files)
        return [
            f"{','.join(r.methods)} {r.path} {r.route.handler.name if r.route.handler else '-'}"
            + (" < " + ", ".join(s.name for s in r.chain) if r.chain else "")
            for r in web.table
        ]

    return rows
