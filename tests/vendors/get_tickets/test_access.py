"""Keys, addresses, rates, and what the journal may show of them."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from mockservers.vendors.get_tickets.dialects import KEYS

Desk = Any
rule = pytest.mark.rule


@rule("get_tickets.key.every_call")
@pytest.mark.parametrize(
    "query", ["", "key=", "key=wrong", "key=DEMO-KEY", "key=demo-key&key=demo-key", "key=demo-key%20"]
)
def test_every_call_needs_the_key(desk: Desk, query: str) -> None:
    reply = desk.ask(f"{query}&action=get_tickets&tid=*")
    assert reply.error == "Invalid API key"
    assert (reply.entry.outcome, reply.entry.refusal, reply.entry.tenant) == ("refused", "key", None)


def test_the_key_comes_before_everything_else(desk: Desk) -> None:
    assert desk.ask("action=nonsense&tid=3*").error == "Invalid API key"


def test_a_key_shows_its_own_tenants_tickets(desk: Desk) -> None:
    mine, theirs = desk.get(tid="*"), desk.get(key="other-key", tid="*")
    assert (mine.entry.tenant, theirs.entry.tenant) == ("demo", "other-customer")
    assert len(mine.tids) == 300
    assert len(theirs.tids) == 20
    desk.act("create", fields={"tid": 77777, "subject": "mine alone"})
    assert desk.get(key="other-key", keyword="mine alone").tids == []
    assert desk.get(key="other-key", tid=77777).tids == []
    desk.act("create", tenant="other-customer", fields={"tid": 77777, "subject": "theirs alone"})
    assert [each["subject"] for each in desk.get(tid=77777).tickets] == ["mine+alone"]


@rule("get_tickets.key.every_call")
def test_a_rotated_key(desk: Desk) -> None:
    tenants = desk.world.installation("get_tickets").tenants
    old = next(each for each in tenants.credentials if each.secret == "demo-key")
    tenants.grant("demo", "key", "new-key")
    old.revoked = desk.world.clock.now()
    assert desk.get(tid=34).error == "Invalid API key"
    desk.key = "new-key"
    assert desk.get(tid=34).tids == [34]


@rule("get_tickets.key.letters")
def test_a_key_of_any_letters_is_encoded_in_the_address(make_desk: Any) -> None:
    desk = make_desk("demo:9", key_letters="signs")
    try:
        assert desk.get(tid=34).error == "Invalid API key"  # the plain one is nobody's here
        desk.key = KEYS["signs"]
        reply = desk.get(tid=34)
        assert reply.tids == [34]
        raw = desk.ask(f"key={desk.key}&action=get_tickets&tid=34")
        assert raw.error == "Invalid API key"
        for entry in desk.world.journal:
            assert desk.key not in str(entry)
            assert quote(desk.key) not in str(entry)
    finally:
        desk.world.close()


@rule("get_tickets.ip.allow_list")
def test_addresses(desk: Desk) -> None:
    desk.switch(allowed_ips="10.0.0.7, ::1", output_format="json")
    reply = desk.get(tid=34)
    assert reply.error == "IP address not allowed"
    assert reply.text.startswith("{")
    query = "key=demo-key&action=get_tickets&tid=34"
    for remote in ("10.0.0.7", "::ffff:10.0.0.7", "::1"):
        assert desk.ask(query, remote=remote).tids == [34]
    assert desk.ask("key=wrong", remote="10.9.9.9").error == "Invalid API key"


@rule("get_tickets.limit.rate")
def test_a_rate_in_calls_of_a_minute(desk: Desk) -> None:
    desk.switch(rate_limit=3)
    assert [desk.get(tid=34).error for _ in range(4)] == [None, None, None, "Too many requests"]
    assert 'clock/advance and {"by": 60}' in (desk.get(tid=34).entry.error or "")  # the clock is frozen
    assert desk.get(key="other-key", tid=34).error is None
    desk.advance(61)
    assert desk.get(tid=34).error is None


@rule("get_tickets.limit.rate")
def test_refused_calls_count(desk: Desk) -> None:
    desk.switch(rate_limit=3)
    assert [desk.get(tid=34).error for _ in range(3)] == [None] * 3
    desk.advance(30)
    assert [desk.get(tid=34).error for _ in range(3)] == ["Too many requests"] * 3
    desk.advance(31)
    assert desk.get(tid=34).error == "Too many requests"
    desk.advance(61)
    assert desk.get(tid=34).error is None


SECRET = "demo-key"


@rule("get_tickets.key.secret")
@pytest.mark.parametrize(
    "query",
    [
        "key=demo-key",
        "KEY=demo-key",
        "%6bey=demo-key",
        "action=get_tickets&%4B%45%59=demo-key",
        "key=%64emo%2Dkey",
        "a=b&key=guessed",
    ],
)
def test_no_journal_shows_a_key(desk: Desk, query: str) -> None:
    desk.ask(f"{query}&tid=1", headers={"Referer": f"http://portal/start?{query}"})
    entry = list(desk.world.journal)[-1]
    kept = repr(entry.exchange)
    assert "***" in kept
    for shown in (SECRET, "guessed", "%64emo"):
        assert shown not in kept
    assert entry.tenant in ("demo", None)


@rule("get_tickets.key.secret")
def test_keys_in_forms_and_refused_queries_are_masked_too(desk: Desk) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    body = b"key=demo-key&action=get_tickets&tid=34"
    assert desk.ask("", method="POST", headers=form, body=body).tids == [34]
    leaked = {**form, "Referer": "http://portal/?key=demo-key"}
    assert desk.ask("", method="POST", headers=leaked, body=body).tids == [34]
    assert desk.ask("key=half-a-key&x=" + "y" * 3000).status == 400
    assert not any(key in repr(each.exchange) for each in desk.world.journal for key in ("demo-key", "half-a-key"))


@rule("get_tickets.key.secret")
def test_a_key_in_a_referer_is_a_finding(desk: Desk) -> None:
    query = "key=demo-key&action=get_tickets&tid=34"
    assert desk.ask(query, headers={"Referer": "http://portal/list"}).entry.notes == []
    for referer in ("http://portal/?Key=old-one", "http://portal/demo-key/"):
        assert [n.rule for n in desk.ask(query, headers={"Referer": referer}).entry.notes] == ["get_tickets.key.secret"]
