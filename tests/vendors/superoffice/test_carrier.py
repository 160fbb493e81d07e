"""The Ticket carrier: its properties, their types, and what stands for nothing."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from lxml import etree

from mockservers.kernel import catalogue

Desk = Any
FIELDS = catalogue.load("superoffice")["Ticket"].fields
NAMES = [field.name for field in FIELDS]
UNSET = "0001-01-01T01:00:00+01:00"


@pytest.mark.rule(
    "superoffice.carrier.properties",
    "superoffice.carrier.value_types",
    "superoffice.carrier.unset_strings",
    "superoffice.carrier.seconds",
    "superoffice.carrier.unset_dates",
)
def test_every_ticket_has_all_properties_in_order_and_of_their_types(desk: Desk) -> None:
    ids = [each["TicketId"] for each in desk.all()]
    tickets = desk.tickets(*ids).json
    assert len(NAMES) == 65
    assert len(tickets) == len(ids)
    kinds = {"integer": int, "text": str, "datetime": str, "boolean": bool}
    for ticket in tickets:
        assert list(ticket) == NAMES
        for field in FIELDS[:-2]:
            value = ticket[field.name]
            if field.name == "CustId" and value is None:
                continue
            assert type(value) is kinds[field.type], field.name
            if field.type == "datetime":
                assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", value)
    assert tickets[0]["ClosedAt"] == tickets[0]["Activate"] == UNSET
    assert tickets[0]["PersonMiddleName"] == ""


@pytest.mark.rule("superoffice.carrier.no_person", "superoffice.carrier.person", "superoffice.carrier.no_company")
def test_person_and_company(desk: Desk) -> None:
    nobody, null = desk.ticket(33), desk.ticket(34)
    assert (nobody["CustId"], null["CustId"]) == (-1, None)
    for ticket in (nobody, null):
        assert [ticket[name] for name in ("PersonFirstname", "PersonFullname", "ContactId", "ContactName")] == [
            "",
            "",
            0,
            "",
        ]
    vincent, private = desk.ticket(40), desk.ticket(38)
    assert [vincent[f"Person{part}"] for part in ("Firstname", "MiddleName", "Lastname", "Fullname")] == [
        "Vincent",
        "van",
        "Gogh",
        "Vincent van Gogh",
    ]
    assert (vincent["ContactId"], vincent["ContactName"]) == (2, "Müller & Söhne <GmbH>")
    assert (private["PersonFullname"], private["ContactId"], private["ContactName"]) == ("Åsa Privat", 0, "")


@pytest.mark.rule("superoffice.carrier.not_merged")
def test_connect_id_of_what_is_not_merged(desk: Desk) -> None:
    assert [desk.ticket(id_)["ConnectId"] for id_ in (46, 47, 49)] == [-1, 0, 439]
    assert desk.ticket(desk.create())["ConnectId"] == 0
    desk.switch(unset_connect="captured")
    assert desk.ticket(desk.create())["ConnectId"] == -1


@pytest.mark.rule(
    "superoffice.carrier.no_owner",
    "superoffice.carrier.created_by",
    "superoffice.carrier.two_user_spaces",
    "superoffice.carrier.login_names",
)
def test_owners_and_makers(desk: Desk) -> None:
    nobody, crossed, mine = desk.ticket(31), desk.ticket(32), desk.ticket(1)
    assert [nobody[name] for name in ("OwnedBy", "OwnedByName", "OwnedByAssociateId", "CreatedBy")] == [1, "", 0, 1]
    assert [crossed[name] for name in ("OwnedBy", "OwnedByName", "OwnedByAssociateId")] == [11, "ANNE", 10]
    assert [mine[name] for name in ("OwnedBy", "OwnedByName", "OwnedByAssociateId")] == [10, "DEMO", 11]
    assert (crossed["CreatedBy"], crossed["CreatedByName"]) == (10, "DEMO")
    by_hand = desk.act("create", fields={}, by="ANNE")["fields"]
    assert (by_hand["CreatedBy"], by_hand["CreatedByName"]) == (11, "ANNE")
    assert desk.act("create", fields={})["fields"]["CreatedBy"] == 1


@pytest.mark.rule("superoffice.carrier.enums_as_names")
def test_every_published_name(desk: Desk) -> None:
    tickets = desk.tickets(*range(1, 53), 439, 829).json
    enums = catalogue.load("superoffice").facts["enums"]
    for name, table in (
        ("Origin", "TicketOrigin"),
        ("Slevel", "TicketSecurityLevel"),
        ("ReadStatus", "TicketReadStatus"),
    ):
        assert {each[name] for each in tickets} >= set(enums[table]), name
    assert {each["BaseStatus"] for each in tickets} == {
        "Unknown",
        "Active",
        "Closed",
        "Postponed",
        "Deleted",
        "Merged",
        "Spam",
    }


@pytest.mark.rule(
    "superoffice.carrier.status",
    "superoffice.carrier.priority",
    "superoffice.carrier.category",
    "superoffice.carrier.type",
    "superoffice.carrier.links",
    "superoffice.carrier.units",
    "superoffice.carrier.sentiment",
)
def test_names_links_and_numbers(desk: Desk) -> None:
    waiting, done = desk.ticket(29), desk.ticket(30)
    assert (waiting["TicketStatusDisplayValue"], waiting["BaseStatus"]) == ("Closed - waiting", "Active")
    assert (done["TicketStatusDisplayValue"], done["BaseStatus"]) == ("Done", "Closed")
    assert (desk.ticket(32)["CategoryName"], desk.ticket(32)["CategoryFullname"]) == (
        "support",
        "norway/product A/support",
    )
    assert desk.ticket(1, SO_Language="de")["PriorityName"] == "Niedrig"
    assert (desk.ticket(1)["TicketTypeId"], desk.ticket(1)["TicketTypeName"]) == (1, "Support Request")
    linked, free = desk.ticket(38), desk.ticket(37)
    names = ("SaleId", "SaleHeading", "ProjectId", "ProjectName", "FormSubmissionId")
    assert [linked[name] for name in names] == [1, "100 licences", 1, "Portal", 0]
    assert [free[name] for name in names] == [0, "", 0, "", 0]
    assert desk.ticket(47)["FormSubmissionId"] == 9
    units = desk.ticket(35)
    assert [units[name] for name in ("TimeToReply", "TimeSpentInternally", "TimeSpent")] == [120, 7200, 90]
    assert [desk.ticket(id_)["Sentiment"] for id_ in (36, 37, 38)] == [-40, 0, 75]


@pytest.mark.rule("superoffice.carrier.status")
def test_a_status_of_the_customers_own(desk: Desk) -> None:
    made = desk.administer(
        "add status", name={"US": "On the moon", "NO": "På månen"}, base="Active", counter="Externally"
    )
    number = max(int(each) for each in made["fields"]["status"])
    assert desk.act("change", id="1", fields={"TicketStatus": number})["fields"]["BaseStatus"] == "Active"
    assert desk.ticket(1, SO_Language="no")["TicketStatusDisplayValue"] == "På månen"
    assert desk.act("change", id="1", fields={"TicketStatus": 5})["fields"]["BaseStatus"] == "Closed"
    desk.administer("rename", number=number, name={"NO": "Et annet sted"})
    desk.act("change", id="1", fields={"TicketStatus": number})
    assert desk.ticket(1)["TicketStatusDisplayValue"] == 'US:"On the moon";NO:"Et annet sted";'


@pytest.mark.rule("superoffice.carrier.field_properties")
def test_field_properties(desk: Desk) -> None:
    properties = desk.ticket(1)["FieldProperties"]
    assert list(properties) == NAMES[:-2]
    assert properties["Title"] == {"FieldRight": None, "FieldType": "System.String", "FieldLength": 255}
    assert properties["TicketId"] == {"FieldRight": None, "FieldType": "System.Int32", "FieldLength": 4}
    assert properties["CreatedAt"]["FieldType"] == "System.DateTime"
    assert properties["BaseStatus"] == {"FieldRight": None, "FieldType": "System.Int16", "FieldLength": 2}
    assert properties["CategoryFullname"]["FieldLength"] == 0


@pytest.mark.rule("superoffice.carrier.grows", "superoffice.carrier.extra")
def test_carriers_grow(desk: Desk) -> None:
    desk.switch(carrier_version="client_10")
    older = desk.tickets(24, 18, 19).json
    assert [name for name in NAMES if name not in older[0]] == ["TicketTypeId", "TicketTypeName"]
    assert older[0]["BaseStatus"] == older[1]["Origin"] == older[2]["Origin"] == "Unknown"
    desk.switch(carrier_version="page_2022")
    assert len(desk.ticket(1)) == 55
    assert "Sentiment" not in desk.ticket(1)["FieldProperties"]
    desk.switch(carrier_version="current", extra_property="Hologram")
    assert list(desk.ticket(1)) == [*NAMES, "Hologram"]
    assert desk.ticket(1, "$select=ticketid")["Hologram"] is None


# --- $select ----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("superoffice.select.nulls", "superoffice.select.case", "superoffice.select.key")
def test_select_nulls_everything_else(desk: Desk) -> None:
    found = desk.ticket(439, "$select=title,LASTCHANGED")
    assert list(found) == NAMES
    assert {name for name, value in found.items() if value is not None} == {"Title", "LastChanged"}
    assert len([each for each in desk.ticket(439).values() if each is None]) == 1  # TableRight
    assert desk.ticket(439, "%24select=title,%20ticketid%20")["TicketId"] == 439
    assert desk.ticket(439, "$select=,%20") == desk.ticket(439)
    noted = desk.tickets(439, query="$select=title").entry.notes
    assert [note.rule for note in noted] == ["superoffice.select.key"]
    desk.switch(select_keeps_key="yes")
    assert desk.ticket(439, "$select=title")["TicketId"] == 439


@pytest.mark.rule("superoffice.select.nulls")
def test_select_in_other_modes(desk: Desk) -> None:
    desk.switch(select_mode="omit")
    assert list(desk.ticket(439, "$select=title,ticketid")) == ["TicketId", "Title"]
    assert desk.tickets(439, 829, query="$select=nothing").json == [{}, {}]
    assert desk.tickets(439, query="$select=fieldproperties").json[0].keys() == {"FieldProperties"}
    desk.switch(select_mode="default_value")
    found = desk.ticket(439, "$select=title")
    assert [
        found[name] for name in ("TicketId", "CreatedAt", "Author", "OwnedBy", "CustId", "HasAttachment", "BaseStatus")
    ] == [0, UNSET, "", 1, -1, False, "Unknown"]
    assert found["TableRight"] is None


@pytest.mark.rule(
    "superoffice.select.path",
    "superoffice.select.unknown",
    "superoffice.select.generic_sample",
    "superoffice.select.not_odata",
)
def test_the_pages_sample_selects_one_property(desk: Desk) -> None:
    found = desk.tickets(32, query="$select=name,department,category/id")
    assert {name: value for name, value in found.json[0].items() if value is not None} == {"Category": 6}
    odata = desk.tickets(32, query="$select=ticketStatusName,createdAt").json[0]
    assert {name for name, value in odata.items() if value is not None} == {"CreatedAt"}


# --- media ------------------------------------------------------------------------------------------------------------


@pytest.mark.rule("superoffice.media.accept", "superoffice.media.json", "superoffice.media.xml")
@pytest.mark.parametrize("media", catalogue.load("superoffice").facts["answer_media"])
def test_each_answer_type(desk: Desk, media: str) -> None:
    reply = desk.tickets(439, 34, headers={"Accept": media})
    assert reply.media == f"{media}; charset=utf-8"
    if media.endswith("xml"):
        root = etree.fromstring(reply.body)
        assert root.tag == "ArrayOfTicket"
        tickets = [{child.tag: child for child in ticket} for ticket in root]
        assert [ticket["TicketId"].text for ticket in tickets] == ["439", "34"]
        assert list(tickets[0]) == [name for name in NAMES if name != "TableRight"]
        assert "CustId" not in tickets[1]
        assert tickets[0]["PersonMiddleName"].text is None
        assert tickets[0]["HasAttachment"].text == "false"
        assert tickets[0]["FieldProperties"].findtext("Title/FieldLength") == "255"
        other = desk.tickets(439).json[0]
        for name, value in other.items():
            if isinstance(value, (int, str)) and not isinstance(value, bool):
                assert (tickets[0][name].text or "") == str(value)
    else:
        assert [each["TicketId"] for each in reply.json] == [439, 34]
    plain = desk.tickets(439, headers={"Accept": "text/html, text/*;q=0.5, application/json;q=0.4"})
    assert plain.media == "text/json; charset=utf-8"
    assert desk.tickets(1, headers={"Accept": "application/json"}).media == "application/json; charset=utf-8"
    assert desk.tickets(1).media == "application/json; charset=utf-8"
    assert "superoffice.media.xml" in desk.tickets(1, headers={"Accept": "text/xml"}).entry.rules


@pytest.mark.rule("superoffice.media.xml")
def test_the_frameworks_own_xml(make_desk: Any) -> None:
    desk = make_desk(xml_namespaces="datacontract")
    reply = desk.tickets(34, query="$select=title", headers={"Accept": "text/xml"})
    root = etree.fromstring(reply.body)
    space = "{http://schemas.datacontract.org/2004/07/SuperOffice.WebApi.Data}"
    assert root.tag == f"{space}ArrayOfTicket"
    nil = "{http://www.w3.org/2001/XMLSchema-instance}nil"
    assert root[0].find(f"{space}TicketId").get(nil) == "true"
    assert root[0].findtext(f"{space}Title") == "No person: null"
    assert etree.fromstring(desk.tickets(headers={"Accept": "text/xml"}).body).tag == f"{space}ArrayOfTicket"
    one = etree.fromstring(desk.call("GetTicket", query="ticketId=77777", headers={"Accept": "text/xml"}).body)
    assert one.get(nil) == "true"


@pytest.mark.rule("superoffice.media.unknown")
def test_an_accept_that_fits_nothing(make_desk: Any) -> None:
    desk = make_desk()
    assert desk.tickets(1, headers={"Accept": "image/png"}).media == "application/json; charset=utf-8"
    strict = make_desk(accept_unknown="406")
    reply = strict.tickets(1, headers={"Accept": "image/png"})
    assert (reply.status, list(json.loads(reply.body))) == (406, ["Message"])
    assert strict.tickets(1, headers={"Accept": "image/png, */*;q=0.1"}).status == 200


@pytest.mark.rule("superoffice.select.unknown", "superoffice.select.generic_sample", "superoffice.select.not_odata")
def test_names_that_are_no_property_are_a_finding(desk: Desk) -> None:
    def told(query: str, method: str = "GetTickets", body: bytes = b'{"TicketIds": [1]}') -> list[str]:
        entry = desk.call(method, body, query).entry
        return [note.text for note in entry.notes if note.rule == "superoffice.select.unknown"]

    (sentence,) = told("$select=ticketId,name,department,category/id")
    assert '"name", "department": a Ticket has no such property' in sentence
    for query in ("nonsense", "*", "Title;Priority", "ticketStatusName", "category.id"):
        assert len(told(f"$select=ticketId,{query}")) == 1, query
    assert told("$select=name,department,category/id")
    assert told("$select=ticketId,TITLE, category/id") == []
    assert "a TicketEntity has no" in told("ticketEntityId=1&$select=title,nonsense", "GetTicketEntity", b"null")[0]
