"""Hostile and malformed requests at the control API and at the mounts.

Nothing may answer an undocumented 500, hang, or leave a trace where it should not. `MOCKSERVERS_EXAMPLES` asks for more
examples than the few of `make test`.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import re
import socket
import tracemalloc
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode
from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from mockservers import registry
from mockservers.kernel import catalogue
from mockservers.kernel.journal import Journal
from mockservers.kernel.operations import Recipe
from mockservers.kernel.people import CUSTOMER
from mockservers.kernel.rules import Misuse
from mockservers.kernel.world import World, WorldConfig, Worlds
from mockservers.server import mounts
from mockservers.server.http import Server
from tests.examples import examples
from tests.server import toy
from tests.server.conftest import START, Api
from tests.server.wires import Wire

EXAMPLES = examples(60)
hostile = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

REAL = registry.names()
MOUNTED = [each for each in mounts.all_mounts() if each.vendor in REAL]


def everyone(name: str) -> Any:
    return toy.emulator(name) if name == "toy" else registry.emulator(name)


@pytest.fixture(scope="module")
def shared() -> Iterator[Server]:
    config = WorldConfig(mode="frozen", start=START, data={name: Recipe("demo", 5) for name in ("toy", *REAL)})
    worlds = Worlds(everyone, config)
    with Server(worlds, mounts=(*toy.MOUNTS, *MOUNTED), most_body=1 << 20) as opened:
        opened.grace = 0.1
        yield opened
    worlds.close()


def data_of(world: World) -> dict[str, tuple[bytes, Any]]:
    there = {name: world.installation(name) for name in ("toy", *REAL)}
    return {name: (each.store.dump(), each.tenants.dump()) for name, each in there.items()}


# --- the control API --------------------------------------------------------------------------------------------------

words = st.sampled_from(
    [
        "",
        "default",
        "toy",
        "demo",
        "none",
        "name",
        "vendor",
        "clock",
        "key",
        "f1",
        "c1",
        "1",
        "shut",
        "'; DROP TABLE",
        "\x00",
        "é",
        "🎫",
    ]
) | st.text(max_size=8)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | words
    | st.sampled_from(
        [2**63, -(2**63) - 1, 10**400, "5m", "1e999d", "2026-03-01T10:00:00Z", "9999-12-31T23:59:59-23:59", 1e308]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=5,
)
NAMES = ("toy", *REAL)
SWITCHES = [(name, switch) for name in NAMES for switch in everyone(name).dialects.switches]
KINDS = {name: sorted(catalogue.load(name).entities) for name in REAL}
"""The kinds of records that each vendor's catalogue has."""
FIELDS = {
    name: {kind: [each.name for each in held.fields] for kind, held in catalogue.load(name).entities.items()}
    for name in REAL
}
THERE = "/records/THERE"
"""A record that there is, of the kind that the call names."""


def takes(says: str) -> dict[str, Any]:
    """What an action takes, by the names that its words tell, each with a value that some action takes."""
    return dict.fromkeys(re.findall(r"`(\w+)`", says), "1")


DEEDS = [
    (name, record, {"action": action, **takes(says)})
    for name in NAMES
    for record, actions in ((THERE, everyone(name).actions), (f"/records/{CUSTOMER}", everyone(name).administrator))
    for action, says in actions.items()
]
"""Whatever people can do at each vendor, and its administrator: all that an emulator says of itself."""
GOOD: list[tuple[str, str, dict[str, Any]]] = [
    (
        "POST",
        "/worlds",
        {"name": "a", "seed": 1, "clock": {"mode": "scaled", "rate": 2, "now": "2026-03-01T10:00:00Z"}},
    ),
    *(("POST", "/worlds", {"name": "b", "data": {name: "demo:2"}, "dialects": {name: {}}}) for name in NAMES),
    ("GET", "/worlds/default", {}),
    ("POST", "/worlds/default/reset", {}),
    ("POST", "/worlds/default/checkpoint", {"name": "x"}),
    ("POST", "/worlds/default/restore", {"name": "x"}),
    ("PUT", "/clock", {"mode": "scaled", "now": "2026-03-01T10:00:00Z", "rate": 3.5}),
    ("POST", "/clock/advance", {"by": "5m"}),
    ("POST", "/tenants", {"vendor": "toy", "name": "x", "dialect": "default"}),
    ("POST", "/credentials", {"vendor": "toy", "tenant": "demo", "kind": "key", "secret": "abcdef", "facts": {}}),
    ("POST", "/credentials/c1/revoke?vendor=toy", {"at": "2026-03-01T10:00:00Z"}),
    ("POST", "/credentials/c1/expire?vendor=toy", {"at": None}),
    *(("PUT", "/dialect", {"vendor": name, "switches": {switch: "x"}}) for name, switch in SWITCHES),
    ("PUT", "/dialect", {"vendor": "toy", "tenant": "demo", "named": "dotted"}),
    *(("POST", "/records", {"vendor": name, "tenant": "demo", "fields": {}, "delay": 1}) for name in NAMES),
    *(("PATCH", "/records/1", {"vendor": name, "fields": {"subject": "x"}}) for name in NAMES),
    *(("POST", f"{record}/act", {"vendor": name, **deed}) for name, record, deed in DEEDS),
    *(("DELETE", f"/records/1?vendor={name}", {}) for name in NAMES),
    *(("GET", f"/records?vendor={name}", {}) for name in NAMES),
    ("POST", "/faults", {"kind": "refuse", "settings": {"refusal": ""}, "vendor": "toy", "operation": "Echo"}),
    ("POST", "/faults", {"kind": "cut", "settings": {"after_bytes": 5}, "times": 2, "until": "2026-03-01T10:00:00Z"}),
    ("DELETE", "/faults/f1", {}),
    ("GET", "/journal", {}),
    (
        "POST",
        "/verify",
        {"vendor": "toy", "operation": "Echo", "body": {"a.b": 1}, "count": 1, "then": [{"at_most": 2}]},
    ),
    ("POST", "/verify", {"path": {"matches": "a+"}, "query": {"q": {"absent": True}}, "end": "2026-03-01T10:00:00Z"}),
    ("POST", "/overrides", {"match": {"vendor": "toy", "text": {"contains": "x"}}, "answer": {"json": 1}, "times": 2}),
    ("DELETE", "/overrides/o1", {}),
    ("GET", "/findings", {}),
    ("GET", "/rules", {}),
    ("GET", "/vendors", {}),
    ("GET", "/usage?vendor=toy", {}),
    ("GET", "/reports", {}),
    ("GET", "/reports/x.html", {}),
    ("POST", "/export", {"calls": [1, 2], "format": "har"}),
]
QUERIES = ["since", "limit", "format", "last", "outcome", "text", "world", "vendor", "tenant", "after", "most", "rule"]
QUERIES += ["path", "header", "field", "status", "begin", "end"]


@st.composite
def written(draw: st.DrawFn) -> tuple[str, str, dict[str, Any]]:
    """Somebody at a vendor makes or changes a record of any kind that it has, by any of its fields."""
    name = draw(st.sampled_from(REAL))
    kind = draw(st.sampled_from(KINDS[name]))
    fields = draw(st.dictionaries(st.sampled_from(FIELDS[name][kind] or ["id"]), values, min_size=1, max_size=4))
    method, path = draw(st.sampled_from([("POST", "/records"), ("PATCH", THERE)]))
    return method, path, {"vendor": name, "entity": kind, "fields": fields}


@st.composite
def spoiled(draw: st.DrawFn) -> tuple[str, str, dict[str, str], dict[str, Any]]:
    """A good call of the control API with some of its values replaced, at any depth."""
    method, path, body = draw(st.sampled_from(GOOD) | written())
    body = json.loads(json.dumps(body))
    for _ in range(draw(st.integers(0, 3))):
        inside = body
        while nested := [key for key, value in inside.items() if isinstance(value, dict) and value]:
            if not draw(st.booleans()):
                break
            inside = inside[draw(st.sampled_from(nested))]
        inside[draw(st.sampled_from([*inside, "fields", "note"]) | words)] = draw(values)
    if draw(st.booleans()):
        odd = st.sampled_from(["0", "-1", "99999999999999999999", "%00", "x", "%F0%9F", "1e5"])
        path = path.replace("/1", "/" + draw(odd))
    return method, path, draw(st.dictionaries(st.sampled_from(QUERIES) | words, words, max_size=2)), body


def some_record(world: World, body: Any) -> str:
    """The id of a record of the kind that a call is about; "1" where there is none."""
    vendor, kind = body.get("vendor"), body.get("entity")
    if vendor not in NAMES or (kind is not None and kind not in KINDS.get(vendor, ())):
        return "1"
    try:
        found = world.act(vendor, "list", {"most": 1, **({} if kind is None else {"entity": kind})})["records"]
    except Misuse:
        return "1"
    return str(found[0]["id"]) if found else "1"


@hostile
@given(calls=st.lists(spoiled(), min_size=1, max_size=5))
def test_the_control_api_never_fails_inside(
    shared: Server, calls: list[tuple[str, str, dict[str, str], dict[str, Any]]]
) -> None:
    api = Api(shared.url)
    with contextlib.closing(api.session):
        for method, path, query, body in calls:
            if path.startswith(THERE):
                path = path.replace(THERE, f"/records/{some_record(shared.worlds.default, body)}")
            url = f"{shared.url}/_mock/v1{path}"
            answer = api.session.request(method, url, params=query, json=body, timeout=20)
            assert answer.status_code in (200, 201, 400, 404, 405, 409, 415, 422, 501), answer.text
            if answer.status_code >= 400:
                assert answer.json()["error"]
        for path in (
            "",
            "v1/journal",
            "v1/worlds",
            "v1/credentials?vendor=toy",
            *(f"v1/dialect?vendor={name}" for name in NAMES),
        ):
            assert api.session.get(f"{shared.url}/_mock/{path}", timeout=20).status_code == 200
        for name in set(shared.worlds) - {"default"}:
            shared.worlds.delete(name)
        shared.worlds.default.reset()


@hostile
@given(
    path=st.sampled_from([path for _, path, _ in GOOD]),
    body=st.binary(max_size=200) | st.text(alphabet='{}[]",:0123456789eE-.tfn\\u ', max_size=60),
)
def test_bodies_that_are_no_json_change_nothing(shared: Server, path: str, body: bytes | str) -> None:
    raw = body.encode() if isinstance(body, str) else body
    with contextlib.suppress(ValueError, RecursionError):
        assume(raw and not isinstance(json.loads(raw), dict))
    before = data_of(shared.worlds.default), shared.worlds.default.clock.state
    with Wire(shared.port) as wire:
        wire.get(f"/_mock/v1{path}", "Content-Type: application/json", method="POST", body=raw)
        status = wire.reply().status
    assert status in (400, 404, 405, 422)
    assert (data_of(shared.worlds.default), shared.worlds.default.clock.state) == before


# --- the mounts -------------------------------------------------------------------------------------------------------

ACTION = "http://tempuri.org/QueryData"
SOAP = (
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
    '<QueryData xmlns="%s"><%s>%s</%s></QueryData></soap:Body></soap:Envelope>'
)
PAYLOAD: dict[str, Any] = {
    "AuthCode": "DEMO-AUTH-CODE",
    "ItemType": "Ticket",
    "ResultType": "Details",
    "ResultFormat": "JSON",
    "UseWarehouse": False,
    "Filters": [{"Field": "UtilisphereID", "Operation": "EQUALS", "Value": "1"}],
}
VARIABLES = [
    "cid",
    "tid",
    "order",
    "order_direction",
    "page",
    "count",
    "count_only",
    "keyword",
    "date_opened",
    "output",
    "status",
]


@st.composite
def envelopes(draw: st.DrawFn) -> bytes:
    """A SOAP request for QueryData whose payload is wrong in a place or two."""
    payload = json.loads(json.dumps(PAYLOAD))
    for _ in range(draw(st.integers(0, 3))):
        inside = draw(st.sampled_from([payload, payload.get("Filters")]))
        if isinstance(inside, dict):
            inside[draw(st.sampled_from([*sorted(inside), "Filters"]) | words)] = draw(values)
        elif isinstance(inside, list):
            inside.append(draw(values | st.dictionaries(st.sampled_from(["Field", "Operation", "Value"]), values)))
    dialect = everyone("querydata").dialects.default if "querydata" in REAL else {}
    name = dialect.get("payload_parameter", "json")
    return (
        SOAP % (dialect.get("soap_namespace", "http://tempuri.org/"), name, escape(json.dumps(payload)), name)
    ).encode()


odd_values = st.sampled_from(
    ["1--2", "-5", "99999999999999999999", "tid desc", "tid; DROP TABLE", "3/1/2026--3/2/2026", "0", "1,2,x", "Y"]
)
tickets = st.dictionaries(st.sampled_from(VARIABLES) | words, words | odd_values, max_size=4).map(
    lambda query: "/API/default.aspx?" + urlencode({"key": "demo-key", "action": "get_tickets", **query})
)
ADDRESSES = [
    "/toy",
    "/toy/x",
    "/toy?key=demo-key-1",
    "/toy?key=demo-key-1&times=2",
    "/API?key=demo-key&action=get_tickets&tid=1",
    "/",
    "/w/default/toy",
    "/w//",
    "/w/a/b",
    *(each.shown for each in MOUNTED),
    *(everyone(name).endpoint for name in REAL),
    *(f"{everyone(name).endpoint}?WSDL" for name in REAL),
    *(path for name in REAL if (path := everyone(name).description) is not None),
]
targets = (
    st.sampled_from(ADDRESSES)
    | tickets
    | st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), max_size=40).map(lambda text: "/" + text)
)
tokens = st.text(alphabet="abcXYZ-_0", min_size=1, max_size=12)
headers = st.lists(
    st.tuples(
        tokens
        | st.sampled_from(
            [
                "Content-Type",
                "SOAPAction",
                "Content-Length",
                "Transfer-Encoding",
                "Expect",
                "Connection",
                "Upgrade",
                "Content-Encoding",
                "X-Mock-World",
                "Cookie",
                "Authorization",
            ]
        ),
        st.binary(max_size=20).map(lambda raw: raw.replace(b"\n", b"").replace(b"\r", b"").replace(b"\0", b""))
        | st.sampled_from(
            [
                b"text/xml; charset=utf-8",
                b"application/json",
                b"chunked",
                b"gzip",
                b"5",
                b"-1",
                b"100-continue",
                b"upgrade",
                b"websocket",
                b"close",
                b"none",
                b"text/xml; charset=utf-99",
                b'"x"',
            ]
        ),
    ),
    max_size=4,
)


def closing_status(port: int, data: bytes) -> int | None:
    """The first status that comes back for `data` once we have stopped sending; None when the server only hung up."""
    with Wire(port) as wire:
        with contextlib.suppress(OSError):
            wire.send(data)
            wire.socket.shutdown(socket.SHUT_WR)
        try:
            return wire.head().status
        except (EOFError, ConnectionResetError):
            return None


def still_well(door: Server) -> None:
    with Wire(door.port) as wire:
        assert wire.get("/toy?key=demo-key-1&word=ok").reply().status == 200


@hostile
@given(
    data=st.binary(max_size=300)
    | st.lists(
        st.sampled_from(
            [
                b"GET ",
                b"POST ",
                b"/toy",
                b" HTTP/1.1",
                b" HTTP/9.9",
                b"\r\n",
                b"\n",
                b"Host: x\r\n",
                b"Content-Length: 3\r\n",
                b"\0",
                b"abc",
                b"Transfer-Encoding: chunked\r\n",
                b"3\r\nabc\r\n",
                b"0\r\n\r\n",
                b"Content-Length: 99999999999999999999\r\n",
                b" " * 40,
                b"\xff",
                b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                b"Connection: Upgrade\r\nUpgrade: h2c\r\n",
                b"X: " + b"y" * 20_000 + b"\r\n",
            ]
        ),
        max_size=12,
    ).map(b"".join)
)
def test_raw_bytes_on_the_socket(shared: Server, data: bytes) -> None:
    status = closing_status(shared.port, data)
    assert status in (None, 200, 400, 403, 404, 413, 414, 417, 505)
    still_well(shared)


@hostile
@given(
    method=tokens.map(str.upper) | st.sampled_from(["GET", "POST", "PUT", "DELETE", "HEAD"]),
    target=targets,
    headers=headers,
    body=st.binary(max_size=200)
    | envelopes()
    | st.sampled_from(
        [
            b"<a/>",
            b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
            b"{" * 500,
            b"<a>" * 5000,
            b"\xff\xfe<\0a\0",
        ]
    ),
)
@pytest.mark.parametrize("length", [True, False])
def test_hostile_requests_at_the_mounts(
    shared: Server, length: bool, method: str, target: str, headers: list[tuple[str, bytes]], body: bytes
) -> None:
    world = shared.worlds.default
    before = data_of(world)
    head = f"{method} {target} HTTP/1.1\r\nHost: localhost\r\n".encode()
    head += b"".join(name.encode() + b": " + value + b"\r\n" for name, value in headers)
    head += f"Content-Length: {len(body)}\r\n".encode() if length else b""
    if body.startswith(b"<soap"):
        head = f"POST {everyone('querydata').endpoint if REAL else '/toy'} HTTP/1.1\r\nHost: localhost\r\n".encode()
        head += f"Content-Type: text/xml; charset=utf-8\r\nContent-Length: {len(body)}\r\n".encode()
        head += f'SOAPAction: "{ACTION}"\r\n'.encode()
    count = world.journal.count
    status = closing_status(shared.port, head + b"\r\n" + body)
    entries = world.journal.since(count)
    for entry in entries:
        assert entry.outcome not in ("error", "fault"), entry.error
    assert status != 500 or any(entry.vendor in REAL for entry in entries)  # SOAP faults are sent with 500
    still_well(shared)
    assert data_of(world) == before


def test_every_mount_is_struck() -> None:
    assert {each.vendor for each in MOUNTED} == set(REAL) == {name for name in NAMES if name != "toy"}
    for each in MOUNTED:
        assert any(each.takes(*address.partition("?")[::2]) for address in ADDRESSES), each.shown


def test_memory_is_bounded_by_the_journal(shared: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    world = shared.worlds.default
    monkeypatch.setattr(world, "journal", Journal(most_entries=50, most_bytes=1 << 20))
    junk = os.urandom(30_000)

    def round_of_junk() -> None:
        with Wire(shared.port) as wire:
            for number in range(100):
                wire.get(f"/nowhere/{number}/{junk[number : number + 8].hex()}", method="POST", body=junk).reply()
                wire.get("/toy?key=demo-key-1&word=a", f"X-N: {number}").reply()
                wire.get(f"/_mock/v1/none/{number}").reply()

    round_of_junk()
    tracemalloc.start()
    try:
        round_of_junk()
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(3):
            round_of_junk()
        gc.collect()
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert len(world.journal) == 50
    assert grown < 300_000
