"""``--output-format jsonl``: one finding a line, each as in the list of ``json``."""

from __future__ import annotations

import json as json_module
from collections.abc import Iterator

from faceoff_lint.reports import Report, json
from faceoff_lint.terminal import defuse_json

__all__ = ["render"]


def render(report: Report) -> Iterator[str]:
    """One JSON object a finding."""
    for finding in report.findings:
        yield defuse_json(json_module.dumps(json.as_data(report, finding)))
