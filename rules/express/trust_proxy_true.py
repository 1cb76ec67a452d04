"""EXP803."""

from __future__ import annotations

from collections.abc import Iterator

from faceoff_lint.rule import EXPRESS_PRODUCTION, WARNING, Finding, Lit, Web, rule


@rule(
    "EXP803",
    practice=EXPRESS_PRODUCTION,
    severity=WARNING,
    why="Express then believes the whole `X-Forwarded-For` header, and the client wrote its start.",
    help="Say how many proxies stand in front (`1`), or which addresses they have.",
)
def trust_proxy_true(web: Web) -> Iterator[Finding]:
    """`trust proxy` is set to `true`, so clients choose their own address."""
    for app in web.apps:
        for setting in app.settings:
            if setting.key != "trust proxy" or setting.conditions:
                continue
            value = setting.value
            if isinstance(value, Lit) and value.value is True and web.is_product(setting.span):
                yield Finding(
                    setting.span,
                    "with `trust proxy` set to `true`, `req.ip` is what the client says it is: "
                    "rate limits and logs go by it",
                    label="trusts every address",
                )
