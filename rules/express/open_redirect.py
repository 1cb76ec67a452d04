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
    Requests,
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
    inputs = Inputs(Flow.of(web))
    for found in Requests.of(web).arrivals(lambda site: _target(inputs, site)):
        if not inputs.checked(found.site, found.what, found.slots):
            yield Finding(
                found.site.span,
                f"{found.where} redirects to whatever `{found.what}` says",
                label="may lead to any site",
                related=found.frames,
            )


def _target(inputs: Inputs, site: CallSite) -> str | None:
    """The request input that a redirect begins with."""
    if not any(p.startswith("express.res") and p.rpartition(".")[2] in _TARGETS
               for p in site.paths):  # fmt: skip
        return None
    args = site.node.args
    return inputs.written(site.function, args[-1].value, start=True) if args else None
