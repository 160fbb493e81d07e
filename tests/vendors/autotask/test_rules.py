"""The rule book and the switches: nothing of the vendor's page is forgotten, every choice of ours can be made otherwise."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mockservers.kernel import data
from mockservers.kernel.operations import Recipe
from mockservers.kernel.world import World, WorldConfig
from mockservers.vendors.autotask import dialects
from mockservers.vendors.autotask.emulator import EMULATOR, choices
from mockservers.vendors.autotask.emulator.entities import CATALOGUE, ENTITIES

STATEMENTS = json.loads(data.file("fixtures", "autotask", "statements.json").read_text("utf-8"))


def test_every_statement_of_the_page_is_mapped_or_has_a_reason() -> None:
    known = {each["id"] for each in STATEMENTS}
    mapped = {statement for rule in EMULATOR.rules.values() for statement in rule.statements}
    assert len(known) == 89
    assert mapped | set(EMULATOR.rules.unmapped) == known
    assert not mapped & set(EMULATOR.rules.unmapped)
    assert all(EMULATOR.rules.unmapped.values())


def test_only_what_is_out_of_scope_is_no_rule() -> None:
    assert {each["id"] for each in STATEMENTS if each["kind"] == "out_of_scope"} == set(EMULATOR.rules.unmapped)


def test_every_switch_has_a_rule_and_the_other_way_round() -> None:
    assert {rule.switch for rule in EMULATOR.rules.values() if rule.switch} == set(EMULATOR.dialects.switches)


def test_rules_say_one_thing_with_its_source() -> None:
    for rule in EMULATOR.rules.values():
        assert 20 < len(rule.says) < 400
        assert rule.says.endswith(".")
        assert rule.source.page
        assert rule.source.place


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("threshold", ["1/1", "19999/60", "off", None, False], ["0/60", "20000/60", "5", "5/61", "5/0", 5, "a/b", ""]),
        ("thread_limit", [1, "3", "off", None, False], [0, -1, "x", True, 1.5, 1001]),
        ("udf_query_limit", [1, 5, "5", "off"], [2, 0, "x", 5.0, True]),
        ("field_flags", ["2019", 2021], ["2020", True, None, "flags"]),
        ("wsdl_version", ["1.6.9", "next"], ["", " ", 1.6, None, "x" * 51, "a\nb"]),
        ("latency", ["on", False], ["fast", 0, None]),
        ("time_zone", ["utc", "eastern"], ["UTC", "Europe/Berlin"]),
    ],
)
def test_switches_check_what_they_are_given(name: str, good: list[Any], bad: list[Any]) -> None:
    for value in good:
        made = EMULATOR.dialects.dialect({name: value})
        assert EMULATOR.dialects.dialect({name: made[name]})[name] == made[name]  # a kept value reads the same again
    for value in bad:
        with pytest.raises(ValueError, match=name):
            EMULATOR.dialects.dialect({name: value})


def test_a_threshold_is_requests_and_minutes() -> None:
    assert dialects.limit("10000/60") == (10_000, 60)


def test_named_dialects_open() -> None:
    assert list(EMULATOR.dialects.named) == ["default", "utc", "early", "lenient", "strict", "hostile", "wsdl_2018"]
    for name in EMULATOR.dialects.named:
        config = WorldConfig(data={"autotask": Recipe("empty")}, dialects={"autotask": name})
        world = World("w", config, lambda vendor: EMULATOR)
        assert world.tenant("autotask").dialect.changes() == EMULATOR.dialects.named[name].changes()
        world.close()


def test_the_catalogue_has_what_the_specification_counts() -> None:
    assert len(CATALOGUE.entities) == 167
    assert sum(len(entity.fields) for entity in CATALOGUE.entities.values()) == 2049
    for change, count in (("create", 125), ("update", 114), ("delete", 66), ("query", 164)):
        assert sum(bool(entity.more[f"can_{change}"]) for entity in CATALOGUE.entities.values()) == count


@pytest.mark.parametrize("own", [choices.books()[each] for each in ("first", "second")])
def test_every_picklist_has_values_that_its_field_can_hold(own: dict[str, tuple[choices.Choice, ...]]) -> None:
    found = list(choices.book(own))
    assert len(found) == sum(each.field.picklist for entity in ENTITIES.values() for each in entity.elements)
    for entity, element, values in found:
        numbers = [each.value for each in values]
        assert values, f"{entity}.{element.name}"
        assert len(set(numbers)) == len(numbers)
        assert all(each.label(language) for each in values for language in ("en", "de", "fr"))
        if element.form == "text":
            assert all(len(number) <= (element.field.length or 1) for number in numbers), f"{entity}.{element.name}"
        else:
            assert all(-(2**31) <= int(number) < 2**31 for number in numbers)


def test_values_known_for_every_customer() -> None:
    for own in (choices.books()["first"], choices.books()["second"]):
        status = choices.of("Ticket", ENTITIES["Ticket"]["Status"], own)
        assert {each.value: each.labels[0] for each in status}.items() >= {"1": "New", "5": "Complete"}.items()
        assert [each.value for each in choices.of("TicketNote", ENTITIES["TicketNote"]["Publish"], own)] == [
            "1",
            "2",
            "4",
        ]


def test_what_a_fault_may_refuse_by_are_refusals_of_rules() -> None:
    for name, make in EMULATOR.refusals.items():
        refusal = make()
        assert refusal.rule in EMULATOR.rules, name
        assert refusal.kind in ("LOGIN", "BODY", "FAULT")
        assert refusal.kind == "LOGIN" or refusal.facts["messages"]
