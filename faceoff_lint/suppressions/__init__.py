"""Comments that accept findings: reading them, judging them, mending them, writing them.

``faceoff: ignore[CODE, name] -- reason`` and its kin; ``docs/suppressions.md`` is the contract.
"""

from __future__ import annotations

from faceoff_lint.suppressions.insert import Added, insertions, reason_problem
from faceoff_lint.suppressions.judge import Outcome, apply
from faceoff_lint.suppressions.read import Comments

__all__ = ["Added", "Comments", "Outcome", "apply", "insertions", "reason_problem"]
