"""What functions do when they run: call graph and summaries, computed on demand."""

from faceoff_lint.flow.aborts import ABORTS, Aborts
from faceoff_lint.flow.answers import Answers, Unanswered
from faceoff_lint.flow.arguments import called, parameters, passed, rule_values
from faceoff_lint.flow.callbacks import ErrorCallback, error_callbacks
from faceoff_lint.flow.calls import CallSite, Flow, Hit
from faceoff_lint.flow.clauses import answered_with
from faceoff_lint.flow.code import Code, Place
from faceoff_lint.flow.concerns import Concerns
from faceoff_lint.flow.contexts import LOCALS, Contexts, Need
from faceoff_lint.flow.database import is_column, is_query, is_session
from faceoff_lint.flow.decorators import keeps_arguments, keeps_result, methods_of_class
from faceoff_lint.flow.endings import Act
from faceoff_lint.flow.failures import Failures, Registration
from faceoff_lint.flow.fates import Fates, Late, Lost, Twice
from faceoff_lint.flow.inputs import Inputs
from faceoff_lint.flow.leaks import Leaks, Slot
from faceoff_lint.flow.order import Order
from faceoff_lint.flow.paths import Exit, Jump, explore
from faceoff_lint.flow.rejections import Floating, Point, Rejections
from faceoff_lint.flow.requests import Arrival, Requests
from faceoff_lint.flow.responses import Responses
from faceoff_lint.flow.shadows import shadowed_routes
from faceoff_lint.flow.shared import SharedWrite, shared_writes
from faceoff_lint.flow.streams import OpenStream, open_streams
from faceoff_lint.flow.strings import Built, built
from faceoff_lint.flow.views import Reached, View, Views
from faceoff_lint.flow.wrappers import Outcome, Verdict, judge_wrapper

__all__ = [
    "Twice",
    "Lost",
    "Late",
    "Fates",
    "Act",
    "Answers",
    "ABORTS",
    "LOCALS",
    "Built",
    "Arrival",
    "CallSite",
    "Code",
    "Concerns",
    "ErrorCallback",
    "Contexts",
    "Aborts",
    "Exit",
    "Failures",
    "Floating",
    "Flow",
    "Hit",
    "Inputs",
    "Jump",
    "Leaks",
    "OpenStream",
    "Order",
    "Need",
    "Outcome",
    "Place",
    "Point",
    "Reached",
    "Registration",
    "Rejections",
    "Requests",
    "Responses",
    "SharedWrite",
    "Slot",
    "Unanswered",
    "Verdict",
    "View",
    "Views",
    "error_callbacks",
    "explore",
    "answered_with",
    "called",
    "built",
    "is_column",
    "is_query",
    "is_session",
    "judge_wrapper",
    "keeps_arguments",
    "keeps_result",
    "methods_of_class",
    "open_streams",
    "parameters",
    "passed",
    "rule_values",
    "shadowed_routes",
    "shared_writes",
]
