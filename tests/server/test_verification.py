"""What is asked of the journal afterwards: which calls were made, and what comes nearest to one that was not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

import mockservers
from mockservers.kernel.journal import Entry, Exchange, Journal
from mockservers.kernel.patterns import Work
from mockservers.server import verification
from mockservers.server.contents import Contents
from mockservers.server.expectations import expectation
from tests.server.conftest import Api, differs
from tests.server.desk_day import Day


@pytest.fixture(scope="module")
def server() -> Iterator[mockservers.MockServer]:
    with mockservers.start(data="empty") as started:
        yield started


@pytest.fixture(scope="module")
def day(server: mockservers.MockServer) -> mockservers.MockWorld:
    world = server.world("day")
    Day(world).play()
    return world


def ask(server: mockservers.MockServer, expected: dict[str, Any], world: str = "day") -> tuple[int, Any]:
    with requests.Session() as http:
        http.trust_env = False
        answer = http.post(f"{server.url}/_mock/v1/verify", json=expected, params={"world": world}, timeout=30)
    return answer.status_code, answer.json()


KEPT: list[dict[str, Any]] = [
    {"vendor": "querydata", "count": 2},
    {
        "vendor": "querydata",
        "body": {"ResultType": "Details", "Filters.Value": "12345", "UseWarehouse": False},
        "count": 1,
    },
    {"vendor": "get_tickets", "query": {"tid": 34, "status": {"absent": True}}, "method": "GET"},
    {"vendor": "get_tickets", "body": {"status": {"matches": "Op.+|Closed"}, "page_size": 50}},
    {"operation": "update", "body": {"Entity.id": 101, "Entity.Status": 5, "Entity.@type": "Ticket"}, "count": 1},
    {"operation": "update", "body": {"Entity[0].Status": 5, "Entity[1].Status": 8}},
    {"operation": "update", "body": {"Entity.id": 101, "Entity.Status": 8}, "count": 0},
    {"operation": "query", "body": {"condition.field": "Status", "expression": 1, "expression.@op": "equals"}},
    {"operation": "query", "body": {"condition.field": "Status", "expression.@op": "notequal"}, "at_most": 0},
    {"operation": "query", "body": {"sXML": {"contains": "<field>QueueID"}}, "text": {"contains": "queryxml"}},
    {"operation": "create", "body": {"Entity[0].Title": "Printer & toner"}, "begin": "2026-03-02T10:05:00Z"},
    {"vendor": "trackit", "path": {"matches": ".*/tickets/[0-9]+/AddNote"}, "body": {"Private": False}, "status": 404},
    {"vendor": "trackit", "headers": {"authorization": {"contains": "Bearer"}}, "count": 2},
    {"vendor": "superoffice", "body": {"TicketIds": 2}},
    {"vendor": "superoffice", "body": {"path": "/Slevel", "value": 2}, "method": "PATCH"},
    {
        "vendor": "trackit",
        "operation": "token",
        "then": [{"operation": "ticket.read"}, {"operation": "ticket.add_note"}],
    },
    {"operation": "token", "count": 1, "then": [{"vendor": "trackit", "count": 2}]},
    {"actor": "any", "at_least": 12, "since": 0},
    {"actor": "other", "count": 0},
    {"vendor": "autotask", "refusal": "BODY", "outcome": "refused", "rule": "autotask.wire.return_code", "count": 2},
]


@pytest.mark.parametrize("expected", KEPT, ids=str)
def test_what_was_done_is_found(day: mockservers.MockWorld, expected: dict[str, Any]) -> None:
    day.verify(**expected)


WRONG: list[tuple[dict[str, Any], int, str]] = [
    ({"vendor": "querydata", "body": {"ResultType": "Detail"}}, 2, 'body.ResultType must be "Detail", got "Details"'),
    (
        {"vendor": "querydata", "body": {"Filters.Field": "UtilisphereID", "Filters.Value": "12354"}},
        2,
        'body.Filters.Value must be "12354", got "12345"',
    ),
    (
        {"vendor": "querydata", "body": {"ResultType": "Summary", "UseWareHouse": False}},
        1,
        "body.UseWareHouse must be false, got none; did you mean UseWarehouse?",
    ),
    (
        {"vendor": "querydata", "body": {"ResultType": "Summary", "AuthCode": "DEMO-AUTH-CODES"}},
        1,
        'got "***"; secrets are masked in the journal, and cannot be compared',
    ),
    ({"vendor": "get_tickets", "query": {"tid": 35}}, 3, 'query.tid must be 35, got "34"'),
    ({"vendor": "get_tickets", "query": {"Tid": 34}}, 3, "query.Tid must be 34, got none; did you mean tid?"),
    ({"vendor": "get_tickets", "method": "PUT", "body": {"status": "Open"}}, 4, 'method must be "PUT", got "POST"'),
    (
        {"vendor": "get_tickets", "body": {"status": {"matches": "Closed|Pend.*"}, "page_size": 50}},
        4,
        'body.status must match "Closed|Pend.*", got "Open"',
    ),
    ({"vendor": "get_tickets", "body": {"status": {"absent": True}, "page_size": 50}}, 4, "body.status must be absent"),
    (
        {"vendor": "autotask", "operation": "update", "body": {"Entity.id": 101, "Entity.Status": 8}},
        6,
        'body.Entity.Status must be 8, got "5"',
    ),
    (
        {"vendor": "autotask", "operation": "delete", "body": {"Entity.id": 102, "Entity.Status": 8}},
        6,
        "operation must be delete, got update",
    ),
    (
        {"operation": "create", "body": {"Title": {"contains": "Toner"}}},
        7,
        'must contain "Toner", got "Printer & toner"',
    ),
    (
        {"operation": "query", "body": {"condition.field": "QueueID", "expression": 9}},
        5,
        'body.expression must be 9, got "8"',
    ),
    (
        {"operation": "create", "vendor": "autotask", "end": "2026-03-02T10:00:00Z"},
        7,
        "at must not be after 2026-03-02T10:00:00Z, got 2026-03-02T10:05:00Z",
    ),
    (
        {"vendor": "autotask", "operation": "update", "then": [{"vendor": "autotask", "operation": "query"}]},
        5,
        "order must be after call #6, got call #5",
    ),
    ({"vendor": "trackit", "operation": "ticket.add_note", "status": 200}, 10, "status must be 200, got 404"),
    (
        {"vendor": "trackit", "body": {"Note": "called back", "Private": True}},
        10,
        "body.Private must be true, got false",
    ),
    (
        {"vendor": "trackit", "path": {"contains": "/tickets/8"}, "method": "GET"},
        9,
        'path must contain "/tickets/8", got "/TrackIt/WebApi/tickets/7"',
    ),
    ({"vendor": "superoffice", "body": {"TicketIds": 3}}, 11, "body.TicketIds must be 3, got "),
    (
        {"vendor": "superoffice", "body": {"path": "/Title", "value": 2}, "operation": "ticket.patch"},
        12,
        'body.value must be 2, got "New title"',
    ),
    (
        {"vendor": "superoffice", "headers": {"SO-AppTokens": {"absent": False}}, "operation": "GetTickets"},
        11,
        "headers.SO-AppTokens must be there, got none; did you mean SO-AppToken?",
    ),
]


@pytest.mark.parametrize(("expected", "call", "says"), WRONG, ids=lambda value: str(value)[:60])
def test_a_miss_answers_the_call_that_was_meant_and_the_place_that_differs(
    server: mockservers.MockServer, day: mockservers.MockWorld, expected: dict[str, Any], call: int, says: str
) -> None:
    with pytest.raises(AssertionError) as failed:
        day.verify(**expected)
    status, told = ask(server, expected)
    assert (status, told["ok"]) == (200, False)
    assert not differs("POST", "/_mock/v1/verify", status, told)
    nearest = told["nearest"][0]
    assert nearest["call"]["n"] == call, told["says"]
    assert any(says in each["says"] for each in nearest["differences"]), told["says"]
    assert len(nearest["differences"]) == 1 or "absent" in says, told["says"]
    assert str(failed.value) == told["says"]
    assert says in told["says"]
    assert "demo-" not in told["says"].lower()


def test_too_many_calls_are_named(day: mockservers.MockWorld) -> None:
    with pytest.raises(AssertionError) as failed:
        day.verify(vendor="querydata", count=1)
    assert str(failed.value).startswith(
        "expected exactly 1 call: querydata\nfound 2 among 12 calls: #1, #2\n  #1 querydata"
    )
    with pytest.raises(AssertionError, match=r"expected no call: querydata"):
        day["querydata"].verify(count=0)


def test_what_is_asked_of_a_vendor_is_of_that_vendor_in_every_step(day: mockservers.MockWorld) -> None:
    assert [entry.n for entry in day["trackit"].verify(status={"matches": "20."}, then=[{"method": "POST"}])] == [8]
    with pytest.raises(AssertionError, match="expected exactly 3 calls: trackit\n  after trackit, path must"):
        day["trackit"].verify(path={"contains": "token"}, then=[{"count": 3}])


@pytest.mark.parametrize(
    ("expected", "field"),
    [
        ({"vendor": "autotusk"}, "vendor"),
        ({"vendor": "autotask", "operation": "updates"}, "operation"),
        ({"operation": "act"}, "operation"),
        ({"rule": "autotask.no.such"}, "rule"),
        ({"outcome": "good"}, "outcome"),
        ({"bodies": {}}, "bodies"),
        ({"body": {"Status": {"equal": 5}}}, "body.Status.equal"),
        ({"body": {"Status": {}}}, "body.Status"),
        ({"body": {"Status": [5]}}, "body.Status"),
        ({"body": {"": 5}}, "body"),
        ({"body": {"Status": {"matches": "(a"}}}, "body.Status.matches"),
        ({"body": {"Status": {"matches": r"(a)\1"}}}, "body.Status.matches"),
        ({"body": {"Status": {"absent": True, "equals": 1}}}, "body.Status"),
        ({"status": {"contains": ""}}, "status.contains"),
        ({"count": 1, "at_most": 2}, "(body)"),
        ({"at_least": 3, "at_most": 2}, "(body)"),
        ({"count": -1}, "count"),
        ({"count": "1"}, "count"),
        ({"begin": "yesterday"}, "begin"),
        ({"then": [{"vendor": "nobody"}]}, "then.0.vendor"),
        ({"then": [{"then": []}]}, "then.0.then"),
        ({"since": -1}, "since"),
    ],
    ids=str,
)
def test_a_wrong_expectation_is_refused_by_the_name_of_its_field(
    server: mockservers.MockServer, expected: dict[str, Any], field: str
) -> None:
    status, told = ask(server, expected)
    assert (status, told["details"][0]["field"]) == (422, field)
    named = "at_" if field == "(body)" else field.removeprefix("then.0.")
    with pytest.raises(ValueError, match=named):
        server.default.verify(**expected)


def test_what_no_eye_sees_is_told_with_escapes(server: mockservers.MockServer) -> None:
    with server.world() as world:
        desk = world["get_tickets"]
        requests.get(desk.url, {"action": "a\x1b[2J\u202eb"}, timeout=20)
        with pytest.raises(AssertionError, match=r'got "a\\x1b\[2J\\u202eb"'):
            desk.verify(query={"action": "ab"})


def test_what_is_not_given_may_be_null(server: mockservers.MockServer, day: mockservers.MockWorld) -> None:
    del day
    expected = {"vendor": "trackit", "status": None, "path": None, "count": None, "then": []}
    assert ask(server, {**expected, "body": {"Private": {"equals": False, "contains": None}}})[1]["count"] == 1


def test_a_question_that_takes_too_long_is_refused(
    server: mockservers.MockServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verification, "Work", lambda: Work(5))
    status, told = ask(server, {"text": {"matches": "(a|b)*a(a|b){39}"}})
    assert (status, told["details"][0]["field"]) == (422, "matches")


def test_other_peoples_acts_are_asked_for_by_what_they_wanted(server: mockservers.MockServer) -> None:
    with server.world() as world:
        world["get_tickets"].act("create", fields={"subject": "x", "status": "Open"})
        (made,) = world.verify(operation="create", actor="other", body={"fields.subject": "x"})
        assert made.n == 1
        with pytest.raises(AssertionError, match=r'body.subject must be "y", got "x"'):
            world.verify(actor="other", body={"subject": "y"})


def test_an_answer_names_steps_and_numbers(server: mockservers.MockServer, day: mockservers.MockWorld) -> None:
    del day
    told = ask(server, {"vendor": "trackit", "operation": "token", "then": [{"vendor": "trackit", "at_most": 5}]})[1]
    assert (told["ok"], told["count"], told["of"], told["dropped"], told["nearest"]) == (True, 1, 12, 0, [])
    assert [(step["expected"], step["calls"]) for step in told["steps"]] == [
        ("at least 1 call", [8]),
        ("at most 5 calls", [9, 10]),
    ]
    miss = ask(server, {"vendor": "trackit", "operation": "token", "then": [{"operation": "create"}, {"count": 1}]})[1]
    assert [step["ok"] for step in miss["steps"]] == [True, False, None]


def test_what_went_from_the_journal_is_told_where_all_is_as_expected() -> None:
    with mockservers.start("get_tickets") as server, server.world() as world:
        for subject in ("a", "b"):
            world["get_tickets"].act("create", fields={"subject": subject})
        world._world.journal.forget(1)
        told = ask(server, {"operation": "create", "actor": "other", "count": 1}, world=world.name)[1]
        assert told["ok"]
        assert told["says"].endswith("; the 1 oldest call went from the journal, which is full")


def test_the_endpoint_needs_an_existing_world_and_a_good_origin(api: Api) -> None:
    assert api.ask("POST", "/verify", {}, params={"world": "none"})[0] == 404
    assert api.ask("POST", "/verify", {}, headers={"Origin": "http://evil.example"})[0] == 403
    api.toy(word="a")
    assert api.post("/verify", {"operation": "Echo", "query": {"word": "a", "key": "***"}, "count": 1})["ok"]


@pytest.mark.parametrize(
    ("body", "media", "leaves"),
    [
        (
            b'{"a": [{"b": 1.50}, {"b": null}], "c.d": "x"}',
            "application/json",
            {"a[0].b": 1.5, "a[1].b": None, "c.d": "x"},
        ),
        (b"<a xmlns='u' k='v'>t<b/><b>2</b></a>", "text/xml", {"a.@k": "v", "a": "t", "a.b[0]": "", "a.b[1]": "2"}),
        ("<a>\u00e4</a>".encode("utf-16"), "text/xml; charset=utf-16", {"a": "\u00e4"}),
        (
            b"a=1&a=2&b=%7B%22c%22%3A3%7D",
            "application/x-www-form-urlencoded",
            {"a[0]": "1", "a[1]": "2", "b": '{"c":3}', "b.c": 3},
        ),
        (b"a=1", "", {"a": "1"}),
        (b'"text"', "application/json", {}),
        (b"<a><!DOCTYPE", "text/xml", {}),
        (b"<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>", "text/xml", {}),
        (b"[" * 5000, "application/json", {}),
        (b"", "application/json", {}),
        (b"\xff\xfe\x00", "", {}),
    ],
    ids=str,
)
def test_bodies_are_read_as_trees_whatever_they_are_written_in(body: bytes, media: str, leaves: dict[str, Any]) -> None:
    entry = Entry(1, 0, 0, "v", "o", "client")
    entry.exchange = Exchange("POST", "/", [("Content-Type", media)], body)
    assert {leaf.shown: leaf.value for leaf in Contents(entry).leaves} == leaves


def test_the_call_that_was_meant_is_found_among_many() -> None:
    """The quick look at bodies passes over no call that fits, however it is written, and finds the nearest of thousands."""
    journal = Journal()

    def add(body: str, media: str = "application/json") -> None:
        journal.attach(
            journal.open(0, 0, "v", "o", "client"), Exchange("POST", "/", [("Content-Type", media)], body.encode())
        )

    for number in range(1, 501):
        add(f'{{"id": {number}, "title": "word {number}", "status": 5}}')
    add('{"id": 12345.0, "t\\u0069tle": "\\u0077ord 9"}')
    add("id=12345&title=%77ord+9", "application/x-www-form-urlencoded")
    add("<t><id>012345</id><title>&#119;ord 9</title></t>", "text/xml")
    wanted = expectation({"body": {"id": 12345, "title": "word 9"}})
    assert [entry.n for entry in verification.verify(wanted, journal.settled).steps[0].calls] == [501, 502, 503]
    missed = verification.verify(expectation({"body": {"id": 12, "title": "word 12", "status": 6}}), journal.settled)
    assert missed.nearest[0].entry.n == 12


def test_long_values_are_cut_only_when_their_secrets_are_gone(server: mockservers.MockServer) -> None:
    with server.world(data="demo:1") as world:
        desk = world["get_tickets"]
        # Known as a secret only after the call, and standing where the message is cut.
        requests.get(desk.url, {"action": "x" * 190 + "later-known-secret"}, timeout=20)
        world._world.installation("get_tickets").tenants.grant("demo", "key", "later-known-secret")
        with pytest.raises(AssertionError) as failed:
            desk.verify(query={"action": "get_tickets"}, url={"contains": "nowhere"})
        assert "later" not in str(failed.value)
        assert 'query.action must be "get_tickets", got "xxx' in str(failed.value)
