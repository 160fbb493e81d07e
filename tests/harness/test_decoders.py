"""Readers: each form in which a vendor says something, and bytes that say nothing."""

from __future__ import annotations

import json
from datetime import datetime
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockservers.harness.decoders import line
from mockservers.harness.history import Exchanged
from mockservers.vendors.get_tickets.contract import decoder as get_tickets
from mockservers.vendors.querydata.contract import decoder as querydata
from tests.examples import examples
from tests.harness.conftest import exchanged

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"


def envelope(inside: str) -> bytes:
    return f'<s:Envelope xmlns:s="{SOAP}"><s:Body>{inside}</s:Body></s:Envelope>'.encode()


def asking(result: str, field: str, value: str, warehouse: bool = False, **more: object) -> bytes:
    """A QueryData request."""
    payload = {"ResultType": result, "UseWarehouse": warehouse, "Filters": [{"Field": field, "Value": value}], **more}
    text = escape(json.dumps({"QueryData_V1": payload}))
    return envelope(f'<QueryData xmlns="http://tempuri.org/"><json>{text}</json></QueryData>')


def builder(text: str) -> bytes:
    """A QueryData answer."""
    return envelope(f"<QueryDataResponse><QueryDataResult>{escape(text)}</QueryDataResult></QueryDataResponse>")


def test_what_a_querydata_request_wants() -> None:
    window = querydata.asked(
        exchanged(1, body=asking("Summary", "LastActionDateTime", "2026/03/02 10:00-2026/03/02 10:05"))
    )
    assert (window.result, window.warehouse, window.id) == ("Summary", False, None)
    assert window.window == (datetime(2026, 3, 2, 10, 0), datetime(2026, 3, 2, 10, 5))
    one = querydata.asked(exchanged(1, body=asking("Details", "UtilisphereID", "508513040")))
    assert (one.result, one.id, one.window) == ("Details", "508513040", None)
    bulk = querydata.asked(exchanged(1, body=asking("Summary", "CreateDate", "?", warehouse=True)))
    assert (bulk.warehouse, bulk.window) == (True, None)


@pytest.mark.parametrize(
    ("received", "status", "said"),
    [
        (builder('{"UtilisphereIDs":[1,2]}'), 200, querydata.Said("ids", ("1", "2"))),
        (builder('"UtilisphereIDs":[1]}'), 200, querydata.Said("ids", ("1",))),
        (builder('{"UtilisphereIDs":null}'), 200, querydata.Said("ids")),
        (builder("{}"), 200, querydata.Said("ids")),
        (builder('{"Tickets":[{"a":1}]}'), 200, querydata.Said("tickets", tickets=({"a": 1},))),
        (builder('{"Tickets":[]}'), 200, querydata.Said("tickets")),
        (builder('{"Error":{"Code":"AUTH"}}'), 200, querydata.Said("error", code="AUTH")),
        (
            builder("<QueryData_V1><Error><Code>VALUE</Code></Error></QueryData_V1>"),
            200,
            querydata.Said("error", code="VALUE"),
        ),
        (
            builder("<QueryData_V1><UtilisphereIDs><UtilisphereID>7</UtilisphereID></UtilisphereIDs></QueryData_V1>"),
            200,
            querydata.Said("ids", ("7",)),
        ),
        (
            envelope("<s:Fault><faultstring>x ---> AuthCode is not authorized.</faultstring></s:Fault>"),
            500,
            querydata.Said("error", code="AUTH"),
        ),
        (envelope("<s:Fault><faultstring>broken</faultstring></s:Fault>"), 500, querydata.Said("error", code="FAULT")),
        (builder("not JSON"), 200, querydata.Said("unusable")),
        (builder("[1]"), 200, querydata.Said("unusable")),
        (b"", 200, querydata.Said("unusable")),
        (None, 200, querydata.Said("unusable")),
        (None, None, querydata.Said("unusable")),
        (b"<h2>Service Unavailable</h2>", 503, querydata.Said("unusable")),
    ],
)
def test_what_a_querydata_answer_says(received: bytes | None, status: int | None, said: querydata.Said) -> None:
    assert querydata.said(exchanged(1, received=received, status=status)) == said


TICKETS = (
    (b'<?xml version="1.0"?><tickets><ticket><tid>1</tid><cid>a%2bb</cid></ticket></tickets>', "xml"),
    (b'{"tickets":[{"tid":"1","cid":"a%2bb"}]}', "json"),
    (b"tid=1&cid=a%2bb\r\n", "delimited"),
)


@pytest.mark.parametrize(("body", "form"), TICKETS)
def test_tickets_in_every_format(body: bytes, form: str) -> None:
    assert get_tickets.said(exchanged(1, received=body)) == get_tickets.Said(
        "tickets", ((("tid", "1"), ("cid", "a%2bb")),)
    )


def test_a_name_that_comes_twice_is_there_twice() -> None:
    for body in (b'{"tickets":[{"tid":"1","cid":"a","cid":"b"}]}', b"tid=1&cid=a&cid=b"):
        (ticket,) = get_tickets.said(exchanged(1, received=body)).tickets
        assert ticket == (("tid", "1"), ("cid", "a"), ("cid", "b"))


@pytest.mark.parametrize(
    ("received", "status", "kind"),
    [
        (b'<?xml version="1.0"?><response><error>Invalid+API+key</error></response>', 200, "error"),
        (b'{"response":[{"error":"Invalid+API+key"}]}', 401, "error"),
        (b"error=Invalid+API+key", 200, "error"),
        (b"<?xml version='1.0'?><response><count>12</count></response>", 200, "count"),
        (b"count=12", 200, "count"),
        (b'<?xml version="1.0"?><tickets></tickets>', 200, "tickets"),
        (b'{"tickets":[]}', 200, "tickets"),
        (b"", 200, "tickets"),
        (b"", 500, "unusable"),
        (b"{", 200, "unusable"),
        (b"<tickets>", 200, "unusable"),
        (b"<html/>", 200, "unusable"),
        (b"something else", 200, "unusable"),
        (None, 200, "unusable"),
    ],
)
def test_what_a_get_tickets_answer_says(received: bytes | None, status: int, kind: str) -> None:
    said = get_tickets.said(exchanged(1, received=received, status=status))
    assert said.kind == kind
    assert said.text == {"error": "Invalid API key", "count": "12"}.get(kind, "")


def test_variables_are_read_as_the_server_reads_them() -> None:
    assert get_tickets.asked(exchanged(1, target="/API/?KEY=***&Page=2&subject=a+b%26c")) == {
        "key": "***",
        "page": "2",
        "subject": "a b&c",
    }
    posted = exchanged(
        1,
        method="POST",
        target="/API/?page=2",
        headers=(("content-type", "application/x-www-form-urlencoded; charset=utf-8"),),
        body=b"KEY=***&page=1&tid=%2A",
    )
    assert get_tickets.asked(posted) == {"key": "***", "page": "2", "tid": "*"}


def test_a_line_of_delimited_text_ends_at_its_own_mark_alone() -> None:
    (ticket,) = get_tickets.said(exchanged(1, received="tid=1&opened_by=a\u2028b\u0085c&cid=d\r\n".encode())).tickets
    assert ticket == (("tid", "1"), ("opened_by", "a\u2028b\u0085c"), ("cid", "d"))


@settings(max_examples=examples(100), database=None, deadline=None)
@given(st.binary(max_size=80) | st.text(max_size=80).map(lambda text: builder(text.replace("\x00", ""))))
def test_readers_never_raise(body: bytes) -> None:
    for exchange in (exchanged(1, received=body, body=body, target=body.decode("latin-1")),):
        querydata.asked(exchange)
        querydata.said(exchange)
        get_tickets.asked(exchange)
        get_tickets.said(exchange)
        assert " -> " in line("querydata", exchange)
        assert " -> " in line("get_tickets", exchange)


@pytest.mark.parametrize(
    ("vendor", "exchange", "words"),
    [
        (
            "get_tickets",
            exchanged(1, target="/API/?KEY=***&action=get_tickets&tid=*", received=b"tid=1"),
            "tid=* -> 1 ticket(s)",
        ),
        ("get_tickets", exchanged(1, target="/API/?key=***", received=b"error=No+key"), "a request -> error 'No key'"),
        ("get_tickets", exchanged(1, target="/API/?tid=2", received=b"count=12"), "tid=2 -> count 12"),
        ("get_tickets", exchanged(1, target="/API/?tid=2", received=None), "tid=2 -> unusable"),
        (
            "querydata",
            exchanged(1, body=b"<x/>", received=builder('{"UtilisphereIDs": ["5", "6"]}')),
            "a request -> ids 5, 6",
        ),
        ("querydata", exchanged(1, received=builder("{}")), "a request -> ids none"),
        ("querydata", exchanged(1, received=builder('{"Error": {"Code": "AUTH"}}')), "a request -> error AUTH"),
        ("querydata", exchanged(1, request_known=False, status=503), "a request that nobody read -> status 503"),
        ("get_tickets", exchanged(1, request_known=False, status=None), "a request that nobody read -> broke off"),
        ("somebody_new", exchanged(1, method="GET", target="/a?b=c"), "GET /a -> status 200"),
        ("somebody_new", exchanged(1, method="POST", target="/a", status=None), "POST /a -> no answer"),
    ],
)
def test_an_exchange_in_words(vendor: str, exchange: Exchanged, words: str) -> None:
    assert line(vendor, exchange) == words
