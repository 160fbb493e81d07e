"""Webhooks that are odd, secrets of webhooks, and calls under way while a world becomes another one. Nobody is called really."""

from __future__ import annotations

import json
import socket
from typing import Any

import pytest
import requests
import yaml

from mockservers import registry
from mockservers.kernel import listeners, webhooks
from mockservers.kernel.webhooks import Delivery, Reply
from mockservers.kernel.world import Worlds
from mockservers.recording import journalled
from mockservers.server.http import Server
from tests.vendors.superoffice.conftest import Desk

URL = "http://127.0.0.1:9/hook"
GOOD = Reply(200)


@pytest.fixture
def bodies(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What listeners are told, who answer 200 to all of it."""
    found: list[dict[str, Any]] = []

    def call(_url: str, _headers: Any, body: bytes, *_: Any) -> Reply:
        found.append(json.loads(body))
        return GOOD

    monkeypatch.setattr(listeners, "call", call)
    return found


def save(desk: Desk, **more: Any) -> Any:
    hook = {"Name": "mine", "Events": ["ticket.created", "ticket.changed"], "TargetUrl": URL, "Secret": "ours alone"}
    return desk.ask("POST", "/api/v1/Webhook", body={**hook, **more})


def retitle(desk: Desk, title: str, number: int = 1) -> None:
    desk.act("change", id=str(number), fields={"Title": title})


@pytest.mark.rule("superoffice.webhook.call")
def test_properties_are_added_and_replace_nothing(desk: Desk, bodies: list[dict[str, Any]]) -> None:
    odd = {"Event": 5, "PrimaryKey": "x", "EventId": None, "FieldValues": [], "mine": 1}
    assert save(desk, Properties=odd).status == 200
    retitle(desk, "new")
    listeners.deliver(desk.world)
    assert [told["Event"] for told in bodies] == ["test", "ticket.changed"]
    assert (bodies[1]["PrimaryKey"], bodies[1]["mine"], list(bodies[1])[-1]) == (1, 1, "mine")
    assert bodies[1]["FieldValues"]["status"] == 1
    assert bodies[1]["EventId"]


@pytest.mark.parametrize("name", ["X-ä", "-", "", "X Y", "X:Y"])
def test_a_header_that_cannot_be_sent_is_refused_before_anybody_is_called(
    desk: Desk, bodies: list[dict[str, Any]], name: str
) -> None:
    reply = save(desk, Headers={name: "1"})
    assert reply.status == 400
    assert "Headers is an object of texts that can stand in headers" in reply.text
    assert not bodies


@pytest.mark.parametrize("kept", [True, False])
@pytest.mark.usefixtures("bodies")
def test_what_a_webhook_lets_in_by_stands_in_no_journal(desk: Desk, kept: bool) -> None:
    secrets = ["between-us-7151", "Bearer of-the-gate-3394", "in-the-address-2846"]
    reply = save(
        desk,
        Secret=secrets[0],
        Headers={"Authorization": secrets[1], "X-Mine": "plain"},
        TargetUrl=f"http://desk:{secrets[2]}@127.0.0.1:9/hook",
        Events=["ticket.changed"] if kept else "none",
    )
    assert reply.status == (200 if kept else 400)
    retitle(desk, "new")
    assert listeners.deliver(desk.world) == kept
    journal = "".join(map(repr, desk.world.journal))
    assert [each for each in secrets if each in journal] == []
    assert "ticket.changed" in journal or not kept


@pytest.mark.usefixtures("bodies")
def test_an_answer_to_a_call_of_before_settles_none_of_a_restored_world(desk: Desk) -> None:
    save(desk)
    desk.world.checkpoint("before")
    retitle(desk, "one")
    taken = webhooks.take(desk.world)
    assert taken is not None
    desk.world.restore("before")
    retitle(desk, "two", number=2)
    webhooks.settle(desk.world, taken, Reply(410))
    assert desk.get("Webhook/1").json["State"] == "Active"
    assert listeners.deliver(desk.world) == 1


@pytest.mark.usefixtures("bodies")
def test_an_answer_that_comes_after_the_world_began_anew_is_nowhere(desk: Desk) -> None:
    save(desk)
    retitle(desk, "one")
    taken = webhooks.take(desk.world)
    assert taken is not None
    told: list[str | None] = []
    desk.world.watchers.append(lambda _, entry: told.append(entry.operation))
    desk.world.reset()
    webhooks.settle(desk.world, taken, GOOD)
    assert (told, list(desk.world.journal), desk.world.opened("superoffice")) == ([], [], False)


@pytest.mark.usefixtures("bodies")
def test_an_answer_after_another_took_the_call_is_not_the_last_word(desk: Desk) -> None:
    save(desk)
    retitle(desk, "one")
    first = webhooks.take(desk.world)
    desk.world.clock.advance(webhooks.LEASE)
    second = webhooks.take(desk.world)
    assert first is not None
    assert second is not None
    assert (first.delivery.id, second.delivery.attempt) == (second.delivery.id, 2)
    webhooks.settle(desk.world, first, Reply(500))
    assert webhooks.earliest(desk.world) == desk.world.clock.now() + webhooks.LEASE
    webhooks.settle(desk.world, second, GOOD)
    assert webhooks.earliest(desk.world) is None


def test_a_server_that_stops_gives_up_a_silent_listener_and_still_owes_the_call(desk: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(60)
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        worlds = Worlds(registry.emulator, desk.world.config)
        server = Server(worlds)
        server.grace = 0.1
        with server:
            world = worlds.default
            installation, due = world.installation("superoffice"), world.clock.now()
            tenant = installation.tenants.first
            entry = world.journal.open(due, 0, "superoffice", "ticket.changed", "vendor")
            with installation.writing():
                ctx = world.vendor_context(installation, tenant, "ticket.changed", entry)
                webhooks.rewritten(ctx)
                webhooks.owe(ctx, Delivery(tenant.name, "1", "ticket.changed", url, [], b"{}", due, due))
            world.act("superoffice", "read", {"id": "1"})
            called, _ = silent.accept()
        with called:
            assert called.recv(65536).startswith(b"POST / HTTP/1.1")
            assert webhooks.earliest(world) == due + webhooks.LEASE


@pytest.mark.usefixtures("bodies")
def test_calls_to_listeners_leave_as_har_at_their_own_address_and_not_as_a_scenario(desk: Desk) -> None:
    save(desk)
    retitle(desk, "new")
    listeners.deliver(desk.world)
    har, _ = journalled.export(desk.world, list(desk.world.journal), "har")
    urls = [entry["request"]["url"] for entry in json.loads(har)["log"]["entries"]]
    assert urls == ["https://recorded.example/api/v1/Webhook", URL, URL]
    scenario, _ = journalled.export(desk.world, list(desk.world.journal), "scenario")
    assert len(list(yaml.safe_load_all(scenario))) == 2  # a head, and what the client asked
    told = [entry for entry in desk.world.journal if entry.actor == "vendor"]
    with pytest.raises(ValueError, match="went to listeners"):
        journalled.export(desk.world, told, "scenario")


def test_who_lets_its_target_wait_is_told_why_the_vendor_is_silent(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listeners, "call", lambda *_: Reply(None, error="it did not answer within 30 s", late=True))
    assert "waits for itself" in save(desk).json["Message"]
    assert "waits for itself" in desk.ask("POST", "/api/v1/Webhook/Test", body={"TargetUrl": URL}).json["Message"]


def test_a_fault_of_delivery_knows_no_operation(desk: Desk) -> None:
    with Server(Worlds(registry.emulator, desk.world.config), calls_listeners=False) as server:
        fault = {"kind": "delivery_lost", "vendor": "superoffice", "operation": "ticket.changed"}
        with requests.Session() as session:
            session.trust_env = False
            answer = session.post(f"{server.url}/_mock/v1/faults", json=fault, timeout=60)
    assert (answer.status_code, "which is no operation" in answer.text) == (422, True)
