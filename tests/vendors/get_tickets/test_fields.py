"""What the outputs hold, and the sentinels for none."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote_plus

import pytest

Desk = Any
rule = pytest.mark.rule


def one(desk: Desk, tid: int) -> dict[str, Any]:
    found: dict[str, Any] = desk.get(tid=tid).tickets[0]
    return found


@rule("get_tickets.field.sentinels")
def test_none_has_many_forms(desk: Desk) -> None:
    ticket = one(desk, 34)
    assert [ticket[n] for n in ("parent_ticket", "assigned_group_id", "customer_group_id")] == ["0", "0", "0"]
    assert ticket["locked"] == "N"
    for name in (
        "merged",
        "merged_to",
        "date_closed",
        "due_date",
        "children_tickets",
        "linked_calls",
        "linked_asset",
        "linked_devices",
        "assigned_group_name",
        "customer_group_name",
        "locked_by",
    ):
        assert ticket[name] == "", name
    desk.switch(merged_none="N")
    assert one(desk, 34)["merged"] == "N"


@rule("get_tickets.field.updater_type")
def test_words_of_the_flags(desk: Desk) -> None:
    tickets = desk.get(tid="*").tickets
    assert {each["updater_type"] for each in tickets} == {"CUSTOMER", "TECH", "ADMIN"}
    assert {each["locked"] for each in tickets} == {"N", "Y"}
    assert {each["merged"] for each in tickets} == {"", "Y"}


@rule("get_tickets.field.lists")
def test_lists_have_commas(desk: Desk) -> None:
    assert one(desk, 37)["linked_calls"] == "17,18"
    assert one(desk, 100)["linked_devices"] == "7,8,9"
    assert one(desk, 100)["linked_asset"] == "5"
    assert one(desk, 39)["children_tickets"] == "40"


@rule("get_tickets.field.tech_encoding")
def test_a_technicians_id_is_encoded_in_one_place_only(desk: Desk) -> None:
    ticket = one(desk, 40)
    assert (ticket["updated_by"], ticket["assigned_tech"], ticket["opened_by"]) == (
        "d.m%c3%bcller",
        "d.müller",
        "d.müller",
    )
    assert desk.get(uid="D.MÜLLER", start_tid=40, end_tid=40).tids == [40]


@rule("get_tickets.field.opened_by")
def test_three_kinds_of_openers(desk: Desk) -> None:
    assert one(desk, 34)["opened_by"] == "WEBSITE"
    assert one(desk, 9)["opened_by"] == "guest"
    assert one(desk, 36)["opened_by"] == "c+p%20 plus"
    assert one(desk, 36)["cid"] == "c%2bp%2520+plus"
    for by in ("jCarter", "jones"):
        assert one(desk, int(desk.act("create", by=by)["id"]))["opened_by"] == by


@rule("get_tickets.field.date_closed")
def test_date_closed_is_empty_while_open(desk: Desk) -> None:
    assert one(desk, 34)["date_closed"] == ""
    desk.act("act", id="34", action="close", by="jCarter")
    assert one(desk, 34)["date_closed"] == "3/2/2026 10:00:00 AM"
    assert one(desk, 34)["status"] == "Closed"
    desk.act("act", id="34", action="reopen")
    assert one(desk, 34)["date_closed"] == ""


@rule("get_tickets.field.last_updated")
@pytest.mark.parametrize(
    ("by", "kind"), [("guest", "TECH"), ("admin", "ADMIN"), ("jones", "CUSTOMER"), ("somebody else", "TECH")]
)
def test_every_change_moves_the_last_update(desk: Desk, by: str, kind: str) -> None:
    desk.advance(90)
    desk.act("act", id="9", action="note", by=by)
    ticket = one(desk, 9)
    assert ticket["last_updated"] == "3/2/2026 10:01:30 AM"
    assert (unquote_plus(ticket["updated_by"]), ticket["updater_type"]) == (by, kind)


@rule("get_tickets.field.customer")
def test_ids_and_names_belong_together(desk: Desk) -> None:
    desk.create(company_name="Brand New", assigned_group_name="Third Level")
    for number, name in (
        ("company_id", "company_name"),
        ("assigned_group_id", "assigned_group_name"),
        ("customer_group_id", "customer_group_name"),
    ):
        seen: dict[str, set[str]] = {}
        for ticket in desk.get(tid="*").tickets:
            seen.setdefault(ticket[number], set()).add(ticket[name])
        assert all(len(names) == 1 for names in seen.values()), seen
        assert seen.get("0", {""}) == {""}
    customers: dict[str, set[tuple[str, ...]]] = {}
    for ticket in desk.get(tid="*", end_tid=300).tickets:
        customers.setdefault(ticket["cid"], set()).add((ticket["contact"], ticket["phone"], ticket["email"]))
    assert all(len(each) == 1 for each in customers.values())


@rule("get_tickets.field.assigned")
def test_assignment(desk: Desk) -> None:
    desk.act("act", id="34", action="assign", to="jCarter", group="Field Service")
    ticket = one(desk, 34)
    assert [ticket[n] for n in ("assigned_tech", "assigned_group_id", "assigned_group_name")] == [
        "jCarter",
        "2",
        "Field+Service",
    ]
    assert 34 in desk.get(uid="jcarter", group="field service").tids
    desk.act("act", id="34", action="assign", to="", group="")
    ticket = one(desk, 34)
    assert [ticket[n] for n in ("assigned_tech", "assigned_group_id", "assigned_group_name")] == ["", "0", ""]


@rule("get_tickets.field.lock")
def test_locks(desk: Desk) -> None:
    assert (one(desk, 37)["locked"], one(desk, 37)["locked_by"]) == ("Y", "jCarter")
    desk.act("act", id="37", action="unlock")
    assert (one(desk, 37)["locked"], one(desk, 37)["locked_by"]) == ("N", "")
    desk.act("act", id="37", action="lock", by="d.müller")
    assert one(desk, 37)["locked_by"] == "d.müller"


@rule("get_tickets.field.merge")
def test_merged_tickets(desk: Desk) -> None:
    assert (one(desk, 44)["merged"], one(desk, 44)["merged_to"]) == ("Y", "34")
    desk.act("act", id="100", action="merge", into="9")
    ticket = one(desk, 100)
    assert (ticket["merged"], ticket["merged_to"], ticket["status"]) == ("Y", "9", "Closed")


@rule("get_tickets.field.family")
def test_parents_and_children_mirror_each_other(desk: Desk) -> None:
    child = desk.act("act", id="39", action="spawn", fields={"subject": "a part of it"})
    assert child["fields"]["parent_ticket"] == 39
    assert one(desk, 39)["children_tickets"] == f"40,{child['id']}"
    tickets = {each["tid"]: each for each in desk.get(tid="*").tickets}
    for tid, ticket in tickets.items():
        assert ticket["parent_ticket"] == "0" or tid in tickets[ticket["parent_ticket"]]["children_tickets"].split(",")
        for other in filter(None, ticket["children_tickets"].split(",")):
            assert tickets[other]["parent_ticket"] == tid


@rule("get_tickets.field.all")
def test_numbers_are_unique_and_dates_have_one_form(desk: Desk) -> None:
    tickets = desk.get(tid="*").tickets
    assert len({each["tid"] for each in tickets}) == len(tickets)
    form = re.compile(r"[1-9]\d?/[1-9]\d?/\d{4} [1-9]\d?:\d\d:\d\d [AP]M")
    for ticket in tickets:
        assert form.fullmatch(ticket["date_opened"])
        assert form.fullmatch(ticket["last_updated"])
        assert ticket["date_closed"] == "" or form.fullmatch(ticket["date_closed"])
