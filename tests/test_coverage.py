"""Nothing is claimed that is not proved: every statement mapped, every rule tested, every duty with a mutant."""

from __future__ import annotations

import json

import pytest

from mockservers import registry
from mockservers.harness import coverage
from mockservers.harness.profile import contracted
from mockservers.kernel import data

FOLDER = coverage.checkout_tests()
assert FOLDER is not None


@pytest.mark.parametrize("vendor", registry.names())
def test_every_statement_has_rules_or_a_reason(vendor: str) -> None:
    book = registry.emulator(vendor).rules
    known = {entry["id"] for entry in json.loads(data.file("fixtures", vendor, "statements.json").read_text("utf-8"))}
    mapped = {statement for rule in book.values() for statement in rule.statements}
    assert not (mapped | set(book.unmapped)) - known, "rules name statements that the inventory does not have"
    assert not mapped & set(book.unmapped), "these have rules and a reason for having none"
    assert not known - mapped - set(book.unmapped), "these have neither rules nor a reason"
    assert all(reason.strip() for reason in book.unmapped.values())


@pytest.mark.parametrize("vendor", registry.names())
def test_every_rule_is_applied_in_a_test(vendor: str) -> None:
    tests = coverage.marked_tests(FOLDER)
    assert not [rule for rule in registry.emulator(vendor).rules if rule not in tests]


def test_tests_name_only_rules_that_exist() -> None:
    known = {rule for vendor in registry.names() for rule in registry.emulator(vendor).rules}
    tests = coverage.marked_tests(FOLDER)
    assert not [rule for rule in tests if rule not in known and rule.split(".")[0] in registry.names()]


@pytest.mark.parametrize("vendor", contracted())
def test_every_duty_rests_on_rules_and_has_a_mutant(vendor: str) -> None:
    rules = registry.emulator(vendor).rules
    duties = coverage.duties_of(vendor)
    assert duties
    for duty, because in duties.items():
        assert because, duty
        assert not [rule for rule in because if rule not in rules], duty
    assert not set(duties) - set(coverage.mutants_of(vendor))


@pytest.mark.parametrize("vendor", registry.names())
def test_the_generated_table_is_true(vendor: str) -> None:
    written = data.file("fixtures", vendor, "coverage.md").read_text("utf-8")
    assert written == coverage.table(vendor), "fixtures are behind the code: run `make table`"
