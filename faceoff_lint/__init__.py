"""faceoff-lint: a static linter that puts Flask and Express apps together."""

__version__ = "0.1.0"
