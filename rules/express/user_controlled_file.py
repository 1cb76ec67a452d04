"""EXP807; what the client wrote is ``faceoff_lint.flow.inputs``."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    EXPRESS_PRODUCTION,
    WARNING,
    CallSite,
    DictValue,
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

_SENDING = {"sendFile", "sendfile", "download"}
_FS = {
    "readFile", "readFileSync", "createReadStream", "writeFile", "writeFileSync", "unlink",
    "unlinkSync", "createWriteStream", "rm", "rmSync", "appendFile", "appendFileSync",
}  # fmt: skip


@rule(
    "EXP807",
    practice=EXPRESS_PRODUCTION,
    severity=WARNING,
    why="`..%2F` in a request leads out of the folder: `path.join` follows it.",
    help="Give `sendFile` the name and `{ root: folder }`, or take `path.basename()` of it.",
)
def user_controlled_file(web: Web) -> Iterator[Finding]:
    """The path of a file is made of what the client wrote."""
    flow, leaks, inputs = Flow.of(web), Leaks.of(web), Inputs(Flow.of(web))
    found: dict[Span, tuple[CallSite, str, list[Slot]]] = {}
    for slot in leaks.slots:
        for function in flow.entered(slot.handler):
            for hit in flow.reach(function, lambda site: _path(inputs, site)):
                if web.is_product(hit.site.span):
                    known = found.setdefault(hit.site.span, (hit.site, hit.what, []))
                    known[2].append(slot)
    for span, (site, name, slots) in found.items():
        if inputs.checked(site, name, slots):
            continue
        title, what = leaks.title(slots[0]), _name(site)
        yield Finding(
            span,
            f"`{title}` gives `{what}` a path made of `{name}`",
            label="may be any file",
            related=(Related(slots[0].span, f"registered for {title}"),),
        )


def _name(site: CallSite) -> str:
    return site.paths[0].rpartition(".")[2]


def _path(inputs: Inputs, site: CallSite) -> str | None:
    """The request input in the path that a call opens."""
    args = site.node.args
    if not args or site.args is None:
        return None
    for path in site.paths:
        name = path.rpartition(".")[2]
        response = path.startswith("express.res") and name in _SENDING
        opens = path.partition(".")[0] in ("fs", "fs-extra", "graceful-fs") and name in _FS
        if response and any(_rooted(v) for v in site.args.pos[1:]):
            continue
        if response or opens:
            first = args[0].value
            written = inputs.written(site.function, first)
            # ``send`` refuses a path that still holds `..`; ``path.join`` takes it out before.
            if written is not None and (opens or inputs.leads_anywhere(site.function, first)):
                return written
    return None


def _rooted(value: object) -> bool:
    return isinstance(value, DictValue) and ("root" in value.entries or value.open)
