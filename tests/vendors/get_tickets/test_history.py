"""get_history: what was done with tickets, an entry each, in the order in which it was done."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote_plus

import pytest

Desk = Any
rule = pytest.mark.rule
NAMES = ["id", "tid", "entry_date", "updated_by", "updater_type", "status", "description"]


def words(reply: Any) -> list[str]:
    return [unquote_plus(each["description"]) for each in reply.records("history")]


@rule("get_tickets.history.entries", "get_tickets.history.shape")
@pytest.mark.parametrize("format", ["xml", "json", "delimited"])
@pytest.mark.parametrize("layout", ["line", "sample"])
def test_each_thing_that_is_done_is_an_entry(make_desk: Any, format: str, layout: str) -> None:
    desk = make_desk("empty", output_format=format, layout=layout)
    tid = desk.create(cid="kim", opened_by="kim", subject="one")
    desk.advance(61)
    desk.act("act", id=str(tid), action="note", by="d.müller", note="Called back: 5 < 6 & 7")
    desk.act("act", id=str(tid), action="close", by="admin")
    found = desk.do("get_history", tid=tid).records("history")
    assert [list(each) for each in found] == [NAMES] * 3
    assert [each["entry_date"] for each in found] == ["3/2/2026 10:00:00 AM", *["3/2/2026 10:01:01 AM"] * 2]
    assert [each["updated_by"] for each in found] == ["kim", "d.m%c3%bcller", "admin"]
    assert [each["updater_type"] for each in found] == ["CUSTOMER", "TECH", "ADMIN"]
    assert [each["status"] for each in found] == ["Open", "Open", "Closed"]
    assert words(desk.do("get_history", tid=tid)) == ["Ticket opened", "Called back: 5 < 6 & 7", "Ticket closed"]


@rule("get_tickets.history.entries")
def test_what_entries_say_when_nobody_wrote_a_note(empty: Desk) -> None:
    one, two = (str(empty.create(cid="kim", subject=name)) for name in ("one", "two"))
    empty.act("change", id=one, fields={"subject": "new", "priority": "High"})
    empty.act("act", id=one, action="assign", to="guest", group="First Level")
    for action in ("lock", "unlock", "reopen", "note"):
        empty.act("act", id=one, action=action)
    child = empty.act("act", id=one, action="spawn")["id"]
    empty.act("act", id=one, action="merge", into=two)
    assert words(empty.do("get_history", tid=one)) == [
        "Ticket opened",
        "Changed: subject, priority",
        "Assigned to guest, First Level",
        "Locked",
        "Unlocked",
        "Ticket opened again",
        "Note",
        f"Ticket {child} was made from this one",
        f"Merged into {two}",
    ]
    assert words(empty.do("get_history", tid=two)) == ["Ticket opened", f"Ticket {one} was merged into this one"]
    assert words(empty.do("get_history", tid=child)) == ["Ticket opened"]


@rule("get_tickets.history.order")
def test_the_oldest_entry_comes_first(desk: Desk) -> None:
    desk.create()
    found = desk.act("list", entity="history", most=10_000)["records"]
    dates = {each["id"]: each["fields"]["entry_date"] for each in found}
    listed = [each["id"] for each in desk.do("get_history", tid="*").records("history")]
    assert listed == sorted(dates, key=lambda id: (dates[id], int(id)))
    assert len(listed) > 300


@rule("get_tickets.history.inputs", "get_tickets.history.filters", "get_tickets.history.count")
def test_the_variables_that_there_are(empty: Desk) -> None:
    one = empty.create(cid="kim", subject="Printer", status="On Hold", assigned_tech="guest")
    two = empty.create(cid="Jack", subject="VPN", assigned_group_name="Field Service")
    empty.act("act", id=str(one), action="note", note="The Printer is back")

    def tids(**variables: Any) -> list[int]:
        return [int(each["tid"]) for each in empty.do("get_history", **variables).records("history")]

    assert tids(tid="*") == [one, two, one]
    assert tids(cid="KIM") == tids(uid="guest") == tids(status="on hold") == tids(end_tid=one) == [one, one]
    assert tids(group="field service") == tids(start_tid=two) == [two]
    assert tids(keyword="printer") == [one]
    assert tids(tid="*", count=2) == [one, two]
    assert tids(tid=99) == []
    reply = empty.do("get_history", tid="*", count=1, page=2, order="id DESC", count_only="Y")
    assert [each["tid"] for each in reply.records("history")] == [str(one)]
    assert len(reply.entry.notes) == 3
    for wrong in ({"tid": "3*"}, {}, {"tid": "*", "count": "x"}, {"start_date": "x"}, {"status": ""}):
        assert empty.do("get_history", **wrong).error


@rule("get_tickets.history.dates")
def test_dates_are_those_of_opening_unless_switched(make_desk: Any) -> None:
    for dates, seen in (("opened", 1), ("entry", 2)):
        desk = make_desk("empty", history_dates=dates)
        old = desk.create(subject="old")
        desk.advance(3600)
        desk.create(subject="new")
        desk.act("act", id=str(old), action="note", note="later")
        reply = desk.do("get_history", tid="*", start_date="3/2/2026 10:30:00")
        assert len(reply.records("history")) == seen
        assert [each.rule for each in reply.entry.notes] == ["get_tickets.history.dates"] * (dates == "opened")
        assert len(desk.do("get_history", end_date="3/2/2026 10:30:00").records("history")) == (2 if seen == 1 else 1)


@rule("get_tickets.history.deleted", "get_tickets.history.entries")
def test_entries_show_with_their_change_and_go_with_their_ticket(empty: Desk) -> None:
    tid = empty.create()
    empty.act("act", id=str(tid), action="note", note="late", delay=30)
    assert len(empty.act("list", entity="history")["records"]) == 2
    assert len(empty.do("get_history", tid=tid).records("history")) == 1
    empty.advance(30)
    assert len(empty.do("get_history", tid=tid).records("history")) == 2
    empty.act("delete", id=str(tid), delay=30)
    assert empty.act("list", entity="history")["records"] == []
    assert len(empty.do("get_history", tid=tid).records("history")) == 2
    empty.advance(30)
    assert empty.do("get_history", tid=tid).records("history") == []
    empty.act("create", fields={"tid": tid})
    assert len(empty.do("get_history", tid=tid).records("history")) == 1


def test_the_data_begin_with_what_happened_to_each_ticket(desk: Desk) -> None:
    found = desk.do("get_history", tid="*").records("history")
    of: dict[str, list[dict[str, str]]] = {}
    for each in found:
        of.setdefault(each["tid"], []).append(each)
    tickets = {each["tid"]: each for each in desk.get(tid="*").tickets}
    assert of.keys() == tickets.keys()
    for tid, ticket in tickets.items():
        assert of[tid][0]["entry_date"] == ticket["date_opened"]
        assert of[tid][-1]["entry_date"] == ticket["last_updated"]
        assert (of[tid][-1]["status"], of[tid][-1]["updated_by"]) == (ticket["status"], ticket["updated_by"])
