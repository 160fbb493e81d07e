"""Every duty has a mutant, a correct client with just that bug, and the bug is caught, named, and shrunk.

`MUTANTS=all` judges every duty over the whole number of examples, as a user's check does; by default each mutant is
judged by the duty it is made for, up to the first example that breaks it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mockservers.harness.check import EXAMPLES, CheckConfig, check
from mockservers.harness.duties import of
from mockservers.harness.machines import CONTRACTED
from mockservers.harness.replay import replay

FOLDER = Path(__file__).parent.parent / "mutants"
DEAR = frozenset({"autotask"})
"""Vendors whose plays take long, so that their failures are shrunk only when everything is judged."""
EVERYTHING = os.environ.get("MUTANTS") == "all"
CASES = [
    pytest.param(vendor, file, id=f"{vendor}-{file.stem}")
    for vendor in CONTRACTED
    for file in sorted((FOLDER / vendor).glob("*.py"))
]
"""`<duty>.py`, and for further, subtler bugs of the same duty `<duty>-<bug>.py`."""


def test_every_duty_has_a_mutant_and_every_mutant_a_duty() -> None:
    for vendor in CONTRACTED:
        mutants = {file.stem.partition("-")[0] for file in (FOLDER / vendor).glob("*.py")}
        assert mutants == {duty.slug for duty in of(vendor)}


@pytest.mark.parametrize(("vendor", "file"), CASES)
def test_the_mutant_is_caught(vendor: str, file: Path, tmp_path: Path) -> None:
    client, slug = f"{file}:Client", file.stem.partition("-")[0]
    intended = tuple(duty for duty in of(vendor) if duty.slug == slug)
    report = check(
        CheckConfig(
            vendor,
            client,
            examples=EXAMPLES,
            save_to=tmp_path,
            duties=None if EVERYTHING else intended,
            fail_fast=not EVERYTHING,
            shrink=EVERYTHING or vendor not in DEAR,
        )
    )
    assert report.verdict(slug) == "broken"
    (proof,) = [each for each in report.proofs if each.duty.slug == slug]
    if EVERYTHING or vendor not in DEAR:
        assert len(proof.scenario.steps) <= 8
    assert proof.file is not None
    (result,) = replay([proof.file], client, duties=intended)
    assert result.outcome == "FAILED"
