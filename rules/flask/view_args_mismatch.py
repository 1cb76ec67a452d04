"""FLK503; what views get and take is ``faceoff_lint.flow.arguments``."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    ERROR,
    ROUTING,
    UNSAFE,
    Edit,
    Finding,
    Fix,
    Function,
    Related,
    Row,
    Span,
    Web,
    called,
    ir,
    parameters,
    passed,
    rule,
)


@rule(
    "FLK503",
    practice=ROUTING,
    severity=ERROR,
    why="Flask calls the view with the variables of the rule as keywords: TypeError, status 500.",
    help="Make the variables of every rule and the parameters of the view agree.",
    fixable="unsafe",
)
def view_args_mismatch(web: Web) -> Iterator[Finding]:
    """A view does not take the variables of its URL, or needs one that the URL lacks."""
    reported: set[tuple[Span, str]] = set()
    given = [(row, provided) for row in web.table if (provided := passed(web, row)) is not None]
    for row, provided in given:
        for function in called(row):
            names = parameters(function)
            header = function.header
            if names is None or (header, row.path) in reported or not web.is_product(header):
                continue
            accepted, required, takes_all = names
            missing = [n for n in required if n not in provided]
            surplus = [] if takes_all else [n for n in provided if n not in accepted]
            if not missing and not surplus:
                continue
            reported.add((header, row.path))
            yield Finding(
                header,
                _message(function, row, missing, surplus),
                label=f"called for `{row.path}`",
                related=(Related(row.span, f"`{row.path}` is registered here"),),
                fix=_default(function, missing, [p for r, p in given if function in called(r)])
                if not surplus
                else None,
            )


def _message(function: Function, row: Row, missing: list[str], surplus: list[str]) -> str:
    name = f"{function.owner.name}.{function.name}" if function.owner else function.name
    parts = []
    if missing:
        parts.append(f"has no variable for the parameter {_quoted(missing)} of `{name}`")
    if surplus:
        parts.append(f"passes {_quoted(surplus)}, which `{name}` does not take")
    return f"`{row.path}` {' and '.join(parts)}: TypeError, status 500"


def _quoted(names: list[str]) -> str:
    return ", ".join(f"`{n}`" for n in names)


def _default(function: Function, missing: list[str], others: list[list[str]]) -> Fix | None:
    """A default for the one parameter that other rules of the view supply."""
    params = [p for p in function.node.params if isinstance(p.target, ir.Name)]
    at = [p for p in params if isinstance(p.target, ir.Name) and p.target.id == missing[0]]
    last = params.index(at[0]) == len(params) - 1 if at else False
    if len(missing) != 1 or not last or not any(missing[0] in names for names in others):
        return None
    glue = " = " if at[0].annotation is not None else "="
    place = Span(function.module.path, at[0].end, at[0].end)
    return Fix(f"Make `{missing[0]}` optional", (Edit(place, f"{glue}None"),), UNSAFE)
