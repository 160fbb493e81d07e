"""The calls around GetTickets: entities that are read and saved, deletions, messages, REST addresses, archive lists."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from tests.vendors.superoffice.conftest import LIMITED

Desk = Any


def entity(desk: Desk, id_: int) -> dict[str, Any]:
    found: dict[str, Any] = desk.call("GetTicketEntity", b"null", f"ticketEntityId={id_}").json
    return found


@pytest.mark.rule("superoffice.call.entity", "superoffice.select.path")
def test_an_entity_nests_what_the_ticket_holds_flat(desk: Desk) -> None:
    flat, found = desk.ticket(32), entity(desk, 32)
    assert found["Category"] == {
        "TicketCategoryId": 6,
        "ParentId": 5,
        "Name": "support",
        "Fullname": "norway/product A/support",
        "TableRight": None,
        "FieldProperties": {},
    }
    assert (found["OwnedBy"]["AssociateId"], found["OwnedBy"]["EjUserId"]) == (10, 11)
    assert (found["Status"]["TicketStatusId"], found["Person"]["PersonId"]) == (flat["TicketStatus"], flat["CustId"])
    assert entity(desk, 31)["OwnedBy"] is None
    shared = set(flat) & set(found) - {"Category", "CreatedBy", "OwnedBy", "Priority"}
    assert len(shared) > 35
    assert {name: found[name] for name in shared} == {name: flat[name] for name in shared}
    assert [each["Author"] for each in found["Messages"]] == ["customer@acmecorp.example"]
    selected = desk.call("GetTicketEntity", b"null", "ticketEntityId=32&$select=title,category/fullname").json
    assert {name for name, value in selected.items() if value is not None} == {"Title", "Category"}


@pytest.mark.rule("superoffice.call.default", "superoffice.request.null_body")
def test_a_default_entity_is_kept_nowhere(desk: Desk) -> None:
    before = desk.all()
    made = desk.call("CreateDefaultTicketEntity", b"null").json
    assert (made["TicketId"], made["OwnedBy"]["EjUserId"], made["BaseStatus"]) == (0, 10, "Active")
    assert desk.get("Ticket/default").json == made
    assert desk.all() == before


@pytest.mark.rule("superoffice.call.save", "superoffice.field.time_spent", "superoffice.field.last_changed")
def test_saving_replaces_the_whole(desk: Desk) -> None:
    given = desk.call("CreateDefaultTicketEntity", b"null").json
    given |= {
        "Title": "Made by a client",
        "Deadline": "2026-05-01T10:00:00",
        "Tags": [{"Id": 1}],
        "CustomFields": {"x": "y"},
    }
    made = desk.call("SaveTicketEntity", given).json
    assert (made["TicketId"], made["Deadline"], made["CreatedBy"]["EjUserId"]) == (
        1235,
        "2026-05-01T10:00:00+02:00",
        10,
    )
    assert (made["Tags"], made["CustomFields"]) == ([{"Id": 1}], {"x": "y"})
    desk.advance(60)
    sent = {
        **made,
        "TimeSpent": 500,
        "NumMessages": 9,
        "CreatedAt": "2001-01-01T00:00:00",
        "ConnectId": 1,
        "Status": {"ticketStatusId": 5},
    }
    saved = desk.call("SaveTicketEntity", sent).json
    assert [saved[name] for name in ("TimeSpent", "NumMessages", "CreatedAt", "ConnectId", "BaseStatus")] == [
        0,
        0,
        made["CreatedAt"],
        0,
        "Closed",
    ]
    assert saved["ClosedAt"] == saved["LastChanged"] == "2026-03-02T11:01:00+01:00"
    less = desk.call("SaveTicketEntity", {"TicketId": 1235, "Title": "Only this"}).json
    assert (less["Title"], less["OwnedBy"], less["Deadline"], less["Tags"]) == (
        "Only this",
        None,
        "0001-01-01T01:00:00+01:00",
        [],
    )
    assert (
        desk.call("SaveTicketEntityWithNotify", {"NewEntity": {"Title": "x"}, "Notify": True}).json["TicketId"] == 1236
    )
    category = "<Category><TicketCategoryId>4</TicketCategoryId></Category>"
    xml = f"<TicketEntity><TicketId>1236</TicketId><Title>by XML</Title>{category}<Person /></TicketEntity>"
    found = desk.call("SaveTicketEntity", xml.encode(), media="text/xml").json
    assert (found["Title"], found["Category"]["TicketCategoryId"], found["Person"]) == ("by XML", 4, None)


@pytest.mark.rule("superoffice.call.save_checks")
@pytest.mark.parametrize(
    "wrong",
    [
        {"TicketId": 77777},
        {"Title": "x" * 256},
        {"Title": 5},
        {"Language": "x" * 11},
        {"Title": "\x00"},
        {"Category": {"TicketCategoryId": 999}},
        {"Category": 5},
        {"Person": {"PersonId": 999999}},
        {"Slevel": "Secret"},
        {"OwnedBy": {"AssociateId": 999}},
        {"Deadline": "tomorrow"},
        {"Deadline": "1890-01-01T00:00:00"},
        {"Status": {"TicketStatusId": 99}},
        {"BaseStatus": "Archived"},
        {"CustomFields": {"x": "y" * 30000}},
    ],
)
def test_what_cannot_be_saved_changes_nothing(desk: Desk, wrong: dict[str, Any]) -> None:
    refused_whole(desk, wrong)


@pytest.mark.rule("superoffice.request.ids")
@pytest.mark.parametrize("wrong", [{"TicketId": "x"}, {"Priority": {"TicketPriorityId": "high"}}])
def test_an_entity_with_an_id_that_is_no_number_changes_nothing(desk: Desk, wrong: dict[str, Any]) -> None:
    refused_whole(desk, wrong)


def refused_whole(desk: Desk, wrong: dict[str, Any]) -> None:
    before = desk.all()
    reply = desk.call("SaveTicketEntity", {"TicketId": 1, **wrong})
    assert (reply.status, set(reply.json)) == (400, {"Message", "MessageDetail"})
    assert desk.all() == before


def test_a_number_beyond_all_numbers_is_no_json(desk: Desk) -> None:
    before = desk.all()
    for body in (b'{"Title":"x","Tags":[{"a":1e999}]}', b'{"Title":"x","CustomFields":{"a":-1e999}}'):
        assert desk.call("SaveTicketEntity", body).status == 400
    assert desk.all() == before


@pytest.mark.rule("superoffice.call.save_owner")
def test_owners_that_are_saved(desk: Desk) -> None:
    found = entity(desk, 1)
    assert desk.call("SaveTicketEntity", {**found, "OwnedBy": {"AssociateId": 0}}).json["OwnedBy"] is None
    assert desk.call("SaveTicketEntity", {**found, "OwnedBy": {"AssociateId": 10}}).json["OwnedBy"]["EjUserId"] == 11
    chosen = desk.call("SaveTicketEntity", {**found, "OwnedBy": {"AssociateId": 2147483647}}).json["OwnedBy"][
        "EjUserId"
    ]
    assert chosen in (10, 11, 12)


@pytest.mark.rule("superoffice.call.save_rights", "superoffice.auth.forbidden")
def test_rights_to_save(desk: Desk) -> None:
    found = entity(desk, 1)
    saved = desk.call(
        "SaveTicketEntity",
        {**found, "Title": "mine", "Author": "me", "Priority": {"TicketPriorityId": 3}},
        login=LIMITED,
    )
    assert saved.status == 200
    assert (desk.truth(1)["Title"], desk.truth(1)["Author"], desk.truth(1)["Priority"]) == (found["Title"], "me", 1)
    assert desk.call("SaveTicketEntity", {"Title": "new"}, login=LIMITED).status == 403
    assert desk.call("SetDeletedStatusByIds", {"TicketIds": [1]}, login=LIMITED).json == []
    desk.administer("change rights", user="limited@demo.example", table={"Mask": "Select", "Reason": ""})
    reply = desk.call("SaveTicketEntity", found, login=LIMITED)
    assert (reply.status, reply.json["ErrorType"]) == (403, "SoSecurityException")
    assert (
        "superoffice.auth.forbidden"
        in desk.call("DeleteTicketEntity", {"TicketEntityId": 1}, login=LIMITED).entry.rules
    )


@pytest.mark.rule("superoffice.call.delete", "superoffice.result.not_in_log")
def test_deleting_softly(desk: Desk) -> None:
    assert desk.call("SetDeletedStatusByIds", {"TicketIds": [2, 1, 2, 77777, 50]}).json == [2, 1]
    assert [desk.truth(id_)["BaseStatus"] for id_ in (1, 2)] == ["Deleted", "Deleted"]
    reply = desk.call("UndeleteByIds", {"TicketIds": [1, 3]})
    assert (reply.status, reply.body, "Content-Type" in reply.headers) == (204, b"", False)
    assert [desk.truth(id_)["BaseStatus"] for id_ in (1, 2)] == ["Active", "Deleted"]


@pytest.mark.rule("superoffice.result.deleted")
def test_what_is_made_as_deleted_is_purged_too(desk: Desk) -> None:
    made = desk.call("SaveTicketEntity", {"Title": "x", "BaseStatus": "Deleted"}).json["TicketId"]
    other = desk.create(BaseStatus="Deleted")
    desk.advance(14 * 86400 - 1)
    assert desk.tickets(made, other).ids == [made, other]
    desk.advance(1)
    assert desk.tickets(made, other).ids == []


@pytest.mark.rule("superoffice.call.purge")
def test_taking_away(desk: Desk) -> None:
    for _ in range(2):  # what is gone is gone
        assert desk.call("DeleteTicketEntity", {"ticketEntityId": 1}).status == 204
    assert desk.ask("DELETE", "/api/v1/Ticket/2").status == 204
    assert desk.ask("DELETE", "/api/v1/Ticket/2").status == 404
    assert desk.tickets(1, 2, 3).ids == [3]


@pytest.mark.rule("superoffice.call.read_status")
def test_the_owners_light(desk: Desk) -> None:
    assert desk.call("UpdateTicketsReadStatus", {"TicketIds": [1, 26, 77777], "NewStatus": "green"}).json == [1]
    assert desk.truth(1)["ReadByOwner"] == "2026-03-02T10:00:00Z"
    assert desk.call("UpdateTicketsReadStatus", {"TicketIds": [1], "NewStatus": "Blue"}).status == 400
    assert desk.call("UpdateTicketsReadStatus", {"TicketIds": [1]}).status == 400


@pytest.mark.rule("superoffice.call.merge", "superoffice.result.merged")
def test_merging(desk: Desk) -> None:
    target = entity(desk, 439)
    merged = desk.call("MergeTickets", {"MergedTicketEntity": target, "SecondaryTicketIds": [5, 6, 439, 77777]}).json
    assert (merged["TicketId"], merged["NumMessages"], len(merged["Messages"])) == (439, 5, 5)
    assert [(desk.truth(id_)["BaseStatus"], desk.truth(id_)["ConnectId"]) for id_ in (5, 6)] == [("Merged", 439)] * 2


def test_merged_time_stays_a_number_of_32_bits(desk: Desk) -> None:
    first, second = desk.create(TimeSpent=2**31 - 1), desk.create(TimeSpent=5)
    desk.do(first, "merge", into=second)
    assert desk.ticket(second)["TimeSpent"] == 2**31 - 1


@pytest.mark.rule("superoffice.call.messages")
def test_messages(desk: Desk) -> None:
    assert desk.call("CreateDefaultTicketMessageEntity", b"null").json["EjMessageId"] == 0
    sent = {"Ticket": {"TicketId": 1}, "Body": "Hello", "Author": "me", "TimeSpent": 5, "Slevel": "internal"}
    made = desk.call("SaveTicketMessageEntity", sent).json
    assert (made["Body"], made["Ticket"]["NumMessages"], made["Slevel"]) == ("Hello", 2, "Internal")
    number = made["EjMessageId"]
    assert (desk.truth(1)["TimeSpent"], desk.truth(1)["NumReplies"]) == (5, 0)
    assert desk.call("SaveTicketMessageEntity", {**sent, "Slevel": "External"}).json["Ticket"]["NumReplies"] == 1
    assert desk.call("GetTicketMessageEntity", b"null", f"ticketMessageEntityId={number}").json["Body"] == "Hello"
    assert desk.call("GetTicketMessage", b"null", f"ticketMessageId={number}").json["Author"] == "me"
    found = desk.call("GetTicketMessageEntities", {"TicketId": 1, "MessageIds": [number, 77777]}).json
    assert [each["EjMessageId"] for each in found] == [number]
    assert desk.call("GetTicketMessage", b"null", "ticketMessageId=77777").text == "null"
    listed = desk.get("Ticket/1/Messages").json["value"]
    assert [each["author"] for each in listed] == ["customer@acmecorp.example", "me", "me"]
    for wrong in (
        {},
        {"Ticket": {"TicketId": 77777}},
        {**sent, "TimeSpent": -1},
        {**sent, "Slevel": "Secret"},
        {**sent, "EjMessageId": 1},
        {**sent, "Body": 5},
    ):
        assert desk.call("SaveTicketMessageEntity", wrong).status == 400, wrong


# --- REST -------------------------------------------------------------------------------------------------------------


@pytest.mark.rule("superoffice.rest.entity", "superoffice.error.rest")
def test_rest_entities(desk: Desk) -> None:
    found = desk.get("Ticket/439").json
    assert {name: value for name, value in found.items() if name != "_Links"} == entity(desk, 439)
    assert found["_Links"]["Self"] == "Ticket/439"
    assert desk.get("Ticket/439/Simple").json == desk.ticket(439)
    for path in ("Ticket/77777", "Ticket/x", "Ticket/77777/Simple", "Ticket/0/Messages", f"Ticket/{'9' * 30}"):
        reply = desk.get(path)
        assert (reply.status, reply.json["ErrorType"]) == (404, "SoNotFoundException"), path
    put = desk.ask("PUT", "/api/v1/Ticket/439", body={"Title": "put"})
    assert (put.status, put.json["Title"], put.json["TicketId"]) == (200, "put", 439)
    assert desk.ask("PUT", "/api/v1/Ticket/439").status == 400
    assert desk.ask("PUT", "/api/v1/Ticket/77777", body={}).status == 404
    assert desk.ask("POST", "/api/v1/Ticket", body={"TicketId": 439, "Title": "post"}).json["TicketId"] == 1235
    assert desk.ask("PATCH", "/api/v1/Contact/1", body=[]).status == 501
    assert desk.get("Ticket/439", "fk=true").status == 501


@pytest.mark.rule("superoffice.rest.conditions")
def test_conditions_of_rest_entities(desk: Desk) -> None:
    changed = desk.get("Ticket/439").headers["Last-Modified"]
    assert changed == "Wed, 18 Feb 2026 10:00:00 GMT"
    early = "Wed, 18 Feb 2026 09:59:59 GMT"

    def status(method: str, header: str, value: str) -> int:
        body = {"Title": "x"} if method == "PUT" else None
        return int(desk.ask(method, "/api/v1/Ticket/439", body=body, headers={header: value}).status)

    assert status("GET", "If-Modified-Since", changed) == 304
    assert status("GET", "If-Modified-Since", early) == 200
    assert status("GET", "If-Modified-Since", "yesterday") == 200
    assert status("GET", "If-Unmodified-Since", early) == 412
    assert status("PUT", "If-Unmodified-Since", early) == 412
    assert status("DELETE", "If-Unmodified-Since", early) == 412
    assert status("PUT", "If-Modified-Since", changed) == 200
    assert desk.truth(439)["Title"] == "x"
    assert status("PUT", "If-Unmodified-Since", desk.get("Ticket/439").headers["Last-Modified"]) == 200
    assert desk.call("GetTickets", {"TicketIds": [439]}, headers={"If-Modified-Since": changed}).status == 200
    assert status("DELETE", "If-Modified-Since", "Fri, 01 Jan 2100 00:00:00 GMT") == 204


# --- archive lists ----------------------------------------------------------------------------------------------------


def listed(desk: Desk, filter_: str = "", query: str = "", **more: Any) -> list[int]:
    asked = f"$select=ticketId&{query}" + (f"&$filter={quote(filter_)}" if filter_ else "")
    reply = desk.get("Ticket", asked, **more)
    assert reply.status == 200, reply.text
    return [each["ticketId"] for each in reply.json["value"]]


@pytest.mark.rule("superoffice.odata.list")
def test_an_archive_list(desk: Desk) -> None:
    reply = desk.get(
        "Ticket", "$select=TICKETID,lastChanged,ticketStatusName,sentimentScore&$top=2", headers={"SO-Language": "en"}
    )
    assert reply.json == {
        "odata.metadata": "/api/v1/Archive/$metadata",
        "odata.nextLink": None,
        "value": [
            {
                "PrimaryKey": str(id_),
                "EntityName": "ticket",
                "ticketId": id_,
                "lastChanged": when,
                "ticketStatusName": "Open",
                "sentimentScore": 0,
            }
            for id_, when in ((1, "2024-01-15T12:00:00+01:00"), (2, "2024-07-15T13:00:00+02:00"))
        ],
    }
    ids = [each["TicketId"] for each in desk.all()]
    assert listed(desk) == ids
    assert listed(desk, query="$top=5&$skip=3") == ids[3:8]
    assert listed(desk, query="$top=0") == []
    assert 52 not in ids
    assert len(desk.get("Ticket", "$top=1").json["value"][0]) > 50
    assert desk.get("Archive/Ticket", "$top=1").json == desk.get("Ticket", "$top=1").json
    assert desk.get("Archive/Sale").status == 501
    assert listed(desk, "personId eq 2") == [
        e["ticketId"] for e in desk.get("Person/2/Tickets", "$select=ticketId").json["value"]
    ]
    of_company = [each["ticketId"] for each in desk.get("Contact/123/Tickets", "$select=ticketId").json["value"]]
    assert of_company == listed(desk, "contactId eq 123") != []
    for option in ("$mode=slim", "$format=csv", "$output=x", "$entities=person"):
        assert desk.get("Ticket", option).status == 501, option


def test_at_most_a_thousand_rows_unless_asked(make_desk: Any) -> None:
    desk = make_desk("demo:1100")
    assert len(listed(desk)) == 1000
    assert len(listed(desk, query="$top=1050")) == 1050


@pytest.mark.rule("superoffice.odata.filter")
def test_filters(desk: Desk) -> None:
    every = desk.all()

    def some(keep: Any) -> list[int]:
        return [each["TicketId"] for each in every if keep(each)]

    moment = "2026-02-18T10:00:00Z"  # eleven in the base zone
    cases: list[tuple[str, Any]] = [
        ("lastChanged afterTime '2026-02-18T11:00:00'", lambda t: t["LastChanged"] > moment),
        ("lastChanged ge '2026-02-18T11:00:00'", lambda t: t["LastChanged"] >= moment),
        ("lastChanged afterTime '2026-02-18T10:00:00Z'", lambda t: t["LastChanged"] > moment),
        ("lastChanged beforeTime datetime'2026-02-18T11:00:00'", lambda t: t["LastChanged"] < moment),
        ("lastChanged before '2026-02-18'", lambda t: t["LastChanged"] < "2026-02-17T23:00:00Z"),
        ("lastChanged after '2026-02-18'", lambda t: t["LastChanged"] >= "2026-02-18T23:00:00Z"),
        ("lastChanged dateTime '2026-02-18T11:00:00'", lambda t: t["LastChanged"] == moment),
        ("createdAt between '2024-10-27','2024-10-27'", lambda t: t["TicketId"] in (3, 4)),
        ("createdAt eq '2024-10-27T02:30:00+01:00'", lambda t: t["TicketId"] == 4),
        ("closedAt eq '0001-01-01T00:00:00'", lambda t: t["ClosedAt"] is None),
        ("ticketId oneOf (1, 829, 77777)", lambda t: t["TicketId"] in (1, 829)),
        ("ticketId gt 1000 or ticketId lt 3", lambda t: t["TicketId"] in (1, 2, 1234)),
        ("status eq 'Closed' and not (priority eq 1)", lambda t: t["BaseStatus"] == "Closed" and t["Priority"] != 1),
        ("baseStatus eq 5", lambda t: t["BaseStatus"] == "Merged"),
        ("ticketStatusName eq 'Done'", lambda t: t["TicketStatus"] == 5),
        ("contains(title, 'Right on')", lambda t: "Right on" in t["Title"]),
        ("title begins 'Half past'", lambda t: t["Title"].startswith("Half past")),
        ("title contains '%'", lambda t: "%" in t["Title"]),
        ("title ends 'it''s'", lambda t: t["Title"].endswith("it's")),
        ("categoryFullName begins 'norway/'", lambda t: t["CategoryFullname"].startswith("norway/")),
        ("ownedByName eq ''", lambda t: t["OwnedBy"] == 1),
        ("contactName eq ''", lambda t: t["ContactName"] == ""),
        ("hasAttachment eq true", lambda t: t["HasAttachment"]),
    ]
    for text, keep in cases:
        assert listed(desk, text) == some(keep), text
    assert listed(desk, "lastChanged afterTime '2026-02-18T05:00:00'", headers={"SO-TimeZone": "US-NY"}) == listed(
        desk, cases[0][0]
    )
    assert listed(desk, "ticketStatusName eq 'Lukket'", headers={"SO-Language": "no"}) == some(
        lambda t: t["TicketStatus"] == 3
    )


@pytest.mark.rule("superoffice.odata.order")
def test_orders(desk: Desk) -> None:
    every = desk.all()
    newest = sorted(every, key=lambda each: (each["LastChanged"], -each["TicketId"]), reverse=True)
    assert listed(desk, query="$orderBy=lastChanged%20desc") == [each["TicketId"] for each in newest]
    assert listed(desk, query="$orderby=ticketId%20desc&$top=2") == [1234, 829]
    by_title = sorted(every, key=lambda each: (each["Title"], -each["TicketId"]))
    assert listed(desk, query="$orderby=title,ticketId%20desc") == [each["TicketId"] for each in by_title]
    assert listed(desk, query="$orderby=personFullName,ticketStatusName%20desc") != listed(desk)


@pytest.mark.rule("superoffice.odata.bad")
@pytest.mark.parametrize(
    "query",
    [
        "$select=nonsense",
        "$top=-1",
        "$top=x",
        "$skip=1.5",
        "$top=99999999999",
        "$orderby=title%20up",
        "$orderby=nonsense",
        *(
            f"$filter={quote(each)}"
            for each in (
                "nonsense eq 1",
                "ticketId eq",
                "ticketId eq 'x'",
                "ticketId contains 'x'",
                "title gt 'a'",
                "lastChanged after 'soon'",
                "(ticketId eq 1",
                "ticketId eq 1)",
                "ticketId eq 1 and",
                "and",
                "ticketId",
                "ticketId eq 1 2",
                "'",
                ";",
                "ticketId ! 1",
                "lastChanged between '2026-01-01'",
                "hasAttachment eq 'maybe'",
                "contains(title)",
                "contains(title, 5)",
                "not " * 50 + "ticketId eq 1",
                "(" * 50 + "ticketId eq 1" + ")" * 50,
                "ticketId eq 99999999999",
                "title eq (",
            )
        ),
    ],
)
def test_options_that_mean_nothing(desk: Desk, query: str) -> None:
    reply = desk.get("Ticket", query)
    assert (reply.status, set(reply.json)) == (400, {"Message", "MessageDetail"})


@pytest.mark.rule("superoffice.odata.bad", "superoffice.carrier.hidden_field")
def test_what_a_caller_cannot_read_is_told_in_no_other_way(desk: Desk) -> None:
    blank = {name: {"Mask": "None"} for name in ("Title", "BaseStatus", "ReadStatus", "LastChanged")}
    desk.administer("change rights", user="limited@demo.example", fields=blank, table=None, hidden={})
    for option in (
        "$filter=title begins 'In'",
        "$filter=contains(title, 'i')",
        "$filter=ticketId gt 1 and status eq 'Active'",
        "$orderby=title",
        "$orderby=ticketId,lastChanged desc",
    ):
        reply = desk.get("Ticket", quote(option, safe="$="), login=LIMITED)
        assert (reply.status, set(reply.json)) == (400, {"Message", "MessageDetail"}), option
        assert desk.get("Ticket", quote(option, safe="$=")).status == 200, option
    summary = desk.call("GetTicketSummaries", {"TicketIds": [1]}, login=LIMITED).json[0]
    assert summary["IconHint"] == "Unknown_Unknown"
    for path in ("Ticket/1", "Ticket/1/Simple"):
        since = {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}
        reply = desk.get(path, login=LIMITED, headers=since)
        assert (reply.status, "Last-Modified" in reply.headers) == (200, False)
        assert desk.get(path, headers=since).status == 304


@pytest.mark.rule("superoffice.request.empty_values")
def test_an_empty_text_for_a_date_is_null(desk: Desk) -> None:
    entity = desk.call("GetTicketEntity", b"null", "ticketEntityId=32").json
    for written, kept in (("", False), (None, False), ("2026-05-01T10:00:00", True), ("/Date(1777629600000)/", True)):
        made = desk.call("SaveTicketEntity", {**entity, "TicketId": 0, "Deadline": written}).json
        assert (not made["Deadline"].startswith("0001-")) == kept, written
    for wrong in (5, True, [], "tomorrow"):
        reply = desk.call("SaveTicketEntity", {**entity, "TicketId": 0, "Deadline": wrong})
        assert (reply.status, reply.json["MessageDetail"].startswith("Deadline: ")) == (400, True)


@pytest.mark.rule("superoffice.request.empty_values")
def test_an_empty_text_says_nothing_for_other_types_too(desk: Desk) -> None:
    entity = desk.call("GetTicketEntity", b"null", "ticketEntityId=32").json | {"TicketId": 0}
    usual = desk.call("SaveTicketEntity", {**entity, "Person": None, "Slevel": None, "Category": None}).json
    for empty in ({"TicketCategoryId": ""}, ""):
        made = desk.call("SaveTicketEntity", {**entity, "Person": "", "Slevel": "", "Category": empty}).json
        assert [made[name] for name in ("Person", "Slevel", "Category")] == [
            usual[name] for name in ("Person", "Slevel", "Category")
        ]


def test_custom_fields_are_text(desk: Desk) -> None:
    entity = desk.call("GetTicketEntity", b"null", "ticketEntityId=32").json
    given = {"a": "x", "b": True, "c": 1.5, "d": None, "e": 7}
    made = desk.call("SaveTicketEntity", {**entity, "CustomFields": given}).json
    assert made["CustomFields"] == {"a": "x", "b": "true", "c": "1.5", "d": "", "e": "7"}
    body = json.dumps({**entity, "CustomFields": {"a": "<>"}})
    for literal in ("1.50", "1.0", "0x10", "1" + "0" * 70):
        made = desk.call("SaveTicketEntity", body.replace('"<>"', literal).encode()).json
        assert made["CustomFields"] == {"a": literal}
    for literal in ("829.0", "8e2"):
        refused = desk.call("GetTickets", f'{{"ticketIds":[{literal}]}}'.encode()).json["MessageDetail"]
        assert refused.startswith(f"The value {literal} is no Int32")
    for wrong in ({}, []):
        reply = desk.call("SaveTicketEntity", {**entity, "CustomFields": {"a": wrong}})
        assert (reply.status, reply.json["MessageDetail"]) == (400, 'The custom field "a" takes text.')
