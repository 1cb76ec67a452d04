"""Every proof of every built-in rule's page, on the real framework."""

from __future__ import annotations

import pytest

from faceoff_lint import testing
from faceoff_lint.page import Page, ProofRun

from .harness import Experiment, holds, observe, prepare

Case = tuple[Page, ProofRun, str]


def cases() -> list[Case]:
    rules = [rule for rule in testing.rules("faceoff_rules") if rule.page.exists()]
    pages = [testing.read_page(rule) for rule in rules]
    return [(p, proof, name) for p in pages for proof in p.proofs for name in proof.frameworks]


def name(case: Case) -> str:
    page, proof, framework = case
    return f"{page.path.stem}:{proof.line}-{framework}"


CASES = cases()


@pytest.fixture(scope="module", autouse=True)
def _frameworks() -> None:
    if any(framework != "flask" for _, _, framework in CASES):
        prepare()


@pytest.mark.proof
@pytest.mark.parametrize("case", CASES, ids=name)
def test_proof(case: Case) -> None:
    page, proof, framework = case
    files = {file.path: file.text for file in page.example(proof.example).files}
    outcome = observe(
        Experiment(
            framework, files, proof.requests, proof.headers, proof.body, proof.meanwhile, proof.env,
            proof.entry,
        )
    )  # fmt: skip
    failed = [line for line in proof.expect if not holds(line, outcome)]
    assert not failed, f"{page.path}:{proof.line}: {framework}: {failed} do not hold: {outcome}"
