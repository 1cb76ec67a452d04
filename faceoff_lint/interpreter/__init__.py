"""The abstract interpreter: evaluates set-up code of either language over the IR."""

from faceoff_lint.interpreter.builtins import LANGUAGE_MODELS
from faceoff_lint.interpreter.core import Machine
from faceoff_lint.interpreter.modules import Modules, Reading
from faceoff_lint.interpreter.state import CallRecord, Frame, Loader, Model, Trace

__all__ = [
    "LANGUAGE_MODELS",
    "CallRecord",
    "Frame",
    "Loader",
    "Machine",
    "Model",
    "Modules",
    "Reading",
    "Trace",
]
