"""``faceoff-lint clean``: remove the cache."""

from __future__ import annotations

import click

from faceoff_lint.errors import FaceoffError
from faceoff_lint.output import emit

__all__ = ["clean"]


@click.command()
@click.pass_context
def clean(ctx: click.Context) -> None:
    """Remove what earlier runs have kept in the user's cache folder."""
    from faceoff_lint import cache

    try:
        size = cache.clear()
    except OSError as error:
        message = f"cannot remove {cache.cache_folder()}: {error.strerror}"
        raise FaceoffError(message) from error
    emit(ctx, [f"Removed {size / 1e6:.1f} MB from {cache.cache_folder()}."])
