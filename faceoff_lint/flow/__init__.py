"""What functions do when they run: call graph and summaries, computed on demand."""

from faceoff_lint.flow.calls import CallSite, Flow, Hit
from faceoff_lint.flow.rejections import Floating, Point, Rejections
from faceoff_lint.flow.responses import Responses
from faceoff_lint.flow.wrappers import Verdict, judge_wrapper

__all__ = [
    "CallSite",
    "Floating",
    "Flow",
    "Hit",
    "Point",
    "Rejections",
    "Responses",
    "Verdict",
    "judge_wrapper",
]
