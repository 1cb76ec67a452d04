"""EXP806; what the client wrote is ``faceoff_lint.flow.inputs``."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    EXPRESS_PRODUCTION,
    WARNING,
    CallSite,
    Finding,
    Flow,
    Inputs,
    Leaks,
    Related,
    Slot,
    Span,
    Web,
    rule,
)

_TARGETS = {"redirect", "location"}


@rule(
    "EXP806",
    practice=EXPRESS_PRODUCTION,
    severity=WARNING,
    why="A link to your site then leads to any other: bait for phishing, and a way around filters.",
    help="Redirect to a path of your own: look the target up, or accept only what begins with one "
    "slash and no second.",
)
def open_redirect(web: Web) -> Iterator[Finding]:
    """The target of a redirect is what the client wrote."""
    flow, leaks, inputs = Flow.of(web), Leaks.of(web), Inputs(Flow.of(web))
    found: dict[Span, tuple[CallSite, str, list[Slot]]] = {}
    for slot in leaks.slots:
        for function in flow.entered(slot.handler):
            for hit in flow.reach(function, lambda site: _target(inputs, site)):
                if web.is_product(hit.site.span):
                    known = found.setdefault(hit.site.span, (hit.site, hit.what, []))
                    known[2].append(slot)
    for span, (site, name, slots) in found.items():
        if not inputs.checked(site, name, slots):
            yield Finding(
                span,
                f"`{leaks.title(slots[0])}` redirects to whatever `{name}` says",
                label="may lead to any site",
                related=(Related(slots[0].span, f"registered for {leaks.title(slots[0])}"),),
            )


def _target(inputs: Inputs, site: CallSite) -> str | None:
    """The request input that a redirect begins with."""
    if not any(p.startswith("express.res") and p.rpartition(".")[2] in _TARGETS
               for p in site.paths):  # fmt: skip
        return None
    args = site.node.args
    return inputs.written(site.function, args[-1].value, start=True) if args else None
