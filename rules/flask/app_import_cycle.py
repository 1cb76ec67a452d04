"""FLK107; imports and their positions are ``faceoff_lint.model.imports``."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import ERROR, STRUCTURE, Finding, Imports, Related, Span, Web, rule


@rule(
    "FLK107",
    practice=STRUCTURE,
    severity=ERROR,
    why="A module that is being imported has only the names above the import it is waiting for.",
    help="Import below the binding, or inside the factory, or move the object to its own module.",
)
def app_import_cycle(web: Web) -> Iterator[Finding]:
    """Two modules import each other, and a name is asked for before it is bound."""
    if web.framework != "flask" or not web.apps:
        return
    reported: set[tuple[str, str]] = set()
    for first, back, name, bound in Imports.of(web).cycles():
        if (first.file, back.file) in reported or not web.is_product(back.span):
            continue
        reported.add((first.file, back.file))
        place = Span(first.file, bound, bound + 1)
        yield Finding(
            back.span,
            f"`{name}` is not there yet: `{first.file}` imports this module on line "
            f"{web.line(first.span)} and binds `{name}` on line {web.line(place)}: ImportError "
            "when the app starts",
            label="an import cycle",
            related=(
                Related(first.span, "this import leads here"),
                Related(place, f"`{name}` is bound here, too late"),
            ),
        )
