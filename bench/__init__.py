"""Measures faceoff-lint and its peers side by side: ``python -m bench --help``."""
