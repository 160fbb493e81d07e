"""The rule book: nothing of the vendor's page is forgotten, and every choice of ours has its switch."""

from __future__ import annotations

import json

import pytest
from sqlalchemy.dialects import postgresql

from mockservers import registry
from mockservers.kernel import catalogue, data
from mockservers.vendors.get_tickets.emulator import selection

EMULATOR = registry.emulator("get_tickets")
STATEMENTS = json.loads(data.file("fixtures", "get_tickets", "statements.json").read_text("utf-8"))


def test_every_statement_of_the_page_is_mapped_or_has_a_reason() -> None:
    known = {each["id"] for each in STATEMENTS}
    mapped = {statement for rule in EMULATOR.rules.values() for statement in rule.statements}
    assert len(known) == 103
    assert mapped | set(EMULATOR.rules.unmapped) == known
    assert not mapped & set(EMULATOR.rules.unmapped)
    assert all(EMULATOR.rules.unmapped.values())


def test_what_is_out_of_scope_is_no_rule() -> None:
    assert {each["id"] for each in STATEMENTS if each["kind"] == "out_of_scope"} <= set(EMULATOR.rules.unmapped)


def test_every_switch_a_rule_names_exists_and_every_switch_has_a_rule() -> None:
    named = {rule.switch for rule in EMULATOR.rules.values() if rule.switch}
    assert named == set(EMULATOR.dialects.switches)


def test_rules_say_one_thing_with_its_source() -> None:
    for rule in EMULATOR.rules.values():
        assert 20 < len(rule.says) < 400
        assert rule.says.endswith(".")
        assert rule.source.page
        assert rule.source.place


def test_the_catalogue_has_the_pages_variables() -> None:
    entities = catalogue.load("get_tickets").entities
    assert len(entities["ticket"].fields) == 38
    assert len(entities["inputs"].fields) == 23
    assert sum(field.more["encoded"] for field in entities["ticket"].fields) == 18


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("time_zone", ["UTC", "Europe/Berlin"], ["Mars/Base", 5, ""]),
        ("allowed_ips", [[], "10.0.0.1", ["10.0.0.1", "::1"], ""], ["nowhere", 7]),
        ("query_limit", [2048, "2048", "off", None, False], [0, -1, "x", True, 1.5]),
        ("rate_limit", [1, "off"], [0, "many"]),
        ("folder", ["/", "/readydesk", ["/a", "/b/c"]], ["", "readydesk", "/a/", [], "/a b"]),
        ("cc_column", ["faithful", "clean"], ["both", None]),
    ],
)
def test_switches_check_what_they_are_given(name: str, good: list[object], bad: list[object]) -> None:
    for value in good:
        EMULATOR.dialects.dialect({name: value})
    for value in bad:
        with pytest.raises(ValueError, match=name):
            EMULATOR.dialects.dialect({name: value})


def test_named_dialects() -> None:
    assert list(EMULATOR.dialects.named) == [
        "default",
        "as_printed",
        "clean",
        "json",
        "delimited",
        "european",
        "hostile",
    ]


def test_the_statements_are_not_sqlites_own() -> None:
    shape = selection.Shape(("cid_from", "keyword", "status"), "due_date", True, True)
    text = str(selection.numbers(shape).compile(dialect=postgresql.dialect()))
    assert "strpos(ticket.search, " in text
    assert text.replace("\n", " ").split("ORDER BY ")[1].startswith("ticket.due_date DESC NULLS LAST, ticket.tid ASC")
