"""The least that reading files costs: parsing them with the same parsers, and nothing else.

``python -m bench.bare < names``: a name a line. Files that don't parse are passed over. With a
number as argument: that many files only are parsed, to tell what the start costs.
"""

from __future__ import annotations

import gc
import sys
import threading


def _parse(names: list[str]) -> None:
    python = [name for name in names if name.endswith(".py")]
    if python:
        import libcst

        for name in python:
            try:
                with open(name, "rb") as file:
                    libcst.parse_module(file.read())
            except Exception:
                continue
    plain = [name for name in names if name.endswith((".js", ".mjs", ".cjs", ".jsx"))]
    if plain:
        import esprima

        for name in plain:
            try:
                with open(name, encoding="utf-8-sig") as file:
                    text = file.read()
                options = {"range": True, "tolerant": True, "jsx": name.endswith("x")}
                try:
                    esprima.parseModule(text, options)
                except Exception:
                    esprima.parseScript(text, options)
            except Exception:
                continue


def main() -> None:
    """Parse what standard input names."""
    gc.disable()
    names = sys.stdin.read().splitlines()
    sys.setrecursionlimit(50_000)
    threading.stack_size(256 * 2**20)
    thread = threading.Thread(target=_parse, args=(names,))
    thread.start()
    thread.join()


if __name__ == "__main__":
    main()
