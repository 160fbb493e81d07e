"""GetTickets: which tickets come back, in which order, and what a caller may see of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from mockservers.vendors.superoffice.emulator import model
from tests.vendors.superoffice.conftest import LIMITED

Desk = Any


@pytest.mark.rule(
    "superoffice.result.array",
    "superoffice.result.request_order",
    "superoffice.result.sample_is_filler",
    "superoffice.request.body",
    "superoffice.address.agent",
)
def test_the_tickets_asked_for_come_back_in_the_order_of_the_ids(desk: Desk) -> None:
    assert desk.tickets(829, 439, 1).ids == [829, 439, 1]
    assert desk.call("GetTickets", {"ticketids": [439]}).ids == [439]
    assert desk.tickets().text == "[]"
    assert desk.ask("POST", "/API/V1/agents/ticket/GETTICKETS", body={"TicketIds": [1]}).ids == [1]


@pytest.mark.rule("superoffice.request.sample", "superoffice.language.choose")
def test_the_pages_sample_call(desk: Desk) -> None:
    desk.administer("add user", user="tje0", password="Jje0")
    reply = desk.tickets(
        439,
        829,
        login="Basic dGplMDpKamUw",
        media="application/json; charset=utf-8",
        headers={"Accept": "application/json; charset=utf-8", "Accept-Language": "sv"},
    )
    assert (reply.status, reply.media, reply.ids) == (200, "application/json; charset=utf-8", [439, 829])
    assert [each["TicketStatusDisplayValue"] for each in reply.json] == ["Öppen", "Stängd"]


@pytest.mark.rule("superoffice.result.unknown_id")
def test_an_unknown_id_is_left_out_or_null(desk: Desk) -> None:
    assert desk.tickets(1, 77777, 2, -5, 0).ids == [1, 2]
    assert desk.tickets(77777).text == "[]"
    desk.switch(missing_id="null")
    assert [each and each["TicketId"] for each in desk.tickets(77777, 1, 0, 2).json] == [None, 1, None, 2]
    assert desk.tickets(77777).text == "[null]"
    xml = desk.tickets(77777, 1, headers={"Accept": "application/xml"}).text
    assert xml.startswith("<ArrayOfTicket><Ticket /><Ticket><TicketId>1</TicketId>")


@pytest.mark.rule("superoffice.result.duplicates")
def test_an_id_given_twice(desk: Desk) -> None:
    assert desk.tickets(2, 1, 2, 1, 3).ids == [2, 1, 3]
    desk.switch(duplicate_id="repeat")
    assert desk.tickets(2, 1, 2, 1, 3).ids == [2, 1, 2, 1, 3]


@pytest.mark.rule("superoffice.result.request_order")
def test_the_order_can_be_any(desk: Desk) -> None:
    desk.switch(order="shuffled")
    ids = list(range(1, 40))
    first, second = desk.tickets(*ids).ids, desk.tickets(*ids).ids
    assert sorted(first) == sorted(second) == ids
    assert len({tuple(ids), tuple(first), tuple(second)}) == 3


@pytest.mark.rule("superoffice.result.no_access", "superoffice.carrier.hidden_field", "superoffice.carrier.rights")
def test_rights_of_a_role(desk: Desk) -> None:
    hidden = desk.create(Category=3, Title="not for all")
    assert desk.tickets(hidden).ids == [hidden]
    reply = desk.tickets(hidden, 1, login=LIMITED, headers={"SO-Language": "en"})
    assert reply.ids == [1]
    ticket = reply.json[0]
    assert ticket["Title"] == ""
    assert ticket["TableRight"] == {
        "Mask": "Select, Update",
        "Reason": "You may not delete what belongs to another user",
    }
    rights = {name: each["FieldRight"] for name, each in ticket["FieldProperties"].items()}
    assert rights["Title"] == {"Mask": "None", "Reason": "Your role does not include this 3/31/2026"}
    assert rights["Deadline"]["Mask"] == "Update, UIHintMandatory"
    assert rights["Author"] is None
    assert desk.call("GetTicket", query=f"ticketId={hidden}", login=LIMITED).text == "null"
    assert hidden not in [
        each["ticketId"] for each in desk.get("Ticket", "$select=ticketId", login=LIMITED).json["value"]
    ]


@pytest.mark.rule("superoffice.carrier.rights")
def test_rights_change_under_a_client(desk: Desk) -> None:
    def right(id_: int) -> Any:
        return desk.ticket(id_)["TableRight"]

    assert [right(id_) for id_ in (1, 41, 42, 43, 44)] == [
        None,
        None,
        {},
        {"Mask": "FULL", "Reason": ""},
        {"Mask": "Select, Update", "Reason": ""},
    ]
    desk.switch(rights_none="object")
    assert right(1) == {"Mask": "FULL", "Reason": ""}
    assert desk.ticket(1)["FieldProperties"]["Title"]["FieldRight"] == {"Mask": "Update", "Reason": ""}
    desk.switch(rights_none="empty")
    assert right(1) == {}
    desk.administer(
        "change rights", user="demo@demo.example", table={"Mask": "RI, RestrictedUpdate", "Reason": "[SR_ACCESS_ROLE]"}
    )
    assert right(1) == {"Mask": "RI, RestrictedUpdate", "Reason": "[SR_ACCESS_ROLE]"}
    desk.administer("change rights", user="demo@demo.example", hidden={"TicketId": [1]})
    assert desk.tickets(1, 2).ids == [2]
    desk.administer("change rights", user="demo@demo.example", table={"Mask": "None"}, hidden={})
    assert desk.tickets(1, 2).ids == []
    assert desk.get("Ticket").json["value"] == []


@pytest.mark.rule("superoffice.result.deleted", "superoffice.result.not_in_log")
def test_the_deleted_stay_readable_for_a_time(desk: Desk) -> None:
    assert desk.tickets(50, 51, 52).ids == [50, 51]
    assert desk.ticket(50)["BaseStatus"] == "Deleted"
    id_ = desk.create()
    desk.do(id_, "delete")
    assert desk.ticket(id_)["BaseStatus"] == "Deleted"
    desk.advance(14 * 86400 - 1)
    assert desk.tickets(id_).ids == [id_]
    desk.advance(1)
    assert desk.tickets(id_).ids == []
    assert desk.act("read", id=str(id_))["exists"] is False
    desk.switch(deleted_days=15)
    assert desk.tickets(id_).ids == [id_]


@pytest.mark.rule("superoffice.result.merged", "superoffice.call.resolve")
def test_mergers_form_a_chain(desk: Desk) -> None:
    found = desk.tickets(48, 49, 439).json
    assert [(each["BaseStatus"], each["ConnectId"]) for each in found] == [
        ("Merged", 49),
        ("Merged", 439),
        ("Active", 0),
    ]
    assert [desk.call("ResolveTicketId", {"TicketId": id_}).json for id_ in (48, 49, 439, 77777)] == [439, 439, 439, 0]
    one, two = desk.create(), desk.create()
    desk.do(one, "merge", into=two)
    assert desk.call("ResolveTicketId", {"ticketId": one}).json == two
    assert desk.ticket(two)["NumMessages"] == 2


@pytest.mark.rule("superoffice.result.spam")
def test_spam(desk: Desk) -> None:
    assert desk.ticket(24)["BaseStatus"] == "Spam"
    desk.do(1, "spam")
    assert desk.ticket(1)["BaseStatus"] == "Spam"
    desk.do(1, "undelete")
    assert desk.ticket(1)["BaseStatus"] == "Active"


@pytest.mark.rule("superoffice.call.summaries")
def test_summaries(desk: Desk) -> None:
    found = desk.call("GetTicketSummaries", {"TicketIds": [829, 77777, 1]}).json
    assert [each["TicketId"] for each in found] == [829, 1]
    assert set(found[0]) == {"TicketId", "TicketStatus", "Title", "Registered", "IconHint"}
    assert found[1]["Registered"] == "2024-01-15T12:00:00+01:00"
    assert desk.call("GetTicketSummaries", {"TicketIds": [1]}, login=LIMITED).json[0]["Title"] == ""


@pytest.mark.rule("superoffice.result.null", "superoffice.request.null_body")
def test_one_ticket_or_null(desk: Desk) -> None:
    whole = desk.ticket(439)
    for body in (None, b"null", b" "):
        assert desk.call("GetTicket", body, "ticketId=439").json == whole
    assert desk.call("GetTicket", b"null", "TICKETID=77777").text == "null"
    assert desk.call("GetTicketEntity", b"null", "ticketEntityId=77777").text == "null"
    for wrong in ("x", "--5", "-", "5-", "99999999999", "-2147483649"):
        assert desk.call("GetTicket", query=f"ticketId={wrong}").status == 400, wrong
    assert desk.call("GetTicket", query="ticketId=-2147483648").text == "null"
    assert desk.call("GetTicket").status == 400


# --- limits -----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("superoffice.limit.slow", "superoffice.limit.ids")
def test_a_slow_call_is_a_finding_and_no_error(desk: Desk) -> None:
    assert len(desk.tickets(*range(1, 300)).ids) > 250
    desk.switch(latency_per_id=100)
    quick, slow = desk.tickets(*range(1, 21)), desk.tickets(*range(1, 22))
    assert (quick.status, slow.status) == (200, 200)
    assert not quick.entry.notes
    assert [note.rule for note in slow.entry.notes] == ["superoffice.limit.slow"]
    assert slow.entry.notes[0].facts == {"milliseconds": 2100.0}


@pytest.mark.rule("superoffice.limit.rate")
def test_throttling_is_off_until_it_is_switched_on(desk: Desk) -> None:
    assert {desk.tickets(1).status for _ in range(30)} == {200}
    desk.switch(rate_limit=10)
    desk.advance(1)
    assert [desk.tickets(1).status for _ in range(12)] == [200] * 10 + [429] * 2
    reply = desk.tickets(1)
    assert (reply.headers["Retry-After"], list(reply.json)) == ("1", ["Message"])
    assert 'clock/advance and {"by": 1}' in (reply.entry.error or "")  # the clock is frozen: waiting does not help
    desk.advance(2)
    assert desk.tickets(1).status == 200


@pytest.mark.rule("superoffice.result.unknown_id", "superoffice.result.duplicates")
def test_ids_that_are_left_out_or_merged_are_findings(desk: Desk) -> None:
    def told(*ids: int) -> dict[str, str]:
        return {note.rule.rpartition(".")[2]: note.text for note in desk.tickets(*ids).entry.notes}

    assert told(1, 2, 439) == {}
    assert told(1, 77_777, 52)["unknown_id"].startswith("3 ids were asked for, and 1 of them answered")
    assert told(1, 1, 2)["duplicates"].startswith("3 ids were asked for, and 2 of them differ")
    assert set(told(1, 1, 77_777)) == {"unknown_id", "duplicates"}


@pytest.mark.parametrize("read_before", [range(1, 6), range(1, 16), range(3, 40), ()])
def test_what_earlier_calls_read_is_in_an_answer_larger_than_what_is_remembered(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, read_before: Sequence[int]
) -> None:
    monkeypatch.setattr(model, "MOST_HEADS", 10)
    if read_before:
        desk.tickets(*read_before)
    for last in (8, 30, 12):
        asked = range(1, last + 1)
        answered = desk.tickets(*asked).ids
        one_by_one = [id_ for id_ in asked if desk.tickets(id_).ids]
        assert answered == one_by_one
        assert len(answered) > last // 2
