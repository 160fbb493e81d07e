"""PATCH of a ticket: JSON Patch and merge patches, tests that do not hold, and what is no patch."""

from __future__ import annotations

from typing import Any

import pytest

from tests.vendors.superoffice.conftest import LIMITED

Desk = Any


def patch(desk: Desk, id_: int, body: Any, query: str = "", **more: Any) -> Any:
    return desk.ask("PATCH", f"/api/v1/Ticket/{id_}", query, body=body, **more)


def changed(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in after.items() if value != before[name]}


@pytest.mark.rule("superoffice.rest.patch", "superoffice.field.last_changed")
@pytest.mark.parametrize(
    ("body", "told"),
    [
        ([{"op": "replace", "path": "/Title", "value": "new"}], {"Title": "new"}),
        ([{"op": "add", "path": "title", "value": "new"}], {"Title": "new"}),
        ({"Title": "new"}, {"Title": "new"}),
        ({"title": "ÆØ & <b>"}, {"Title": "ÆØ & <b>"}),
        ([{"op": "replace", "path": "/Priority/TicketPriorityId", "value": 3}], {"Priority": 3}),
        ({"Priority": {"TicketPriorityId": 3}}, {"Priority": 3}),
        ({"OwnedBy": {"AssociateId": 10}}, {"OwnedBy": 11, "OwnedByName": "ANNE", "OwnedByAssociateId": 10}),
        ({"Deadline": "2026-05-01T10:00:00"}, {"Deadline": "2026-05-01T08:00:00Z"}),
        ({"Deadline": None}, {"Deadline": None}),
        ([{"op": "remove", "path": "/Person"}], {"CustId": -1, "ContactId": 0, "ContactName": ""}),
        ({"CustomFields": {"x": "y"}}, {"CustomFields": {"kept": "1", "x": "y"}}),
        ([{"op": "add", "path": "/CustomFields/a~1b", "value": "y"}], {"CustomFields": {"kept": "1", "a/b": "y"}}),
        ({"CustomFields": {"KEPT": None}}, {"CustomFields": {}}),
        ([{"op": "add", "path": "/Tags/-", "value": {"Id": 7}}], {}),
        ({"LastChanged": "2001-01-01T00:00:00", "NumMessages": 99}, {}),
        ({"TicketId": 1, "Title": "new"}, {"Title": "new"}),
    ],
)
def test_a_patch_changes_what_it_names(empty: Desk, body: Any, told: dict[str, Any]) -> None:
    names = ("Priority", "OwnedBy", "CustId", "Category", "Deadline", "Origin", "Slevel")
    values = (2, 12, 1, 2, "2026-04-01T00:00:00Z", "Hologram", "Internal")
    ticket = empty.create(Title="old", **dict(zip(names, values, strict=True)))
    assert patch(empty, ticket, {"CustomFields": {"kept": "1"}}).status == 200
    before = empty.truth(ticket)
    empty.advance(60)
    reply = patch(empty, ticket, body)
    assert reply.status == 200, reply.text
    found = changed(before, empty.truth(ticket))
    moved = {"LastChanged", "AlertTimeout", "ReadStatus", "AlertLevel"}
    joined = ("PriorityName", "PersonFirstname", "PersonLastname", "PersonFullname", "PersonMiddleName", "PersonEmail")
    assert {name: value for name, value in found.items() if name not in moved | set(joined)} == told
    assert "LastChanged" in found
    assert reply.json["_Links"]["Self"] == f"Ticket/{ticket}"
    assert reply.json["TicketId"] == ticket


@pytest.mark.rule("superoffice.rest.patch", "superoffice.select.nulls", "superoffice.field.closed_at")
def test_a_patch_moves_the_status_and_selects(desk: Desk) -> None:
    reply = patch(desk, 1, {"BaseStatus": "Closed"}, "$select=BaseStatus,Status", media="application/merge-patch+json")
    assert {name for name, value in reply.json.items() if value is not None} == {"BaseStatus", "Status", "_Links"}
    assert (desk.truth(1)["BaseStatus"], desk.truth(1)["ClosedAt"]) == ("Closed", "2026-03-02T10:00:00Z")
    body = [{"op": "replace", "path": "Status/TicketStatusId", "value": 4}]
    assert patch(desk, 1, body, media="application/json-patch+json").json["BaseStatus"] == "Active"


@pytest.mark.rule("superoffice.rest.patch_test", "superoffice.rest.conditions")
def test_a_test_that_does_not_hold_changes_nothing(desk: Desk) -> None:
    entity = desk.get("Ticket/439").json
    title = {"op": "replace", "path": "/Title", "value": "new"}
    tests = [
        ("/LastChanged", entity["LastChanged"], 200),
        ("lastchanged", "2001-01-01T00:00:00", 409),
        ("/Status", {"ticketStatusId": entity["Status"]["TicketStatusId"]}, 200),
        ("/Status", {"TicketStatusId": 99}, 409),
        ("/Status/TicketStatusId", "1", 409),
        ("/CustomFields/x", None, 200),
    ]
    for path, value, status in tests:
        before = desk.truth(439)
        reply = patch(desk, 439, [title, {"op": "test", "path": path, "value": value}])
        assert reply.status == status, path
        if status == 409:
            assert (reply.json["Error"], reply.json["ErrorSource"][:11]) == (True, "SuperOffice")
            assert desk.truth(439) == before
        else:
            desk.do(439, "update", fields={"Title": before["Title"], "LastChanged": before["LastChanged"]})
    before = desk.truth(439)
    assert patch(desk, 439, [{"op": "test", "path": "/Title", "value": entity["Title"]}]).status == 200
    assert desk.truth(439) == before, "a patch of tests alone saves nothing"
    early = {"If-Unmodified-Since": "Wed, 01 Jan 2020 00:00:00 GMT"}
    assert patch(desk, 439, {"Title": "x"}, headers=early).status == 412


@pytest.mark.rule("superoffice.rest.patch")
@pytest.mark.parametrize(
    "wrong",
    [
        5,
        "x",
        [5],
        [{}],
        [{"op": "move", "path": "/Title", "from": "/Author"}],
        [{"op": "copy", "path": "/Title", "from": "/Author"}],
        [{"op": "replace", "path": 5, "value": 1}],
        [{"op": "replace", "path": "/Title"}],
        [{"op": "replace", "path": "", "value": {}}],
        [{"op": "replace", "path": "/Nonsense", "value": 1}],
        [{"op": "replace", "path": "/Title/x", "value": 1}],
        [{"op": "replace", "path": "/Tags/7", "value": 1}],
        [{"op": "add", "path": "/Tags/x", "value": 1}],
        [{"op": "replace", "path": "/" + "a/" * 30, "value": 1}],
        [{"op": "test", "path": "/Title", "value": "x"}] * 1001,
        {"Nonsense": 1},
    ],
)
def test_what_is_no_patch_changes_nothing(empty: Desk, wrong: Any) -> None:
    refused(empty, wrong)


@pytest.mark.rule("superoffice.call.save_checks")
@pytest.mark.parametrize(
    "wrong", [{"Title": "x" * 256}, {"Category": {"TicketCategoryId": 999}}, {"Slevel": "Secret"}, {"Deadline": "soon"}]
)
def test_what_a_ticket_cannot_have_is_not_patched_into_it(empty: Desk, wrong: Any) -> None:
    refused(empty, wrong)


def refused(empty: Desk, wrong: Any) -> None:
    ticket = empty.create()
    before = empty.truth(ticket)
    empty.advance(60)
    reply = patch(empty, ticket, wrong)
    assert (reply.status, set(reply.json)) == (400, {"Message", "MessageDetail"})
    assert empty.truth(ticket) == before


@pytest.mark.rule("superoffice.error.rest", "superoffice.call.save_rights")
def test_who_may_not_or_where_nothing_is(desk: Desk) -> None:
    assert patch(desk, 77777, {"Title": "x"}).status == 404
    title = desk.truth(1)["Title"]
    assert patch(desk, 1, {"Title": "x", "Author": "me"}, login=LIMITED).status == 200
    assert (desk.truth(1)["Title"], desk.truth(1)["Author"]) == (title, "me")
    desk.administer("change rights", user="limited@demo.example", table={"Mask": "Select", "Reason": ""})
    assert patch(desk, 1, {"Author": "x"}, login=LIMITED).status == 403
    assert patch(desk, 1, b"{", login=LIMITED).status == 400
