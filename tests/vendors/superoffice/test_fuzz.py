"""Anything at all in a request: no undocumented 500, nothing called an error of ours, no record changed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockservers.vendors.superoffice.emulator.model import ATTACHMENTS, CATALOGUE, DIRECTORY, MESSAGES, TICKETS
from mockservers.vendors.superoffice.emulator.routes import EMULATED
from mockservers.vendors.superoffice.emulator.webhooks import HOOKS
from tests.examples import examples

Desk = Any
FORM = "application/x-www-form-urlencoded"
EXAMPLES = examples(20)
READING = sorted(
    name for name in EMULATED if name.startswith("Get") or name in ("ResolveTicketId", "CreateDefaultTicketEntity")
)
WRITING = sorted(EMULATED - set(READING))
MEDIA = [
    "application/json",
    "text/xml",
    "application/x-www-form-urlencoded",
    "application/json; charset=utf-16",
    "text/plain",
    "",
    "application/merge-patch+json",
    "application/json; charset=utf-99",
    "x" * 300,
    "multipart/form-data; boundary=x",
]
XXE = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><GetTicketsRequest><TicketIds><int>&b;</int></TicketIds></GetTicketsRequest>'
LAUGHS = (
    b'<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
    b"<r><TicketIds><int>&c;</int></TicketIds></r>"
)
BODIES = [
    XXE,
    LAUGHS,
    b"{" * 5000,
    b"[" * 100_000,
    b'{"TicketIds":' + b"[" * 200 + b"]" * 200 + b"}",
    b"<a>" * 3000,
    b"\xff\xfe",
    b"\x00",
    b'{"TicketIds":[1e400]}',
    b'{"TicketIds":[NaN]}',
    b'{"TicketIds":[' + b"9" * 5000 + b"]}",
    b'{"TicketIds":"\\ud800"}',
    b'{"\\ud800":1}',
    b"<r><TicketIds><int>\xff</int></TicketIds></r>",
    b"TicketIds=%ff&TicketIds[999999999999]=1",
    b"&&&=&=1",
    b"TicketIds=1&" * 20_000,
    b'{"TicketIds":[1],"ticketids":[2]}',
    b"<r xmlns:x='y'><x:TicketIds/></r>",
    b"<?xml version='1.0'?>",
    json.dumps({"TicketIds": list(range(20_000))}).encode(),
    b'{"NewEntity":[]}',
    b'{"TicketId":{"$ref":"1"}}',
    b"\xef\xbb\xbf{}",
    b'{"Title":1,"Category":[],"Person":"x","Tags":5,"CustomFields":7}',
    b'{"Ticket":{"TicketId":[]}}',
    b"'x'",
    b"// x\n{}",
]
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "TicketIds",
                    "TicketId",
                    "Title",
                    "Category",
                    "OwnedBy",
                    "AssociateId",
                    "Deadline",
                    "Ticket",
                    "x",
                    "NewEntity",
                    "MessageIds",
                    "Status",
                    "NewStatus",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)
body = st.sampled_from(BODIES) | values.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=60)
HEADERS = st.dictionaries(
    st.sampled_from(
        [
            "Accept",
            "Accept-Language",
            "SO-Language",
            "SO-Culture",
            "SO-TimeZone",
            "Cookie",
            "SO-AppToken",
            "If-Modified-Since",
            "If-Unmodified-Since",
            "X-XSRF-TOKEN",
            "SO-Browser-TZ-Offset",
        ]
    ),
    st.sampled_from(
        [
            "*",
            "x",
            ",,,;;;",
            "en;q=9, de;q=x",
            "text/xml;q=0",
            "*/*;q=0.0.1",
            "NO,NO,UTC",
            "999999",
            "\x80\xff",
            "a=b;;=;c",
            "Wed, 99 Foo 2026 99:99:99 GMT",
            "Wed, 18 Feb 0001 10:00:00 GMT",
            "q" * 3000,
            "includeTZOffset,",
            "é",
        ]
    ),
    max_size=4,
)
PATHS = [
    "/api",
    "/api/v1",
    "/api/v1/",
    "/api/v1//Ticket",
    "/api/state/x",
    "/api/state/%00",
    "/api/v1/Ticket",
    "/api/v1/Ticket/0",
    "/api/v1/Ticket/-1",
    "/api/v1/Ticket/1/Messages",
    f"/api/v1/Ticket/{'9' * 400}",
    "/api/v1/Archive/'",
    "/api/v1/Contact/x/Tickets",
    "/api/v1/Person/99999999999/Tickets",
    "/api/v1/Ticket/default",
    "/api/v1/TimeZone/base/x",
    "/Cust67890/api/v1/Ticket",
    "/login/common/oauth/tokens",
    "/api/v1/Agents/Ticket/GetTickets/x",
    "/%2e%2e/api/v1/Ticket",
    "/api/v1/%F0%9F",
    "/SuperOffice/API/V1",
    "/api/v1/openapi.json",
    "/api/v1/Agents//",
    "/api/v1/User/currentPrincipal",
]
odata = st.lists(
    st.sampled_from(
        [
            "ticketId",
            "title",
            "lastChanged",
            "closedAt",
            "status",
            "personFullName",
            "contactId",
            "hasAttachment",
            "eq",
            "ne",
            "gt",
            "contains",
            "begins",
            "afterTime",
            "between",
            "oneOf",
            "and",
            "or",
            "not",
            "(",
            ")",
            ",",
            "1",
            "'x'",
            "''",
            "'2026-01-01'",
            "'9999-12-31T23:59:59-14:00'",
            "'0001-01-01T00:00:00'",
            "'%'",
            "-5",
            "datetime",
            "contains(",
            "null",
            "'2024-13-45'",
            "99999999999",
            "'\x00'",
            "true",
            "=",
            "'" + "x" * 2000 + "'",
        ]
    ),
    max_size=9,
).map(" ".join) | st.text(max_size=30)
query = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "$filter",
                "$orderby",
                "$select",
                "$top",
                "$skip",
                "$mode",
                "ticketId",
                "ticketEntityId",
                "%24SELECT",
                "fk",
                "",
                "grant_type",
                "refresh_token",
            ]
        ),
        odata.map(lambda text: quote(text.encode("utf-8", "surrogatepass")))
        | st.sampled_from(
            [
                "1",
                "-1",
                "x",
                "%ff",
                "%00",
                "9" * 30,
                "title",
                "title%20desc",
                "a/b,,c",
                "TicketId,Category/x",
                "true",
                "%u12",
            ]
        ),
    ).map("=".join),
    max_size=4,
).map("&".join)
SWITCHES: list[dict[str, Any]] = [
    {},
    {"dialect": "netserver"},
    {"dialect": "strict"},
    {"dialect": "hostile"},
    {"dialect": "older", "data": "demo:70"},
    {"deployment": "online", "xml_namespaces": "datacontract", "auth_error_body": "message", "base_zone": "AU-LH"},
]
EXPECTED = {200, 204, 304, 400, 401, 403, 404, 405, 406, 412, 415, 421, 429, 501, 503}


@pytest.fixture(scope="module", params=range(len(SWITCHES)))
def desk(request: pytest.FixtureRequest, make_desk: Any) -> Iterator[Desk]:
    made = make_desk(**{"data": "demo:60", **SWITCHES[request.param]})
    made.login = "Bearer 8A:Cust12345.REVNTy1UT0tFTg"
    yield made
    assert "error" not in {entry.outcome for entry in made.world.journal}
    made.world.close()


TABLES = (TICKETS, MESSAGES, ATTACHMENTS, DIRECTORY, HOOKS)


def state(desk: Desk) -> list[Any]:
    """Every row but those of sessions, which logging in may renew."""
    with desk.world.installation("superoffice").store.transaction() as db:
        return [[tuple(row) for row in db.execute(sa.select(table))] for table in TABLES]


def fine(reply: Any) -> None:
    assert reply.entry.outcome in ("ok", "refused", "unsupported", "unmatched", "page"), reply.entry.error
    assert reply.status in EXPECTED
    assert b"root:" not in reply.body


QUIET = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@QUIET
@given(
    method=st.sampled_from(READING),
    body=body,
    media=st.sampled_from(MEDIA),
    headers=HEADERS,
    query=query,
    keyed=st.booleans(),
)
def test_reading_changes_nothing(
    desk: Desk, method: str, body: bytes, media: str, headers: Any, query: str, keyed: bool
) -> None:
    before = state(desk)
    fine(desk.call(method, body, query, media=media, headers=headers, login="" if keyed else None))
    assert state(desk) == before


@QUIET
@given(method=st.sampled_from(WRITING), body=body, media=st.sampled_from(MEDIA), headers=HEADERS)
def test_what_is_refused_changes_nothing(desk: Desk, method: str, body: bytes, media: str, headers: Any) -> None:
    before = state(desk)
    reply = desk.call(method, body, media=media, headers=headers)
    fine(reply)
    if reply.entry.outcome != "ok":
        assert state(desk) == before


@QUIET
@given(
    verb=st.sampled_from(["GET", "HEAD", "PUT", "PATCH", "OPTIONS", "BREW", "POST"]),
    query=query,
    headers=HEADERS,
    path=st.sampled_from(PATHS)
    | st.text(max_size=20).map(lambda text: "/api/v1/" + quote(text.encode("utf-8", "surrogatepass"))),
)
def test_any_address(desk: Desk, verb: str, path: str, query: str, headers: Any) -> None:
    before = state(desk)
    reply = desk.ask(verb, path, query, body=b"{" if verb in ("POST", "PUT") else None, headers=headers)
    fine(reply)
    assert reply.entry.outcome != "ok" or verb == "GET" or path.startswith("/login")
    assert state(desk) == before


@QUIET
@given(text=odata, order=odata, headers=HEADERS)
def test_any_option_of_a_list(desk: Desk, text: str, order: str, headers: Any) -> None:
    def written(value: str) -> str:
        return quote(value.encode("utf-8", "surrogatepass"))

    fine(desk.get("Ticket", f"$filter={written(text)}&$orderby={written(order)}&$top=3", headers=headers))


ENDPOINTS = [each for each in CATALOGUE.facts["endpoints"] if each["emulate"] != "skip"]
"""Every address that is answered: agents' methods, and those of REST."""
placed = st.sampled_from(["1", "2", "5", "0", "-1", "9" * 20, "x", "%00", "ticketstatus", "Ticket", "Cust12345", "''"])
PATCHES = st.lists(
    st.fixed_dictionaries(
        {
            "op": st.sampled_from(["replace", "add", "remove", "test", "move", "x"]),
            "path": st.sampled_from(
                ["/Title", "/Events/0", "/TargetUrl", "/OwnedBy", "/State", "", "/x/y", "Title", "~2"]
            ),
            "value": values,
        }
    ),
    max_size=3,
).map(lambda value: json.dumps(value).encode())


@QUIET
@given(
    endpoint=st.sampled_from(ENDPOINTS),
    id_=placed,
    body=body | PATCHES,
    media=st.sampled_from(MEDIA),
    headers=HEADERS,
    query=query,
)
def test_any_endpoint(desk: Desk, endpoint: Any, id_: str, body: bytes, media: str, headers: Any, query: str) -> None:
    """What is not done changes nothing, and what reads neither, whichever agent or address it is of."""
    before = state(desk)
    path = re.sub(r"\{\w+\}", id_, endpoint["path"])
    sent = body if endpoint["method"] in ("POST", "PUT", "PATCH") else None
    reply = desk.ask(endpoint["method"], path, query, body=sent, media=media, headers=headers)
    fine(reply)
    if reply.entry.outcome != "ok" or endpoint["method"] == "GET":
        assert state(desk) == before


ALIKE = {
    "AddAttachments",
    "GetAttachmentEntity",
    "GetAttachmentInfo",
    "GetAttachmentInfoNonInline",
    "GetTicketAttachments",
    "RemoveMessageAttachments",
}
"""Methods whose bodies are read by the same lines as those of others."""


def test_every_bad_body_for_every_method(desk: Desk) -> None:
    before = [each for each in desk.all() if each["TicketId"] <= 1234]
    for method in sorted(name for name in EMULATED - ALIKE if not name.startswith("CreateDefault")):
        for body in BODIES:
            media = {b"<": "text/xml", b"T": FORM, b"&": FORM}.get(body[:1], "application/json")
            if method not in ("SaveTicketEntity", "SetDeletedStatusByIds", "UndeleteByIds") or b"TicketId" not in body:
                fine(desk.call(method, body, media=media))  # what is left out may mean something
    assert [each for each in desk.all() if each["TicketId"] <= 1234] == before
