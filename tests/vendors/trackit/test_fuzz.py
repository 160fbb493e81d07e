"""Anything at all in a request: no undocumented 500, nothing called an error of ours, no record changed by a refusal."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockservers.vendors.trackit.emulator.routes import ASSUMED, EMULATED
from tests.examples import examples

Desk = Any
EXAMPLES = examples(40)
QUIET = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])

PARTS = [
    "tickets",
    "Tickets",
    "TICKETS",
    "101",
    "102",
    "1",
    "0",
    "-1",
    "999",
    "2147483647",
    "2147483648",
    "9" * 60,
    "abc",
    "%00",
    "%ff",
    "%2F",
    "",
    "Notes",
    "Note",
    "AddNote",
    "ChangeStatus",
    "Close",
    "Attachments",
    "Assignments",
    "Templates",
    "module",
    "24",
    "fields",
    "groups",
    "searches",
    "priorityheirarchy",
    "token",
    "technicians",
    "logout",
    "assignments",
    "attachment",
    "solutions",
    "swagger",
    "ui",
    "index",
    "docs",
    "v2",
    "WebApi",
    "..",
    ".",
    "a b",
    "%e2%80%ae",
    "{id}",
    "1;DROP TABLE ticket",
    "é",
    "*",
    "\x7f",
]
ROUTED = sorted({route.path for route in (*EMULATED, *ASSUMED)})
"""Every address that is answered, with places for numbers."""
routed = st.tuples(
    st.sampled_from(ROUTED),
    st.sampled_from(["101", "102", "1004", "1001", "1003", "24", "1", "0", "-1", "9" * 60, "x"]),
).map(lambda pair: "/" + re.sub(r"\{\w+\}", pair[1], pair[0]))
PATHS = [
    "/tickets",
    "/tickets/101",
    "/tickets/101/ChangeStatus",
    "/tickets/101/AddNote",
    "/tickets/101/Close",
    "/groups",
    "/searches",
    "/priorityheirarchy",
    "/token",
    "/tickets/101/Notes/2/1",
    "/tickets/101/Attachments/0/0",
    "/tickets/Templates",
    "/module/24/fields",
]
path = (
    st.lists(st.sampled_from(PARTS), max_size=7).map(lambda parts: "/" + "/".join(parts))
    | st.sampled_from(PATHS)
    | routed
)
query = st.lists(
    st.tuples(
        st.sampled_from(["SystemNote", "systemnote", "maxContentLength", "%00", "", "a"]),
        st.sampled_from(["true", "false", "1", "-1", "x", "", "%ff", "9" * 30, "\x00", "true,false"])
        | st.text(max_size=4),
    ).map("=".join),
    max_size=3,
).map(lambda pairs: "?" + "&".join(pairs) if pairs else "")

KEYS = [
    "Properties",
    "properties",
    "OptionalParams",
    "Note",
    "Note Type",
    "Activity Code",
    "StatusName",
    "Duration",
    "Private",
    "UserName",
    "password",
    "Term",
    "PageSize",
    "PageNumber",
    "ResultFields",
    "CategoryId",
    "updateInput",
    "22",
    "7",
    "8",
    "81",
    "83",
    "84",
    "95",
    "96",
    "100",
    "109",
    "136",
    "141",
    "142",
    "Requestor Phone",
    "Category",
    "1",
    "5",
    "",
    "\x00",
    "999999",
]
leaf = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=10),
    st.sampled_from(
        [
            "Open",
            "Closed",
            "Research",
            "Technician Note",
            "00:10:00",
            "99:99:99",
            "2024-02-29T00:00:00Z",
            "0001-01-01",
            "9999-12-31T23:59:59.999999Z",
            "9999-12-31T23:59:59-14:00",
            "\ud800",
            "1" * 400,
            "x" * 5000,
            "<a" * 500,
            "&" * 500,
            "HELP DESK\\DEMO",
            "demo-password",
            2**63,
            -(2**63) - 1,
            1e308,
            10**400,
        ]
    ),
)
value = st.recursive(
    leaf,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=12,
)
RAW = [
    b"",
    b"null",
    b"{}",
    b"[]",
    b"{",
    b"\xff",
    b"\xef\xbb\xbf{}",
    b'{"a":' * 5000,
    b"[" * 100_000,
    b'{"a":NaN}',
    b'{"a":1e999}',
    b'{"Properties":{"22":"\\ud800"}}',
    b'{"a":' + b"9" * 4400 + b"}",
    b"grant_type=password&username=%&password=",
    b"a=b&c",
    b"<x/>",
    "{'ä': 1}".encode("utf-16"),
    b"\x00" * 100,
    b"{}" + b" " * 5_000_000,
]
body = (
    value.map(lambda each: json.dumps(each).encode("utf-8", "surrogatepass"))
    | st.sampled_from(RAW)
    | st.binary(max_size=30)
)
media = st.sampled_from(
    [
        "application/json",
        "application/json",
        "application/json",
        "text/json",
        "application/x-www-form-urlencoded",
        "text/plain",
        "application/xml",
        "multipart/form-data; boundary=x",
        "",
        "json",
        "application/json; charset=nonsense",
        "\xff",
    ]
)
HEADERS = st.dictionaries(
    st.sampled_from(["Accept", "Authorization", "Host", "Content-Encoding", "Expect", "X-HTTP-Method-Override"]),
    st.sampled_from(
        ["application/xml", "Bearer x", "Basic \xff", "a b:99999", "[::1", "gzip", "\xff", "é", "", "DELETE"]
    ),
    max_size=2,
)
SWITCHES: list[dict[str, Any]] = [
    {"searches": "assumed", "priority_hierarchy": "assumed"},
    {"dialect": "strict"},
    {"dialect": "hostile"},
    {"dialect": "live"},
    {"dialect": "as_printed"},
]


@pytest.fixture(scope="module", params=range(len(SWITCHES)))
def desk(request: pytest.FixtureRequest, make_desk: Any) -> Iterator[Desk]:
    made = make_desk("demo:12", **SWITCHES[request.param])
    made.token("demo")
    made.before = made.everything()
    yield made
    assert "error" not in {entry.outcome for entry in made.world.journal}
    made.world.close()


@QUIET
@given(
    method=st.sampled_from(["GET", "POST", "POST", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "BREW"]),
    path=path,
    query=query,
    body=body,
    media=media,
    headers=HEADERS,
    known=st.booleans(),
)
def test_nothing_breaks_the_wire(
    desk: Desk, method: str, path: str, query: str, body: bytes, media: str, headers: dict[str, str], known: bool
) -> None:
    user = "demo" if known and "Authorization" not in headers else None
    reply = desk.ask(method, f"{path}{query}", body, user=user, media=media, headers=headers)
    assert reply.entry.outcome in ("ok", "refused", "unsupported", "page"), reply.entry.error
    assert reply.status in (200, 400, 401, 403, 404, 405, 415, 501), reply.status
    assert (reply.status == 501) == (reply.entry.outcome == "unsupported")
    if reply.body and "json" in reply.headers["Content-Type"]:
        assert isinstance(reply.json, dict)
    before, desk.before = desk.before, desk.everything()
    if reply.status != 200 or method != "POST":
        assert desk.before == before
    if reply.entry.operation == "logout" and reply.status == 200:
        desk.tokens.clear()


def test_every_bad_value_under_every_number(desk: Desk) -> None:
    bad = [[], {}, "x" * 50, 2**31, -(2**40), 1e300, True, "", "\x00", [[]], {"Value": 1}, "1e5", "NaN", "0x1", "１"]
    for number in (8, 10, 22, 34, 81, 83, 84, 95, 96, 100, 109, 136, 141, 142, 158, 165, 178):
        before = desk.everything()
        statuses = [
            desk.post("/tickets/102", {"Properties": {"85": "not kept when refused", str(number): each}}).status
            for each in bad
        ]
        assert set(statuses) <= {200, 400}
        if 200 not in statuses:
            assert desk.everything() == before
    desk.before = desk.everything()
