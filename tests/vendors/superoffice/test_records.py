"""What other people ask for, refused with a sentence that helps; and what an administrator does."""

from __future__ import annotations

from typing import Any

import pytest

from mockservers.kernel.rules import Misuse
from tests.vendors.superoffice.conftest import basic

Desk = Any


def test_records_answer_in_one_form(desk: Desk) -> None:
    made = desk.act("create", fields={"Title": "Hi", "CustId": 2, "OwnedBy": 11}, by="DEMO", body="Hello")
    assert (made["id"], made["exists"]) == ("1235", True)
    assert [
        made["fields"][name]
        for name in ("Title", "PersonFullname", "OwnedByName", "ClosedAt", "HasAttachment", "TimeSpent")
    ] == ["Hi", "Ola Nordmann", "ANNE", None, False, 0]
    assert desk.act("read", id="1235") == made
    assert desk.act("read", id=1235) == made
    assert desk.act("read", id="77777") == {"id": "77777", "exists": False, "fields": {}}
    assert desk.act("act", id="1235", action="update", fields={"Title": "Ho"})["fields"]["Title"] == "Ho"
    assert desk.act("act", id="1235", action="purge") == {"id": "1235", "exists": False, "fields": {}}
    assert [each["id"] for each in desk.act("list", after="829", most=5)["records"]] == ["1234"]


@pytest.mark.parametrize(
    ("operation", "request_", "part"),
    [
        ("create", {"fields": {"Titel": "x"}}, "is no property"),
        ("create", {"fields": {"PersonFullname": "x"}}, "follows from other"),
        ("create", {"fields": {"Title": 5}}, "Title is text"),
        ("create", {"fields": {"Title": "x" * 256}}, "255"),
        ("create", {"fields": {"Sentiment": 101}}, "between -100 and 100"),
        ("create", {"fields": {"CreatedAt": "1960-01-01T00:00:00Z"}}, "1970"),
        ("create", {"fields": {"CreatedAt": "2026-01-01"}}, "offset"),
        ("create", {"fields": {"Origin": "by mail"}}, "is a name such as"),
        ("create", {"fields": {"Category": 999}}, "leads to no category"),
        ("create", {"fields": {"HasAttachment": 1}}, "true or false"),
        ("create", {"fields": {"TicketId": 1}}, "there is a ticket 1 already"),
        ("create", {"fields": 5}, "must be an object"),
        ("create", {"by": "NOBODY"}, "must name a Service user"),
        ("create", {"who": 1}, "unknown field 'who'"),
        ("create", 5, "a request must be an object"),
        ("change", {"id": "77777", "fields": {}}, "no ticket 77777"),
        ("change", {"id": "x"}, "a ticket's number"),
        ("change", {"id": "1", "fields": {"TicketId": 2}}, "never changes"),
        ("change", {"id": "1", "fields": {"BaseStatus": "Merged"}}, "survivor"),
        ("act", {"id": "1", "action": "dance"}, "there is no action"),
        ("act", {"id": "1", "action": "postpone", "until": "2020-01-01T00:00:00Z"}, "future"),
        ("act", {"id": "1", "action": "postpone"}, "until"),
        ("act", {"id": "1", "action": "assign", "to": 99}, "must name a Service user"),
        ("act", {"id": "1", "action": "merge", "into": 1}, "the same"),
        ("act", {"id": "1", "action": "merge", "into": 48}, "itself merged"),
        ("act", {"id": "48", "action": "reopen"}, "merged into another"),
        ("act", {"id": "50", "action": "delete"}, "deleted already"),
        ("act", {"id": "1", "action": "undelete"}, "neither"),
        ("act", {"id": "1", "action": "reply", "minutes": -1}, "minutes"),
        ("act", {"id": "1", "action": "reply", "language": "x" * 11}, "Language"),
        ("list", {"most": 0}, "most"),
        ("delete", {"id": "77777"}, "no ticket"),
        ("act", {"id": "customer", "action": "dance"}, "on the customer"),
        ("act", {"id": "customer", "action": "add user", "user": "demo@demo.example", "password": "x"}, "already"),
        ("act", {"id": "customer", "action": "change rights", "user": "nobody"}, "has no user"),
        (
            "act",
            {"id": "customer", "action": "change rights", "user": "demo@demo.example", "table": {"Mask": "All"}},
            "not a flag",
        ),
        (
            "act",
            {"id": "customer", "action": "change rights", "user": "demo@demo.example", "fields": {"X": {}}},
            "properties",
        ),
        (
            "act",
            {"id": "customer", "action": "change rights", "user": "demo@demo.example", "hidden": {"Title": 5}},
            "list of values",
        ),
        (
            "act",
            {"id": "customer", "action": "change rights", "user": "demo@demo.example", "denied": ["x"]},
            "list of operations",
        ),
        (
            "act",
            {"id": "customer", "action": "change rights", "user": "demo@demo.example", "hidden": {"CustId": [2**70]}},
            "no number that a ticket has",
        ),
        ("act", {"id": 1, "action": "reply", "body": "half a \ud800"}, "half a character"),
        *(
            ("import", {"records": [{"id": 5, "fields": fields}]}, "ticket 5: ")
            for fields in (
                {"TableRight": "x"},
                {"TableRight": {"Mask": "Nonsense"}},
                {"TableRight": {"Reason": "x"}},
                {"ContactId": 2**70, "ContactName": "x"},
                {"CustId": 3, "ContactId": "x", "PersonFullname": "x"},
                {"Priority": 2, "PriorityName": 5},
                {"Category": 2, "CategoryFullname": ["x"]},
                {"OwnedBy": 12, "OwnedByName": "x", "OwnedByAssociateId": "x"},
            )
        ),
        ("act", {"id": "customer", "action": "log in", "user": "demo@demo.example", "kind": "x"}, "must be one of"),
        ("act", {"id": "customer", "action": "rename", "number": 99, "name": "x"}, "there is no status 99"),
        ("act", {"id": "customer", "action": "rename", "number": 1, "name": {"us": "x"}}, "cannot stand"),
        ("act", {"id": "customer", "action": "rename", "kind": "x", "number": 1, "name": "x"}, "must be one of"),
        ("act", {"id": "customer", "action": "add status", "name": "x", "base": "Sleeping"}, "base status"),
        ("act", {"id": "customer", "action": "count status in", "number": 1, "counter": "x"}, "counter"),
        ("act", {"id": "customer", "action": "set state", "state": "x"}, "state"),
        ("act", {"id": "customer", "action": "move", "host": "a/b"}, "host"),
        ("act", {"id": "customer", "action": "set state", "state": "Stopped", "x": 1}, "unknown field 'x'"),
        (
            "act",
            {
                "id": "customer",
                "action": "change rights",
                "user": "demo@demo.example",
                "denied": ["GetTickets"],
                "x": 1,
            },
            "unknown field 'x'",
        ),
        ("act", {"id": "customer", "action": "add user", "user": "new", "password": "p", "x": 1}, "unknown field 'x'"),
    ],
)
def test_what_is_impossible_is_refused_and_changes_nothing(
    desk: Desk, operation: str, request_: Any, part: str
) -> None:
    before, customer = desk.all(), desk.act("read", id="customer")
    with pytest.raises(Misuse, match=part):
        desk.world.act("superoffice", operation, request_)
    assert desk.all() == before
    assert desk.act("read", id="customer") == customer


def test_users_come_and_their_rights_change(desk: Desk) -> None:
    desk.administer("add user", user="new@demo.example", password="new-password", initials="NEW", name="New One")
    login = basic("new@demo.example", "new-password")
    who = desk.get("User/currentPrincipal", login=login).json
    assert (who["EjUserId"], who["AssociateId"], who["FullName"]) == (13, 13, "New One")
    assert desk.do(1, "assign", to="NEW")["OwnedByAssociateId"] == 13
    desk.administer("change rights", user="new@demo.example", denied=["GetTickets"], fields={"Title": {"Mask": "Read"}})
    assert desk.tickets(1, login=login).status == 403
    told = desk.act("read", id="customer")["fields"]
    assert told["users"][-1]["rights"]["denied"] == ["GetTickets"]
    assert told["user"]["13"] == "NEW"
    assert told["sessions"] == 4


def test_tenants_do_not_touch(desk: Desk) -> None:
    before = desk.all("Cust67890")
    desk.act("change", id="1", fields={"Title": "mine"})
    desk.administer("rename", number=1, name="mine")
    assert desk.all("Cust67890") == before
    theirs = desk.act("create", "Cust67890", fields={"Title": "theirs"})
    assert theirs["id"] == "21"
    assert desk.truth(21)["Title"] != "theirs"


def test_two_users_may_have_the_same_password(desk: Desk) -> None:
    desk.administer("add user", user="new@demo.example", password="demo-password", name="New One")
    names = [
        desk.get("User/currentPrincipal", login=basic(user, "demo-password")).json["FullName"]
        for user in ("new@demo.example", "demo@demo.example")
    ]
    assert names[0] == "New One"
    assert names[1] != names[0]
    tenants = desk.world.installation("superoffice").tenants
    with pytest.raises(ValueError, match="the same name"):
        tenants.grant("Cust12345", "user", "demo-password", facts={"user": "NEW@demo.example"})


def test_credentials_added_by_the_control_api_need_no_facts(desk: Desk) -> None:
    tenants = desk.world.installation("superoffice").tenants
    tenants.grant("Cust12345", "user", "a-password", facts={"user": "plain"})
    assert desk.tickets(1, login=basic("plain", "a-password")).ids == [1]
    made = desk.call("SaveTicketEntity", {"Title": "by a stranger"}, login=basic("plain", "a-password"))
    assert made.json["CreatedBy"] is None


@pytest.mark.parametrize(
    "odd",
    [
        {"table": 5},
        {"fields": {"Title": "x"}},
        {"hidden": {"Title": 5}},
        {"denied": 5},
        {"table": {"Mask": "All"}},
        {"hidden": {"CustId": [2**70]}},
        {"hidden": {"Title": ["\ud800"]}},
        {"hidden": {"Title": [[1]]}},
    ],
)
def test_rights_that_nobody_can_read_let_nothing_be_seen(desk: Desk, odd: dict[str, Any]) -> None:
    tenants = desk.world.installation("superoffice").tenants
    tenants.grant("Cust12345", "user", "a-password", facts={"user": "odd", "rights": odd})
    assert desk.tickets(1, login=basic("odd", "a-password")).text == "[]"
    assert desk.get("Ticket", login=basic("odd", "a-password")).json["value"] == []


def test_lists_of_the_truth_lack_what_was_purged(desk: Desk) -> None:
    """By hand or by its age, and a page is full all the same: one that is not means the end."""
    before = [each["id"] for each in desk.act("list", most=4)["records"]]
    desk.act("act", id=before[1], action="purge")
    desk.act("act", id=before[2], action="delete")
    there = [each["id"] for each in desk.act("list", most=4)["records"]]
    assert (there[:2], len(there)) == ([before[0], before[2]], 4)
    desk.advance(14 * 86400)
    later = [each["id"] for each in desk.act("list", most=4)["records"]]
    assert before[2] not in later
    assert len(later) == 4
    assert desk.act("read", id=before[2])["exists"] is False
