"""Anything at all in a request: no undocumented 500, nothing called an error of ours, no record changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockservers.kernel import catalogue
from mockservers.kernel.rules import Misuse
from mockservers.vendors.get_tickets.emulator.model import WRITTEN
from mockservers.vendors.get_tickets.emulator.wire import BY_ACTION
from tests.examples import examples

Desk = Any
NAMES = [
    "tid",
    "keyword",
    "status",
    "uid",
    "group",
    "cid",
    "start_tid",
    "end_tid",
    "start_cid",
    "end_cid",
    "start_date",
    "end_date",
    "due_date",
    "count",
    "count_only",
    "page",
    "order",
    "order_direction",
    "output",
    "action",
    "key",
    "KEY",
    "%74id",
    "\x00",
    "",
    "__VIEWSTATE",
    "order%00",
]
VALUES = [
    "*",
    "1",
    "-1",
    "0",
    "9" * 19,
    "9" * 400,
    "1e9",
    "NaN",
    "%00",
    "a%00b",
    "%ff",
    "%u0000",
    "%ud800",
    "%",
    "%%%",
    "<a",
    "&#",
    "Y",
    "DESC",
    "tid",
    "tid DESC",
    "tid;DROP TABLE ticket",
    "1 OR 1=1",
    "' OR ''='",
    "(select 1)",
    "json",
    "delimited",
    "1/1/0001",
    "12/31/9999 11:59:59 PM",
    "1/1/2014",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-12:00",
    "%e2%80%ae",
    "%f4%8f%bf%bf",
    "%ed%a0%80",
    "\xff",
    "\U0010ffff",
    "get_tickets",
    "demo-key",
    "get_techs",
    "x" * 1500,
]
pair = st.tuples(st.sampled_from(NAMES), st.sampled_from(VALUES) | st.text(max_size=20)).map("=".join)
query = st.one_of(st.lists(pair, max_size=8).map("&".join), st.text(max_size=60))
HEADERS = st.dictionaries(
    st.sampled_from(["Referer", "Content-Type", "Host", "Accept", "Cookie", "X-Forwarded-For", "Content-Length"]),
    st.sampled_from(
        ["application/x-www-form-urlencoded", "text/xml", "key=demo-key", "a b:99999", "[::1", "\xff", "é", ""]
    ),
)
SWITCHES: list[dict[str, Any]] = [
    {},
    {"strictness": "lenient", "dangerous_values": "allow", "query_limit": "off", "tid_list": "accept"},
    {"time_zone": "Asia/Kolkata", "date_culture": "day_first", "due_date_match": "up_to", "page_zero": "as_first"},
    {"default_order": "shuffled", "strictness": "lenient", "time_zone": "America/New_York"},
]


@pytest.fixture(scope="module", params=range(len(SWITCHES)))
def desk(request: pytest.FixtureRequest, make_desk: Any) -> Iterator[Desk]:
    made = make_desk("demo:25", **SWITCHES[request.param])
    made.before = made.all()
    yield made
    assert made.all() == made.before
    assert "error" not in {entry.outcome for entry in made.world.journal}
    made.world.close()


@pytest.fixture(scope="module")
def changing(make_desk: Any) -> Iterator[Desk]:
    """A desk whose tickets and names may change."""
    made = make_desk("demo:25", long_text="cut", empty_value="clear")
    yield made
    made.world.close()


@settings(max_examples=examples(50), deadline=None)
@given(
    query=query,
    keyed=st.booleans(),
    method=st.sampled_from(["GET", "POST", "HEAD", "PUT", "OPTIONS", "BREW"]),
    headers=HEADERS,
    body=st.binary(max_size=40) | query.map(lambda text: text.encode("utf-8", "surrogatepass")),
    path=st.sampled_from(["/API/", "/API/default.aspx", "/x/API/", "/readydesk/api/"]),
)
def test_nothing_breaks_the_wire(
    desk: Desk, query: str, keyed: bool, method: str, headers: dict[str, str], body: bytes, path: str
) -> None:
    sent = f"key=demo-key&action=get_tickets&{query}" if keyed else query
    reply = desk.ask(sent, path=path, method=method, headers=headers, body=body)
    assert reply.entry.outcome in ("ok", "refused", "unsupported", "unmatched", "page"), reply.entry.error
    assert reply.status < 500 or reply.entry.refusal in ("dangerous_value", "most_variables")
    assert reply.status in (200, 400, 404, 405, 500)


KNOWN = sorted(
    {
        each.name
        for name, entity in catalogue.load("get_tickets").entities.items()
        if "inputs" in name
        for each in entity.fields
    }
    | {"id", "name", "contact", "company_id", "rights", "site"}
)
"""Every variable of every action."""
given_variables = st.dictionaries(
    st.sampled_from(KNOWN), st.sampled_from([*VALUES, "34", "kim", "demo", "2", "Open", "guest"]), max_size=5
).map(lambda pairs: "&".join(f"{name}={value}" for name, value in pairs.items()))


@settings(max_examples=examples(50), deadline=None)
@given(
    action=st.sampled_from(sorted(BY_ACTION)),
    query=given_variables,
    renamed=st.none() | st.sampled_from(["company", "customer", "technician", "tech_group"]),
    name=st.text(max_size=8),
)
def test_any_action_with_any_variables(changing: Desk, action: str, query: str, renamed: str | None, name: str) -> None:
    """Whoever is renamed before, what is refused changes nothing, and what reads neither."""
    if renamed is not None:
        (found, *_) = changing.world.act("get_tickets", "list", {"entity": renamed, "most": 1})["records"]
        asked = {"id": "customer", "action": "rename", "list": renamed, "entry": found["id"], "name": name}
        with suppress(Misuse):
            changing.world.act("get_tickets", "act", asked)
    before = changing.world.installation("get_tickets").store.dump()
    reply = changing.ask(f"key=demo-key&action={action}&{query}")
    assert reply.entry.outcome in ("ok", "refused", "unsupported"), reply.entry.error
    assert reply.status in (200, 400, 500)
    assert reply.status < 500 or reply.entry.refusal == "dangerous_value"
    if reply.entry.outcome != "ok" or action.startswith("get_"):
        assert changing.world.installation("get_tickets").store.dump() == before


def test_every_bad_value_in_every_variable(desk: Desk) -> None:
    for name in NAMES:
        for value in VALUES:
            reply = desk.ask(f"key=demo-key&action=get_tickets&tid=*&count=5&{name}={value}")
            assert reply.entry.outcome in ("ok", "refused"), reply.entry.error
            assert reply.status == 200 or reply.entry.refusal in ("dangerous_value", "query_limit")


def test_every_bad_value_in_every_variable_of_the_other_actions(make_desk: Any) -> None:
    desk = make_desk("demo:20", long_text="cut", empty_value="clear", dangerous_values="allow", strictness="lenient")
    history = ("tid", "keyword", "uid", "start_tid", "end_date", "count")
    actions = {
        "get_history&tid=*": history,
        "get_attachments&tid=*": ("tid", "cid", "end_tid", "count"),
        "add_ticket&cid=kim": (*WRITTEN, "site"),
        "update_ticket&tid=34&cid=demo": (*WRITTEN, "site"),
    }
    for action, names in actions.items():
        for name in names:
            for value in (*VALUES[::6], "%00", "%01"):
                reply = desk.ask(f"key=demo-key&action={action}&{name}={value}")
                assert reply.entry.outcome in ("ok", "refused"), (action, name, value, reply.entry.error)
                assert reply.status == 200
    assert desk.get(tid="*").tickets
