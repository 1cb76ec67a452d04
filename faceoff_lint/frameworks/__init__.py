"""What calls of the web frameworks mean: their objects, and the events that set-up leaves on them.

These objects record; they judge nothing. ``faceoff_lint.model`` makes the web model of the records.
"""
