"""What tickets refer to: companies, people and lists, by agents and at REST addresses."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from mockservers.kernel.rules import Misuse

Desk = Any


def agent(desk: Desk, method: str, body: Any = b"null", query: str = "", **more: Any) -> Any:
    return desk.ask("POST", f"/api/v1/Agents/{method}", query, body=body, **more)


@pytest.mark.rule("superoffice.contact.carrier", "superoffice.person.carrier", "superoffice.result.null")
def test_ids_of_tickets_lead_to_companies_and_people(empty: Desk) -> None:
    ticket = empty.ticket(empty.create(CustId=3))
    person = agent(empty, "Person/GetPerson", query=f"personId={ticket['CustId']}").json
    assert len(person) == 43
    shared = {"FullName": "PersonFullname", "ContactId": "ContactId", "ContactName": "ContactName"}
    shared |= {"Firstname": "PersonFirstname", "MiddleName": "PersonMiddleName", "Lastname": "PersonLastname"}
    assert {name: person[name] for name in shared} == {name: ticket[of] for name, of in shared.items()}
    assert (person["Email"], person["DirectPhone"]) == ("vincent@mueller.example", "+47 22 000003")
    company = agent(empty, "contact/getcontact", query=f"contactId={ticket['ContactId']}").json
    assert (len(company), company["Name"]) == (26, "Müller & Söhne <GmbH>")
    entity = agent(empty, "Person/GetPersonEntity", query="personEntityId=3").json
    assert (len(entity), entity["Contact"]) == (69, company)
    assert [each["Value"] for each in entity["Emails"]] == ["vincent@mueller.example"]
    assert entity["OfficePhones"][0]["StrippedValue"] == "+4722000003"
    assert entity["UpdatedDate"] == entity["CreatedDate"] == "2024-10-18T12:03:00+02:00"
    assert entity["BirthDate"].startswith("0001-01-01")
    full = agent(empty, "Contact/GetContactEntity", query="contactEntityId=2").json
    assert (len(full), full["Persons"]) == (47, [person])
    for path, found in (("Person/3", entity), ("Contact/2", full)):
        linked = empty.get(path).json
        assert linked.pop("_Links") == {"Self": path, "Archive": path[:-2]}
        assert linked == found
    assert (empty.get("Person/3/Simple").json, empty.get("Contact/2/Simple").json) == (person, company)
    assert agent(empty, "Person/GetPersonsFromContact", {"ContactId": 2}).json == [person]
    nobody = agent(empty, "Person/GetPerson", query="personId=999")
    assert (nobody.status, nobody.json) == (200, None)
    selected = empty.get("Person/3", "$select=fullName,emails").json
    assert {name for name, value in selected.items() if value is not None} == {"FullName", "Emails", "_Links"}
    german = empty.get("Person/3", headers={"SO-TimeZone": "UTC"})
    assert german.json["UpdatedDate"] == "2024-10-18T10:03:00Z"


@pytest.mark.rule("superoffice.person.carrier", "superoffice.request.missing", "superoffice.request.ids")
def test_several_by_their_ids(empty: Desk) -> None:
    found = agent(empty, "Person/GetPersonList", [4, 1, 4, 999])
    assert [each["PersonId"] for each in found.json] == [4, 1]
    assert [each["ContactId"] for each in agent(empty, "Contact/GetContactList", [123]).json] == [123]
    statuses = agent(empty, "List/GetTicketStatusList", [5, 3]).json
    assert [each["TicketStatusId"] for each in statuses] == [5, 3]
    for body in ({"PersonIds": [1]}, b"null", b"[1", [1, "x"], [2**40]):
        assert agent(empty, "Person/GetPersonList", body).status == 400


@pytest.mark.rule("superoffice.list.tickets", "superoffice.list.mdo")
def test_lists(empty: Desk) -> None:
    statuses = agent(empty, "List/GetTicketStatuses").json
    assert statuses == empty.get("List/TicketStatus/Items").json
    entity = empty.call("GetTicketEntity", b"null", f"ticketEntityId={empty.create()}").json
    assert entity["Status"] in statuses
    assert agent(empty, "List/GetTicketStatusEntity", query="ticketStatusEntityId=1").json == statuses[0]
    for method, path, member in (
        ("GetAllTicketPriorities", "TicketPriority", "Priority"),
        ("GetTicketCategories", "TicketCategory", "Category"),
        ("GetTicketTypes", "TicketType", "TicketType"),
    ):
        found = agent(empty, f"List/{method}", {"IncludeDeleted": False}).json
        assert found == empty.get(f"List/{path}/Items").json
        assert entity[member] in found
    short = agent(empty, "List/GetTicketPriorities", b"", headers={"Accept-Language": "en"}).json
    assert [(each["Id"], each["Value"]) for each in short] == [(1, "Low"), (2, "Medium"), (3, "High")]
    named = agent(empty, "MDO/GetSimpleList", {"Name": "ticketstatus"}, headers={"Accept-Language": "no"}).json
    assert (len(named), named[0]["Id"], named[0]["Name"]) == (9, 1, "Åpen")
    assert empty.get("MDOList/TicketStatus", headers={"Accept-Language": "no"}).json == named
    people = empty.get("MDOList/associate").json
    assert [(each["Id"], each["Name"]) for each in people] == [(11, "Demo User"), (10, "Anne Berg"), (12, "Kim Strand")]
    tree = empty.get("MDOList/ejcategory").json
    assert [each["Id"] for each in tree] == [1, 4]
    assert tree[1]["ChildItems"][0]["ChildItems"][0]["FullName"] == "norway/product A/support"
    flat = empty.get("MDOList/ejcategory", "flat=true").json
    assert flat == agent(empty, "MDO/GetList", {"Name": "ejcategory", "ForceFlatList": True}).json
    assert (len(flat), flat[5]["FullName"], flat[5]["ChildItems"]) == (7, "norway/product A/support", [])
    assert agent(empty, "MDO/GetList", {"Name": "ejcategory"}).json == tree
    assert agent(empty, "MDO/GetSimpleList", {}).status == 400
    assert empty.get("MDOList/nonsense").status == agent(empty, "MDO/GetSimpleList", {"Name": "x"}).status == 501


@pytest.mark.rule("superoffice.error.rest", "superoffice.address.other", "superoffice.address.agent")
def test_what_is_not_there_and_what_is_not_emulated(empty: Desk) -> None:
    for path in ("Person/999", "Contact/0", "Contact/x", "Person/999/Simple"):
        assert empty.get(path).status == 404
    for verb, path in (("PUT", "Person/1"), ("POST", "Contact/1"), ("DELETE", "Contact/1"), ("GET", "Person/1/Image")):
        assert empty.ask(verb, f"/api/v1/{path}", body={} if verb != "GET" else None).status == 501
    assert agent(empty, "Person/SavePersonEntity", {}).status == 501
    assert empty.ask("PUT", "/api/v1/MDOList/ticketstatus", body={}).status == 405
    told = empty.get("Agents/person/getperson").json
    assert (told["Name"], told["Url"]) == ("GetPerson", "/api/v1/Agents/Person/GetPerson")
    assert agent(empty, "person/getperson", query="personId=1").status == 200


@pytest.mark.rule("superoffice.person.changed")
def test_a_change_of_a_person_changes_no_ticket(empty: Desk) -> None:
    ticket = empty.create(CustId=1)
    before = empty.truth(ticket)
    empty.advance(3600)
    empty.administer("change person", number=1, email="new@acmecorp.example", last="Smith")
    truth = empty.truth(ticket)
    assert truth["LastChanged"] == before["LastChanged"]
    assert (truth["PersonEmail"], truth["PersonFullname"]) == ("new@acmecorp.example", "John Smith")
    entity = empty.get("Person/1").json
    assert (entity["Emails"][0]["Value"], entity["UpdatedDate"]) == (
        "new@acmecorp.example",
        "2026-03-02T12:00:00+01:00",
    )
    empty.administer("rename", kind="contact", number=1, name="Acme")
    assert empty.get("Contact/1").json["UpdatedDate"] == entity["UpdatedDate"]
    assert empty.ticket(ticket)["ContactName"] == "Acme"
    with pytest.raises(Misuse, match="no person 999"):
        empty.administer("change person", number=999)


@pytest.mark.rule("superoffice.odata.relations", "superoffice.odata.list")
@pytest.mark.parametrize(
    ("path", "options", "ids"),
    [
        ("Person", "", [1, 2, 3, 4]),
        ("Person", "$top=2&$skip=1", [2, 3]),
        ("Person", "$filter=contactId gt 1&$orderby=contactId desc", [2, 3]),
        ("Person", "$filter=lastName begins 'N' or email/emailAddress contains 'acme'", [1, 2]),
        ("Person", "$filter=not (personId oneOf (1,2)) and firstName ne 'Åsa'", [3]),
        ("Person", "$filter=endswith(fullName,'Privat')", [4]),
        ("Person", "$filter=personUpdatedDate afterTime '2026-03-02T10:30:00'", [2]),
        ("Person", "$filter=personUpdatedDate before '2026-01-01' and personId lt 2", [1]),
        ("Person", "$filter=personRegisteredDate between '2024-10-18','2024-10-18' and personId between 2,3", [2, 3]),
        (
            "Person",
            "$filter=personUpdatedDate ne '2024-10-18T10:01:00' and personUpdatedDate is '2024-10-18T10:03:00'",
            [3],
        ),
        ("Person", "$orderby=firstName,personId desc", [1, 2, 3, 4]),
        ("Person", "$filter=middleName eq 'van'", [3]),
        ("Contact", "$orderby=name desc", [123, 2, 1]),
        ("Contact", "$filter=nameDepartment contains 'Söhne <'", [2]),
        ("Archive/simplecontact", "$filter=contactId notOneOf (1,2)", [123]),
        ("Archive/Person", "$filter=contactId eq 0", [4]),
    ],
)
def test_people_and_companies_are_listed_like_tickets(empty: Desk, path: str, options: str, ids: list[int]) -> None:
    empty.advance(3600)
    empty.administer("change person", number=2, email="new@nordic.example")
    found = empty.get(path, quote(options, safe="=&$"), headers={"SO-TimeZone": "NO"})
    assert found.status == 200, found.text
    assert [int(each["PrimaryKey"]) for each in found.json["value"]] == ids


@pytest.mark.rule("superoffice.odata.relations", "superoffice.odata.bad")
def test_what_a_list_of_people_shows(empty: Desk) -> None:
    options = "$select=fullName,email/emailAddress,contact/name,personUpdatedDate&$filter=personId eq 3"
    for zone in ("NO", "UTC"):
        (row,) = empty.get("Person", quote(options, safe="=&$"), headers={"SO-TimeZone": zone}).json["value"]
        assert row == {
            "PrimaryKey": "3",
            "EntityName": "person",
            "fullName": "Vincent van Gogh",
            "email/emailAddress": "vincent@mueller.example",
            "contact/name": "Müller & Söhne <GmbH>",
            "personUpdatedDate": "2024-10-18T10:03:00Z",
        }
    for wrong in (
        "$filter=ticketId eq 1",
        "$select=lastChanged",
        "$orderby=title",
        "$filter=personId contains '1'",
        "$top=x",
    ):
        assert empty.get("Person", quote(wrong, safe="=&$")).status == 400
    assert empty.get("Person", "$entities=ticket").status == empty.get("Archive/Sale").status == 501


def talked(empty: Desk) -> tuple[int, int, list[int]]:
    """Two tickets with messages, and the numbers of all messages: what was asked, and two answers an hour apart."""
    one, two = empty.create(Title="first", CustId=3), empty.create(Title="second", CustId=1)
    sent = {"Ticket": {"TicketId": one}, "Author": "me", "Slevel": "Internal"}
    for body in ("Plain", "Größe & <b>"):
        empty.advance(3600)
        assert empty.call("SaveTicketMessageEntity", {**sent, "Body": body}).status == 200
    return one, two, [int(each["PrimaryKey"]) for each in empty.get("Archive/TicketMessage").json["value"]]


@pytest.mark.rule("superoffice.odata.messages", "superoffice.odata.list")
@pytest.mark.parametrize(
    ("options", "which"),
    [
        ("", [0, 1, 2, 3]),
        ("$top=2&$skip=1", [1, 2]),
        ("$top=0", []),
        ("$filter=createdAt afterTime '2026-03-02T11:30:00'", [2, 3]),
        ("$filter=createdAt afterTime '2026-03-02T12:00:00' and slevel eq 'internal'", [3]),
        ("$filter=slevel ne Internal&$orderby=ticketMessageId desc", [1, 0]),
        ("$filter=ticket/title eq 'second'", [1]),
        ("$filter=body contains '<b>' or ticket/title eq 'second'", [1, 3]),
        ("$filter=ticket/status eq Active and not (author eq 'me')", [0, 1]),
        ("$orderby=createdAt desc", [3, 2, 0, 1]),
        ("$orderby=ticket/title desc,createdAt", [1, 0, 2, 3]),
    ],
)
def test_messages_of_all_tickets_are_listed(empty: Desk, options: str, which: list[int]) -> None:
    _, _, numbers = talked(empty)
    assert len(numbers) == 4
    found = empty.get("Archive/TicketMessage", quote(options, safe="=&$"), headers={"SO-TimeZone": "NO"})
    assert found.status == 200, found.text
    assert [int(each["PrimaryKey"]) for each in found.json["value"]] == [numbers[n] for n in which]


@pytest.mark.rule("superoffice.odata.messages", "superoffice.odata.bad")
def test_what_a_list_of_messages_shows(empty: Desk) -> None:
    one, _, numbers = talked(empty)
    options = "$select=body,slevel,important,createdAt,ticketId,ticket/title,ticket/personId,ticket/lastChanged,ticket/closedAt"
    options += f"&$filter=ticketId eq {one} and ticketMessageId gt {numbers[2]}"
    (row,) = empty.get("archive/ticketmessage", quote(options, safe="=&$")).json["value"]
    ticket = empty.ticket(one)
    assert row == {
        "PrimaryKey": str(numbers[3]),
        "EntityName": "ticketmessage",
        "body": "Größe & <b>",
        "slevel": "Internal",
        "important": False,
        "createdAt": "2026-03-02T13:00:00+01:00",
        "ticketId": one,
        "ticket/title": "first",
        "ticket/personId": 3,
        "ticket/lastChanged": ticket["LastChanged"],
        "ticket/closedAt": ticket["ClosedAt"],
    }
    for wrong in ("$orderby=body", "$select=lastChanged", "$filter=slevel eq 'Secret'", "$filter=slevel gt 'Internal'"):
        assert empty.get("Archive/TicketMessage", quote(wrong, safe="=&$")).status == 400, wrong
    assert empty.get("Archive/TicketMessage", "$entities=ticket").status == 501


@pytest.mark.rule("superoffice.odata.messages", "superoffice.result.no_access")
def test_messages_of_hidden_tickets_are_not_listed(empty: Desk) -> None:
    one, _, numbers = talked(empty)
    empty.administer("change rights", user="demo@demo.example", hidden={"CustId": [3]})
    found = empty.get("Archive/TicketMessage").json["value"]
    assert [int(each["PrimaryKey"]) for each in found] == numbers[1:2]
    assert empty.get("Archive/TicketMessage", quote(f"$filter=ticketId eq {one}", safe="=&$")).json["value"] == []
    blank = {"Title": {"Mask": "None"}}
    empty.administer("change rights", user="demo@demo.example", hidden={}, fields=blank)
    assert empty.get("Archive/TicketMessage", quote("$filter=ticket/title eq 'first'", safe="=&$")).status == 400
    rows = empty.get("Archive/TicketMessage", quote("$select=ticket/title", safe="=&$")).json["value"]
    assert {each["ticket/title"] for each in rows} == {""}
