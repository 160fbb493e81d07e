"""What a vendor's desk names is there: duties that need no copy, rules, objectives."""

from __future__ import annotations

import pytest

from mockservers.harness.duties import of
from mockservers.harness.profile import contracted
from mockservers.registry import emulator
from mockservers.rehearsal.events import rehearsable, vendor_desk
from mockservers.rehearsal.objectives import METRICS


@pytest.mark.parametrize("vendor", [each for each in contracted() if rehearsable(each)])
def test_a_desk_names_duties_rules_and_objectives_that_there_are(vendor: str) -> None:
    desk, rules = vendor_desk(vendor), emulator(vendor).rules
    assert {*desk.storms, *desk.habits} <= {duty.id for duty in of(vendor)}
    assert set(desk.objectives) <= set(METRICS)
    assert set(desk.guidance) <= set(desk.objectives)
    assert all(rules[rule].says for rule in desk.guidance.values())
