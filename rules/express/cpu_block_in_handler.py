"""EXP306; what requests reach is ``faceoff_lint.flow.requests``."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import (
    EVENT_LOOP,
    UNSAFE,
    WARNING,
    Arrival,
    CallSite,
    Edit,
    Finding,
    Fix,
    Flow,
    Requests,
    Span,
    Web,
    ir,
    rule,
)

_PASSWORDS = {"bcrypt", "bcryptjs", "bcrypt-nodejs"}
_SLOW = {
    "crypto": {"pbkdf2Sync", "scryptSync", "generateKeyPairSync", "generatePrimeSync"},
    "zlib": {
        "gzipSync", "gunzipSync", "deflateSync", "inflateSync", "deflateRawSync",
        "inflateRawSync", "unzipSync", "brotliCompressSync", "brotliDecompressSync",
    },
    **{module: {"hashSync", "compareSync"} for module in _PASSWORDS},
}  # fmt: skip


@rule(
    "EXP306",
    practice=EVENT_LOOP,
    severity=WARNING,
    why="While the processor is busy with it, the process answers no other request.",
    help="Use the asynchronous version, which works on another thread, and await it.",
    fixable="unsafe",
)
def cpu_block_in_handler(web: Web) -> Iterator[Finding]:
    """A request reaches synchronous hashing, compression or a busy loop."""
    requests = Requests.of(web)
    for found in requests.arrivals(_slow):
        if not Flow.of(web).memoised(found.site):
            yield Finding(
                found.site.span,
                f"`{found.what}` blocks the event loop in requests of {found.where}",
                label="every other request waits here",
                related=found.frames,
                fix=_fix(web, found),
            )
    for function in requests.functions:
        for node in ir.own(function.node):
            if isinstance(node, ir.While) and node.test is not None and _busy(node, node.test):
                yield Finding(
                    Span(function.module.path, node.start, node.test.end),
                    "this loop only waits for the clock: no other request is answered meanwhile",
                    label="every other request waits here",
                    help="Await a timer: `await new Promise((done) => setTimeout(done, ms))`.",
                )


def _slow(site: CallSite) -> str | None:
    for path in site.paths:
        module, _, member = path.partition(".")
        member = member.removeprefix("default.")
        # Keys of elliptic curves are made in no time.
        curve = member == "generateKeyPairSync" and site.args and site.args.literal(0) != "rsa"
        if member in _SLOW.get(module, ()) and not curve:
            return f"{module}.{member}"
    return None


def _busy(loop: ir.While, test: ir.Expr) -> bool:
    """A loop whose end is a matter of time, and that gives nobody else a turn."""
    if any(isinstance(n, (ir.Await, ir.Yield, ir.Break, ir.Return)) for n in ir.walk(loop)):
        return False
    return isinstance(test, ir.Binary) and any(map(_reads_clock, ir.walk(test)))


def _reads_clock(node: ir.Node) -> bool:
    if not isinstance(node, ir.Call):
        return False
    if node.new:
        return isinstance(node.func, ir.Name) and node.func.id == "Date" and not node.args
    func = node.func
    if not isinstance(func, ir.Attr) or not isinstance(func.obj, ir.Name):
        return False
    return func.name == "now" and func.obj.id in ("Date", "performance")


def _fix(web: Web, found: Arrival[str]) -> Fix | None:
    """``bcrypt.hashSync(a, b)`` to ``await bcrypt.hash(a, b)`` in an async function."""
    node, function = found.site.node, found.site.function
    module, _, name = found.what.partition(".")
    if module not in _PASSWORDS or not function.node.is_async or len(node.args) != 2:
        return None
    file = function.module.path
    after = web.text(Span(file, node.end, node.end + 1))
    if not isinstance(node.func, ir.Attr) or after in (".", "[", "("):
        return None
    at = node.func.name_start
    edits = (
        Edit(Span(file, node.start, node.start), "await "),
        Edit(Span(file, at, at + len(name)), name.removesuffix("Sync")),
    )
    return Fix(f"Await `{name.removesuffix('Sync')}`", edits, UNSAFE)
