"""Fuzzing: properties that hold for any input, and what makes inputs that reach deep.

``python -m tests.fuzz`` is the long run; ``test_fuzz.py`` a short and deterministic one. Both ask
the same ``targets``: a target makes texts from a ``random.Random`` and checks a property of each.
"""
