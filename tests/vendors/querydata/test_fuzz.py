"""Bad input at the wire: whatever comes, the answer is a documented one, nothing changes, and the journal has no error.

MOCKSERVERS_EXAMPLES raises the number of examples.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from lxml import etree

from mockservers.kernel.journal import Exchange
from tests.examples import examples
from tests.vendors.querydata.desk import (
    ACTION,
    CREATED,
    ID,
    LAST,
    SOAP11,
    SOAP12,
    Desk,
    between,
    envelope,
    equals,
    payload,
)

EXAMPLES = examples(60)
fuzz = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

SENTENCES = (
    "Server was unable to process request. ---> ",
    "Server was unable to read request. ---> ",
    "Server did not recognize the value of HTTP Header SOAPAction: ",
    "Unable to handle request",
    "Possible SOAP version mismatch: ",
    "SOAP header ",
    "There was an exception running the extensions",
)
PLAIN = ("Request format is ", "Missing parameter: json.", "Invalid method name '", "Maximum request length exceeded.")


def documented(done: Exchange, refusal: str | None) -> None:
    """Fail unless the answer is one that the specification has."""
    assert done.status in (200, 400, 405, 415, 500), done
    if done.status in (400, 415):
        assert done.reply_body == b""
    if done.status not in (200, 500):
        return
    kind = dict(done.reply_headers)["Content-Type"].split(";")[0]
    text = done.reply_body.decode()
    if kind in ("text/xml", "application/soap+xml"):
        root = etree.fromstring(done.reply_body)
        if done.status == 500:
            said = "".join(root.itertext())
            assert any(sentence in said for sentence in SENTENCES), said
    elif done.status == 500 and refusal not in (
        "AUTH",
        "JSON",
        "REQUEST",
        "VALUE",
    ):  # those say it in words of their own
        assert any(sentence in text for sentence in PLAIN) or "is not valid" in text or "was not found" in text, text


class Target:
    """A desk with some tickets; `strike` sends, checks the answer, the journal and that nothing changed."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.id = desk.create()
        desk.act(self.id, "Assign")
        self.before = self._records()

    def _records(self) -> str:
        return json.dumps([self.desk.other("list"), self.desk.other("list", tenant="other-customer")])

    def strike(self, *args: Any, **more: Any) -> Exchange:
        done = self.desk.http(*args, **more)
        entry = self.desk.last
        documented(done, entry.refusal)
        assert entry.outcome in ("ok", "refused", "page"), (entry.outcome, entry.error)
        return done

    def unchanged(self) -> None:
        assert self._records() == self.before


@pytest.fixture(params=["default", "lenient", "fault"])
def target(request: pytest.FixtureRequest, make: Callable[..., Desk]) -> Iterator[Target]:
    made = Target(make(request.param, data="demo:30"))
    yield made
    made.unchanged()


texts = st.text(st.characters(), max_size=12)
"""Any text, halves of surrogate pairs included, which JSON can spell."""
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
values = st.one_of(
    json_values,
    st.from_regex(r"\A[0-9?/]{1,6}[/.-][0-9]{1,2}[/.-][0-9]{1,2} [0-9]{2}:[0-9]{2}(:[0-9]{2})?-[0-9/: ]{0,20}\Z"),
    st.datetimes().map(lambda at: f"{at:%Y/%m/%d %H:%M}-9999/12/31 23:59"),
    st.integers(0, 10**30).map(str),
    st.sampled_from(["0001/01/01 00:00-9999/12/31 23:59", "' OR 1=1 --", "508513040'; DROP TABLE querydata_ticket;--"]),
)
filters = st.fixed_dictionaries(
    {
        "Field": st.sampled_from([LAST, ID, CREATED]) | json_values,
        "Operation": st.sampled_from(["TIME_BETWEEN", "EQUALS"]) | json_values,
        "Value": values,
    }
)
members = st.fixed_dictionaries(
    {
        "AuthCode": st.just("DEMO-AUTH-CODE") | json_values,
        "ItemType": st.just("Ticket") | json_values,
        "ResultType": st.sampled_from(["Summary", "Details"]) | json_values,
        "ResultFormat": st.sampled_from(["JSON", "XML"]) | json_values,
        "UseWarehouse": st.booleans() | json_values,
        "Filters": st.lists(filters, max_size=3) | json_values,
    }
)


@fuzz
@example(asked={"QueryData_V1": {"AuthCode": "half \ud800", "\ud800": 1}})
@example(asked={"QueryData_V1": {"AuthCode": "DEMO-AUTH-CODE", "ItemType": "\ud800"}})
@given(asked=st.one_of(members.map(lambda held: {"QueryData_V1": held}), json_values))
def test_any_json(target: Target, asked: Any) -> None:
    target.strike(envelope(_carried(json.dumps(asked))))
    target.strike(envelope(_carried(json.dumps(asked, ensure_ascii=False))))
    target.strike("json=" + quote(json.dumps(asked)), tail="/QueryData", media="application/x-www-form-urlencoded")


def _carried(text: str) -> str:
    """Without what XML or UTF-8 cannot carry; other tests send that as bytes."""
    return "".join(
        sign for sign in text.encode("utf-8", "replace").decode() if sign >= " " and sign not in "\ufffe\uffff"
    )


@fuzz
@given(
    body=st.binary(max_size=300),
    media=st.sampled_from(
        ["text/xml", "application/soap+xml", "text/xml; charset=utf-16", "text/xml; charset=idna", "x", None]
    ),
    action=st.sampled_from([ACTION, None, "", '"', "%", "\xff"]),
    verb=st.sampled_from(["POST", "POST", "POST", "GET", "PUT"]),
    tail=st.sampled_from(["", "", "/", "/QueryData", "/%51", "//", "/QueryData/x", "/js"]),
    query=st.sampled_from(["", "op=QueryData", "op", "wsdl", "op=%00", "%", "&" * 500]),
)
def test_any_bytes(target: Target, **more: Any) -> None:
    target.strike(**more)


GOOD = envelope(json.dumps(payload("Details", equals("1")))).encode()


@fuzz
@given(
    cuts=st.lists(
        st.tuples(st.integers(0, len(GOOD)), st.integers(0, 20), st.binary(max_size=12)), min_size=1, max_size=4
    ),
    soap=st.sampled_from([SOAP11, SOAP12]),
)
def test_damaged_envelopes(target: Target, cuts: list[tuple[int, int, bytes]], soap: str) -> None:
    body = bytearray(GOOD.replace(SOAP11.encode(), soap.encode()))
    for at, length, put in cuts:
        body[at : at + length] = put
    target.strike(bytes(body))
    target.strike(bytes(body), action=None, media="application/soap+xml")


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
BOMBS = {
    "billion laughs": f'<!DOCTYPE x [<!ENTITY l0 "lol">{LAUGHS}]>' + envelope("X").replace("X", "&l8;"),
    "external entity": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>' + envelope("X").replace("X", "&e;"),
    "external subset": '<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">' + envelope("X"),
    "parameter entity": '<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/hostname"> %p;]>' + envelope("X"),
    "undeclared entity": envelope("X").replace("X", "&e;"),
    "deep": "<a>" * 100_000,
    "deep and whole": envelope("X").replace("X", "<a>" * 300 + "</a>" * 300),
    "many attributes": "<a " + " ".join(f'a{n}="1"' for n in range(20_000)) + "/>",
    "many children": envelope("X").replace("<json>", "<b/>" * 20_000 + "<json>"),
    "many headers": envelope("X").replace("<s:Body>", "<s:Header>" + "<b/>" * 20_000 + "</s:Header><s:Body>"),
    "inclusion": envelope("X").replace(
        "X", '<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="/etc/hostname"/>'
    ),
    "processing instruction": envelope("X").replace("<json>", '<?xml-stylesheet href="x"?><json>'),
    "deep json": envelope("[" * 1_000_000),
    "long number": envelope('{"QueryData_V1":' + "9" * 100_000 + "}"),
    "many members": envelope(json.dumps({"QueryData_V1": {f"a{n}": n for n in range(20_000)}})),
    "null bytes": "\0" * 1000,
}


@pytest.mark.parametrize("name", list(BOMBS))
def test_bombs(target: Target, name: str) -> None:
    for more in ({}, {"action": None}, {"media": "application/soap+xml", "action": None}):
        done = target.strike(BOMBS[name], **more)
        assert b"root:" not in done.reply_body
        assert len(done.reply_body) < 5000
    kept = target.desk.last.exchange
    assert kept is not None
    assert len(kept.body) <= 1 << 16, "a long body is cut in the journal"


@fuzz
@given(action=st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40))
@example(action="</soap:Fault><x>")
@example(action='a"b&<>\x80')
def test_headers_are_echoed_as_text(target: Target, action: str) -> None:
    done = target.strike(GOOD, action=action)
    if done.status == 500:
        etree.fromstring(done.reply_body)


@fuzz
@given(body=st.binary(max_size=60).map(lambda raw: b"json=" + raw) | st.binary(max_size=60))
def test_forms(target: Target, body: bytes) -> None:
    target.strike(body, tail="/QueryData", media="application/x-www-form-urlencoded")


def test_a_window_over_all_time(target: Target) -> None:
    for zone in ("UTC", "Pacific/Kiritimati", "America/New_York"):
        target.desk.switch(time_zone=zone)
        for ends in (
            "0001/01/01 00:00-0001/01/01 00:01",
            "0001/01/01 00:00-9999/12/31 23:59",
            "9999/12/31 23:59-9999/12/31 23:59",
        ):
            for bounds in ("exact_minute", "whole_minute", "end_exclusive"):
                target.desk.switch(window_bounds=bounds)
                target.strike(envelope(json.dumps(payload("Summary", between(LAST, ends)))))
