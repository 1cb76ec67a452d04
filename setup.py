"""Compiles the interpreter to C when asked to: ``FACEOFF_LINT_COMPILE=1`` (docs/performance.md).

All else about the package stands in pyproject.toml.
"""

import os
from pathlib import Path

from setuptools import setup

# Where the time of an analysis goes that is not the parsers'. What only names things, the
# ``__init__`` files, is left as it is.
FOLDERS = ("ir", "interpreter", "frameworks")
FILES = ("source", "values")


def modules() -> list[str]:
    """The files to compile, relative to this one."""
    package = Path("faceoff_lint")
    files = [path for name in FOLDERS for path in sorted((package / name).glob("*.py"))]
    files += [package / f"{name}.py" for name in FILES]
    return [str(path) for path in files if path.name != "__init__.py"]


def build() -> None:
    """Hand over to setuptools."""
    if os.environ.get("FACEOFF_LINT_COMPILE") != "1":
        setup()
        return
    try:
        from mypyc.build import mypycify
    except ImportError:
        # Asked for what a build needs; it is there when the build begins.
        setup(setup_requires=["mypy>=1.13"])
        return
    setup(ext_modules=mypycify(modules(), opt_level="2", debug_level="0"))


build()
