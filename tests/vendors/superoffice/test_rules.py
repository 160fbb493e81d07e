"""The rule book, the switches, and statements that any database takes."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from mockservers import registry
from mockservers.kernel import catalogue, data
from mockservers.vendors.superoffice.emulator import model
from mockservers.vendors.superoffice.emulator.languages import Locale
from mockservers.vendors.superoffice.emulator.model import Directory
from mockservers.vendors.superoffice.emulator.requests import Asked
from mockservers.vendors.superoffice.emulator.semantics import lists
from mockservers.vendors.superoffice.emulator.time_zones import TimeFormat

EMULATOR = registry.emulator("superoffice")
STATEMENTS = json.loads(data.file("fixtures", "superoffice", "statements.json").read_text("utf-8"))


def test_what_is_out_of_scope_is_no_rule() -> None:
    assert len(STATEMENTS) == 95
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


def test_the_catalogue_has_the_pages_properties() -> None:
    fields = catalogue.load("superoffice")["Ticket"].fields
    kinds = [field.type for field in fields]
    counts = [kinds.count(kind) for kind in ("integer", "text", "datetime", "boolean", "json")]
    assert counts == [30, 22, 10, 1, 2]
    methods = [each for each in catalogue.load("superoffice").facts["endpoints"] if "/Agents/Ticket/" in each["path"]]
    assert [sum(1 for each in methods if each.get("slow_ms") == ms) for ms in (2000, 5000)] == [63, 17]


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("base_zone", ["NO", "us-ny", "261"], ["MARS", 5, ""]),
        ("roots", ["/", "/a,/b", ["/SuperOffice"]], ["", "a", "/a/b", [], "/a b", 5]),
        ("token_seconds", [1, "1200"], [0, "x", 1.5, None]),
        ("ticket_hours", [0.5, "6"], [0, "x", None]),
        ("deleted_days", [0, 14], [-1, "x"]),
        ("rate_limit", [0, "10"], [-1, "many", True]),
        ("latency_per_id", [0, 12.5], [-1, "x"]),
        ("extra_property", ["Hologram", "off", None, False], ["hologram", "a b", 5]),
        ("authorize_with", ["bearer", ["username", "ticket"]], ["password", 5]),
        ("missing_id", ["omit", "null"], ["both", None]),
    ],
)
def test_switches_check_what_they_are_given(name: str, good: list[object], bad: list[object]) -> None:
    for value in good:
        EMULATOR.dialects.dialect({name: value})
    for value in bad:
        with pytest.raises(ValueError, match=name):
            EMULATOR.dialects.dialect({name: value})


def test_named_dialects() -> None:
    assert list(EMULATOR.dialects.named) == ["default", "netserver", "online", "strict", "older", "hostile"]


def test_the_statements_are_not_sqlites_own() -> None:
    filter_ = (
        "lastChanged afterTime '2026-01-01' and (title contains '5%' or hasAttachment eq true) and not (ticketId oneOf (1,2)) "
        "and status ne 'Closed' and contactName eq 'x' and closedAt between '2026-01-01','2026-01-02'"
    )
    asked = Asked(variables={"$filter": filter_, "$orderby": "lastChanged desc,ticketStatusName"})
    statements: list[Any] = [
        lists.statement(asked, TimeFormat("NO", True), Locale(), Directory({}), "t"),
        model._HEADS,
        model._BY_IDS,
        model._DUE,
        model._EARLIEST,
    ]
    for statement in statements:
        text = str(statement.compile(dialect=postgresql.dialect()))
        assert "ticket" in text
    text = str(statements[0].compile(dialect=postgresql.dialect()))
    assert '"LastChanged" DESC NULLS LAST' in text
    assert text.endswith('ticket."TicketId" ASC')
    assert "5%" not in text
    assert isinstance(statements[0], sa.Select)
