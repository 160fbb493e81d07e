"""add_ticket and update_ticket: what is taken, what is refused, and what is left alone."""

from __future__ import annotations

from typing import Any

import pytest

Desk = Any
rule = pytest.mark.rule
LONG = "x" * 256


def added(reply: Any) -> int:
    number = reply.said("added_ticket")
    assert number is not None, reply.text
    return int(number)


@rule("get_tickets.write.add", "get_tickets.write.reply", "get_tickets.write.author", "get_tickets.write.cid")
@pytest.mark.parametrize("format", ["xml", "json", "delimited"])
def test_a_ticket_is_added_and_told_by_its_number(make_desk: Any, format: str) -> None:
    desk = make_desk("demo:20", output_format=format)
    highest = max(desk.get(tid="*").tids)
    reply = desk.do("add_ticket", cid="kim", subject="C++ & 100%")
    shape = {
        "xml": '<?xml version="1.0"?><response><added_ticket>{}</added_ticket></response>',
        "json": '{{"response":[{{"added_ticket":"{}"}}]}}',
        "delimited": "added_ticket={}",
    }[format]
    assert reply.text == shape.format(highest + 1)
    made = desk.truth(highest + 1)
    assert (made["cid"], made["contact"], made["company_name"]) == ("kim", "Kim 김", "C++ 100% <Works>")
    assert (made["subject"], made["status"], made["source"], made["priority"]) == ("C++ & 100%", "Open", "", "")
    assert (made["opened_by"], made["updated_by"], made["updater_type"]) == ("API", "API", "ADMIN")
    assert made["date_opened"] == made["last_updated"] == "2026-03-02T10:00:00Z"
    assert made["date_closed"] is None
    assert desk.get(tid=highest + 1).tids == [highest + 1]
    assert len(desk.do("get_history", tid=highest + 1).records("history")) == 1


@rule(
    "get_tickets.write.names",
    "get_tickets.write.dates",
    "get_tickets.write.unread",
    "get_tickets.write.custom",
    "get_tickets.write.by_name_or_id",
    "get_tickets.write.source",
    "get_tickets.write.assigned",
)
def test_every_variable_of_a_write(make_desk: Any) -> None:
    desk = make_desk("empty", time_zone="America/New_York")
    tid = added(
        desk.do(
            "add_ticket",
            cid="demo",
            company="2",
            contact="Somebody",
            phone="1",
            email="a@b.example",
            source="phone",
            open_date="2/1/2026 13:00:00",
            category="Hardware",
            sub_category="Printer",
            assigned_to="d.müller",
            assigned_group="Field Service",
            escalation_level="Level 2",
            status="On Hold",
            subject="s",
            customer_group="Key Accounts",
            priority="High",
            due_date="3/4/2026 9:30 AM",
            cc_addresses="a@b.example,c@d.example",
            summary=LONG,
            Cost_Centre="4711",
        )
    )
    made = desk.truth(tid)
    assert (made["company_id"], made["company_name"], made["contact"]) == (2, "Müller & Söhne GmbH", "Somebody")
    assert (made["date_opened"], made["due_date"]) == ("2026-02-01T18:00:00Z", "2026-03-04T14:30:00Z")
    assert (made["assigned_tech"], made["assigned_group_id"], made["assigned_group_name"]) == (
        "d.müller",
        2,
        "Field Service",
    )
    assert (made["customer_group_id"], made["custom_fields"]) == (1, {"Cost_Centre": "4711"})
    assert (made["status"], made["summary"], made["source"]) == ("On Hold", LONG, "phone")
    reply = desk.do("update_ticket", tid=tid, cid="demo", assigned_tech="guest", company="Demo Company", site="Köln")
    assert reply.said("updated_ticket") == str(tid)
    assert [note.rule for note in reply.entry.notes] == ["get_tickets.write.names"]
    assert "is called assigned_to" in reply.entry.notes[0].text
    made = desk.truth(tid)
    assert (made["assigned_tech"], made["company_id"]) == ("d.müller", 1)
    assert made["custom_fields"] == {"Cost_Centre": "4711", "Site": "Köln"}


@rule("get_tickets.write.update", "get_tickets.write.cid")
def test_an_update_changes_what_is_sent_and_nothing_else(desk: Desk) -> None:
    for tid in (34, 37, 39, 44, 100):
        desk.act("change", id=str(tid), fields={"contact": "Changed here", "phone": "0"})
        before = desk.truth(tid)
        desk.advance(60)
        assert desk.do("update_ticket", tid=tid, cid=before["cid"], subject="new").said("updated_ticket") == str(tid)
        after = desk.truth(tid)
        moved = {name for name in after if after[name] != before[name]}
        assert moved - {"last_updated", "updated_by", "updater_type"} == {"subject"}
    desk.do("update_ticket", tid=34, cid="kim")
    assert (desk.truth(34)["cid"], desk.truth(34)["contact"]) == ("kim", "Kim 김")


REFUSED = [
    ({"cid": ""}, "cid", "get_tickets.write.cid"),
    ({"cid": "nobody"}, "cid", "get_tickets.write.cid"),
    ({"cid": "k\x00"}, "cid", "get_tickets.write.cid"),
    ({"source": "PIGEON"}, "source", "get_tickets.write.source"),
    ({"company": "No such"}, "company", "get_tickets.write.by_name_or_id"),
    ({"company": "99"}, "company", "get_tickets.write.by_name_or_id"),
    ({"assigned_group": "No such"}, "assigned_group", "get_tickets.write.by_name_or_id"),
    ({"customer_group": "1"}, "customer_group", "get_tickets.write.by_name_or_id"),
    ({"assigned_to": "nobody"}, "assigned_to", "get_tickets.write.assigned"),
    ({"subject": LONG}, "subject", "get_tickets.write.length"),
    ({"subject": "a\x00b"}, "subject", "get_tickets.write.length"),
    ({"open_date": "2026-01-01"}, "open_date", "get_tickets.write.dates"),
    ({"due_date": "13/13/2026"}, "due_date", "get_tickets.write.dates"),
    ({"site": LONG}, "Site", "get_tickets.write.length"),
]


@rule(
    "get_tickets.write.length",
    "get_tickets.write.cid",
    "get_tickets.write.source",
    "get_tickets.write.by_name_or_id",
    "get_tickets.write.assigned",
    "get_tickets.write.dates",
)
@pytest.mark.parametrize("action", ["add_ticket", "update_ticket"])
def test_what_is_refused_changes_nothing(desk: Desk, action: str) -> None:
    before, told = desk.all(), len(desk.do("get_history", tid="*").records("history"))
    for wrong, named, because in REFUSED:
        reply = desk.do(action, **{"tid": 34, "cid": "demo", "category": "Other", **wrong})
        assert (reply.error, reply.entry.refused_by) == (f"Invalid {named}", because), wrong
    assert desk.do("update_ticket", cid="demo").error == "Invalid tid"
    assert desk.do("update_ticket", tid=99_999, cid="demo").error == "Invalid tid"
    assert desk.do("update_ticket", tid="34,35", cid="demo").entry.refused_by == "get_tickets.write.update"
    assert desk.all() == before
    assert len(desk.do("get_history", tid="*").records("history")) == told
    assert desk.do("add_ticket", cid="kim", key="wrong").error == "Invalid API key"


@rule("get_tickets.write.cid", "get_tickets.write.length", "get_tickets.write.empty")
def test_what_is_not_said_is_a_switch(make_desk: Any) -> None:
    desk = make_desk("demo:20", update_cid="optional", long_text="cut", empty_value="clear")
    desk.act("change", id="100", fields={"custom_fields": {"Site": "Köln"}})
    assert desk.do("update_ticket", tid=100, subject=LONG, due_date="", priority="", site="").error is None
    made = desk.truth(100)
    assert (made["subject"], made["due_date"], made["priority"]) == (LONG[:255], None, "")
    assert made["custom_fields"].get("Site", "") == ""
    assert desk.do("update_ticket", tid=37, assigned_group="", assigned_to="", open_date="").error is None
    made = desk.truth(37)
    assert (made["assigned_tech"], made["assigned_group_id"], made["assigned_group_name"]) == ("", 0, "")
    assert made["date_opened"] is not None
    assert desk.do("add_ticket", subject="x").error == "Invalid cid"
    usual = make_desk("demo:20")
    before = usual.truth(100)
    assert usual.do("update_ticket", tid=100, cid="kim", priority="", due_date="").error is None
    assert (usual.truth(100)["priority"], usual.truth(100)["due_date"]) == (before["priority"], before["due_date"])


@rule("get_tickets.write.close_date")
def test_closing_and_opening_again(empty: Desk) -> None:
    tid = added(empty.do("add_ticket", cid="kim", close_date="3/1/2026 8:00:00"))
    assert (empty.truth(tid)["status"], empty.truth(tid)["date_closed"]) == ("Closed", "2026-03-01T08:00:00Z")
    empty.do("update_ticket", tid=tid, cid="kim", status="Open")
    assert empty.truth(tid)["date_closed"] is None
    empty.do("update_ticket", tid=tid, cid="kim", status="Closed")
    assert empty.truth(tid)["date_closed"] == "2026-03-02T10:00:00Z"
    empty.do("update_ticket", tid=tid, cid="kim", status="On Hold", close_date="3/1/2026")
    assert (empty.truth(tid)["status"], empty.truth(tid)["date_closed"]) == ("On Hold", None)


@rule("get_tickets.write.at_once")
def test_what_is_written_shows_at_once_with_what_was_on_its_way(empty: Desk) -> None:
    tid = empty.create(cid="kim", subject="one", priority="Low")
    empty.act("change", id=str(tid), fields={"priority": "High"}, delay=60)
    assert empty.do("update_ticket", tid=tid, cid="kim", subject="two").error is None
    shown = empty.get(tid=tid).tickets[0]
    assert (shown["subject"], shown["priority"]) == ("two", "High")
    assert len(empty.do("get_history", tid=tid).records("history")) == 3
    empty.advance(120)
    assert empty.get(tid=tid).tickets[0]["subject"] == "two"


@rule("get_tickets.write.no_idempotency")
def test_the_same_again_is_another_ticket(empty: Desk) -> None:
    one, two = (added(empty.do("add_ticket", cid="kim", subject="same")) for _ in range(2))
    assert two == one + 1
    empty.act("delete", id=str(two))
    assert added(empty.do("add_ticket", cid="kim", subject="same")) == two + 1


def test_a_lost_answer_has_written_all_the_same(empty: Desk) -> None:
    empty.world.faults.add("lost_answer", vendor="get_tickets", operation="tickets.add")
    empty.do("add_ticket", cid="kim", subject="lost")
    assert [each["subject"] for each in empty.all()] == ["lost"]


def test_a_form_takes_what_an_address_cannot(empty: Desk) -> None:
    long = "ü" * 1500
    reply = empty.do("add_ticket", cid="kim", summary=long)
    assert reply.status == 400
    assert "maxQueryStringLength" in reply.text
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    body = f"cid=kim&summary={long}".encode()
    reply = empty.ask("key=demo-key&action=add_ticket", method="POST", headers=headers, body=body)
    assert empty.truth(added(reply))["summary"] == long
