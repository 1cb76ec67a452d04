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
    Requests,
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
    inputs = Inputs(Flow.of(web))
    for found in Requests.of(web).arrivals(lambda site: _path(inputs, site)):
        if not inputs.checked(found.site, found.what, found.slots):
            yield Finding(
                found.site.span,
                f"{found.where} gives `{_name(found.site)}` a path made of `{found.what}`",
                label="may be any file",
                related=found.frames,
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
