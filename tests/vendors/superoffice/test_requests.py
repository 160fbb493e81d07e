"""What requests may look like: bodies, media types, headers of client libraries, addresses."""

from __future__ import annotations

from typing import Any

import pytest

from mockservers.kernel import catalogue
from tests.vendors import python_words

Desk = Any
BODIES = {
    "json": b'{"TicketIds":[439,829]}',
    "xml": b"<?xml version='1.0'?><GetTicketsRequest><TicketIds><int>439</int><int>829</int></TicketIds></GetTicketsRequest>",
    "x-www-form-urlencoded": b"TicketIds=439&TicketIds=829",
}


@pytest.mark.rule("superoffice.request.media", "superoffice.request.xml", "superoffice.request.form")
def test_each_of_the_seven_media_types(desk: Desk) -> None:
    for media in catalogue.load("superoffice").facts["request_media"]:
        kind = media.rpartition("/")[2]
        body = BODIES.get(kind, BODIES["json"])
        for written in (media, f"{media}; charset=utf-8", media.upper()):
            assert desk.call("GetTickets", body, media=written).ids == [439, 829], written
    for media in ("text/plain", "application/pdf", None):
        reply = desk.call("GetTickets", BODIES["json"], media=media)
        assert (reply.status, list(reply.json)) == (415, ["Message"]), media
    assert "text/plain" in desk.call("GetTickets", BODIES["json"], media="text/plain").json["Message"]
    desk.switch(string_ids="reject")  # in a form and in XML everything is text
    assert desk.call("GetTickets", BODIES["xml"], media="text/xml").ids == [439, 829]
    one = b"<GetTicketsRequest><TicketIds><int>439</int></TicketIds></GetTicketsRequest>"
    assert desk.call("GetTickets", one, media="text/xml").ids == [439]
    for form in (b"TicketIds[0]=439&TicketIds[1]=829", b"ticketids=439&ticketids=829"):
        assert desk.call("GetTickets", form, media="application/x-www-form-urlencoded").ids == [439, 829]
    assert desk.call("GetTickets", b"TicketIds=439", media="application/x-www-form-urlencoded").ids == [439]


@pytest.mark.rule("superoffice.request.charset")
def test_other_charsets(desk: Desk) -> None:
    text = BODIES["json"].decode()
    for body, charset in (
        (text.encode("utf-16"), "utf-16"),
        (text.encode("utf-16-le"), "UTF-16"),
        (text.encode("utf-16"), "utf-8"),
        (b"\xef\xbb\xbf" + text.encode(), "utf-16"),
        (text.encode(), "iso-8859-1"),  # charsets that the framework does not support are read as UTF-8
        (text.encode(), "klingon"),
    ):
        assert desk.call("GetTickets", body, media=f"application/json; charset={charset}").ids == [439, 829], charset
    xml = BODIES["xml"].decode().encode("utf-16")
    assert desk.call("GetTickets", xml, media="text/xml").ids == [439, 829]
    for media in ("application/json", "application/json; charset=iso-8859-1"):
        reply = desk.call("GetTickets", b'{"TicketIds":[1],"x":"\xff"}', media=media)
        assert (reply.status, "bytes [FF] at index 22" in reply.json["MessageDetail"]) == (400, True)


@pytest.mark.rule("superoffice.media.charset")
def test_charsets_of_answers(desk: Desk) -> None:
    plain = desk.tickets(439)
    for accept, charset in (("utf-16", "utf-16"), ("utf-16;q=0.1, utf-8", "utf-8"), ("latin1, *", "utf-8")):
        for media in ("application/json", "application/xml"):
            headers = {"Accept-Charset": accept, "Accept": media}
            reply = desk.tickets(439, headers=headers)
            assert reply.media == f"{media}; charset={charset}"
            assert "Survivor of two mergers" in reply.body.decode(charset)
    assert desk.call("GetTickets", b"{", headers={"Accept-Charset": "utf-16"}).body.startswith(b"\xff\xfe")
    raw, media = BODIES["json"].decode().encode("utf-16"), "application/json; charset=utf-16"
    assert desk.call("GetTickets", raw, media=media).media == plain.media
    desk.switch(answer_charset="of_request")
    assert desk.call("GetTickets", raw, media=media).media == media


WRITTEN = (
    "{\u00a0TicketIds:\u3000[439,\u0085829]}",
    "/* a */ {'TicketIds': [439, 829], // b\n}",
    '{"TicketIds": [439, 829,],}',
    '{"TicketIds": [439, 829]} and more',
    '{"TicketIds": [1], "ticketids": [0x1b7, 829]}',
    '{"TicketIds": [439, 829], "x": NaN}',
)


@pytest.mark.rule("superoffice.request.json_net")
@pytest.mark.parametrize("body", WRITTEN[:-1])
def test_bodies_are_read_as_json_net_reads_them(desk: Desk, body: str) -> None:
    assert desk.call("GetTickets", body.encode()).ids == [439, 829]


@pytest.mark.rule("superoffice.request.json_net", "superoffice.error.bad_request")
def test_what_json_net_cannot_read_is_told_in_its_words(desk: Desk) -> None:
    for body, told in (
        (b"{", "Unexpected end when deserializing object. Path '', line 1, position 1."),
        (b'{"TicketIds": [1 2]}', "encountered: 2. Path 'TicketIds[0]', line 1, position 17."),
        (b"{\n'TicketIds': None}", "Error parsing NaN value. Path 'TicketIds', line 2, position 14."),
        (b"[" * 300, "The reader's MaxDepth of 256 has been exceeded."),
        (WRITTEN[-1].encode(), "No property takes the value NaN."),
        (b'{"TicketIds":[1],"x":new Date(1)}', "No property takes the value new Date(...)."),
    ):
        reply = desk.call("GetTickets", body)
        assert (reply.status, told in reply.json["MessageDetail"]) == (400, True), reply.json


@pytest.mark.rule("superoffice.request.dropped")
@pytest.mark.parametrize(
    ("body", "ids", "told"),
    [
        (b'{"ticketIds":[829],"nonsense":1}', [829], '"nonsense" is dropped: the body takes TicketIds'),
        (b'{"ticketIds":[829],"ticketids":[30]}', [30], '"ticketids" stands in the body more than once'),
        (b'{"ticketIds":[829],"ticketIds":[30]}', [30], '"ticketIds" stands in the body more than once'),
        (b'{"ticketIds":[829],"TicketIds":[1],"ticketIds":[30]}', [30], "more than once; the last counts"),
    ],
)
def test_what_a_body_has_too_much_is_a_finding(desk: Desk, body: bytes, ids: list[int], told: str) -> None:
    reply = desk.call("GetTickets", body)
    assert reply.ids == ids
    assert told in " ".join(note.text for note in reply.entry.notes)


@pytest.mark.rule("superoffice.request.dropped")
def test_what_a_query_has_too_much_is_a_finding(desk: Desk) -> None:
    for query, told in (
        (
            "$select=ticketId&$filtre=ticketId+eq+829",
            '"$filtre" in the query is dropped: this call takes $select, $filter',
        ),
        ("$top=1&foo=bar", '"foo" in the query is dropped'),
        ("$filter=ticketId+eq+829&$Filter=ticketId+eq+30", '"$filter" stands in the query more than once; the first'),
    ):
        reply = desk.get("Ticket", query)
        assert reply.status == 200
        assert told in " ".join(note.text for note in reply.entry.notes), query
    assert not desk.get("Ticket", "$top=1&$orderBy=ticketId").entry.notes


@pytest.mark.rule("superoffice.request.ids", "superoffice.error.bad_request")
def test_ids_are_int32(desk: Desk) -> None:
    assert desk.call("GetTickets", {"TicketIds": ["439", " 829 ", "+1"]}).ids == [439, 829, 1]
    # Json.NET reads no fraction into an Int32, not even an empty one.
    for wrong in ("x", "4 39", "", 2**31, -(2**31) - 1, "99999999999", 1.5, 1.0, True, None, [1], {}, "٣"):
        reply = desk.call("GetTickets", {"TicketIds": [1, wrong]})
        assert (reply.status, list(reply.json)) == (400, ["Message", "MessageDetail"]), wrong
        assert reply.json["Message"] == "The request is invalid."
    assert desk.call("GetTickets", {"TicketIds": [2**31 - 1, -(2**31)]}).json == []
    desk.switch(string_ids="reject")
    assert desk.call("GetTickets", {"TicketIds": ["439"]}).status == 400
    assert "superoffice.error.bad_request" in desk.call("GetTickets", b"{").entry.rules


@pytest.mark.rule("superoffice.request.missing", "superoffice.error.bad_request")
def test_a_body_without_ids(make_desk: Any) -> None:
    desk = make_desk()
    for body in (
        None,
        b"null",
        b"[]",
        b"[439]",
        b"{}",
        b'{"TicketIds":null}',
        b'{"TicketIds":439}',
        b'"x"',
        b"{",
        b"\xff",
    ):
        reply = desk.call("GetTickets", body)
        assert reply.status == 400, body
        assert set(reply.json) == {"Message", "MessageDetail"}
    assert desk.call("GetTickets", {"TicketIds": []}).text == "[]"
    lenient = make_desk(bad_request="200")
    reply = lenient.call("GetTickets", b"{}")
    assert (reply.status, set(reply.json), reply.entry.outcome) == (200, {"Message", "MessageDetail"}, "refused")


@pytest.mark.rule("superoffice.request.npm_headers", "superoffice.time.header")
def test_headers_of_client_libraries(desk: Desk) -> None:
    headers = {
        "so-timezone": "no,INCLUDETZOFFSET",
        "SO-Browser-TZ-Offset": "60",
        "Accept-Language": "",
        "SO-Language": "en",
        "User-Agent": "SO-TS-WebApi/1.0",
    }
    reply = desk.tickets(*range(1, 5000), headers=headers)
    assert reply.status == 200
    assert len(reply.ids) > 290
    assert desk.tickets(1, headers={"Accept-Language": "*"}).json[0]["PriorityName"].startswith('US:"Low"')


@pytest.mark.rule("superoffice.request.get_describes")
def test_get_describes_and_runs_nothing(desk: Desk) -> None:
    reply = desk.get("Agents/Ticket/GetTickets")
    assert reply.status == 200
    assert (reply.json["Name"], reply.json["Request"], reply.json["NsApiSlow"]) == (
        "GetTickets",
        {"TicketIds": "int32[]"},
        2000,
    )
    before = desk.all()
    assert desk.get("agents/ticket/doescalating").json["NsApiSlow"] in (2000, 5000)
    assert desk.all() == before


@pytest.mark.rule("superoffice.address.verbs")
def test_other_verbs(desk: Desk) -> None:
    for verb in ("PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "PROPFIND", "TRACE", "FOO"):
        reply = desk.ask(verb, "/api/v1/Agents/Ticket/GetTickets")
        assert reply.status == 405
        assert reply.headers["Allow"] == "GET, POST"


@pytest.mark.rule("superoffice.address.other", "superoffice.error.rest")
def test_what_is_known_and_what_is_not(desk: Desk) -> None:
    for path in ("Agents/Ticket/DoEscalating", "Agents/Contact/SaveContactEntity", "Ticket/439/Nonsense"):
        reply = desk.ask("POST", f"/api/v1/{path}", body={})
        assert (reply.status, reply.entry.outcome) == (501, "unsupported")
        assert list(reply.json) == ["Error", "ErrorType", "ErrorMessage", "ErrorSource"]
    assert desk.get("Sale").status == 501
    for path in ("Agents/Ticket/GetMyActiveTickets", "Nonsense", "Agents/Ticket", "Agents"):
        assert desk.ask("POST", f"/api/v1/{path}", body={}).status == 404
    assert desk.ask("GET", "/api/v2").status == 404
    assert desk.get("Ticket/77777").json["ErrorMessage"] == "Ticket id 77777 not found"
    assert "superoffice.error.rest" in desk.get("Ticket/77777").entry.rules


@pytest.mark.rule("superoffice.address.roots")
def test_roots(make_desk: Any) -> None:
    desk = make_desk()
    for root in ("", "/SuperOffice", "/superoffice", "/Cust12345", "/CUST12345"):
        assert desk.call("GetTickets", {"TicketIds": [1]}, root=root).ids == [1], root
    for root in ("/Elsewhere", "/a/b"):
        assert desk.call("GetTickets", {"TicketIds": [1]}, root=root).status == 404, root
    moved = make_desk(roots="/CRM")
    assert moved.call("GetTickets", {"TicketIds": [1]}, root="/crm").ids == [1]
    assert moved.call("GetTickets", {"TicketIds": [1]}).status == 404


@pytest.mark.rule("superoffice.address.version")
def test_versions_for_people_and_programs(desk: Desk) -> None:
    page = desk.ask("GET", "/api", login=None)
    assert (page.status, page.media) == (200, "text/html; charset=utf-8")
    block = desk.ask("GET", "/api", login=None, headers={"Accept": "application/json"}).json
    assert block["NetServerVersion"] == "12.4.1514.0"
    addresses = desk.ask("GET", "/SuperOffice/api/v1", login=None, headers={"Accept": "application/json"}).json
    assert addresses["/SuperOffice/api/v1/Agents/Ticket/GetTickets"] == {"POST": "Ticket[]"}
    assert desk.ask("POST", "/api", login=None).status == 405


@pytest.mark.rule("superoffice.address.state")
def test_the_state_of_a_tenant(desk: Desk) -> None:
    def state() -> tuple[str, bool]:
        found = desk.ask("GET", "/api/state/cust12345", login=None).json
        return found["State"], found["IsRunning"]

    assert state() == ("Running", True)
    desk.administer("set state", state="OnlineMaintenance")
    assert state() == ("OnlineMaintenance", True)
    assert desk.tickets(1).status == 200
    desk.administer("set state", state="OfflineMaintenance")
    assert state() == ("OfflineMaintenance", False)
    desk.administer("move", host="sod2.example")
    assert desk.ask("GET", "/api/state/Cust12345", login=None).json["Endpoint"] == "http://sod2.example/Cust12345"
    assert desk.ask("GET", "/api/state/nobody", login=None).status == 404


@pytest.mark.rule("superoffice.limit.maintenance")
def test_offline_maintenance(desk: Desk) -> None:
    desk.administer("set state", state="OfflineMaintenance")
    reply = desk.tickets(1)
    assert (reply.status, reply.body) == (503, b"")


@pytest.mark.rule("superoffice.zone.list")
def test_zones(desk: Desk) -> None:
    assert {"NO", "UTC", "US-NY"} <= {each["IsoCode"] for each in desk.get("TimeZone").json}
    assert desk.get("TimeZone/base").json == {"TimeZoneId": 261, "IsoCode": "NO", "Name": "Europe/Oslo"}
    desk.switch(base_zone="us-ny")
    assert desk.get("TimeZone/base").json["IsoCode"] == "US-NY"


@pytest.mark.rule("superoffice.user.principal")
def test_who_is_logged_in(desk: Desk) -> None:
    found = desk.get("User/currentPrincipal").json
    assert (found["UserName"], found["EjUserId"], found["AssociateId"]) == ("demo@demo.example", 10, 11)
    assert found["DatabaseContextIdentifier"] == "Cust12345"


ENTITY = {
    "TicketId": 1,
    "Title": "x",
    "OwnedBy": {"AssociateId": 1},
    "Category": {"TicketCategoryId": 1},
    "Deadline": None,
}
ENTITY |= {
    "Slevel": "External",
    "Status": {"TicketStatusId": 1},
    "CustomFields": {"a": "b"},
    "Tags": [{}],
    "Language": "en",
}
MESSAGE = {
    "Ticket": {"TicketId": 1},
    "EjMessageId": 0,
    "Body": "x",
    "Slevel": "External",
    "TimeSpent": 1,
    "Person": {"PersonId": 1},
}
CALLS = {
    "GetTickets": {"TicketIds": [1, 2]},
    "GetTicketSummaries": {"TicketIds": [1]},
    "ResolveTicketId": {"TicketId": 1},
    "SetDeletedStatusByIds": {"TicketIds": [1]},
    "UpdateTicketsReadStatus": {"TicketIds": [1], "NewStatus": "Green"},
    "SaveTicketEntity": ENTITY,
    "MergeTickets": {"MergedTicketEntity": {"TicketId": 1}, "SecondaryTicketIds": [2]},
    "SaveTicketMessageEntity": MESSAGE,
    "GetTicketMessageEntities": {"TicketId": 1, "MessageIds": [1]},
    "DeleteTicketEntity": {"TicketEntityId": 999},
}


@pytest.mark.parametrize("method", CALLS)
def test_no_refusal_speaks_python(make_desk: Any, method: str) -> None:
    desk = make_desk("demo:3")
    for place in python_words.places(CALLS[method]):
        for value in python_words.ODD:
            reply = desk.call(method, python_words.replaced(CALLS[method], place, value))
            told = "" if reply.status in (200, 204) else reply.text
            assert reply.status < 500, (place, value, told)
            assert not python_words.found(told), (place, value, told)
    for raw in (b"None", b"{'a': None}", b"True", b"\xff", b"[" * 300, b"{", b"nul", b"1"):
        told = desk.call(method, raw).text
        assert not python_words.found(told.replace("Error parsing NaN", "")), told
    desk.world.close()


def test_no_refusal_of_a_query_speaks_python(make_desk: Any) -> None:
    desk = make_desk("demo:3")
    for value in ("x", "1.5", "", "9" * 30, "%C2%A0", "'", "a'b"):
        for path, query in (
            ("Agents/Ticket/GetTicket", f"ticketId={value}"),
            ("Ticket", f"$top={value}"),
            ("Ticket", f"$filter=title eq {value}".replace(" ", "%20")),
            ("Ticket", f"$filter=lastChanged afterTime '{value}'".replace(" ", "%20")),
            ("Ticket", f"$orderby={value}"),
            (f"Ticket/{value or 0}", ""),
        ):
            told = desk.ask("POST" if "Agents" in path else "GET", f"/api/v1/{path}", query).text
            assert not python_words.found(told), told
    desk.world.close()
