"""Every duty has a mutant, a correct client with just that bug, and the bug is caught and named.

By default every eighth duty's first mutant is judged by that duty, up to the first example that breaks it. `MUTANTS=all`
takes every mutant, judges all duties over the whole number of examples, as a user's check does, and shrinks;
`make mutants` prints what becomes of each.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from mockservers.harness.check import EXAMPLES, CheckConfig, check
from mockservers.harness.duties import of
from mockservers.harness.profile import contracted
from mockservers.harness.replay import replay

FOLDER = Path(__file__).parent.parent / "vendors"
EVERYTHING = os.environ.get("MUTANTS") == "all"
MUTANTS = [(vendor, file) for vendor in contracted() for file in sorted((FOLDER / vendor / "mutants").glob("*.py"))]
"""`<duty>.py`, and for further, subtler bugs of the same duty `<duty>-<bug>.py`."""
FIRST = [(vendor, file) for vendor, file in MUTANTS if "-" not in file.stem]
CASES = [
    pytest.param(vendor, file, id=f"{vendor}-{file.stem}") for vendor, file in (MUTANTS if EVERYTHING else FIRST[3::8])
]


def test_every_duty_has_a_mutant_and_every_mutant_a_duty() -> None:
    for vendor in contracted():
        mutants = {file.stem.partition("-")[0] for file in (FOLDER / vendor / "mutants").glob("*.py")}
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
            shrink=EVERYTHING,
            fail_fast=not EVERYTHING,
        )
    )
    assert report.verdict(slug) == "broken"
    (counterexample,) = [each for each in report.counterexamples if each.duty.slug == slug]
    assert len(counterexample.scenario.steps) <= 8 or not EVERYTHING
    assert counterexample.file is not None
    (result,) = replay([counterexample.file], client, duties=intended)
    assert result.outcome == "FAILED"


@pytest.mark.parametrize(("vendor", "file"), MUTANTS, ids=[f"{vendor}-{file.stem}" for vendor, file in MUTANTS])
def test_a_mutant_names_a_module_of_clients_only_once_the_harness_knows_its_folder(vendor: str, file: Path) -> None:
    """Else it can be imported only where another was before it."""
    text = file.read_text("utf-8")
    places = [found.start() for found in re.finditer(rf"^(?:from|import) {vendor}_", text, re.MULTILINE)]
    assert not places or "reference(" in text[: places[0]]
