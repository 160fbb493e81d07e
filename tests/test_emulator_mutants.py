"""Rules that no single answer shows are proved by bending the emulator: the tests of the rule must fail then.

All mutants are applied here, and the first of each vendor is run; `make mutants` runs them all.
"""

from __future__ import annotations

import pytest

from mockservers import registry
from tests.mutation import emulators
from tests.mutation.emulators import EmulatorMutant

MUTANTS = [mutant for vendor in registry.names() for mutant in emulators.of(vendor)]
FIRST = [mutants[0] for vendor in registry.names() if (mutants := emulators.of(vendor))]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_bends_one_place_of_a_rule_that_has_tests(mutant: EmulatorMutant) -> None:
    assert mutant.rule in registry.emulator(mutant.rule.partition(".")[0]).rules
    text = mutant.path.read_text("utf-8")
    assert text.count(mutant.old) == 1
    assert mutant.old != mutant.new
    compile(text.replace(mutant.old, mutant.new), str(mutant.path), "exec")
    assert mutant.tests, "no test is marked with this rule"


def test_every_rule_that_is_always_at_work_has_a_mutant() -> None:
    bent = {mutant.rule for mutant in MUTANTS}
    always = [rule for vendor in registry.names() for rule in registry.emulator(vendor).rules.values() if rule.always]
    assert not [rule.id for rule in always if rule.id not in bent]


@pytest.mark.parametrize("mutant", FIRST, ids=lambda mutant: mutant.rule)
def test_the_tests_of_a_bent_rule_fail(mutant: EmulatorMutant) -> None:
    outcome = emulators.run(mutant)
    assert outcome.killed, outcome.said
