"""Webhooks: how they are managed, what a call says, and what follows from its answer. A listener of our own takes the calls."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests

import mockservers
from mockservers import registry
from mockservers.kernel import listeners, webhooks
from mockservers.kernel.faults import KINDS
from mockservers.kernel.instants import MINUTE, SECOND
from mockservers.kernel.world import WorldConfig, Worlds
from mockservers.server.http import Server
from tests.vendors.superoffice.conftest import DEMO, Desk

SECRET = "a word between the two"


@dataclass
class Listener:
    """What was sent to it, and what it answers: the statuses in turn, the last for good. `first` is done before it answers."""

    url: str
    first: Callable[[], None] = lambda: None
    came: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    answers: list[int] = field(default_factory=lambda: [200])
    heads: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    @property
    def told(self) -> list[dict[str, Any]]:
        return [json.loads(each) for each in self.bodies]

    @property
    def events(self) -> list[str]:
        return [each["Event"] for each in self.told]


@pytest.fixture
def listener() -> Iterator[Listener]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            made.heads.append(dict(self.headers))
            made.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            made.came.release()
            made.first()
            self.send_response(made.answers.pop(0) if len(made.answers) > 1 else made.answers[0])
            self.end_headers()
            self.wfile.write(b"thank you")

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = Listener(f"http://127.0.0.1:{server.server_port}/hook?of=desk")
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()


def webhook(listener: Listener, **more: Any) -> dict[str, Any]:
    told = {"Name": "mine", "Events": ["ticket.created", "ticket.changed"], "TargetUrl": listener.url, "Secret": SECRET}
    return {**told, **more}


def saved(desk: Desk, listener: Listener, **more: Any) -> int:
    """Save a webhook, and forget that its target was tried; answers its number."""
    reply = desk.ask("POST", "/api/v1/Webhook", body=webhook(listener, **more))
    assert reply.status == 200, reply.text
    listener.heads.clear()
    listener.bodies.clear()
    number: int = reply.json["WebhookId"]
    return number


def retitled(desk: Desk, title: str, number: int = 1) -> None:
    desk.act("change", id=str(number), fields={"Title": title})


def passed(desk: Desk, by: int) -> int:
    """Let time pass, and send what is due; tells how many calls were made."""
    desk.world.clock.advance(by)
    return listeners.deliver(desk.world)


# --- managing them ----------------------------------------------------------------------------------------------------


@pytest.mark.rule("superoffice.webhook.addresses", "superoffice.webhook.carrier")
def test_a_webhook_is_made_read_changed_and_taken_away(desk: Desk, listener: Listener) -> None:
    assert desk.get("Webhook/default").json["State"] == "Active"
    reply = desk.ask("POST", "/api/v1/Webhook", body=webhook(listener, Properties={"a": 1}, Headers={"X-Mine": "b"}))
    made = reply.json
    assert (reply.status, made["WebhookId"], made["State"], made["Type"]) == (200, 1, "Active", "webhook")
    assert "superoffice.webhook.carrier" in reply.entry.rules
    assert desk.get("Webhook/1").json == made
    changed = desk.ask("PUT", "/api/v1/Webhook/1", body={**made, "Name": "other", "State": "Stopped"}).json
    assert (changed["Name"], changed["State"], changed["Properties"]) == ("other", "Stopped", {"a": 1})
    patched = desk.ask("PATCH", "/api/v1/Webhook/1", body={"State": "Active"}).json
    assert (patched["Name"], patched["State"]) == ("other", "Active")
    assert desk.ask("DELETE", "/api/v1/Webhook/1").status == 204
    assert desk.get("Webhook/1").status == 404
    assert desk.ask("PUT", "/api/v1/Webhook", body={}).status == 405


@pytest.mark.rule("superoffice.webhook.addresses")
def test_the_agent_manages_them_too(desk: Desk, listener: Listener) -> None:
    def agent(method: str, body: Any = None, query: str = "") -> Any:
        return desk.ask("POST", f"/api/v1/Agents/Webhook/{method}", query, body=body).json

    assert agent("CreateDefaultWebhook")["Events"] == ["contact.created", "contact.deleted"]
    made = agent("SaveWebhook", webhook(listener))
    assert made["WebhookId"] == 1
    assert agent("SaveWebhook", {**made, "Name": "again"})["WebhookId"] == 1
    assert agent("GetWebhook", query="webhookId=1")["Name"] == "again"
    assert agent("GetWebhook", query="webhookId=7") is None
    assert agent("GetLastError", {"WebhookId": 1}) == ""
    tried = agent("TestWebhook", {"Webhook": webhook(listener)})
    assert tried["Success"] is True
    assert "thank you" in tried["Message"]
    assert desk.ask("POST", "/api/v1/Agents/Webhook/DeleteWebhook", "WebhookId=1").status == 204
    assert agent("GetAllWebhooks", {}) == []
    assert desk.ask("POST", "/api/v1/Agents/Webhook/SignalEvent", body={}).status == 501


@pytest.mark.rule("superoffice.webhook.list")
def test_lists_are_filtered_exactly(desk: Desk, listener: Listener) -> None:
    for name, events, state in (("a", ["ticket.created"], "Active"), ("ab", ["ticket.changed"], "Stopped")):
        saved(desk, listener, Name=name, Events=events, State=state)
    found = {
        query: [each["Name"] for each in desk.get("Webhook", query).json]
        for query in ("", "nameFilter=a", "eventFilter=ticket.changed", "statusFilter=Active", "statusFilter=Unknown")
    }
    assert list(found.values()) == [["a", "ab"], ["a"], ["ab"], ["a"], ["a", "ab"]]


@pytest.mark.rule("superoffice.webhook.target")
def test_targets_are_https_or_on_this_machine(desk: Desk, make_desk: Any, listener: Listener) -> None:
    for target in (
        "http://desk.example/hook",
        "http://10.0.0.1/",
        "ftp://127.0.0.1/x",
        "no address",
        "http://[::1",
        "",
    ):
        reply = desk.ask("POST", "/api/v1/Webhook", body=webhook(listener, TargetUrl=target))
        assert (reply.status, reply.json["ErrorType"]) == (400, "ArgumentException"), target
        assert reply.entry.refused_by == "superoffice.webhook.target"
    strict = make_desk(dialect={"webhook_target": "https"})
    reply = strict.ask("POST", "/api/v1/Webhook", body=webhook(listener))
    assert "must be secure" in reply.json["Message"]
    assert not listener.bodies


@pytest.mark.parametrize(
    "wrong",
    [
        {"Events": None},
        {"Events": "ticket.changed"},
        {"Events": ["nothing"]},
        {"State": "Asleep"},
        {"Name": "x" * 101},
        {"Headers": {"X": "a\r\nY: b"}},
        {"Headers": {"X-ä": 1}},
        {"Headers": []},
        {"Properties": 7},
        {"Secret": {"a": 1}},
        {"Type": "plugin"},
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(desk: Desk, listener: Listener, wrong: dict[str, Any]) -> None:
    assert desk.ask("POST", "/api/v1/Webhook", body=webhook(listener, **wrong)).status == 400
    assert desk.get("Webhook").json == []
    assert not listener.bodies


@pytest.mark.rule("superoffice.webhook.trial")
def test_a_target_is_tried_first(desk: Desk, listener: Listener) -> None:
    listener.answers = [500]
    reply = desk.ask("POST", "/api/v1/Webhook", body=webhook(listener))
    assert (reply.status, reply.json["ErrorType"]) == (400, "ArgumentException")
    assert "answered 500" in reply.json["Message"]
    assert desk.get("Webhook").json == []
    listener.answers = [200]
    assert desk.ask("POST", "/api/v1/Webhook", body=webhook(listener)).status == 200
    assert listener.events == ["test", "test"]
    assert listener.heads[-1]["X-Hook-Test"] == "true"
    assert (listener.told[-1]["PrimaryKey"], listener.told[-1]["Changes"]) == (0, [])
    desk.ask("PATCH", "/api/v1/Webhook/1", body={"Name": "the same target"})
    assert len(listener.bodies) == 2
    desk.ask("PATCH", "/api/v1/Webhook/1", body={"Secret": "another word for it"})
    assert len(listener.bodies) == 3


# --- calls ------------------------------------------------------------------------------------------------------------


@pytest.mark.rule("superoffice.webhook.call", "superoffice.webhook.signature")
def test_what_a_call_says(desk: Desk, listener: Listener) -> None:
    saved(desk, listener, Headers={"X-Mine": "b"}, Properties={"of": "us"})
    retitled(desk, "Müller's € ticket")
    assert listeners.deliver(desk.world) == 1
    head, told, body = listener.heads[0], listener.told[0], listener.bodies[0]
    assert list(told) == [
        *("EventId", "Timestamp", "Changes", "Event", "PrimaryKey", "Entity", "ContextIdentifier"),
        *("ChangedByAssociateId", "WebhookName", "FieldValues", "of"),
    ]
    assert (told["Event"], told["PrimaryKey"], told["Entity"]) == ("ticket.changed", 1, "ticket")
    assert told["Changes"] == ["id", "title", "last_changed"]
    assert told["Timestamp"] == "2026-03-02T10:00:00.0000000Z"
    assert told["FieldValues"]["last_changed"] == "2026-03-02T11:00:00"  # in the base zone, without a mark
    assert (told["FieldValues"]["has_attachment"], told["FieldValues"]["status"]) == (0, 1)
    assert (head["X-Superoffice-Event"], head["X-Superoffice-Eventid"]) == ("ticket.changed", told["EventId"])
    assert head["X-Mine"] == "b"
    assert "X-Superoffice-Retry" not in head
    wanted = base64.b64encode(hmac.new(SECRET.encode(), body, hashlib.sha256).digest()).decode()
    assert head["X-Superoffice-Signature"] == wanted
    assert SECRET not in json.dumps([repr(each) for each in desk.world.journal])


@pytest.mark.rule("superoffice.webhook.call")
def test_older_servers_tell_no_values_and_no_secret_means_no_signature(make_desk: Any, listener: Listener) -> None:
    desk = make_desk(dialect={"webhook_fields": "none"})
    saved(desk, listener, Secret="")
    retitled(desk, "other")
    listeners.deliver(desk.world)
    assert "FieldValues" not in listener.told[0]
    assert "X-Superoffice-Signature" not in listener.heads[0]


@pytest.mark.rule("superoffice.webhook.events")
def test_which_changes_are_told(desk: Desk, listener: Listener) -> None:
    saved(desk, listener)
    made = desk.act("create", fields={"Title": "new"})
    desk.do(made["id"], "note", body="a message")
    retitled(desk, "new", int(made["id"]))  # as it is
    whole = desk.get("Ticket/2").json
    desk.ask("PUT", "/api/v1/Ticket/2", body={**whole, "Title": "by the client itself"})
    desk.act("delete", id=made["id"])
    listeners.deliver(desk.world)
    told = [(each["Event"], each["PrimaryKey"]) for each in listener.told]
    number = int(made["id"])
    assert told[0] == ("ticket.created", number)
    assert set(told[1:-1]) == {("ticket.changed", number)}
    assert told[-1] == ("ticket.changed", 2)
    assert listener.told[-1]["ChangedByAssociateId"] == desk.get("User/currentPrincipal").json["AssociateId"]
    noted = desk.ask("POST", "/api/v1/Webhook", body=webhook(listener, Events=["ticket.deleted"])).entry.notes
    assert [note.rule for note in noted] == ["superoffice.webhook.events"]


def test_a_change_that_is_undone_is_not_told(desk: Desk, listener: Listener) -> None:
    saved(desk, listener)
    desk.world.faults.add("rollback", vendor="superoffice", operation="ticket.put")
    whole = desk.get("Ticket/1").json
    assert desk.ask("PUT", "/api/v1/Ticket/1", body={**whole, "Title": "never"}).status == 500
    assert listeners.deliver(desk.world) == 0
    assert webhooks.earliest(desk.world) is None


# --- what follows from an answer --------------------------------------------------------------------------------------


@pytest.mark.rule("superoffice.webhook.retry", "superoffice.webhook.cycle")
def test_a_call_is_made_three_times_and_then_discarded(desk: Desk, listener: Listener) -> None:
    number = saved(desk, listener)
    listener.answers = [500]
    retitled(desk, "unheard")
    assert [passed(desk, by) for by in (0, SECOND - 1, 1, 4 * SECOND - 1, 1, 10 * MINUTE)] == [1, 0, 1, 0, 1, 0]
    assert [head.get("X-Superoffice-Retry") for head in listener.heads] == [None, "1", "2"]
    assert len({told["EventId"] for told in listener.told}) == 1
    assert len(set(listener.bodies)) == 1
    assert desk.get(f"Webhook/{number}/LastError").json == "The listener answered 500."


@pytest.mark.rule("superoffice.webhook.cycle")
def test_or_it_comes_again_under_another_number(make_desk: Any, listener: Listener) -> None:
    desk = make_desk(dialect={"webhook_cycle": "requeue"})
    saved(desk, listener)
    listener.answers = [500, 500, 500, 200]
    retitled(desk, "heard later")
    for by in (0, SECOND, 4 * SECOND, MINUTE):
        passed(desk, by)
    ids = [told["EventId"] for told in listener.told]
    assert len(ids) == 4
    assert len(set(ids)) == 2
    assert listener.told[3]["Changes"] == listener.told[0]["Changes"]
    signed = listener.heads[3]["X-Superoffice-Signature"]
    assert signed == base64.b64encode(hmac.new(SECRET.encode(), listener.bodies[3], hashlib.sha256).digest()).decode()


@pytest.mark.rule("superoffice.webhook.patience")
def test_who_cannot_be_reached_has_not_answered(desk: Desk, listener: Listener) -> None:
    number = saved(desk, listener)
    desk.world.faults.add("delivery_failed", vendor="superoffice")
    retitled(desk, "unheard")
    passed(desk, 0)
    assert "could not be reached" in desk.get(f"Webhook/{number}/LastError").json
    assert listener.bodies == []


@pytest.mark.rule("superoffice.webhook.stopped")
def test_nine_failures_in_a_row_stop_a_webhook(desk: Desk, listener: Listener) -> None:
    number = saved(desk, listener)
    listener.answers = [500] * 8 + [200] + [500] * 9
    for n in range(8):
        retitled(desk, f"title {n}")
        for by in (0, SECOND, 4 * SECOND):
            passed(desk, by)
    assert len(listener.bodies) == 18
    assert desk.get(f"Webhook/{number}").json["State"] == "TooManyErrors"
    listener.answers = [200]
    assert passed(desk, 10 * MINUTE) == 0  # what happened meanwhile is not told later
    desk.ask("PATCH", f"/api/v1/Webhook/{number}", body={"State": "Active"})
    retitled(desk, "heard again")
    assert passed(desk, 0) == 1


@pytest.mark.rule("superoffice.webhook.stopped")
def test_who_is_gone_is_not_called_again(desk: Desk, listener: Listener) -> None:
    number = saved(desk, listener)
    listener.answers = [410]
    retitled(desk, "one")
    retitled(desk, "two")
    assert passed(desk, 0) == 1
    assert desk.get(f"Webhook/{number}").json["State"] == "TooManyErrors"


@pytest.mark.rule("superoffice.webhook.success")
@pytest.mark.parametrize(("switch", "calls"), [("200", 3), ("2xx", 1)])
def test_what_counts_as_success(make_desk: Any, listener: Listener, switch: str, calls: int) -> None:
    desk = make_desk(dialect={"webhook_success": switch})
    saved(desk, listener)
    listener.answers = [204]
    retitled(desk, "x")
    for by in (0, SECOND, 4 * SECOND):
        passed(desk, by)
    assert len(listener.bodies) == calls


# --- faults of delivery -----------------------------------------------------------------------------------------------


FAULTS = [
    ("delivery_lost", [], []),
    ("delivery_late", [], [1, 2]),
    ("delivery_twice", [1, 2, 1], []),
    ("delivery_swapped", [2, 1], []),
    ("delivery_batched", [], [1, 2]),
    ("delivery_failed", [], []),
]
STRANGERS = ["delivery_forged", "delivery_unsigned"]


def test_every_fault_of_delivery_has_a_test_here() -> None:
    known = {kind.name for kind in KINDS.values() if kind.point == "deliver"}
    assert known == {*(kind for kind, _, _ in FAULTS), *STRANGERS, "delivery_alone"}


@pytest.mark.parametrize(("kind", "at_once", "later"), FAULTS)
def test_faults_of_delivery(desk: Desk, listener: Listener, kind: str, at_once: list[int], later: list[int]) -> None:
    saved(desk, listener)
    desk.world.clock.advance(SECOND)
    many = kind in ("delivery_late", "delivery_batched", "delivery_lost", "delivery_failed")
    desk.world.faults.add(kind, vendor="superoffice", times=None if many else 1)
    retitled(desk, "one", 1)
    retitled(desk, "two", 2)
    passed(desk, 0)
    passed(desk, 1)
    assert [told["PrimaryKey"] for told in listener.told] == at_once
    listener.bodies.clear()
    passed(desk, 10 * MINUTE)
    assert [told["PrimaryKey"] for told in listener.told] == later


@pytest.mark.parametrize("kind", STRANGERS)
def test_a_stranger_calls_first(desk: Desk, listener: Listener, kind: str) -> None:
    saved(desk, listener)
    desk.world.faults.add(kind, vendor="superoffice")
    retitled(desk, "true")
    passed(desk, 0)
    assert len(listener.bodies) == 2
    right = [
        base64.b64encode(hmac.new(SECRET.encode(), body, hashlib.sha256).digest()).decode() for body in listener.bodies
    ]
    given = [head.get("X-Superoffice-Signature") for head in listener.heads]
    assert given[1] == right[1]
    assert given[0] != right[0]
    assert (given[0] is None) is (kind == "delivery_unsigned")
    assert listener.told[0]["PrimaryKey"] != listener.told[1]["PrimaryKey"] == 1
    genuine = [entry.result["genuine"] for entry in desk.world.journal if entry.actor == "vendor"]
    assert genuine == [True, False, True]


def test_what_is_owed_comes_and_goes_with_checkpoints(desk: Desk, listener: Listener) -> None:
    saved(desk, listener)
    retitled(desk, "owed")
    desk.world.checkpoint("before")
    assert passed(desk, 0) == 1
    desk.world.restore("before")
    assert passed(desk, 0) == 1
    assert listener.bodies[0] == listener.bodies[1]


# --- served -----------------------------------------------------------------------------------------------------------


def asked(url: str, verb: str, path: str, body: Any = None) -> Any:
    login = {"Authorization": DEMO, "Content-Type": "application/json", "Accept": "application/json"}
    with requests.Session() as session:
        session.trust_env = False
        return session.request(verb, f"{url}/api/v1/{path}", json=body, headers=login, timeout=60).json()


def test_a_server_calls_listeners_by_itself(listener: Listener) -> None:
    with mockservers.start("superoffice", data="empty") as server, server.world() as world:
        url = f"{server.url}/w/{world.name}"
        asked(url, "POST", "Webhook", webhook(listener))
        ticket = asked(url, "POST", "Ticket", {"Title": "made"})
        assert listener.came.acquire(timeout=60)  # the trial
        assert listener.came.acquire(timeout=60)
        assert (listener.events[-1], listener.told[-1]["PrimaryKey"]) == ("ticket.created", ticket["TicketId"])
        listener.answers = [500]
        asked(url, "PUT", f"Ticket/{ticket['TicketId']}", {**ticket, "Title": "changed"})
        assert listener.came.acquire(timeout=60)
        assert world.wait_for(actor="vendor", operation="ticket.changed", outcome="refused")
        world.advance(seconds=1)  # in this world time stands still unless it is moved
        assert listener.came.acquire(timeout=60)
        assert listener.heads[-1]["X-Superoffice-Retry"] == "1"
        assert world.wait_for(actor="vendor", operation="ticket.changed", at_least=2)


def test_who_asks_before_it_answers_waits_for_itself(listener: Listener) -> None:
    worlds = Worlds(registry.emulator, WorldConfig(mode="frozen", start=0, virtual_waits=True))
    with Server(worlds, calls_listeners=False) as server:
        asked(server.url, "POST", "Webhook", webhook(listener))
        worlds.default.faults.add("delivery_alone", vendor="superoffice", times=2)
        made = worlds.default.act("superoffice", "create", {"fields": {"Title": "x"}})
        listeners.deliver(worlds.default)
        listener.first = lambda: asked(server.url, "GET", f"Ticket/{made['id']}")
        worlds.default.act("superoffice", "change", {"id": made["id"], "fields": {"Title": "y"}})
        listeners.deliver(worlds.default)
        results = [entry.result for entry in worlds.default.journal if entry.actor == "vendor"]
        assert [each["waited"] for each in results] == [False, False, True]
        assert [each["seconds"] for each in results] == [0, 0, 100]


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://192.0.2.7/hook", "calls this machine alone"),
        ("http://169.254.169.254/latest", "calls this machine alone"),
        ("http://0.0.0.0:9/", "calls this machine alone"),
        ("http://[::ffff:192.0.2.7]/", "calls this machine alone"),
        ("file:///etc/passwd", "is no address of a listener"),
        ("http://127.0.0.1:1/a b", "holds blanks"),
        ("http://127.0.0.1:99999/", "is no address"),
    ],
)
def test_an_emulator_calls_nobody_but_this_machine(url: str, says: str) -> None:
    reply = listeners.call(url, [], b"{}", 1.0)
    assert reply.status is None
    assert says in reply.error


def test_a_redirect_is_an_answer_and_is_not_followed(desk: Desk, listener: Listener) -> None:
    saved(desk, listener)
    listener.answers = [307]
    retitled(desk, "x")
    passed(desk, 0)
    assert len(listener.bodies) == 1
    assert desk.get("Webhook/1/LastError").json == "The listener answered 307."
