"""Every kind of bug has a stimulus, duties and mutants in every contract, or a reason why not."""

from __future__ import annotations

from importlib import import_module

import pytest

from mockservers import registry
from mockservers.harness.duties import of as duties_of
from mockservers.harness.profile import contracted, profile
from tests import kinds

SHARED = ("mockservers.harness.strategies", "mockservers.harness.sequences")


@pytest.mark.parametrize("vendor", contracted())
def test_every_kind_stands_in_the_contract(vendor: str) -> None:
    assert [each.kind for each in kinds.of(vendor)] == list(kinds.KINDS)


@pytest.mark.parametrize("vendor", contracted())
def test_what_stands_for_a_kind_is_there(vendor: str) -> None:
    duties = {duty.id for duty in duties_of(vendor)}
    here = profile(vendor).strategies()
    modules = [here, *map(import_module, SHARED)]
    names = {name for module in modules for name in vars(module)} | set(registry.emulator(vendor).dialects.switches)
    mutants = {path.stem for path in (kinds.ROOT / "tests" / "vendors" / vendor / "mutants").glob("*.py")}
    for each in kinds.of(vendor):
        if each.not_applicable:
            assert (each.stimulus, each.duties, each.mutants) == ("", (), ()), each
            assert len(each.not_applicable.split()) >= 5, each
            continue
        assert each.stimulus in names, each
        assert each.duties, each
        assert set(each.duties) <= duties, each
        assert each.mutants, each
        assert set(each.mutants) <= mutants, each
        # A mutant proves the duties beside which it is named.
        slugs = {duty.partition(".")[2] for duty in each.duties}
        assert {mutant.partition("-")[0] for mutant in each.mutants} <= slugs, each


def test_the_page_is_true() -> None:
    assert kinds.PAGE.read_text("utf-8") == kinds.page(), "docs/stimuli.md is behind: run `make table`"
