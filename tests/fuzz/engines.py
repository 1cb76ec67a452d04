"""What makes texts, each in a process of its own: ``python -m tests.fuzz.engines`` is one.

``mutate`` draws plain random numbers. ``hypothesis`` lets hypothesis draw them, which shrinks what
fails. ``atheris`` is led by the coverage of the linter's code: it changes texts that reached
something new, with libFuzzer's changes and with ours.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .ledger import Ledger
    from .targets import Target

__all__ = ["ENGINES", "available"]

_ROUND = 100
"""Executions of one test of hypothesis's, which can't be stopped in between."""
_MEMORY = 4 << 30
_SEEDS = 100
"""Texts that a fuzzer led by coverage begins with."""


def available(engine: str) -> bool:
    """Whether an engine can be used here."""
    return engine == "mutate" or importlib.util.find_spec(engine) is not None


def _mutate(target: Target, ledger: Ledger, seconds: float, seed: int) -> None:
    until = time.monotonic() + seconds
    number = 0
    while time.monotonic() < until:
        rng = Random(f"{target.name} {seed} {number}")
        ledger.attempt(target.make(rng), target.check)
        number += 1


def _hypothesis(target: Target, ledger: Ledger, seconds: float, seed: int) -> None:
    import hypothesis
    from hypothesis import strategies

    until = time.monotonic() + seconds

    def run(rng: Random) -> None:
        text = target.make(rng)
        assert ledger.attempt(text, target.check) or time.monotonic() > until

    number = 0
    while time.monotonic() < until:
        given = hypothesis.given(strategies.randoms(use_true_random=False))
        settings = hypothesis.settings(
            max_examples=_ROUND,
            database=None,
            deadline=None,
            suppress_health_check=list(hypothesis.HealthCheck),
            report_multiple_bugs=False,
        )
        test: Callable[[], None] = hypothesis.seed(f"{seed} {number}")(settings(given(run)))
        try:
            test()
        except Exception as error:
            # What failed is in the ledger; anything else is a mistake of the harness.
            if not ledger.failures:
                raise RuntimeError("the engine failed") from error
        number += 1


def _atheris(name: str, folder: Path, seconds: float, seed: int) -> None:
    import atheris

    # Parsers are read on first use, which would be too late.
    late = ("lowering.python", "lowering.javascript", "lowering.typescript", "model", "config")
    with atheris.instrument_imports(include=["faceoff_lint", "faceoff_rules"]):
        for module in late:
            importlib.import_module(f"faceoff_lint.{module}")
        from .ledger import Ledger
        from .targets import TARGETS

    target, ledger = TARGETS[name], Ledger(folder)
    corpus = folder / "corpus"
    corpus.mkdir(exist_ok=True)
    rng = Random(f"{name} {seed}")
    seeds = list(target.seeds())
    for number in range(_SEEDS):
        even = number % 2 == 0 and seeds
        text = rng.choice(seeds) if even else target.generate(rng)
        (corpus / f"seed-{number}").write_bytes(text.encode("utf-8", "surrogatepass"))

    def run(data: bytes) -> None:
        ledger.attempt(_text(data), target.check)

    def change(data: bytes, max_size: int, seed: int) -> bytes:
        if seed % 4 == 0:
            changed: bytes = atheris.Mutate(data, max_size)
            return changed
        made = target.change(Random(seed), _text(data))
        return made.encode("utf-8", "surrogatepass")[:max_size]

    arguments = [
        sys.argv[0], f"-max_total_time={int(seconds)}", f"-seed={seed or 1}", "-max_len=40000",
        "-rss_limit_mb=0", "-timeout=120", "-verbosity=0", "-close_fd_mask=0", "-len_control=0",
        f"-artifact_prefix={folder}/artifact-", str(corpus),
    ]  # fmt: skip
    atheris.Setup(arguments, run, custom_mutator=change)
    atheris.Fuzz()


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace").replace("\ufffd", "?")


ENGINES = ("mutate", "hypothesis", "atheris")


def _limit() -> None:
    """No core files, and an end to what a text can take."""
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


def main() -> None:
    """Run one engine on one target, until the time is over or the process is."""
    parser = argparse.ArgumentParser()
    parser.add_argument("engine", choices=ENGINES)
    parser.add_argument("target")
    parser.add_argument("folder", type=Path)
    parser.add_argument("seconds", type=float)
    parser.add_argument("seed", type=int)
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    _limit()
    if given.engine == "atheris":
        _atheris(given.target, given.folder, given.seconds, given.seed)
        return
    from .ledger import Ledger
    from .targets import TARGETS

    run = _mutate if given.engine == "mutate" else _hypothesis
    run(TARGETS[given.target], Ledger(given.folder), given.seconds, given.seed)


if __name__ == "__main__":
    main()
