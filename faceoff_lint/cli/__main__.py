"""``python -m faceoff_lint.cli``."""

from faceoff_lint.cli import main

main()
